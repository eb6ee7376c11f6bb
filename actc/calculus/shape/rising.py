"""Where a smooth function of one variable is positive and negative: the whole of an interval, or nothing is said.

An interval is settled by the range of the function there (balls over a finite one, open-ended intervals and algebra
over an infinite one), or, where its derivative keeps one sign, by its limits at the ends: a function that rises from 0
is positive. Else it is cut in two. The work is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf

from flint import arb

from actc.calculus import intervals as iv
from actc.calculus.balls import enclose, interval, sign_of
from actc.calculus.branches import guards, resolve
from actc.calculus.differentiate import differentiate
from actc.calculus.intervals import NEGATIVE, NULL, POSITIVE, Interval
from actc.calculus.ranges import Box, Budget
from actc.calculus.shape.places import Place, UnknownError, limit_at, rational_place
from actc.calculus.work import Work
from actc.model.expr import Expr, number, postorder, size

_DEEPEST = 2  # derivatives that are looked at
_MOST_NODES = 400  # of a derivative
_MOST_BY_ALGEBRA = 50  # nodes of what algebra finds the sign of
_BITS = 96
_BOX_BUDGET = 1000
_NARROW = Fraction(1, 2**80)  # of a zero, relative to what is greater: itself or 1
_FIRST = Fraction(29, 7)  # where an infinite interval is first cut
_FURTHEST = 300
_SIMPLE = 1000  # denominators of rational zeros that are tried
_MOST_STEPS = 400
_MOST_CUTS = 24


@dataclass(frozen=True, slots=True)
class Part:
    """An open interval on which the function has one sign, isolated zeros aside; 0 where it is 0 throughout."""

    low: Place
    high: Place
    sign: int


class Signs:
    """The signs of a function and its derivatives on one piece of the line."""

    def __init__(self, forms: Sequence[Expr], variable: str, signs: Mapping[Expr, int], work: Work) -> None:
        self._chain: list[Expr | None] = [forms[0]]
        self._forms = [form for form in forms if not guards(form)]  # of the function itself
        self._variable = variable
        self._branches = signs  # of the atoms that the derivatives may branch by
        self._work = work
        self._whole: tuple[Place, Place] | None = None  # on which algebra is tried too, as on what is infinite
        self._known: dict[tuple[int, Place, Place], int | None] = {}

    def parts(self, low: Place, high: Place) -> list[Part]:
        """The signs between two places. Raises UnknownError where they are not all found, GaveUp out of work."""
        self._whole = (low, high)
        found: list[Part] = []
        todo = list(reversed(self._cut(low, high)))
        while todo:
            a, b = todo.pop()
            settled = self._settled(a, b)
            if settled is None:
                todo.extend(reversed(self._halves(a, b)))
            else:
                found.extend(settled)
        return _joined(found)

    def _cut(self, low: Place, high: Place) -> list[tuple[Place, Place]]:
        """The interval in two where the function has a plain zero, at which no range could tell anything."""
        root = self._chain[0]
        if root is None or self._sign(0, low, high) is not None:
            return [(low, high)]
        named = [n.number for n in postorder(root) if n.is_number]
        cuts = sorted(
            value
            for value in dict.fromkeys((Fraction(0), Fraction(1), Fraction(-1), *named, *(-n for n in named)))
            if _inside(value, low, high) and sign_of(root, {self._variable: value}, 64, 256) == 0
        )
        places = [low, *(rational_place(cut) for cut in cuts[:_MOST_CUTS]), high]
        return list(pairwise(places))

    def _settled(self, low: Place, high: Place) -> list[Part] | None:
        """The signs where they are found without a cut."""
        known = self._sign(0, low, high)
        if known is not None:
            return [Part(low, high, known)]
        slope = self._sign(1, low, high)
        if not slope:
            return None
        left, right = self._end(0, low, 1), self._end(0, high, -1)
        if left is None or right is None or left * right >= 0:
            return None
        root = self._root(low, high, left)
        return [Part(low, root, left), Part(root, high, right)]

    def _halves(self, low: Place, high: Place) -> list[tuple[Place, Place]]:
        if low.infinite and high.infinite:
            middle = [rational_place(-_FIRST), rational_place(_FIRST)]
        elif low.infinite or high.infinite:
            end = high if low.infinite else low
            size = max(abs(end.low), _FIRST) * 8
            if size > _FURTHEST:
                raise UnknownError
            middle = [rational_place(-size if low.infinite else size)]
        else:
            if high.low - low.high < max(abs(low.high), Fraction(1)) * Fraction(1, 2**20):
                raise UnknownError
            middle = [rational_place((low.high + high.low) / 2)]
        places = [low, *middle, high]
        return list(pairwise(places))

    def _expr(self, order: int) -> Expr | None:
        """A derivative; None where it is too large, or branches where nothing says how."""
        while len(self._chain) <= order:
            last = self._chain[-1]
            slope = None if last is None else resolve(differentiate(last, self._variable), self._branches)
            self._chain.append(None if slope is None or size(slope) > _MOST_NODES or guards(slope) else slope)
        return self._chain[order]

    def _sign(self, order: int, low: Place, high: Place) -> int | None:
        """The one sign that a derivative has between the places, isolated zeros aside; None where it is not found."""
        key = (order, low, high)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._find(order, low, high)
        return self._known[key]

    def _find(self, order: int, low: Place, high: Place) -> int | None:
        expr = self._expr(order)
        if expr is None:
            return None
        if not expr.free:
            return sign_of(expr, {})
        for form in self._forms if order == 0 else (expr,):
            known = self._by_range(form, order, low, high)
            if known is not None:
                return known
        if order >= _DEEPEST:
            return None
        slope = self._sign(order + 1, low, high)
        if not slope:
            return None
        # The function is strictly monotone: from 0 or more it rises to what is positive, and so on.
        left, right = self._end(order, low, 1), self._end(order, high, -1)
        if left is not None and left * slope >= 0:
            return slope
        return -slope if right is not None and right * slope <= 0 else None

    def _by_range(self, expr: Expr, order: int, low: Place, high: Place) -> int | None:
        self._work.spend(size(expr))
        if not (low.infinite or high.infinite):
            ball = enclose(expr, {self._variable: interval(low.low, high.high, _BITS)}, _BITS)
            if isinstance(ball, arb) and not ball.contains(0):
                return 1 if ball > 0 else -1
            if (low, high) != self._whole:
                return None
        large = size(expr) > _MOST_BY_ALGEBRA
        self._work.spend((10 if large else 40) * size(expr))
        box = Box({self._variable: between(low, high)}, budget=Budget(_BOX_BUDGET), thorough=not large)
        box.slopes = 1 if order == 0 else 2  # how much of the search for slopes is done already
        found = box.range(expr)
        if found is None:
            return None
        signs = found.signs if large else box.signs(expr)
        if signs & ~NULL not in (POSITIVE, NEGATIVE):
            return None
        sign = 1 if signs & POSITIVE else -1
        # What is never negative, analytic and not 0 throughout is positive but at isolated points.
        return sign if not signs & NULL or sign_of(expr, {self._variable: sample(low, high)}) == sign else None

    def _end(self, order: int, place: Place, side: int) -> int | None:
        """The sign of a derivative's limit at the end of an interval."""
        expr = self._expr(order)
        if expr is None:
            return None
        if place.is_rational and not has_moving_power(expr):
            sign = sign_of(expr, {self._variable: place.low}, 64, 1024)
            if sign is not None:
                return sign
        self._work.spend(10 * size(expr))
        try:
            limit = limit_at(expr, self._variable, place, side)
        except UnknownError:
            return None
        if limit.infinite:
            return limit.infinite
        value = limit.value
        if isinstance(value, Fraction):
            return (value > 0) - (value < 0)
        return None if value is None else 1 if value > 0 else -1 if value < 0 else None

    def _root(self, low: Place, high: Place, before: int) -> Place:
        """The only zero of the function between the places, to the left of which it has the sign ``before``."""
        expr = self._chain[0]
        if expr is None:
            raise UnknownError
        return only_zero(expr, self._variable, low, high, before, self._work)


def only_zero(expr: Expr, variable: str, low: Place, high: Place, before: int, work: Work) -> Place:
    """The only zero of a function that goes through 0 once between the places, from the sign ``before``.

    Exact where it is a simple rational. Raises UnknownError where it lies too far out to be found.
    """

    def sign(x: Fraction) -> int | None:
        work.spend(size(expr))
        return sign_of(expr, {variable: x}, 96, 4096)

    a = _finite(low, high, -1, lambda x: sign(x) == before)
    b = _finite(high, low, 1, lambda x: sign(x) == -before)
    for _ in range(_MOST_STEPS):
        if b - a <= _NARROW * max(Fraction(1), abs(a)):
            break
        middle = (a + b) / 2
        here = sign(middle)
        if here == 0:
            return rational_place(middle)
        if here is None:
            raise UnknownError
        a, b = (middle, b) if here == before else (a, middle)
    simple = ((a + b) / 2).limit_denominator(_SIMPLE)
    if a <= simple <= b and sign(simple) == 0:
        return rational_place(simple)
    closed = number(a) if a == b else None
    return Place(a, b, closed)


def _finite(end: Place, other: Place, side: int, is_beyond: Callable[[Fraction], bool]) -> Fraction:
    """A rational on the far side of the zero: the end itself, or a point far enough out."""
    if not end.infinite:
        return end.low if side < 0 else end.high
    start = Fraction(0) if other.infinite else other.low
    for k in range(1, 14):
        x = start + side * Fraction(2) ** k
        if is_beyond(x):
            return x
    raise UnknownError


def between(low: Place, high: Place) -> Interval:
    """The interval of floats around the open interval between two places."""
    left = (-inf, True) if low.infinite else _lower(low)
    right = (inf, True) if high.infinite else _upper(high)
    return Interval(left[0], right[0], left[1], right[1])


def _lower(place: Place) -> tuple[float, bool]:
    found = iv.of_number(place.low)
    return found.low, found.is_point


def _upper(place: Place) -> tuple[float, bool]:
    found = iv.of_number(place.high)
    return found.high, found.is_point


def _inside(value: Fraction, low: Place, high: Place) -> bool:
    return (bool(low.infinite) or value > low.high) and (bool(high.infinite) or value < high.low)


def sample(low: Place, high: Place) -> Fraction:
    """A rational between two places, nowhere special."""
    if low.infinite and high.infinite:
        return Fraction(3, 7)
    if low.infinite:
        return high.low - Fraction(10, 7)
    if high.infinite:
        return low.high + Fraction(10, 7)
    return (low.high * 3 + high.low * 4) / 7


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Neighbours of one sign as one part: what lies between them is an isolated zero at most."""
    found: list[Part] = []
    for part in parts:
        if found and found[-1].sign == part.sign:
            found[-1] = Part(found[-1].low, part.high, part.sign)
        else:
            found.append(part)
    return found


def has_moving_power(expr: Expr) -> bool:
    """Whether there is a power whose exponent moves: such need not be continuous where its base vanishes."""
    return any(node.op == "pow" and node.args[1].free for node in postorder(expr))
