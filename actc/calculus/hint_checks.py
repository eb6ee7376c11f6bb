"""Further points, at which hints are tried: what they do not bear out is not said.

The points are spread over all sizes and signs, with the parameters at values where nothing simplifies, and around the
points at which the claim is wrong. A difference is looked for with so many bits that one of exp(-1000) is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from actc.calculus.ball_operations import Marker, ball
from actc.calculus.balls import evaluate
from actc.calculus.compare import Comparison, Judged, Outcome
from actc.calculus.sampling import Sample, Space, constants
from actc.calculus.sampling_borders import Borders, centre_atoms
from actc.calculus.sampling_values import generic, line
from actc.calculus.tape import Tape
from actc.model.algebra import divide
from actc.model.domain import Domain
from actc.model.expr import ONE, Expr, symbol

_FIRST, _DEEP, _DEEPEST = 128, 512, 4096  # bits
_SIZES = tuple(
    Fraction(s)
    for s in ("0.37", "1.3", "2.9", "7.3", "0.0003", "23.7", "160.1", "0.9", "1501.3", "4.6", "0.06", "4000.7", "11.9")
)
_MODERATE = 30  # size of coordinates beyond which a difference may be too small to be seen
_FAR = 1000
_MOST_WORK = 60_000  # operations for each set of points
_MOST, _LEAST = 130, 30  # points
_MOST_DEEP = 48  # of them with the most bits
_AROUND, _TURNS = 8, 2  # wrong points that others are taken around, and how many for each coordinate
_FEW = 5
_MOST_CENTRES = 8  # of a bump
_WRONG = (Outcome.DIFFERS, Outcome.UNDEFINED, Outcome.AT_KINK)  # no point is on a kink of a right claim by chance
_PLAIN = tuple(Fraction(n, 2) for n in range(-6, 7))
_STEP, _SHIFT, _MODULUS = 1_103_515_245, 12_345, 2**31  # of the congruential generator of the C standard's example


class Probes:
    """Points with what they say about a claim."""

    def __init__(self, comparison: Comparison, within: Space, wrong: Sequence[Judged]) -> None:
        self.comparison, self.within = comparison, within
        self._most = min(_MOST, _MOST_WORK // max(1, comparison.steps))
        given = [*_spread(within, {}, self._most), *_beside(within, wrong)]
        every = [self.judged(point) for point in given]
        self.wrong = [j for j in every if j.outcome is Outcome.DIFFERS]
        self.right = [j for j in every if j.outcome is Outcome.AGREES]
        self.moderate = [j for j in self.right if all(abs(v) <= _MODERATE for v in j.sample.point.values())]

    def judged(self, point: Mapping[str, Fraction]) -> Judged:
        """What a point says, with the most bits where few show no difference."""
        varied = frozenset(n for n, default in self.within.defaults.items() if point[n] != default)
        sample = Sample(dict(point), varied)
        first = self.comparison.judge(sample, (_FIRST,))
        if first.outcome in (Outcome.AGREES, Outcome.UNDECIDED):
            return self.comparison.judge(sample, (_DEEPEST,))
        return first

    def bear_out(self, residual: Expr, *, wrong_only: bool) -> bool:
        """Whether an expression may be 0 at every point, or at every point where the claim is wrong."""
        tape = Tape(residual)
        asked = self.wrong if wrong_only else [*self.wrong, *self.right]
        for bits, points in ((_DEEP, asked), (_DEEPEST, self._deep(asked))):
            for one in points:
                value = tape.run(one.sample.point, bits)[0]
                if isinstance(value, bool | Marker) or ball(value).contains(0):
                    continue
                if not self.comparison.at_kink(one.sample.point):
                    return False
        return wrong_only or self._has_no_bump(residual)

    def _has_no_bump(self, residual: Expr) -> bool:
        """Whether an expression may be 0 also where something in it has a centre: no point need have hit a bump."""
        centres, tape = Borders(centre_atoms(residual)), Tape(residual)
        for variable in self.within.inputs:
            others = {n: generic(self.within.domains[n]) for n in self.within.inputs if n != variable}
            base = {**{n: values[0] for n, values in others.items() if values}, **self.within.defaults}
            grid = line(self.within.domains[variable])
            for zero in centres.zeros({**base, variable: grid[0]}, variable, grid, _MOST_CENTRES):
                point = {**base, variable: zero}
                if not self.within.domains[variable].contains(zero):
                    continue
                value = tape.run(point, _DEEP)[0]
                if isinstance(value, bool | Marker) or ball(value).contains(0):
                    continue
                if not self.comparison.at_kink(point):
                    return False
        return True

    def _deep(self, points: Sequence[Judged]) -> list[Judged]:
        """One of each region, and those far out."""
        regions: dict[tuple[int | None, ...], Judged] = {}
        far: list[Judged] = []
        for one in points:
            regions.setdefault(self.comparison.signature(one.sample.point), one)
            if any(abs(v) > _FAR for v in one.sample.point.values()):
                far.append(one)
        near = [one for one in points if one not in far]
        return list({id(o): o for o in (*regions.values(), *far[:_MOST_DEEP], *near[:_FEW])}.values())[:_MOST_DEEP]

    def true_at(self, name: str, value: Fraction) -> bool:
        """Whether the claim is right wherever it was tried with one parameter at a value, at many points."""
        points = _spread(self.within, {name: value}, self._most)
        outcomes = [Outcome.NOTHING]
        for point in points:
            outcomes.append(self.judged(point).outcome)
            if outcomes[-1] in _WRONG:
                return False
        return sum(o is Outcome.AGREES for o in outcomes) >= _LEAST

    def true_elsewhere(self, name: str, values: Sequence[Fraction], true: Sequence[tuple[str, Fraction]]) -> bool:
        """Whether the claim is right where a parameter has another value, or a relation to another parameter.

        Points with a parameter at one of the values at which it is known to be ``true`` say nothing of that.
        """
        domain = self.within.domains[name]
        for value in (*_PLAIN, *generic(domain), *constants(self.within.roots)):
            if value not in values and domain.contains(value) and self._may_hold(name, value, true):
                return True
        for other in self.within.defaults:
            if other == name:
                continue
            q = symbol(other)
            for related in (q, -q, divide(ONE, q), ONE - q, ONE + q, q - ONE):
                if self._may_hold(name, related, true):
                    return True
        return False

    def _may_hold(self, name: str, value: Fraction | Expr, true: Sequence[tuple[str, Fraction]]) -> bool:
        """Whether no point with a parameter at the value tells that the claim is wrong."""
        agreeing = 0
        fixed = {name: value} if isinstance(value, Fraction) else {}
        for point in _spread(self.within, fixed, self._most):
            at = dict(point)
            if isinstance(value, Expr):
                there = evaluate(value, point)
                if not isinstance(there, Fraction) or not self.within.domains[name].contains(there):
                    continue
                at[name] = there
            if any(at[n] == v for n, v in true):
                continue
            outcome = self.judged(at).outcome
            if outcome in _WRONG:
                return False
            agreeing += outcome is Outcome.AGREES
        return agreeing >= _FEW


def _spread(within: Space, fixed: Mapping[str, Fraction], most: int) -> Iterator[dict[str, Fraction]]:
    """Points of all sizes and signs, some of them fixed; every fourth with the other parameters at their defaults."""
    state = 1
    signed = [s * size for size in _SIZES for s in (1, -1)]
    seen: set[tuple[Fraction, ...]] = set()
    names = (*within.inputs, *within.defaults)
    for turn in range(most):
        point: dict[str, Fraction] = {}
        for index, name in enumerate(names):
            state = (state * _STEP + _SHIFT) % _MODULUS
            domain = within.domains[name]
            drawn = turn if not index else state >> 8
            if name in fixed:
                point[name] = fixed[name]
            elif name in within.defaults and turn % 4 == 1:
                point[name] = within.defaults[name]
            else:
                point[name] = _fitting(signed[drawn % len(signed)], drawn + turn // len(signed), domain)
        key = tuple(point.values())
        if key not in seen and all(within.domains[n].contains(v) for n, v in point.items()):
            seen.add(key)
            yield point


def _fitting(value: Fraction, turn: int, domain: Domain) -> Fraction:
    """The number, with other digits each time around; or one of the domain in its place."""
    moved = value * (1 + Fraction(turn % 11, 97))
    for candidate in (moved, -moved):
        if domain.contains(candidate):
            return candidate
    inside = generic(domain)
    return inside[turn % len(inside)] if inside else value


def _beside(within: Space, wrong: Sequence[Judged]) -> Iterator[dict[str, Fraction]]:
    """Some of the points at which a claim is wrong, with one coordinate at other values."""
    stride = max(1, len(wrong) // _AROUND)
    for turn, one in enumerate(wrong[::stride][:_AROUND]):
        for index, name in enumerate(one.sample.point):
            values = generic(within.domains[name])
            for k in range(_TURNS if values else 0):
                yield {**one.sample.point, name: values[(turn * _TURNS + k + index) % len(values)]}


def inside(condition: Expr, points: Sequence[Judged]) -> list[Judged]:
    """The points at which a condition certainly holds."""
    tape = Tape(condition)
    return [one for one in points if tape.run(one.sample.point)[0] is True]
