"""Values of activations at fixed points, by which equal ones are found without comparing all with all.

Nothing here proves anything: what looks equal is a candidate for a proof. Values are middles of balls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from flint import arb, fmpq

from actc.calculus.recognise import named_constants
from actc.calculus.tape import Number, Tape
from actc.model.activation import Activation
from actc.model.domain import Domain

_BITS = 80
_NOTHING = 2.0**-40  # what is surely less than its millionth part is not told from 0
_SURE = 40  # bits of a value that is compared
ALIKE = 1e-9
_GRAIN = 10007
_AXES = (
    (7312, -11377, 24519, -3137, 53181, -77134),
    (-9871, 5333, 13719, -41171, -2719, 17341),
    (15137, 8311, -21727, -5419, 3911, -63131),
)
_GENERIC = tuple(Fraction(n, 1000003) for n in (371117, 613727, 829151, 234571, 719333, 146381, 527609, 918011))

Point = tuple[Fraction, ...]
"""The inputs, in the order of the activation that is looked at."""
Row = tuple[float | None, ...]
"""The values at some points; None where there is none."""


def points(domains: Sequence[Domain]) -> tuple[Point, ...]:
    """The points at which activations with inputs in these domains are compared."""
    axes = [[_into(Fraction(n, _GRAIN), domain) for n in axis] for axis, domain in zip(_AXES, domains, strict=False)]
    return tuple(zip(*axes, strict=True))


def generic(domain: Domain, turn: int) -> Fraction:
    """A number of the domain that no formula would name; other turns give others."""
    base = _GENERIC[turn % len(_GENERIC)]
    if domain.integer:
        base = Fraction(3 + turn)
    moved = (base, base + 1, base + 3, -base, -1 - base, _into(base, domain))
    return next((m for m in moved if domain.contains(m)), moved[0])


def _into(value: Fraction, domain: Domain) -> Fraction:
    if domain.contains(value):
        return value
    if domain.low is not None and domain.high is not None:
        part = value / 16 % 1
        return domain.low + (domain.high - domain.low) * part
    if domain.low is not None:
        return domain.low + abs(value)
    return (domain.high or Fraction(0)) - abs(value)


def ball(value: float) -> arb:
    """A number as a ball of a width that its digits leave open: arithmetic with it does not become exact and slow."""
    return arb(value, abs(value) * 2.0**-90)


class Measured:
    """An activation with the values that were asked for so far."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation
        self.expr = activation.value.expr
        self.inputs = tuple(i.name for i in activation.inputs)
        self.parameters = tuple(p.name for p in activation.parameters)
        self.constants = named_constants(self.expr)
        self._tape = Tape(self.expr)
        self._rows: dict[tuple[tuple[Point, ...], tuple[Fraction, ...]], Row] = {}

    @property
    def steps(self) -> int:
        """How many operations one value takes; 1 at least."""
        return max(1, self._tape.steps)

    def value(self, point: Sequence[Number], setting: Sequence[Number]) -> float | None:
        """The value at the inputs and parameters, given in their order; None where there is none for sure."""
        at = dict(zip(self.inputs, point, strict=True)) | dict(zip(self.parameters, setting, strict=True))
        return _float(self._tape.run(at, _BITS)[0])

    def row(self, points: tuple[Point, ...], setting: tuple[Fraction, ...]) -> Row:
        """The values at all the points."""
        known = self._rows.get((points, setting))
        if known is None:
            known = tuple(self.value(point, setting) for point in points)
            self._rows[points, setting] = known
        return known

    def known(self, points: tuple[Point, ...]) -> Iterator[tuple[tuple[Fraction, ...], Row]]:
        """The rows at the points that are kept, each with its setting."""
        return ((setting, row) for (there, setting), row in self._rows.items() if there == points)

    def know(self, points: tuple[Point, ...], setting: tuple[Fraction, ...], row: Row) -> None:
        """Keep a row that was computed before."""
        self._rows[points, setting] = row

    def shares(self, row: Row, points: Sequence[Point], setting: Sequence[Number], close: float = ALIKE) -> bool:
        """Whether it has the row at the points; nothing more is computed once it has not."""
        both = 0
        for wanted, point in zip(row, points, strict=True):
            if wanted is None:
                continue
            value = self.value(point, setting)
            if value is not None:
                if not _near(wanted, value, close):
                    return False
                both += 1
        return 2 * both >= len(row)


def _float(cell: object) -> float | None:
    if isinstance(cell, fmpq):
        try:
            return int(cell.p) / int(cell.q)
        except OverflowError:
            return None
    if isinstance(cell, arb) and cell.rel_accuracy_bits() >= _SURE:
        return float(cell.mid())
    return 0.0 if isinstance(cell, arb) and abs(cell) < 1e-6 * _NOTHING else None


def alike(a: Row, b: Row, close: float = ALIKE) -> bool:
    """Whether two rows show no difference, at enough points."""
    both = 0
    for one, other in zip(a, b, strict=True):
        if one is None or other is None:
            continue
        if not _near(one, other, close):
            return False
        both += 1
    return 2 * both >= len(a)


def _near(a: float, b: float, close: float) -> bool:
    return abs(a - b) <= close * max(abs(a), abs(b), _NOTHING)


def is_constant(row: Row) -> bool:
    """Whether nothing is to be compared: one value at all points, or none."""
    values = [v for v in row if v is not None]
    return len(values) < 2 or all(v == values[0] for v in values)
