"""Logarithms, exponentials and powers in the tower.

The absolute value of a function is a product of powers of *bases*: irreducible factors, primes, and the exponentials of
the tower's directions. ``log`` takes that product apart and ``exp`` puts it together again, so that
``exp(n*log(x))``, ``x**n``, ``x*x**(n - 1)`` and ``sqrt(x)**(2*n)`` meet.
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpz, fmpz_mpoly

from actc.calculus.normal_form.bases import Base, base_power, large_power
from actc.calculus.normal_form.field import Ratio, Undefined
from actc.calculus.normal_form.generators import Direction, Generator
from actc.calculus.normal_form.linear import combination
from actc.calculus.normal_form.ranges import ANY, POSITIVE
from actc.calculus.normal_form.tower import ClaimUndefined, Tower
from actc.calculus.work import GaveUp
from actc.model.domain import Domain

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
        label = f"log({tower.size_text(base.poly)})"
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
        if numerator < 0:
            tower.require_nonzero(value)
        return root(tower, value, Fraction(numerator, denominator))
    if field.is_zero(value):
        if _is_surely_positive(tower, exponent):
            return field.zero
        # Where it is 0 the power is 1, and where it is negative there is none: signs almost everywhere do not do.
        raise GaveUp
    tower.require_nonzero(value)
    size = exponential(tower, field.multiply(exponent, logarithm(tower, value)))
    if tower.sign_of(value) > 0:
        return size
    if tower.strict and not _is_integer(tower, exponent):
        raise ClaimUndefined
    return field.multiply(_alternating(tower, exponent), size)


def _is_surely_positive(tower: Tower, exponent: Ratio) -> bool:
    """Whether a linear form of symbols is positive by their domains, ends included."""
    if not exponent.den.is_constant():
        return False
    total, above = Fraction(0), False
    for powers, number in exponent.num.to_dict().items():
        inside = [i for i, power in enumerate(powers) if power]
        if not inside:
            total += Fraction(int(number))
            continue
        row = tower.generators[inside[0]]
        if len(inside) > 1 or powers[inside[0]] > 1 or row.kind != "symbol":
            return False
        domain = tower.domains.get(row.label, Domain())
        end = domain.low if number > 0 else domain.high
        if end is None:
            return False
        if domain.integer and not domain.contains(end):
            end += 1 if number > 0 else -1
        total += int(number) * end
        above = above or not domain.contains(end)
    return total > 0 or (total == 0 and above)


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
    if is_integer(tower, exponent):
        # Even terms do not matter, so that (-1)**(2*n + 1) is -1.
        odd = {powers: 1 for powers, c in exponent.num.to_dict().items() if c % 2}
        exponent = Ratio(field.context.from_dict(odd), field.one_poly)
        number = field.constant_value(exponent)
        if number is not None:
            return field.one if number[0] == 0 else field.negate(field.one)
    found = _whole(tower, exponent)
    if found is not None:
        index, shift = found
        return field.scale(field.generator(index), 1 if shift % 2 == 0 else -1)
    text = tower.text(exponent)
    index = tower.new(
        Generator(f"(-1)**{text if text.isalnum() else f'({text})'}", (Fraction(-1), Fraction(1)), "alternating"),
        exponent,
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
                part = large_power(tower, field.context.constant(number), side * exponent)
                result = field.multiply(result, part)
        if unit < 0 and exponent % 2:
            result = field.negate(result)
        for factor, times in factors:
            result = field.multiply(result, large_power(tower, factor, times * direction * exponent))
    return result
