"""Inputs next to which a step of a program overflows or vanishes are found, and programs hold there."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from test_numerics_cancellation import Function, programs, ulps
from test_prove import read

from actc.model.domain import Domain
from actc.numerics.accuracy import simulators
from actc.numerics.edges import edges
from actc.numerics.formats import FLOAT32, FLOAT64
from actc.numerics.points import Point, PointSet

EVERYWHERE = Domain()


def found(formula: str, *points: Point) -> list[Point]:
    given = PointSet(FLOAT32, points)
    names = dict.fromkeys(points[0], EVERYWHERE)
    (run,) = simulators((given,))
    return edges(read(formula), given, run, names)


@pytest.mark.parametrize(("formula", "where"), [
    ("exp(x)/x**2", mpmath.log(2) * 128),  # the power overflows
    ("x**2*exp(-x)", mpmath.log(2) * 127),  # and vanishes, where it is half of the smallest normal number
    ("x if x < 500 else 2*x", 500),
])  # fmt: skip
def test_places_are_found_between_points(formula: str, where: mpmath.mpf) -> None:
    """Points follow one another from the place on, within one part in a hundred of it at first."""
    near = sorted(float(p["x"]) for p in found(formula, *({"x": Fraction(2) ** k} for k in range(3, 12))))
    beyond = [x for x in near if x >= where]
    assert len(beyond) >= 5
    assert beyond[0] < where * 1.01
    assert any(x < where for x in near)


def test_several_inputs_are_followed_one_by_one() -> None:
    """Along one input the others stay, which no list of pairs does for them."""
    sizes = [Fraction(2) ** k * sign for k in range(-4, 12) for sign in (1, -1)]
    pairs = [{"x": x, "z": sizes[(7 * k + 3) % len(sizes)]} for k, x in enumerate(sizes)]
    near = [p for p in found("x*sigmoid(-z)", *pairs) if 87 < p["z"] < 90]
    others = {p["x"] for p in near}
    assert 1 <= len(others) <= 2
    for other in others:
        assert len({p["z"] for p in near if p["x"] == other}) > 2


@pytest.mark.parametrize(("text", "which", "names", "points", "true"), [
    ("expression: (exp(x) - 1 - x)/x**2\n", 0, "x", [(88.75,), (91.0,), (95.5,), (96.9,)],
     lambda x: (mpmath.exp(x) - 1 - x) / x**2),
    ("parameters: {a: 0.75}\nexpression: x*exp(a*x)/(exp(a*x) + exp(-a*x))\n", 2, "xa",
     [(-59.479339599609375, 0.75), (-58.5, 0.75), (-61.0, 0.75)],
     lambda x, a: mpmath.diff(lambda b: x / (1 + mpmath.exp(-2 * b * x)), a)),
    ("parameters: {a: 1.0}\nexpression: x/(1 + exp(-a*x)) - x/2\n", 2, "xa",
     [(95.71823120117188, 0.9513753056526184), (92.0, 0.96), (-94.5, 0.93)],
     lambda x, a: mpmath.diff(lambda b: x / (1 + mpmath.exp(-b * x)), a)),
])  # fmt: skip
def test_results_hold_where_a_step_does_not(
    text: str, which: int, names: str, points: list[tuple[float, ...]], true: Function
) -> None:
    """Where an exponential overflows, or is flushed, and what it is a part of is a number all the same."""
    program = programs("name: a\n" + text)[which]
    for point in points:
        assert ulps(program, FLOAT32, names, point, true) <= 8, point


@pytest.mark.parametrize(("text", "true"), [
    ("log(1 + log(cosh(x)))", lambda x: mpmath.log(1 + abs(x) - mpmath.log(2) + mpmath.log1p(mpmath.exp(-2 * abs(x))))),
    ("log(x + sqrt(x**2 + 1))", mpmath.asinh),
    ("x/sqrt(1 + 3*x**2/4) - x", lambda x: x / mpmath.sqrt(1 + 3 * x**2 / 4) - x),
])  # fmt: skip
def test_the_greatest_numbers(text: str, true: Function) -> None:
    """Nothing that is twice an input is formed, and what has one is right at the least of them too."""
    program = programs(f"name: a\nexpression: {text}\n")[0]
    for form in (FLOAT32, FLOAT64):
        most = 2.0 ** (form.most - 1)
        for x in (most * 1.5, most * 1.2, most / 3, 4.0, 0.3, 1e-3, 1e-9):
            for sign in (1, -1):
                assert ulps(program, form, "x", (sign * x,), true) <= 8, (form, x)
