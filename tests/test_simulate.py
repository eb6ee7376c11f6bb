"""Simulated floating point is what IEEE 754 and correctly rounded functions give."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import gmpy2
import mpmath
import numpy as np
import pytest

from actc.calculus.prove import prove_same
from actc.model.expr import NAN, Expr, apply, number, symbol
from actc.numerics.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, Format, fraction
from actc.numerics.simulate import simulate

X, Y = symbol("x"), symbol("y")
INF = float("inf")


def at(expr: Expr, form: Format, **point: float) -> float:
    """The simulated result as a float64, which holds every format's numbers."""
    with gmpy2.context(precision=53, emax=1024, emin=-1073, subnormalize=True):
        floats = {name: gmpy2.mpfr(value) for name, value in point.items()}
    return float(simulate(expr, form, [floats])[0])


def samples(count: int) -> list[tuple[np.float32, np.float32]]:
    """Pairs of float32 numbers over all exponents."""
    source = random.Random(5)  # noqa: S311 - reproducible points, no secrets
    bits = [source.getrandbits(32) for _ in range(2 * count)]
    values = np.array(bits, dtype=np.uint32).view(np.float32)
    finite = [v for v in values if np.isfinite(v)]
    return list(zip(finite[::2], finite[1::2], strict=False))


@pytest.mark.parametrize(("op", "expected"), [
    ("add", np.add), ("sub", np.subtract), ("mul", np.multiply), ("div", np.divide),
])  # fmt: skip
def test_arithmetic_is_that_of_the_hardware(op: str, expected: np.ufunc) -> None:
    """Basic operations agree with the processor's float32, overflow and subnormal numbers included."""
    with np.errstate(all="ignore"):
        for a, b in samples(300):
            wanted = float(expected(a, b))
            found = at(apply(op, X, Y), FLOAT32, x=float(a), y=float(b))
            assert found == wanted or (math.isnan(found) and math.isnan(wanted)), (op, a, b)


@pytest.mark.parametrize(("op", "function"), [
    ("exp", mpmath.exp), ("expm1", mpmath.expm1), ("tanh", mpmath.tanh), ("erfc", mpmath.erfc), ("sin", mpmath.sin),
    ("sigmoid", lambda u: 1 / (1 + mpmath.exp(-u))), ("softplus", lambda u: mpmath.log1p(mpmath.exp(u))),
    ("log_sigmoid", lambda u: -mpmath.log1p(mpmath.exp(-u))), ("normal_cdf", mpmath.ncdf),
    ("sinc", lambda u: mpmath.sin(u) / u),
])  # fmt: skip
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64, BFLOAT16, FLOAT16], ids=lambda f: f.name)
def test_functions_are_correctly_rounded(op: str, function: object, form: Format) -> None:
    """No result is off by more than half a unit in the last place of the 60-digit truth."""
    with mpmath.workdps(60):
        for v in (-20.125, -7.5, -1.25, -0.0078125, 0.015625, 0.75, 3.5, 9.0):
            result = function(mpmath.mpf(v))  # type: ignore[operator]
            mantissa, exponent = result.man_exp
            true = int(mpmath.sign(result)) * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
            found = at(apply(op, X), form, x=v)
            if abs(true) >= form.smallest_normal and abs(true) < Fraction(2) ** (form.most - 1):
                assert abs(Fraction(found) - true) <= form.ulp(true) * Fraction(500001, 1000000)


def test_overflow_and_gradual_underflow() -> None:
    """Results beyond the range are infinite; below the smallest normal number they lose digits, not everything."""
    assert at(apply("exp", X), FLOAT32, x=89.0) == INF
    assert at(apply("exp", X), FLOAT64, x=89.0) == math.exp(89.0)
    assert at(X * X, FLOAT32, x=2.0**-74) == 2.0**-148
    assert at(X * X, FLOAT32, x=2.0**-76) == 0.0
    assert at(X * X, FLOAT16, x=300.0) == INF


def test_what_is_not_a_number_stays_so() -> None:
    """0*inf, inf - inf and log(-1) are NaN, min and max hand it on, and no comparison but != holds for it."""
    zero_times = X * apply("exp", Y)
    assert math.isnan(at(zero_times, FLOAT32, x=0.0, y=200.0))
    assert math.isnan(at(apply("exp", X) - apply("exp", X + 1), FLOAT32, x=200.0))
    assert math.isnan(at(apply("log", X), FLOAT32, x=-1.0))
    for op in ("min", "max"):
        assert math.isnan(at(apply(op, X, Y), FLOAT32, x=math.nan, y=1.0))
        assert math.isnan(at(apply(op, X, Y), FLOAT32, x=1.0, y=math.nan))
    for op, chosen in (("lt", 0.0), ("ge", 0.0), ("eq", 0.0), ("ne", 1.0)):
        picked = apply("where", apply(op, X, number(0)), number(1), number(0))
        assert at(picked, FLOAT32, x=math.nan) == chosen


def test_where_ignores_the_side_not_taken() -> None:
    """An infinity in the side that is not chosen does not reach the result."""
    safe = apply("where", apply("gt", X, number(0)), X, apply("exp", -X))
    assert at(safe, FLOAT32, x=100.0) == 100.0
    assert at(safe, FLOAT32, x=-100.0) == INF
    assert math.isnan(at(apply("where", apply("gt", X, number(0)), NAN, X), FLOAT32, x=1.0))


def test_powers_are_products_as_in_generated_code() -> None:
    """x**3 is x*(x*x), so that it overflows and rounds as the printed product does."""
    x = np.float32(1.1)
    assert at(X**3, FLOAT32, x=float(x)) == float(x * (x * x))
    assert at(X**6, FLOAT32, x=float(x)) == float((x * x) * (x * x) * (x * x))
    assert at(X**-2, FLOAT32, x=float(x)) == float(np.float32(1) / (x * x))
    assert at(X**3, FLOAT32, x=-1e13) == -INF


def test_constants_are_float64_literals_first() -> None:
    """A closed part is rounded once to float64 and then to the format, as the number that is printed."""
    third = number(Fraction(1, 3))
    assert at(X * third, FLOAT32, x=1.0) == float(np.float32(1 / 3))
    root = apply("sqrt", number(2))
    assert at(X * root, FLOAT64, x=1.0) == math.sqrt(2.0)
    assert at(X * number(10**40), FLOAT32, x=1.0) == INF


def test_deep_expressions_do_not_recurse() -> None:
    """A sum of twenty thousand terms is evaluated like any other."""
    total = X
    for _ in range(20_000):
        total = total + Y
    assert at(total, FLOAT64, x=0.0, y=1.0) == 20_000.0


def test_exact_value_of_a_float() -> None:
    """A float's exact value is the rational that Python gives for it."""
    with FLOAT32.context:
        assert fraction(gmpy2.mpfr("0.1")) == Fraction(float(np.float32(0.1)))


def test_ulp_is_the_distance_to_the_next_number() -> None:
    """The unit in the last place is what numpy says is the spacing, at powers of two and for subnormal numbers too."""
    for value in (1.0, 0.999, 3.14159, 2.0**-126, 2.0**-130, 1e30):
        near = np.float32(value)
        assert FLOAT32.ulp(Fraction(float(near))) == Fraction(float(np.spacing(near)))


def test_simulated_identity_is_an_identity() -> None:
    """The tests' own notion of sigmoid is the language's."""
    assert prove_same(apply("sigmoid", X), 1 / (1 + apply("exp", -X)), {}).holds
