"""What every operation of the table is on exact rationals and on balls.

Rationals stay rational as long as the result is one, so that ties at kinks are decided exactly; everything else is a
ball of ``python-flint`` (arb) at the precision of the context. Each operation comes in two forms: *narrow* for points,
where a ball that straddles a branch is ``UNKNOWN``, and *wide* for intervals, where it is the hull of the branches.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from flint import arb, fmpq, fmpz


class Marker(Enum):
    """A value that is no number."""

    UNDEFINED = "undefined"  # certainly not a real number: a pole, log(-1), no branch of a Piecewise holds
    UNKNOWN = "unknown"  # the ball straddles a boundary or a branch, or overflowed


UNDEFINED = Marker.UNDEFINED
UNKNOWN = Marker.UNKNOWN

Scalar = fmpq | arb
Cell = fmpq | arb | Marker
Truth = bool | Marker
Unary = Callable[[Scalar], Cell]
Binary = Callable[[Scalar, Scalar], Cell]

MOST_EXACT = 8192  # bits of a numerator or denominator that is kept exact

ZERO = fmpq(0)
ONE = fmpq(1)
HALF = fmpq(1, 2)
_ORDERS = {"lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1), "eq": (0,), "ne": (-1, 1)}
_POWER_OF_ROOT = 64  # the greatest q for which a p/q-th power is tried exactly


def ball(a: Scalar) -> arb:
    """The number as a ball at the context's precision."""
    return a if isinstance(a, arb) else arb(a)


def is_integer(a: Scalar) -> bool:
    """Whether it is known to be an integer."""
    return isinstance(a, fmpq) and a.q == 1


def sign(a: Scalar) -> int | None:
    """-1, 0 or 1; None where the ball does not tell."""
    if isinstance(a, fmpq):
        return (a > 0) - (a < 0)
    return 1 if a > 0 else -1 if a < 0 else None


def compare(op: str, a: Scalar, b: Scalar) -> Truth:
    """A comparison by the table's name."""
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        order = (a > b) - (a < b)
    elif a < b:
        order = -1
    elif a > b:
        order = 1
    elif op in ("lt", "ge") and a >= b:
        return op == "ge"
    elif op in ("gt", "le") and a <= b:
        return op == "le"
    else:
        return UNKNOWN
    return order in _ORDERS[op]


def divide(a: Scalar, b: Scalar) -> Cell:
    """a / b"""
    if isinstance(b, fmpq):
        return UNDEFINED if b == 0 else a / b
    if b.contains(0):
        return UNKNOWN
    return ZERO if isinstance(a, fmpq) and a == 0 else a / b


def multiply(a: Scalar, b: Scalar) -> Cell:
    """a * b; an exact zero stays one."""
    # flint itself makes an exact 0 times a ball a ball; two rationals need no look.
    if isinstance(a, fmpq):
        return a * b if a or isinstance(b, fmpq) else ZERO
    return ZERO if isinstance(b, fmpq) and not b else a * b


def absolute(a: Scalar) -> Cell:
    """|a|"""
    return a if a >= 0 else -a if a <= 0 else ball(a).__abs__()


def largest(a: Scalar, b: Scalar) -> Cell:
    """The greater; exact where it is known which."""
    if a >= b:
        return a
    return b if b >= a else ball(a).max(ball(b))


def smallest(a: Scalar, b: Scalar) -> Cell:
    """The lesser; exact where it is known which."""
    if a <= b:
        return a
    return b if b <= a else ball(a).min(ball(b))


def floor(a: Scalar) -> Cell:
    """The greatest integer that is not greater."""
    if isinstance(a, fmpq):
        return fmpq(a.floor())
    if not abs(a) < arb(1) * 2**MOST_EXACT:
        return a.floor()  # as a ball: the integer itself would not fit
    whole = a.floor().unique_fmpz()
    return UNKNOWN if whole is None else fmpq(whole)


def floor_wide(a: Scalar) -> Cell:
    """The hull of the floors."""
    return ball(a).floor()


def ceiling(a: Scalar) -> Cell:
    """The least integer that is not less."""
    below = floor(-a)
    return below if isinstance(below, Marker) else -below


def ceiling_wide(a: Scalar) -> Cell:
    """The hull of the ceilings."""
    return ball(a).ceil()


def nearest(a: Scalar) -> Cell:
    """The nearest integer, half to even."""
    whole = floor(a + HALF)
    if isinstance(a, fmpq) and isinstance(whole, fmpq) and whole - a == HALF and whole.p % 2 == 1:
        return whole - 1
    return whole


def nearest_wide(a: Scalar) -> Cell:
    """The hull of the nearest integers; the lower neighbour of a tie is one more candidate."""
    if isinstance(a, fmpq):
        return nearest(a)
    return (a - HALF).ceil().union((a + HALF).floor())


def modulo(a: Scalar, b: Scalar) -> Cell:
    """a % b with the sign of b, as in Python."""
    quotient = divide(a, b)
    whole = quotient if isinstance(quotient, Marker) else floor(quotient)
    return whole if isinstance(whole, Marker) else a - b * whole


def modulo_wide(a: Scalar, b: Scalar) -> Cell:
    """a % b; all that lies between 0 and b where the quotient crosses an integer."""
    result = modulo(a, b)
    return ball(b).union(arb(0)) if result is UNKNOWN and sign(b) is not None else result


def signum(a: Scalar) -> Cell:
    """-1, 0 or 1."""
    known = sign(a)
    return UNKNOWN if known is None else fmpq(known)


def signum_wide(a: Scalar) -> Cell:
    """-1, 0, 1 or the interval between them."""
    known = sign(a)
    return arb(0, 1) if known is None else fmpq(known)


def square_root(a: Scalar) -> Cell:
    """sqrt; exact for the square of a rational."""
    if isinstance(a, fmpq):
        if a < 0:
            return UNDEFINED
        if a.p.is_square() and a.q.is_square():
            return fmpq(a.p.isqrt(), a.q.isqrt())
        return arb(a).sqrt()
    if a >= 0:
        return a.sqrt()
    return UNDEFINED if a < 0 else UNKNOWN


def cube_root(a: Scalar) -> Cell:
    """The real cube root; exact for the cube of a rational."""
    if isinstance(a, fmpq):
        root = _exact_root(abs(a), 3)
        if root is not None:
            return root if a >= 0 else -root
        a = arb(a)
    if a > 0:
        return a.root(3)
    if a < 0:
        return -((-a).root(3))
    low, high = a.lower(), a.upper()
    return (-((-low).nonnegative_part().root(3))).union(high.nonnegative_part().root(3))


def _exact_root(a: fmpq, degree: int) -> fmpq | None:
    """The rational root of a nonnegative rational, if there is one."""
    top, bottom = a.p.root(degree), a.q.root(degree)
    return fmpq(top, bottom) if top**degree == a.p and bottom**degree == a.q else None


def power(a: Scalar, b: Scalar) -> Cell:
    """a ** b over the reals: 0**0 is 1, a negative base needs an integer exponent."""
    if isinstance(b, fmpq):
        if b.q == 1:
            return _integer_power(a, b.p)
        return _rational_power(a, b)
    if isinstance(a, fmpq):
        if a == 1:
            return ONE
        if a == 0:
            return ZERO if b > 0 else UNDEFINED if b < 0 else UNKNOWN
    if a > 0:
        return (b * ball(a).log()).exp()
    # An exponent that is only known as a ball may be an integer.
    return UNDEFINED if a < 0 and not b.contains_integer() else UNKNOWN


def _integer_power(a: Scalar, n: fmpz) -> Cell:
    if n == 0:
        return ONE
    if isinstance(a, fmpq):
        if a == 0:
            return ZERO if n > 0 else UNDEFINED
        if abs(a) == 1:
            return a if n % 2 == 1 else ONE
        if a.height_bits() * abs(n) <= MOST_EXACT:
            return a ** int(n)
        a = arb(a)
    if not a.contains(0):
        return a**n
    if n < 0:
        return UNKNOWN
    # flint's power is nan where the middle is 0.
    most = a.abs_upper() ** n
    return arb(0, most) if n % 2 else span(arb(0), most.upper())


def _rational_power(a: Scalar, b: fmpq) -> Cell:
    if isinstance(a, fmpq):
        if a < 0:
            return UNDEFINED
        if a == 0:
            return ZERO if b > 0 else UNDEFINED
        root = _exact_root(a, int(b.q)) if b.q <= _POWER_OF_ROOT else None
        return arb(a) ** b if root is None else _integer_power(root, b.p)
    if a > 0:
        return a**b
    return UNDEFINED if a < 0 else UNKNOWN


def power_wide(a: Scalar, b: Scalar) -> Cell:
    """a ** b over an interval, tight where the exponent is exact."""
    if isinstance(a, fmpq) or not isinstance(b, fmpq):
        return power(a, b)
    if b.q != 1 or (b.p % 2 == 1 and (b > 0 or not a.contains(0))):
        return hull(power(_edge(a.lower(), b), b), power(a.upper(), b))
    if b > 0 or not a.contains(0):
        return hull(power(a.abs_lower(), b), power(a.abs_upper(), b))
    return UNKNOWN


def _edge(low: arb, b: fmpq) -> Scalar:
    # 0 as a ball has no fractional power, 0 as a rational has.
    return ZERO if low.is_zero() and b > 0 else low


def hull(a: Cell, b: Cell) -> Cell:
    """The least ball with both in it; UNKNOWN where only one is a number."""
    if isinstance(a, Marker) or isinstance(b, Marker):
        return a if a is b else UNKNOWN
    a, b = ball(a), ball(b)
    return span(a.lower().min(b.lower()), a.upper().max(b.upper()))


def span(low: arb, high: arb) -> arb:
    """The interval between two exact ends; the radius has few bits, so only the end nearer 0 is kept exactly."""
    around = arb(0, (high - low) / 2)
    return around + (low + around.rad() if abs(low) <= abs(high) else high - around.rad())


def arc_tangent_2(y: Scalar, x: Scalar) -> Cell:
    """atan2, 0 at the origin."""
    if isinstance(y, fmpq) and y == 0:
        across = sign(x)
        return UNKNOWN if across is None else ZERO if across >= 0 else arb.pi()
    if sign(x) == 1 or sign(y) is not None:
        return arb.atan2(ball(y), ball(x))
    return UNKNOWN


def arc_tangent_2_wide(y: Scalar, x: Scalar) -> Cell:
    """atan2; the whole circle where the box touches the cut."""
    result = arc_tangent_2(y, x)
    return arb.pi().union(-arb.pi()) if result is UNKNOWN else result
