"""What is known of the values of the shipped activations: rows at some points, by which equal ones are found."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product

from actc.calculus.affine import ScaledIndex
from actc.calculus.curves import Curve, Pieces, trace
from actc.calculus.fingerprints import ALIKE, Measured, Point, Row, alike, generic, points
from actc.calculus.sampling import rational
from actc.model.activation import Activation
from actc.model.domain import Domain

MOST_INPUTS = 3  # of an activation that is looked at
SIMPLE = tuple(Fraction(t) for t in ("0", "1", "-1", "2", "1/2"))
_MOST_TABLED = 64  # combinations of parameters of one shipped activation
_GENERIC_ONE = (generic(Domain(), 0),)
_GENERIC_TWO = (generic(Domain(), 0), generic(Domain(), 1))

Setting = tuple[Fraction, ...]
"""Values of all parameters, in their order."""


class Catalogue:
    """Activations to be found as relatives, with what is known of their values."""

    def __init__(self, activations: Iterable[Activation]) -> None:
        self.members = tuple(Measured(a) for a in activations)
        self._tables: dict[tuple[Point, ...], _Table] = {}

    def table(self, at: tuple[Point, ...]) -> _Table:
        """What is known at these points of those with as many inputs."""
        if at not in self._tables:
            self._tables[at] = _Table(tuple(m for m in self.members if len(m.inputs) == len(at[0])), at)
        return self._tables[at]

    def known(self) -> dict[tuple[Point, ...], dict[tuple[Measured, tuple[Fraction | None, ...]], Curve]]:
        """The curves that are known, by the points that they are traced at."""
        return {at: table.curves for at, table in self._tables.items()}

    def warm(self) -> None:
        """Compute now what otherwise the first activation has to wait for."""
        for count in sorted({len(m.inputs) for m in self.members if len(m.inputs) <= MOST_INPUTS}):
            table = self.table(points((Domain(),) * count))
            _ = table.entries, table.scaled if count == 1 else None
            for own in ((), _GENERIC_ONE, _GENERIC_TWO):
                table.pieces(own)


class _Table:
    """The rows and curves of all shipped activations at some points."""

    def __init__(self, members: tuple[Measured, ...], at: tuple[Point, ...]) -> None:
        self.at = at
        self._members = members
        self._curved = tuple(m for m in members if len(m.parameters) in (1, 2))
        self.curves: dict[tuple[Measured, tuple[Fraction | None, ...]], Curve] = {}
        self._pieces: dict[tuple[Fraction, ...], Pieces] = {}

    def pieces(self, own: tuple[Fraction, ...]) -> Pieces:
        """Curves in one parameter; the second one, where there is one, simple or one of ``own``."""
        if own not in self._pieces:
            curves = (self._curve(m, s) for m in self._curved for s in _open_settings(m, own))
            self._pieces[own] = Pieces(curves, ratio=False)
        return self._pieces[own]

    def know(self, curve: Curve) -> None:
        """Keep a curve that was traced before."""
        self.curves[curve.measured, curve.setting] = curve

    def _curve(self, member: Measured, setting: tuple[Fraction | None, ...]) -> Curve:
        if (member, setting) not in self.curves:
            self.curves[member, setting] = trace(member, self.at, setting)
        return self.curves[member, setting]

    @cached_property
    def scaled(self) -> ScaledIndex:
        """Those of one real variable, to be found scaled."""
        real = [m for m in self._members if m.activation.inputs[0].domain.is_real_line]
        curves = (self._curve(m, (None,)) for m in real if len(m.parameters) == 1)
        return ScaledIndex(real, Pieces(curves, ratio=True))

    @cached_property
    def stairs(self) -> tuple[Curve, ...]:
        """The curves that move in steps."""
        curves = (self._curve(m, s) for m in self._curved for s in _open_settings(m, ()))
        return tuple(curve for curve in curves if curve.staircase)

    @cached_property
    def entries(self) -> tuple[tuple[float, ...], tuple[tuple[Row, Measured, Setting], ...]]:
        """Those without parameters, some values of those with many or that move in steps, by their first values."""
        settings = [(m, s) for m in self._members if m not in self._curved for s in _tabled(m)]
        settings += [(c.measured, s) for c in self.stairs for s in _steps(c)]
        found = [(m.row(self.at, s), m, s) for m, s in dict.fromkeys(settings)]
        numbered = sorted((row[0], i) for i, (row, _, _) in enumerate(found) if row[0] is not None)
        return tuple(v for v, _ in numbered), tuple(found[i] for _, i in numbered)

    def same(self, row: Row) -> Iterator[tuple[Measured, Setting]]:
        """Whoever has this row."""
        first = row[0]
        if first is None:
            return
        keys, entries = self.entries
        room = ALIKE * abs(first)
        i = bisect_left(keys, first - room)
        while i < len(keys) and keys[i] <= first + room:
            if alike(row, entries[i][0]):
                yield entries[i][1], entries[i][2]
            i += 1


def _tabled(member: Measured) -> Iterator[Setting]:
    """Values of three or more parameters: numbers that stand for the other side's, in some orders, and defaults."""
    parameters = member.activation.parameters
    names = [generic(p.domain, turn) for turn, p in enumerate(parameters)]
    usual = [rational(p.default, p.domain) for p in parameters]
    if len(parameters) > 3:
        yield tuple(names)
        yield tuple(usual)
        return
    turns = range(len(parameters))
    options = [[usual[k], *(generic(p.domain, turn) for turn in turns)] for k, p in enumerate(parameters)]
    yield from list(dict.fromkeys(product(*options)))[:_MOST_TABLED]


def _steps(curve: Curve) -> Iterator[Setting]:
    """Values of a parameter that a function depends on in steps: simple ones, and some that stand for others."""
    k = curve.setting.index(None)
    domain = curve.measured.activation.parameters[k].domain
    for value in dict.fromkeys((*SIMPLE, *(generic(domain, turn) for turn in range(3)))):
        if domain.contains(value):
            yield tuple(value if s is None else s for s in curve.setting)


def _open_settings(member: Measured, own: Sequence[Fraction]) -> Iterator[tuple[Fraction | None, ...]]:
    """One parameter open; the other, if there is one, at its default, at 0, at 1 or at one of ``own``."""
    parameters = member.activation.parameters
    if len(parameters) == 1:
        yield (None,)
        return
    for k, other in ((1, 0), (0, 1)):
        domain = parameters[other].domain
        usual = rational(parameters[other].default, domain)
        for value in dict.fromkeys((usual, *SIMPLE[:2], *own)):
            if domain.contains(value):
                yield (value, None) if k else (None, value)
