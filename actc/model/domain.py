"""The set of reals that an input or a parameter may take."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Domain:
    """An interval of the reals, perhaps without 0, perhaps of integers alone. ``None`` as an end means infinity."""

    text: str = "real"  # as the author wrote it, e.g. "positive integer", "[1, inf)"
    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = True
    high_open: bool = True
    nonzero: bool = False
    integer: bool = False

    @property
    def is_real_line(self) -> bool:
        return self.low is None and self.high is None and not self.nonzero and not self.integer

    def contains(self, value: Fraction) -> bool:
        """Whether the exact number lies in the domain."""
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        if self.high is not None and (value > self.high or (self.high_open and value == self.high)):
            return False
        if self.nonzero and value == 0:
            return False
        return not (self.integer and value.denominator != 1)
