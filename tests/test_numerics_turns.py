"""Products taken by turns and sums collected by powers of an input: identities that keep what would be lost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import gmpy2
import mpmath
import pytest
from analysed import right
from test_prove import read

from actc.calculus.prove import prove_same
from actc.model.expr import Expr
from actc.numerics.collected import collected
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.simulate import Simulator
from actc.numerics.stabilise import stabilise_measured
from actc.numerics.turns import by_turns, saturated, terms_by_turns


def computed(program: Expr, form: Format, **point: float) -> float:
    given = {name: gmpy2.mpfr(value, form.precision) for name, value in point.items()}
    return float(Simulator(form, [given], flush=form is FLOAT32).run(program)[0])


@pytest.mark.parametrize(("formula", "function", "sizes"), [
    ("(1 + 2*x)/(1 + x + x**2)**2", lambda x: (1 + 2 * x) / (1 + x + x**2) ** 2, (1e3, 1e12)),
    ("x**2/(1 + Abs(x))**2", lambda x: x**2 / (1 + abs(x)) ** 2, (1e25, 1e37)),
    ("-x**3*exp(-x)/(1 + x)**4*2", lambda x: -2 * x**3 * mpmath.exp(-x) / (1 + x) ** 4, (30.0, 60.0)),
    ("(x if x > 1 else 1/x)*x**3/(x + 1)**4", lambda x: x**4 / (x + 1) ** 4, (1e12, 1e37)),
])  # fmt: skip
def test_products_by_turns(formula: str, function: Callable[[Any], Any], sizes: tuple[float, ...]) -> None:
    """The same function, and right where squares of its parts leave float32's range."""
    found = by_turns(read(formula))
    assert found is not read(formula)
    assert prove_same(found, read(formula), {}) is not None
    for size in sizes:
        with mpmath.workdps(40):
            true = float(function(mpmath.mpf(float(gmpy2.mpfr(size, 24)))))
        assert computed(found, FLOAT32, x=size) == pytest.approx(true, rel=1e-5, abs=1e-37)
        assert computed(found, FLOAT64, x=float(gmpy2.mpfr(size, 24))) == pytest.approx(true, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("formula", ["x*b", "x/b", "2/(3*x)", "sin(x) + b", "x*b + x/b"])
def test_short_products_stay(formula: str) -> None:
    """Where nothing is to be taken by turns, nothing is written otherwise."""
    assert by_turns(read(formula)) is read(formula)


@pytest.mark.parametrize(("formula", "function", "sizes"), [
    ("(1 + 2*a*x)/(1 + x + a*x**2)**2", lambda x, a: (1 + 2 * a * x) / (1 + x + a * x**2) ** 2, (1e3, 3.4e38)),
    ("x**2*sign(x)/(1 + Abs(x) + a*Abs(x)**2)**2", lambda x, a: x**2 / (1 + x + a * x**2) ** 2, (1e20, 3.4e38)),
    ("(x - 3)*x*5/(1 + x*x*a + x)", lambda x, a: (x - 3) * x * 5 / (1 + x * x * a + x), (7.0, 1e9)),
    ("x*(1 + a*x)/(x*(1 + a*x) + 1)", lambda x, a: x * (1 + a * x) / (1 + x * (1 + a * x)), (1e-30, 0.1, 1e20, 3.4e38)),
    ("-x*Abs(x)*a/(a*Abs(x)**2 + 2)", lambda x, a: -a * x * x / (a * x * x + 2), (1e-15, 0.1, 1e18)),
])  # fmt: skip
def test_sums_by_turns(formula: str, function: Callable[[Any, Any], Any], sizes: tuple[float, ...]) -> None:
    """The same function, finite up to the largest floats, at a parameter that is 0 too."""
    found = terms_by_turns(saturated(read(formula)))
    assert found is not read(formula)
    assert prove_same(found, read(formula), {}) is not None
    for size, a in product(sizes, (0.0, 1.0, 3.0)):
        with mpmath.workdps(120):
            true = float(function(mpmath.mpf(float(gmpy2.mpfr(size, 24))), mpmath.mpf(a)))
        assert computed(found, FLOAT32, x=size, a=a) == pytest.approx(true, rel=1e-5, abs=1e-36)


@pytest.mark.parametrize("formula", ["x/(1 + exp(x))", "(x + a)/(1 + x)", "x/(a + b)", "1/(1 + x)", "x*a"])
def test_what_does_not_saturate_stays(formula: str) -> None:
    """Only what is a part of its own denominator."""
    assert saturated(read(formula)) is read(formula)


@pytest.mark.parametrize(("formula", "written"), [
    ("1 - a*(x + a)", "-(a - 1)*(1 + a) - a*x"),
    ("1 + x*a + x**2 - a**2*x**2", "1 + a*x - (a - 1)*(1 + a)*x**2"),
    ("log1p(x - a**2)", "log1p(x - a**2) if Abs(x - a**2) < 1/2 else log(-(a - 1)*(1 + a) + x)"),
    ("1 + a*x", "1 + a*x"),
    ("a**2 - 1", "a**2 - 1"),
    ("exp(x) + a*x", "exp(x) + a*x"),
])  # fmt: skip
def test_sums_by_powers_of_the_input(formula: str, written: str) -> None:
    """Coefficients are in factors where that is more than they were, and only there."""
    found = collected(read(formula), "x")
    assert found is read(written) or prove_same(found, read(written), {}) is not None
    assert (found is read(formula)) == (written == formula)


def test_a_coefficient_that_vanishes() -> None:
    """log(1 - a*(x + a)) at a = -1 is log(x), down to the smallest normal numbers."""
    for form, smallest in ((FLOAT32, 2.0**-126), (FLOAT64, 2.0**-1022)):
        found = computed(collected(read("log(1 - a*(x + a))"), "x"), form, x=smallest, a=-1.0)
        with mpmath.workdps(40):
            assert found == pytest.approx(float(mpmath.log(mpmath.mpf(smallest))), rel=2.0 ** (2 - form.precision))


def test_the_search_finds_them() -> None:
    """Programs for formulas that need these rules are finite where the formulas are."""
    text = "parameters: {a: {default: -0.5, domain: negative}}\ninputs: {x: positive}\nexpression: log(1 - a*(x + a))\n"
    for measured in stabilise_measured(right("name: a\n" + text)).accuracy:
        assert measured.nonfinite == 0
