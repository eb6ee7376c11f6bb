"""Mantissas and exponents kept apart: the same functions by mpmath, where their exponentials overflow or vanish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import gmpy2
import mpmath
import pytest
from test_prove import read

from actc.calculus.intervals import Interval, of_domain
from actc.model.domain import Domain
from actc.model.expr import Expr, symbol
from actc.numerics.exponent_sums import NOTHING, Exponents, multiple, of_logarithm
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.magnitudes import by_magnitudes
from actc.numerics.simulate import Simulator

_REAL, _POSITIVE = of_domain(Domain()), of_domain(Domain("positive", low=Fraction(0)))
ENV: Mapping[str, Interval] = {"x": _REAL, "a": _POSITIVE, "p": _POSITIVE}

FORMULAS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("exp(x)/(1 + exp(x))**2", lambda x, a, p: mpmath.exp(x) / (1 + mpmath.exp(x)) ** 2),
    ("x*exp(x)*log(1 + exp(x))/(a + exp(2*x))",
     lambda x, a, p: x * mpmath.exp(x) * mpmath.log1p(mpmath.exp(x)) / (a + mpmath.exp(2 * x))),
    ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", lambda x, a, p: mpmath.tanh(x)),
    ("x/(x*x/100 + exp(-a*x))", lambda x, a, p: x / (x * x / 100 + mpmath.exp(-a * x))),
    ("cosh(x)/(1 + cosh(x))", lambda x, a, p: mpmath.cosh(x) / (1 + mpmath.cosh(x))),
    ("sinh(x)*exp(-Abs(x))*a", lambda x, a, p: a * mpmath.sinh(x) * mpmath.exp(-abs(x))),
    ("sigmoid(x)*exp(-x)/2", lambda x, a, p: mpmath.exp(-x) / (1 + mpmath.exp(-x)) / 2),
    ("softplus(x)*exp(-x)", lambda x, a, p: mpmath.log1p(mpmath.exp(x)) * mpmath.exp(-x)),
    ("tanh(exp(x))*exp(-x)", lambda x, a, p: mpmath.tanh(mpmath.exp(x)) * mpmath.exp(-x)),
    ("expm1(x)*exp(-2*x)", lambda x, a, p: mpmath.expm1(x) * mpmath.exp(-2 * x)),
    ("log(exp(x) + exp(2*x))/a", lambda x, a, p: (x + mpmath.log1p(mpmath.exp(x))) / a),
    ("Abs(x)**p/(1 + Abs(x)**p)**2", lambda x, a, p: abs(x) ** p / (1 + abs(x) ** p) ** 2),
    ("sqrt(exp(2*x) + exp(x))*exp(-x)", lambda x, a, p: mpmath.sqrt(1 + mpmath.exp(-x))),
)  # fmt: skip

POINTS = tuple(
    {"x": x, "a": a, "p": p}
    for x in (-1000.0, -300.25, -90.5, -40.0, -3.5, -0.125, 0.75, 2.0, 17.5, 88.0, 95.75, 310.0, 1200.0)
    for a, p in ((1.0, 2.0), (0.5, 40.0), (3.0, 0.25))
)


@pytest.mark.parametrize("logarithms", [False, True])
@pytest.mark.parametrize(("formula", "function"), FORMULAS)
def test_the_same_function_far_out(formula: str, function: Callable[..., Any], logarithms: bool) -> None:
    """Finite and right to a few units in both formats, far beyond where exp overflows."""
    found = by_magnitudes(read(formula), ("x",), ENV, logarithms=logarithms)
    assert found is not read(formula)
    for form in (FLOAT32, FLOAT64):
        for point, result in zip(POINTS, _computed(found, form), strict=True):
            with mpmath.workdps(1200):
                true = function(**{name: mpmath.mpf(value) for name, value in point.items()})
            if abs(true) > mpmath.mpf(2) ** (form.most - 1) * 2:
                continue
            with mpmath.workdps(40):
                # What exponents of hundreds lose when they are rounded, they lose in any program.
                lost = 1 + abs(point["x"]) * (1 + point["a"]) + point["p"] * abs(mpmath.log(abs(point["x"])))
                allowed = abs(+true) * mpmath.mpf(2) ** (4 - form.precision) * lost + mpmath.mpf(2) ** (form.least + 7)
                assert gmpy2.is_finite(result), (form.name, point)
                assert abs(mpmath.mpf(float(result)) - true) <= allowed, (form.name, point, float(result), +true)


def _computed(program: Expr, form: Format) -> list[Any]:
    given = [{name: gmpy2.mpfr(value, form.precision) for name, value in point.items()} for point in POINTS]
    return Simulator(form, given, flush=form is FLOAT32).run(program)


def test_without_exponentials_nothing_changes() -> None:
    """A formula that has none stays as it is."""
    for formula in ("x/(1 + Abs(x))", "tanh(x) + a", "x**2"):
        assert by_magnitudes(read(formula), ("x",), ENV, logarithms=True) is read(formula)


@pytest.mark.parametrize(("formula", "exponents"), [
    ("a*x - x*a", {}),
    ("2*x - x/3 + a", {"x": Fraction(5, 3), "a": Fraction(1)}),
    ("-(x - a)*2", {"x": Fraction(-2), "a": Fraction(2)}),
])  # fmt: skip
def test_exponents_are_exact_sums(formula: str, exponents: dict[str, Fraction]) -> None:
    """Terms are told apart, whatever the order of their factors, and what cancels is gone."""
    rule = Exponents(("x",))
    assert dict(rule.parsed(read(formula)).terms) == {symbol(name): q for name, q in exponents.items()}


def test_arithmetic_with_exponents() -> None:
    """Sums, multiples and the lesser of an exponent and 0, at numbers on both sides of 0."""
    rule = Exponents(("x",))
    e, f = rule.parsed(read("x + Abs(x)/2")), rule.parsed(read("a - x"))
    assert rule.plus(e, e, -1).is_zero
    assert multiple(e, Fraction(0)) == NOTHING
    low, power = rule.least(rule.plus(e, f, 1))
    for x, a in ((-3.0, 0.25), (2.0, 0.5), (-0.5, 0.125)):
        point = {"x": gmpy2.mpfr(x), "a": gmpy2.mpfr(a)}
        run = Simulator(FLOAT64, [point])
        assert float(run.run(rule.spelled(rule.plus(e, f, 1)))[0]) == a + abs(x) / 2
        assert float(run.run(rule.spelled(multiple(e, Fraction(-2))))[0]) == -2 * x - abs(x)
        assert float(run.run(rule.spelled(low))[0]) == min(a + abs(x) / 2, 0)
        assert float(run.run(power)[0]) == pytest.approx(float(mpmath.exp(min(a + abs(x) / 2, 0))), rel=1e-15)


def test_logarithms_in_exponents() -> None:
    """c and u of c*log(u)."""
    assert of_logarithm(read("log(x)")) == (read("1"), read("x"))
    assert of_logarithm(read("a*log(x)")) == (read("a"), read("x"))
    assert of_logarithm(read("a*x")) is None


def test_a_term_that_vanishes_with_its_parameter() -> None:
    """tanh(a*x + p*exp(x))/exp(x) where a is 0: what is as small as exp(x) is not lost beside a*x, which is 0 there."""
    env = {"x": _REAL, "a": _REAL, "p": of_domain(Domain("nonnegative", low=Fraction(0), low_open=False))}
    formula = read("tanh(a*x + p*exp(x))/exp(x)")
    found = by_magnitudes(formula, ("x",), env, logarithms=True, zeros=True)
    points = [
        {"x": x, "a": a, "p": p} for x in (-500.0, -95.5, -3.0, 2.5) for a in (0.0, 0.75) for p in (0.0, 0.5, 2.0)
    ]
    for form in (FLOAT32, FLOAT64):
        given = [{name: gmpy2.mpfr(value, form.precision) for name, value in point.items()} for point in points]
        results = Simulator(form, given, flush=form is FLOAT32).run(found)
        for point, result in zip(points, results, strict=True):
            with mpmath.workdps(500):
                x, a, p = (mpmath.mpf(point[name]) for name in ("x", "a", "p"))
                true = mpmath.tanh(a * x + p * mpmath.exp(x)) / mpmath.exp(x)
            if abs(true) < mpmath.mpf(2) ** form.most:
                rel = 2.0 ** (6 - form.precision) * (1 + abs(point["x"]))
                assert float(result) == pytest.approx(float(true), rel=rel, abs=1e-30), (form.name, point)
