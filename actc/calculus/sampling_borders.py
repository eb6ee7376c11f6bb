"""Where expressions change their character: the zeros of guards, edges and domain conditions along one variable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from flint import arb, fmpq

from actc.calculus.ball_operations import UNKNOWN
from actc.calculus.balls import decimal_text
from actc.calculus.branches import guards, orient, polynomial, steps
from actc.calculus.roots import solve
from actc.calculus.sampling_values import between, rounded
from actc.calculus.tape import Tape
from actc.model.expr import Expr, number, postorder
from actc.model.operations import OPERATIONS

Point = Mapping[str, Fraction]

_MOST_BORDERS = 64  # whose zeros are looked for
_MOST_BITS = 4096  # for zeros such as that of tanh(x) - (1 - 1e-200)
_KINK_BITS = (128, 512, 2048)  # to tell a border from what is close to it
_HALVINGS = 48
_DESCENT = 24  # steps towards a region that no point of the grid lies in
_DIGITS = 20  # of an irrational zero
_WHOLE = (0, 1, -1, 2)  # values of what ``floor`` and its relatives step at
_LEAST, _GREATEST = arb(10) ** -400, arb(10) ** 400  # sizes of irrational zeros that are of use
_SIMPLE = 10_000  # denominators of rational zeros that are tried

FINE = tuple(Fraction(t) for t in ("0.1", "1", "0.01", "0.001", "1e-4", "1e-6", "1e-9", "1e-12", "10"))
COARSE = tuple(Fraction(t) for t in ("0.3", "0.01", "1e-6"))


def borders(*roots: Expr) -> tuple[Expr, ...]:
    """The expressions at whose zeros a branch changes, a root has its edge, or a value ceases to be real."""
    found: dict[Expr, None] = dict.fromkeys(guards(*roots))
    for node in postorder(*roots):
        row = OPERATIONS.get(node.op)
        if row is None:
            continue
        if row.edges and row.is_smooth:
            found.update(dict.fromkeys(e for e in row.edges(*node.args) if e.free))
        if row.defined:
            found.update(dict.fromkeys(g for g in guards(row.defined(*node.args)) if g.free))
    return tuple(found)


def border_atoms(*roots: Expr) -> tuple[Expr, ...]:
    """The atoms of all borders, and the first few steps of ``floor`` and its relatives."""
    found: dict[Expr, None] = {}
    for border in borders(*roots):
        found.update(dict.fromkeys(orient(border).atoms))
    for step in steps(*roots):
        found.update(dict.fromkeys(step - number(k) for k in _WHOLE))
    return tuple(found)


def centre_atoms(*roots: Expr) -> tuple[Expr, ...]:
    """Atoms at whose zeros squares and even functions have their centre: x - c of ``exp(-(1000*(x - c))**2)``."""
    found: dict[Expr, None] = {}
    for node in postorder(*roots):
        if not node.args or not node.args[0].free or node.is_condition:
            continue
        base = node.args[0]
        square = node.op == "mul" and base is node.args[1]
        if square or node.op == "pow" or len(node.args) == 1:
            atoms = [a for a in orient(base).atoms if a.op != "symbol" and polynomial(a) is not None]
            found.update(dict.fromkeys(atoms))
    return tuple(found)


class Borders:
    """The zeros of some atoms, found once in closed form where that can be had, else at each point by bisection."""

    __slots__ = ("_closed", "_digits", "_open", "atoms")

    def __init__(self, atoms: Iterable[Expr], digits: int = _DIGITS) -> None:
        self.atoms = tuple(dict.fromkeys(atoms))[:_MOST_BORDERS]
        self._digits = digits  # of an irrational zero
        self._closed: dict[str, Tape] = {}
        self._open: dict[str, Tape] = {}

    def names(self) -> frozenset[str]:
        """The symbols that some border depends on."""
        return frozenset().union(*(a.free for a in self.atoms))

    def zeros(self, point: Point, variable: str, grid: Sequence[Fraction], most: int) -> list[Fraction]:
        """Where borders are crossed along the variable, ascending: exact where rational, else to 20 digits.

        No more than ``most``, those nearest to 0.
        """
        if variable not in self._closed:
            self._prepare(variable)
        bits = 64 + 4 * self._digits
        values = self._closed[variable].run(point, bits)
        if self._digits > _DIGITS and any(value is UNKNOWN for value in values):
            values = self._closed[variable].run(point, _MOST_BITS)
        found = {z for z in (_number(value, self._digits) for value in values) if z is not None}
        if grid and self._open[variable]:
            found.update(self._crossings(self._open[variable], point, variable, sorted(grid), most))
        return sorted(sorted(found, key=lambda z: (abs(z), z))[:most])

    def _prepare(self, variable: str) -> None:
        closed: list[Expr] = []
        unsolved: list[Expr] = []
        for atom in self.atoms:
            if variable in atom.free:
                solutions = solve(atom, variable)
                if solutions is None:
                    unsolved.append(atom)
                else:
                    closed.extend(solutions)
        self._closed[variable] = Tape(*closed)
        self._open[variable] = Tape(*unsolved)

    def _crossings(
        self, tape: Tape, point: Point, variable: str, grid: Sequence[Fraction], most: int
    ) -> Iterator[Fraction]:
        moved = dict(point)

        def row(at: Fraction) -> tuple[object, ...]:
            moved[variable] = at
            return tape.run(moved, 64)

        table = [row(at) for at in grid]
        for i in range(len(tape)):
            track = _Track(lambda at, i=i: row(at)[i])  # type: ignore[misc]  # a default binds the loop's variable
            yield from track.crossings(list(zip(grid, (values[i] for values in table), strict=True)), most)


class _Track:
    """One border along one variable."""

    __slots__ = ("_value",)

    def __init__(self, value: Callable[[Fraction], object]) -> None:
        self._value = value

    def crossings(self, table: Sequence[tuple[Fraction, object]], most: int) -> Iterator[Fraction]:
        """Where the sign changes between neighbours of the table; None, where it is not real, has a border too."""
        gaps = [(a[0], b[0]) for a, b in pairwise(table) if _sign(a[1]) != _sign(b[1])]
        dips = [(a[0], b[0], c[0]) for a, b, c in zip(table, table[1:], table[2:], strict=False) if _dips(a, b, c)]
        for low, middle, high in sorted(dips, key=lambda d: abs(d[1]))[: most // 2]:
            beyond = self._descend(low, middle, high)
            if beyond is not None:
                gaps += [(low, beyond), (beyond, high)]
        for low, high in sorted(gaps, key=lambda g: abs(g[0] + g[1]))[:most]:
            yield self._bisect(low, high)

    def _bisect(self, low: Fraction, high: Fraction) -> Fraction:
        before = _sign(self._value(low))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if _sign(self._value(middle)) == before:
                low = middle
            else:
                high = middle
        simple = ((low + high) / 2).limit_denominator(_SIMPLE)
        return simple if low <= simple <= high else rounded((low + high) / 2, _DIGITS)

    def _descend(self, low: Fraction, middle: Fraction, high: Fraction) -> Fraction | None:
        """A point beyond the border, in a region so narrow that no point of the table lies in it."""
        value = self._value(middle)
        before = _sign(value)
        for _ in range(_DESCENT):
            for candidate in ((low + middle) / 2, (middle + high) / 2):
                there = self._value(candidate)
                if _sign(there) != before:
                    return candidate
                if _is_nearer(there, value):
                    low, high = (low, middle) if candidate < middle else (middle, high)
                    middle, value = candidate, there
                    break
            else:
                low, high = (low + middle) / 2, (middle + high) / 2
        return None


def _is_nearer(a: object, b: object) -> bool:
    return isinstance(a, fmpq | arb) and isinstance(b, fmpq | arb) and bool(arb(a).abs_upper() < arb(b).abs_lower())


def _dips(a: tuple[Fraction, object], b: tuple[Fraction, object], c: tuple[Fraction, object]) -> bool:
    """Whether the middle one of three numbers of one sign is nearest to 0."""
    left, middle, right = a[1], b[1], c[1]
    if not (isinstance(left, fmpq | arb) and isinstance(middle, fmpq | arb) and isinstance(right, fmpq | arb)):
        return False
    if not (left > 0 and middle > 0 and right > 0) and not (left < 0 and middle < 0 and right < 0):
        return False
    return _is_nearer(middle, left) and _is_nearer(middle, right)


def _sign(value: object) -> int | None:
    if isinstance(value, fmpq | arb):
        return 1 if value > 0 else -1 if value < 0 else 0
    return None


def _number(value: object, digits: int) -> Fraction | None:
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, arb) and _LEAST < abs(value) < _GREATEST:
        text = decimal_text(value, digits)
        return None if text == "?" else Fraction(text)
    return None


def around(zeros: Sequence[Fraction], scales: Sequence[Fraction]) -> Iterator[Fraction]:
    """Numbers on both sides of each zero at every scale, and between neighbours however close they are."""
    for low, high in pairwise(zeros):
        middle = between(low, high)
        yield middle
        # The middle of a symmetric gap is often a kink.
        yield between(low, middle)
        yield between(middle, high)
    for scale in scales:
        for zero in zeros:
            size = scale * max(Fraction(1), rounded(abs(zero), 1))
            yield zero - size
            yield zero + size


def kinks_at(tape: Tape, count: int, point: Point, moving: Sequence[str]) -> bool:
    """Whether a border is crossed exactly at the point: it vanishes there and not beside.

    The tape gives the borders, ``count`` of them, then the steps. What vanishes all around is a branch like any other.
    """
    suspicious = list(range(len(tape)))
    for bits in _KINK_BITS:
        here = tape.run(point, bits) if suspicious else ()
        suspicious = [i for i in suspicious if _is_crossed(here[i], i >= count)]
    if not suspicious:
        return False
    for name in moving:
        for side in (-1, 1):
            beside = dict(point)
            beside[name] = point[name] + side * Fraction(1, 10**40) * max(Fraction(1), abs(point[name]))
            there = tape.run(beside, 512)
            if any(not _is_crossed(there[i], i >= count) for i in suspicious):
                return True
    return False


def _is_crossed(value: object, step: bool) -> bool:
    if isinstance(value, fmpq):
        return value.q == 1 if step else value == 0
    # A ball that holds the border may as well lie on it.
    return isinstance(value, arb) and (value.contains_integer() if step else value.contains(0))


__all__ = [
    "COARSE",
    "FINE",
    "Borders",
    "Point",
    "around",
    "border_atoms",
    "borders",
    "centre_atoms",
    "kinks_at",
    "steps",
]
