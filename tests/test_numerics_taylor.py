"""Taylor models and the polynomials made of them hold the function, against mpmath."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb
from test_prove import read

from actc.calculus.balls import evaluate
from actc.calculus.tape import precision
from actc.model.expr import Expr, substitute, symbol
from actc.numerics.expansions import expanded, small_quantities
from actc.numerics.short_polynomials import Disc, short_near
from actc.numerics.taylor import BITS, Model, NoModelError, model

SMALL = symbol("·u")

FORMULAS: tuple[tuple[str, Callable[[Any], Any], Fraction], ...] = (
    ("exp(x) - 1 - x", lambda x: mpmath.exp(x) - 1 - x, Fraction(1)),
    ("x - tanh(x)", lambda x: x - mpmath.tanh(x), Fraction(3, 4)),
    ("log(cosh(x))", lambda x: mpmath.log(mpmath.cosh(x)), Fraction(1, 2)),
    ("1 - cos(x)", lambda x: 1 - mpmath.cos(x), Fraction(2)),
    ("(cos(x) - sinc(x))/x", lambda x: (mpmath.cos(x) - mpmath.sin(x) / x) / x, Fraction(1)),
    ("log1p(x) - x/(1 + x)", lambda x: mpmath.log1p(x) - x / (1 + x), Fraction(1, 2)),
    ("softplus(x) - x/2 - log(2)", lambda x: mpmath.log((1 + mpmath.exp(x)) / 2) - x / 2, Fraction(1)),
    ("normal_cdf(x) - 1/2", lambda x: mpmath.erf(x / mpmath.sqrt(2)) / 2, Fraction(1)),
    ("atan(x) - x", lambda x: mpmath.atan(x) - x, Fraction(1, 2)),
    ("sqrt(1 + x) - 1 - x/2", lambda x: mpmath.sqrt(1 + x) - 1 - x / 2, Fraction(1, 2)),
    ("tan(x) - sinh(x)", lambda x: mpmath.tan(x) - mpmath.sinh(x), Fraction(3, 4)),
    ("exp(-exp(x)) - exp(-1) + x*exp(-1)", lambda x: mpmath.exp(-mpmath.exp(x)) - (1 - x) / mpmath.e, Fraction(1)),
    ("asinh(x) - erf(x)", lambda x: mpmath.asinh(x) - mpmath.erf(x), Fraction(1, 2)),
)
NAMES = [row[0] for row in FORMULAS]


def enclosure(found: Model, at: Fraction) -> arb:
    """A ball that holds the function, by the model's own promise."""
    with precision(BITS):
        place = arb(at.numerator) / at.denominator
        total = found.rest
        for c in reversed(found.terms):
            total = total * place + c
        return total


def inside(ball: arb, number: Any) -> bool:
    with precision(BITS):
        near = arb(mpmath.nstr(number, 80)) + arb(0, 1e-75)
        return bool(ball.overlaps(near))


@pytest.mark.parametrize(("formula", "true", "bound"), FORMULAS, ids=NAMES)
def test_models_hold_the_function(formula: str, true: Callable[[Any], Any], bound: Fraction) -> None:
    """At points of the whole interval the true value lies in the model's ball, which is narrow."""
    found = model(read(formula), "x", Fraction(0), bound, 40)
    with mpmath.workdps(100):
        for k in (-16, -11, -5, -1, 1, 3, 8, 13, 16):
            at = bound * k / 16
            ball = enclosure(found, at)
            assert inside(ball, true(mpmath.mpf(at.numerator) / at.denominator)), at
            assert ball.rad() < 1e-6


@pytest.mark.parametrize(("formula", "true", "bound"), FORMULAS, ids=NAMES)
def test_polynomials_have_all_digits(formula: str, true: Callable[[Any], Any], bound: Fraction) -> None:
    """What replaces a formula is right to float64's precision from the smallest inputs to the bound."""
    found = short_near(substitute(read(formula), {symbol("x"): SMALL}), Disc(bound))
    assert found is not None
    with mpmath.workdps(400):
        for at in (bound, -bound, bound * Fraction(7, 9), -bound / 3, Fraction(1, 2**20), Fraction(-1, 2**90)):
            value = evaluate(found, {SMALL.name: at}, 512)
            assert isinstance(value, Fraction)
            wanted = true(mpmath.mpf(at.numerator) / at.denominator)
            got = mpmath.mpf(value.numerator) / value.denominator
            assert abs(got - wanted) < abs(wanted) * mpmath.mpf(2) ** -51, at


@pytest.mark.parametrize(("formula", "bound"), [
    ("log(x)", Fraction(1, 2)),  # a singularity within
    ("log1p(x)", Fraction(1)),  # one at the bound
    ("1/x", Fraction(1, 2)),
    ("tan(x)", Fraction(2)),
    ("Abs(x)", Fraction(1)),
    ("1/(x - 1/4)", Fraction(1, 2)),
    ("sqrt(x)", Fraction(1)),
])  # fmt: skip
def test_no_model_over_a_singularity(formula: str, bound: Fraction) -> None:
    """A pole, a branch point or a kink in the interval is no Taylor series."""
    with pytest.raises(NoModelError):
        model(read(formula), "x", Fraction(0), bound, 24)


def value(expr: Expr, **at: float) -> Any:
    found = evaluate(expr, {name: Fraction(v) for name, v in at.items()}, 512)
    if isinstance(found, Fraction):
        return mpmath.mpf(found.numerator) / found.denominator
    assert isinstance(found, arb)
    return mpmath.mpf(found.str(60, radius=False))


@pytest.mark.parametrize(("formula", "small", "points"), [
    ("exp(x/a) - 1 - x/a*exp(x/a)", "x/a", ((1e-9, 3.0), (-0.2, 2.5), (0.1, -0.75))),
    ("a*tanh(x) - a*x + x*sigmoid(x)", "x", ((1e-9, 3.0), (-0.2, 2.5))),
    ("softplus(a*x) + x/b - log(2)", "x*a", ((1e-9, 3.0), (-0.2, 0.5))),
    ("a*(sigmoid(a*x) - 1/2) + x**2*a", "x*a", ((1e-12, 3.0), (-0.2, 0.5))),
    ("log1p(a*exp(-x)) - a*exp(-x)/(1 + a*exp(-x))", "a*exp(-x)", ((20.5, 2.0), (3.25, 0.75))),
])  # fmt: skip
def test_small_quantities_with_parameters(formula: str, small: str, points: tuple[tuple[float, float], ...]) -> None:
    """Where a product with a parameter is small, the polynomial in it agrees with the formula in many digits."""
    root = read(formula)
    # Products are spelled in the order in which the formula has them.
    chosen = [q for q in small_quantities(root, "x") if q.free == read(small).free]
    found = next(f for q in chosen for f in expanded(root, q, "x", Disc(Fraction(1, 4))))
    with mpmath.workdps(60):
        for x, a in points:
            true, got = value(root, x=x, a=a, b=1.5), value(found, x=x, a=a, b=1.5)
            assert abs(true - got) <= abs(true) * mpmath.mpf(2) ** -50
