"""What a function is next to a point, on one side of it: sums of ``c * t**a * log(t)**b`` as ``t`` falls to 0.

Such a *germ* keeps the terms that dominate. Exponents are exact; a coefficient is an exact rational or a ball that
certainly holds it. Nothing is concluded from a term that may be 0, so what is concluded of a limit is certain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flint import arb, fmpq

from actc.calculus.ball_operations import MOST_EXACT, ZERO, Marker, Scalar, divide, multiply, power, sign

Key = tuple[fmpq, int]
"""The exponents of ``t`` and of ``log(t)``."""

CONSTANT: Key = (ZERO, 0)
_LOGARITHM: Key = (ZERO, 1)
_FLAT = fmpq(10**6)  # the order of what is smaller than every power of t
_MOST_FACTORS = 12  # of a power that is multiplied out
_MOST_TERMS = 64
_MOST_POWERS = 24  # terms of a series


class LostError(Exception):
    """The terms that are kept do not tell."""


class NotRealError(Exception):
    """The function is certainly not real on this side of the point."""


@dataclass(frozen=True, slots=True)
class Germ:
    """The terms, none of them exactly 0, and the power of t that the rest is no larger than.

    ``order`` is None where there is no rest. Else the rest is smaller than ``t**c`` for every ``c < order``.
    """

    terms: Mapping[Key, Scalar] = field(default_factory=dict)
    order: fmpq | None = None

    @property
    def is_zero(self) -> bool:
        """Whether it is exactly 0."""
        return self.order is None and not self.terms

    @property
    def constant(self) -> Scalar | None:
        """The number that it is, where it does not depend on t; None where it does or may."""
        if self.order is not None or any(key != CONSTANT for key in self.terms):
            return None
        return self.terms.get(CONSTANT, ZERO)

    @property
    def low(self) -> fmpq | None:
        """The least power of t in it; None for 0."""
        return min((a for a, _ in self.terms), default=self.order)


def constant(value: Scalar) -> Germ:
    """A number."""
    return Germ({} if isinstance(value, fmpq) and value == 0 else {CONSTANT: value})


def beside(value: Scalar, side: int) -> Germ:
    """The variable itself: ``value + t`` on the right (``side`` 1), ``value - t`` on the left."""
    return Germ({**constant(value).terms, (fmpq(1), 0): fmpq(side)})


def leading(germ: Germ) -> tuple[Key, Scalar]:
    """The term that dominates, which is certainly not 0. Raises LostError where none is known, or it is all 0."""
    if not germ.terms:
        raise LostError
    key = min(germ.terms, key=_rank)
    if sign(germ.terms[key]) is None:
        raise LostError
    return key, germ.terms[key]


def sign_of(germ: Germ) -> int:
    """The sign for all small t > 0."""
    if germ.is_zero:
        return 0
    (_, b), coefficient = leading(germ)
    return (sign(coefficient) or 0) * (-1 if b % 2 else 1)


def divergence(germ: Germ) -> int:
    """The sign of the infinity that it tends to; 0 where it stays bounded."""
    above = [key for key in germ.terms if _rank(key) < _rank(CONSTANT)]
    if not above:
        if germ.order is not None and germ.order <= 0:
            raise LostError
        return 0
    return sign_of(germ)


def limit(germ: Germ) -> Scalar:
    """What a bounded germ tends to."""
    return germ.terms.get(CONSTANT, ZERO)


def _rank(key: Key) -> tuple[fmpq, int]:
    return key[0], -key[1]


def _least(*orders: fmpq | None) -> fmpq | None:
    return min((o for o in orders if o is not None), default=None)


def add(a: Germ, b: Germ) -> Germ:
    """a + b"""
    terms = dict(a.terms)
    for key, value in b.terms.items():
        terms[key] = terms[key] + value if key in terms else value
    return _kept(terms, _least(a.order, b.order))


def negate(a: Germ) -> Germ:
    """-a"""
    return Germ({key: -value for key, value in a.terms.items()}, a.order)


def scale(a: Germ, factor: Scalar) -> Germ:
    """A multiple."""
    return _kept({key: multiply(value, factor) for key, value in a.terms.items()}, a.order)


def _kept(terms: Mapping[Key, Scalar | Marker], order: fmpq | None) -> Germ:
    found: dict[Key, Scalar] = {}
    for key, value in terms.items():
        if isinstance(value, Marker):
            raise LostError
        if isinstance(value, fmpq):
            if value == 0:
                continue
            value = arb(value) if value.height_bits() > MOST_EXACT else value
        elif not value.is_finite():
            raise LostError
        if order is None or key[0] < order:
            found[key] = value
    return Germ(found, order)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Products, powers and functions of germs. ``window`` is how far beyond the leading power of t terms are kept."""

    window: int

    def _cut(self, terms: Mapping[Key, Scalar | Marker], order: fmpq | None) -> Germ:
        low = min((a for a, _ in terms), default=None)
        beyond = None if low is None else low + self.window
        if beyond is not None and any(a >= beyond for a, _ in terms):
            order = _least(order, beyond)
        if len(terms) > _MOST_TERMS:
            raise LostError
        return _kept(terms, order)

    def multiply(self, a: Germ, b: Germ) -> Germ:
        """a * b"""
        if a.is_zero or b.is_zero:
            return Germ()
        terms: dict[Key, Scalar | Marker] = {}
        for (p, m), u in a.terms.items():
            for (q, n), v in b.terms.items():
                key, product = (p + q, m + n), multiply(u, v)
                known = terms.get(key)
                terms[key] = product if known is None else known + product  # type: ignore[operator]  # both are numbers
        orders = [o + low for o, low in ((a.order, b.low), (b.order, a.low)) if o is not None and low is not None]
        return self._cut(terms, _least(*orders))

    def power(self, base: Germ, exponent: fmpq) -> Germ:
        """A rational power: of a negative germ only an integer one."""
        whole = exponent.q == 1
        if exponent == 0:
            return constant(fmpq(1))
        if base.is_zero:
            if exponent < 0:
                raise NotRealError
            return base
        if whole and 0 < exponent <= _MOST_FACTORS:
            product = base
            for _ in range(int(exponent.p) - 1):
                product = self.multiply(product, base)
            return product
        if not whole and sign_of(base) < 0:
            raise NotRealError
        (a, b), first = leading(base)
        logs = exponent * b
        if logs.q != 1:
            raise LostError
        if not whole and b % 2:
            raise LostError  # (-log t) to a power that is no integer is none of log t
        rest = {(p - a, m - b): divide(value, first) for (p, m), value in base.terms.items() if (p, m) != (a, b)}
        relative = _kept(rest, None if base.order is None else base.order - a)
        top = power(first, exponent)
        if isinstance(top, Marker):
            raise LostError
        factor = fmpq(1)
        coefficients: list[Scalar] = []

        def binomial(k: int) -> Scalar:
            nonlocal factor
            coefficients.append(factor)
            factor = factor * (exponent - k) / (k + 1)
            return coefficients[k]

        series = self.compose(relative, binomial)
        return self.multiply(Germ({(a * exponent, int(logs.p)): top}), series)

    def compose(self, small: Germ, coefficient: Callable[[int], Scalar]) -> Germ:
        """``sum(coefficient(k) * small**k)`` for a germ that falls to 0 like a power of t; asks for k = 0, 1, 2, ..."""
        total = constant(coefficient(0))
        if small.is_zero:
            return total
        low = small.low
        if low is None or low * _MOST_POWERS < self.window:
            raise LostError
        factor = constant(fmpq(1))
        k = 1
        while low * k < self.window:
            factor = self.multiply(factor, small)
            total = add(total, scale(factor, coefficient(k)))
            k += 1
        return Germ(total.terms, _least(total.order, small.order, low * k))

    def quotient(self, a: Germ, b: Germ) -> Germ:
        """a / b"""
        return self.multiply(a, self.power(b, fmpq(-1)))


def exponential_parts(germ: Germ) -> tuple[fmpq, Germ] | None:
    """The power of t that the logarithms in an exponent make, and what is left of it; None where exp is flat.

    Raises LostError where the exponent grows, or the power is not exactly known.
    """
    above = {key: value for key, value in germ.terms.items() if _rank(key) < _rank(CONSTANT)}
    if set(above) <= {_LOGARITHM}:
        value = above.get(_LOGARITHM, ZERO)
        if not isinstance(value, fmpq):
            raise LostError
        return value, Germ({k: v for k, v in germ.terms.items() if k != _LOGARITHM}, germ.order)
    if sign_of(germ) > 0:
        raise LostError
    return None


def logarithm(value: fmpq) -> Germ:
    """``value * log(t)``."""
    return Germ({_LOGARITHM: value}) if value else Germ()


def flat() -> Germ:
    """What is smaller than every power of t, as ``exp(-1/t)`` is."""
    return Germ({}, _FLAT)
