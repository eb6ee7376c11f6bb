"""The search for a program that computes one expression within the contract, from cheap ideas to dear ones.

Candidates are compared on few points; only one that does well there is judged on all. Every step is counted, none is
timed, so the outcome is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, pairwise
from math import inf

from flint import arb

from actc.calculus.balls import rational
from actc.calculus.differentiate import differentiate
from actc.calculus.intervals import POSITIVE, Interval
from actc.calculus.ranges import range_of
from actc.model.algebra import where
from actc.model.expr import NAN, Expr, apply, number, postorder, size, symbol
from actc.numerics.accuracy import TARGET, Judge, Score, simulators, total
from actc.numerics.arena import Arena, Found, is_better, loss
from actc.numerics.candidates import cost, equivalents, magnitudes, nearly_equal, pieces, prepared, turned, variants
from actc.numerics.centres import enclosed_roots
from actc.numerics.expansions import BOUNDS, beside, expanded, small_quantities
from actc.numerics.grouped import GROUP, grouped, ungrouped
from actc.numerics.normal_tails import with_tails
from actc.numerics.points import PointSet
from actc.numerics.ratio_logarithms import near_one
from actc.numerics.regimes import BOUNDS as BOUNDS_OF_INPUT
from actc.numerics.regimes import asymptotic, clamped, combined, lost_bits
from actc.numerics.short_polynomials import Disc
from actc.numerics.sides import by_sides
from actc.numerics.simulate import Simulator
from actc.numerics.vocabulary import stable

_BEAM = 3
_MOST_CANDIDATES = 60  # in one step
_MOST_NODES = 2500  # of all candidates of one step
_MOST_GOOD = 8  # candidates of one step that do well, among which the cheapest is looked for
_MOST_TIMES, _MOST_MORE = 6, 240  # nodes that a candidate has at most: so many times the expression's, and more
_MOST_LEADERS = 20  # programs looked at for the best where none is good
_MOST_HARD = 16  # points of each format that an expression itself fails at
_MOST_JUDGED = 5  # programs that did well on few points and are judged on all
_DEAR = 2  # times the cost of the expression; beyond, rearrangements are tried before a program is taken
_REARRANGED = 2  # the step at which they are
_DOUBTFUL = 3.0  # ULP: where a formula that cancels does worse, a polynomial takes its place
_SIDES = 2
_BESIDE = 2  # programs that polynomials are put beside
_MOST_OUTSIDE = 80  # looked at for the best far from 0
_INSIDE = Fraction(1, 2)
_MOST_BOUNDS = 2
_BENDING = frozenset({"where", "min", "abs"})
_MOST_SMOOTH = 2  # programs whose derivatives are tried
_MOST_FAILING = 12  # intervals in which a double root is looked for
_MOST_ROOTS = 4  # of one expression, around which it is expanded
_LEAST_BOUND = 2  # of the list: what is below is too near for what cancels beyond
_SAFE = 7.0  # ULP at the points tried: between them a program is a little worse


@dataclass(slots=True)
class Search:
    """The programs tried for one expression.

    ``fits`` says whether a program has the right values at kinks and jumps; ``plain`` is the expression without
    branches that are never taken, from which the others are made.
    """

    expr: Expr
    plain: Expr
    arena: Arena
    fits: Callable[[Expr], bool]
    screen: Judge = field(init=False)
    final: Judge = field(init=False)
    near: list[tuple[Expr, Expr, Fraction, Expr]] = field(default_factory=list)
    rows: dict[Expr, list[float]] = field(default_factory=dict)
    hard: Judge | None = None
    hard_runs: tuple[Simulator, ...] = ()
    tried: dict[Expr, Score] = field(default_factory=dict)
    judged: dict[Expr, Score] = field(default_factory=dict)
    fitting: dict[Expr, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.screen = Judge(self.expr, self.arena.few, self.arena.few_runs)
        self.final = Judge(self.expr, self.arena.all, self.arena.all_runs)

    def run(self, others: Iterable[Expr] = ()) -> Found:
        """The expression itself if it is good, else the cheapest that is, else the best there is."""
        if self._try(self.expr).meets and self._judge(self.expr).meets:
            return Found(self.expr, self.judged[self.expr])
        self._harden()
        steps: tuple[Callable[[], Iterable[Expr]], ...] = (
            lambda: (self.plain, *others, *equivalents(self.plain)),
            self._pieces,
            self._rearranged,
            self._expanded,
            self._around,
            self._regimes,
            lambda: self._varied(self._fitting(_BEAM)),
            self._turned,
            self._patched,
            self._held,
            self._regimes,
        )
        for index, step in enumerate(steps):
            self._take(step())
            good = self._cheapest_good()
            sides = self._by_sides()
            if sides is not None:
                self._take([sides])
                good = self._cheapest_good()
            if good is not None and (index >= _REARRANGED or cost(good) <= _DEAR * cost(self.expr)):
                return Found(good, self.judged[good])
        return self._best()

    def judged_as(self, program: Expr) -> Found:
        """A program found elsewhere with its errors on all points of this search."""
        self._try(program)
        return Found(program, self._judge(program))

    def smooth(self) -> list[Expr]:
        """The best programs whose derivatives need no settling; what max(u, v) adds and takes away again has none."""
        plain = (c for c in self._leaders(len(self.tried)) if all(node.op not in _BENDING for node in postorder(c)))
        return list(islice(plain, _MOST_SMOOTH))

    def _take(self, candidates: Iterable[Expr]) -> None:
        """Try candidates until the work of one step is done, or enough of them are good."""
        nodes = good = count = 0
        most = _MOST_TIMES * size(self.expr) + _MOST_MORE
        for candidate in candidates:
            if count == _MOST_CANDIDATES or nodes > _MOST_NODES or good == _MOST_GOOD:
                return
            length = size(candidate)
            if candidate in self.tried or length > most:
                continue
            count += 1
            nodes += length
            good += self._try(candidate).meets

    def _harden(self) -> None:
        """From here on candidates are compared at the points, too, at which the expression itself is worst."""
        self._judge(self.expr)
        sets = []
        for points, row in zip(self.arena.all, self.final.errors(self.expr), strict=True):
            worst = sorted((i for i, e in enumerate(row) if e > TARGET), key=lambda i: (-row[i], i))
            some = worst[:: max(1, len(worst) // _MOST_HARD)]
            sets.append(PointSet(points.format, tuple(points.points[i] for i in sorted(some))))
        hard = tuple(s for s in sets if s.points)
        if hard:
            self.hard_runs = simulators(hard)
            self.hard = Judge(self.expr, hard, self.hard_runs)
        self.tried.clear()
        self._try(self.expr)

    def _cheapest_good(self) -> Expr | None:
        promising = sorted((c for c, score in self.tried.items() if score.meets), key=cost)
        judged = 0
        for candidate in promising:
            if judged == _MOST_JUDGED:
                return None
            if self._fits(candidate):
                judged += 1
                if self._judge(candidate).meets and self._judge(candidate).worst <= _SAFE:
                    return candidate
        return None

    def _fits(self, program: Expr) -> bool:
        if program not in self.fitting:
            self.fitting[program] = self.fits(program)
        return self.fitting[program]

    def _try(self, program: Expr) -> Score:
        if program not in self.tried:
            scores = [judge.score(program) for judge in (self.screen, self.hard) if judge is not None]
            self.tried[program] = total(scores)
        return self.tried[program]

    def _judge(self, program: Expr) -> Score:
        if program not in self.judged:
            self.judged[program] = self.final.score(program)
        return self.judged[program]

    def _leaders(self, count: int) -> list[Expr]:
        return sorted(self.tried, key=lambda e: (loss(self.tried[e]), cost(e)))[:count]

    def _fitting(self, count: int) -> list[Expr]:
        """The same without those that are not the same function; all of them where few are."""
        leaders = self._leaders(_MOST_LEADERS)
        fitting = list(islice((one for one in leaders if self._fits(one)), count))
        return fitting or leaders[:count]

    def _pieces(self) -> Iterable[Expr]:
        inner, wrap = peeled(self.plain)
        for piece in pieces(inner, self.arena.inputs, self.arena.env):
            yield wrap(piece)
            yield piece

    def _expanded(self) -> Iterable[Expr]:
        """Polynomials where something is small, beside the best program elsewhere."""
        inner, wrap = peeled(self.plain)
        forms = dict.fromkeys((*prepared(inner), *pieces(inner, self.arena.inputs, self.arena.env)))
        for name in self.arena.inputs:
            if name not in self.expr.free:
                continue
            known: dict[tuple[Expr, Fraction], list[Expr]] = {}
            smalls = dict.fromkeys(q for form in forms for q in small_quantities(form, name, self._is_positive))
            for far in dict.fromkeys((*self._leaders(_BESIDE), self._best_outside(symbol(name)))):
                for small in smalls:
                    count = 0
                    for rank, bound in enumerate(self._bounds(far, small)):
                        if rank >= _MOST_BOUNDS and count:
                            break  # beyond a lesser bound the best program is doubtful
                        if (small, bound) not in known:
                            found = (new for f in forms for new in expanded(f, small, name, Disc(bound)))
                            known[small, bound] = list(dict.fromkeys(found))
                            self.near += [(symbol(name), small, bound, one) for one in known[small, bound]]
                        for near in known[small, bound]:
                            yield wrap(beside(small, bound, near, peeled(far)[0]))
                        count += bool(known[small, bound])

    def _patched(self) -> Iterable[Expr]:
        """The polynomials that were found, beside what since then was found to be best elsewhere."""
        _, wrap = peeled(self.plain)
        far = {x: peeled(self._best_outside(x))[0] for x, *_ in self.near}
        for x, small, bound, near in self.near:
            yield wrap(beside(small, bound, near, far[x]))

    def _best_outside(self, small: Expr) -> Expr:
        """The program that is best where a quantity is not small, whatever it is elsewhere."""
        judges = [(self.screen, self.arena.few_runs)]
        if self.hard is not None:
            judges.append((self.hard, self.hard_runs))
        values = [v for _, runs in judges for run in runs for v in run.run(small)]

        def outside(program: Expr) -> float:
            errors = (e for judge, _ in judges for row in judge.errors(program) for e in row)
            return sum(lost_bits(e) for e, v in zip(errors, values, strict=True) if not abs(v) <= _INSIDE)

        return min(self._leaders(_MOST_OUTSIDE), key=lambda program: (outside(program), cost(program)))

    def _by_sides(self) -> Expr | None:
        """The sides of choices from different ones of the programs that were judged on all points."""
        plain, wrap = peeled(self.plain)
        tried = []
        for program in self.judged:
            inner = peeled(program)[0]
            if inner.op == "where" and inner.args[0] is plain.args[0]:
                if program not in self.rows:
                    errors = (e for row in self.final.errors(program) for e in row)
                    self.rows[program] = [lost_bits(e) if e > _SAFE else 0.0 for e in errors]
                tried.append((inner, self.rows[program]))
        if len(tried) < _SIDES:
            return None
        found = by_sides(plain, tried, lambda c: [v for run in self.arena.all_runs for v in run.run(c)])
        return None if found is None or wrap(found) in self.tried else wrap(found)

    def _is_positive(self, quantity: Expr) -> bool:
        found = range_of(quantity, self.arena.env)
        return found is not None and found.signs == POSITIVE

    def _around(self) -> Iterable[Expr]:
        """Polynomials around irrational numbers at which the expression or a part of it vanishes."""
        inner, wrap = peeled(self.plain)
        forms = dict.fromkeys((*prepared(inner), *pieces(inner, self.arena.inputs, self.arena.env)))
        for name in self.arena.inputs:
            if name not in self.expr.free:
                continue
            roots = self._roots(name) if self.expr.free == {name} else []
            for centre in (*self.arena.centres.get(name, ()), *roots):
                far = self._leaders(1)[0]
                count = 0
                for bound in self._bounds_around(far, name, centre):
                    disc = Disc(bound, centre)
                    small = symbol(name) - number(disc.float)
                    found = list(dict.fromkeys(new for f in forms for new in expanded(f, symbol(name), name, disc)))
                    for near in found:
                        yield wrap(beside(small, bound, near, peeled(far)[0]))
                    count += bool(found)
                    if count == _MOST_BOUNDS:
                        break

    def _roots(self, name: str) -> list[arb]:
        """Where the expression, which has no other symbol, changes its sign next to a point at which it fails."""
        errors, values = self.final.errors(self.expr)[-1], self.final.truths(len(self.arena.all) - 1)
        known = sorted(
            (p[name], value, error)
            for p, value, error in zip(self.arena.all[-1].points, values, errors, strict=True)
            if value is not None
        )
        failing = [(a, b) for a, b in pairwise(known) if max(a[2], b[2]) > TARGET and not a[0] <= 0 <= b[0]]
        simple = [(a[0], b[0]) for a, b in failing if a[1] * b[1] < 0]
        # Where the slope changes its sign may be a double root.
        double = [(a[0], b[0]) for a, b in failing if a[1] * b[1] >= 0]
        slope = differentiate(self.expr, name)
        roots = enclosed_roots(self.expr, name, simple[:_MOST_ROOTS])
        return roots + enclosed_roots(slope, name, double[:_MOST_FAILING])[: _MOST_ROOTS - len(roots)]

    def _bounds_around(self, program: Expr, name: str, centre: arb) -> list[Fraction]:
        """Bounds beyond which the program does well, the greatest first."""
        middle = rational(centre.mid())
        found = set()
        for points, row in zip(self.arena.all, self.final.errors(program), strict=True):
            for point, error in zip(points.points, row, strict=True):
                distance = abs(point[name] - middle)
                if error > _DOUBTFUL and distance < BOUNDS[-1]:
                    found.add(next(b for b in BOUNDS if b >= distance))
        return sorted(found, reverse=True)

    def _bounds(self, program: Expr, small: Expr) -> tuple[Fraction, ...]:
        """Bounds beyond which the program does well; then lesser ones, for where no polynomial reaches so far."""
        greatest = 0.0
        for run, row in zip(self.arena.all_runs, self.final.errors(program), strict=True):
            for value, error in zip(run.run(small), row, strict=True):
                if error > _DOUBTFUL and abs(value) <= BOUNDS[-1]:
                    greatest = max(greatest, float(abs(value)))
        if not greatest:
            return ()
        index = next((k for k, b in enumerate(BOUNDS) if b >= greatest), len(BOUNDS) - 1)
        return (*BOUNDS[index : index + 2], *BOUNDS[min(index, _LEAST_BOUND) : index][::-1])

    def _rearranged(self) -> Iterable[Expr]:
        """One rule at a time on a few programs, then two."""
        inner, wrap = peeled(self.plain)
        for form in dict.fromkeys((inner, *equivalents(inner))):
            yield from (wrap(one) for one in with_tails(form, self.arena.inputs, self.arena.env))
        yield from (wrap(one) for one in magnitudes(inner, self.arena.inputs, self.arena.env))
        for together, product in grouped(inner, self.arena.inputs):
            env = {**self.arena.env, GROUP.name: Interval(-inf, inf)}
            found = magnitudes(together, (*self.arena.inputs, GROUP.name), env)
            yield from (wrap(ungrouped(one, product)) for one in found)
        first = dict.fromkeys((self.plain, *self._leaders(_BEAM)))
        yield from self._varied(first)
        rest = dict.fromkeys((*equivalents(self.plain), *self._pieces()))
        yield from self._varied(one for one in rest if one not in first)
        for leader in self._leaders(_BEAM):
            for variant in variants(leader, self.arena.inputs):
                yield from variants(variant, self.arena.inputs)
                yield from nearly_equal(variant)

    def _varied(self, programs: Iterable[Expr]) -> Iterable[Expr]:
        inner, wrap = peeled(self.plain)
        for program in programs:
            yield from (wrap(near) for near in near_one(peeled(program)[0], inner, stable))
            yield from variants(program, self.arena.inputs)
            yield from nearly_equal(program)

    def _regimes(self) -> Iterable[Expr]:
        """Two programs at a time, chosen by an input or its size."""
        programs = list(dict.fromkeys((*self._fitting(5), self.expr)))
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

    def _turned(self) -> Iterable[Expr]:
        """Products by turns, of the best programs first and of other forms then."""
        programs = dict.fromkeys((*self._fitting(_BEAM), self.plain, *equivalents(self.plain), *self._pieces()))
        for program in programs:
            yield from turned(program, self.arena.inputs)

    def _held(self) -> Iterable[Expr]:
        for leader in self._fitting(_BEAM):
            inner, wrap = peeled(leader)
            for name in self.arena.inputs:
                if name in leader.free:
                    bounds = self._bounds_of_input(leader, symbol(name))
                    yield from (wrap(c) for c in clamped(inner, name, bounds))
                    yield from (wrap(c) for c in asymptotic(inner, name, bounds))

    def _bounds_of_input(self, program: Expr, x: Expr) -> tuple[Fraction, ...]:
        """The two greatest bounds within which the program does well."""
        least = None
        for run, row in zip(self.arena.all_runs, self.final.errors(program), strict=True):
            for value, error in zip(run.run(x), row, strict=True):
                size = abs(value)
                if error > TARGET and size > BOUNDS_OF_INPUT[-1] and (least is None or size < least):
                    least = size
        if least is None:
            return ()
        return tuple(b for b in BOUNDS_OF_INPUT if b <= least)[:2]

    def _best(self) -> Found:
        before = self._judge(self.expr)
        best = Found(self.expr, before)
        left = _BEAM
        for leader in self._leaders(_MOST_LEADERS):
            if leader is not self.expr and is_better(self._judge(leader), best.score) and self._fits(leader):
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
        elif condition.op == "eq":
            layers.append((condition, a, False))
            inner = b
        else:
            break

    def wrap(program: Expr) -> Expr:
        for condition, other, first in reversed(layers):
            program = where(condition, program, other) if first else where(condition, other, program)
        return program

    return inner, wrap
