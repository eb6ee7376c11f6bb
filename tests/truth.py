"""Whether a claim is the derivative at a point, to any number of digits: differences of the function, nothing else.

Built on the oracle's evaluator, so it shares nothing with the compiler. A slope is taken at two steps, one the square
of the other, which tells how far to trust it; where that does not suffice, steps and precision grow, up to thousands of
digits, so that a claim which is off by exp(-1000) is told from the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any

from mpmath import mp, mpf
from oracle import Activation, exact
from oracle_language import BeyondError, Formula, Number, UndefinedError

DIGITS = 25
"""How many digits have to agree."""

LADDER = (40, 200, 700, 1000, 2000)
"""Decimal digits of the step; the step's square and five times the digits are worked with."""


class Judgement(Enum):
    """What is known of a claim at a point."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNDEFINED = "the claim is undefined"  # there and around it, where the function is defined
    SKIPPED = "nothing to compare"  # the function has no slope there, or the claim an isolated gap
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Sides:
    """One-sided slopes at a point, as exact as the step allowed."""

    low: Number
    high: Number
    steady: bool  # both have converged
    smooth: bool  # they are the same number


class Truth:
    """The derivative of one activation by one of its names."""

    def __init__(self, activation: Activation, of: str) -> None:
        self.activation = activation
        self.of = of
        self._sides = cache(self._measured)

    def judge(self, claim: str, point: Mapping[str, str | Fraction], thorough: bool = False) -> Judgement:
        """Compare at a point: inputs, and the parameters that are not at their defaults, as exact numbers.

        A ``thorough`` look does not rest when the first digits agree, as those of ``x + exp(-1000)`` and ``x`` do.
        """
        formula = Formula.parse(claim)
        before: Number | None = None
        state = Judgement.UNDECIDED
        for rung in LADDER if thorough else LADDER[:2]:
            sides = self._sides(tuple(point.items()), rung)
            if sides is None or (sides.smooth and not mp.isfinite(sides.high)):
                return Judgement.SKIPPED
            if not sides.steady:
                before = None
                continue
            with mp.workdps(5 * rung):
                try:
                    claimed = self.activation.raw(formula, point, with_output=True)
                except BeyondError:
                    return Judgement.SKIPPED
                except UndefinedError:  # or too few digits: log(1 - y) where y is nearly 1
                    if self._is_isolated(formula, point) or (not thorough and sides.low == sides.high == 0):
                        return Judgement.SKIPPED
                    state, before = Judgement.UNDEFINED, None
                    continue
                gap = _gap(claimed, sides)
                agrees = _agrees(claimed, gap, sides, rung)
                if agrees and not thorough:
                    return Judgement.AGREES
                if abs(gap) <= mpf(10) ** (-2 * rung):  # may be rounding: more digits, if there are any
                    state = Judgement.AGREES if agrees else Judgement.SKIPPED
                elif before is not None and abs(gap - before) <= mpf(10) ** -10 * abs(gap):
                    return Judgement.DIFFERS
                else:
                    state = Judgement.UNDECIDED
                before = gap
        return state

    def around(self, point: Mapping[str, str | Fraction]) -> tuple[Number, Number] | None:
        """The least and the greatest of the two one-sided slopes; None where there is none or it does not settle."""
        for rung in LADDER[:3]:
            sides = self._sides(tuple(point.items()), rung)
            if sides is None or (sides.steady and (sides.low or sides.high)):
                break
        return None if sides is None or not sides.steady else (sides.low, sides.high)

    def value(self, claim: str, point: Mapping[str, str | Fraction]) -> Number:
        """The claim's own value. Raises UndefinedError where it has none."""
        with mp.workdps(5 * LADDER[2]):
            return self.activation.raw(Formula.parse(claim), point, with_output=True)

    def _measured(self, key: tuple[tuple[str, str | Fraction], ...], rung: int) -> Sides | None:
        point = dict(key)
        found = [side for side in (self._side(point, rung, -1), self._side(point, rung, 1)) if side is not None]
        if not found:
            return None
        slopes = [slope for slope, _ in found]
        low, high = min(slopes), max(slopes)
        smooth = low == high
        if not smooth and mp.isfinite(low) and mp.isfinite(high):
            smooth = abs(high - low) <= mpf(10) ** -(DIGITS + 5) * max(abs(low), abs(high))
        return Sides(low, high, all(steady for _, steady in found), bool(smooth))

    def _side(self, point: Mapping[str, Any], rung: int, direction: int) -> tuple[Number, bool] | None:
        """The slope on one side, and whether it has converged; None where the function is not real there."""
        with mp.workdps(5 * rung):
            names = {**self.activation.defaults, **point}
            centre = exact(names[self.of])
            others = [abs(exact(value)) for name, value in names.items() if name != self.of]
            near = min(abs(centre), mpf(1)) if centre else mpf(1)
            near /= max([mpf(1), *others])
            try:
                coarse, fine = (
                    self._slope(point, centre, direction * near * mpf(10) ** -digits) for digits in (rung, 2 * rung)
                )
            except UndefinedError:
                return None
            if coarse == fine or abs(coarse - fine) <= mpf(10) ** -(rung // 2) * abs(fine):
                return fine, True
            if max(abs(coarse), abs(fine)) <= max([mpf(1), abs(centre), *others]) * mpf(10) ** (-5 * rung // 2):
                return mpf(0), True  # what rounding leaves of 0, or more digits are needed to see what it is
            if max(abs(coarse), abs(fine)) <= mpf(10) ** (-2 * rung):
                return mpf(0), True  # rounding: x*u/u by u
            if abs(fine) <= mpf(10) ** -(rung // 12) * abs(coarse):
                return mpf(0), True  # it shrinks with the step: x**2 at 0
            if abs(fine) >= max(abs(coarse), mpf(1)) * mpf(10) ** (rung // 12):
                return mp.sign(fine) * mp.inf, True  # it grows as the step shrinks: cbrt(x) at 0
            return fine, False

    def _slope(self, point: Mapping[str, Any], centre: Number, step: Number) -> Number:
        near, far = (
            self.activation.raw(self.activation.expression, {**point, self.of: centre + k * step}) for k in (1, 2)
        )
        return (far - near) / step

    def _is_isolated(self, formula: Formula, point: Mapping[str, Any]) -> bool:
        """Whether a formula that is undefined at a point is defined on a side of it where the function is."""
        centre = exact({**self.activation.defaults, **point}[self.of])
        for shift in (-1, 1):
            moved = {**point, self.of: centre + shift * (abs(centre) or mpf(1)) * mpf(10) ** -30}
            try:
                self.activation.raw(self.activation.expression, moved)
                self.activation.raw(formula, moved, with_output=True)
            except UndefinedError:
                continue
            return True
        return False


def _gap(claimed: Number, sides: Sides) -> Number:
    """How far the claim is above the greater or below the lesser slope; 0 between them."""
    if sides.smooth:
        return claimed - sides.high
    if claimed > sides.high:
        return claimed - sides.high
    return claimed - sides.low if claimed < sides.low else mpf(0)


def _agrees(claimed: Number, gap: Number, sides: Sides, rung: int) -> bool:
    size = max((abs(side) for side in (sides.low, sides.high) if mp.isfinite(side)), default=mpf(0))
    if claimed == 0 and size == 0:  # may be all that this precision shows of log(1 + exp(-1000))
        return rung > LADDER[0]
    return bool(gap == 0 or abs(gap) <= mpf(10) ** -DIGITS * size)
