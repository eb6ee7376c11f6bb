"""Sines and cosines next to 1 and -1: by half angles their sums keep the digits that they lose as they are written."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from test_numerics_cancellation import Function, distances, programs, ulps
from test_prove import read

from actc.calculus.prove import prove_same
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.half_angles import by_half_angles
from actc.numerics.simulate import simulate

PI = float(mpmath.pi)


@pytest.mark.parametrize(("formula", "written"), [
    ("1 - cos(x)", "2*sin(x/2)**2"),
    ("1 + cos(3*x)", "2*cos(3/2*x)**2"),
    ("1 + sin(2*a*x)", "2*sin(pi/4 + a*x)**2"),
    ("1 - sin(x)", "2*sin(pi/4 - x/2)**2"),
    ("1 + 2*sin(a*x)*cos(a*x)*a/a", "2*sin(pi/4 + a*x)**2"),
    ("(1 - cos(x))/x", "2*sin(x/2)**2/x"),
    ("a - a*cos(b*x) + x**2", "2*a*sin(b*x/2)**2 + x**2"),
    ("x*cos(x)**2 - x", "-x*sin(x)**2"),
    ("1.05 + sin(x)", "0.05 + 2*sin(pi/4 + x/2)**2"),
    ("sin(x) + sin(x)*cos(x)", "2*sin(x)*cos(x/2)**2"),
    ("2*x + sin(x)", "2*x + sin(x)"),
    ("x + cos(a)*sin(x)", "x + cos(a)*sin(x)"),
])  # fmt: skip
def test_sums_become_squares(formula: str, written: str) -> None:
    """What a formula is written as is what is expected, and the same as the formula by mpmath."""
    found = by_half_angles(read(formula))
    assert found is read(written) or prove_same(found, read(written), {}) is not None
    point = {"x": Fraction(11, 8), "a": Fraction(3, 4), "b": Fraction(5, 4)}
    rounded = {name: FLOAT64.nearest(value) for name, value in point.items()}
    before, after = (float(simulate(e, FLOAT64, [rounded])[0]) for e in (read(formula), found))
    assert after == pytest.approx(before, rel=1e-14)


@pytest.mark.parametrize(("text", "true", "root"), [
    ("1 + sin(2*x)", lambda x, a: 1 + mpmath.sin(2 * x), -PI / 4),
    ("1 + sin(2*a*x)", lambda x, a: 1 + mpmath.sin(2 * a * x), -PI / 2),
    ("a*x - a*x*sin(3*a*x)", lambda x, a: a * x - a * x * mpmath.sin(3 * a * x), PI / 3),
    ("x*(1 + cos(a*x))", lambda x, a: x * (1 + mpmath.cos(a * x)), 2 * PI),
    ("(1 - cos(a*x))/(1 + x*x)", lambda x, a: (1 - mpmath.cos(a * x)) / (1 + x * x), 0.0),
    ("1.0001 + sin(a*x)", lambda x, a: mpmath.mpf(10001) / 10000 + mpmath.sin(a * x), -PI),
    ("1 - sin(a*x)**2", lambda x, a: 1 - mpmath.sin(a * x) ** 2, 3 * PI),
])  # fmt: skip
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_double_roots_that_move_with_a_parameter(text: str, true: Function, root: float, form: Format) -> None:
    """Near a double root every digit is right, wherever a parameter puts it."""
    value = programs(f"name: a\nparameters: {{a: {{default: 1/2, domain: positive}}}}\nexpression: {text}\n")[0]
    for x in distances(root):
        assert ulps(value, form, "xa", (x, 0.5), true) <= 8, x
