"""What a search is run on and what comes of it: the points of an activation, and a program with its errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flint import arb

from actc.calculus.intervals import Interval, of_domain
from actc.model.activation import Activation
from actc.model.expr import Expr
from actc.numerics.accuracy import Score, simulators
from actc.numerics.candidates import cost
from actc.numerics.points import Point, PointSet
from actc.numerics.regimes import INFINITE
from actc.numerics.simulate import Simulator

_NEARLY = 16  # times as many points at which an expression fails as those at which a program may that replaces it
_AT_THE_BRIM = 4.0  # bits
_WORTH = 0.8  # of the bits lost: what a program that is not within the contract may lose, to be worth the change


@dataclass(frozen=True, slots=True)
class Arena:
    """The points of one activation, with what was simulated on them."""

    inputs: tuple[str, ...]
    env: Mapping[str, Interval]  # between what numbers each input and parameter lies
    few: tuple[PointSet, ...]
    all: tuple[PointSet, ...]
    few_runs: tuple[Simulator, ...]
    all_runs: tuple[Simulator, ...]
    centres: Mapping[str, Sequence[arb]]  # by input, numbers at which atoms vanish and that are no fractions

    @classmethod
    def over(
        cls,
        activation: Activation,
        few: tuple[PointSet, ...],
        many: tuple[PointSet, ...],
        centres: Mapping[str, Sequence[arb]],
    ) -> Arena:
        """An arena whose points have not been run yet."""
        env = {name: of_domain(domain) for name, domain in activation.domains.items()}
        inputs = tuple(given.name for given in activation.inputs)
        return cls(inputs, env, few, many, simulators(few), simulators(many), centres)

    def extended(self, more: Sequence[tuple[Point, ...]]) -> Arena:
        """The same with more points in each format."""
        sets = tuple(
            PointSet(s.format, (*s.points, *(p for p in extra if p not in s.points)))
            for s, extra in zip(self.all, more, strict=True)
        )
        return replace(self, all=sets, all_runs=simulators(sets))

    def without(self, some: Sequence[Point]) -> Arena:
        """The same without some of its points."""
        sets = tuple(PointSet(s.format, tuple(p for p in s.points if p not in some)) for s in self.all)
        return replace(self, all=sets, all_runs=simulators(sets))


@dataclass(frozen=True, slots=True)
class Found:
    """A program with its errors on all points."""

    program: Expr
    score: Score


def is_better(after: Score, before: Score) -> bool:
    """Clearly so: finite more often and better in all, or as finite and much more exact, or good nearly everywhere."""
    inside = [score.nonfinite - score.brim for score in (after, before)]
    if inside[0] < inside[1] or _NEARLY * (inside[0] + after.bad) <= inside[1] + before.bad:
        return loss(after) < loss(before)
    return inside[0] == inside[1] and loss(after) <= _WORTH * loss(before)


def is_worth_it(after: Found, before: Found) -> bool:
    """Whether a program that is not within the contract either is so much better that it may be longer."""
    longer = max(1.0, cost(after.program) / cost(before.program))
    return is_better(after.score, before.score) and loss(after.score) * longer * longer <= loss(before.score)


def loss(score: Score) -> float:
    """The bits lost at all points; what only rounding carries beyond the greatest number loses few."""
    return score.bits + INFINITE * (score.nonfinite - score.brim) + _AT_THE_BRIM * score.brim
