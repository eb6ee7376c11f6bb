"""Functions that stay generators of their own: the error function, the gamma family and rounding."""

from __future__ import annotations

from fractions import Fraction

from actc.calculus.normal_form.circular import odd, opaque
from actc.calculus.normal_form.field import Ratio, Undefined
from actc.calculus.normal_form.generators import Generator
from actc.calculus.normal_form.powers import is_integer, logarithm, root
from actc.calculus.normal_form.ranges import ANY, Bounds
from actc.calculus.normal_form.tower import ClaimUndefined, Tower

_MOST_SHIFT = 12  # integer steps over which gamma functions are related
_UNIT: Bounds = (Fraction(-1), Fraction(1))


def error_function(tower: Tower, value: Ratio) -> Ratio:
    """erf, odd."""
    return tower.field.zero if tower.field.is_zero(value) else odd(tower, "erf", value, _UNIT)


def normal_cdf(tower: Tower, value: Ratio) -> Ratio:
    """(1 + erf(u/sqrt(2)))/2"""
    field = tower.field
    inner = field.multiply(value, root(tower, field.integer(2), Fraction(-1, 2)))
    return field.scale(field.add(field.one, error_function(tower, inner)), 1, 2)


def gamma(tower: Tower, value: Ratio) -> Ratio:
    """The gamma function, from a generator that is there already where the arguments differ by an integer."""
    field = tower.field
    index, shift, known = _shifted(tower, "gamma", (value,))
    result = field.generator(index)
    for step in range(abs(shift)):
        # Up: gamma(k + n) = k*(k + 1)*...*gamma(k); down: gamma(k - n) = gamma(k)/((k - 1)*(k - 2)*...).
        factor = field.add(known, field.integer(step if shift > 0 else -1 - step))
        result = field.multiply(result, factor) if shift > 0 else field.divide(result, factor)
    return result


def log_gamma(tower: Tower, value: Ratio) -> Ratio:
    """log|gamma(u)|"""
    return logarithm(tower, gamma(tower, value))


def polygamma(tower: Tower, order: Ratio, value: Ratio) -> Ratio:
    """The derivatives of log|gamma|; order 0 is digamma. Each step adds (-1)**n * n! / u**(n + 1)."""
    field = tower.field
    number = field.constant_value(order)
    if number is None or number[1] != 1 or not 0 <= number[0] <= _MOST_SHIFT:
        return opaque(tower, "polygamma", (order, value))
    n = number[0]
    index, shift, known = _shifted(tower, f"polygamma{n}", (value,))
    result = field.generator(index)
    unit = 1
    for k in range(1, n + 1):
        unit *= -k
    for step in range(abs(shift)):
        place = field.add(known, field.integer(step if shift > 0 else -1 - step))
        term = field.scale(field.power(place, -(n + 1)), unit)
        result = field.add(result, term) if shift > 0 else field.subtract(result, term)
    return result


def _shifted(tower: Tower, kind: str, args: tuple[Ratio]) -> tuple[int, int, Ratio]:
    """A generator for the function of an argument that differs by an integer, that integer, and that argument."""
    field = tower.field
    entries = tower.opaque.setdefault(kind, [])
    number = field.constant_value(args[0])
    if number is not None and number[1] == 1 and number[0] <= 0:
        raise Undefined  # a pole
    for (known,), index in entries:
        shift = field.constant_value(field.subtract(args[0], known))
        if shift is not None and shift[1] == 1 and abs(shift[0]) <= _MOST_SHIFT:
            return index, shift[0], known
    if tower.strict and tower.is_wild(args[0]):
        raise ClaimUndefined  # it may keep to a pole on a whole region
    name = "digamma" if kind == "polygamma0" else kind
    index = tower.new(Generator(f"{name}({tower.text(args[0])})", ANY, kind), *args)
    entries.append((args, index))
    return index, 0, args[0]


def floor(tower: Tower, value: Ratio, generic: bool = False) -> Ratio:
    """floor of what may be an integer; integers are taken out of it. ``generic`` says that its argument moves."""
    field = tower.field
    number = field.constant_value(value)
    if number is not None:
        return field.integer(number[0] // number[1])
    if is_integer(tower, value):
        return value
    whole = _whole_part(tower, value)
    rest = field.subtract(value, whole)
    if generic and rest.num.leading_coefficient() < 0:
        # Of a number and its negative, neither of them an integer, one spelling is enough.
        above = field.add(floor(tower, field.negate(rest), generic), field.one)
        return field.subtract(whole, above)
    return field.add(whole, opaque(tower, "floor", (rest,), integer=True))


def _whole_part(tower: Tower, value: Ratio) -> Ratio:
    """The part of a polynomial that takes integer values only."""
    field = tower.field
    if not value.den.is_constant():
        return field.zero
    below = value.den.leading_coefficient()
    terms: dict[tuple[int, ...], int] = {}
    for powers, coefficient in value.num.to_dict().items():
        if all(tower.generators[i].integer for i, power in enumerate(powers) if power):
            terms[powers] = int(coefficient) // int(below)
    return Ratio(field.context.from_dict(terms), field.one_poly)


def ceiling(tower: Tower, value: Ratio, generic: bool) -> Ratio:
    """Where the argument moves, it is almost nowhere an integer, and ceiling is floor + 1."""
    field = tower.field
    if generic:
        return field.add(floor(tower, value, generic), field.one)
    return field.negate(floor(tower, field.negate(value)))


def nearest(tower: Tower, value: Ratio, generic: bool) -> Ratio:
    """round, ties to even: where the argument moves, floor(u + 1/2)."""
    field = tower.field
    if generic:
        return floor(tower, field.add(value, field.rational(1, 2)), generic)
    number = field.constant_value(value)
    if number is not None:
        return field.integer(round(Fraction(*number)))
    if is_integer(tower, value):
        return value
    return opaque(tower, "round", (value,), integer=True)
