"""The stage between calculus and lowering: formulas become programs that hold in floating point.

- what already is within the contract stays as its author wrote it;
- the value is rewritten first, and what gradients were derived are derived again from it, as candidates;
- the value of a gradient at kinks and jumps is the one that the calculus settled, checked exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf

from actc.calculus.balls import Number
from actc.calculus.crossings import Crossing, crossings
from actc.calculus.differentiate import differentiate
from actc.calculus.settle import at, same
from actc.calculus.tie_points import choose, parameter_points, rational_defaults, tie_points
from actc.model.activation import Activation
from actc.model.algebra import compare, where
from actc.model.compiled import Accuracy, RegionErrors
from actc.model.expr import Expr, fold, postorder, rebuild, substitute, symbol
from actc.model.verdict import Gradients, Verdict
from actc.numerics.accuracy import REGIONS, TARGET, Judge, RegionWorst, Score, Truth, simulators
from actc.numerics.arena import Arena, Found, is_worth_it
from actc.numerics.candidates import equivalents
from actc.numerics.centres import closed_places
from actc.numerics.climbing import climbed
from actc.numerics.edges import Steps
from actc.numerics.ends import End, ends, missed, reaching
from actc.numerics.formats import FLOAT64
from actc.numerics.further import with_great_parameters, with_infinities, with_small_results
from actc.numerics.long_arithmetic import is_nearly, long_value
from actc.numerics.own_ties import own_ties
from actc.numerics.pairings import great_parameters, pairings
from actc.numerics.points import Point, PointSet, screening, special_places, thorough
from actc.numerics.preparation import decided
from actc.numerics.rational import quotient
from actc.numerics.search import Search, peeled
from actc.numerics.valleys import around, valleys

Limits = tuple[str, tuple[End, ...]]
"""An input, and the limits where it is infinite."""

_DERIVED = (Verdict.DERIVED, Verdict.PROVED)
_MOST_HOPELESS = 4  # points at which a search that goes on is known to fail
_CLOSE = 4  # units of float64's last place
_EXPONENTS = (-60, -30, -9, -4, -2, 0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 28, 36, 45, 57, 70, 90, 120)
_MANTISSAS = tuple(Fraction(n, 64) for n in (67, 91, 113, 79, 101, 125, 71))


@dataclass(frozen=True, slots=True)
class Measured:
    """The errors of one program in one format."""

    variable: str | None  # of the gradient; None for the value
    dtype: str
    score: Score
    worst: RegionWorst  # errors by region of the inputs
    missed: tuple[tuple[str, int], ...] = ()  # infinite inputs with their signs where the result is not the limit


@dataclass(frozen=True, slots=True)
class Stabilised:
    """Gradients as programs, with the errors found in each format."""

    gradients: Gradients
    measured: tuple[Measured, ...]

    @property
    def accuracy(self) -> tuple[Accuracy, ...]:
        """The greatest errors in each format."""
        return tuple(
            Accuracy(
                dtype=dtype,
                value_ulp=next(m.score.worst for m in self.measured if m.dtype == dtype and m.variable is None),
                gradient_ulp=tuple(
                    (m.variable, m.score.worst) for m in self.measured if m.dtype == dtype and m.variable is not None
                ),
                nonfinite=sum(m.score.nonfinite for m in self.measured if m.dtype == dtype),
                regions=tuple(_regions([m for m in self.measured if m.dtype == dtype])),
            )
            for dtype in dict.fromkeys(m.dtype for m in self.measured)
        )


def _regions(measured: list[Measured]) -> Iterator[RegionErrors]:
    """The errors of value and gradients together, region by region."""
    bounds = (-inf, *REGIONS, inf)
    for name, k in measured[0].worst:
        worst = {m.variable: m.worst[name, k] for m in measured}
        gradients = tuple((variable, ulp) for variable, ulp in worst.items() if variable is not None)
        yield RegionErrors(name, bounds[k], bounds[k + 1], worst[None], gradients)


def stabilise(gradients: Gradients) -> Gradients:
    """The same value and gradients by programs that are finite and accurate wherever one was found."""
    return stabilise_measured(gradients).gradients


def stabilise_measured(gradients: Gradients) -> Stabilised:
    """The same, with what was measured on the way."""
    activation = gradients.activation
    inputs = tuple(i.name for i in activation.inputs)
    roots = (gradients.value, *(g.expr for g in gradients.gradients))
    found = {name: _crossings(activation, name, roots) for name in inputs}
    places = special_places(activation, found)
    centres = {name: closed_places(along) for name, along in found.items()}
    many = thorough(activation, places)
    arena = Arena.over(activation, screening(activation, places), many, centres)
    arena = arena.extended(pairings(roots, activation, many))
    great = great_parameters(roots, activation, many)
    ties = [point for name in inputs for crossing in found[name] for point in tie_points(activation, crossing)]
    apart = PointSet(FLOAT64, tuple(_generic_points(activation)))

    domains = {i.name: i.domain for i in activation.inputs}

    def search(expr: Expr, others: Sequence[Expr] = ()) -> tuple[Search, Found]:
        """The search for a program, done again with the points at which its result was seen to fail."""
        truth = Truth(expr, apart)

        def fits(program: Expr) -> bool:
            return program is expr or (_agree(expr, program, ties) and _close(truth, program, apart))

        one = Search(expr, decided(expr, arena.env), arena, fits)
        steps = Steps(domains)
        found = one.run(others)
        # What comes of the second search is tried on its own borders: there it can be wrong by a factor.
        for looked_at in (_failing, _failing_at_ties):
            worse = looked_at(expr, one, found.program, activation, steps)
            if not any(worse):
                break
            hopeless = _failed(one, found.program)
            more = Search(expr, one.plain, one.arena.extended(worse), fits)
            found = more.judged_as(found.program)
            # A search that failed at many points would fail again; only how far it is off is told anew.
            if len(hopeless) <= _MOST_HOPELESS:
                again = Search(expr, one.plain, more.arena.without(hopeless), fits) if hopeless else more
                other = more.judged_as(again.run(others).program)
                found = other if other.score.meets or is_worth_it(other, found) else found
            one = more
        found = with_great_parameters(one, found, great)
        found = with_infinities(one, found)
        return one, with_small_results(one, found, steps)

    searched, value = search(gradients.value)
    searches = [searched]
    results: list[Found] = []
    for gradient in gradients.gradients:
        again: tuple[Expr, ...] = ()
        if gradient.verdict in _DERIVED:
            again = tuple(_again(gradient.expr, (value.program, *searches[0].smooth()), gradient.variable))
        searched, result = search(gradient.expr, again)
        searches.append(searched)
        results.append(result)
    limits: list[tuple[Limits, ...]] = []
    for k, (one, result) in enumerate(zip(searches, (value, *results), strict=True)):
        along = tuple((name, ends(one.expr, name, activation, many)) for name in inputs)
        for name, wanted in along:
            result = reaching(one, result, name, wanted)
        limits.append(along)
        if k == 0:
            value = result
        else:
            results[k - 1] = result
    programs = tuple(
        replace(gradient, expr=result.program)
        for gradient, result in zip(gradients.gradients, results, strict=True)
    )  # fmt: skip
    measured = _measured(gradients, searches, (value, *results), limits)
    return Stabilised(replace(gradients, value=value.program, gradients=programs), measured)


def _failed(search: Search, program: Expr) -> list[Point]:
    """The points of a search at which a program fails."""
    rows = zip(search.arena.all, search.final.errors(program), strict=True)
    return [p for points, errors in rows for p, e in zip(points.points, errors, strict=True) if e > TARGET]


def _failing(
    expr: Expr, search: Search, program: Expr, activation: Activation, steps: Steps
) -> list[tuple[Point, ...]]:
    """Points of each format at which a program fails.

    Looked for where the expression is near 0, on the borders of the program's own branches, where a step of it
    overflows or vanishes, and where errors lead.
    """
    sets, inputs = search.arena.all, {i.name: i.domain for i in activation.inputs}
    defaults = rational_defaults(activation)
    lowest = valleys(expr, sets[0], search.final.truths(0), inputs)
    failing = []
    for points, run, errors in zip(sets, search.arena.all_runs, search.final.errors(program), strict=True):
        near = [p for place in lowest for p in around(place, points.format, inputs)]
        near += own_ties(program, points, search.arena.inputs, activation.domains, defaults)
        near += steps.edges(program, points, run)
        more = PointSet(points.format, tuple(near))
        found = Judge(expr, (more,), simulators((more,))).errors(program)[0] if near else []
        both = PointSet(points.format, (*points.points, *more.points))
        climbs = climbed(expr, program, both, (*errors, *found), inputs)
        failing.append((*(p for p, e in zip(more.points, found, strict=True) if e > TARGET), *climbs))
    return failing


def _failing_at_ties(
    expr: Expr, search: Search, program: Expr, activation: Activation, _: Steps
) -> list[tuple[Point, ...]]:
    """Points of each format on the borders of the program's own branches at which it fails."""
    defaults = rational_defaults(activation)
    failing = []
    for points in search.arena.all:
        ties = PointSet(
            points.format, tuple(own_ties(program, points, search.arena.inputs, activation.domains, defaults))
        )
        errors = Judge(expr, (ties,), simulators((ties,))).errors(program)[0] if ties.points else []
        failing.append(tuple(p for p, e in zip(ties.points, errors, strict=True) if e > TARGET))
    return failing


def _crossings(activation: Activation, name: str, roots: tuple[Expr, ...]) -> tuple[Crossing, ...]:
    alone = len(activation.inputs) == 1
    return crossings(roots, name, activation.domains, rational_defaults(activation), alone=alone)


def _again(expr: Expr, values: Iterable[Expr], variable: str) -> Iterator[Expr]:
    """The derivatives of the rewritten values, in the settings of the gradient that was settled."""
    _, wrap = peeled(expr)
    slopes = dict.fromkeys(slope for value in values for slope in _slopes(peeled(value)[0], variable))
    yield from (wrap(slope) for slope in slopes)
    for slope in slopes:
        yield from (wrap(other) for other in equivalents(slope))


def _slopes(value: Expr, variable: str) -> Iterator[Expr]:
    """The derivative, without that of a maximum which is subtracted in exponents and added again."""
    value = _paired(value)
    held = {node: symbol(f"·m{k}") for k, node in enumerate(n for n in postorder(value) if n.op == "max")}
    free = substitute(value, held)
    used = [name for name in held.values() if name.name in free.free]
    if used and all((q := quotient(differentiate(free, n.name))) is not None and q.is_zero for n in used):
        yield substitute(differentiate(free, variable), {name: node for node, name in held.items()})
    yield differentiate(value, variable)


def _paired(value: Expr) -> Expr:
    """With each minimum that stands beside the maximum of the same two as a choice by the sign that decides that one.

    Max(a, b)*sqrt(1 + (Min(a, b)/Max(a, b))**2) has no kink where a is b; slopes from both sides would give it one.
    """
    greatest = {frozenset(node.args): node.args for node in postorder(value) if node.op == "max"}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        order = greatest.get(frozenset(node.args)) if node.op == "min" else None
        if order is None:
            return rebuild(node, args)
        a, b = args if order == node.args else args[::-1]
        return where(compare("gt", a, b), b, a)

    return fold(value, visit) if greatest else value


def _agree(old: Expr, new: Expr, ties: list[dict[str, Number]]) -> bool:
    """Whether two expressions have the same value, or both none, at every point where something changes."""
    if old is new:
        return True
    for point in ties:
        before, after = at(old, point), at(new, point)
        if before is None or same(before, after):
            continue
        if after is not None or not isinstance(before, Fraction) or not is_nearly(new, point, before):
            return False
    return True


def _generic_points(activation: Activation) -> list[Point]:
    """Points that no program was fitted to, from the smallest to the largest magnitudes, at several parameters."""
    points: list[Point] = []
    for turn, parameters in enumerate(parameter_points(activation)):
        for step, exponent in enumerate(_EXPONENTS if turn == 0 else _EXPONENTS[turn % 3 :: 3]):
            for sign in (1, -1):
                point = dict(parameters)
                for index, given in enumerate(activation.inputs):
                    mantissa = _MANTISSAS[(step + turn + 3 * index) % len(_MANTISSAS)]
                    size = Fraction(2) ** exponent if index % 2 == 0 else Fraction(1)
                    value = sign * mantissa * size
                    point[given.name] = value if given.domain.contains(value) else choose(given.domain, step)
                points.append(point)
    return points


def _close(truth: Truth, program: Expr, points: PointSet) -> bool:
    """Whether a program is the same function to the last digits of float64, as far as float64 tells its inputs apart.

    An input held at a bound is no identity: what is small on the points that it was judged on must be small elsewhere.
    """
    exact = Truth(program, points)
    for index in range(len(truth)):
        if truth.at(index) is None:
            continue
        found = exact.at(index)
        if found is None:
            found = long_value(program, points.points[index])
        if found is None or truth.error(index, found) > _CLOSE:
            return False
    return True


def _measured(
    gradients: Gradients, searches: list[Search], found: tuple[Found, ...], limits: list[tuple[Limits, ...]]
) -> tuple[Measured, ...]:
    names = (None, *(g.variable for g in gradients.gradients))
    inputs = tuple(i.name for i in gradients.activation.inputs)
    return tuple(
        Measured(name, points.format.name, score, worst, tuple(_missed(one.program, along)))
        for name, search, one, along in zip(names, searches, found, limits, strict=True)
        for points, (score, worst) in zip(
            search.arena.all, search.final.scores_by_region(one.program, inputs), strict=True
        )
    )


def _missed(program: Expr, limits: tuple[Limits, ...]) -> Iterator[tuple[str, int]]:
    """The infinite inputs at which a program misses its limit, parameters at their defaults."""
    for name, wanted in limits:
        sides = {wanted[k].side for k in missed(program, name, wanted) if wanted[k].rank == 0}
        yield from ((name, side) for side in (1, -1) if side in sides)
