"""Inputs around which an expression comes nearest to 0: where its terms cancel most, if they do.

Points tried at random miss a double root that a parameter moves. Between the points known a least size is enclosed by
its neighbours on both sides and narrowed by golden sections, on certain values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from actc.model.domain import Domain
from actc.model.expr import Expr
from actc.numerics.accuracy import Truth
from actc.numerics.formats import FLOAT64, Float, Format
from actc.numerics.points import Point, PointSet

_MOST = 6  # valleys of one expression
_OF_ONE_SETTING = 3  # of these at the same parameters
_SECTIONS = 16
_GOLDEN = Fraction(6180339887, 10**10)
_LEAST = Fraction(1, 2**20)  # nearer to 0 points of all exponents lie close enough
_GREATEST = Fraction(2**20)
_DISTANCES = tuple(Fraction(1, 2**k) for k in (3, 5, 7, 9, 11, 13, 16))

Place = tuple[Fraction, Point]
"""A coordinate with the point that it belongs to."""


def valleys(
    expr: Expr, points: PointSet, values: Sequence[Float | None], domains: Mapping[str, Domain]
) -> tuple[Point, ...]:
    """Where an expression in one input is least in size, at several parameters; ``values`` are those at the points."""
    if len(domains) != 1:
        return ()
    (name,) = domains
    if name not in expr.free:
        return ()
    rows: dict[tuple[Fraction, ...], list[tuple[Fraction, Point, Float]]] = {}
    for point, value in zip(points.points, values, strict=True):
        if value is not None:
            key = tuple(v for n, v in point.items() if n != name)
            rows.setdefault(key, []).append((point[name], point, abs(value)))
    brackets = [b for row in rows.values() for b in _enclosed(sorted(row, key=lambda r: r[0]))]
    return tuple(_narrowed(expr, FLOAT64, name, *b) for b in brackets[:_MOST])


def around(valley: Point, form: Format, domains: Mapping[str, Domain]) -> list[Point]:
    """Points of a format ever nearer to one in one input, on both sides."""
    ((name, domain),) = domains.items()
    found: dict[Fraction, None] = {}
    for distance in _DISTANCES:
        for sign in (1, -1):
            moved = form.exact(valley[name] + sign * distance * max(abs(valley[name]), Fraction(1, 16)))
            if moved is not None and domain.contains(moved) and abs(moved) >= form.smallest_normal:
                found[moved] = None
    return [{**valley, name: moved} for moved in found]


def _enclosed(row: list[tuple[Fraction, Point, Float]]) -> list[tuple[Fraction, Fraction, Point]]:
    """Between what neighbours the size is least, those nearest to 0 first."""
    found = []
    for (low, _, before), (here, point, size), (high, _, after) in zip(row, row[1:], row[2:], strict=False):
        is_least = size <= before and size <= after and (size < before or size < after)
        if is_least and _LEAST < abs(here) < _GREATEST and low * high >= 0:
            found.append((low, high, point))
    return sorted(found, key=lambda b: abs(b[0] + b[1]))[:_OF_ONE_SETTING]


def _narrowed(expr: Expr, form: Format, name: str, low: Fraction, high: Fraction, point: Point) -> Point:
    """Golden sections of an interval, towards what is least in size."""

    def at(place: Fraction) -> tuple[Fraction, Float | None]:
        near = form.exact(place) or place
        value = Truth(expr, PointSet(form, ({**point, name: near},))).at(0)
        return near, None if value is None else abs(value)

    left, right = at(high - _GOLDEN * (high - low)), at(low + _GOLDEN * (high - low))
    for _ in range(_SECTIONS):
        if left[1] is None or right[1] is None:
            break
        if left[1] <= right[1]:
            high, right = right[0], left
            left = at(high - _GOLDEN * (high - low))
        else:
            low, left = left[0], right
            right = at(low + _GOLDEN * (high - low))
    place = right[0] if left[1] is None or (right[1] is not None and right[1] < left[1]) else left[0]
    return {**point, name: place}
