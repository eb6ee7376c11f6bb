"""A search for the zeros of a function of one variable, with counted work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpq_poly

from actc.calculus.balls import evaluate, sign_of
from actc.calculus.differentiate import differentiate
from actc.calculus.tape import precision, rational
from actc.model.expr import Expr, fold

_BITS = 200  # of a zero
_NEAR = 32  # the grid is even up to here and geometric beyond
_STEP = Fraction(1, 4)
_RATIO = Fraction(5, 4)
_SMALLEST = Fraction(1, 10**9)
_OFF = Fraction(1, 2**10 + 7)  # keeps grid points from falling on what authors write
_CLOSE = Fraction(1, 2**40)  # a relative width at which a rational is tried, and where the secant method takes over
_SECANTS = 16
_SIMPLE = 10**4  # denominators of rational zeros that are tried


def numeric_zeros_of_atom(
    atom: Expr, variable: str, low: Fraction, high: Fraction, at: Mapping[str, arb]
) -> Iterator[Fraction | arb]:
    """The zeros between the ends, in no order; see ``roots.numeric_zeros``."""
    if atom.free == {variable}:
        poly = fold(atom, _polynomial)
        if poly is not None:
            yield from real_roots(poly)
            return
    yield from _Search(atom, variable, at).run(low, high)


def is_polynomial(atom: Expr) -> bool:
    """Whether it is a polynomial in one symbol with rational coefficients: then all its zeros are found."""
    return len(atom.free) == 1 and fold(atom, _polynomial) is not None


def _polynomial(node: Expr, args: tuple[fmpq_poly | None, ...]) -> fmpq_poly | None:
    if node.op == "symbol":
        return fmpq_poly([0, 1])
    if node.is_number:
        return fmpq_poly([fmpq(node.number.numerator, node.number.denominator)])
    if not args or any(a is None for a in args):
        return None
    polys = [a for a in args if a is not None]
    match node.op:
        case "add":
            return polys[0] + polys[1]
        case "sub":
            return polys[0] - polys[1]
        case "neg":
            return -polys[0]
        case "mul":
            return polys[0] * polys[1]
        case "div" if polys[1].degree() == 0:
            return polys[0] / polys[1][0]
        case "pow" if polys[1].degree() <= 0:
            exponent = polys[1][0]
            if exponent.q == 1 and 0 <= exponent <= 64:
                return polys[0] ** int(exponent.p)
    return None


def real_roots(poly: fmpq_poly) -> Iterator[Fraction | arb]:
    """All real roots: exact where they are rational, else balls of 200 bits."""
    if poly.degree() < 1:
        return
    with precision(_BITS):
        for factor, _ in poly.factor()[1]:
            if factor.degree() == 1:
                root = -factor[0] / factor[1]
                yield Fraction(int(root.p), int(root.q))
            else:
                # flint's stub says that the roots come without their multiplicities.
                pairs: list[Any] = list(factor.complex_roots())
                yield from (root.real for root, _ in pairs if root.imag.is_zero())


class _Search:
    """Signs on a grid, then bisection where they change and descent where they touch."""

    def __init__(self, atom: Expr, variable: str, at: Mapping[str, arb]) -> None:
        self._atom = atom
        self._variable = variable
        self._at = at

    def run(self, low: Fraction, high: Fraction) -> Iterator[Fraction | arb]:
        points = _grid(low, high)
        signs = [self._sign(x) for x in points]
        slopes: Expr | None = None
        for i in range(1, len(points)):
            a, b = signs[i - 1], signs[i]
            if a is None or b is None:
                if a is not b:
                    yield from self._border(points[i - 1], points[i], a is None)
                continue
            if a != b:
                yield from self._between(points[i - 1], points[i], a, b)
            elif a and i > 1 and signs[i - 2] == a and self._dips(points[i - 2 : i + 1]):
                slopes = slopes or _slope(self._atom, self._variable)
                if slopes is not None:
                    yield from self._touch(slopes, points[i - 2], points[i], a)

    def _sign(self, x: Fraction, most: int = 512) -> int | None:
        return sign_of(self._atom, {**self._at, self._variable: x}, 64, most)

    def _size(self, x: Fraction) -> arb | None:
        value = evaluate(self._atom, {**self._at, self._variable: x}, 64)
        if isinstance(value, Fraction):
            return abs(arb(fmpq(value.numerator, value.denominator)))
        return abs(value) if isinstance(value, arb) else None

    def _dips(self, points: list[Fraction]) -> bool:
        left, middle, right = (self._size(x) for x in points)
        return left is not None and middle is not None and right is not None and bool(middle < left and middle < right)

    def _between(self, low: Fraction, high: Fraction, a: int, b: int) -> Iterator[Fraction | arb]:
        """The point where the sign stops being ``a``."""
        while high - low > _CLOSE * max(Fraction(1), abs(low)):
            middle = (low + high) / 2
            sign = self._sign(middle, 2048)
            if sign is None:
                return
            if sign == 0 and a and b:
                yield middle
                return
            low, high = (middle, high) if sign == a else (low, middle)
        simple = ((low + high) / 2).limit_denominator(_SIMPLE)
        # Where the atom vanishes on a whole side, its edge need not be a zero.
        if low <= simple <= high and (not a * b or self._sign(simple, 4096) == 0):
            yield simple
            return
        fine = self._secant(low, high, a) if a * b < 0 else None
        yield self._halved(low, high, a) if fine is None else fine

    def _halved(self, low: Fraction, high: Fraction, a: int) -> arb:
        """A narrow ball by bisection, as narrow as the signs can be told."""
        width = Fraction(1, 2**_BITS) * max(Fraction(1), abs(low))
        while high - low > width:
            middle = (low + high) / 2
            sign = self._sign(middle, 2048)
            if sign is None:
                break
            low, high = (middle, high) if sign == a else (low, middle)
        return _ball(low, high)

    def _secant(self, low: Fraction, high: Fraction, a: int) -> arb | None:
        """A narrow ball by the secant method, certified by the signs at its ends."""
        ends = (low, high)
        width = Fraction(1, 2**_BITS) * max(Fraction(1), abs(low))
        values = [self._value(x) for x in ends]
        for _ in range(_SECANTS):
            before, last = values[-2:]
            if before is None or last is None or before == last:
                return None
            guess = high - last * (high - low) / (last - before)
            if not ends[0] < guess < ends[1]:
                return None
            guess = Fraction(round(guess / width)) * width
            low, high = high, guess
            if abs(high - low) < width * 2**16 and self._sign(guess - width) == a and self._sign(guess + width) == -a:
                return _ball(guess - width, guess + width)
            values = [last, self._value(guess)]
        return None

    def _value(self, x: Fraction) -> Fraction | None:
        value = evaluate(self._atom, {**self._at, self._variable: x}, 2 * _BITS)
        if isinstance(value, Fraction):
            return value
        return _middle(value) if isinstance(value, arb) else None

    def _border(self, low: Fraction, high: Fraction, from_left: bool) -> Iterator[Fraction]:
        """The end of where there is a sign, if it is rational and a zero."""
        while high - low > _CLOSE * max(Fraction(1), abs(low)):
            middle = (low + high) / 2
            low, high = (middle, high) if (self._sign(middle, 64) is None) == from_left else (low, middle)
        simple = ((low + high) / 2).limit_denominator(_SIMPLE)
        if low <= simple <= high and self._sign(simple) == 0:
            yield simple

    def _touch(self, slope: Expr, low: Fraction, high: Fraction, sign: int) -> Iterator[Fraction | arb]:
        """A double zero: the extremum between the ends, if the atom vanishes there as far as can be told."""
        inner = _Search(slope, self._variable, self._at)
        a, b = inner._sign(low), inner._sign(high)
        if a is None or b is None or a == b:
            return
        for x in inner._between(low, high, a, b):
            value = evaluate(self._atom, {**self._at, self._variable: x}, 512)
            if isinstance(value, Fraction):
                if value == 0:
                    yield x
            elif isinstance(value, arb) and abs(value) < arb(2) ** -(_BITS - 40):
                yield x
            elif isinstance(value, arb) and (value < 0 if sign > 0 else value > 0):
                # Two zeros between neighbouring grid points.
                middle = x if isinstance(x, Fraction) else _middle(x)
                yield from self._between(low, middle, sign, -sign)
                yield from self._between(middle, high, -sign, sign)


def _slope(atom: Expr, variable: str) -> Expr | None:
    try:
        return differentiate(atom, variable)
    except TypeError:
        return None


def _grid(low: Fraction, high: Fraction) -> list[Fraction]:
    points: set[Fraction] = {low, high}
    x: Fraction = _OFF - _NEAR
    while x < _NEAR:
        points.add(x)
        x += _STEP
    far = Fraction(_NEAR) + _OFF
    while far < max(abs(low), abs(high)):
        points.update((far, -far))
        far = Fraction(round(far * _RATIO * 8), 8) + _OFF
    near = _STEP / 2
    while near > _SMALLEST:
        points.update((near - _OFF * near, _OFF * near - near))
        near /= 4
    return sorted(p for p in points if low <= p <= high)


def _middle(x: arb) -> Fraction:
    return rational(x)


def _ball(low: Fraction, high: Fraction) -> arb:
    with precision(_BITS + 64):
        return arb(fmpq(low.numerator, low.denominator)).union(arb(fmpq(high.numerator, high.denominator)))
