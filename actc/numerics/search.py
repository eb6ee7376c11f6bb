"""The search for a program that computes one expression within the contract, from cheap ideas to dear ones.

Candidates are compared on few points; only one that does well there is judged on all. Every step is counted, none is
timed, so the outcome is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from actc.model.algebra import where
from actc.model.expr import NAN, Expr, apply, size, symbol
from actc.numerics.accuracy import Judge, Score, simulators
from actc.numerics.candidates import cost, equivalents, variants
from actc.numerics.points import PointSet
from actc.numerics.regimes import INFINITE, asymptotic, clamped, combined, lost_bits
from actc.numerics.simulate import Simulator

_BEAM = 3
_MOST_CANDIDATES = 160
_MOST_NODES = 5000  # of all candidates together
_MOST_LEADERS = 20  # programs looked at for the best where none is good
_MOST_JUDGED = 5  # programs that did well on few points and are judged on all
_DEAR = 2  # times the cost of the expression; beyond, rearrangements are tried before a program is taken
_WORTH = 0.8  # of the bits lost: what a program that is not within the contract may lose, to be worth the change


@dataclass(frozen=True, slots=True)
class Arena:
    """The points of one activation, with what was simulated on them."""

    inputs: tuple[str, ...]
    few: tuple[PointSet, ...]
    all: tuple[PointSet, ...]
    few_runs: tuple[Simulator, ...]
    all_runs: tuple[Simulator, ...]

    @classmethod
    def over(cls, inputs: tuple[str, ...], few: tuple[PointSet, ...], many: tuple[PointSet, ...]) -> Arena:
        """An arena whose points have not been run yet."""
        return cls(inputs, few, many, simulators(few), simulators(many))


@dataclass(frozen=True, slots=True)
class Found:
    """A program with its errors on all points."""

    program: Expr
    score: Score


def _is_better(after: Score, before: Score) -> bool:
    """Clearly so: finite more often and better in all, or as finite and much more exact."""
    if after.nonfinite < before.nonfinite:
        return loss(after) < loss(before)
    return after.nonfinite == before.nonfinite and after.bits <= _WORTH * before.bits


def loss(score: Score) -> float:
    """The bits lost at all points."""
    return score.bits + INFINITE * score.nonfinite


@dataclass(slots=True)
class Search:
    """The programs tried for one expression.

    ``fits`` says whether a program has the right values at kinks and jumps.
    """

    expr: Expr
    arena: Arena
    fits: Callable[[Expr], bool]
    screen: Judge = field(init=False)
    final: Judge = field(init=False)
    tried: dict[Expr, Score] = field(default_factory=dict)
    judged: dict[Expr, Score] = field(default_factory=dict)
    nodes: int = 0

    def __post_init__(self) -> None:
        self.screen = Judge(self.expr, self.arena.few, self.arena.few_runs)
        self.final = Judge(self.expr, self.arena.all, self.arena.all_runs)

    def run(self, others: Iterable[Expr] = ()) -> Found:
        """The expression itself if it is good, else the cheapest that is, else the best there is."""
        if self._try(self.expr).meets and self._judge(self.expr).meets:
            return Found(self.expr, self.judged[self.expr])
        steps: tuple[Callable[[], Iterable[Expr]], ...] = (
            lambda: (*others, *equivalents(self.expr)),
            self._rearranged,
            self._regimes,
            self._held,
            self._regimes,
        )
        for index, step in enumerate(steps):
            fresh = [c for c in dict.fromkeys(step()) if c not in self.tried]
            for candidate in fresh:
                if len(self.tried) < _MOST_CANDIDATES and self.nodes < _MOST_NODES:
                    self._try(candidate)
            good = self._cheapest_good()
            if good is not None and (index > 0 or cost(good) <= _DEAR * cost(self.expr)):
                return Found(good, self.judged[good])
        return self._best()

    def _cheapest_good(self) -> Expr | None:
        promising = sorted((c for c, score in self.tried.items() if score.meets), key=cost)
        return next((c for c in promising[:_MOST_JUDGED] if self._judge(c).meets and self.fits(c)), None)

    def _try(self, program: Expr) -> Score:
        if program not in self.tried:
            self.tried[program] = self.screen.score(program)
            self.nodes += size(program)
        return self.tried[program]

    def _judge(self, program: Expr) -> Score:
        if program not in self.judged:
            self.judged[program] = self.final.score(program)
        return self.judged[program]

    def _leaders(self, count: int) -> list[Expr]:
        return sorted(self.tried, key=lambda e: (loss(self.tried[e]), cost(e)))[:count]

    def _rearranged(self) -> Iterable[Expr]:
        for leader in dict.fromkeys((*self._leaders(_BEAM), self.expr, *equivalents(self.expr))):
            for variant in variants(leader, self.arena.inputs):
                yield variant
                yield from variants(variant, ())

    def _regimes(self) -> Iterable[Expr]:
        """Two programs at a time, chosen by an input or its size."""
        programs = self._leaders(6)
        errors = [[lost_bits(e) for row in self.final.errors(p) for e in row] for p in programs]
        for name in self.arena.inputs:
            if name not in self.expr.free:
                continue
            x = symbol(name)
            for key in (x, apply("abs", x)):
                values = [v for run in self.arena.all_runs for v in run.run(key)]
                found = combined(programs, errors, key, values)
                if found is not None:
                    yield found

    def _held(self) -> Iterable[Expr]:
        for leader in self._leaders(2):
            for name in self.arena.inputs:
                if name in leader.free:
                    inner, wrap = peeled(leader)
                    yield from (wrap(c) for c in clamped(inner, name))
                    yield from (wrap(c) for c in asymptotic(inner, name))

    def _best(self) -> Found:
        before = self._judge(self.expr)
        best = Found(self.expr, before)
        left = _BEAM
        for leader in self._leaders(_MOST_LEADERS):
            if leader is not self.expr and _is_better(self._judge(leader), best.score) and self.fits(leader):
                best = Found(leader, self.judged[leader])
                left -= 1
                if not left:
                    break
        return best


def peeled(root: Expr) -> tuple[Expr, Callable[[Expr], Expr]]:
    """The expression without values set for single points or NaN outside a domain, and how to put them back."""
    layers: list[tuple[Expr, Expr, bool]] = []
    inner = root
    while inner.op == "where":
        condition, a, b = inner.args
        if b is NAN:
            layers.append((condition, b, True))
            inner = a
        elif condition.op == "eq" and not a.args:
            layers.append((condition, a, False))
            inner = b
        else:
            break

    def wrap(program: Expr) -> Expr:
        for condition, other, first in reversed(layers):
            program = where(condition, program, other) if first else where(condition, other, program)
        return program

    return inner, wrap
