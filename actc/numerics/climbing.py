"""Inputs at which a program is worse than at the points it was chosen on, found by climbing on the measured error.

The climb starts at the worst points known and moves one input at a time by ever smaller parts of its size. It is
counted and free of chance, so it finds the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from actc.model.domain import Domain
from actc.model.expr import Expr
from actc.numerics.accuracy import TARGET, Truth, simulators
from actc.numerics.formats import Format
from actc.numerics.points import Point, PointSet
from actc.numerics.xla import ways

_STARTS = 4  # of one format
_LEAST = 1.5  # ULP: what is better is no start
_STEPS = tuple(Fraction(1, 2**k) for k in (1, 1, 2, 3, 4, 5, 6, 8))


def climbed(
    expr: Expr, program: Expr, points: PointSet, errors: Sequence[float], domains: Mapping[str, Domain]
) -> tuple[Point, ...]:
    """Points at which the program for an expression misses the contract; ``domains`` are those of the inputs.

    ``errors`` are those at the points that are known.
    """
    tops = _starts(points, errors)
    found: dict[tuple[Fraction, ...], Point] = {}
    for step in _STEPS:
        moves = [(k, p) for k, (_, point) in enumerate(tops) for p in _moves(point, step, points.format, domains)]
        if not moves:
            break
        tried = PointSet(points.format, tuple(p for _, p in moves))
        truth, (run,) = Truth(expr, tried), simulators((tried,))
        columns = [run.run(way) for way in ways(program)]
        for index, row in enumerate(zip(*columns, strict=True)):
            k, point = moves[index]
            error = max(truth.error(index, value) for value in row)
            if error > TARGET:
                found.setdefault(tuple(point.values()), point)
            if error > tops[k][0]:
                tops[k] = error, point
    return tuple(found.values())


def _starts(points: PointSet, errors: Sequence[float]) -> list[tuple[float, Point]]:
    """The worst points, no two of them next to one another in the list."""
    order = sorted((i for i, e in enumerate(errors) if e > _LEAST), key=lambda i: (-errors[i], i))
    chosen: list[int] = []
    for i in order:
        if len(chosen) == _STARTS:
            break
        if all(abs(i - j) > 1 for j in chosen):
            chosen.append(i)
    return [(errors[i], points.points[i]) for i in chosen]


def _moves(point: Point, step: Fraction, form: Format, domains: Mapping[str, Domain]) -> list[Point]:
    found = []
    for name, domain in domains.items():
        for factor in (1 + step, 1 - step):
            moved = form.exact(point[name] * factor)
            if moved is not None and domain.contains(moved) and (abs(moved) >= form.smallest_normal):
                found.append({**point, name: moved})
    return found
