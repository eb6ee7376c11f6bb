"""What a floating-point operation returns when it is correctly rounded: the simulated machine's instructions.

Functions that MPFR has are rounded by it. The others are computed with many more bits and an unbounded exponent, and
rounded once; that differs from correct rounding only where the long result lies next to a tie, about once in 2**60.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import gmpy2
from flint import arb

from actc.calculus.balls import evaluate_sure
from actc.model.expr import Expr, apply, number
from actc.numerics.formats import Float, fraction, wide

_GUARD = 64  # further bits of what is computed in several steps

Unary = Callable[[Float], Float]
Binary = Callable[[Float, Float], Float]


def _sigmoid(u: Float) -> Float:
    if u >= 0:
        return 1 / (1 + gmpy2.exp(-u))
    power = gmpy2.exp(u)
    return power / (1 + power)


def _softplus(u: Float) -> Float:
    return u + gmpy2.log1p(gmpy2.exp(-u)) if u > 0 else gmpy2.log1p(gmpy2.exp(u))


def _log_sigmoid(u: Float) -> Float:
    return -_softplus(-u)


def _normal_cdf(u: Float) -> Float:
    return gmpy2.erfc(-u / gmpy2.sqrt(gmpy2.mpfr(2))) / 2


def _sinc(u: Float) -> Float:
    return gmpy2.sin(u) / u if u != 0 else gmpy2.mpfr(1)


def _trigamma(u: Float) -> Float:
    if not gmpy2.is_finite(u):
        return gmpy2.mpfr(0) if u > 0 else gmpy2.nan()
    return from_ball(evaluate_sure(apply("polygamma", number(1), number(fraction(u))), {}))


_COMPOSED: dict[str, Unary] = {
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "log_sigmoid": _log_sigmoid,
    "normal_cdf": _normal_cdf,
    "sinc": _sinc,
}


def _minimum(a: Float, b: Float) -> Float:
    if gmpy2.is_nan(a) or gmpy2.is_nan(b):
        return gmpy2.nan()
    return a if a <= b else b


def _maximum(a: Float, b: Float) -> Float:
    if gmpy2.is_nan(a) or gmpy2.is_nan(b):
        return gmpy2.nan()
    return a if a >= b else b


def _modulo(a: Float, b: Float) -> Float:
    rest = gmpy2.fmod(a, b)
    return rest + b if rest != 0 and (rest < 0) != (b < 0) else rest


def _sign(a: Float) -> Float:
    return a if gmpy2.is_nan(a) else gmpy2.mpfr(gmpy2.sign(a))


def _origin_is_zero(y: Float, x: Float) -> Float:
    return gmpy2.mpfr(0) if x == 0 and y == 0 else gmpy2.atan2(y, x)


UNARY: dict[str, Unary] = {
    "neg": lambda a: -a,
    "abs": abs,
    "sign": _sign,
    "floor": gmpy2.rint_floor,
    "ceiling": gmpy2.rint_ceil,
    "round": gmpy2.rint,
    "loggamma": lambda a: gmpy2.lgamma(a)[0],
    **{
        name: getattr(gmpy2, name)
        for name in (
            *("exp", "log", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
            *("asinh", "acosh", "atanh", "erf", "erfc", "gamma", "digamma", "log1p", "expm1"),
        )
    },
}

BINARY: dict[str, Binary] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "mod": _modulo,
    "min": _minimum,
    "max": _maximum,
    "atan2": _origin_is_zero,
    "pow": lambda a, b: a**b,
}


def unary(op: str, values: list[Float], context: Any) -> list[Float]:
    """A function at many numbers, each result rounded by the context. Raises KeyError for an unknown operation."""
    if op in _COMPOSED:
        return _composed(_COMPOSED[op], values, context)
    if op == "polygamma":
        return _composed(_trigamma, values, context)
    function = UNARY[op]
    with context:
        return [function(a) for a in values]


def _composed(function: Unary, values: list[Float], context: Any) -> list[Float]:
    with wide(context.precision + _GUARD):
        long = [a if gmpy2.is_nan(a) else function(a) for a in values]
    with context:
        return [gmpy2.mpfr(a) for a in long]


def power(values: list[Float], exponent: int, context: Any) -> list[Float]:
    """An integer power as generated code computes it: by products up to the eighth, else by the library."""
    # A gmpy2 context cannot be entered twice, so what lies below a fraction is computed before.
    below = power(values, -exponent, context) if exponent < 0 else []
    with context:
        one = gmpy2.mpfr(1)
        if exponent < 0:
            return [one / a for a in below]
        if exponent > 8:
            return [a**exponent for a in values]
        if exponent == 0:
            return [one for _ in values]
        if exponent == 1:
            return values
        squares = [a * a for a in values]
        result = squares if exponent % 2 == 0 else [a * b for a, b in zip(values, squares, strict=True)]
        for _ in range((exponent - 2) // 2):
            result = [a * b for a, b in zip(result, squares, strict=True)]
        return result


def from_ball(value: object) -> Float:
    """The middle of a ball, or a rational, with the precision of the current context; NaN for anything else."""
    if isinstance(value, Fraction):
        return gmpy2.mpfr(gmpy2.mpq(value.numerator, value.denominator))
    if not isinstance(value, arb) or not value.is_finite():
        return gmpy2.nan()
    mantissa, exponent = value.mid().man_exp()
    size = int(exponent)
    middle = gmpy2.mpfr(int(mantissa))
    if abs(size) > 2**40:
        # Beyond any format, and beyond MPFR's shifts.
        return middle * (gmpy2.inf() if size > 0 else gmpy2.mpfr(0))
    return gmpy2.mul_2exp(middle, size) if size >= 0 else gmpy2.div_2exp(middle, -size)


def closed_value(expr: Expr) -> Float:
    """A closed expression rounded to float64, as generated code spells it; NaN where it has no value."""
    value = evaluate_sure(expr, {}, good=120)
    with wide(160):
        long = from_ball(value)
    with gmpy2.context(precision=53, emax=1024, emin=-1073, subnormalize=True):
        return gmpy2.mpfr(long)
