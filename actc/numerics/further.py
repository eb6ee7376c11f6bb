"""Programs that are right at further points, too, where one is about as short as the program that was found.

These points are no part of the search: no program is sought at length for their sake.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from actc.model.expr import Expr
from actc.numerics.accuracy import Judge, simulators
from actc.numerics.arena import Found
from actc.numerics.bfloat16 import SmallResults
from actc.numerics.candidates import cost, magnitudes, nearly_equal, turned, variants
from actc.numerics.collected import collected
from actc.numerics.edges import Steps
from actc.numerics.expansions import beside, expanded, small_quantities
from actc.numerics.normal_tails import with_tails
from actc.numerics.points import PointSet
from actc.numerics.regimes import BOUNDS as BOUNDS_OF_INPUT
from actc.numerics.regimes import clamped
from actc.numerics.search import Search, peeled
from actc.numerics.short_polynomials import Disc
from actc.numerics.tails import powers_halved
from actc.numerics.turns import nested, plain_first

_CHEAP = 8  # of cost: what a program may take more for great parameters and infinities
_CHEAPER = 2  # for small bfloat16 numbers, at the least
_PART = 0.1  # of its cost, likewise
_NEAR_NULL = Fraction(1, 2**40)  # where the leading term of a series is all of it
_MOST_TRIED = 80


def with_great_parameters(search: Search, found: Found, sets: tuple[PointSet, ...]) -> Found:
    """A program that is right where an input is ordinary and a parameter is great."""
    some = tuple(s for s in sets if s.points)
    if not some or not found.score.meets:
        return found
    judge = Judge(search.expr, some, simulators(some))
    if judge.score(found.program).meets:
        return found
    inner, wrap = peeled(search.plain)
    others = [wrap(one) for one in magnitudes(inner, search.arena.inputs, search.arena.env)]
    most = cost(found.program) + _CHEAP
    for other in _within((*nearly_equal(found.program), *others), found.program, most):
        if judge.score(other).meets and search.fits(other) and (after := search.judged_as(other)).score.meets:
            return after
    return found


def with_small_results(search: Search, found: Found, steps: Steps) -> Found:
    """A program that is right where a result is a small bfloat16, and a step of it would be flushed."""
    if not found.score.meets:
        return found
    small = SmallResults(search.expr, search.arena.all[0], search.arena.all_runs[0], steps)
    failing = small.fails_at(found.program)
    if not failing:
        return found
    best, least = found, len(failing)
    most = max(cost(found.program) + _CHEAPER, int(cost(found.program) * (1 + _PART)))
    for other in _within(_rearranged(search, found.program), found.program, most):
        if len(small.failing(other, failing)) >= least or not search.fits(other):
            continue
        after = search.judged_as(other)
        left = len(small.fails_at(other)) if after.score.meets else least
        if left < least:
            best, least = after, left
        if not left:
            break
    return best


def with_infinities(search: Search, found: Found) -> Found:
    """A program that is no NaN where its result is too great for the format."""
    if not found.score.meets or not search.final.wrong_beyond(found.program):
        return found
    inner, wrap = peeled(found.program)
    inputs = [name for name in search.arena.inputs if name in inner.free]
    held = (wrap(one) for name in inputs for one in clamped(inner, name, BOUNDS_OF_INPUT))
    sums = (wrap(rule(inner, name)) for name in inputs for rule in (collected, nested))
    most = max(cost(found.program) + _CHEAP, int(cost(found.program) * (1 + _PART)))
    best, least = found, search.final.wrong_beyond(found.program)
    for other in _within((*sums, *held, *_rearranged(search, found.program)), found.program, most):
        wrong = search.final.wrong_beyond(other)
        if wrong < least and search.fits(other) and (after := search.judged_as(other)).score.meets:
            best, least = after, wrong
        if not least:
            break
    return best


def _within(programs: tuple[Expr, ...], program: Expr, most: int) -> list[Expr]:
    """Those that cost no more, the cheapest first."""
    priced = sorted(((cost(one), k, one) for k, one in enumerate(dict.fromkeys(programs))), key=lambda p: p[:2])
    return [one for price, _, one in priced if price <= most and one is not program][:_MOST_TRIED]


def _rearranged(search: Search, program: Expr) -> tuple[Expr, ...]:
    """What was found on the way, and the program with its products in other orders."""
    inputs, env = search.arena.inputs, search.arena.env
    inner, wrap = peeled(program)
    plain, wrap_plain = peeled(search.plain)

    def candidates() -> Iterator[Expr]:
        yield from (one for one, score in search.judged.items() if score.meets)
        for form in (inner, plain):
            yield from (wrap(one) for one in with_tails(form, inputs, env))
        halves = wrap(powers_halved(inner))
        for one in (program, halves, *nearly_equal(program)):
            yield one
            for middle, back in product((True, False), repeat=2):
                yield plain_first(one, inputs, middle=middle, back=back)
            yield from nearly_equal(one)
            yield from turned(one, inputs)
            yield from variants(one, inputs)
        yield from (wrap_plain(one) for one in magnitudes(plain, inputs, env))
        for name in inputs:
            for small in small_quantities(plain, name) if name in plain.free else ():
                for near in expanded(plain, small, name, Disc(_NEAR_NULL)):
                    near = plain_first(near, inputs, middle=False)
                    yield wrap(beside(small, _NEAR_NULL, near, inner))

    return tuple(candidates())
