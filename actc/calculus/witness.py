"""Points of a region that is given by the signs of atoms, however small the region is.

A sampling that knows nothing of a claim's branches falls into the large regions only. Here the search is led by the
conditions themselves. Linear ones are solved; then the search moves along one coordinate at a time, to a gap between
the zeros that the conditions have along it, or to where a condition that fails is least violated (local search, after
Selman, Kautz and Cohen's WalkSAT, 1994). An atom that is to vanish is solved for one of its symbols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, pairwise, product
from math import ceil, floor
from random import Random

from flint import arb, fmpq

from actc.calculus.atoms import orient
from actc.calculus.balls import Number, evaluate, evaluate_sure
from actc.calculus.differentiate import differentiate
from actc.calculus.exact_values import vanishes
from actc.calculus.half_spaces import linear_rows, nearest
from actc.calculus.regions import Region
from actc.calculus.roots import solve
from actc.calculus.sampling_borders import Borders
from actc.calculus.sampling_values import between, choices, generic, short_line
from actc.calculus.tape import Tape
from actc.calculus.work import GaveUp, Work
from actc.model.domain import Domain
from actc.model.expr import Expr, postorder, substitute

_BITS = (128, 1024, 4096)
_DIGITS = 60  # of an irrational border
_MOVES = 16  # from one start
_SHAKES = 12  # of a point, ever smaller
_OFFSETS = tuple(Fraction(n, 1000) for n in (731, -613, 877, -419, 547, -953))
_STARTS = 6  # for every point that is wanted
_ZEROS = 12  # of a border along one line
_ONE = Fraction(1)
_TURNS = 3  # starts of a search for zeros that have no closed form
_DENOMINATOR = 10**6  # of such zeros
_IDENTITY = 5000  # counted work for the question whether a number is 0
_GAP = 150  # counted work for a number in a gap
_EXACT = 160  # combinations of simple numbers at which an equation is tried
_SIMPLE = tuple(Fraction(n, d) for n, d in ((1, 1), (0, 1), (2, 1), (-1, 1), (3, 1), (4, 1), (5, 1), (-2, 1), (1, 2)))


@dataclass(slots=True)
class Finder:
    """Looks for points of regions; ``work`` counts the operations that it may take in all."""

    domains: Mapping[str, Domain]
    defaults: Mapping[str, Fraction]  # of the parameters
    inputs: Sequence[str]
    work: Work
    _numbers: tuple[Fraction, ...] = field(default=())

    def points(self, region: Region, count: int) -> Iterator[dict[str, Number]]:
        """Up to ``count`` points of the region, exact where they are rational.

        Where an atom is to vanish and no rational zero is found, a coordinate may be a ball that holds a zero. Ends
        early where the work is used up.
        """
        try:
            yield from islice(self._points(region), count)
        except GaveUp:
            return

    def _points(self, region: Region) -> Iterator[dict[str, Number]]:
        bound = {leaf.name: value for leaf, value in region.bindings}
        names = [n for n in (*self.inputs, *self.defaults) if n not in bound]
        equal = [atom for atom, sign in region.signs if not sign]
        apart = [(atom, sign) for atom, sign in region.signs if sign]
        seen: set[tuple[tuple[str, str], ...]] = set()
        for point in self._solved(equal, apart, names):
            full = self._bound(point, bound)
            if full is None:
                continue
            key = tuple((name, str(value)) for name, value in full.items())
            if key not in seen:
                seen.add(key)
                yield full

    def _bound(self, point: Mapping[str, Number], bound: Mapping[str, Expr]) -> dict[str, Number] | None:
        """The point with the symbols that are functions of the others; None where one leaves its domain."""
        full = dict(point)
        for name, location in reversed(list(bound.items())):
            value = evaluate(location, full)
            if not isinstance(value, Fraction):
                value = evaluate_sure(location, full, bits=256)
            if not isinstance(value, Fraction | arb) or not _inside(value, self.domains.get(name, Domain())):
                return None
            full[name] = value
        return full

    def _solved(
        self, equal: Sequence[Expr], apart: Sequence[tuple[Expr, int]], names: Sequence[str]
    ) -> Iterator[dict[str, Number]]:
        """Points at which some atoms vanish and others have their signs."""
        equal = [atom for atom in equal if atom.free]
        if not equal:
            yield from self._walked(apart, names)
            return
        first, rest = equal[0], equal[1:]
        irrational: list[dict[str, Number]] = []
        for name in (n for n in names if n in first.free):
            for location in solve(first, name) or ():
                leaf = next(node for node in postorder(first) if node.op == "symbol" and node.name == name)
                moved = [(substitute(atom, {leaf: location}), sign) for atom, sign in apart]
                others = [n for n in names if n != name]
                for point in islice(self._solved([substitute(a, {leaf: location}) for a in rest], moved, others), 9):
                    full = self._bound(point, {name: location})
                    if full is not None:
                        if all(isinstance(value, Fraction | int) for value in full.values()):
                            yield full
                        else:
                            irrational.append(full)
        yield from self._guessed(equal, apart, names)
        yield from irrational
        yield from self._searched(equal, apart, names)

    def _guessed(
        self, equal: Sequence[Expr], apart: Sequence[tuple[Expr, int]], names: Sequence[str]
    ) -> Iterator[dict[str, Number]]:
        """Simple numbers that happen to satisfy all."""
        asked = [n for n in names if any(n in atom.free for atom in (*equal, *(a for a, _ in apart)))]
        tape = Tape(*equal, *(atom for atom, _ in apart))
        wanted = [0] * len(equal) + [sign for _, sign in apart]
        each = max(2, int(_EXACT ** (1 / max(1, len(asked)))))
        rows = [[v for v in self._simple(n, equal) if self.domains.get(n, Domain()).contains(v)][:each] for n in asked]
        base = dict(zip(names, (self._start(n, 0) for n in names), strict=True))
        for values in product(*rows):
            point: dict[str, Fraction] = {**base, **dict(zip(asked, values, strict=True))}
            if self._meets(tape, wanted, equal, point):
                yield dict(point)

    def _searched(
        self, equal: Sequence[Expr], apart: Sequence[tuple[Expr, int]], names: Sequence[str]
    ) -> Iterator[dict[str, Number]]:
        """Rational zeros that a search along one coordinate comes close to: of x - floor(x/2) - 7/3, 10/3."""
        tape = Tape(*equal, *(atom for atom, _ in apart))
        wanted = [0] * len(equal) + [sign for _, sign in apart]
        borders = Borders(orient(equal[0]).atoms, _DIGITS)
        for turn in range(_TURNS):
            base = {name: self._start(name, turn) for name in names}
            for name in (n for n in names if n in equal[0].free):
                domain = self.domains.get(name, Domain())
                grid = short_line(domain)
                self.work.spend(len(grid) * tape.steps + _GAP * _ZEROS)
                for zero in borders.zeros(base, name, grid, _ZEROS):
                    point = {**base, name: zero.limit_denominator(_DENOMINATOR)}
                    if domain.contains(point[name]) and self._meets(tape, wanted, equal, point):
                        yield dict(point)

    def _meets(self, tape: Tape, wanted: Sequence[int], equal: Sequence[Expr], point: Mapping[str, Fraction]) -> bool:
        """Whether the atoms, first those that are to vanish, have the wanted signs; a zero may take an identity."""
        self.work.spend(tape.steps)
        signs = [_sign(v) for v in tape.run(point, _BITS[0])]
        if any(sign not in (None, want) for sign, want in zip(signs, wanted, strict=True)):
            return False
        if None in signs[len(equal) :]:
            return False
        for atom, sign in zip(equal, signs, strict=False):
            if sign is None:
                self.work.spend(_IDENTITY)
                if not vanishes(atom, point):
                    return False
        return True

    def _simple(self, name: str, roots: Sequence[Expr]) -> Iterator[Fraction]:
        default = self.defaults.get(name)
        named = [n.number for n in postorder(*roots) if n.is_number]
        yield from dict.fromkeys((*_SIMPLE[:3], *([] if default is None else [default]), *named, *_SIMPLE))

    def _start(self, name: str, turn: int) -> Fraction:
        """Where a search begins: a parameter at its default first, then at simple and at generic numbers."""
        domain = self.domains.get(name, Domain())
        default = self.defaults.get(name)
        if default is not None and turn == 0:
            return default
        numbers = (choices(domain) if turn % 2 else generic(domain)) or (Fraction(0),)
        return numbers[(turn + len(name) + sum(map(ord, name))) % len(numbers)]

    def _walked(self, apart: Sequence[tuple[Expr, int]], names: Sequence[str]) -> Iterator[dict[str, Number]]:
        """Points at which the atoms have their signs, from one start after the other."""
        walk = _Walk(apart, self.domains, self.work)
        planes = linear_rows(apart, names, self.domains)
        missed = 0
        for turn in range(10 * _STARTS):
            start = {name: self._start(name, turn) for name in names}
            if turn % 2 == 0:
                start = nearest(planes, start, self.domains, self.work)
            found = walk.run(start, turn)
            if found is not None:
                shaken = walk.shaken(found, turn)
                # A point with zeros in it may be one at which nothing shows.
                yield dict(found if shaken is None or all(found.values()) else shaken)
                yield dict(found)
                if shaken is not None:
                    yield dict(shaken)
            else:
                missed += 1
                if missed > _STARTS:
                    return


class _Walk:
    """The local search for one set of conditions."""

    __slots__ = ("_atoms", "_borders", "_domains", "_slopes", "_tape", "_wanted", "_work")

    def __init__(self, apart: Sequence[tuple[Expr, int]], domains: Mapping[str, Domain], work: Work) -> None:
        self._atoms = [atom for atom, _ in apart]
        self._wanted = [sign for _, sign in apart]
        self._tape = Tape(*self._atoms)
        self._borders = Borders([a for atom in self._atoms for a in orient(atom).atoms], _DIGITS)
        self._slopes: dict[tuple[int, str], Borders] = {}
        self._domains = domains
        self._work = work

    def run(self, start: Mapping[str, Fraction], turn: int) -> dict[str, Fraction] | None:
        """A point with all the signs; None where none was come by."""
        random = Random(turn)  # noqa: S311 - reproducible moves, no secrets
        point = dict(start)
        seen = {tuple(point.values())}
        for _ in range(_MOVES):
            failing, _ = self._judge(point)
            if not failing:
                return point
            # A condition without a symbol is never met.
            chosen = failing[random.randrange(len(failing))]
            steps = [
                {**point, name: value}
                for name in point
                if name in self._atoms[chosen].free
                for value in self._candidates(chosen, name, point)
            ]
            fresh = [s for s in steps if tuple(s.values()) not in seen]
            if not fresh:
                return None
            ranked = sorted(fresh, key=lambda s: self._rank(s))
            # Now and then not the best, to leave what is best only around here.
            point = ranked[0] if random.randrange(5) else ranked[random.randrange(min(3, len(ranked)))]
            seen.add(tuple(point.values()))
        return point if not self._judge(point)[0] else None

    def shaken(self, point: Mapping[str, Fraction], turn: int) -> dict[str, Fraction] | None:
        """A point nearby with all the signs and nothing special about it, where there is one."""
        moving = [n for n in point if not self._domains.get(n, Domain()).integer]
        size = _ONE / 2
        for _ in range(_SHAKES):
            near = dict(point)
            for k, name in enumerate(moving):
                offset = size * _OFFSETS[(k + turn) % len(_OFFSETS)] * max(abs(point[name]), _ONE)
                near[name] = next(
                    (
                        v
                        for v in (point[name] + offset, point[name] - offset)
                        if _inside(v, self._domains.get(name, Domain()))
                    ),
                    point[name],
                )
            if not self._judge(near)[0]:
                return near
            size /= 8
        return None

    def _rank(self, point: Mapping[str, Fraction]) -> tuple[int, float]:
        failing, amount = self._judge(point)
        return len(failing), amount

    def _judge(self, point: Mapping[str, Fraction]) -> tuple[list[int], float]:
        """Which conditions fail, and by how much they do."""
        self._work.spend(self._tape.steps + 1)
        values = self._tape.run(point, _BITS[0])
        for bits in _BITS[1:]:
            if all(_sign(v) is not None for v in values):
                break
            self._work.spend(bits // 256 * self._tape.steps)
            values = self._tape.run(point, bits)
        failing = [i for i, v in enumerate(values) if _sign(v) != self._wanted[i]]
        return failing, sum(_magnitude(values[i]) for i in failing)

    def _candidates(self, chosen: int, name: str, point: Mapping[str, Fraction]) -> list[Fraction]:
        """Numbers in every gap between the borders along the coordinate, and where the condition fails least."""
        domain = self._domains.get(name, Domain())
        grid = short_line(domain)
        self._work.spend(len(grid) * self._tape.steps + 3 * _GAP * _ZEROS)
        zeros = self._borders.zeros(point, name, grid, _ZEROS)
        atom = self._atoms[chosen]
        key = (chosen, name)
        if key not in self._slopes:
            self._slopes[key] = Borders(orient(differentiate(atom, name)).atoms, _DIGITS)
        turning = self._slopes[key].zeros(point, name, grid, _ZEROS)
        return [value for value in (*gaps(zeros, domain), *turning) if domain.contains(value)]


def gaps(zeros: Sequence[Fraction], domain: Domain) -> list[Fraction]:
    """A number in every gap between the zeros and the ends of the domain."""
    ends = [end for end in (domain.low, domain.high) if end is not None]
    edges = sorted({*zeros, *ends})
    found: list[Fraction] = []
    if not edges:
        return [_ONE, -_ONE]
    for low, high in pairwise(edges):
        middle = between(low, high)
        found += [middle, between(low, low + (high - low) / 64), between(high - (high - low) / 64, high)]
        if domain.integer:
            found += [Fraction(n) for n in {floor(low) + 1, ceil(high) - 1, round(middle)} if low < n < high]
    for end, side in ((edges[0], -1), (edges[-1], 1)):
        step = max(_ONE, abs(end) / 2)
        found.append(Fraction(floor(end + side * step)) if domain.integer else end + side * step)
    return found


def _inside(value: Number, domain: Domain) -> bool:
    if isinstance(value, Fraction | int):
        return domain.contains(Fraction(value))
    if domain.integer:
        return False
    low = domain.low is None or bool(value > fmpq(domain.low.numerator, domain.low.denominator))
    return low and (domain.high is None or bool(value < fmpq(domain.high.numerator, domain.high.denominator)))


def _sign(value: object) -> int | None:
    if isinstance(value, fmpq | arb):
        return 1 if value > 0 else -1 if value < 0 else 0 if value == 0 else None
    return None


def _magnitude(value: object) -> float:
    """How far a condition is from being met, on a scale of powers of two."""
    if isinstance(value, fmpq):
        return float(abs(int(value.p)).bit_length() - int(value.q).bit_length()) if value else -1000.0
    if isinstance(value, arb) and value.is_finite():
        upper = value.abs_upper()
        if upper == 0:
            return -1000.0
        mantissa, exponent = upper.man_exp()
        return float(min(2000, max(-1000, int(exponent) + int(mantissa).bit_length())))
    return 2000.0
