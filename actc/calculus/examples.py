"""The author's known points, at 30 digits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf

from flint import arb

from actc.calculus.balls import UNDEFINED, decimal_text, evaluate, evaluate_zero, rational
from actc.calculus.settle import at
from actc.diagnostics import DiagnosticLog
from actc.model.activation import Known, KnownPoint
from actc.model.expr import Expr, substitute, symbol
from actc.model.verdict import Gradients

_DIGITS = Fraction(1, 10**30)
_SURE = 140  # bits: more than 30 digits and room for the difference
_LARGEST = Fraction(2) ** 1024


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


def _point(gradients: Gradients, example: KnownPoint, log: DiagnosticLog) -> dict[Expr, Expr] | None:
    """Every input and parameter with its value there; None after reporting that it lies in no domain."""
    point = {symbol(name): default for name, default in gradients.activation.defaults.items()}
    domains = gradients.activation.domains
    inside = True
    for name, expr in example.at:
        value = _number(expr)
        if value is None:
            log.report("ACT207", example.location, f"the example's `{name}` is no real number")
            inside = False
        elif abs(_middle(value)) >= _LARGEST:
            log.report("ACT207", example.location, f"the example's `{name}` is beyond float64's range")
            inside = False
        elif not domains[name].contains(_middle(value)):
            message = f"the example's `{name}` lies outside its domain, {domains[name].text}"
            log.report("ACT207", example.location, message)
            inside = False
        else:
            point[symbol(name)] = expr
    return point if inside else None


def _number(expr: Expr) -> Fraction | arb | None:
    """The value of a closed expression to more than 30 digits."""
    value = evaluate_zero(expr, {}, good=_SURE)
    return value if isinstance(value, Fraction | arb) else None


def _compare(expr: Expr, known: Known, what: str, code: str, point: Mapping[Expr, Expr], log: DiagnosticLog) -> None:
    expected = _number(known.expr)
    length = len(known.text.value)
    if expected is None:
        log.report(code, known.text.location, f"the expected {what} is no real number", None, length)
        return
    if abs(_middle(expected)) >= _LARGEST:
        log.report(code, known.text.location, f"the expected {what} is beyond float64's range", None, length)
        return
    here = substitute(expr, point)
    actual = _number(here)
    if actual is not None and _agree(actual, expected, known):
        return
    found = "not to be computed" if actual is None else decimal_text(actual, 30)
    if actual is None and at(here, {}) in (inf, -inf):
        found = "infinite"
    elif evaluate(here, {}) is UNDEFINED:
        found = "no real number"
    message = f"the {what} here is {found}, not {known.text.value.strip()}"
    hint = None
    if known.tolerance is not None:
        hint = "a number with a decimal point is held to one unit of its last digit"
    log.report(code, known.text.location, message, hint, length)


def _agree(actual: Fraction | arb, expected: Fraction | arb, known: Known) -> bool:
    a, b = _middle(actual), _middle(expected)
    if known.tolerance is None:
        # To 30 digits, of which an exact zero has none: exp(-100) is not 0.
        return actual == 0 if expected == 0 else abs(a - b) <= _DIGITS * abs(b)
    return abs(a - b) <= known.tolerance.number + _DIGITS * abs(b)


def _middle(value: Fraction | arb) -> Fraction:
    if isinstance(value, Fraction):
        return value
    return rational(value)
