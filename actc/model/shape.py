"""What the graph of an activation looks like, as far as it is established: data for reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of an input's axis on which the function goes one way."""

    low: float
    high: float
    trend: int  # 1 rises, -1 falls, 0 is constant


@dataclass(frozen=True, slots=True)
class Leap:
    """A point at which the value jumps up (1) or down (-1), or takes a value on neither way (0)."""

    at: float
    way: int


@dataclass(frozen=True, slots=True)
class Range:
    """The values that are taken; an end that is attained belongs to them. ``exact`` is false of a mere enclosure."""

    low: float
    high: float
    low_attained: bool
    high_attained: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """What is certain of an activation along one of its inputs; numbers are rounded to the nearest float.

    ``at`` are the parameters' defaults on which all but ``always`` rests. What is not established is None, or empty.
    """

    input: str
    at: tuple[tuple[str, float], ...] = ()
    low_limit: float | None = None  # at minus infinity, where the domain reaches there
    high_limit: float | None = None
    stretches: tuple[Stretch, ...] = ()  # ascending, the whole domain; () where not known
    leaps: tuple[Leap, ...] = ()
    range: Range | None = None
    zeros: tuple[tuple[float, float], ...] | None = None  # points, and intervals on which the value is 0
    always: int | None = None  # whatever the parameters and other inputs are, it never falls (1) or never rises (-1)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        unknown = self.low_limit is None and self.high_limit is None and self.range is None and self.zeros is None
        return unknown and not self.stretches and self.always is None
