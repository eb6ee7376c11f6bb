"""The functions of the language on germs: their Taylor series, and what they are where their argument runs off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import factorial

from flint import arb, fmpq

from actc.calculus.ball_functions import FORMS
from actc.calculus.ball_operations import HALF, ONE, Marker, Scalar, divide
from actc.calculus.balls import evaluate
from actc.calculus.differentiate import differentiate
from actc.calculus.germs import (
    CONSTANT,
    Arithmetic,
    Germ,
    LostError,
    NotRealError,
    add,
    constant,
    divergence,
    exponential_parts,
    flat,
    leading,
    limit,
    logarithm,
    negate,
    scale,
    sign_of,
)
from actc.calculus.tape import exact
from actc.model.expr import Expr, apply, number, size, symbol

_MOST_NODES = 1500  # of a derivative
_INNER = symbol("·")  # stands for a function's argument; no author can write it


@dataclass(frozen=True, slots=True)
class Functions:
    """Functions of germs, with as many terms as the arithmetic keeps and balls of as many bits."""

    on: Arithmetic
    bits: int

    def function(self, op: str, g: Germ) -> Germ:
        """A smooth function of one germ, also where its argument runs off."""
        special = _SPECIAL.get(op)
        if special is not None:
            return special(self, g)
        if divergence(g):
            raise LostError
        edge = _EDGES.get(op)
        centre = limit(g)
        if edge is not None and isinstance(centre, fmpq) and abs(centre) == 1:
            return edge(self, g, int(centre.p))
        return self.composed(apply(op, _INNER), g)

    def composed(self, function: Expr, g: Germ) -> Germ:
        """The Taylor series of a function around what its argument tends to."""
        if divergence(g):
            raise LostError
        centre = limit(g)
        point = {_INNER.name: centre if isinstance(centre, arb) else Fraction(int(centre.p), int(centre.q))}
        small = Germ({k: v for k, v in g.terms.items() if k != CONSTANT}, g.order)

        def coefficient(k: int) -> Scalar:
            slope = _derivative(function, k)
            if slope is None:
                raise LostError
            value = evaluate(slope, point, self.bits)
            if isinstance(value, Marker):
                raise LostError
            found = divide(scalar(value), fmpq(factorial(k)))
            if isinstance(found, Marker):
                raise LostError
            return found

        return self.on.compose(small, coefficient)

    def polygamma(self, order: Germ, g: Germ) -> Germ:
        """The derivatives of the gamma function's logarithm; the order is a number."""
        n = order.constant
        if not isinstance(n, fmpq):
            raise LostError
        return self.composed(apply("polygamma", number(Fraction(int(n.p), int(n.q))), _INNER), g)

    def power(self, base: Germ, exponent: Germ) -> Germ:
        """base ** exponent"""
        fixed = exponent.constant
        if isinstance(fixed, fmpq):
            return self.on.power(base, fixed)
        if base.is_zero:
            if sign_of(exponent) <= 0:
                raise NotRealError
            return base
        if sign_of(base) < 0:
            raise LostError  # the exponent may be an integer that is not seen to be one
        return self.exp(self.on.multiply(exponent, self.log(base)))

    def exp(self, g: Germ) -> Germ:
        parts = exponential_parts(g)
        if parts is None:
            return flat()
        exponent, rest = parts
        return self.on.multiply(Germ({(exponent, 0): ONE}), self.composed(apply("exp", _INNER), rest))

    def log(self, g: Germ) -> Germ:
        if g.is_zero or sign_of(g) < 0:
            raise NotRealError
        (a, b), first = leading(g)
        if b:
            raise LostError  # log(-log(t)) is no germ
        relative = self.on.multiply(g, self.on.power(Germ({(a, 0): first}), fmpq(-1)))
        top = FORMS["log"].narrow(first)
        if isinstance(top, Marker):
            raise LostError
        relative = Germ({**{k: v for k, v in relative.terms.items() if k != CONSTANT}, CONSTANT: ONE}, relative.order)
        return add(add(logarithm(a), constant(top)), self.composed(apply("log", _INNER), relative))

    def sigmoid(self, g: Germ) -> Germ:
        infinite = divergence(g)
        if not infinite:
            return self.composed(apply("sigmoid", _INNER), g)
        small = self.exp(g if infinite < 0 else negate(g))
        share = self.on.power(add(constant(ONE), small), fmpq(-1))
        return share if infinite > 0 else self.on.multiply(small, share)

    def tanh(self, g: Germ) -> Germ:
        if not divergence(g):
            return self.composed(apply("tanh", _INNER), g)
        return add(scale(self.sigmoid(scale(g, fmpq(2))), fmpq(2)), constant(fmpq(-1)))

    def softplus(self, g: Germ) -> Germ:
        infinite = divergence(g)
        if not infinite:
            return self.composed(apply("softplus", _INNER), g)
        small = self.log(add(constant(ONE), self.exp(g if infinite < 0 else negate(g))))
        return small if infinite < 0 else add(g, small)

    def arc_tangent(self, g: Germ) -> Germ:
        infinite = divergence(g)
        if not infinite:
            return self.composed(apply("atan", _INNER), g)
        inverse = self.composed(apply("atan", _INNER), self.on.power(g, fmpq(-1)))
        return add(constant(arb.pi() * infinite / 2), negate(inverse))

    def angle(self, y: Germ, x: Germ) -> Germ:
        """atan2"""
        across, up = sign_of(x), sign_of(y)
        if across == 0:
            return constant(arb.pi() * up / 2) if up else Germ()
        if up == 0:
            return Germ() if across > 0 else constant(arb.pi())
        turn = self.arc_tangent(self.on.quotient(y, x))
        return turn if across > 0 else add(turn, constant(arb.pi() * up))

    def bell(self, op: str, low: Scalar, high: Scalar) -> Callable[[Germ], Germ]:
        """erf and its like, which differ from their ends by less than every power."""

        def found(g: Germ) -> Germ:
            infinite = divergence(g)
            if not infinite:
                return self.composed(apply(op, _INNER), g)
            return add(constant(high if infinite > 0 else low), flat())

        return found

    def half_root(self, g: Germ, towards: int) -> Germ:
        """sqrt((1 - towards*g)/2), by which asin and acos are smooth at ±1."""
        return self.on.power(scale(add(constant(ONE), scale(g, fmpq(-towards))), HALF), HALF)

    def arc_sine(self, g: Germ, centre: int) -> Germ:
        turn = self.composed(apply("asin", _INNER), self.half_root(g, centre))
        return scale(add(constant(arb.pi() / 2), scale(turn, fmpq(-2))), fmpq(centre))

    def arc_cosine(self, g: Germ, centre: int) -> Germ:
        turn = scale(self.composed(apply("asin", _INNER), self.half_root(g, centre)), fmpq(2))
        return turn if centre > 0 else add(constant(arb.pi()), negate(turn))

    def area_cosine(self, g: Germ, centre: int) -> Germ:
        if centre < 0:
            raise NotRealError
        half = self.on.power(scale(add(g, constant(fmpq(-1))), HALF), HALF)
        return scale(self.composed(apply("asinh", _INNER), half), fmpq(2))

    def area_tangent(self, g: Germ, _centre: int) -> Germ:
        one = constant(ONE)
        return scale(add(self.log(add(one, g)), negate(self.log(add(one, negate(g))))), HALF)


_SPECIAL: dict[str, Callable[[Functions, Germ], Germ]] = {
    "exp": Functions.exp,
    "expm1": lambda of, g: add(of.exp(g), constant(fmpq(-1))),
    "log": Functions.log,
    "log1p": lambda of, g: of.log(add(g, constant(ONE))),
    "sigmoid": Functions.sigmoid,
    "tanh": Functions.tanh,
    "softplus": Functions.softplus,
    "log_sigmoid": lambda of, g: negate(of.softplus(negate(g))),
    "atan": Functions.arc_tangent,
    "erf": lambda of, g: of.bell("erf", fmpq(-1), ONE)(g),
    "erfc": lambda of, g: of.bell("erfc", fmpq(2), fmpq(0))(g),
    "normal_cdf": lambda of, g: of.bell("normal_cdf", fmpq(0), ONE)(g),
    "sinc": lambda of, g: of.on.quotient(of.composed(apply("sin", _INNER), g), g),
}

# Where the argument is exactly -1 or 1 there, and the derivative is not finite.
_EDGES: dict[str, Callable[[Functions, Germ, int], Germ]] = {
    "asin": Functions.arc_sine,
    "acos": Functions.arc_cosine,
    "acosh": Functions.area_cosine,
    "atanh": Functions.area_tangent,
}


@lru_cache(maxsize=512)
def _derivative(function: Expr, k: int) -> Expr | None:
    """The k-th derivative by the argument; None where it is too large to be of use."""
    before = function if k == 0 else _derivative(function, k - 1)
    if k == 0 or before is None:
        return before
    found = differentiate(before, _INNER.name)
    return found if size(found) <= _MOST_NODES else None


def floor(g: Germ) -> Germ:
    """The greatest integer that is not greater, for all small distances."""
    if divergence(g):
        raise LostError
    centre = limit(g)
    whole = FORMS["floor"].narrow(centre)
    if isinstance(whole, Marker):
        raise LostError
    if isinstance(centre, fmpq) and centre.q == 1:
        rest = Germ({k: v for k, v in g.terms.items() if k != CONSTANT}, g.order)
        return constant(centre - 1 if sign_of(rest) < 0 else centre)
    return constant(whole)


def scalar(value: Fraction | int | arb) -> Scalar:
    """The number for flint."""
    return value if isinstance(value, arb) else exact(value)
