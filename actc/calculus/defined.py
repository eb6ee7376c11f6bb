"""Reports where an activation is not defined, and fills what can be filled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from flint import arb

from actc.calculus.balls import decimal_text
from actc.calculus.crossings import Crossing
from actc.calculus.definedness import Definedness, Witness, judge, judge_expression
from actc.calculus.emit import fill
from actc.calculus.special_points import fill_points
from actc.diagnostics import DiagnosticLog
from actc.model.activation import Activation, Formula
from actc.model.domain import Domain
from actc.model.expr import Expr
from actc.model.spec import Text
from actc.model.text import point_text

_NIL = Fraction(0)
_WORDS = (
    ("nonnegative", Domain("nonnegative", low=_NIL, low_open=False)),
    ("positive", Domain("positive", low=_NIL)),
    ("nonzero", Domain("nonzero", nonzero=True)),
    ("negative", Domain("negative", high=_NIL)),
)


def check_defined(activation: Activation, found: Mapping[str, tuple[Crossing, ...]], log: DiagnosticLog) -> Expr:
    """The activation's value with its limits at removable singularities; what cannot be filled is reported."""
    text = activation.value.text
    judged = judge(activation)
    if judged.witness is not None:
        _report_witness(activation, judged.witness, text, log)
    elif judged.parameter_witness is not None:
        _report_parameters(judged, text, log)
    elif not judged.proved or (activation.parameters and not judged.proved_for_all):
        message = "the activation was not shown to be a real number everywhere, nor a point found where it is not"
        log.report("ACT311", text.location, message, None, len(text.value))
    value = activation.value.expr
    for given in activation.inputs:
        value = fill(activation, value, given.name, found[given.name]).expr
    if judged.witness is not None:
        return value
    value, gap = fill_points(activation, value)
    if gap is not None:
        where = point_text(tuple(gap.items()))
        message = f"the activation is not a real number at {where}, and has no limit there"
        log.report("ACT210", text.location, message, None, len(text.value))
    return value


def check_surrogate(activation: Activation, variable: str, surrogate: Formula, log: DiagnosticLog) -> None:
    """A surrogate must be real and finite wherever the activation is."""
    judged = judge_expression(surrogate.expr, activation)
    if judged.witness is not None:
        where = _point(judged.witness)
        message = f"the surrogate by `{variable}` is not a real number at {where}: {judged.witness.reason}"
        log.report("ACT212", surrogate.text.location, message, None, len(surrogate.text.value))
    elif judged.parameter_witness is not None:
        _report_parameters(judged, surrogate.text, log, f"the surrogate by `{variable}`")


def _report_witness(activation: Activation, witness: Witness, text: Text, log: DiagnosticLog) -> None:
    length = len(text.value)
    if witness.is_uncovered:
        message = f"no condition of the `Piecewise` holds at {_point(witness)}"
        log.report("ACT211", text.location, message, "end it with a pair `(value, True)`", length)
        return
    message = f"the activation is not a real number at {_point(witness)}: {witness.reason}"
    cure = _cure(activation, witness)
    hint = None if cure is None else f"narrow the input's domain, as in `inputs: {{{cure[0]}: {cure[1]}}}`"
    log.report("ACT210", text.location, message, hint, length)


def _cure(activation: Activation, witness: Witness) -> tuple[str, str] | None:
    """An input and a plain domain within which the activation is real, if one of these is."""
    name = witness.at[0][0]
    for word, domain in _WORDS:
        inputs = tuple(replace(i, domain=domain) if i.name == name else i for i in activation.inputs)
        if judge(replace(activation, inputs=inputs)).proved:
            return name, word
    return None


def _report_parameters(judged: Definedness, text: Text, log: DiagnosticLog, what: str = "the activation") -> None:
    witness = judged.parameter_witness
    if witness is None:
        return
    message = f"{what} is not a real number at {_point(witness)}: {witness.reason}"
    hint = None
    if judged.suggested is not None:
        parameter, domain = judged.suggested
        quoted = f'"{domain}"' if domain[:1] in "([" else domain
        hint = f"give `{parameter}` a domain, as in `domain: {quoted}`"
    log.report("ACT310", text.location, message, hint, len(text.value))


def _point(witness: Witness) -> str:
    return ", ".join(_coordinates(witness.at))


def _coordinates(point: Iterable[tuple[str, Fraction | arb]]) -> Iterable[str]:
    for name, value in point:
        if isinstance(value, Fraction):
            yield point_text(((name, value),))
        else:
            yield f"{name} near {decimal_text(value, 12)}"
