"""Binary floating-point formats, and numbers rounded to them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import gmpy2

Float = Any
"""A gmpy2 ``mpfr``: the package has no types."""


@dataclass(frozen=True, slots=True)
class Format:
    """An IEEE 754 format with gradual underflow, round to nearest, ties to even."""

    name: str  # "float32"
    precision: int  # bits of the significand, the implicit one too
    most: int  # exponent of the least power of two that overflows

    @property
    def least(self) -> int:
        """The exponent of the smallest normal number."""
        return 2 - self.most

    @property
    def context(self) -> Any:
        """A gmpy2 context in which every operation rounds to this format."""
        # MPFR's significands lie in [1/2, 1), so its exponents are one greater; the least is the least subnormal's.
        return gmpy2.context(
            precision=self.precision, emax=self.most, emin=self.least - self.precision + 2, subnormalize=True
        )

    @property
    def flushing(self) -> Any:
        """The same without subnormal numbers, as XLA computes on a CPU: what is smaller is 0 or the smallest normal."""
        return gmpy2.context(precision=self.precision, emax=self.most, emin=self.least + 1, subnormalize=False)

    @property
    def smallest_normal(self) -> Fraction:
        return Fraction(2) ** self.least

    def nearest(self, value: Fraction | int) -> Float:
        """The number rounded to the format; an infinity beyond its range."""
        with self.context:
            return gmpy2.mpfr(gmpy2.mpq(value.numerator, value.denominator))

    def exact(self, value: Fraction | int) -> Fraction | None:
        """The same as an exact number; None where it is infinite."""
        near = self.nearest(value)
        return fraction(near) if gmpy2.is_finite(near) else None

    def ulp(self, value: Fraction) -> Fraction:
        """The distance of the format's numbers around the value."""
        if value == 0:
            return Fraction(2) ** (self.least - self.precision + 1)
        size = abs(value)
        exponent = size.numerator.bit_length() - size.denominator.bit_length()
        if size < Fraction(2) ** exponent:
            exponent -= 1
        return Fraction(2) ** (max(exponent, self.least) - self.precision + 1)


FLOAT32 = Format("float32", 24, 128)
FLOAT64 = Format("float64", 53, 1024)
BFLOAT16 = Format("bfloat16", 8, 128)
FLOAT16 = Format("float16", 11, 16)


def wide(precision: int) -> Any:
    """A context with a huge range, for results that are rounded once more."""
    return gmpy2.context(precision=precision, emax=gmpy2.get_emax_max(), emin=gmpy2.get_emin_min())


def fraction(value: Float) -> Fraction:
    """The exact value of a finite float."""
    numerator, denominator = value.as_integer_ratio()
    return Fraction(int(numerator), int(denominator))
