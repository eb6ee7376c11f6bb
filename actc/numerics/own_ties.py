"""Inputs at which a program itself goes from one branch to another, which the expression that it computes may not have.

A program that is right on both sides of its own branch can be wrong on the border: the derivative of
exp(-Abs(x))/(1 + exp(-Abs(x))), written with the sign of x, is 0 at 0. No other point shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from actc.calculus.branches import atoms
from actc.calculus.crossings import crossings, place
from actc.model.domain import Domain
from actc.model.expr import Expr, apply
from actc.numerics.points import Point, PointSet

_MOST_PLACES = 6  # along one input
_ROWS = {False: 4, True: 16}  # settings of what else is free, for one input and for several


def own_ties(
    program: Expr,
    points: PointSet,
    inputs: Sequence[str],
    domains: Mapping[str, Domain],
    defaults: Mapping[str, Fraction],
) -> list[Point]:
    """Points of the format on the borders of the program's branches, along each input.

    ``domains`` are those of inputs and parameters. The other coordinates are those of some of the points.
    """
    # Not those of domains: next to a pole a last bit decides whether there is a result.
    borders = tuple(apply("abs", atom) for atom in atoms(program))
    found: list[Point] = []
    for name in inputs:
        if name not in program.free:
            continue
        along = crossings(borders, name, domains, defaults, alone=False)
        for crossing in along[:_MOST_PLACES]:
            for row in _rows(points.points, name, len(inputs) > 1):
                value = place(crossing, row) if crossing.location is not None else None
                exact = points.format.exact(value) if isinstance(value, Fraction) else None
                if exact is not None and domains[name].contains(exact):
                    found.append({**row, name: exact})
    return found


def _rows(points: Sequence[Point], name: str, several: bool) -> list[Point]:
    """Some of the points, no two alike but for that one coordinate."""
    rows = list({tuple(v for n, v in p.items() if n != name): p for p in points}.values())
    count = min(len(rows), _ROWS[several])
    return [rows[k * len(rows) // count] for k in range(count)]
