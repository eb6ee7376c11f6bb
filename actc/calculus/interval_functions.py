"""What each operation of the table makes of intervals; None where it may not be real there."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf

from flint import arb, fmpq

from actc.calculus import intervals as iv
from actc.calculus.ball_functions import FORMS
from actc.calculus.ball_operations import Cell
from actc.calculus.float_rounding import ceil_float, end_value, floor_float
from actc.calculus.interval_gamma import GAMMA_LEAST, LOGGAMMA_LEAST, digamma, polygamma, valley
from actc.calculus.intervals import NEGATIVE, NULL, POSITIVE, REAL, Interval

_FAST = 4096.0  # beyond, what grows like exp is past every float

_Optional = Interval | None


@dataclass(frozen=True, slots=True)
class Monotone:
    """A strictly monotone function: its name, its domain, and what it tends to at the domain's ends."""

    op: str
    domain: Interval
    at_low: float
    at_high: float
    fast: bool = False  # grows like exp
    keeps_zero: bool = False  # 0 goes to 0, and nothing else does

    def __call__(self, a: Interval) -> _Optional:
        if not _within(a, self.domain):
            return None
        if self.at_low > self.at_high:
            low, low_open = self._end(a.high, a.high_open, False)
            high, high_open = self._end(a.low, a.low_open, True)
        else:
            low, low_open = self._end(a.low, a.low_open, False)
            high, high_open = self._end(a.high, a.high_open, True)
        return Interval(low, high, low_open, high_open, self.keeps_zero and a.nonzero)

    def _end(self, x: float, is_open: bool, upper: bool) -> tuple[float, bool]:
        least, greatest = min(self.at_low, self.at_high), max(self.at_low, self.at_high)
        limit = self.at_low if x == self.domain.low else self.at_high if x == self.domain.high else None
        if limit is not None and (is_open or math.isinf(limit)):
            return limit, True
        if self.fast:
            # The bound on the other side of a clamped end would be wrong; on this side it is weaker.
            x = max(x, -_FAST) if upper else min(x, _FAST)
        value = end_value(FORMS[self.op].narrow, x, ceil_float if upper else floor_float)
        if value is None:
            return (greatest if upper else least), True
        end, strict = value
        # A function that tends to a limit does not reach it, however near the rounding comes.
        if upper and end >= greatest and limit is None:
            return greatest, True
        if not upper and end <= least and limit is None:
            return least, True
        return end, strict or is_open


def _within(a: Interval, b: Interval) -> bool:
    low = a.low > b.low or (a.low == b.low and (a.low_open or not b.low_open))
    return low and (a.high < b.high or (a.high == b.high and (a.high_open or not b.high_open)))


_HALF_PI = iv.of_ball(arb.pi() / 2).high
_PI = iv.of_ball(arb.pi()).high
_UNIT = Interval(-1.0, 1.0)
_OPEN_UNIT = Interval(-1.0, 1.0, True, True)
_SINC_LEAST = -0.21723362821122173  # sinc's minimum, rounded down (DLMF 10.59: at 4.4934...)


def _cosh(a: Interval) -> _Optional:
    return _COSH_OF_SIZE(iv.absolute(a))


def _periodic(op: str) -> Callable[[Interval], _Optional]:
    function: Callable[[arb], arb] = getattr(arb, op)

    def image(a: Interval) -> _Optional:
        if not a.high - a.low < 6.3:
            return _UNIT
        found = iv.of_ball(function(_ball(a)))
        return iv.meet(replace(found, low_open=False, high_open=False), _UNIT)

    return image


def _ball(a: Interval) -> arb:
    return arb(a.low).union(arb(a.high))


def _tan(a: Interval) -> _Optional:
    if not a.high - a.low < 3.2:
        return None
    if arb.cos(_ball(a)).contains(0):
        return None
    low = end_value(FORMS["tan"].narrow, a.low, floor_float)
    high = end_value(FORMS["tan"].narrow, a.high, ceil_float)
    if low is None or high is None:
        return REAL
    return Interval(low[0], high[0], low[1] or a.low_open, high[1] or a.high_open)


def _sinc(a: Interval) -> _Optional:
    if a.excludes_zero:
        return Interval(_SINC_LEAST, 1.0, high_open=True)
    return Interval(_SINC_LEAST, 1.0)


def _sign(a: Interval) -> _Optional:
    signs = a.signs
    low = -1.0 if signs & NEGATIVE else 0.0 if signs & NULL else 1.0
    high = 1.0 if signs & POSITIVE else 0.0 if signs & NULL else -1.0
    return Interval(low, high, nonzero=not signs & NULL, integer=True)


def _floor(a: Interval) -> _Optional:
    low = math.floor(a.low) if math.isfinite(a.low) else a.low
    high = math.floor(a.high) if math.isfinite(a.high) else a.high
    if high == a.high and a.high_open and math.isfinite(high):
        high -= 1
    return Interval(float(low), float(high), math.isinf(low), math.isinf(high), integer=True)


def _ceiling(a: Interval) -> _Optional:
    below = _floor(iv.negate(a))
    return None if below is None else iv.negate(below)


def _round(a: Interval) -> _Optional:
    low = float(round(a.low)) if math.isfinite(a.low) else a.low
    high = float(round(a.high)) if math.isfinite(a.high) else a.high
    return Interval(low, high, math.isinf(low), math.isinf(high), integer=True)


def _max(a: Interval, b: Interval) -> _Optional:
    low, low_closed = max((a.low, a.low_open), (b.low, b.low_open))
    high, high_closed = max((a.high, not a.high_open), (b.high, not b.high_open))
    nonzero = a.excludes_zero and b.excludes_zero
    return Interval(low, high, low_closed, not high_closed, nonzero, a.integer and b.integer)


def _min(a: Interval, b: Interval) -> _Optional:
    found = _max(iv.negate(a), iv.negate(b))
    return None if found is None else iv.negate(found)


def _divide(a: Interval, b: Interval) -> _Optional:
    inverse = iv.reciprocal(b)
    return None if inverse is None else iv.multiply(a, inverse)


def _modulo(a: Interval, b: Interval) -> _Optional:
    if not b.excludes_zero:
        return None
    whole = a.integer and b.integer
    return Interval(min(b.low, 0.0), max(b.high, 0.0), b.low < 0, b.high > 0, integer=whole)


def _atan2(y: Interval, x: Interval) -> _Optional:
    if x.signs == POSITIVE:
        return Interval(-_HALF_PI, _HALF_PI, True, True)
    if y.signs == POSITIVE:
        return Interval(0.0, _PI, True, True)
    return Interval(-_PI, _PI, True)


def _power(u: Interval, v: Interval) -> _Optional:
    if v.is_point and v.integer:
        return iv.power(u, int(v.low))
    if u.signs == POSITIVE:
        logarithm = _LOG(u)
        return None if logarithm is None else FUNCTIONS["exp"](iv.multiply(v, logarithm))
    if u.low >= 0 and v.low >= 0:
        # 0**v is 0 for v > 0, and 1 for v = 0.
        inside = iv.meet(u, iv.POSITIVES)
        positive = None if inside is None else _power(inside, v)
        at_zero = Interval(0.0, 1.0 if v.signs & NULL else 0.0)
        return at_zero if positive is None else iv.join(positive, at_zero)
    if v.integer and (v.low >= 0 or u.excludes_zero):
        return replace(REAL, nonzero=u.excludes_zero)
    return None


def rational_power(u: Interval, exponent: Fraction) -> _Optional:
    """A power that is no integer: real for nonnegative bases, for positive ones where it is negative."""
    if u.signs & NEGATIVE or (exponent < 0 and u.signs & NULL):
        return None
    fixed = fmpq(exponent.numerator, exponent.denominator)

    def function(x: fmpq | arb) -> Cell:
        return FORMS["pow"].narrow(x, fixed)

    def end(x: float, upper: bool) -> tuple[float, bool]:
        if x == 0 or math.isinf(x):
            return (0.0, False) if (x == 0) == (exponent > 0) else (inf, True)
        rounded = ceil_float if upper else floor_float
        return end_value(function, x, rounded) or ((inf, True) if upper else (0.0, True))

    if exponent > 0:
        (low, low_strict), (high, high_strict) = end(u.low, False), end(u.high, True)
        return Interval(low, high, low_strict or u.low_open, high_strict or u.high_open)
    (low, low_strict), (high, high_strict) = end(u.high, False), end(u.low, True)
    return Interval(low, high, low_strict or u.high_open, high_strict or u.low_open)


_LOG = Monotone("log", iv.POSITIVES, -inf, inf)
_COSH_OF_SIZE = Monotone("cosh", iv.NONNEGATIVES, 1.0, inf, fast=True)

FUNCTIONS: dict[str, Callable[..., Interval | None]] = {
    "add": iv.add,
    "sub": lambda a, b: iv.add(a, iv.negate(b)),
    "mul": iv.multiply,
    "div": _divide,
    "neg": iv.negate,
    "pow": _power,
    "mod": _modulo,
    "exp": Monotone("exp", REAL, 0.0, inf, fast=True),
    "log": _LOG,
    "sqrt": Monotone("sqrt", iv.NONNEGATIVES, 0.0, inf, keeps_zero=True),
    "cbrt": Monotone("cbrt", REAL, -inf, inf, keeps_zero=True),
    "sin": _periodic("sin"),
    "cos": _periodic("cos"),
    "tan": _tan,
    "asin": Monotone("asin", _UNIT, -_HALF_PI, _HALF_PI, keeps_zero=True),
    "acos": Monotone("acos", _UNIT, _PI, 0.0),
    "atan": Monotone("atan", REAL, -_HALF_PI, _HALF_PI, keeps_zero=True),
    "atan2": _atan2,
    "sinh": Monotone("sinh", REAL, -inf, inf, fast=True, keeps_zero=True),
    "cosh": _cosh,
    "tanh": Monotone("tanh", REAL, -1.0, 1.0, keeps_zero=True),
    "asinh": Monotone("asinh", REAL, -inf, inf, keeps_zero=True),
    "acosh": Monotone("acosh", Interval(1.0, inf, False, True), 0.0, inf),
    "atanh": Monotone("atanh", _OPEN_UNIT, -inf, inf, keeps_zero=True),
    "erf": Monotone("erf", REAL, -1.0, 1.0, keeps_zero=True),
    "erfc": Monotone("erfc", REAL, 2.0, 0.0),
    "gamma": valley("gamma", GAMMA_LEAST),
    "loggamma": valley("loggamma", LOGGAMMA_LEAST),
    "digamma": digamma,
    "polygamma": polygamma,
    "sinc": _sinc,
    "sigmoid": Monotone("sigmoid", REAL, 0.0, 1.0),
    "softplus": Monotone("softplus", REAL, 0.0, inf),
    "log_sigmoid": Monotone("log_sigmoid", REAL, -inf, 0.0),
    "log1p": Monotone("log1p", Interval(-1.0, inf, True, True), -inf, inf, keeps_zero=True),
    "expm1": Monotone("expm1", REAL, -1.0, inf, fast=True, keeps_zero=True),
    "normal_cdf": Monotone("normal_cdf", REAL, 0.0, 1.0),
    "abs": iv.absolute,
    "sign": _sign,
    "min": _min,
    "max": _max,
    "floor": _floor,
    "ceiling": _ceiling,
    "round": _round,
}
"""By the table's name; conditions and ``where`` are not here."""
