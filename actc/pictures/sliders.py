"""From where to where a slider goes: around the default, inside the domain, in round numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10

from actc.model.domain import Domain

_REACH = 4
_OPEN = 200  # an end that is not attained is left out by this part of the range
_INTEGERS = 8


@dataclass(frozen=True, slots=True)
class Slider:
    """The range of one parameter, or of an input that is held."""

    name: str
    value: float  # where it begins
    low: float
    high: float
    integer: bool


def slider(name: str, domain: Domain, value: float) -> Slider:
    """The slider for a number in its domain."""
    if domain.integer:
        return _whole(name, domain, round(value))
    size = Fraction(_round_up(max(1.0, _REACH * abs(value))))
    low, high = domain.low, domain.high
    if low is None and high is None:
        low, high = -size, size
    elif low is None and high is not None:
        low = high - Fraction(_round_up(max(1.0, _REACH * abs(float(high) - value))))
    elif high is None and low is not None:
        high = low + Fraction(_round_up(max(1.0, _REACH * abs(value - float(low)))))
    assert low is not None  # noqa: S101 - the branches above have set both
    assert high is not None  # noqa: S101
    room = (high - low) / _OPEN
    if low == domain.low and domain.low_open:
        low += room
    if high == domain.high and domain.high_open:
        high -= room
    return Slider(name, value, min(float(low), value), max(float(high), value), integer=False)


def _whole(name: str, domain: Domain, value: int) -> Slider:
    low, high = value - _INTEGERS, value + _INTEGERS
    while not domain.contains(Fraction(low)) and low < value:
        low += 1
    while not domain.contains(Fraction(high)) and high > value:
        high -= 1
    return Slider(name, float(value), float(low), float(high), integer=True)


def _round_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * (1 - 1e-12))
