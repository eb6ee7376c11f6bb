"""The search for a certified counterexample to a claimed derivative, and for a surrogate's deviation from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from actc.calculus.ball_operations import UNDEFINED, Scalar
from actc.calculus.balls import Marker, Value, decimal_text, evaluate, evaluate_sure, evaluate_zero
from actc.calculus.compare import DIGITS, Comparison, Judged, Outcome
from actc.calculus.hints import hint
from actc.calculus.limits import recognised
from actc.calculus.refute_deep import DEEP_BITS, FEW_STEPS, deeper, enough, in_the_dark
from actc.calculus.regions import Region
from actc.calculus.sampling import Sample, Space, samples, space
from actc.calculus.sampling_values import rounded
from actc.calculus.tape import precision
from actc.calculus.witness import Finder
from actc.calculus.work import Work
from actc.model.domain import Domain
from actc.model.expr import Expr
from actc.model.text import number_text
from actc.model.verdict import Counterexample, Deviation

_MOST_WORK = 400_000  # operations that one search may take at 128 bits
_LEAST_POINTS = 60
_REGION_BITS = (20_000,)  # at a point of a region that no proof covers
_MOST_BITS = 40_000  # of a value that is shown
_FINDING = 1_500_000  # operations to find points of regions
_EACH = 3  # points of a region
_MOST_KINKS = 24  # points on kinks that are looked at once more
_SHOWN, _MOST_SHOWN = 17, 51  # digits of the two values: as many as tell them apart, and as float64 has at least
_VISIBLE = arb(10) ** -4  # a relative difference that a reader sees at once
_SHOWABLE = arb(10) ** -14  # one that a few more digits show
_WORST = 5  # rank of a point
_NONE = arb(2) ** -512
_PLAIN, _TINY = arb(10) ** -3, arb(10) ** -12  # values that are read at once, and that look like none


Point = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found."""

    counterexample: Counterexample | None
    points: int  # at which claim and derivative agree
    digits: int  # to which they agree at each of them
    undefined_claim: Point | None  # the derivative is real there, the claim is not, nor nearby
    at_kinks: tuple[dict[str, Fraction], ...] = ()  # points, all coordinates, at which the two are not equal
    blind: Point | None = None  # in a region in which the two could be compared nowhere
    untold: int = 0  # points at which more bits than were taken would have told


def search(
    claimed: Expr,
    actual: Expr,
    domains: Mapping[str, Domain],
    defaults: Mapping[str, Expr],
    inputs: Sequence[str],
    *,
    variable: str | None = None,
    value: Expr | None = None,
    regions: Sequence[Region] = (),
) -> Search:
    """Compare a claim with the derivative all over the inputs' and parameters' domains.

    ``actual`` is the chain rule's result with branches inside. ``variable`` is what it is taken by, ``value`` the
    activation: where that is undefined nothing is judged, nor exactly at kinks. ``regions`` are looked into one by
    one, however small they are. A counterexample is certain: the ball of claimed - actual at the exact point excludes
    zero.
    """
    roots = (claimed, actual) if value is None else (claimed, actual, value)
    within = space(roots, domains, defaults, inputs)
    comparison = Comparison(claimed, actual, inputs, variable, value)
    judged = [comparison.judge(s) for s in _affordable(within, comparison.steps)]
    wrong = [j for j in judged if j.outcome is Outcome.DIFFERS]
    blind: dict[str, Fraction] | None = None
    if not wrong:
        inside, blind = _in_regions(comparison, within, regions)
        wrong = [j for j in inside if j.outcome is Outcome.DIFFERS]
        judged += inside
    points = sum(j.outcome is Outcome.AGREES for j in judged)
    if not wrong:
        wrong = deeper(comparison, judged)
    if not wrong:
        told = in_the_dark(comparison, judged)
        wrong = [j for j in told if j.outcome is Outcome.DIFFERS]
        judged += told
    lost = next((j for j in judged if j.outcome is Outcome.UNDEFINED), None)
    undefined = None if lost is None else _named(lost.sample.point, within)
    if not wrong:
        lost_sight = None if blind is None else _named(blind, within)
        kinks = [dict(_named(j.sample.point, within)) for j in judged if j.outcome is Outcome.AT_KINK]
        untold = sum(j.outcome is Outcome.UNDECIDED for j in judged)
        return Search(None, points, DIGITS if points else 0, undefined, tuple(kinks[:_MOST_KINKS]), lost_sight, untold)
    nicest = _polished(comparison, within, min(wrong, key=_ugliness))
    text = hint(comparison, within, judged, nicest)
    return Search(_counterexample(claimed, actual, within, nicest, text), points, DIGITS if points else 0, undefined)


def _affordable(within: Space, steps: int) -> list[Sample]:
    """All samples, or so many of them, from everywhere, as a counted amount of work allows."""
    every = list(samples(within))
    most = max(_LEAST_POINTS, _MOST_WORK // max(1, steps))
    if len(every) <= most:
        return every
    first = most // 2
    stride = (len(every) - first) // (most - first) + 1
    return every[:first] + every[first::stride]


def _in_regions(
    comparison: Comparison, within: Space, regions: Sequence[Region]
) -> tuple[list[Judged], dict[str, Fraction] | None]:
    """What points of each region say, and a point of a region where none could be told."""
    finder = Finder(within.domains, within.defaults, within.inputs, Work(_FINDING))
    found: list[Judged] = []
    blind: dict[str, Fraction] | None = None
    everywhere = comparison
    for region in regions:
        told = len(found)
        comparison = everywhere.where(dict(region.bindings)) if region.bindings else everywhere
        for index, point in enumerate(finder.points(region, _EACH)):
            # A parameter may be given by an identity: b == exp(log(2)).
            simple = {n: recognised(v) if isinstance(v, arb) else v for n, v in point.items()}
            exact = {name: value for name, value in simple.items() if isinstance(value, Fraction)}
            if len(exact) < len(point):
                continue
            varied = frozenset(n for n, default in within.defaults.items() if exact[n] != default)
            judged = _thoroughly(comparison, Sample(exact, varied), deep=not index)
            found.append(judged)
            if judged.outcome is Outcome.DIFFERS:
                return found, None
        here = found[told:]
        if blind is None and here and all(one.outcome is Outcome.UNDECIDED for one in here):
            blind = dict(here[0].sample.point)
    return found, blind


def _thoroughly(comparison: Comparison, sample: Sample, *, deep: bool) -> Judged:
    """The point with many bits where few tell nothing, or where it is to be ``deep``; with identities at last."""
    deepest = _REGION_BITS if comparison.steps < FEW_STEPS else DEEP_BITS[-1:]
    judged = comparison.judge(sample)
    if judged.outcome is Outcome.UNDECIDED or (judged.outcome is Outcome.AGREES and deep):
        judged = comparison.judge(sample, enough(judged, deepest))
    return comparison.judge_exactly(sample, deepest) if judged.outcome is Outcome.UNDECIDED else judged


def _ugliness(one: Judged) -> tuple[int, int, int]:
    """Less is nicer: a difference that is seen, values that are not tiny, defaults, few digits of middling size."""
    apart, values = _relative(one), _greatest(one)
    numbers = one.sample.point.values()
    middling = all(number == 0 or Fraction(1, 1000) <= abs(number) <= 1000 for number in numbers)
    rank = _WORST
    if middling and values > _PLAIN and _is_told(one):
        rank = 0 if apart > _VISIBLE else 1 if apart > _SHOWABLE else _WORST
    elif apart > _VISIBLE:
        rank = 2 if middling and values > _TINY else 3 if values > _TINY**2 else 4
    length = 0
    for number in numbers:
        length += len(number_text(number))
        if number and not Fraction(1, 100) <= abs(number) <= 20:
            length += 6
        if number == 0:
            length += 2
    return rank, len(one.sample.varied), length


def _is_told(one: Judged) -> bool:
    """Whether both values are told from 0, or are 0 exactly."""
    values = [arb(v) for v in (one.claimed, one.actual) if v is not None]
    return all(v.is_zero() or not v.contains(0) for v in values)


def _greatest(one: Judged) -> arb:
    """The greater of the two values, without their signs."""
    if one.claimed is None or one.actual is None:
        return arb(0)
    return abs(arb(one.claimed)).max(abs(arb(one.actual)))


def _relative(one: Judged) -> arb:
    if one.claimed is None or one.actual is None:
        return arb(0)
    a, b = arb(one.claimed), arb(one.actual)
    return abs(a - b) / abs(a).max(abs(b))


def _polished(comparison: Comparison, within: Space, found: Judged) -> Judged:
    """The same difference at a point with fewer digits and more defaults, where there is one."""
    precisions = (128, *DEEP_BITS)
    for name in found.sample.point:
        present = found.sample.point[name]
        tried = [within.defaults[name]] if name in within.defaults else []
        tried += [rounded(present, digits) for digits in (1, 2, 3, 4, 6, 8, 12)]
        for candidate in tried:
            if len(number_text(candidate)) >= len(number_text(present)) or not within.domains[name].contains(candidate):
                continue
            point = {**found.sample.point, name: candidate}
            varied = frozenset(n for n, default in within.defaults.items() if point[n] != default)
            other = comparison.judge(Sample(point, varied), precisions)
            if other.outcome is Outcome.DIFFERS and _ugliness(other) < _ugliness(found):
                found = other
                break
    return found


def _counterexample(claimed: Expr, actual: Expr, within: Space, found: Judged, text: str) -> Counterexample:
    point = found.sample.point
    for digits in range(_SHOWN, _MOST_SHOWN + 1, 2):
        bits = 4 * digits + 16
        # Where a parameter has a value of its own, the derivative is that of what the activation is then.
        known = (found.claimed, found.actual)
        values = [_value(e, point, bits) for e in (claimed, actual)]
        values = [_number(k) if isinstance(v, Marker) else v for v, k in zip(values, known, strict=True)]
        shown = [decimal_text(v, digits) for v in values]
        if shown[0] != shown[1]:
            break
    else:
        apart = _difference(claimed - actual, point)
        if isinstance(apart, Marker) and isinstance(found.claimed, arb) and isinstance(found.actual, arb):
            with precision(_MOST_BITS):
                apart = found.claimed - found.actual
        if not isinstance(apart, Marker):
            text = f"they differ by {decimal_text(apart, 3)}" + (f"; {text}" if text else "")
    return Counterexample(_named(point, within), shown[0], shown[1], text)


def _difference(difference: Expr, point: Mapping[str, Fraction]) -> Value:
    return evaluate_sure(difference, point, 512, most=_MOST_BITS, good=16)


def _number(value: Scalar | None) -> Value:
    if value is None:
        return UNDEFINED
    if isinstance(value, arb):
        # What hundreds of digits show to be nothing is shown as 0; the two are told apart all the same.
        return Fraction(0) if value.contains(0) and abs(value) < _NONE else value
    return Fraction(int(value.p), int(value.q))


def _value(expr: Expr, point: Mapping[str, Fraction], good: int) -> Value:
    """The value to so many bits, also where it takes thousands to have any, as sin(exp(2800)) does."""
    value = evaluate_zero(expr, point, max(128, good), good=good)
    return evaluate_sure(expr, point, 8192, most=_MOST_BITS, good=good) if isinstance(value, Marker) else value


def _named(point: Mapping[str, Fraction], within: Space) -> tuple[tuple[str, Fraction], ...]:
    """All inputs and parameters, those that play no part at their defaults."""
    return tuple((name, point[name] if name in point else within.idle[name]) for name in within.names)


def deviation(
    surrogate: Expr,
    derivative: Expr,
    domains: Mapping[str, Domain],
    defaults: Mapping[str, Expr],
    inputs: Sequence[str],
) -> Deviation | None:
    """The point of greatest |surrogate - derivative| among those at the defaults; None where they nowhere have values.

    Of equal deviations the first is taken, so the point is a nice one.
    """
    within = space((surrogate, derivative), domains, defaults, inputs)
    greatest: Deviation | None = None
    apart = -1.0
    for sample in samples(within):
        if sample.varied:
            break
        pair = [_float(evaluate(e, sample.point)) for e in (surrogate, derivative)]
        if pair[0] is None or pair[1] is None:
            continue
        here = abs(pair[0] - pair[1])
        if here > apart:
            apart = here
            greatest = Deviation(_named(sample.point, within), pair[0], pair[1])
    return greatest


def _float(value: Value) -> float | None:
    """The nearest double; None where there is no value or it is beyond every double."""
    if isinstance(value, Fraction) and abs(value) < 10**308:
        return float(value)
    if isinstance(value, arb) and abs(value) < arb(10) ** 308 and value.rad() < arb(10) ** -12 * (1 + abs(value)):
        return float(value)
    return None
