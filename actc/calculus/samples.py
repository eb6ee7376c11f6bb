"""A few exact points of the domains, to catch a wrong identity before and after it is proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from random import Random

from flint import arb, fmpq

from actc.calculus.ball_operations import UNDEFINED, Cell, sign
from actc.calculus.balls import sign_of
from actc.calculus.tape import Tape
from actc.model.domain import Domain
from actc.model.expr import Expr

_GRAIN = 10007  # denominators: a prime, so that no point is one an author would think of
_REACHES = (3, 1, 12, 2, 40, 5)
_BITS = (128, 512)
_MOST_TRIED = 120  # to find points in a region
_DEEP_BITS = (128, 512, 4096)


def points(names: frozenset[str], domains: Mapping[str, Domain], seed: int) -> Iterator[dict[str, Fraction]]:
    """Pseudo-random exact points without end, the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - reproducible points, no secrets
    ordered = sorted(names)
    i = 0
    while True:
        reach = _REACHES[i % len(_REACHES)]
        yield {name: _coordinate(random, domains.get(name, Domain()), reach) for name in ordered}
        i += 1


def _coordinate(random: Random, domain: Domain, reach: int) -> Fraction:
    if domain.integer:
        low = -reach if domain.low is None else int(domain.low) + (domain.low_open or domain.low.denominator != 1)
        high = low + 2 * reach if domain.high is None else int(domain.high)
        if domain.low is None and domain.high is not None:
            low = high - 2 * reach
        candidates = [n for n in range(low, max(low, min(high, low + 60)) + 1) if domain.contains(Fraction(n))]
        return Fraction(random.choice(candidates) if candidates else low)
    if domain.low is not None and domain.high is not None:
        part = Fraction(random.randrange(1, _GRAIN), _GRAIN)
        return domain.low + (domain.high - domain.low) * part
    step = random.randrange(reach) + Fraction(random.randrange(1, _GRAIN), _GRAIN)  # never an integer
    if domain.low is not None:
        return domain.low + step
    if domain.high is not None:
        return domain.high - step
    return step if random.randrange(2) else -step


def disagreement(
    claimed: Expr, actual: Expr, function: Expr, domains: Mapping[str, Domain], count: int, seed: int
) -> tuple[dict[str, Fraction], bool] | None:
    """Among ``count`` points one at which ``claimed`` certainly is not what ``actual`` is.

    With it, whether ``claimed`` is a number there. Points at which ``function`` is not real do not count.
    """
    tape = Tape(claimed, actual, function)
    for point, _ in zip(points(claimed.free | actual.free | function.free, domains, seed), range(count), strict=False):
        for bits in _BITS:
            left, right, value = tape.run(point, bits)
            differ = False if value is UNDEFINED else _differ(left, right)
            if differ:
                return point, left is not UNDEFINED
            if differ is not None:
                break
    return None


def is_seen_nonzero(expr: Expr, domains: Mapping[str, Domain], count: int, seed: int) -> bool:
    """Whether an expression certainly is not 0 at each of some generic points at which it has a value, and has one.

    An analytic function that is zero on a region is zero on all of its connected domain, whatever identity says so.
    """
    tape, seen = Tape(expr), False
    for point, _ in zip(points(expr.free, domains, seed), range(count), strict=False):
        for bits in _DEEP_BITS:
            cell = tape.run(point, bits)[0]
            if not isinstance(cell, fmpq | arb):
                break
            if sign(cell):
                seen = True
                break
        else:
            return False
    return seen


def is_lost(
    claimed: Expr,
    actual: Expr,
    function: Expr,
    domains: Mapping[str, Domain],
    count: int,
    signs: Mapping[Expr, int],
    seed: int,
) -> bool:
    """Whether ``claimed`` has no value at one of the points, generic ones, while ``actual`` has.

    Only points count at which atoms have these signs.
    """
    tape, free = Tape(claimed, actual, function), claimed.free | actual.free | function.free
    free = free.union(*(atom.free for atom in signs))
    tried = islice(points(free, domains, seed), _MOST_TRIED)
    inside = (p for p in tried if all(sign_of(atom, p) == sign for atom, sign in signs.items()))
    for point in islice(inside, count):
        left, right, value = tape.run(point, _BITS[-1])
        if left is UNDEFINED and value is not UNDEFINED and isinstance(right, fmpq | arb):
            return True
    return False


def _differ(claimed: Cell | bool, actual: Cell | bool) -> bool | None:
    """Whether they certainly do or do not; None where that is not to be told."""
    if not isinstance(actual, fmpq | arb):
        return False if actual is UNDEFINED else None
    if not isinstance(claimed, fmpq | arb):
        return True if claimed is UNDEFINED else None
    left, right = arb(claimed), arb(actual)
    if not left.overlaps(right):
        return True
    return False if isinstance(claimed, fmpq) or left.rel_accuracy_bits() > 40 else None
