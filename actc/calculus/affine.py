"""Suspicions that one function of a single variable is another one scaled: f(x) = c*g(k*x) + d.

The quotient (g(2u) - g(0))/(g(u) - g(0)) depends on neither c nor d, and f has at s the value that g has at u = k*s.
So k is a root of one equation in one unknown; c and d follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise, product
from math import inf

from actc.calculus.curves import Curve, Pieces, find_root
from actc.calculus.fingerprints import Measured, Point, Row, alike, ball
from actc.calculus.interval_index import IntervalIndex
from actc.calculus.kinship import Guess
from actc.calculus.recognise import Known, monomials, recognise
from actc.model.expr import ONE, Expr, number

_SCALES = (0.7312, 2.1377, 5.3181, 0.1937)  # s, of f
_HALF_OCTAVES = range(-11, 12)  # of u around the first scale
_MOST_SCALES = 2
_MOST_READINGS = 3  # of one number
_FLAT = 1e-9
_ROUGH = 1e-7


class ScaledIndex:
    """Functions of one real variable, by what no factor, no shift and no scale of the variable changes."""

    def __init__(self, members: Iterable[Measured], pieces: Pieces) -> None:
        self._pieces = pieces  # with a parameter each, by quotients
        # Every straight line is the identity scaled, which says nothing.
        plain = [_Along(m, ()) for m in members if not m.parameters and m.expr.op != "symbol"]
        self._units = {k: IntervalIndex(_units(plain, k)) for k in (1.0, -1.0)}
        self._turns = IntervalIndex(turn for along in plain for turn in _turns(along))

    def guesses(self, subject: Measured, free: Mapping[str, Fraction], at: tuple[Point, ...]) -> list[Guess]:
        """How ``subject`` may come from one of them, the ones with the simplest numbers first.

        Those with a parameter are tried with a factor alone.
        """
        setting = tuple(free[name] for name in subject.parameters)
        f = _Along(subject, setting)
        row = subject.row(at, setting)
        forms = monomials(free)
        found: list[Guess] = []
        for g, k in dict.fromkeys(self._scales(f)):
            found += _scaled(subject, g, k, f, row, at, forms, _with(subject, g.measured))
        for curve, root in self._pieces.solutions(row):
            found += _factored(subject, curve, root, row, at, forms, _with(subject, curve.measured))
        return sorted(found, key=_weight)

    def _scales(self, f: _Along) -> Iterator[tuple[_Along, float]]:
        """Values that k may have: 1 and -1, as every homogeneous function allows, and where the quotients meet."""
        sides = ([(s, q) for s in (size, -size) if (q := f.quotients(s)) is not None][:1] for size in _SCALES)
        known = [one for side in sides for one in side]
        if f.zero is None or not known or abs(known[0][0]) != _SCALES[0]:
            return
        first, quotients = known[0]
        for k in (1.0, -1.0):
            for g in self._units[k if first > 0 else -k].holding(quotients[0]):
                if all((q := g.quotients(k * s)) is not None and _near(q, wanted) for s, wanted in known):
                    yield g, k
        telling = [(s, q) for s, q in known if abs(q[0] - 2) > _FLAT and abs(q[0] - 1) > _FLAT]
        for s, wanted in telling[:_MOST_SCALES]:
            for turn in self._turns.holding(wanted[0]):
                root = turn.solve(wanted)
                if root is not None:
                    yield turn.along, root / s


def _with(subject: Measured, member: Measured) -> tuple[Known, ...]:
    return tuple(dict.fromkeys((*subject.constants, *member.constants)))


class _Along:
    """A function of one variable, its parameters set."""

    def __init__(self, measured: Measured, setting: Sequence[Fraction]) -> None:
        self.measured, self._setting = measured, setting
        self.zero = self.measured.value((Fraction(0),), setting)
        self._known: dict[float, float | None] = {}

    def above(self, x: float) -> float | None:
        """The value at x above that at 0."""
        if x not in self._known:
            value = self.measured.value((ball(x),), self._setting)
            self._known[x] = None if value is None or self.zero is None else value - self.zero
        return self._known[x]

    def quotients(self, s: float) -> tuple[float, float] | None:
        """How the values at 2s and at -s relate to the one at s."""
        here, twice, back = self.above(s), self.above(2 * s), self.above(-s)
        if not here or twice is None or back is None:
            return None
        return twice / here, back / here


def _units(members: Iterable[_Along], k: float) -> Iterator[tuple[float, float, _Along]]:
    for g in members:
        found = g.quotients(k * _SCALES[0])
        if found is not None:
            room = _ROUGH * (1 + abs(found[0]))
            yield found[0] - room, found[0] + room, g


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """A function between two places u, with the quotients there."""

    along: _Along
    low: float
    high: float
    ends: tuple[tuple[float, float], tuple[float, float]]

    def solve(self, wanted: tuple[float, float]) -> float | None:
        """Where between the two the quotients may be as wanted."""
        (_, a), (_, b) = self.ends
        room = 0.5 * abs(a - b) + _FLAT * (1 + abs(wanted[1]))
        if not min(a, b) - room <= wanted[1] <= max(a, b) + room:
            return None

        def miss(u: float) -> float | None:
            found = self.along.quotients(u)
            return None if found is None else found[0] - wanted[0]

        return find_root(miss, self.low, self.high)


def _turns(along: _Along) -> Iterator[tuple[float, float, _Turn]]:
    sizes = [_SCALES[0] * 2.0 ** (j / 2) for j in _HALF_OCTAVES]
    for places in ([-s for s in reversed(sizes)], sizes):
        rows = [(u, q) for u in places if (q := along.quotients(u)) is not None]
        for (u, a), (v, b) in pairwise(rows):
            if a[0] != b[0]:
                yield min(a[0], b[0]), max(a[0], b[0]), _Turn(along, u, v, (a, b))


def _scaled(
    subject: Measured,
    g: _Along,
    k: float,
    f: _Along,
    row: Row,
    at: tuple[Point, ...],
    forms: Sequence[Known],
    constants: Sequence[Known],
) -> Iterator[Guess]:
    s = next((s for size in _SCALES for s in (size, -size) if g.above(k * s) and f.above(s)), None)
    if s is None or f.zero is None or g.zero is None:
        return
    c = f.above(s) / g.above(k * s)  # type: ignore[operator]  # both were looked at
    d = f.zero - c * g.zero
    d = 0.0 if abs(d) < 1e-12 * max(abs(f.zero), abs(c * g.zero)) else d
    member = g.measured
    there = (member.value((ball(k * float(point[0])),), ()) for point in at)
    if not alike(row, tuple(None if value is None else c * value + d for value in there), _ROUGH):
        return
    readings = [islice(recognise(v, forms, constants), _MOST_READINGS) for v in (k, c, d)]
    for scale, factor, shift in product(*readings):
        yield Guess(member.activation, (), subject.inputs, (), scale, factor, shift)


def _near(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return all(abs(x - y) <= _ROUGH * (1 + abs(y)) for x, y in zip(a, b, strict=True))


def _factored(
    subject: Measured,
    curve: Curve,
    root: float,
    row: Row,
    at: tuple[Point, ...],
    forms: Sequence[Known],
    constants: Sequence[Known],
) -> Iterator[Guess]:
    """With a factor and one parameter of the shipped one, both unknown: the parameter from quotients of values."""
    member = curve.measured
    wanted, value = row[curve.where[0]], curve.row(root, (0,))[0]
    if not wanted or not value:
        return
    factor = wanted / value
    if not member.shares(tuple(None if v is None else v / factor for v in row), at, (ball(root),), _ROUGH):
        return
    readings = [islice(recognise(v, forms, constants), _MOST_READINGS) for v in (root, factor)]
    for parameter, times in product(*readings):
        yield Guess(member.activation, (), subject.inputs, (parameter,), ONE, times)


def _weight(guess: Guess) -> tuple[float, int, str]:
    """The simplest numbers first."""
    parts = (guess.scale, guess.factor, *guess.parameters)
    shifted = guess.shift is not number(0)
    signs = sum((e.is_number and e.number < 0) or e.op == "neg" for e in parts)
    return sum(map(_length, parts)) + signs + shifted * (2 + _length(guess.shift)), len(guess.parameters), guess.of.name


def _length(expr: Expr) -> float:
    if expr.is_number:
        size = abs(expr.number)
        return 0 if size == 1 else 1 + len(str(size)) / 4 if size < 10**9 else inf
    return 2.0
