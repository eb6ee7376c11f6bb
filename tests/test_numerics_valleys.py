"""Places at which an expression is least in size are found between points that miss them, and held to mpmath."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from test_prove import read

from actc.model.domain import Domain
from actc.numerics.accuracy import Truth
from actc.numerics.formats import FLOAT32, FLOAT64, fraction
from actc.numerics.points import PointSet
from actc.numerics.valleys import around, valleys

EVERYWHERE = {"x": Domain()}


def lowest(formula: str, coarse: Fraction, **parameters: float) -> list[float]:
    """Where an expression is least in size, seen from points at a distance."""
    given = {name: Fraction(v) for name, v in parameters.items()}
    points = PointSet(FLOAT32, tuple({"x": FLOAT32.exact(k * coarse) or Fraction(0), **given} for k in range(-40, 41)))
    expr = read(formula)
    truth = Truth(expr, points)
    found = valleys(expr, points, [truth.at(i) for i in range(len(truth))], EVERYWHERE)
    return sorted(float(p["x"]) for p in found)


@pytest.mark.parametrize("a", [0.5, 1.0, 1.75])
def test_double_roots_are_found(a: float) -> None:
    """The roots of 1 + sin(2*a*x) that are nearest to 0."""
    found = lowest("1 + sin(2*a*x)", Fraction(1, 3), a=a)
    roots = sorted(((k - mpmath.mpf(1) / 4) * mpmath.pi / a for k in range(-9, 10)), key=abs)[: len(found)]
    assert len(found) == 3
    for near, root in zip(found, sorted(roots), strict=True):
        assert abs(near - root) < 1e-3


def test_least_values_that_are_not_0_are_found() -> None:
    """(x**2 - 2)**2 + 1e-6 comes nearest to 0 at the roots of 2."""
    found = lowest("(x**2 - 2)**2 + 0.000001", Fraction(3, 10))
    assert found == pytest.approx([-(2**0.5), 2**0.5], abs=1e-3)


def test_monotone_functions_have_none() -> None:
    """Nothing is looked for where the size only grows with that of the input, or only falls."""
    assert lowest("exp(x)", Fraction(1, 3)) == []
    assert lowest("x**3", Fraction(1, 3)) == []


def test_several_inputs_have_none() -> None:
    """Of several inputs there is no order between whose points to look."""
    expr = read("1 + sin(x*b)")
    assert valleys(expr, PointSet(FLOAT32, ()), (), {**EVERYWHERE, "b": EVERYWHERE["x"]}) == ()


def test_points_close_in_from_both_sides() -> None:
    """The points of each format are ever nearer, inside the domain."""
    place = {"x": Fraction(3, 2), "a": Fraction(1)}
    for form in (FLOAT32, FLOAT64):
        found = [p["x"] - place["x"] for p in around(place, form, {"x": Domain(low=Fraction(3, 2))})]
        assert found
        assert all(0 < d <= Fraction(3, 16) for d in found)
        assert min(found) < Fraction(1, 2**14)
        assert all(fraction(form.nearest(p)) == p for p in found)
