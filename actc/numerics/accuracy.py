"""How far simulated results are from the truth, in units of the last place.

An error is divided by the greatest of the true result's ulp, the change of the true result when an input's or a
parameter's last bit changes, and that bit times the derivative: what the problem itself magnifies is no fault of the
program. The change is taken exactly, between the truths at neighbouring numbers, so that at a jump or a kink either
side's value is right; the derivative counts where an ulp of the input is a period or more, as in sin(1e30).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import gmpy2
from flint import arb, fmpq

from actc.calculus.balls import UNKNOWN, Value, evaluate, evaluate_sure
from actc.calculus.differentiate import differentiate
from actc.calculus.tape import Tape
from actc.model.expr import Expr
from actc.numerics.formats import FLOAT32, Float, wide
from actc.numerics.points import Point, PointSet
from actc.numerics.rounded_functions import from_ball
from actc.numerics.simulate import Simulator
from actc.numerics.xla import ways

TARGET = 8
"""ULP that a result may be off."""

REGIONS = (-20, -1, 0, 1, 20)
"""Bounds of an input between which errors are told apart."""

RegionWorst = dict[tuple[str, int], float]
"""The greatest error by input and by how many of the bounds it has reached."""

_FREE = 128  # times the smallest normal number: an absolute error below it is none
_BITS = 160
_MOST_BITS = 2048
_NULL = arb(2) ** -1200


@dataclass(frozen=True, slots=True)
class Score:
    """What a program's results on some points come to; lower is better, in the order of the fields."""

    nonfinite: int  # results that are not finite, or NaN, although the truth is representable
    lost: int  # results with no right bit
    bad: int  # results off by more than the target
    bits: float  # the sum of the bits lost
    worst: float  # the greatest error in ULP, of finite results
    at: Point | None  # where that is, or where the result is not finite
    brim: int = 0  # of those not finite: with a truth so near the greatest number that an ULP or two lie beyond it

    @property
    def meets(self) -> bool:
        return self.nonfinite == 0 and self.bad == 0


class Truth:
    """The certain values of one expression at a fixed list of points, and how much its problem magnifies."""

    __slots__ = (
        "_beyond",
        "_context",
        "_expr",
        "_floor",
        "_form",
        "_names",
        "_points",
        "_scales",
        "_slopes",
        "_values",
    )

    def __init__(self, expr: Expr, points: PointSet) -> None:
        self._expr = expr
        self._form = points.format
        self._points = points.points
        self._context = wide(_BITS)
        with self._context:
            # The half types are computed in float32, where nothing near their smallest numbers is flushed.
            free = _FREE if self._form.precision >= FLOAT32.precision else 0
            self._floor = _power_of_two(self._form.least) * free
        self._values: dict[int, Float | None] = {}
        self._beyond: dict[int, int] = {}  # the signs of those that are greater than any number of the format
        self._scales: dict[int, tuple[Float, int]] = {}
        self._slopes: Tape | None = None
        # Inputs move more than parameters do, as a rule; any order will do.
        given = points.points[0] if points.points else {}
        self._names = [name for name in given if name in expr.free]

    def __len__(self) -> int:
        return len(self._points)

    def at(self, index: int) -> Float | None:
        """The value; None where there is none, it is not to be told, or it is beyond the format's range."""
        if index not in self._values:
            self._values[index] = self._rounded(index, self._sure(self._points[index]))
        return self._values[index]

    def _sure(self, point: Point) -> Value:
        value = evaluate_sure(self._expr, point, most=_MOST_BITS)
        if value is UNKNOWN:
            near = evaluate(self._expr, point, _MOST_BITS)
            if isinstance(near, arb) and abs(near) < _NULL:
                return Fraction(0)  # as sin(pi*3), which no precision tells from 0
        return value

    def _rounded(self, index: int, value: Value) -> Float | None:
        if not isinstance(value, Fraction | arb):
            return None
        with self._context:
            long = from_ball(value)
        with self._form.context:
            if gmpy2.is_finite(near := gmpy2.mpfr(long)):
                return long
        self._beyond[index] = 1 if near > 0 else -1
        return None

    def error(self, index: int, computed: Float) -> float:
        """The error of a result in ULP; infinite where the result is not finite."""
        value = self.at(index)
        if value is None:
            return 0.0
        if not gmpy2.is_finite(computed):
            return float("inf")
        with self._context:
            distance = abs(computed - value)
            if distance < self._floor:
                return 0.0
            plain = distance / self._ulp(value)
            if plain <= 1:
                return float(plain)
            return float(distance / self._scale(index, value, distance))

    def is_wrong_beyond(self, index: int, computed: Float) -> bool:
        """Whether the true result is beyond the format's range, and this is NaN or the other infinity."""
        side = self._beyond.get(index, 0) if self.at(index) is None else 0
        return bool(side and (gmpy2.is_nan(computed) or (gmpy2.is_infinite(computed) and computed * side < 0)))

    def is_at_the_brim(self, index: int) -> bool:
        """Whether a result that is right up to the target may be beyond the format's greatest number."""
        value = self.at(index)
        if value is None:
            return False
        with self._context:
            return bool(abs(value) + TARGET * self._ulp(value) >= _power_of_two(self._form.most))

    def _ulp(self, value: Float) -> Float:
        exponent = gmpy2.get_exp(value) - 1 if value != 0 else self._form.least
        return _power_of_two(max(exponent, self._form.least) - self._form.precision + 1)

    def _scale(self, index: int, value: Float, distance: Float) -> Float:
        """What an error is divided by, or as much of it as shows that the error is at most one unit."""
        known, done = self._scales.get(index, (None, 0))
        known = self._ulp(value) if known is None else known
        point = self._points[index]
        if distance > known and done == 0:
            known = max(known, self._by_slopes(point))
            done = 1
        while distance > known and done <= len(self._names):
            name = self._names[done - 1]
            step = self._form.ulp(point[name])
            for moved in (point[name] + step, point[name] - step):
                other = self._sure({**point, name: moved})
                if isinstance(other, Fraction | arb):
                    known = max(known, abs(from_ball(other) - value))
            done += 1
        self._scales[index] = known, done
        return known

    def _by_slopes(self, point: Point) -> Float:
        """The greatest change by the derivatives, as far as it is certain; all of them are computed at once."""
        if self._slopes is None:
            self._slopes = Tape(*(differentiate(self._expr, name) for name in self._names))
        greatest = gmpy2.mpfr(0)
        for bits in (_BITS, _MOST_BITS):
            unsure = False
            for name, slope in zip(self._names, self._slopes.run(point, bits), strict=True):
                if isinstance(slope, fmpq | arb):
                    least = abs(arb(slope)).lower()
                    if least > 0 and least.is_finite():
                        greatest = max(greatest, from_ball(least) * from_ball(self._form.ulp(point[name])))
                    # The sine of a number beyond these bits may be anything.
                    unsure = unsure or abs(arb(slope)).upper() * arb(2) ** -40 > least
            if not unsure:
                break
        return greatest


def _power_of_two(exponent: int) -> Any:
    one = gmpy2.mpfr(1)
    return gmpy2.mul_2exp(one, exponent) if exponent >= 0 else gmpy2.div_2exp(one, -exponent)


class Judge:
    """Scores programs that are to compute one expression, on fixed points in several formats."""

    __slots__ = ("_sets", "_simulators", "_truths")

    def __init__(self, expr: Expr, sets: tuple[PointSet, ...], simulators: tuple[Simulator, ...]) -> None:
        self._sets = sets
        self._simulators = simulators
        self._truths = tuple(Truth(expr, points) for points in sets)

    def errors(self, program: Expr) -> list[list[float]]:
        """The error at every point of every set, as written or as XLA computes it, whichever is greater."""
        found = []
        for truth, simulator in zip(self._truths, self._simulators, strict=True):
            columns = [simulator.run(way) for way in ways(program)]
            found.append([max(truth.error(i, v) for v in row) for i, row in enumerate(zip(*columns, strict=True))])
        return found

    def wrong_beyond(self, program: Expr) -> int:
        """At how many points a result beyond the format's range is NaN or the other infinity."""
        return sum(
            truth.is_wrong_beyond(i, value)
            for truth, simulator in zip(self._truths, self._simulators, strict=True)
            for i, value in enumerate(simulator.run(program))
        )

    def truths(self, index: int) -> list[Float | None]:
        """The true values at the points of one set."""
        truth = self._truths[index]
        return [truth.at(i) for i in range(len(truth))]

    def score(self, program: Expr) -> Score:
        """The errors of a program, over all formats."""
        return total([self._summary(k, errors) for k, errors in enumerate(self.errors(program))])

    def scores(self, program: Expr) -> tuple[Score, ...]:
        """The errors of a program, format by format."""
        return tuple(self._summary(k, errors) for k, errors in enumerate(self.errors(program)))

    def scores_by_region(self, program: Expr, names: Sequence[str]) -> tuple[tuple[Score, RegionWorst], ...]:
        """The errors of a program, format by format, and the greatest along each of these inputs by region."""
        return tuple(
            (self._summary(k, errors), self._worst(k, errors, names)) for k, errors in enumerate(self.errors(program))
        )

    def _worst(self, index: int, errors: list[float], names: Sequence[str]) -> RegionWorst:
        points = self._sets[index].points
        found: RegionWorst = {}
        for name in names:
            for error, point in zip(errors, points, strict=True):
                region = name, sum(point[name] >= bound for bound in REGIONS)
                found[region] = max(found.get(region, 0.0), error)
        return found

    def _summary(self, index: int, errors: list[float]) -> Score:
        points = self._sets[index]
        precision = points.format.precision
        nonfinite = lost = bad = brim = 0
        bits = worst = 0.0
        at: Point | None = None
        for i, error in enumerate(errors):
            if error == float("inf"):
                at = points.points[i] if nonfinite == 0 else at
                nonfinite += 1
                brim += self._truths[index].is_at_the_brim(i)
                continue
            if error > TARGET:
                bad += 1
            if error > 2.0 ** (precision - 2):
                lost += 1
            if error > 1:
                bits += min(gmpy2.log2(error), precision)
            if error > worst:
                worst = error
                at = points.points[i] if nonfinite == 0 else at
        return Score(nonfinite, lost, bad, float(bits), worst, at, brim)


def total(scores: list[Score]) -> Score:
    """Several scores in one."""
    worst = max(scores, key=lambda s: (s.nonfinite > 0, s.worst))
    return Score(
        sum(s.nonfinite for s in scores),
        sum(s.lost for s in scores),
        sum(s.bad for s in scores),
        sum(s.bits for s in scores),
        max(s.worst for s in scores),
        worst.at,
        sum(s.brim for s in scores),
    )


def simulators(sets: tuple[PointSet, ...]) -> tuple[Simulator, ...]:
    """One simulator for each set, to be shared by all expressions that are run on it.

    Float32 is flushed: its range is so short that what is lost below it shows in products that are not small.
    """
    return tuple(
        Simulator(
            s.format, [{n: s.format.nearest(v) for n, v in p.items()} for p in s.points], flush=s.format is FLOAT32
        )
        for s in sets
    )
