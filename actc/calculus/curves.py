"""How activations depend on one parameter, and with which of its values they may have a given row of values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from actc.calculus.fingerprints import ALIKE, Measured, Point, Row, alike, ball
from actc.calculus.interval_index import IntervalIndex
from actc.calculus.sampling_values import choices
from actc.model.domain import Domain

_REAL = tuple(Fraction(n, 20) for n in (1, 4, 10, 15, 20, 28, 40, 60, 100, 200, 800))
_PARTS = tuple(Fraction(k, 12) for k in range(13))
_WHOLE = tuple(Fraction(n) for n in range(-3, 9))
_STEPS = 60  # of root finding
_HALVINGS = 3  # before it, in which most false hopes are seen to be false
_SLACK = 0.2  # of the distance of two neighbours, by which a curve may leave what lies between them
_BULGE = 0.02  # of a value, by which it may do so near its extrema
_WATCHED = 3  # points of a curve, beside one that it is divided by
_FLAT = 4  # distinct values along a curve, of which fewer make it a staircase


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """How the value depends on one parameter, at the points where it does so most, and last where it does so least."""

    measured: Measured
    where: tuple[int, ...]  # indices of the points
    at: tuple[Point, ...]  # the points
    grid: tuple[float, ...]
    table: tuple[Row, ...]  # for each number of the grid, the values at the points
    setting: tuple[Fraction | None, ...]  # the parameters; None is the one that moves
    staircase: bool  # it moves in steps, so that no root can be found

    def row(self, q: float, places: Iterable[int]) -> Row:
        """The values at some of its points for one value of the parameter."""
        near = ball(q)
        setting = tuple(near if s is None else s for s in self.setting)
        return tuple(self.measured.value(self.at[i], setting) for i in places)


def trace(measured: Measured, points: tuple[Point, ...], setting: tuple[Fraction | None, ...]) -> Curve:
    """The dependence on the one parameter that the setting leaves open."""
    moving = setting.index(None)
    grid = grid_of(measured, setting)
    rows = [
        measured.row(points, tuple(q if s is None else s for s in setting)) for q in grid[:: max(1, len(grid) // 4)]
    ]
    # The points at which it moves most: those with the most values, and then the least sizes.
    rank = sorted(
        range(len(points)),
        key=lambda i: (-len({row[i] for row in rows}), sum(row[i] is None for row in rows), abs(points[i][0])),
    )
    still = [i for i in rank[_WATCHED:] if rows[0][i]]
    where = (*rank[:_WATCHED], *(still or rank[_WATCHED:])[-1:])
    table = tuple(
        tuple(measured.value(points[i], tuple(q if s is None else s for s in setting)) for i in where) for q in grid
    )
    whole = measured.activation.parameters[moving].domain.integer
    staircase = whole or len({row[0] for row in table}) < _FLAT
    at = tuple(points[i] for i in where)
    return Curve(measured, where, at, tuple(float(q) for q in grid), table, setting, staircase)


def grid_of(measured: Measured, setting: tuple[Fraction | None, ...]) -> tuple[Fraction, ...]:
    """The values of the open parameter that a curve is traced at."""
    return _grid(measured.activation.parameters[setting.index(None)].domain)


def _grid(domain: Domain) -> tuple[Fraction, ...]:
    if domain.integer:
        return tuple(n for n in _WHOLE if domain.contains(n)) or choices(domain)[:6]
    if domain.low is not None and domain.high is not None:
        found = [domain.low + (domain.high - domain.low) * part for part in _PARTS]
    elif domain.low is not None:
        found = [domain.low, *(domain.low + v for v in _REAL)]
    elif domain.high is not None:
        found = [*(domain.high - v for v in reversed(_REAL)), domain.high]
    else:
        found = [*(-v for v in reversed(_REAL)), Fraction(0), *_REAL]
    return tuple(v for v in found if domain.contains(v))


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A curve between two neighbours of its grid; ``ratio`` where only quotients of values are looked at."""

    curve: Curve
    low: float
    high: float
    ends: tuple[Row, Row]  # the values, or their quotients by the last one
    ratio: bool

    def solve(self, target: Row) -> float | None:
        """The parameter with which the curve may go through the target, given at the curve's points."""
        if not _may_hold(*self.ends, target):
            return None
        low, high, (a, b) = self.low, self.high, self.ends
        for q, end in ((low, a), (high, b)):
            if alike(target, end):
                return q
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            there = self._row(middle, 2)
            if there is None or there[0] is None:
                return None
            if (there[0] < target[0]) == (a[0] < target[0]):  # type: ignore[operator]  # None may not hold
                low, a = middle, there
            else:
                high, b = middle, there
            if not _may_hold(a, b, target):
                return None

        def miss(q: float) -> float | None:
            row = self._row(q, 1)
            return None if row is None or row[0] is None else row[0] - target[0]  # type: ignore[operator]

        return find_root(miss, low, high)

    def _row(self, q: float, count: int) -> Row | None:
        if not self.ratio:
            return self.curve.row(q, range(count))
        return quotients(self.curve.row(q, (*range(count), len(self.curve.at) - 1)))


def quotients(row: Row) -> Row | None:
    """The values by the last one, which a factor does not change; None without a last one."""
    last = row[-1]
    return tuple(None if v is None else v / last for v in row[:-1]) if last else None


class Pieces:
    """The pieces of many curves, by the values at their first points."""

    def __init__(self, curves: Iterable[Curve], *, ratio: bool) -> None:
        self._ratio = ratio
        found: dict[tuple[int, ...], list[tuple[float, float, Piece]]] = {}
        for curve in curves:
            if curve.staircase:
                continue
            rows = [quotients(row) if ratio else row[:-1] for row in curve.table]
            place = (curve.where[0], curve.where[-1]) if ratio else curve.where[:1]
            for (low, a), (high, b) in pairwise(zip(curve.grid, rows, strict=True)):
                if a is not None and b is not None and a[0] is not None and b[0] is not None and a[0] != b[0]:
                    piece = Piece(curve, low, high, (a, b), ratio)
                    room = ALIKE * max(abs(a[0]), abs(b[0]))
                    found.setdefault(place, []).append((min(a[0], b[0]) - room, max(a[0], b[0]) + room, piece))
        self._index = {place: IntervalIndex(pieces) for place, pieces in found.items()}

    def solutions(self, row: Row) -> Iterator[tuple[Curve, float]]:
        """Curves that may have the row, given at all points, and the values of their parameters with which they do."""
        for place, index in self._index.items():
            here = tuple(row[i] for i in place)
            aim = quotients(here) if self._ratio else here
            if aim is None or aim[0] is None:
                continue
            for piece in index.holding(aim[0]):
                there = tuple(row[i] for i in piece.curve.where)
                target = quotients(there) if self._ratio else there[:-1]
                root = None if target is None else piece.solve(target)
                if root is not None:
                    yield piece.curve, root


def _may_hold(a: Row, b: Row, aim: Row) -> bool:
    """Whether the row may be taken between two others: the first value for sure, the others nearly."""
    sure = True
    for one, other, wanted in zip(a, b, aim, strict=False):
        if one is None or other is None or wanted is None:
            return False
        low, high = (one, other) if one <= other else (other, one)
        room = ALIKE * (1e-3 + abs(wanted)) + (0.0 if sure else _SLACK * (high - low) + _BULGE * abs(wanted))
        if not low - room <= wanted <= high + room:
            return False
        sure = False
    return True


def find_root(miss: Callable[[float], float | None], low: float, high: float) -> float | None:
    """A zero between two numbers of which one gives no more than 0 and the other no less (Illinois method)."""
    f_low, f_high = miss(low), miss(high)
    if f_low is None or f_high is None:
        return None
    if f_low == 0 or f_high == 0:
        return low if f_low == 0 else high
    if (f_low > 0) == (f_high > 0):
        return low if abs(f_low) < 1e-12 else high if abs(f_high) < 1e-12 else None
    for _ in range(_STEPS):
        middle = (low * f_high - high * f_low) / (f_high - f_low)
        if not min(low, high) < middle < max(low, high):
            return middle
        value = miss(middle)
        if value is None:
            return None
        if value == 0 or abs(high - low) < 1e-15 * abs(middle):
            return middle
        if (value > 0) != (f_high > 0):
            low, f_low = high, f_high
        else:
            f_low /= 2
        high, f_high = middle, value
        if abs(value) < 1e-16 * (abs(f_low) + 1e-3):
            return middle
    return high
