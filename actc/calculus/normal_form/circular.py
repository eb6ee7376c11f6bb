"""Sine, cosine and tangent as rational functions of the tangents of half-angles, and their inverses."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from actc.calculus.normal_form.field import Ratio
from actc.calculus.normal_form.generators import Direction, Generator, Refine
from actc.calculus.normal_form.linear import combination
from actc.calculus.normal_form.powers import root
from actc.calculus.normal_form.ranges import ANY, Bounds
from actc.calculus.normal_form.tower import Tower

_MOST_STEPS = 24
_MOST_MULTIPLE = 12  # of a half-angle; a larger one is an angle of its own
PI_BOUNDS = (Fraction(314159, 100000), Fraction(314160, 100000))
_HALF_PI = Fraction(314160, 200000)

Unit = tuple[Ratio, Ratio]
"""Cosine and sine of an angle."""


def pi(tower: Tower) -> Ratio:
    """The half-turn."""
    return tower.constant("pi", *PI_BOUNDS)


def cosine(tower: Tower, angle: Ratio) -> Ratio:
    """cos of a normal form."""
    return unit(tower, angle)[0]


def sine(tower: Tower, angle: Ratio) -> Ratio:
    """sin of a normal form."""
    return unit(tower, angle)[1]


def tangent(tower: Tower, angle: Ratio) -> Ratio:
    """Raises Undefined where the cosine is identically zero."""
    c, s = unit(tower, angle)
    return tower.field.divide(s, c)


def unit(tower: Tower, angle: Ratio) -> Unit:
    """Cosine and sine, by the addition theorems from the directions that the angle is a combination of."""
    field = tower.field
    if field.is_zero(angle):
        return field.one, field.zero
    for i, direction in enumerate(tower.angles):
        if field.same(angle, direction.value):
            return _multiple_of_direction(tower, i, Fraction(1))
    inverses = [index for kind in ("atan", "asin") for _, index in tower.opaque.get(kind, [])]
    basis = [d.value for d in tower.angles] + [field.generator(i) for i in inverses] + [pi(tower)]
    found = combination(field, angle, basis)
    directions = len(tower.angles)  # a multiple of one may become a direction of its own
    if found is None or not _usable(found, directions):
        return _half_angle(tower, angle)
    result = field.one, field.zero
    for i, times in enumerate(found[:directions]):
        if times:
            result = _product(tower, result, _multiple_of_direction(tower, i, times))
    for index, times in zip(inverses, found[directions:-1], strict=True):
        if times:
            result = _product(tower, result, _repeated(tower, _of_inverse(tower, index), int(times)))
    return _product(tower, result, _multiple_of_pi(tower, found[-1]))


def _usable(found: list[Fraction], directions: int) -> bool:
    """Whether what belongs to inverse functions are integers and what belongs to pi has a known cosine."""
    return all(times.denominator == 1 and abs(times) <= 8 for times in found[directions:-1]) and (
        12 % found[-1].denominator == 0
    )


def _half_angle(tower: Tower, angle: Ratio) -> Unit:
    steps = tower.hints.angles.get(len(tower.angles), 1)
    label = f"tan({tower.text(tower.field.scale(angle, 1, 2 * steps))})"
    generator = tower.new(Generator(label, ANY, "tan", origin=len(tower.angles)), angle)
    tower.angles.append(Direction(angle, steps, generator))
    return _multiple_of_direction(tower, len(tower.angles) - 1, Fraction(1))


def _multiple_of_direction(tower: Tower, number: int, times: Fraction) -> Unit:
    direction = tower.angles[number]
    field = tower.field
    wanted = lcm(direction.steps, times.denominator)
    count = times * direction.steps
    if abs(times) * wanted > _MOST_MULTIPLE or wanted > _MOST_STEPS:
        return _half_angle(tower, field.scale(direction.value, times.numerator, times.denominator))
    if count.denominator != 1:
        tower.hints.angles[number] = wanted
        raise Refine
    t = field.generator(direction.generator)
    square = field.multiply(t, t)
    below = field.add(field.one, square)
    once = field.divide(field.subtract(field.one, square), below), field.divide(field.scale(t, 2), below)
    return _repeated(tower, once, int(count))


def _repeated(tower: Tower, once: Unit, count: int) -> Unit:
    field = tower.field
    if count < 0:
        once = once[0], field.negate(once[1])
    result = field.one, field.zero
    for _ in range(abs(count)):
        result = _product(tower, result, once)
    return result


def _product(tower: Tower, a: Unit, b: Unit) -> Unit:
    """Of two angles' units, the unit of their sum."""
    field = tower.field
    if field.is_zero(a[1]) and field.same(a[0], field.one):
        return b
    if field.is_zero(b[1]) and field.same(b[0], field.one):
        return a
    c = field.subtract(field.multiply(a[0], b[0]), field.multiply(a[1], b[1]))
    s = field.add(field.multiply(a[1], b[0]), field.multiply(a[0], b[1]))
    return c, s


def _of_inverse(tower: Tower, index: int) -> Unit:
    """The unit of atan(u) or asin(u)."""
    field = tower.field
    generator = tower.generators[index]
    (value,) = next(args for args, i in tower.opaque[generator.kind] if i == index)
    square = field.multiply(value, value)
    if generator.kind == "asin":
        return root(tower, field.subtract(field.one, square), Fraction(1, 2)), value
    c = root(tower, field.add(field.one, square), Fraction(-1, 2))
    return c, field.multiply(value, c)


def _multiple_of_pi(tower: Tower, times: Fraction) -> Unit:
    """A multiple of pi/12."""
    field = tower.field
    count = int(times * 12) % 24
    # 15 degrees: cos = (sqrt 6 + sqrt 2)/4, sin = (sqrt 6 - sqrt 2)/4; a right angle and a third of it are rational in
    # sqrt 3 alone, so take those first.
    result = field.one, field.zero
    whole, count = divmod(count, 6)
    result = _repeated(tower, (field.zero, field.one), whole)
    half = Fraction(1, 2)
    if count in (2, 4):
        far, near = field.scale(root(tower, field.integer(3), half), 1, 2), field.rational(1, 2)
        result = _product(tower, result, (far, near) if count == 2 else (near, far))
    elif count == 3:
        both = field.scale(root(tower, field.integer(2), half), 1, 2)
        result = _product(tower, result, (both, both))
    elif count in (1, 5):
        six, two = root(tower, field.integer(6), half), root(tower, field.integer(2), half)
        far, near = field.scale(field.add(six, two), 1, 4), field.scale(field.subtract(six, two), 1, 4)
        result = _product(tower, result, (far, near) if count == 1 else (near, far))
    return result


def arc_tangent(tower: Tower, value: Ratio) -> Ratio:
    """atan as an odd generator; atan(1/u) is a quarter turn less atan(u)."""
    field = tower.field
    if field.is_zero(value):
        return field.zero
    number = field.constant_value(value)
    if number in ((1, 1), (-1, 1)):
        return field.scale(pi(tower), number[0], 4)
    for (known,), index in tower.opaque.get("atan", []):
        product = field.constant_value(field.multiply(value, known))
        if product in ((1, 1), (-1, 1)):
            sign = tower.sign_of(value)
            quarter = field.scale(pi(tower), sign, 2)
            return field.subtract(quarter, field.scale(field.generator(index), product[0]))
    return odd(tower, "atan", value, (-_HALF_PI, _HALF_PI))


def arc_sine(tower: Tower, value: Ratio) -> Ratio:
    """asin as an odd generator; its argument is between -1 and 1."""
    field = tower.field
    tower.require_nonnegative(field.subtract(field.one, value))
    tower.require_nonnegative(field.add(field.one, value))
    if field.is_zero(value):
        return field.zero
    if field.constant_value(value) in ((1, 1), (-1, 1)):
        return field.scale(pi(tower), 1 if field.same(value, field.one) else -1, 2)
    return odd(tower, "asin", value, (-_HALF_PI, _HALF_PI))


def arc_cosine(tower: Tower, value: Ratio) -> Ratio:
    """A right angle less asin."""
    return tower.field.subtract(tower.field.scale(pi(tower), 1, 2), arc_sine(tower, value))


def arc_tangent_2(tower: Tower, y: Ratio, x: Ratio) -> Ratio:
    """The angle of (x, y), by the quadrant."""
    field = tower.field
    if tower.is_wild(y) or tower.is_wild(x):
        # It jumps where one of them is zero, and that may be a whole region.
        return opaque(tower, "atan2", (y, x))
    if field.is_zero(y):
        if field.is_zero(x):
            return field.zero
        return field.zero if tower.sign_of(x) > 0 else pi(tower)
    if not field.is_zero(x) and tower.known_sign_of(x) == 1:
        return arc_tangent(tower, field.divide(y, x))
    quarter = field.scale(pi(tower), tower.sign_of(y), 2)
    return field.subtract(quarter, arc_tangent(tower, field.divide(x, y)))


def odd(tower: Tower, kind: str, value: Ratio, bounds: Bounds) -> Ratio:
    """An opaque odd function: the same generator for u and, with a minus, for -u."""
    field = tower.field
    entries = tower.opaque.setdefault(kind, [])
    for (known,), index in entries:
        if field.same(value, known):
            return field.generator(index)
        if field.is_zero(field.add(value, known)):
            return field.negate(field.generator(index))
    sign = tower.known_sign_of(value)
    if sign is not None:
        low, high = bounds
        bounds = (Fraction(0), high) if sign > 0 else (low, Fraction(0))
    index = tower.new(Generator(f"{kind}({tower.text(value)})", bounds, kind), value)
    entries.append(((value,), index))
    return field.generator(index)


def opaque(tower: Tower, kind: str, args: tuple[Ratio, ...], bounds: Bounds = ANY, integer: bool = False) -> Ratio:
    """A function of which nothing is known but that equal arguments give equal values."""
    field = tower.field
    entries = tower.opaque.setdefault(kind, [])
    for known, index in entries:
        if all(field.same(a, b) for a, b in zip(args, known, strict=True)):
            return field.generator(index)
    label = f"{kind}({', '.join(tower.text(a) for a in args)})"
    index = tower.new(Generator(label, bounds, kind, integer=integer), *args)
    entries.append((args, index))
    return field.generator(index)
