"""Powers of the positive functions that products are made of."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from flint import fmpz_mpoly

from actc.calculus.normal_form.field import Ratio
from actc.calculus.normal_form.generators import Generator, Refine
from actc.calculus.normal_form.ranges import ANY, POSITIVE
from actc.calculus.normal_form.tower import Tower

_MOST_STEPS = 60  # parts into which the exponential of a direction is divided
_MOST_ROOT = 12  # degree of a root with a relation; powers of higher degree are related by integer shifts alone
_LARGEST_POWER = 64  # of an exponential, before it becomes a generator of its own
_ROOT = {2: "sqrt", 3: "cbrt"}  # how roots with a name of their own are spelled in reports
_COUNTS = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6)  # powers of a generator that another may be


@dataclass(frozen=True, slots=True)
class Base:
    """A positive function: a factor's absolute value, or the exponential of a direction's step."""

    direction: int | None
    poly: fmpz_mpoly | None

    @property
    def key(self) -> str:
        return f"exp{self.direction}" if self.poly is None else str(self.poly)


def base_power(tower: Tower, base: Base, exponent: Fraction) -> Ratio:
    """A positive base to a rational exponent."""
    field = tower.field
    if base.poly is None:
        return _power_of_direction(tower, base.direction or 0, exponent)
    if exponent.denominator == 1:
        result = large_power(tower, base.poly, int(exponent))
        if exponent % 2 and not base.poly.is_constant() and tower.sign(base.poly) < 0:
            result = field.negate(result)
        return result
    return _fractional_power(tower, base, exponent)


def _power_of_direction(tower: Tower, number: int, exponent: Fraction) -> Ratio:
    direction = tower.exponents[number]
    field = tower.field
    if exponent.denominator == 1 and abs(exponent) <= _LARGEST_POWER:
        return field.power(field.generator(direction.generator), int(exponent))
    steps = lcm(direction.steps, exponent.denominator * direction.steps)
    if steps <= _MOST_STEPS and abs(exponent) * steps <= _LARGEST_POWER * direction.steps:
        tower.hints.exponents[number] = steps
        raise Refine
    return _fractional_power(tower, Base(number, None), exponent)


def large_power(tower: Tower, poly: fmpz_mpoly, exponent: int) -> Ratio:
    """A factor to an integer: expanded where it is small, else by a generator for one large power."""
    field = tower.field
    if field.expands(poly, abs(exponent)):
        return field.power(Ratio(poly, field.one_poly), exponent)
    known = tower.large.setdefault(str(poly), [])
    for times, index in known:
        for count in (1, -1, 2, -2, 3, -3):
            rest = exponent - count * times
            if abs(rest) <= _LARGEST_POWER and field.expands(poly, abs(rest)):
                near = field.power(Ratio(poly, field.one_poly), rest)
                return field.multiply(field.power(field.generator(index), count), near)
    size = abs(exponent)
    bounds = POSITIVE if size % 2 == 0 or tower.known_sign(poly) == 1 else ANY
    label = f"{_power_base(tower.text(Ratio(poly, field.one_poly)))}**{size}"
    index = tower.new(
        Generator(label, bounds, "power", base=poly, exponent=Fraction(size)), Ratio(poly, field.one_poly)
    )
    known.append((size, index))
    return field.power(field.generator(index), 1 if exponent > 0 else -1)


def _fractional_power(tower: Tower, base: Base, exponent: Fraction) -> Ratio:
    """By the base's roots where the denominator is small, else by a generator that is known up to integer shifts."""
    field = tower.field
    if base.poly is not None and exponent.denominator <= _MOST_ROOT:
        degree, index = _root(tower, base, exponent.denominator)
        if degree:
            whole, rest = divmod(int(exponent * degree), degree)
            part = field.power(field.generator(index), rest)
            return field.multiply(part, base_power(tower, base, Fraction(whole))) if whole else part
    known = tower.shifted.setdefault(base.key, [])
    for there, index in known:
        for count in _COUNTS:
            remainder = exponent - count * there
            if remainder.denominator == 1 and abs(remainder) <= _LARGEST_POWER:
                near = base_power(tower, base, remainder) if remainder else field.one
                return field.multiply(field.power(field.generator(index), count), near)
    label = f"{_text(tower, base)}**({exponent})"
    if base.poly is None:
        index = tower.new(Generator(label, POSITIVE, "opaque power", wild=True))
    else:
        index = tower.new(Generator(label, POSITIVE, "power", base=base.poly, exponent=exponent, wild=True))
    known.append((exponent, index))
    return field.generator(index)


def _root(tower: Tower, base: Base, degree: int) -> tuple[int, int]:
    """A generator for |base|**(1/n), n a multiple of the degree, and n; zeros where n would be too large.

    Each finer root is a root of the one before, so that every power has one normal form.
    """
    if base.poly is None:
        return 0, 0
    known = tower.roots.setdefault(base.key, [])
    finest, before = known[-1] if known else (1, -1)
    wanted = lcm(finest, degree)
    if wanted == finest:
        return known[-1]
    if wanted > _MOST_STEPS:
        return 0, 0
    if known:
        radicand = tower.field.generators[before]
    else:
        radicand = base.poly if base.poly.is_constant() or tower.sign(base.poly) > 0 else -base.poly
    text = tower.size_text(base.poly)
    label = f"{_ROOT[wanted]}({text})" if wanted in _ROOT else f"{_power_base(text)}**(1/{wanted})"
    source = Ratio(base.poly, tower.field.one_poly)
    finer = Generator(label, POSITIVE, "power", base=base.poly, exponent=Fraction(1, wanted))
    index = tower.new(finer, source)
    tower.field.adjoin_root(index, wanted // finest, radicand)
    known.append((wanted, index))
    return known[-1]


def _text(tower: Tower, base: Base) -> str:
    if base.poly is None:
        return tower.generators[tower.exponents[base.direction or 0].generator].label
    return _power_base(tower.size_text(base.poly))


def _power_base(text: str) -> str:
    return text if text.replace("_", "").isalnum() or text.startswith("Abs(") else f"({text})"
