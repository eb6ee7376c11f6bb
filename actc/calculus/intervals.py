"""Extended-real intervals with open ends, rounded outward.

An open end is one that is not attained, so that ``exp(x) > 0`` is known to be strict. Infinite ends are always open:
the values themselves are finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf

from flint import arb

from actc.calculus.float_rounding import ceil_float, floor_float
from actc.model.domain import Domain

NEGATIVE, NULL, POSITIVE = 1, 2, 4
"""Bits of a set of signs."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The reals between two ends; perhaps without 0, perhaps integers alone."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    nonzero: bool = False
    integer: bool = False

    @property
    def signs(self) -> int:
        """The signs that its numbers may have."""
        found = 0
        if self.low < 0:
            found |= NEGATIVE
        if self.high > 0:
            found |= POSITIVE
        from_below = self.low < 0 or (self.low == 0 and not self.low_open)
        if not self.nonzero and from_below and (self.high > 0 or (self.high == 0 and not self.high_open)):
            found |= NULL
        return found

    @property
    def excludes_zero(self) -> bool:
        return not self.signs & NULL

    @property
    def is_point(self) -> bool:
        return self.low == self.high

    def __contains__(self, value: float | Fraction) -> bool:
        if value == 0 and self.nonzero:
            return False
        above = value > self.low or (value == self.low and not self.low_open)
        return above and (value < self.high or (value == self.high and not self.high_open))


REAL = Interval(-inf, inf, True, True)
POSITIVES = Interval(0.0, inf, True, True)
NEGATIVES = Interval(-inf, 0.0, True, True)
NONNEGATIVES = Interval(0.0, inf, False, True)
NONPOSITIVES = Interval(-inf, 0.0, True, False)
NONZERO = Interval(-inf, inf, True, True, nonzero=True)
ZERO = Interval(0.0, 0.0)
ONE = Interval(1.0, 1.0)


def of_signs(signs: int) -> Interval | None:
    """The least interval of all numbers with these signs; None where there are none."""
    return {
        NEGATIVE: NEGATIVES,
        NULL: ZERO,
        POSITIVE: POSITIVES,
        NEGATIVE | NULL: NONPOSITIVES,
        NULL | POSITIVE: NONNEGATIVES,
        NEGATIVE | POSITIVE: NONZERO,
        NEGATIVE | NULL | POSITIVE: REAL,
    }.get(signs)


def of_number(value: Fraction) -> Interval:
    """The exact rational, or the neighbouring floats around it."""
    try:
        near = float(value)
    except OverflowError:
        return Interval(math.nextafter(inf, 0), inf, True, True) if value > 0 else negate(of_number(-value))
    exact = Fraction(near)
    whole = value.denominator == 1
    if exact == value:
        return Interval(near, near, integer=whole)
    if exact < value:
        return Interval(near, math.nextafter(near, inf), True, True, integer=whole)
    return Interval(math.nextafter(near, -inf), near, True, True, integer=whole)


CONSTANTS = {
    name: of_number(Fraction(digits))
    for name, digits in (
        ("pi", "3.14159265358979323846264338327950288"),
        ("E", "2.71828182845904523536028747135266250"),
        ("EulerGamma", "0.57721566490153286060651209008240243"),
        ("GoldenRatio", "1.61803398874989484820458683436563812"),
    )
}
"""The named reals, between neighbouring floats."""


def of_domain(domain: Domain) -> Interval:
    """The least interval that holds the domain."""
    low, low_open, high, high_open = -inf, True, inf, True
    if domain.low is not None:
        end = of_number(domain.low)
        low, low_open = end.low, domain.low_open or end.low_open
    if domain.high is not None:
        end = of_number(domain.high)
        high, high_open = end.high, domain.high_open or end.high_open
    if domain.integer:
        # (0, inf) holds no integer below 1.
        if low > -inf and (low_open or low != math.ceil(low)):
            low, low_open = float(math.floor(low) + 1), False
        if high < inf and (high_open or high != math.floor(high)):
            high, high_open = float(math.ceil(high) - 1), False
    return Interval(low, high, low_open, high_open, domain.nonzero, domain.integer)


def of_ball(ball: arb) -> Interval:
    """The floats around a ball."""
    low, low_open = floor_float(ball)
    high, high_open = ceil_float(ball)
    return Interval(low, high, low_open, high_open)


def meet(a: Interval, b: Interval) -> Interval | None:
    """What both hold; None where that is nothing."""
    low, low_open = max((a.low, a.low_open), (b.low, b.low_open))
    high, high_open = min((a.high, not a.high_open), (b.high, not b.high_open))
    high_open = not high_open
    nonzero, integer = a.nonzero or b.nonzero, a.integer or b.integer
    if nonzero and low == 0:
        low_open = True
    if nonzero and high == 0:
        high_open = True
    if low > high or (low == high and (low_open or high_open or (nonzero and low == 0))):
        return None
    return Interval(low, high, low_open, high_open, nonzero, integer)


def join(a: Interval, b: Interval) -> Interval:
    """The least interval that holds both."""
    low, low_open = min((a.low, a.low_open), (b.low, b.low_open))
    high, high_open = max((a.high, not a.high_open), (b.high, not b.high_open))
    return Interval(low, high, low_open, not high_open, a.excludes_zero and b.excludes_zero, a.integer and b.integer)


def negate(a: Interval) -> Interval:
    """-a"""
    return Interval(-a.high, -a.low, a.high_open, a.low_open, a.nonzero, a.integer)


def add(a: Interval, b: Interval) -> Interval:
    """a + b"""
    low, low_open = _sum(a.low, b.low, -inf)
    high, high_open = _sum(a.high, b.high, inf)
    return Interval(
        low,
        high,
        low_open or a.low_open or b.low_open,
        high_open or a.high_open or b.high_open,
        integer=a.integer and b.integer,
    )


def _sum(a: float, b: float, toward: float) -> tuple[float, bool]:
    """a + b rounded toward an infinity, and whether that is off the exact sum."""
    if math.isinf(a) or math.isinf(b):
        return toward, True
    total = a + b
    if math.isinf(total):
        return (total, True) if total == toward else (math.nextafter(total, 0), True)
    # Knuth's two-sum: the rounding error is a float itself.
    back = total - a
    error = (a - (total - back)) + (b - back)
    if error == 0:
        return total, False
    if (error > 0) == (toward > 0):
        total = math.nextafter(total, toward)
    return total, True


def multiply(a: Interval, b: Interval) -> Interval:
    """a * b"""
    ends_a = ((a.low, a.low_open), (a.high, a.high_open))
    ends_b = ((b.low, b.low_open), (b.high, b.high_open))
    lows, highs = [], []
    for x, x_open in ends_a:
        for y, y_open in ends_b:
            is_open = _corner_open(x, x_open, y, y_open)
            value, off = _product(x, y, -inf)
            lows.append((value, is_open or off))
            value, off = _product(x, y, inf)
            highs.append((value, not (is_open or off)))
    low, low_open = min(lows)
    high, high_closed = max(highs)
    nonzero = a.excludes_zero and b.excludes_zero
    return Interval(low, high, low_open, not high_closed, nonzero, a.integer and b.integer)


def _corner_open(x: float, x_open: bool, y: float, y_open: bool) -> bool:
    # A zero that is attained makes the product zero whatever the other factor is.
    if (x == 0 and not x_open) or (y == 0 and not y_open):
        return False
    return x_open or y_open


def _product(x: float, y: float, toward: float) -> tuple[float, bool]:
    """x * y rounded toward an infinity and whether it is off; 0 * inf is 0 because infinite ends are not attained."""
    if x == 0 or y == 0:
        return 0.0, False
    near = x * y
    if abs(x) == 1 or abs(y) == 1:
        return near, False
    if math.isinf(x) or math.isinf(y):
        return near, True
    if math.isinf(near):
        return (near, True) if near == toward else (math.nextafter(near, 0), True)
    if x.is_integer() and y.is_integer() and abs(near) < 2**53:
        return near, False
    if abs(near) > 1e-290 and (abs(math.frexp(x)[0]) == 0.5 or abs(math.frexp(y)[0]) == 0.5):
        return near, False
    return math.nextafter(near, toward), True


def reciprocal(a: Interval) -> Interval | None:
    """1 / a; None where a may be 0."""
    if not a.excludes_zero:
        return None
    if a.low < 0 < a.high:
        return NONZERO
    if a.high <= 0:
        return negate(_reciprocal_of_positive(negate(a)))
    return _reciprocal_of_positive(a)


def _reciprocal_of_positive(a: Interval) -> Interval:
    low, low_open = (0.0, True) if math.isinf(a.high) else _quotient(a.high, -inf)
    high, high_open = (inf, True) if a.low == 0 else _quotient(a.low, inf)
    return Interval(low, high, low_open or a.high_open, high_open or a.low_open)


def _quotient(x: float, toward: float) -> tuple[float, bool]:
    near = 1.0 / x if x > 1e-308 else inf
    if math.isinf(near):
        return (near, True) if toward > 0 else (math.nextafter(inf, 0), True)
    if abs(math.frexp(x)[0]) == 0.5:
        return near, False
    return max(math.nextafter(near, toward), 0.0), True


def absolute(a: Interval) -> Interval:
    """|a|"""
    if a.low >= 0:
        return a
    if a.high <= 0:
        return negate(a)
    high, high_open = max((-a.low, not a.low_open), (a.high, not a.high_open))
    return Interval(0.0, high, a.nonzero, not high_open, integer=a.integer)


def power(a: Interval, n: int) -> Interval | None:
    """The n-th power for an integer; None where it may have a pole."""
    if n == 0:
        return ONE
    if n < 0:
        positive = power(a, -n)
        return None if positive is None or not a.excludes_zero else reciprocal(replace(positive, nonzero=True))
    if n % 2 == 0:
        a = absolute(a)
    low, low_open = _end_power(a.low, n, floor_float)
    high, high_open = _end_power(a.high, n, ceil_float)
    if n % 2 == 0 and low < 0:
        low, low_open = 0.0, a.low > 0 or a.low_open
    return Interval(low, high, low_open or a.low_open, high_open or a.high_open, a.nonzero and n % 2 == 1, a.integer)


def _end_power(x: float, n: int, rounded: Callable[[arb], tuple[float, bool]]) -> tuple[float, bool]:
    if x == 0 or math.isinf(x):
        return (x if n % 2 else abs(x)), math.isinf(x)
    return rounded(arb(x) ** n)
