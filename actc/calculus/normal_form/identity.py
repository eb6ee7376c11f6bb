"""What a zero-test rested on: the functions in which two normal forms are written, and the signs it was split by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Used:
    """A generator that occurs in one of the two normal forms."""

    label: str  # "exp(2*x)"
    kind: str  # as ``generators.Generator`` has it: "symbol", "exp", "power", "erf", ...
    root: int = 0  # the degree of its minimal polynomial; 0 where none is used
    fixed: bool = False  # a number: no symbol is in it


@dataclass(frozen=True, slots=True)
class Identity:
    """The numerator of a difference that reduced to zero, in every case of signs that is possible."""

    used: tuple[Used, ...] = ()  # in the order in which they were first needed
    divides: bool = False  # whether a form has a denominator that is no number
    asked: tuple[str, ...] = ()  # factors whose signs nothing settled, so that both were looked at
    cases: int = 1  # of those signs

    def joined(self, other: Identity) -> Identity:
        """Both, as one identity shown by more cases."""
        return Identity(
            tuple(dict.fromkeys((*self.used, *other.used))),
            self.divides or other.divides,
            tuple(dict.fromkeys((*self.asked, *other.asked))),
            self.cases + other.cases,
        )
