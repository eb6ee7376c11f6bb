"""The graph of a function of one variable, put together from its pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import arb

from actc.calculus.balls import enclose, evaluate, evaluate_sure, sign_of
from actc.calculus.branches import atoms, resolve
from actc.calculus.differentiate import differentiate
from actc.calculus.limits import Limit
from actc.calculus.readable import readable
from actc.calculus.shape.pieces import Piece
from actc.calculus.shape.places import Place, UnknownError, is_same, is_zero, limit_at
from actc.calculus.shape.rising import Part, Signs, has_moving_power, only_zero
from actc.calculus.tape import rational
from actc.calculus.work import Work
from actc.model.domain import Domain
from actc.model.expr import Expr, substitute, symbol
from actc.model.shape import Leap, Range, Stretch

_BITS = 256
_LARGEST, _SMALLEST = 1e300, 1e-300


@dataclass(frozen=True, slots=True)
class _Number:
    """A value or a limit, and the closed expression that it is, where there is one."""

    limit: Limit
    closed: Expr | None = None

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """Rationals around a finite one."""
        value = self.limit.value
        if value is None:
            raise UnknownError
        return (value, value) if isinstance(value, Fraction) else (rational(value.lower()), rational(value.upper()))

    @property
    def sign(self) -> int:
        if self.limit.infinite:
            return self.limit.infinite
        low, high = self.bounds
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
        if low == high or (self.closed is not None and is_zero(self.closed)):
            return 0
        raise UnknownError

    def order(self, other: _Number) -> int:
        """-1, 0 or 1 as it is less, the same or greater."""
        if self.limit.infinite or other.limit.infinite:
            return (self.limit.infinite > other.limit.infinite) - (self.limit.infinite < other.limit.infinite)
        (a, b), (c, d) = self.bounds, other.bounds
        if b < c or d < a:
            return -1 if b < c else 1
        if (a, b) == (c, d) and a == b:
            return 0
        if self.closed is not None and other.closed is not None and is_zero(self.closed - other.closed):
            return 0
        raise UnknownError


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of one trend inside one piece, and what the function tends to at its ends."""

    part: Part
    piece: Piece
    left: _Number
    right: _Number


@dataclass(frozen=True, slots=True)
class _Joint:
    """A place between two runs: the value there, None where the function has none, and the leap."""

    place: Place
    value: _Number
    before: bool  # whether the left limit is the value
    after: bool
    way: int | None  # None where the function is continuous


class Graph:
    """Raises UnknownError or GaveUp where the function's course is not certain."""

    def __init__(
        self,
        expr: Expr,
        variable: str,
        domain: Domain,
        found: Sequence[Piece],
        slopes: Sequence[Expr],
        work: Work,
    ) -> None:
        self._expr = expr
        self._variable = variable
        self._domain = domain
        self._slopes = slopes  # further forms of the derivative, right but at isolated points
        self._work = work
        self._runs = [run for piece in found for run in self._of(piece)]
        self._joints = [self._joint(a, b) for a, b in pairwise(self._runs)]

    def _of(self, piece: Piece) -> list[_Run]:
        """The runs of one piece."""
        slope = resolve(differentiate(piece.expr, self._variable), piece.signs)
        if is_zero(slope):
            parts = [Part(piece.low, piece.high, 0)]
        else:
            tidy = readable(slope)
            forms = [slope, *(resolve(form, piece.signs) for form in self._slopes)]
            forms += [tidy] if is_same(tidy, slope) else []
            parts = Signs(forms, self._variable, piece.signs, self._work).parts(piece.low, piece.high)
        if len(parts) > 1 and not all(part.sign for part in parts):
            raise UnknownError
        runs = []
        for k, part in enumerate(parts):
            left = self._end(piece, part.low, 1, inside=k > 0)
            right = self._end(piece, part.high, -1, inside=k < len(parts) - 1)
            runs.append(_Run(part, piece, left, right))
        return runs

    def _end(self, piece: Piece, place: Place, side: int, *, inside: bool) -> _Number:
        """What the piece's function tends to at a place, or is where that lies inside."""
        closed = None if place.closed is None or has_moving_power(piece.expr) else self._closed(piece.expr, place)
        if not inside:
            return _Number(limit_at(piece.expr, self._variable, place, side), closed)
        if place.is_rational:
            value = evaluate_sure(piece.expr, {self._variable: place.low}, _BITS)
            if value == 0 or (closed is not None and is_zero(closed)):
                value = Fraction(0)
        else:
            value = enclose(piece.expr, {self._variable: place.ball}, _BITS)
        if not isinstance(value, Fraction | arb):
            raise UnknownError
        return _Number(Limit(value), closed)

    def _closed(self, expr: Expr, place: Place) -> Expr | None:
        """The value at a place as a closed expression, if it is real there."""
        if place.closed is None:
            return None
        found = substitute(expr, {symbol(self._variable): place.closed})
        return found if isinstance(evaluate(found, {}, _BITS), Fraction | arb) else None

    def _joint(self, a: _Run, b: _Run) -> _Joint:
        place = a.part.high
        if a.piece is b.piece:
            return _Joint(place, a.right, True, True, None)
        value = self._value_at(place)
        if value is None:
            if not self._domain.contains(place.low) and place.is_rational:
                return _Joint(place, a.right, False, False, a.right.order(b.left) or None)
            if a.right.limit.infinite or a.right.order(b.left):
                raise UnknownError
            value = a.right  # a removable singularity, which is filled
        first, second = a.right.order(value), value.order(b.left)
        way = None if first == second == 0 else -1 if min(first, second) >= 0 else 1 if max(first, second) <= 0 else 0
        if way is not None:
            way = 1 if first <= 0 and second <= 0 else -1 if first >= 0 and second >= 0 else 0
        return _Joint(place, value, first == 0, second == 0, way)

    def _value_at(self, place: Place) -> _Number | None:
        """The function's value; None where it has none."""
        if place.closed is None:
            raise UnknownError
        if place.is_rational and not self._domain.contains(place.low):
            return None
        here = substitute(self._expr, {symbol(self._variable): place.closed})
        signs = {}
        for atom in atoms(here):
            sign = sign_of(atom, {})
            if sign is None and not is_zero(atom):
                raise UnknownError
            signs[atom] = sign or 0
        closed = resolve(here, signs)
        value = evaluate_sure(closed, {}, _BITS)
        if isinstance(value, Fraction | arb):
            return _Number(Limit(value), closed)
        if is_zero(closed):
            return _Number(Limit(Fraction(0)), closed)
        if evaluate(closed, {}, _BITS) == evaluate(closed, {}, 4 * _BITS):
            return None
        raise UnknownError

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Where it rises, falls and is constant; neighbours that go the same way are one."""
        merged = [self._runs[0].part]
        for joint, run in zip(self._joints, self._runs[1:], strict=True):
            last, here = merged[-1], run.part
            if last.sign == here.sign and (joint.way is None or (here.sign and joint.way == here.sign)):
                merged[-1] = Part(last.low, here.high, last.sign)
            else:
                merged.append(here)
        return tuple(Stretch(p.low.nearest, p.high.nearest, p.sign) for p in merged)

    @property
    def leaps(self) -> tuple[Leap, ...]:
        """Where its value jumps."""
        return tuple(Leap(j.place.nearest, j.way) for j in self._joints if j.way is not None)

    def range(self) -> Range:
        """The values that it takes."""
        found = [(joint.value, True) for joint in self._joints if self._domain_has(joint.place)]
        for k, run in enumerate(self._runs):
            if not run.part.sign:
                found.append((run.left, True))
                continue
            found.append((run.left, k > 0 and self._joints[k - 1].after))
            found.append((run.right, k < len(self._joints) and self._joints[k].before))
        for place in (self._runs[0].part.low, self._runs[-1].part.high):
            if not place.infinite and self._domain_has(place):
                value = self._value_at(place)
                if value is None:
                    raise UnknownError
                found.append((value, True))
        low, low_attained = _extreme(found, -1)
        high, high_attained = _extreme(found, 1)
        return Range(low, high, low_attained, high_attained, exact=True)

    def _domain_has(self, place: Place) -> bool:
        return not place.is_rational or self._domain.contains(place.low)

    def zeros(self) -> tuple[tuple[float, float], ...]:
        """The points, and intervals, where it is 0; ascending."""
        found: list[tuple[float, float]] = []
        for k, run in enumerate(self._runs):
            if k == 0:
                found += self._at_edge(run.part.low)
            if run.part.sign == 0 and run.left.sign == 0:
                found.append((run.part.low.nearest, run.part.high.nearest))
            elif run.part.sign and run.left.sign * run.right.sign < 0:
                root = only_zero(run.piece.expr, self._variable, run.part.low, run.part.high, run.left.sign, self._work)
                found.append((root.nearest, root.nearest))
            if k < len(self._joints):
                joint = self._joints[k]
                if self._domain_has(joint.place) and joint.value.sign == 0:
                    found.append((joint.place.nearest, joint.place.nearest))
                elif any(r.part.sign == 0 and r.left.sign == 0 for r in self._runs[k : k + 2]):
                    raise UnknownError  # an interval that does not contain its end
            else:
                found += self._at_edge(run.part.high)
        merged: list[tuple[float, float]] = []
        for low, high in found:
            if merged and merged[-1][1] == low:
                merged[-1] = (merged[-1][0], high)
            else:
                merged.append((low, high))
        return tuple(merged)

    def _at_edge(self, place: Place) -> list[tuple[float, float]]:
        """A zero at an end of the domain."""
        if place.infinite or not self._domain_has(place):
            return []
        value = self._value_at(place)
        if value is None:
            raise UnknownError
        return [(place.nearest, place.nearest)] if value.sign == 0 else []


def _extreme(found: Sequence[tuple[_Number, bool]], side: int) -> tuple[float, bool]:
    """The least or greatest of the values and limits, and whether it is attained."""
    if any(n.limit.infinite == side for n, _ in found):
        return side * float("inf"), False
    bounded = [(n, attained) for n, attained in found if not n.limit.infinite]
    if not bounded:
        raise UnknownError
    inner = max(side * n.bounds[0 if side > 0 else 1] for n, _ in bounded)
    rivals = [(n, a) for n, a in bounded if side * n.bounds[1 if side > 0 else 0] >= inner]
    if len({a for _, a in rivals}) > 1:
        first = rivals[0][0]
        if any(first.order(n) for n, _ in rivals):
            raise UnknownError
    value = rivals[0][0].limit.value
    if value is None:
        raise UnknownError
    return nearest(value), any(a for _, a in rivals)


def nearest(value: Fraction | arb) -> float:
    """The number as a float. Raises UnknownError where it is out of their reach, or its digits are not known."""
    if isinstance(value, arb):
        if not (value.rel_accuracy_bits() > 60 or abs(value) < _SMALLEST):
            raise UnknownError
        value = rational(value)
    if value and not _SMALLEST < abs(value) < _LARGEST:
        raise UnknownError
    return float(value)
