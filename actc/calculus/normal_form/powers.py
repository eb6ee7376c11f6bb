"""Logarithms, exponentials and powers in the tower.

The absolute value of a function is a product of powers of *bases*: irreducible factors, primes, and the exponentials of
the tower's directions. ``log`` takes that product apart and ``exp`` puts it together again, so that
``exp(n*log(x))``, ``x**n``, ``x*x**(n - 1)`` and ``sqrt(x)**(2*n)`` meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from flint import fmpz, fmpz_mpoly

from actc.calculus.normal_form.facts import Contradiction
from actc.calculus.normal_form.field import Ratio, Undefined
from actc.calculus.normal_form.linear import combination
from actc.calculus.normal_form.tower import ANY, POSITIVE, ClaimUndefined, Direction, Generator, Refine, Tower

_MOST_STEPS = 60  # parts into which the exponential of a direction is divided
_MOST_ROOT = 12  # degree of a root with a relation; powers of higher degree are related by integer shifts alone
_LARGEST_POWER = 64  # of an exponential, before it becomes a generator of its own
_COUNTS = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6)  # powers of a generator that another may be


@dataclass(frozen=True, slots=True)
class Base:
    """A positive function: a factor's absolute value, or the exponential of a direction's step."""

    direction: int | None
    poly: fmpz_mpoly | None

    @property
    def key(self) -> str:
        return f"exp{self.direction}" if self.poly is None else str(self.poly)


Product = dict[str, tuple[Base, Fraction]]
"""Bases with their exponents."""


def absolute(tower: Tower, value: Ratio) -> Product:
    """|value| as a product. Raises Undefined for zero."""
    if tower.field.is_zero(value):
        raise Undefined
    product: Product = {}
    _collect(tower, value.num, Fraction(1), product)
    _collect(tower, value.den, Fraction(-1), product)
    return {key: entry for key, entry in product.items() if entry[1]}


def _collect(tower: Tower, poly: fmpz_mpoly, exponent: Fraction, product: Product) -> None:
    unit, factors = tower.factor(poly)
    for number, direction in ((unit.numerator, 1), (unit.denominator, -1)):
        for prime, times in _primes(abs(number)):
            _include(product, Base(None, tower.field.context.constant(prime)), exponent * times * direction)
    for part, times in factors:
        index = tower.single(part)
        generator = None if index is None else tower.generators[index]
        if generator is not None and generator.kind == "exp":
            _include(product, Base(generator.origin, None), exponent * times)
        elif generator is not None and generator.kind == "power" and generator.base is not None:
            _include(product, Base(None, generator.base), exponent * times * generator.exponent)
        elif generator is None or generator.kind != "alternating":
            _collect_factor(tower, part, exponent * times, product)


def _collect_factor(tower: Tower, part: fmpz_mpoly, exponent: Fraction, product: Product) -> None:
    """A factor A - B*r with a square root r is its norm over A + B*r: of the two, one is the base."""
    # What vanishes without its form being zero has no logarithm, and its conjugate none either.
    tame = tower.field.affordable(part) and not tower.is_wild(Ratio(part, tower.field.one_poly))
    conjugate = tower.field.conjugate(part) if tame else None
    if conjugate is not None:
        other, norm, factor, _ = conjugate
        if factor.leading_coefficient() < 0 and not norm.is_zero() and tower.field.affordable(norm):
            if other.leading_coefficient() < 0:
                other = -other
            _include(product, Base(None, other), -exponent)
            _collect(tower, norm, exponent, product)
            return
    _include(product, Base(None, part), exponent)


def _include(product: Product, base: Base, exponent: Fraction) -> None:
    _, before = product.get(base.key, (base, Fraction(0)))
    product[base.key] = (base, before + exponent)


def _primes(value: int) -> list[tuple[int, int]]:
    if value <= 1:
        return []
    if value.bit_length() > 64:
        return [(value, 1)]
    return [(int(prime), int(times)) for prime, times in fmpz(value).factor()]


def logarithm(tower: Tower, value: Ratio) -> Ratio:
    """log|value|. Raises Undefined for zero."""
    total = tower.field.zero
    for base, exponent in absolute(tower, value).values():
        part = _log_of_base(tower, base)
        total = tower.field.add(total, tower.field.scale(part, exponent.numerator, exponent.denominator))
    return total


def _log_of_base(tower: Tower, base: Base) -> Ratio:
    if base.poly is None:
        direction = tower.exponents[base.direction or 0]
        return tower.field.scale(direction.value, 1, direction.steps)
    index = tower.logs.get(base.key)
    if index is None:
        bounds = ANY
        if base.poly.is_constant():
            bounds = (Fraction(0), None)
        label = f"log({tower.text(Ratio(base.poly, tower.field.one_poly))})"
        index = tower.new(Generator(label, bounds, "log", base=base.poly), Ratio(base.poly, tower.field.one_poly))
        tower.logs[base.key] = index
    return tower.field.generator(index)


def exponential(tower: Tower, exponent: Ratio) -> Ratio:
    """exp of a normal form."""
    field = tower.field
    if field.is_zero(exponent):
        return field.one
    logs = list(tower.logs.values())
    basis = [field.generator(i) for i in logs] + [d.value for d in tower.exponents]
    found = combination(field, exponent, basis)
    if found is None:
        steps = tower.hints.exponents.get(len(tower.exponents), 1)
        label = f"exp({tower.text(field.scale(exponent, 1, steps))})"
        generator = tower.new(Generator(label, POSITIVE, "exp", origin=len(tower.exponents)), exponent)
        tower.exponents.append(Direction(exponent, steps, generator))
        found = [Fraction(0)] * len(basis) + [Fraction(1)]
    result = field.one
    for index, times in zip(logs, found, strict=False):
        if times:
            result = field.multiply(result, base_power(tower, Base(None, tower.generators[index].base), times))
    for i, times in enumerate(found[len(logs) :]):
        if times:
            result = field.multiply(result, base_power(tower, Base(i, None), times * tower.exponents[i].steps))
    return result


def root(tower: Tower, value: Ratio, exponent: Fraction) -> Ratio:
    """|value| to a rational exponent; 0 for zero. Raises Undefined for zero to a negative one."""
    if tower.field.is_zero(value):
        if exponent < 0:
            raise Undefined
        return tower.field.zero
    result = tower.field.one
    for base, times in absolute(tower, value).values():
        result = tower.field.multiply(result, base_power(tower, base, times * exponent))
    return result


def power(tower: Tower, value: Ratio, exponent: Ratio) -> Ratio:
    """value**exponent, with 0**0 = 1, as far as it is real."""
    field = tower.field
    number = field.constant_value(exponent)
    if number is not None:
        numerator, denominator = number
        if denominator == 1:
            return integer_power(tower, value, numerator)
        tower.require_nonnegative(value)
        return root(tower, value, Fraction(numerator, denominator))
    if field.is_zero(value):
        if tower.sign_of(exponent) > 0:
            return field.zero
        # No power of zero is real with a negative exponent.
        raise ClaimUndefined if tower.strict else Contradiction
    size = exponential(tower, field.multiply(exponent, logarithm(tower, value)))
    if tower.sign_of(value) > 0:
        return size
    if tower.strict and not _is_integer(tower, exponent):
        raise ClaimUndefined
    return field.multiply(_alternating(tower, exponent), size)


def _is_integer(tower: Tower, value: Ratio) -> bool:
    """Whether it takes integer values only, or must where the function is real."""
    return is_integer(tower, value) or _whole(tower, value) is not None


def is_integer(tower: Tower, value: Ratio) -> bool:
    """Whether it is a polynomial with integer coefficients in what takes integer values only."""
    if not value.den.is_one():
        return False
    return all(tower.generators[i].integer for i, degree in enumerate(value.num.degrees()) if degree > 0)


def _whole(tower: Tower, exponent: Ratio) -> tuple[int, int] | None:
    """A generator (-1)**n and an integer k where the exponent is n + k."""
    for (known,), index in tower.opaque.get("alternating", []):
        shift = tower.field.constant_value(tower.field.subtract(exponent, known))
        if shift is not None and shift[1] == 1:
            return index, shift[0]
    return None


def _alternating(tower: Tower, exponent: Ratio) -> Ratio:
    """(-1)**exponent for an exponent that must be an integer, since the power of a negative number is real."""
    field = tower.field
    found = _whole(tower, exponent)
    if found is not None:
        index, shift = found
        return field.scale(field.generator(index), 1 if shift % 2 == 0 else -1)
    index = tower.new(
        Generator(f"(-1)**({tower.text(exponent)})", (Fraction(-1), Fraction(1)), "alternating"), exponent
    )
    field.adjoin_root(index, 2, field.one_poly, splits=True)
    tower.opaque.setdefault("alternating", []).append(((exponent,), index))
    return field.generator(index)


def integer_power(tower: Tower, value: Ratio, exponent: int) -> Ratio:
    """value to an integer; a power too large to expand becomes a generator that knows its neighbours."""
    field = tower.field
    if exponent == 0:
        return field.one
    if field.is_zero(value):
        if exponent < 0:
            raise Undefined
        return field.zero
    if exponent < 0:
        tower.require_nonzero(value)
    if field.expands(value.num, abs(exponent)) and field.expands(value.den, abs(exponent)):
        return field.power(value, exponent)
    result = field.one
    for poly, direction in ((value.num, 1), (value.den, -1)):
        unit, factors = tower.factor(poly)
        for number, side in ((abs(unit.numerator), direction), (unit.denominator, -direction)):
            if number != 1:
                part = _large_power(tower, field.context.constant(number), side * exponent)
                result = field.multiply(result, part)
        if unit < 0 and exponent % 2:
            result = field.negate(result)
        for factor, times in factors:
            result = field.multiply(result, _large_power(tower, factor, times * direction * exponent))
    return result


def _large_power(tower: Tower, poly: fmpz_mpoly, exponent: int) -> Ratio:
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
    label = f"({tower.text(Ratio(poly, field.one_poly))})**{size}"
    index = tower.new(
        Generator(label, bounds, "power", base=poly, exponent=Fraction(size)), Ratio(poly, field.one_poly)
    )
    known.append((size, index))
    return field.power(field.generator(index), 1 if exponent > 0 else -1)


def base_power(tower: Tower, base: Base, exponent: Fraction) -> Ratio:
    """A positive base to a rational exponent."""
    field = tower.field
    if base.poly is None:
        return _power_of_direction(tower, base.direction or 0, exponent)
    if exponent.denominator == 1:
        result = _large_power(tower, base.poly, int(exponent))
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
    label = f"{_text(tower, base)}**(1/{wanted})"
    source = Ratio(base.poly, tower.field.one_poly)
    finer = Generator(label, POSITIVE, "power", base=base.poly, exponent=Fraction(1, wanted))
    index = tower.new(finer, source)
    tower.field.adjoin_root(index, wanted // finest, radicand)
    known.append((wanted, index))
    return known[-1]


def _text(tower: Tower, base: Base) -> str:
    if base.poly is None:
        return tower.generators[tower.exponents[base.direction or 0].generator].label
    text = tower.text(Ratio(base.poly, tower.field.one_poly))
    return text if len(base.poly) == 1 and "*" not in text else f"({text})"
