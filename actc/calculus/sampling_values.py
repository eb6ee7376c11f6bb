"""Numbers to try for one input or parameter: nice ones first, then what covers its domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import floor

from actc.model.domain import Domain


def _decimals(text: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(t) for t in text.split())


_NICE = _decimals("1 -1 2 -2 0.5 -0.5 3 -3 0 0.25 -0.25 4 -4 5 -5 0.1 -0.1 10 -10 1.5 -1.5 20 -20")
_TAILS = _decimals("61 65 75 88 89 90 100 104 110 150 300 700 710 745 750 1000 5000")
_SHORT = _decimals("1 0.5 1.3 3 0.2 0.07 5.7 11 27 70 300 1e-4 1e4 1e-9 1e8")
_WHOLE = tuple(Fraction(n) for n in (1, 2, 0, -1, 3, -2, 4, 5, -3, 6, 7, 8, 9, 10, -4, -5, 12, 16, 25, 50, 100, 1000))
_CHOICES = _decimals("1 2 -1 0.5 0 3 -2 0.1 1.7 -0.3 10 100 0.001 -10 -0.5")
_GENERIC = _decimals("0.73 1.37 -0.61 2.6 -1.9 0.31 4.3 -3.7 0.07 -0.17 1.13 7.9 -0.83")
_UNIT = _decimals("0.5 0.1 0.9 0.25 0.75 0.37 0.01 0.99 0.63 0.001 0.999 0.83 0.17 1e-6 0.999999")

_FROM, _TO = -30, 38  # decimal exponents


def _dense() -> Iterator[Fraction]:
    yield from _NICE
    for k in range(1, 55):
        yield Fraction(37 * k, 100)
        yield Fraction(-37 * k, 100)
    for k in range(1, 31):
        yield Fraction(13 * k, 100)
        yield Fraction(-13 * k, 100)
    for tail in _TAILS:
        yield tail
        yield -tail
    for exponent in range(_FROM, _TO + 1):
        size = Fraction(3 if exponent % 2 else 1) * Fraction(10) ** exponent
        yield size
        yield -size


_LINE = tuple(_dense())


def line(domain: Domain) -> tuple[Fraction, ...]:
    """A few hundred numbers of the domain: dense up to 20, every decimal exponent from -30 to 38, near its ends."""
    return _fitted(_WHOLE if domain.integer else _LINE, domain)


def short_line(domain: Domain) -> tuple[Fraction, ...]:
    """Some two dozen numbers of the domain, of all sizes."""
    if domain.integer:
        return _fitted(_WHOLE, domain)[:12]
    return _fitted([s for v in _SHORT for s in (v, -v)], domain)


def choices(domain: Domain, constants: Iterable[Fraction] = ()) -> tuple[Fraction, ...]:
    """Values for a parameter, whole and simple ones first, near the ends of its domain, and the constants given."""
    simple = _WHOLE if domain.integer else _CHOICES
    return _fitted((*simple[:6], *constants, *simple[6:]), domain)


def generic(domain: Domain) -> tuple[Fraction, ...]:
    """Values for a parameter at which nothing simplifies, of both signs where it has them."""
    return _fitted(_WHOLE[1:12] if domain.integer else _GENERIC, domain)


def _fitted(values: Iterable[Fraction], domain: Domain) -> tuple[Fraction, ...]:
    """Those in the domain, and as many that are measured from its ends; each once."""
    found: dict[Fraction, None] = {}
    for value in values:
        for candidate in _moved(value, domain):
            if domain.contains(candidate):
                found[candidate] = None
    if not domain.integer and domain.low is not None and domain.high is not None:
        for part in _UNIT:
            candidate = domain.low + (domain.high - domain.low) * part
            if domain.contains(candidate):
                found[candidate] = None
    return tuple(found)


def _moved(value: Fraction, domain: Domain) -> Iterator[Fraction]:
    yield value
    if domain.low is not None and domain.low != 0:
        yield domain.low + abs(value)
    if domain.high is not None and domain.high != 0:
        yield domain.high - abs(value)


def between(low: Fraction, high: Fraction) -> Fraction:
    """The number with the fewest decimals strictly between the two, the one nearest to their middle."""
    middle = (low + high) / 2
    power = Fraction(1)
    while power * (high - low) > 4:
        power /= 10
    while True:
        below = Fraction(floor(middle * power)) / power
        for candidate in sorted((below, below + 1 / power), key=lambda c: abs(c - middle)):
            if low < candidate < high:
                return candidate
        power *= 10


def rounded(value: Fraction, digits: int) -> Fraction:
    """The number with that many significant decimal digits."""
    if value == 0:
        return value
    leading = len(str(abs(value.numerator))) - len(str(value.denominator))
    if abs(value) < Fraction(10) ** leading:
        leading -= 1
    unit = Fraction(10) ** (leading - digits + 1)
    return round(value / unit) * unit
