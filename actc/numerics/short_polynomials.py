"""Short polynomials with a certain bound on their error, around 0 or any other number.

A Taylor model (``taylor``) gives the coefficients and bounds what is left out; the polynomial is then made shorter by
Chebyshev's polynomials within the same bound (Lanczos' economisation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from actc.calculus.balls import rational
from actc.calculus.tape import precision
from actc.model.algebra import add, multiply, power, subtract
from actc.model.expr import ZERO, Expr, apply, number, symbol
from actc.numerics.formats import FLOAT32
from actc.numerics.taylor import BITS, Model, NoModelError, model

SMALL = symbol("·u")
"""What the polynomials around 0 are in; no author can write it."""

OFFSET = symbol("·v")
"""What the others are in: the same less the disc's float."""

_ORDERS = (24, 40, 64, 96)
_MOST_TERMS = 36
_CELLS = 24
_EXACT = Fraction(1, 2**57)  # of the value: what truncation may change
_HELD = 8  # beyond any bound


@dataclass(frozen=True, slots=True)
class Disc:
    """Numbers within a bound of a centre, a ball; without one they are small.

    Distances are taken from the float32 next to the centre, which makes them exact nearby.
    """

    bound: Fraction
    centre: arb | None = None

    @property
    def float(self) -> Fraction:
        return Fraction(0) if self.centre is None else FLOAT32.exact(rational(self.centre.mid())) or Fraction(0)

    @property
    def rest(self) -> Fraction:
        """The centre less its float, to as many digits as matter."""
        return Fraction(0) if self.centre is None else rational(self.centre.mid()) - self.float

    @property
    def around_centre(self) -> Fraction:
        """The bound, taken from the centre itself."""
        return self.bound if self.centre is None else self.bound + max(abs(self.float), Fraction(1)) / 2**20


def short_near(kernel: Expr, disc: Disc, *, roots: bool = False) -> Expr | None:
    """A function of one quantity as a power of it times a polynomial, good to more than float64's precision.

    The kernel is in ``SMALL``, and so is the result around 0; around another number it is in ``OFFSET``. With ``roots``
    it may vanish elsewhere in the disc, if its slope there times the quantity is no less exact than that.
    """
    found = _found(kernel, disc, roots=roots)
    if found is None:
        return None
    start, terms, even = found
    return _written(start, (terms, even)) if disc.centre is None else _moved(start, terms, even, disc)


def factored_near(kernel: Expr, bound: Fraction) -> tuple[int, Expr] | None:
    """The power and the polynomial, in ``SMALL``, of a function that is their product near 0."""
    found = _found(kernel, Disc(bound), roots=False)
    if found is None:
        return None
    start, terms, even = found
    return start, _written(0, (terms, even))


def _found(kernel: Expr, disc: Disc, *, roots: bool) -> tuple[int, list[Fraction], bool] | None:
    centre = Fraction(0) if disc.centre is None else disc.centre
    for order in _ORDERS:
        try:
            found = model(kernel, SMALL.name, centre, disc.around_centre, order)
        except NoModelError:
            return None
        terms = _shortened(found, disc.around_centre, roots=roots)
        if terms is not None:
            return found.valuation, *terms
    return None


def _moved(start: int, terms: list[Fraction], even: bool, disc: Disc) -> Expr:
    """The same in terms of the distance from the disc's float, in which a simple zero is a tiny constant.

    A zero of higher order stays a factor. TensorFlow's optimisers would join the two parts of its place in
    (x - a) - b; they leave Min(x - a, 8) - b alone.
    """
    offset = -disc.rest
    full = [c for t in terms for c in ((t, Fraction(0)) if even else (t,))]
    if start == 1:
        full = [Fraction(0), *full]
    moved = full
    for k in range(len(full)):
        for j in range(len(moved) - 2, k - 1, -1):
            moved[j] += offset * moved[j + 1]
    total = horner(OFFSET, moved)
    if start < 2:
        return total
    held = subtract(apply("min", OFFSET, number(_HELD)), number(disc.rest)) if disc.rest else OFFSET
    return multiply(power(held, number(start)), total)


def _shortened(found: Model, bound: Fraction, *, roots: bool) -> tuple[list[Fraction], bool] | None:
    """The coefficients after the zeros, and whether they are those of the square; None where they are too few."""
    start = found.valuation
    if start >= found.order - 2:
        return None
    with precision(BITS):
        terms = [rational(c) if not (c.contains(0) and abs(c) < arb(2) ** -160) else Fraction(0)
                 for c in found.terms[start:]]  # fmt: skip
        rest = rational(found.rest.abs_upper()) * bound ** (found.order - start)
    even = not any(terms[1::2])
    reach = bound * bound if even else bound
    terms = terms[::2] if even else terms
    least = _least(terms, reach, even, start if roots else None)
    allowed = least * _EXACT
    if rest > allowed / 2:
        return None
    left = allowed / 2
    while len(terms) > 1:
        size = abs(terms[-1]) * reach ** (len(terms) - 1) / 2 ** ((2 * len(terms) - 3) if even else len(terms) - 2)
        if size > left:
            break
        left -= size
        terms = _lowered(terms, reach, even)
    return (terms, even) if len(terms) <= _MOST_TERMS else None


def _least(terms: list[Fraction], reach: Fraction, even: bool, start: int | None) -> Fraction:
    """A lower bound of the polynomial's size; 0 where it may vanish.

    With ``start``, the exponent of the power that it is multiplied with, of the greater of that and u*f'(u)/u**start.
    """
    with precision(128):
        balls = [arb(c.numerator) / c.denominator for c in terms]
        low = arb(0) if even else -arb(reach.numerator) / reach.denominator
        width = (arb(reach.numerator) / reach.denominator - low) / _CELLS
        least = None
        for k in range(_CELLS):
            middle, half = low + width * (k + arb(1) / 2), width / 2
            place = middle + arb(0, half.abs_upper())
            total = arb(0)
            for c in reversed(balls):
                total = total * place + c
            size = total.abs_lower()
            if start is not None:
                slope = arb(0)
                for k, c in reversed(list(enumerate(balls))):
                    slope = slope * place + c * (start + (2 * k if even else k))
                size = max(size, slope.abs_lower())
            least = size if least is None or size < least else least
        return rational(least) if least is not None else Fraction(0)


def shortened_on(terms: list[Fraction], reach: Fraction, allowed: Fraction) -> list[Fraction]:
    """A shorter polynomial that differs from the one given by no more than that between 0 and ``reach``."""
    left = allowed
    while len(terms) > 1:
        size = abs(terms[-1]) * reach ** (len(terms) - 1) / 2 ** (2 * len(terms) - 3)
        if size > left:
            break
        left -= size
        terms = _lowered(terms, reach, even=True)
    return terms


def _lowered(terms: list[Fraction], reach: Fraction, even: bool) -> list[Fraction]:
    """The polynomial less a multiple of Chebyshev's, so that its last term is gone."""
    degree = len(terms) - 1
    shape = _chebyshev(degree, even)
    scale = terms[-1] / (shape[-1] / reach**degree)
    return _rounded([t - scale * s / reach**k for k, (t, s) in enumerate(zip(terms, shape, strict=True))][:-1])


def _rounded(terms: list[Fraction]) -> list[Fraction]:
    return [Fraction(round(t * 2**BITS), 2**BITS) for t in terms]


_shapes: dict[tuple[int, bool], list[int]] = {}


def _chebyshev(degree: int, even: bool) -> list[int]:
    """The coefficients of T_n(x), or of T_n(2*x - 1)."""
    known = _shapes.get((degree, even))
    if known is None:
        if degree == 0:
            known = [1]
        elif degree == 1:
            known = [-1, 2] if even else [0, 1]
        else:
            a, b = _chebyshev(degree - 2, even), _chebyshev(degree - 1, even)
            step = [0, *(2 * c for c in b)] if not even else _sum([0, *(4 * c for c in b)], [-2 * c for c in b])
            known = _sum(step, [-c for c in a])
        _shapes[degree, even] = known
    return known


def _sum(a: list[int], b: list[int]) -> list[int]:
    size = max(len(a), len(b))
    return [(a[k] if k < len(a) else 0) + (b[k] if k < len(b) else 0) for k in range(size)]


def _written(start: int, found: tuple[list[Fraction], bool]) -> Expr:
    terms, even = found
    total = horner(power(SMALL, number(2)) if even else SMALL, terms)
    return multiply(power(SMALL, number(start)), total) if start else total


def horner(unknown: Expr, terms: Sequence[Fraction]) -> Expr:
    """The polynomial with these coefficients, the constant one first."""
    total = ZERO
    for c in reversed(terms):
        total = add(number(_short(c)), multiply(unknown, total))
    return total


def _short(value: Fraction) -> Fraction:
    """The number itself where it is short, else the nearest float64."""
    plain = value.limit_denominator(1000)
    if abs(plain - value) < Fraction(1, 2**150):
        return plain
    return Fraction(float(value))
