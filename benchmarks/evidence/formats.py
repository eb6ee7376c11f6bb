"""Floating-point formats as NumPy has them, and ULPs in them; every truth here is a float64."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Format:
    """A binary format with gradual underflow."""

    name: str  # "float32"
    dtype: Any  # NumPy's
    precision: int  # bits of the significand, the implicit one too
    least: int  # exponent of the smallest normal number
    free: float  # an absolute error below it is none
    target: float  # ULP that a result may be off

    @property
    def tiny(self) -> float:
        """The smallest normal number."""
        return float(2.0**self.least)

    @property
    def most(self) -> float:
        """From here on numbers are rounded to infinity; what is beyond float64 is infinite as a truth already."""
        if self.precision == 53:
            return float("inf")
        return float(2.0 ** (2 - self.least) * (1 - 2.0 ** -(self.precision + 1)))

    def ulp(self, values: Reals) -> Reals:
        """The distance of the format's numbers around each value."""
        _, exponents = np.frexp(np.where(np.isfinite(values), values, 0))
        exponents = np.where(values == 0, self.least, exponents - 1)
        return np.ldexp(1.0, np.maximum(exponents, self.least) - self.precision + 1)

    def wide(self, values: NDArray[Any]) -> Reals:
        """Numbers of the format as float64, exactly."""
        with np.errstate(invalid="ignore"):  # a cast of bfloat16's NaN
            return values.astype(np.float64)

    def round(self, values: Reals) -> Reals:
        """Each value rounded to the format."""
        with np.errstate(over="ignore"):
            return self.wide(values.astype(self.dtype))

    def beside(self, values: Reals) -> tuple[Reals, Reals]:
        """The format's numbers below and above each value, which is one of its own."""
        narrow = values.astype(self.dtype)
        with np.errstate(over="ignore"):
            low, high = (np.nextafter(narrow, np.array(end, self.dtype)) for end in (-np.inf, np.inf))
        return self.wide(low), self.wide(high)


FLOAT32 = Format("float32", np.float32, 24, -126, 128 * 2.0**-126, 8)
FLOAT64 = Format("float64", np.float64, 53, -1022, 128 * 2.0**-1022, 8)
FLOAT16 = Format("float16", np.float16, 11, -14, 0.0, 1)
BFLOAT16 = Format("bfloat16", ml_dtypes.bfloat16, 8, -126, 0.0, 1)
