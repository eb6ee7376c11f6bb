"""The author's known points, at 30 digits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf

from flint import arb

from actc.calculus.balls import Number, Value, decimal_text, evaluate_sure, rational
from actc.calculus.settle import at
from actc.calculus.tie_points import rational_defaults
from actc.diagnostics import DiagnosticLog
from actc.model.activation import Known, KnownPoint
from actc.model.expr import Expr
from actc.model.verdict import Gradients

_DIGITS = Fraction(1, 10**30)
_SURE = 140  # bits: more than 30 digits and room for the difference


def check_examples(gradients: Gradients, log: DiagnosticLog) -> None:
    """Report every example that the activation, or the gradient that is emitted, does not meet."""
    emitted = {g.variable: g.expr for g in gradients.gradients}
    for example in gradients.activation.examples:
        point = _point(gradients, example, log)
        if point is None:
            continue
        _compare(gradients.value, example.value, "value", "ACT205", point, log)
        for variable, known in example.derivatives:
            _compare(emitted[variable], known, f"derivative by `{variable}`", "ACT206", point, log)


def _point(gradients: Gradients, example: KnownPoint, log: DiagnosticLog) -> dict[str, Number] | None:
    point: dict[str, Number] = dict(_sure_defaults(gradients))
    domains = gradients.activation.domains
    inside = True
    for name, expr in example.at:
        value = evaluate_sure(expr, {}, bits=256, good=_SURE)
        rational = at(expr, {})
        if not isinstance(value, Fraction | arb) or not isinstance(rational, Fraction):
            log.report("ACT207", example.location, f"the example's `{name}` is no real number")
            inside = False
        elif not domains[name].contains(value if isinstance(value, Fraction) else rational):
            message = f"the example's `{name}` lies outside its domain, {domains[name].text}"
            log.report("ACT207", example.location, message)
            inside = False
        else:
            point[name] = value
    return point if inside else None


def _sure_defaults(gradients: Gradients) -> dict[str, Number]:
    point: dict[str, Number] = dict(rational_defaults(gradients.activation))
    for parameter in gradients.activation.parameters:
        value = evaluate_sure(parameter.default, {}, bits=256, good=_SURE)
        if isinstance(value, Fraction | arb):
            point[parameter.name] = value
    return point


def _compare(expr: Expr, known: Known, what: str, code: str, point: Mapping[str, Number], log: DiagnosticLog) -> None:
    expected = evaluate_sure(known.expr, {}, bits=256, good=_SURE)
    actual = evaluate_sure(expr, point, bits=256, good=_SURE)
    if not isinstance(expected, Fraction | arb):
        log.report(code, known.text.location, f"the expected {what} is no real number", None, len(known.text.value))
        return
    if _agree(actual, expected, known):
        return
    slope = at(expr, point)
    found = "infinite" if slope in (inf, -inf) else decimal_text(actual, 30)
    message = f"the {what} here is {found}, not {known.text.value.strip()}"
    hint = None
    if known.tolerance is not None:
        hint = "a number with a decimal point is held to one unit of its last digit"
    log.report(code, known.text.location, message, hint, len(known.text.value))


def _agree(actual: Value, expected: Fraction | arb, known: Known) -> bool:
    if not isinstance(actual, Fraction | arb):
        return False
    a, b = _middle(actual), _middle(expected)
    allowed = _DIGITS * max(abs(b), Fraction(1, 10**300))
    if known.tolerance is not None:
        allowed += known.tolerance.number
    elif b == 0:
        # An exact zero is met by what rounds to it: 30 digits of a number of size one.
        allowed = _DIGITS
    return abs(a - b) <= allowed


def _middle(value: Fraction | arb) -> Fraction:
    if isinstance(value, Fraction):
        return value
    return rational(value)
