"""Values of expressions against mpmath at 60 digits, and what is decided exactly."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest
from flint import arb, ctx, fmpq

from actc.calculus.balls import (
    UNDEFINED,
    UNKNOWN,
    Value,
    decimal_text,
    enclose,
    evaluate,
    evaluate_sure,
    holds,
    interval,
    sign_of,
)
from actc.model.algebra import compare, where
from actc.model.expr import FALSE, NAN, TRUE, Expr, apply, constant, number, symbol
from actc.model.operations import OPERATIONS

X, Y = symbol("x"), symbol("y")
Point = tuple[Fraction, ...]

REAL = [
    Fraction(t)
    for t in ("0", "1/3", "-1/3", "2/7", "5/2", "-5/2", "17/5", "-61/7", "123/2", "-200/3", "1e-9", "-1e-20")
]
MORE = [Fraction(t) for t in ("1e10", "-1e10", "1e-30", "10/3", "99/100", "-99/100", "1e5", "-70")]


def _sigmoid(u: mpmath.mpf) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-u))


def _softplus(u: mpmath.mpf) -> mpmath.mpf:
    return mpmath.log1p(mpmath.exp(u)) if u < 0 else u + mpmath.log1p(mpmath.exp(-u))


def _cbrt(u: mpmath.mpf) -> mpmath.mpf:
    return mpmath.sign(u) * mpmath.cbrt(abs(u))


def _normal_cdf(u: mpmath.mpf) -> mpmath.mpf:
    return mpmath.erfc(-u / mpmath.sqrt(2)) / 2


def _log_gamma(u: mpmath.mpf) -> mpmath.mpf:
    return mpmath.re(mpmath.loggamma(u))


def _pow(u: mpmath.mpf, v: mpmath.mpf) -> mpmath.mpf:
    return mpmath.mpf(1) if v == 0 else mpmath.power(u, v)


REFERENCE: dict[str, Callable[..., mpmath.mpf]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": _pow,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "cbrt": _cbrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "gamma": mpmath.gamma,
    "loggamma": _log_gamma,
    "digamma": mpmath.digamma,
    "sinc": mpmath.sinc,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "log_sigmoid": lambda u: -_softplus(-u),
    "log1p": mpmath.log1p,
    "expm1": mpmath.expm1,
    "normal_cdf": _normal_cdf,
    "abs": abs,
    "sign": mpmath.sign,
    "min": min,
    "max": max,
    "floor": mpmath.floor,
    "ceiling": mpmath.ceil,
    "round": mpmath.nint,
}
CONDITIONS: dict[str, Callable[..., bool]] = {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
}
ELSEWHERE = {"where", "and", "or", "not", "polygamma", "mod"}


def _mp(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator


def _ball(value: mpmath.mpf) -> arb:
    sign, mantissa, exponent, _ = value._mpf_
    return arb(-int(mantissa) if sign else int(mantissa)) * arb(2) ** int(exponent)


def _agrees(value: Value, expected: mpmath.mpf, places: int = 40) -> bool:
    """Whether the ball touches the expected number at the given relative accuracy and is itself as narrow."""
    before, ctx.prec = ctx.prec, 400
    try:
        if isinstance(value, Fraction):
            value = arb(value.numerator) / value.denominator
        if not isinstance(value, arb):
            return False
        target = _ball(expected)
        slack = abs(target) * arb(10) ** -places
        return bool(abs(value - target).lower() <= slack) and bool(value.rad() <= slack + arb(10) ** -2000)
    finally:
        ctx.prec = before


def _points(arity: int) -> list[Point]:
    if arity == 1:
        return [(a,) for a in REAL + MORE]
    return [(a, b) for a in REAL for b in [*REAL, Fraction(2), Fraction(-3)]]


@pytest.mark.parametrize("op", sorted(OPERATIONS))
def test_every_operation_has_a_value(op: str) -> None:
    """No row of the table is without a reference and a test."""
    assert op in REFERENCE or op in CONDITIONS or op in ELSEWHERE


@pytest.mark.parametrize("op", sorted(REFERENCE))
def test_values_agree_with_mpmath(op: str) -> None:
    """Every operation gives 40 right digits wherever it is real, and UNDEFINED elsewhere."""
    arity = OPERATIONS[op].most
    node = apply(op, *(X, Y)[:arity])
    judged = 0
    with mpmath.workdps(110):
        for point in _points(arity):
            value = evaluate_sure(node, dict(zip("xy", point, strict=False)), good=140)
            try:
                expected = REFERENCE[op](*(_mp(p) for p in point))
            except (ZeroDivisionError, ValueError, OverflowError):
                assert value is UNDEFINED, (op, point, value)
                continue
            if not isinstance(expected, mpmath.mpf) or not mpmath.isfinite(expected):
                if not (isinstance(expected, mpmath.mpc) and expected.imag == 0):
                    assert value is UNDEFINED, (op, point, value)
                    continue
                expected = expected.real
            assert _agrees(value, expected), (op, point, value, expected)
            judged += 1
    assert judged >= 5


def test_remainder_is_pythons() -> None:
    """``%`` is exact and has the sign of the divisor."""
    for a, b in _points(2):
        value = evaluate(apply("mod", X, Y), {"x": a, "y": b})
        assert value == a % b if b else value is UNDEFINED
    irrational = evaluate_sure(apply("mod", X, constant("pi")), {"x": Fraction(-20)}, good=140)
    with mpmath.workdps(60):
        assert _agrees(irrational, -20 + 7 * mpmath.pi)


@pytest.mark.parametrize("op", sorted(CONDITIONS))
def test_comparisons(op: str) -> None:
    """Comparisons of rationals are exact, those of irrational numbers certain."""
    node = apply(op, X, Y)
    for a in REAL:
        for b in REAL:
            assert holds(node, {"x": a, "y": b}) is CONDITIONS[op](a, b)
    root = apply(op, apply("sqrt", X), number(Fraction(1414213562373095, 10**15)))
    assert holds(root, {"x": Fraction(2)}) is CONDITIONS[op](2, 1)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 6])
def test_polygamma(order: int) -> None:
    """Derivatives of digamma agree with mpmath on both sides of 0."""
    node = apply("polygamma", number(order), X)
    with mpmath.workdps(80):
        for x in (Fraction(1, 3), Fraction(7, 2), Fraction(-5, 3), Fraction(-1, 10), Fraction(50)):
            expected = mpmath.polygamma(order, _mp(x)) if x > 0 else _polygamma_below(order, x)
            assert _agrees(evaluate_sure(node, {"x": x}, good=140), expected), (order, x)
    assert evaluate(node, {"x": Fraction(-2)}) is UNDEFINED


def _polygamma_below(order: int, x: Fraction) -> mpmath.mpf:
    # psi_n(x) = psi_n(x + k) - (-1)**n n! sum 1/(x + j)**(n + 1): up the recurrence to where the series converges.
    total = mpmath.polygamma(order, _mp(x + 60))
    for j in range(60):
        total -= (-1) ** order * mpmath.factorial(order) / _mp(x + j) ** (order + 1)
    return total


EXACT = [
    (apply("exp", X), 0, 1),
    (apply("log", X), 1, 0),
    (apply("sin", X), 0, 0),
    (apply("cos", X), 0, 1),
    (apply("tanh", X), 0, 0),
    (apply("erf", X), 0, 0),
    (apply("erfc", X), 0, 1),
    (apply("sigmoid", X), 0, Fraction(1, 2)),
    (apply("normal_cdf", X), 0, Fraction(1, 2)),
    (apply("sinc", X), 0, 1),
    (apply("sqrt", X), Fraction(9, 4), Fraction(3, 2)),
    (apply("cbrt", X), Fraction(-8, 27), Fraction(-2, 3)),
    (X ** number(Fraction(2, 3)), 8, 4),
    (X**X, 0, 1),
    (X ** number(-3), -2, Fraction(-1, 8)),
    (apply("atan2", X, X), 0, 0),
    (apply("gamma", X), 5, 24),
    (apply("loggamma", X), 2, 0),
    (apply("round", X), Fraction(5, 2), 2),
    (apply("round", X), Fraction(7, 2), 4),
    (apply("round", X), Fraction(-1, 2), 0),
    (apply("mod", X, number(3)), -7, 2),
    (apply("mod", X, number(-3)), 7, -2),
    (apply("floor", apply("exp", X)), 1, 2),
    (0 * apply("exp", X), 1, 0),
    (apply("max", X, apply("exp", number(1))), 3, 3),
    (apply("acos", X), 1, 0),
    (apply("acosh", X), 1, 0),
]


@pytest.mark.parametrize(("expr", "x", "expected"), EXACT)
def test_rational_values_stay_rational(expr: Expr, x: Fraction | int, expected: Fraction | int) -> None:
    """What is rational is returned as a Fraction, so that a tie is seen as one."""
    value = evaluate(expr, {"x": Fraction(x)})
    assert isinstance(value, Fraction)
    assert value == expected


UNREAL = [
    (apply("log", X), 0),
    (apply("log", X), -1),
    (1 / X, 0),
    (apply("sqrt", X), -1),
    (X**-1, 0),
    (X ** number(Fraction(1, 2)), -1),
    (X ** number(Fraction(-1, 2)), 0),
    (X ** constant("pi"), -1),
    (apply("asin", X), 2),
    (apply("acosh", X), 0),
    (apply("atanh", X), 1),
    (apply("log1p", X), -1),
    (apply("gamma", X), -3),
    (apply("digamma", X), 0),
    (apply("mod", number(1), X), 0),
    (apply("undefined"), 0),
    (NAN, 0),
    (apply("div", number(0), apply("sin", X)), 0),
    (apply("log", X) + 1, -2),
    (where(compare("gt", apply("log", X), number(0)), X, number(1)), -1),
]


@pytest.mark.parametrize(("expr", "x"), UNREAL)
def test_what_is_not_real_is_undefined(expr: Expr, x: int) -> None:
    """Poles and complex values are certain, never a guess."""
    assert evaluate(expr, {"x": Fraction(x)}) is UNDEFINED


def test_only_the_taken_branch_counts() -> None:
    """What happens in the other branch, or behind a condition that decides, does not matter."""
    safe = apply("where", compare("gt", X, number(0)), apply("log", X), number(0))
    assert evaluate(safe, {"x": Fraction(-1)}) == 0
    both = apply("and", compare("gt", X, number(0)), compare("gt", apply("log", X), number(0)))
    assert holds(both, {"x": Fraction(-1)}) is False
    assert holds(apply("or", apply("not", both), FALSE), {"x": Fraction(-1)}) is True
    assert holds(apply("and", TRUE, both), {"x": Fraction(3)}) is True


def test_straddled_branches_are_unknown_until_precision_tells() -> None:
    """A condition closer than the ball is wide needs more bits, and gets them in ``evaluate_sure``."""
    near = apply("where", compare("gt", apply("exp", X), number(1)), number(5), number(7))
    point = {"x": Fraction(1, 10**60)}
    assert evaluate(near, point) is UNKNOWN
    assert evaluate_sure(near, point) == 5
    assert holds(compare("eq", apply("log", apply("exp", X)), X), {"x": Fraction(1, 3)}) is None


def test_sure_values_are_accurate_through_cancellation() -> None:
    """1 - tanh(x)**2 at 60 has lost everything at 128 bits."""
    expr = 1 - apply("tanh", X) ** 2
    with mpmath.workdps(150):
        assert _agrees(evaluate_sure(expr, {"x": Fraction(60)}, good=140), mpmath.sech(60) ** 2)
        huge = evaluate_sure(apply("sin", X), {"x": Fraction(10) ** 38 / 3}, good=140)
        assert _agrees(huge, mpmath.sin(mpmath.mpf(10) ** 38 / 3))


def test_signs() -> None:
    """Signs are certain however small the number; an identity has none that can be told."""
    tiny = apply("exp", number(-1000)) + apply("exp", X) - apply("exp", X)
    assert sign_of(tiny, {"x": Fraction(1, 3)}) == 1
    assert sign_of(-tiny, {"x": Fraction(1, 3)}) == -1
    assert sign_of(X - X * 1, {"x": Fraction(1, 3)}) == 0
    assert sign_of(apply("sin", constant("pi")), {}) is None
    assert sign_of(apply("log", X), {"x": Fraction(-1)}) is None


HUGE = [
    apply("exp", apply("exp", number(Fraction(10) ** 30))),
    apply("exp", apply("exp", apply("exp", number(Fraction(10) ** 30)))),
    number(9) ** (number(9) ** (number(9) ** number(9))),
    (X + 1) ** number(100000000),
    (X + number(Fraction(1, 3))) ** number(10**300),
    apply("floor", apply("exp", apply("exp", number(100)))),
    apply("gamma", apply("exp", number(10**30))),
    apply("gamma", number(Fraction(-(10**38) * 3 + 1, 3))),
    apply("loggamma", number(-(10**38)) + number(Fraction(1, 3))),
    apply("polygamma", number(3), apply("exp", number(10**20))),
    apply("polygamma", number(100), number(Fraction(-7, 3))),
    apply("digamma", apply("exp", number(10**20))),
    apply("sin", apply("exp", number(10**30))),
    apply("mod", apply("exp", number(10**30)), number(7)),
    apply("erfc", apply("exp", number(10**30))),
    apply("softplus", apply("exp", number(10**30))),
    apply("round", apply("exp", number(-(10**30)))),
    apply("cbrt", apply("exp", number(-(10**30)))),
]


@pytest.mark.parametrize("expr", HUGE)
def test_huge_values_end_fast(expr: Expr) -> None:
    """Neither time nor memory explodes with the exponent."""
    started = time.process_time()
    evaluate(expr, {"x": Fraction(3, 7)})
    evaluate_sure(expr, {"x": Fraction(3, 7)}, most=1024)
    assert time.process_time() - started < 2


def test_right_at_huge_inputs() -> None:
    """Values beyond every float keep their digits."""
    value = evaluate((X + 1) ** number(100000000), {"x": Fraction(2)})
    with mpmath.workdps(60):
        assert _agrees(value, mpmath.mpf(3) ** 100000000, 30)
        assert _agrees(evaluate(apply("exp", X), {"x": Fraction(-(10**6))}), mpmath.exp(-(10**6)), 30)


def test_deep_and_shared_graphs() -> None:
    """Ten thousand levels need no recursion, and a shared node is computed once."""
    deep = X
    for _ in range(10_000):
        deep = apply("tanh", deep + 1)
    value = evaluate(deep, {"x": Fraction(0)})
    assert isinstance(value, arb)
    doubled = X
    for _ in range(200):
        doubled = doubled + doubled
    assert evaluate(doubled, {"x": Fraction(1, 3)}) == Fraction(2**200, 3)


INTERVALS = [
    (X * X, -1, 2, 0, 4),
    (X**3, -1, 2, -1, 8),
    (apply("abs", X), -1, 2, 0, 2),
    (apply("sigmoid", X), 0, 1, 0.5, 0.7310585786300049),
    (where(compare("gt", X, number(0)), X, number(-3)), -1, 2, -3, 2),
    (apply("sign", X), -1, 2, -1, 1),
    (apply("floor", X), -0.5, 2.5, -1, 2),
    (apply("round", X), 0.25, 1.75, 0, 2),
    (apply("sqrt", X), 0, 4, 0, 2),
    (X ** number(Fraction(3, 2)), 0, 4, 0, 8),
    (X**-2, 1, 2, 0.25, 1),
    (apply("cbrt", X), -8, 27, -2, 3),
    (apply("cosh", X), -1, 2, 1, 3.7621956910836314),
    (apply("mod", X, number(3)), 1, 4, 0, 3),
    (apply("atan2", X, number(1)), 0, 1, 0, 0.7853981633974483),
]


@pytest.mark.parametrize(("expr", "low", "high", "least", "greatest"), INTERVALS)
def test_enclosures_hold_the_range(expr: Expr, low: float, high: float, least: float, greatest: float) -> None:
    """An enclosure holds every value of the interval, and for these no more than an allowance for rounding."""
    result = enclose(expr, {"x": interval(Fraction(low), Fraction(high))})
    assert isinstance(result, arb)
    assert result.lower() <= least
    assert result.upper() >= greatest
    assert result.rad() <= (greatest - least) * 0.76 + 1e-6


def test_enclosures_refuse_possible_poles() -> None:
    """A domain condition that may be violated gives UNKNOWN, one that is violated everywhere UNDEFINED."""
    box = {"x": interval(-1, 2)}
    for expr in (1 / X, apply("log", X), apply("sqrt", X), X ** number(Fraction(1, 2)), apply("tan", X), X**-1):
        assert enclose(expr, box) is UNKNOWN
    assert enclose(apply("log", X - 5), box) is UNDEFINED
    inside = apply("where", compare("gt", X, number(-2)), X, apply("log", X))
    assert isinstance(enclose(inside, box), arb)


TEXTS = [
    (Fraction(1, 3), 6, "0.333333"),
    (Fraction(2, 3), 3, "0.667"),
    (Fraction(1, 8), 2, "0.12"),
    (Fraction(3, 8), 2, "0.38"),
    (Fraction(5), 6, "5"),
    (Fraction(-1250000), 6, "-1250000"),
    (Fraction(1, 10**9), 6, "1e-09"),
    (Fraction(-123456789, 10**40), 4, "-1.235e-32"),
    (Fraction(999999999), 3, "1000000000"),
    (Fraction(10) ** 38, 6, "1e+38"),
    (Fraction(9995, 1000), 3, "10"),
    (Fraction(0), 6, "0"),
]


@pytest.mark.parametrize(("value", "digits", "text"), TEXTS)
def test_decimal_text_of_rationals(value: Fraction, digits: int, text: str) -> None:
    """Rounded once, half to even, without needless zeros."""
    assert decimal_text(value, digits) == text


def test_decimal_text_of_balls() -> None:
    """A ball prints right digits whatever its exponent, and fewer where it is wide."""
    for x in (Fraction(1, 3), Fraction(-1000), Fraction(50), Fraction(-7, 5)):
        value = evaluate_sure(apply("exp", X), {"x": x})
        with mpmath.workdps(60):
            assert Fraction(decimal_text(value, 25)) == Fraction(mpmath.nstr(mpmath.exp(_mp(x)), 25))
    assert decimal_text(evaluate(apply("exp", X), {"x": Fraction(-(10**30))}), 5).endswith(
        "e-434294481903251827651128918917"
    )
    assert decimal_text(arb(1.5, 0.01), 8) == "1.5"
    assert decimal_text(arb(0, 1), 8) == "?"
    assert decimal_text(UNDEFINED) == "nan"


@pytest.mark.parametrize("exponent", [1, 2, 3, 4, 17])
@pytest.mark.parametrize(("low", "high"), [("-1e-30", "1e-30"), ("-1", "3"), ("-2", "1e-9")])
def test_powers_of_balls_around_zero_hold_every_power(exponent: int, low: str, high: str) -> None:
    """flint's own power is nan where the middle is 0, as that of log(exp(-1)) + 1."""
    box = {"x": interval(Fraction(low), Fraction(high))}
    found = evaluate(apply("pow", symbol("x"), number(exponent)), box, 128)
    assert isinstance(found, arb)
    for value in (Fraction(low), Fraction(high), Fraction(0)):
        power = value**exponent
        assert found.contains(arb(fmpq(power.numerator, power.denominator)))
    assert found < arb(max(abs(float(Fraction(low))), abs(float(Fraction(high))))) ** exponent * arb("1.01")
