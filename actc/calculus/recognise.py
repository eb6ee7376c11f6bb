"""Exact expressions that a computed number may stand for: 1.702, 2*pi, a/2, 1/t**2, a constant of the formula.

What is found is a guess; whoever asks has to prove what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import isfinite

from flint import arb, fmpq

from actc.calculus.balls import Marker, evaluate_sure
from actc.calculus.tape import Tape, rational
from actc.model.algebra import divide, multiply
from actc.model.expr import ONE, Expr, apply, constant, number, postorder, symbol

_CLOSE = 1e-10  # relative; the numbers come from root finding in about 50 bits
_WHOLE_DENOMINATOR = 20_000  # of a bare rational: 1.702, 0.0447
_FACTOR = 36  # numerator and denominator of a rational that stands before something else
_MOST_CONSTANTS = 16
_BITS = 64
_LEAST, _GREATEST = Fraction(1, 10**6), 10**6  # of a parameter that others are expressed by

Known = tuple[Expr, float]


def named_constants(*roots: Expr) -> tuple[Known, ...]:
    """The numbers, and other parts without symbols, that the expressions are made of, with their values."""
    found: dict[Expr, float] = {}
    for node in postorder(*roots):
        if node.free or node.is_condition or node.op in ("nan", "inf", "undefined"):
            continue
        value = _float(node)
        if value is not None and value != 0 and abs(value) not in (1.0, 2.0):
            found[node] = value
    return tuple(found.items())[:_MOST_CONSTANTS]


def _float(expr: Expr) -> float | None:
    value = evaluate_sure(expr, {})
    if isinstance(value, Marker):
        return None
    exact = value if isinstance(value, Fraction) else rational(value)
    try:
        return float(exact)
    except OverflowError:
        return None


def _everyday() -> tuple[Known, ...]:
    pi, two = constant("pi"), number(2)
    roots = (
        pi,
        apply("sqrt", two),
        apply("sqrt", number(3)),
        apply("sqrt", pi),
        apply("sqrt", two / pi),
        apply("sqrt", 2 * pi),
        apply("log", two),
        constant("E"),
        constant("GoldenRatio"),
    )
    return tuple((root, value) for root in roots if (value := _float(root)) is not None)


_EVERYDAY = _everyday()


def monomials(parameters: Mapping[str, Fraction]) -> tuple[Known, ...]:
    """What a parameter of one formula often is in another: a, 1/a, a**2, 1 - a, a*b, a/b, ... with their values."""
    symbols = {name: symbol(name) for name, value in parameters.items() if _LEAST < abs(value) < _GREATEST}
    found: list[Expr] = []
    for name, a in symbols.items():
        found += [a, ONE / a, a**2, ONE / a**2, 1 - a, 1 + a, ONE / (1 + a), ONE / (1 - a)]
        if parameters[name] > 0:
            root = apply("sqrt", a)
            found += [root, ONE / root, apply("exp", a)]
    for a, b in combinations(symbols.values(), 2):
        found += [a * b, a / b, b / a, ONE / (a * b), a + b, a - b]
    values = Tape(*found).run(parameters, _BITS)
    known = ((expr, float(arb(v).mid())) for expr, v in zip(found, values, strict=True) if isinstance(v, fmpq | arb))
    return tuple((expr, value) for expr, value in known if value)


def recognise(value: float, forms: Sequence[Known], constants: Sequence[Known]) -> Iterator[Expr]:
    """Exact expressions whose value this may be, the likeliest first.

    ``forms`` are expressions in parameters (``monomials``), ``constants`` those of the formulas at hand.
    """
    if not isfinite(value):
        return
    if value == 0 or abs(value) < 1e-13:
        yield number(0)
        return
    simple = _rational(value, _FACTOR)
    if simple is not None:
        yield number(simple)
        return
    yield from _multiples(value, forms)
    yield from _multiples(value, constants)
    bare = _rational(value, _WHOLE_DENOMINATOR)
    if bare is not None:
        yield number(bare)
    yield from _multiples(value, _EVERYDAY)
    for form, size in forms:
        for factor, scale in _EVERYDAY[:2]:
            yield from _multiples(value, [(multiply(factor, form), scale * size), (divide(form, factor), size / scale)])
    for (one, s), (other, t) in combinations(constants, 2):
        yield from _multiples(value, [(multiply(one, other), s * t), (divide(one, other), s / t)])


def _multiples(value: float, bases: Iterable[Known]) -> Iterator[Expr]:
    for expr, size in bases:
        if size == 0 or not isfinite(size):
            continue
        for base, scale in ((expr, size), (divide(ONE, expr), 1 / size)) if not expr.free else ((expr, size),):
            factor = _rational(value / scale, _FACTOR)
            if factor is not None:
                yield scaled(factor, base)


def scaled(factor: Fraction, expr: Expr) -> Expr:
    """The product as one would write it: x/2 and not 1/2*x."""
    if abs(factor.numerator) == 1 and factor.denominator != 1:
        quotient = divide(expr, number(factor.denominator))
        return quotient if factor > 0 else -quotient
    return multiply(number(factor), expr)


def _rational(value: float, largest: int) -> Fraction | None:
    """The fraction with a small denominator that the number is, as far as its digits say."""
    if not 1e-9 < abs(value) < 1e9:
        return None
    found = Fraction(value).limit_denominator(largest)
    if largest == _FACTOR and abs(found.numerator) > _FACTOR:
        return None
    return found if found and abs(float(found) - value) <= _CLOSE * abs(value) else None
