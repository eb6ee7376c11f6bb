"""What is wrong with a refuted claim, said only where every sampled point and further ones bear it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from actc.calculus.ball_operations import Marker, Scalar, ball
from actc.calculus.balls import Value, decimal_text, evaluate
from actc.calculus.compare import Comparison, Judged, Outcome
from actc.calculus.differentiate import differentiate
from actc.calculus.hint_checks import Probes
from actc.calculus.hint_constants import constants, explains
from actc.calculus.hint_regions import only_parameters, only_text, region
from actc.calculus.hint_repairs import edits, telling
from actc.calculus.hint_slips import repairs, slips
from actc.calculus.sampling import Space
from actc.calculus.sampling_values import rounded
from actc.calculus.tape import Tape, precision
from actc.model.algebra import divide, multiply
from actc.model.expr import ONE, Expr, apply, constant, number, postorder, substitute, symbol
from actc.model.text import number_text, to_text

_INFORMATIVE = 5  # points that must bear a relation out by being sharp
_SHARP = arb(10) ** -20
_SIMPLE = 1000  # denominators of ratios and differences that are recognized
_FEW = 8  # digits of those that are
_BITS = 192
_ROUNDED = arb(10) ** -3  # relative differences that a rounded constant may make
_SCALE = arb("0.1")  # added to a derivative that may pass through 0
_MIDDLING = 20

_PLAIN = 10  # denominators of numbers that need no mention
_MOST_SIZE = Fraction(100)  # of coordinates of points at which a claim is called right
_FAR = 10**6  # beyond, a bound that is named extends that no more
_LEAST_RIGHT, _DEEP_WORK = 40, 20_000  # points, and operations at the lesser of the precisions
_DEEPER, _DEEPEST = 1024, 4096  # bits that show a small difference

_PI, _E = constant("pi"), constant("E")


def hint(comparison: Comparison, within: Space, judged: Sequence[Judged], found: Judged) -> str:
    """The most telling things that are true of all points; "" where nothing is known."""
    wrong, right = _reconsidered(comparison, judged)
    if not wrong:
        wrong, right = _reconsidered(comparison, judged, _DEEPEST)
    if not wrong:
        return ""
    every = [*wrong, *(j for j in judged if j.outcome is Outcome.AGREES)]
    probes = Probes(comparison, within, wrong)
    if all(_is_zero(one.actual) for one in (*every, *probes.wrong, *probes.right)):
        return "the derivative is 0 everywhere"
    true = only_parameters(within, wrong, right, probes)
    only = only_text(true)
    if _vanishes(apply("sub", comparison.claimed, comparison.actual), found, every):
        # The difference is so small that no relation could be told from the next.
        wrong, right = _reconsidered(comparison, judged, _DEEPEST)
        place = region(comparison.claimed, comparison.actual, within, wrong, right, probes, true)
        return "; ".join(part for part in (only, place) if part)
    rounding = _rounding(wrong, found)
    trial = _Trial(found, every, probes)
    repair = trial.first(_edits(comparison, within, wrong, swaps=True))
    if not repair and rounding:
        repair = trial.first(_constants(comparison, wrong))
    plain = list(_plain(comparison, within, found))
    if not repair:
        everywhere = trial.first(plain) or trial.first(_rules(comparison, found))
        if everywhere:
            return f"{everywhere}; {only}" if only else everywhere
    place = region(comparison.claimed, comparison.actual, within, wrong, right, probes, true)
    parts = [only] if only else []
    if place and not (only and place.startswith("right only")):
        parts.append(place)
    where = "there" if parts and parts[-1].startswith("wrong only") else "where it is wrong,"
    is_zero = all(_is_zero(one.actual) for one in (*wrong, *probes.wrong))
    told = _Trial(found, wrong, probes, wrong_only=True).first(plain) if right and not repair and not is_zero else ""
    if told and not told.startswith("claimed is the derivative "):
        return "; ".join([*parts, f"{where} {told}"])
    repair = repair or trial.first(_edits(comparison, within, wrong, swaps=False))
    repair = repair or ("" if rounding else trial.first(_constants(comparison, wrong)))
    if repair:
        return "; ".join([*parts, repair])
    if is_zero:
        return "; ".join([*parts, f"{where} the derivative is 0"])
    if told and not all(_is_zero(one.claimed) for one in wrong):
        return "; ".join([*parts, f"{where} {told}"])
    if rounding:
        last = rounding if explains(comparison.claimed, comparison.value, [found, *wrong]) else ""
    else:
        last = "" if parts else trial.first(_odd(comparison, within, found))
    return "; ".join([*parts, last] if last else parts)


@dataclass(frozen=True, slots=True)
class _Trial:
    """What candidates are held against: the points that were sampled, and others."""

    found: Judged
    points: Sequence[Judged]
    probes: Probes
    wrong_only: bool = False

    def first(self, candidates: Iterable[tuple[Expr, str]]) -> str:
        """How the claim follows from the derivative at all these points."""
        for residual, text in candidates:
            if _vanishes(residual, self.found, self.points) and self.probes.bear_out(
                residual, wrong_only=self.wrong_only
            ):
                return text
        return ""


def _is_zero(value: Scalar | None) -> bool:
    return isinstance(value, fmpq) and value == 0


def _reconsidered(
    comparison: Comparison, judged: Sequence[Judged], bits: int = _DEEPER
) -> tuple[list[Judged], list[Judged]]:
    """The points at which the claim is wrong, and those of middling size at which more digits show no difference."""
    wrong = [j for j in judged if j.outcome is Outcome.DIFFERS]
    bounds = [a.number for n in postorder(comparison.claimed, comparison.actual) for a in n.args if a.is_number]
    size = max([_MOST_SIZE, *(2 * abs(b) for b in bounds if abs(b) <= _FAR)])
    agreeing = [
        j
        for j in judged
        if j.outcome is Outcome.AGREES and all(abs(value) <= size for value in j.sample.point.values())
    ]
    most = max(_LEAST_RIGHT, _DEEP_WORK * _DEEPER // (bits * max(1, comparison.steps)))
    again = [comparison.judge(j.sample, (bits,)) for j in agreeing[:: max(1, -(-len(agreeing) // most))]]
    wrong += [j for j in again if j.outcome is Outcome.DIFFERS]
    return wrong, [j for j in again if j.outcome is Outcome.AGREES]


def _edits(
    comparison: Comparison, within: Space, wrong: Sequence[Judged], *, swaps: bool
) -> Iterator[tuple[Expr, str]]:
    """One place of the claim is another."""
    if comparison.value is None or comparison.variable is None:
        return
    points = telling(wrong, within.defaults)[:1]
    for point in points:
        for claim, text in edits(comparison.claimed, comparison.value, comparison.variable, within, point, swaps=swaps):
            yield apply("sub", claim, comparison.actual), text


def _constants(comparison: Comparison, wrong: Sequence[Judged]) -> Iterator[tuple[Expr, str]]:
    """A number of the claim is another."""
    points = telling([p for p in wrong if all(abs(v) <= _MIDDLING for v in p.sample.point.values())], {})
    for claim, text in constants(comparison.claimed, comparison.actual, comparison.value, points):
        yield apply("sub", claim, comparison.actual), text


def _plain(comparison: Comparison, within: Space, found: Judged) -> Iterator[tuple[Expr, str]]:
    """Expressions that vanish where a relation holds, and what the relation is called; plain ones first."""
    claimed, actual = comparison.claimed, comparison.actual
    yield apply("add", claimed, actual), "the sign is wrong"
    if comparison.value is not None:
        yield apply("sub", claimed, comparison.value), "claimed is the activation itself"
    yield from _ratios(comparison, _factors(comparison, within), found)
    apart = _at(apply("sub", claimed, actual), found)
    for term in (ONE, *(symbol(n) for n in (*within.defaults, *within.inputs))):
        scale = _simple(apart, _at(term, found))
        if scale is not None:
            whole = multiply(number(scale), term)
            side = "plus" if scale > 0 else "minus"
            size = _scaled(abs(scale), term)
            yield apply("sub", apply("sub", claimed, actual), whole), f"claimed is the derivative {side} {size}"
    yield apply("sub", apply("add", claimed, actual), ONE), "claimed is 1 minus the derivative"
    yield apply("sub", apply("mul", claimed, actual), ONE), "claimed is 1 divided by the derivative"
    for name in within.inputs:
        mirrored = substitute(actual, {symbol(name): apply("neg", symbol(name))})
        yield apply("sub", claimed, mirrored), f"claimed is the derivative at -{name}"
    if comparison.value is not None:
        for repaired, text in repairs(claimed, comparison.value, within.inputs):
            yield apply("sub", repaired, actual), text


def _rules(comparison: Comparison, found: Judged) -> Iterator[tuple[Expr, str]]:
    """What a rule of differentiation gives if it is applied wrongly."""
    if (
        comparison.value is not None
        and comparison.variable is not None
        and not (_is_number(comparison.claimed) or _is_zero(found.claimed))
    ):
        for name in sorted(comparison.value.free - {comparison.variable}):
            other = differentiate(comparison.value, name)
            yield apply("sub", comparison.claimed, other), f"claimed is the derivative by `{name}`"
        for slip, text in slips(comparison.value, comparison.variable):
            yield apply("sub", comparison.claimed, slip), text


def _is_number(expr: Expr) -> bool:
    return not expr.free


def _odd(comparison: Comparison, within: Space, found: Judged) -> Iterator[tuple[Expr, str]]:
    """Ratios that say less than a slip that explains them."""
    yield from _ratios(comparison, _odd_factors(within), found)


def _ratios(comparison: Comparison, factors: Iterator[Expr], found: Judged) -> Iterator[tuple[Expr, str]]:
    """A claim that is the derivative times a simple rational times one of the factors."""
    ratio = _at(apply("div", comparison.claimed, comparison.actual), found)
    for factor in factors:
        scale = _simple(ratio, _at(factor, found))
        if scale is not None and not (scale == 1 and factor is ONE):
            product = apply("mul", multiply(number(scale), factor), comparison.actual)
            yield apply("sub", comparison.claimed, product), _ratio_text(scale, factor)


def _factors(comparison: Comparison, within: Space) -> Iterator[Expr]:
    """What a claim may be off by, up to a rational: constants, powers of parameters and inputs, their products."""
    yield ONE
    for n in () if comparison.value is None else postorder(comparison.value):
        if n.is_number and n.number.denominator > _PLAIN and n.number:
            yield from (n, apply("div", ONE, n))
    names = [symbol(n) for n in (*within.defaults, *within.inputs)]
    for s in names:
        yield from (s, divide(ONE, s), s**2, divide(ONE, s**2), apply("sqrt", s), divide(ONE, apply("sqrt", s)))
    for i, s in enumerate(names):
        for other in names[i + 1 :]:
            yield from (s * other, divide(s, other), divide(other, s), divide(ONE, s * other))
    for c in (
        _PI,
        _E,
        apply("sqrt", number(2)),
        apply("sqrt", number(3)),
        apply("sqrt", _PI),
        apply("sqrt", 2 * _PI),
        apply("log", number(2)),
        apply("log", number(10)),
    ):
        yield from (c, divide(ONE, c))


def _odd_factors(within: Space) -> Iterator[Expr]:
    """Factors that say less than a slip that explains them."""
    for s in (symbol(n) for n in (*within.defaults, *within.inputs)):
        for function in ("exp", "log"):
            yield apply(function, s)
            yield divide(ONE, apply(function, s))


def _ratio_text(scale: Fraction, factor: Expr) -> str:
    """In words that need no negative exponents."""
    if factor.op == "div" and factor.args[0] is ONE:
        if scale == 1:
            return f"a factor {to_text(factor.args[1])} is missing"
        return f"the derivative is {_scaled(1 / scale, factor.args[1])} times what is claimed"
    if factor is ONE and 0 < scale < 1:
        return f"claimed is {number_text(scale)} of the derivative"
    return f"claimed is {_scaled(scale, factor)} times the derivative"


def _scaled(scale: Fraction, factor: Expr) -> str:
    """``3*pi/2``"""
    if factor is ONE or factor.is_number or scale.denominator > _PLAIN:
        return to_text(multiply(number(scale), factor))
    top = multiply(number(scale.numerator), factor)
    return to_text(top if scale.denominator == 1 else apply("div", top, number(scale.denominator)))


def _at(expr: Expr, found: Judged) -> Value:
    return evaluate(expr, found.sample.point, _BITS)


def _simple(total: Value, unit: Value) -> Fraction | None:
    """The simple rational by which the unit may have to be multiplied."""
    if isinstance(total, Marker) or isinstance(unit, Marker):
        return None
    with precision(_BITS):
        bottom = _ball(unit)
        if bottom.contains(0):
            return None
        quotient = _ball(total) / bottom
        if not quotient.is_finite() or not arb(10) ** -13 < abs(quotient) < arb(10) ** 13:
            return None
        middle = quotient.mid().fmpq()
        near = Fraction(int(middle.p), int(middle.q))
        for simple in (near.limit_denominator(_SIMPLE), rounded(near, _FEW)):
            if simple and quotient.contains(fmpq(simple.numerator, simple.denominator)):
                return simple
        return None


def _ball(value: Fraction | arb) -> arb:
    return value if isinstance(value, arb) else arb(fmpq(value.numerator, value.denominator))


def _vanishes(residual: Expr, found: Judged, points: Sequence[Judged]) -> bool:
    """Whether it may be zero at every point, and is sharply near zero at some where neither side is."""
    tape = Tape(residual)
    sharp = 0
    for one in (found, *points):
        value = tape.run(one.sample.point, _BITS)[0]
        if isinstance(value, bool | Marker):
            continue
        if not ball(value).contains(0):
            return False
        if one.claimed is None or one.actual is None or (one.claimed == 0 and one.actual == 0):
            continue
        with precision(64):
            size = abs(arb(one.claimed)).max(abs(arb(one.actual)))
            sharp += bool(ball(value).abs_upper() < _SHARP * size)
    return sharp >= min(_INFORMATIVE, len(points))


def _rounding(wrong: Sequence[Judged], found: Judged) -> str:
    """That the claim is right to a few digits wherever it is wrong."""
    a, b = arb(found.claimed or 0), arb(found.actual or 0)
    for one in (found, *wrong):
        if any(abs(x) > _MIDDLING for x in one.sample.point.values()):
            continue  # far out a small error may grow
        c, d = arb(one.claimed or 0), arb(one.actual or 0)
        if not abs(c - d) < _ROUNDED * (abs(c).max(abs(d)) + _SCALE):
            return ""
    if not abs(a - b) < _ROUNDED * abs(b):
        return ""
    relative = decimal_text(abs(a - b) / abs(b), 1)
    return f"right to a few digits: a constant seems rounded (relative difference {relative})"
