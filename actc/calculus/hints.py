"""What is wrong with a refuted claim, said only where every sampled point bears it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from flint import arb, fmpq

from actc.calculus.ball_operations import Marker, ball
from actc.calculus.balls import Value, decimal_text, evaluate
from actc.calculus.compare import Comparison, Judged, Outcome
from actc.calculus.hint_regions import only_parameters, region
from actc.calculus.hint_slips import repairs, slips
from actc.calculus.sampling import Space
from actc.calculus.sampling_values import rounded
from actc.calculus.tape import Tape, precision
from actc.model.algebra import divide, multiply
from actc.model.expr import ONE, Expr, apply, constant, number, substitute, symbol
from actc.model.text import number_text, to_text

_INFORMATIVE = 5  # points that must bear a relation out by being sharp
_SHARP = arb(10) ** -20
_SIMPLE = 1000  # denominators of ratios and differences that are recognized
_FEW = 8  # digits of those that are
_BITS = 192
_ROUNDED = arb(10) ** -3  # relative differences that a rounded constant may make
_SCALE = arb("0.1")  # added to a derivative that may pass through 0
_MIDDLING = 20

_PI, _E = constant("pi"), constant("E")


def hint(comparison: Comparison, within: Space, judged: Sequence[Judged], found: Judged) -> str:
    """The most telling thing that is true of all points; "" where nothing is known."""
    wrong = [j for j in judged if j.outcome is Outcome.DIFFERS]
    right = [j for j in judged if j.outcome is Outcome.AGREES]
    if not wrong:
        return ""
    candidates = list(_candidates(comparison, within, found))
    everywhere = _relation(candidates, [*wrong, *right], found)
    only = only_parameters(within, wrong, right)
    if everywhere:
        return f"{everywhere}; {only}" if only else everywhere
    parts = [p for p in (only, region(comparison.claimed, comparison.actual, within, wrong, right)) if p]
    inside = _relation(candidates, wrong, found) if right else ""
    if inside:
        parts.append(f"there {inside}" if "wrong only" in "".join(parts) else f"where it is wrong, {inside}")
    else:
        parts += [p for p in (_rounding(wrong, found),) if p]
    return "; ".join(parts)


def _relation(candidates: Sequence[tuple[Expr, str]], points: Sequence[Judged], found: Judged) -> str:
    """How the claim follows from the derivative at all these points."""
    for residual, text in candidates:
        if _vanishes(residual, found, points):
            return text
    return ""


def _candidates(comparison: Comparison, within: Space, found: Judged) -> Iterator[tuple[Expr, str]]:
    """Expressions that vanish where a relation holds, and what the relation is called; plain ones first."""
    claimed, actual = comparison.claimed, comparison.actual
    yield apply("add", claimed, actual), "the sign is wrong"
    if comparison.value is not None:
        yield apply("sub", claimed, comparison.value), "claimed is the activation itself"
    yield from _ratios(comparison, _factors(within), found)
    apart = _at(apply("sub", claimed, actual), found)
    for term in (ONE, *(symbol(n) for n in (*within.defaults, *within.inputs))):
        scale = _simple(apart, _at(term, found))
        if scale is not None:
            whole = multiply(number(scale), term)
            side = "plus" if scale > 0 else "minus"
            size = to_text(multiply(number(abs(scale)), term))
            yield apply("sub", apply("sub", claimed, actual), whole), f"claimed is the derivative {side} {size}"
    yield apply("sub", apply("add", claimed, actual), ONE), "claimed is 1 minus the derivative"
    yield apply("sub", apply("mul", claimed, actual), ONE), "claimed is 1 divided by the derivative"
    for name in within.inputs:
        mirrored = substitute(actual, {symbol(name): apply("neg", symbol(name))})
        yield apply("sub", claimed, mirrored), f"claimed is the derivative at -{name}"
    if comparison.value is not None:
        for repaired, text in repairs(claimed, comparison.value, within.inputs):
            yield apply("sub", repaired, actual), text
    if comparison.value is not None and comparison.variable is not None:
        for slip, text in slips(comparison.value, comparison.variable):
            yield apply("sub", claimed, slip), text
    yield from _ratios(comparison, _odd_factors(within), found)


def _ratios(comparison: Comparison, factors: Iterator[Expr], found: Judged) -> Iterator[tuple[Expr, str]]:
    """A claim that is the derivative times a simple rational times one of the factors."""
    ratio = _at(apply("div", comparison.claimed, comparison.actual), found)
    for factor in factors:
        scale = _simple(ratio, _at(factor, found))
        if scale is not None:
            product = apply("mul", multiply(number(scale), factor), comparison.actual)
            yield apply("sub", comparison.claimed, product), _ratio_text(scale, factor)


def _factors(within: Space) -> Iterator[Expr]:
    """What a claim may be off by, up to a rational: constants, powers of parameters and inputs, their products."""
    yield ONE
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
        return f"the derivative is {to_text(multiply(number(1 / scale), factor.args[1]))} times what is claimed"
    if factor is ONE and 0 < scale < 1:
        return f"claimed is {number_text(scale)} of the derivative"
    return f"claimed is {to_text(multiply(number(scale), factor))} times the derivative"


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
