"""Taylor models: a function's first coefficients around a point, with a certain bound on what is left out.

A model of order n on abs(u) <= b holds balls c[0], ..., c[n-1] and r with f(u) = sum c[k]*u**k + r*u**n, pointwise, for
every such u. Sums, products and quotients of models are models (Makino and Berz, 2003). A function applied to a model
is expanded around the model's first coefficient; what is left out is bounded by Cauchy's estimate on a circle within
which the function has no singularity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from flint import acb, arb, arb_poly, arb_series, ctx

from actc.calculus.balls import evaluate
from actc.calculus.tape import precision
from actc.model.expr import Expr, postorder

BITS = 320
_ZERO = 160  # bits: a coefficient that is smaller, and may be 0, is 0
_ARCS = 64
_MOST_POWER = 16


class NoModelError(Exception):
    """There is no Taylor series, or no bound on its rest is found."""


@dataclass(frozen=True, slots=True)
class Model:
    """See the module. All models of one expansion have the same ``bound``; dividing shortens ``terms``."""

    terms: tuple[arb, ...]
    rest: arb
    bound: arb

    @property
    def order(self) -> int:
        return len(self.terms)

    @property
    def span(self) -> arb:
        """A ball with every value in it."""
        return _horner((*self.terms, self.rest), _around_zero(self.bound))

    @property
    def valuation(self) -> int:
        """How many of the first coefficients are 0; the order where all are."""
        return next((k for k, c in enumerate(self.terms) if not _is_zero(c)), self.order)

    def cut(self, order: int) -> Model:
        """The same with fewer terms."""
        if order >= self.order:
            return self
        rest = _horner((*self.terms[order:], self.rest), _around_zero(self.bound))
        return Model(self.terms[:order], rest, self.bound)

    def __add__(self, other: Model) -> Model:
        a, b = _alike(self, other)
        return Model(tuple(p + q for p, q in zip(a.terms, b.terms, strict=True)), a.rest + b.rest, self.bound)

    def __neg__(self) -> Model:
        return Model(tuple(-c for c in self.terms), -self.rest, self.bound)

    def __sub__(self, other: Model) -> Model:
        return self + -other

    def __mul__(self, other: Model) -> Model:
        a, b = _alike(self, other)
        n = a.order
        u = _around_zero(self.bound)
        product = (arb_poly(list(a.terms)) * arb_poly(list(b.terms))).coeffs()
        product += [arb(0)] * (2 * n - len(product))
        rest = _horner(tuple(product[n:]), u)
        rest += a.rest * _horner(b.terms, u) + b.rest * _horner(a.terms, u) + a.rest * b.rest * _power(u, n)
        return Model(tuple(product[:n]), rest, self.bound)

    def __truediv__(self, other: Model) -> Model:
        shift = other.valuation
        if shift == other.order or self.valuation < shift:
            raise NoModelError
        a, b = _alike(self._shifted(shift), other._shifted(shift))
        n = a.order
        if n == 0:
            raise NoModelError
        inverse = arb_series([*b.terms], prec=n).inv().coeffs()
        inverse += [arb(0)] * (n - len(inverse))
        near = Model(tuple(inverse), arb(0), self.bound)
        off = (b * near).rest  # b*near is 1 + off*u**n
        below = 1 + off * _power(_around_zero(self.bound), n)
        if not below > 0:
            raise NoModelError
        return a * Model(near.terms, -near.span * off / below, self.bound)

    def _shifted(self, count: int) -> Model:
        return Model(self.terms[count:], self.rest, self.bound)


def model(root: Expr, name: str, centre: arb | Fraction, bound: Fraction, order: int) -> Model:
    """The model of an expression in one symbol, around a number. Raises NoModelError where none is found."""
    known: dict[Expr, Model] = {}
    radius = _ball(bound)
    with precision(BITS), _series_length(order):
        one = (arb(0),) * (order - 1)
        middle = _ball(centre) if isinstance(centre, Fraction) else centre
        for node in postorder(root):
            if node.op == "symbol" and node.name == name:
                known[node] = Model((middle, arb(1), *one[1:]), arb(0), radius)
            elif not node.free:
                value = evaluate(node, {}, BITS) if not node.is_condition else None
                if not isinstance(value, Fraction | arb):
                    raise NoModelError
                known[node] = Model((_ball(value) if isinstance(value, Fraction) else value, *one), arb(0), radius)
            else:
                known[node] = _node(node, [known[a] for a in node.args])
                if not known[node].rest.is_finite():
                    raise NoModelError
        return known[root]


@contextmanager
def _series_length(order: int) -> Iterator[None]:
    """Run with flint's length of power series set, and set it back."""
    before, ctx.cap = ctx.cap, order
    try:
        yield
    finally:
        ctx.cap = before


def _node(node: Expr, args: list[Model]) -> Model:
    match node.op:
        case "add":
            return args[0] + args[1]
        case "sub":
            return args[0] - args[1]
        case "neg":
            return -args[0]
        case "mul":
            return args[0] * args[1]
        case "div":
            return args[0] / args[1]
        case "pow" if node.args[1].is_number and node.args[1].number.denominator == 1:
            return _integer_power(args[0], int(node.args[1].number))
        case "pow":
            return _applied("exp", _applied("log", args[0]) * args[1])
        case "normal_cdf":
            half = Model((arb(2).rsqrt(), *(arb(0),) * (args[0].order - 1)), arb(0), args[0].bound)
            return _scaled(_applied("erfc", -(args[0] * half)), arb(1) / 2)
        case "sinc":
            return _applied("sin", args[0]) / args[0]
        case op if op in _FUNCTIONS:
            return _applied(op, args[0])
    raise NoModelError


def _scaled(value: Model, factor: arb) -> Model:
    return Model(tuple(factor * c for c in value.terms), factor * value.rest, value.bound)


def _integer_power(base: Model, exponent: int) -> Model:
    if abs(exponent) > _MOST_POWER:
        raise NoModelError
    one = Model((arb(1), *(arb(0),) * (base.order - 1)), arb(0), base.bound)
    result = one
    for _ in range(abs(exponent)):
        result = result * base
    return one / result if exponent < 0 else result


def _applied(op: str, inner: Model) -> Model:
    function = _FUNCTIONS[op]
    centre = inner.terms[0]
    if _is_zero(centre):
        centre = arb(0)
    offset = Model((arb(0), *inner.terms[1:]), inner.rest, inner.bound)
    reach = offset.span.abs_upper()
    distance = function.distance(centre)
    n = inner.order
    if distance is None:
        radii = [2 * reach + arb(n) / k for k in (4, 8, 12, 24)]
    else:
        radii = [(reach + k * distance) / (k + 1) for k in (1, 3, 9)]
    rest = None
    for radius in radii:
        if reach < radius:
            most = _on_circle(function.value, centre, radius)
            found = most / _power(radius, n) / (1 - reach / radius)
            rest = found if rest is None or found < rest else rest
    if rest is None:
        raise NoModelError
    terms = function.series(arb_series([centre, 1], prec=n)).coeffs()
    terms += [arb(0)] * (n - len(terms))
    tail = arb(0, rest.abs_upper())
    if all(_is_zero(c) for c in offset.terms[2:]) and offset.rest.is_zero():
        slope = offset.terms[1]
        return Model(tuple(c * _power(slope, k) for k, c in enumerate(terms)), tail * _power(slope, n), inner.bound)
    zeros = (arb(0),) * (n - 1)
    total = Model((tail, *zeros), arb(0), inner.bound)
    for c in reversed(terms):
        total = total * offset + Model((c, *zeros), arb(0), inner.bound)
    return total


def _on_circle(function: Callable[[acb], acb], centre: arb, radius: arb) -> arb:
    """The greatest absolute value on a circle around a real number, outward rounded."""
    most = arb(0)
    step = arb.pi() / _ARCS
    for k in range(_ARCS):  # the upper half: the lower one is its mirror image
        angle = (arb(k) + arb("0.5 +/- 0.5")) * step
        value = function(acb(centre + radius * angle.cos(), radius * angle.sin()))
        size = value.abs_upper()
        if not size.is_finite():
            raise NoModelError
        most = size if size > most else most
    return most


@dataclass(frozen=True, slots=True)
class _Function:
    series: Callable[[arb_series], arb_series]
    value: Callable[[acb], acb]
    distance: Callable[[arb], arb | None]  # from a real number to the nearest singularity; None: there is none


def _hypot(c: arb, height: arb) -> arb:
    return (c * c + height * height).sqrt().lower()


def _entire(centre: arb) -> arb | None:
    del centre
    return None


def _poles_at(height: Callable[[], arb]) -> Callable[[arb], arb | None]:
    return lambda c: _hypot(c, height())


def _right_of(edge: int) -> Callable[[arb], arb | None]:
    def distance(c: arb) -> arb:
        found = (c - edge).lower()
        if not found > 0:
            raise NoModelError
        return found

    return distance


def _within_one(c: arb) -> arb:
    found = (1 - abs(c)).lower()
    if not found > 0:
        raise NoModelError
    return found


def _to_odd_multiple(c: arb) -> arb:
    """From a real number to the nearest pole of the tangent."""
    turns = (c / arb.pi() - arb(1) / 2).mid()
    nearest = (turns + arb(1) / 2).floor().unique_fmpz()
    if nearest is None:
        raise NoModelError
    found = abs(c - arb.pi() * (arb(nearest) + arb(1) / 2)).lower()
    if not found > 0:
        raise NoModelError
    return found


_FUNCTIONS: dict[str, _Function] = {
    "exp": _Function(lambda s: s.exp(), lambda z: z.exp(), _entire),
    "expm1": _Function(lambda s: s.exp() - 1, lambda z: z.exp() - 1, _entire),
    "sin": _Function(lambda s: s.sin(), lambda z: z.sin(), _entire),
    "cos": _Function(lambda s: s.cos(), lambda z: z.cos(), _entire),
    "tan": _Function(lambda s: s.tan(), lambda z: z.tan(), _to_odd_multiple),
    "sinh": _Function(lambda s: (s.exp() - (-s).exp()) / 2, lambda z: z.sinh(), _entire),
    "cosh": _Function(lambda s: (s.exp() + (-s).exp()) / 2, lambda z: z.cosh(), _entire),
    "erf": _Function(lambda s: s.erf(), lambda z: z.erf(), _entire),
    "erfc": _Function(lambda s: s.erfc(), lambda z: z.erfc(), _entire),
    "tanh": _Function(lambda s: 1 - 2 / ((2 * s).exp() + 1), lambda z: z.tanh(), _poles_at(lambda: arb.pi() / 2)),
    "sigmoid": _Function(lambda s: 1 / ((-s).exp() + 1), lambda z: 1 / (1 + (-z).exp()), _poles_at(arb.pi)),
    "softplus": _Function(lambda s: (s.exp() + 1).log(), lambda z: (1 + z.exp()).log(), _poles_at(arb.pi)),
    "log_sigmoid": _Function(lambda s: -((-s).exp() + 1).log(), lambda z: -(1 + (-z).exp()).log(), _poles_at(arb.pi)),
    "atan": _Function(lambda s: s.atan(), lambda z: z.atan(), _poles_at(lambda: arb(1))),
    "asinh": _Function(lambda s: ((s * s + 1).sqrt() + s).log(), lambda z: z.asinh(), _poles_at(lambda: arb(1))),
    "log": _Function(lambda s: s.log(), lambda z: z.log(), _right_of(0)),
    "log1p": _Function(lambda s: (s + 1).log(), lambda z: (z + 1).log(), _right_of(-1)),
    "sqrt": _Function(lambda s: s.sqrt(), lambda z: z.sqrt(), _right_of(0)),
    "asin": _Function(lambda s: s.asin(), lambda z: z.asin(), _within_one),
    "acos": _Function(lambda s: s.acos(), lambda z: z.acos(), _within_one),
    "atanh": _Function(lambda s: ((1 + s) / (1 - s)).log() / 2, lambda z: z.atanh(), _within_one),
    "loggamma": _Function(lambda s: s.lgamma(), lambda z: z.lgamma(), _right_of(0)),
    "gamma": _Function(lambda s: s.gamma(), lambda z: z.gamma(), _right_of(0)),
}


def _alike(a: Model, b: Model) -> tuple[Model, Model]:
    order = min(a.order, b.order)
    return a.cut(order), b.cut(order)


def _horner(terms: tuple[arb, ...], u: arb) -> arb:
    total = arb(0)
    for c in reversed(terms):
        total = total * u + c
    return total


def _power(u: arb, exponent: int) -> arb:
    """u**exponent; flint's own operator asks for a positive base."""
    result = arb(1)
    for bit in bin(exponent)[2:]:
        result = result * result * (u if bit == "1" else 1)
    return result


def _around_zero(bound: arb) -> arb:
    return arb(0, bound)


def _is_zero(c: arb) -> bool:
    return bool(c.is_zero() or (c.contains(0) and abs(c) < arb(2) ** -_ZERO))


def _ball(value: Fraction | int) -> arb:
    return arb(value.numerator) / arb(value.denominator)
