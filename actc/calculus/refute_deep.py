"""Differences between a claim and the derivative that only thousands of bits show."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, zip_longest

from flint import arb

from actc.calculus.compare import Comparison, Judged, Outcome

DEEP_BITS = (1024, 4096)
FEW_STEPS = 200  # of an expression that so many bits are taken for
_DEEP_POINTS = 10
_DEEP_WORK = 4_000
_STRIDE = 12  # of the points away from the defaults that are looked at for regions
_GREY_BITS = (2048,)  # for all the points at which fewer told nothing
_GREY_WORK = 20_000
_DARK_POINTS = 40  # at which nothing was told and more bits are taken
_DARK_BITS = (4096, 40_000)
_EXACT_POINTS = 12  # of those, at which nothing is told still and identities are asked
_LARGE, _LARGEST = 10_000, 400_000  # bits of values beside which more are taken: 1 is little beside exp(20000)


_TOLD = (Outcome.DIFFERS, Outcome.UNDEFINED)


def deeper(comparison: Comparison, judged: Sequence[Judged]) -> list[Judged]:
    """Differences that only many bits show, looked for at one point of each region."""
    regions: dict[tuple[int | None, ...], list[Judged]] = {}
    at_defaults = [j for j in judged if not j.sample.varied]
    for one in (*at_defaults, *judged[len(at_defaults) :: _STRIDE]):
        if one.outcome is Outcome.AGREES:
            regions.setdefault(comparison.signature(one.sample.point), []).append(one)
        if len(regions) > 4 * _DEEP_POINTS:
            break
    # The third point of a region is neither its border nor 0 as a rule.
    chosen = [group[min(2, len(group) - 1)] for group in regions.values()]
    generic = [j for j in judged if j.outcome is Outcome.AGREES and j.sample.varied][-3:]
    most = max(1, min(_DEEP_POINTS, _DEEP_WORK // max(1, comparison.steps)))
    again = [
        comparison.judge(one.sample, enough(one, DEEP_BITS[-1:])) for one in [*chosen[: most - 1], *generic][:most]
    ]
    return [one for one in again if one.outcome is Outcome.DIFFERS]


def enough(found: Judged, bits: tuple[int, ...]) -> tuple[int, ...]:
    """The same bits, or as many as show what is small beside values as large as these."""
    size = int(arb(found.actual).mid().man_exp()[1]) if isinstance(found.actual, arb) else 0
    return bits if size < _LARGE else (min(_LARGEST, 2 * size + bits[-1]),)


def in_the_dark(comparison: Comparison, judged: Sequence[Judged]) -> list[Judged]:
    """Differences and poles where the usual bits told nothing: where cosh(x)**2 - sinh(x)**2 needs thousands."""
    dark: dict[tuple[int, int], list[Judged]] = {}
    many = max(1, _GREY_WORK // max(1, comparison.steps))
    for one in [one for one in judged if one.outcome is Outcome.UNDECIDED][:many]:
        nearer = comparison.judge(one.sample, _GREY_BITS)
        if nearer.outcome in _TOLD:
            return [nearer]
        if nearer.outcome is Outcome.UNDECIDED:
            dark.setdefault((len(one.sample.varied), _span(one)), []).append(one)
    # Defaults first, and sizes that few digits tell; then again, further points of each kind.
    turns = zip_longest(*(dark[key] for key in sorted(dark)))
    most = max(1, min(_DARK_POINTS, _DEEP_WORK // max(1, comparison.steps)))
    chosen = list(islice((one for turn in turns for one in turn if one is not None), most))
    deepest = _DARK_BITS if comparison.steps < FEW_STEPS else _DARK_BITS[:1]
    again = [comparison.judge(one.sample, deepest) for one in chosen]
    # What no number of bits tells may be told by an identity: that tan(1) is nothing less than tan(1).
    still = [one for one in again if one.outcome is Outcome.UNDECIDED][:_EXACT_POINTS]
    again += [comparison.judge_exactly(one.sample) for one in still]
    return [one for one in again if one.outcome in _TOLD]


def _span(one: Judged) -> int:
    """How far the point's numbers are from 1, in bits."""
    sizes = (abs(v.numerator.bit_length() - v.denominator.bit_length()) for v in one.sample.point.values() if v)
    return max(sizes, default=0)
