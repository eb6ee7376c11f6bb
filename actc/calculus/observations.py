"""What an author should know beyond right and wrong: gradients that vanish, are infinite or are not real."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from flint import arb

from actc.calculus.balls import UNDEFINED, Number, evaluate, evaluate_zero, rational
from actc.calculus.emit import Reason, Unsettled
from actc.calculus.prove import prove_same
from actc.calculus.tie_points import choose, rational_defaults
from actc.diagnostics import DiagnosticLog, Location
from actc.model.activation import Activation, Formula
from actc.model.domain import Domain
from actc.model.expr import ZERO, Expr, postorder
from actc.model.text import point_text
from actc.model.verdict import Gradients, Verdict

_GRID = tuple(
    Fraction(n, d)
    for n, d in (
        *((k, 1) for k in (-40, -9, -5, -3, -2, -1, 1, 2, 3, 5, 9, 40)),
        *((-13, 10), (-7, 10), (-1, 3), (-1, 9), (1, 9), (1, 3), (7, 10), (13, 10), (1, 1000), (-1, 1000)),
    )
)
_NOT_DEFINED = frozenset({"ACT210", "ACT211"})
_LARGEST = Fraction(2) ** 1024
_SMALLEST = Fraction(2) ** -1075  # float64 rounds this to 0


def check_domains(activation: Activation, log: DiagnosticLog) -> bool:
    """That every default lies in its domain and every constant is a number that float64 has room for."""
    before = len(log.found)
    for parameter in activation.parameters:
        value = evaluate_zero(parameter.default, {})
        if not isinstance(value, Fraction | arb):
            log.report("ACT216", parameter.location, f"the default of `{parameter.name}` is no real number")
            continue
        exact = _middle(value)
        if _is_beyond(value):
            log.report("ACT216", parameter.location, f"the default of `{parameter.name}` is beyond float64's range")
        elif not parameter.domain.contains(exact):
            message = f"the default of `{parameter.name}` lies outside its domain, {parameter.domain.text}"
            log.report("ACT215", parameter.location, message)
        elif not parameter.domain.contains(Fraction(float(exact))):
            message = f"the default of `{parameter.name}`, rounded to float64, lies outside its domain"
            log.report("ACT215", parameter.location, f"{message}, {parameter.domain.text}")
    for formula in (activation.value, *(f for _, f in activation.surrogates)):
        check_constants(formula, log)
    for _, claim in activation.claims:
        check_constants(claim, log, judged=False)
    return len(log.found) == before


def check_constants(formula: Formula, log: DiagnosticLog, *, judged: bool = True) -> None:
    """That every closed part of a formula is a real number and, once the formula is judged, one of float64's.

    A claim is a statement about reals first: one that adds ``exp(-1000)`` is wrong, and is to be called so. Only where
    it is to be emitted as written does float64's range matter.
    """
    text = formula.text
    for node in _closed_parts(formula.expr):
        value = evaluate_zero(node, {}, bits=128)
        if value is UNDEFINED:
            message = "a constant in this expression is no real number"
            log.report("ACT216", text.location, message, None, len(text.value))
            return
        if not judged or (isinstance(value, Fraction | arb) and not _is_beyond(value)):
            continue
        message = "a constant in this expression is beyond float64's range"
        log.report("ACT216", text.location, message, None, len(text.value))
        return


def _closed_parts(root: Expr) -> Iterator[Expr]:
    """The largest parts without symbols."""
    for node in postorder(root):
        parts = (node,) if node is root else ()
        for part in (*node.args, *parts) if node.free else parts:
            if not part.free and not part.is_condition and part.op not in ("undefined", "nan", "inf", "where"):
                yield part


def _is_beyond(value: Fraction | arb) -> bool:
    """Whether the number, which 0 is not, is infinity or 0 to float64."""
    size = abs(_middle(value))
    return size >= _LARGEST or (size <= _SMALLEST and value != 0)


def _middle(value: Fraction | arb) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if not value.is_finite():
        return _LARGEST
    return rational(value)


def grid(activation: Activation) -> list[dict[str, Number]]:
    """A few generic points of the input domain at the default parameters."""
    defaults: dict[str, Number] = dict(rational_defaults(activation))
    points: list[dict[str, Number]] = []
    for turn in range(len(_GRID)):
        point = dict(defaults)
        for k, given in enumerate(activation.inputs):
            point[given.name] = _within(given.domain, turn + 5 * k)
        points.append(point)
    return points


def _within(domain: Domain, turn: int) -> Fraction:
    fitting = [v for v in _GRID if domain.contains(v)]
    return fitting[turn % len(fitting)] if len(fitting) > 3 else choose(domain, turn)


def observe(gradients: Gradients, raw: Mapping[str, Expr], log: DiagnosticLog) -> None:
    """Report gradients that are zero everywhere and partial derivatives that are not real."""
    activation = gradients.activation
    trainable = {p.name for p in activation.parameters if p.trainable}
    inputs = {i.name for i in activation.inputs}
    points = grid(activation)
    for gradient in gradients.gradients:
        name = gradient.variable
        place = _place(activation, name)
        learned = name in trainable or name in inputs
        if learned and not _zero_on_purpose(activation, name) and _is_zero(gradient.expr, points, activation):
            message = f"the gradient by `{name}` is 0 everywhere: nothing can be learned through it"
            hint = "give a `surrogate`, or write `derivative: 0` if that is meant"
            log.report("ACT302", place, message, hint)
        if gradient.verdict is not Verdict.SURROGATE and name not in inputs:
            _check_real(activation, name, raw[name], points, name in trainable, place, log)


def _place(activation: Activation, name: str) -> Location:
    for given in activation.spec.parameters:
        if given.name.value == name:
            return given.name.location
    for given_input in activation.spec.inputs:
        if given_input.name.value == name and len(activation.spec.inputs) > 1:
            return given_input.name.location
    return activation.spec.expression.location


def _is_zero(expr: Expr, points: list[dict[str, Number]], activation: Activation) -> bool:
    if expr is ZERO:
        return True
    for point in points:
        value = evaluate(expr, point)
        if (isinstance(value, Fraction) and value != 0) or (isinstance(value, arb) and not value.contains(0)):
            return False
    return prove_same(expr, ZERO, activation.domains).holds


def _zero_on_purpose(activation: Activation, name: str) -> bool:
    return any(n == name and f.expr is ZERO for n, f in (*activation.claims, *activation.surrogates))


def _check_real(
    activation: Activation,
    name: str,
    partial: Expr,
    points: list[dict[str, Number]],
    trainable: bool,
    place: Location,
    log: DiagnosticLog,
) -> None:
    """A partial derivative by a parameter that is certainly not real on both sides of some point."""
    for point in sorted(points, key=lambda p: _plainness(activation, p)):
        if evaluate(partial, point) is not UNDEFINED or evaluate(activation.value.expr, point) is UNDEFINED:
            continue
        shown = point_text(tuple((i.name, v) for i in activation.inputs if isinstance(v := point[i.name], Fraction)))
        message = f"the partial derivative by `{name}` is not a real number at {shown}"
        if trainable:
            hint = f"give a `surrogate` for `{name}`, narrow the input's domain, or leave out `trainable`"
            log.report("ACT214", place, message, hint, len(name))
        else:
            log.report("ACT304", place, f"{message}: its gradient is NaN there", None, len(name))
        return


def _plainness(activation: Activation, point: Mapping[str, Number]) -> tuple[bool, Fraction]:
    """Small integers come first."""
    exact = [v for i in activation.inputs if isinstance(v := point[i.name], Fraction)]
    return any(v.denominator > 1 for v in exact), sum((abs(v) for v in exact), Fraction(0))


def note_unsettled(activation: Activation, notes: Iterable[Unsettled], log: DiagnosticLog) -> None:
    """Report, once for each reason, points at which a gradient is infinite or could not be given its value.

    Of an activation that is not defined everywhere nothing is said: its edges are not the author's.
    """
    if any(d.code in ("ACT210", "ACT211") for d in log.found):
        return
    if any(d.code in _NOT_DEFINED for d in log.found):
        return  # the cause was named; a derivative cannot be better than its function
    place = activation.spec.expression.location
    length = len(activation.spec.expression.value)
    for reason, note in {note.reason: note for note in reversed(tuple(notes))}.items():
        shown = point_text(tuple((name, v) for name, v in note.point.items() if isinstance(v, Fraction)))
        variable = note.variable
        match reason:
            case Reason.INFINITE:
                message = f"the gradient by `{variable}` is infinite at {shown}"
                log.report("ACT303", place, message, "give a `surrogate` that is finite there, or accept it", length)
            case Reason.NO_LIMIT:
                message = f"the derivative by `{variable}` has no limit at {shown}"
                log.report("ACT213", place, message, "give its value by a `derivative` or `surrogate`", length)
            case Reason.NO_FORMULA:
                message = f"no formula was found for the gradient by `{variable}` at points such as {shown}"
                log.report("ACT312", place, message, "give it by a `derivative` or `surrogate`", length)
