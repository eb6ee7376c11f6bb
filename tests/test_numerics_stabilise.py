"""Textbook formulas become programs that are finite and accurate, and sound ones stay as they were written."""

from __future__ import annotations

from fractions import Fraction

import gmpy2
import mpmath
import pytest
from analysed import right
from shipped import ACTIVATIONS, CORE_FILES

from actc.calculus.settle import at
from actc.model.expr import Expr, symbol
from actc.numerics.accuracy import Truth
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.points import PointSet, screening, special_places, thorough
from actc.numerics.regimes import plain_between
from actc.numerics.simulate import simulate
from actc.numerics.stabilise import stabilise, stabilise_measured

SHIPPED = CORE_FILES


def source(expression: str, more: str = "") -> str:
    return f"name: a\nexpression: {expression}\n{more}"


def run(expr: Expr, form: Format, x: float) -> float:
    return float(simulate(expr, form, [{"x": form.nearest(Fraction(x))}])[0])


def slope(text: str) -> tuple[Expr, Expr]:
    """The program for the value and the one for the derivative."""
    found = stabilise(right(text))
    return found.value, found.gradients[0].expr


@pytest.mark.parametrize("expression", [
    "log(1 + exp(x))",
    "x/(1 + exp(-x))",
    "(exp(x) - exp(-x))/(exp(x) + exp(-x))",
    "2/(1 + exp(-2*x)) - 1",
    "x*tanh(log(1 + exp(x)))",
    "x*tanh(exp(x))",
    "1 - exp(-exp(x))",
    "exp(-exp(-x))",
    "x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))",
    "(x + sqrt(x**2 + 4))/2",
    "x/(1 + x**2)",
    "x/sqrt(1 + x**2)",
    "x/(1 + Abs(x))",
    "x*erf(log(1 + exp(x)))",
    "x/(x/2 + exp(-x/3))",
    "x*log(1 + 1/(1 + exp(-x)))",
    "1/(exp(x) + exp(-x))",
])  # fmt: skip
def test_textbook_formulas_meet_the_contract(expression: str) -> None:
    """Value and gradient are finite and within 8 ULP at every point that is looked at, in float32 and float64."""
    for measured in stabilise_measured(right(source(expression))).accuracy:
        assert measured.nonfinite == 0
        assert measured.value_ulp <= 8
        assert all(error <= 8 for _, error in measured.gradient_ulp)


@pytest.mark.parametrize(("expression", "true"), [
    ("log(1 + exp(x))", lambda x: mpmath.log1p(mpmath.exp(x))),
    ("x/(1 + exp(-x))", lambda x: x / (1 + mpmath.exp(-x))),
    ("(x + sqrt(x**2 + 4))/2", lambda x: (x + mpmath.sqrt(x**2 + 4)) / 2),
    ("x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))",
     lambda x: x / (1 + mpmath.exp(-2 * mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3)))),
])  # fmt: skip
def test_programs_agree_with_mpmath(expression: str, true: object) -> None:
    """At points that the search has not seen, value and derivative are those of 700-digit arithmetic."""
    value, derivative = slope(source(expression))
    with mpmath.workdps(700):
        for x in (-8192.0, -61.25, -17.0625, -3.3125, -1e-12, 0.4375, 12.8125, 95.5, 2.0**100, -(2.0**100), 2.0**127):
            exact = true(mpmath.mpf(x))  # type: ignore[operator]
            exact_slope = mpmath.diff(true, mpmath.mpf(x), h=mpmath.mpf(2) ** -1000)
            for program, wanted in ((value, exact), (derivative, exact_slope)):
                found = run(program, FLOAT32, x)
                assert abs(found - wanted) <= 2e-6 * abs(wanted) + 1e-35, (x, found)


def test_sound_formulas_stay_as_they_are() -> None:
    """Nothing is rewritten where value and gradient are within the contract already, infinite inputs included."""
    for expression in ("sigmoid(x)", "softplus(x)", "atan(x) + tanh(x)", "max(x, 0)", "x if x >= 0 else expm1(x)"):
        before = right(source(expression))
        after = stabilise(before)
        assert after.value is before.value
        assert all(a.expr is b.expr for a, b in zip(after.gradients, before.gradients, strict=True))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_programs_keep_their_function(name: str) -> None:
    """What is rewritten in the shipped activations has the same exact value and gradient at generic points."""
    for text in (ACTIVATIONS / f"{name}.yaml").read_text().split("\n---\n"):
        before = right(text)
        after = stabilise(before)
        pairs = [(before.value, after.value)]
        pairs += [(b.expr, a.expr) for b, a in zip(before.gradients, after.gradients, strict=True)]
        names = [i.name for i in before.activation.inputs]
        defaults = {p.name: at(p.default, {}) for p in before.activation.parameters}
        for step in range(-9, 10):
            point = {n: Fraction(7 * step + 3 * k, 11) for k, n in enumerate(names)} | defaults
            for old, new in pairs:
                a, b = at(old, point), at(new, point)
                assert a == b or abs(a - b) < Fraction(1, 10**20), (point, old, new)


def test_values_at_kinks_survive() -> None:
    """A gradient that is rewritten keeps the value that was settled at the kink."""
    text = source("Abs(x)/(1 + exp(-x)) + log(1 + exp(x))")
    before = right(text)
    after = stabilise(before)
    assert after.gradients[0].expr is not before.gradients[0].expr
    here = {"x": Fraction(0)}
    assert at(after.gradients[0].expr, here) == at(before.gradients[0].expr, here)


def test_surrogates_stay_what_they_are() -> None:
    """A surrogate is made stable as it is written, never replaced by the derivative."""
    before = right(source("Heaviside(x)", "surrogate: exp(-x)/(1 + exp(-x))**2\n"))
    after = stabilise(before)
    assert run(before.gradients[0].expr, FLOAT32, -100.0) != run(before.gradients[0].expr, FLOAT32, -100.0)
    assert run(after.gradients[0].expr, FLOAT32, -50.0) == pytest.approx(1.9287498e-22, rel=1e-6)
    assert run(after.gradients[0].expr, FLOAT32, 0.0) == 0.25


def test_parameters_far_from_their_defaults() -> None:
    """Programs hold for other values of the parameters too."""
    text = source("x/(1 + exp(-beta*x))", "parameters:\n  beta: {default: 1.0, domain: positive}\n")
    found = stabilise(right(text))
    point = {"x": FLOAT32.nearest(Fraction(-(10**30))), "beta": FLOAT32.nearest(Fraction(50))}
    for program in (found.value, *(g.expr for g in found.gradients)):
        assert float(simulate(program, FLOAT32, [point])[0]) == 0.0


def test_same_outcome_every_time() -> None:
    """The search has no memory and no chance in it."""
    text = source("(x + sqrt(x**2 + 4))/2")
    assert stabilise(right(text)) == stabilise(right(text))


def test_points_cover_the_format() -> None:
    """Both signs of the smallest and the largest exponents, many points within 20 of 0, at most a thousand in all."""
    gradients = right(source("max(x - 3, 0)"))
    places = special_places(gradients.activation, {"x": ()})
    for points in thorough(gradients.activation, places):
        values = [p["x"] for p in points.points]
        assert len(values) == len(set(values)) <= 1000
        for sign in (1, -1):
            sizes = [sign * v for v in values if sign * v > 0]
            assert min(sizes) < points.format.smallest_normal * 2**32
            assert max(sizes) > Fraction(2) ** (points.format.most - 33)
        assert sum(abs(v) <= 20 for v in values) > 60
        assert all(points.format.exact(v) == v for v in values)
        assert all(v == 0 or abs(v) >= points.format.smallest_normal for v in values)


def test_points_lie_around_kinks() -> None:
    """The neighbours of a kink are among the points, in the screening too."""
    from actc.calculus.crossings import crossings

    gradients = right(source("max(x - 3, 0)"))
    activation = gradients.activation
    found = crossings((gradients.value,), "x", activation.domains, {}, alone=True)
    places = special_places(activation, {"x": found})
    for choose in (screening, thorough):
        values = {p["x"] for p in choose(activation, places)[0].points}
        assert {Fraction(3), 3 + FLOAT32.ulp(Fraction(3)), 3 - FLOAT32.ulp(Fraction(3))} <= values


def test_errors_are_in_units_of_the_last_place() -> None:
    """One unit off is an error of 1 where the function is flat, and an infinity is an infinite one."""
    x = symbol("x")
    truth = Truth(1 + x * 0 + x / 2**30, PointSet(FLOAT32, ({"x": Fraction(1)},)))
    with FLOAT32.context:
        off = gmpy2.next_above(gmpy2.mpfr(1))
    assert truth.error(0, off) == pytest.approx(1.0, abs=0.01)
    assert truth.error(0, gmpy2.inf()) == float("inf")


def test_what_the_problem_magnifies_is_no_error() -> None:
    """At 1000, exp changes by a thousand units with the last bit of its input, so an error of ten is none."""
    x = symbol("x")
    from actc.model.expr import apply

    truth = Truth(apply("exp", x), PointSet(FLOAT64, ({"x": Fraction(700)},)))
    with FLOAT64.context:
        computed = gmpy2.exp(gmpy2.mpfr(700))
        for _ in range(10):
            computed = gmpy2.next_above(computed)
    assert truth.error(0, computed) < 0.1


def test_either_side_of_a_jump_is_right() -> None:
    """Next to a jump the other side's value is no error; farther away it is."""
    from actc.model.algebra import compare, where
    from actc.model.expr import ONE, ZERO

    x = symbol("x")
    step = where(compare("gt", x, ONE), ONE, ZERO)
    truth = Truth(step, PointSet(FLOAT32, ({"x": Fraction(1)}, {"x": Fraction(2)})))
    one, zero = gmpy2.mpfr(1), gmpy2.mpfr(0)
    assert truth.error(0, one) <= 1
    assert truth.error(1, zero) > 1000


def test_bounds_are_short_numbers() -> None:
    """A bound between two numbers is 0, a power of two, or has few digits."""
    assert plain_between(Fraction(-3), Fraction(5)) == 0
    assert plain_between(Fraction(3), Fraction(50)) in (8, 16)
    assert plain_between(Fraction(-50), Fraction(-3)) in (-8, -16)
    for low, high in ((Fraction(51, 50), Fraction(52, 50)), (Fraction(1, 1000), Fraction(3, 2000))):
        found = plain_between(low, high)
        assert low < found <= high
        assert found.denominator <= 2**12


def test_bounds_can_be_read_at_any_size() -> None:
    """A bound between two programs is one that people can read, at any size."""
    for exponent in range(-40, 41):
        low = Fraction(10) ** exponent * Fraction(314159, 100000)
        for factor in (Fraction(1001, 1000), Fraction(3, 2), Fraction(40), Fraction(10) ** 9):
            found = plain_between(low, low * factor)
            assert low < found <= low * factor
            in_digits = found == Fraction(f"{float(found):.4g}")
            assert in_digits or found in [Fraction(2) ** k for k in range(-16, 17)]
