"""From where to where a slider goes: around the default, inside the domain, in round numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10

from actc.model.domain import Domain
from actc.pictures.functions import MOST

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
    low = None if domain.low is None else float(max(domain.low, Fraction(-MOST)))
    high = None if domain.high is None else float(min(domain.high, Fraction(MOST)))
    if low is None and high is None:
        low, high = -_around(value), _around(value)
    elif low is None and high is not None:
        low = high - _around(high - value)
    elif high is None and low is not None:
        high = low + _around(value - low)
    if low is None or high is None:
        raise AssertionError("the branches above have set both")
    room = (high - low) / _OPEN
    if domain.low is not None and domain.low_open:
        low += room
    if domain.high is not None and domain.high_open:
        high -= room
    return Slider(name, value, min(low, value), max(high, value), integer=False)


def _whole(name: str, domain: Domain, value: int) -> Slider:
    low, high = value - _INTEGERS, value + _INTEGERS
    while not domain.contains(Fraction(low)) and low < value:
        low += 1
    while not domain.contains(Fraction(high)) and high > value:
        high -= 1
    return Slider(name, float(value), float(low), float(high), integer=True)


def _around(value: float) -> float:
    """How far a slider reaches from the middle, or from its end, to bring a value well inside."""
    return _round_up(min(max(1.0, _REACH * abs(value)), float(MOST)))


def _round_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * (1 - 1e-12))
