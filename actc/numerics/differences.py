"""Differences of one function at two places that are near one another: tanh(x + b) - tanh(b) where x is small.

With exponentials of sums as products, such a difference has the factor exp(2*x) - 1, which exact algebra finds; all
other factors are of the kind 1 + exp(w). They are written as expm1 and sigmoids, and what exponentials stand apart go
to them as far as they can, so that none is left to overflow where another vanishes.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from itertools import product as combinations

from flint import fmpq_mpoly

from actc.model.algebra import add, compare, divide, multiply, negate, subtract, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, postorder, rebuild
from actc.numerics.exponents import scaled, times
from actc.numerics.forms import Product, factored, polynomial
from actc.numerics.rational import Quotient, quotient

_EXPONENTIAL = frozenset({"exp", "sigmoid", "tanh", "sinh", "cosh", "expm1"})
_MOST_TERMS = 4
_MOST_TURNS = 2
_MOST_WAYS = 256  # of giving exponentials to factors

Vector = tuple[Fraction, ...]
"""An exponent, as multiples of those of the generators."""


def with_products(root: Expr) -> Expr:
    """The expression with exponentials of sums as products of exponentials; itself where there are none of sums."""
    arguments = (node.args[0] for node in postorder(root) if node.op in _EXPONENTIAL and node.free)
    if not any(n.op in ("add", "sub") and n.free for argument in arguments for n in postorder(argument)):
        return root

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.op not in _EXPONENTIAL or (not here.free and here.op == "exp"):
            return here
        whole = _power(here.args[0]) if here.free else apply("exp", here.args[0])
        if whole is None:
            return here
        match here.op:
            case "exp":
                return whole
            case "expm1":
                return subtract(whole, ONE)
            case "sigmoid":
                return divide(whole, add(ONE, whole))
            case "tanh":
                square = multiply(whole, whole)
                return divide(subtract(square, ONE), add(square, ONE))
        other = divide(ONE, whole)
        return times(Fraction(1, 2), add(whole, other) if here.op == "cosh" else subtract(whole, other))

    return fold(root, visit)


def has_several(root: Expr) -> bool:
    """Whether there are exponentials of more than one thing, as in tanh(x) - tanh(z)."""
    arguments = (node.args[0] for node in postorder(root) if node.op in _EXPONENTIAL and node.free)
    return len({scaled(argument)[1] for argument in arguments}) > 1


def _power(argument: Expr) -> Expr | None:
    """exp of a sum as a product of exponentials of monomials, each in one spelling; None where it is no sum."""
    value = quotient(argument)
    if value is None or value.exponents or len(value.bottom) != 1 or not 1 <= len(value.top) <= _MOST_TERMS:
        return None
    ((below, scale),) = value.bottom.to_dict().items()
    whole = ONE
    for powers, c in value.top.to_dict().items():
        factor = Fraction(int(c.p), int(c.q)) / Fraction(int(scale.p), int(scale.q))
        exponents = {leaf: int(p) - int(q) for leaf, p, q in zip(value.leaves, powers, below, strict=True)}
        one = apply("exp", times(abs(factor), _monomial(exponents)))
        whole = multiply(whole, one) if factor > 0 else divide(whole, one)
    return whole


def _monomial(exponents: dict[Expr, int]) -> Expr:
    """A product of powers in the order of their names."""
    product = Product()
    for leaf in sorted(exponents, key=str):
        product.put(leaf, exponents[leaf])
    return product.expression()


def in_differences(value: Quotient) -> Expr:
    """A quotient in expm1 and sigmoids of sums, on both sides of the place at which the difference vanishes."""
    if value.is_zero:
        return ZERO
    written = _Written(value)
    return _by_signs(written, written.turning, ())


def _by_signs(written: _Written, turning: list[Vector], above: tuple[bool, ...]) -> Expr:
    """The quotient on each side of every place at which a difference vanishes."""
    if len(above) == len(turning):
        return written.expression(above)
    w = written.sum(turning[len(above)])
    sides = (_by_signs(written, turning, (*above, positive)) for positive in (True, False))
    return where(compare("gt", w, ZERO), *sides)


class _Written:
    """A quotient in factors 1 + exp(w), 1 - exp(w), and others."""

    def __init__(self, value: Quotient) -> None:
        parts = factored(value)
        self._arguments = list(parts.arguments)
        count = len(self._arguments)
        self._closed = {
            count + k: leaf.args[0] for k, leaf in enumerate(value.leaves) if leaf.op == "exp" and not leaf.free
        }
        self._places = [*range(count), *self._closed]
        self._arguments += self._closed.values()
        monomials = dict(parts.monomials)
        start = [parts.exponents[j] for j in range(count)]
        start += [Fraction(monomials.pop(value.leaves[k - count], 0)) for k in self._closed]
        self._monomial: Vector = tuple(start)
        self._product = Product(parts.factor, monomials)
        self._plus: dict[Vector, int] = {}
        self._minus: dict[Vector, int] = {}
        names = [apply("exp", a) for a in parts.arguments] + list(value.leaves)
        for poly, exponent in parts.factors:
            if not self._put_binomial(poly, exponent):
                self._product.put(polynomial(poly, names), exponent)

    @property
    def turning(self) -> list[Vector]:
        """What changes its sign at the root of a difference."""
        return list(self._minus)[:_MOST_TURNS]

    def sum(self, vector: Vector) -> Expr:
        """An exponent written out, positive terms first; 2*(x - z), for 2*x alone may overflow."""
        sizes = {abs(factor) for factor in vector if factor}
        common = sizes.pop() if len(sizes) == 1 else Fraction(1)
        total = ZERO
        for factor, argument in sorted(zip(vector, self._arguments, strict=True), key=lambda pair: pair[0] < 0):
            if factor:
                term = times(abs(factor) / common, argument)
                total = add(total, term) if factor > 0 else subtract(total, term) if total is not ZERO else negate(term)
        return times(common, total)

    def _put_binomial(self, poly: fmpq_mpoly, exponent: int) -> bool:
        terms = list(poly.to_dict().items())
        if len(terms) != 2:
            return False
        (first, a), (second, b) = terms
        own = set(self._places)
        if abs(a) != abs(b) or any(p for powers in (first, second) for i, p in enumerate(powers) if i not in own):
            return False
        low = tuple(Fraction(int(second[i])) for i in self._places)
        w = tuple(Fraction(int(first[i])) - v for i, v in zip(self._places, low, strict=True))
        self._monomial = _sum(self._monomial, low, exponent)
        scale = Fraction(int(b.p), int(b.q))
        if a == b:
            self._plus[w] = self._plus.get(w, 0) + exponent
        else:
            scale = -scale  # b*(1 - exp(w)) is -b*expm1(w)
            self._minus[w] = self._minus.get(w, 0) + exponent
        self._product.factor *= scale**exponent
        return True

    def expression(self, above: tuple[bool, ...]) -> Expr:
        """Where the exponents of the first differences are positive, or are not."""
        result = Product(self._product.factor, dict(self._product.parts))
        rest = self._monomial
        for k, (w, n) in enumerate(self._minus.items()):
            turned = k < len(above) and above[k]
            if turned:  # exp(w) - 1 is -exp(w)*(exp(-w) - 1)
                rest = _sum(rest, w, n)
                result.factor *= (-1) ** n
            result.put(apply("expm1", self.sum(_sum((Fraction(0),) * len(w), w, -1 if turned else 1))), n)
        rest, counts = self._absorbed(rest)
        for (w, n), count in zip(self._plus.items(), counts, strict=True):
            v = self.sum(w)
            if n < 0:
                result.put(apply("sigmoid", v), count)
                result.put(apply("sigmoid", negate(v)), -n - count)
            else:
                result.put(add(ONE, apply("exp", negate(v))), count)
                result.put(add(ONE, apply("exp", v)), n - count)
        if any(rest):
            result.put(apply("exp", self.sum(rest)), 1)
        return result.expression()

    def _absorbed(self, rest: Vector) -> tuple[Vector, tuple[int, ...]]:
        """How many factors of each kind take their exponential, and what is left: as little as can be."""
        best = rest, (0,) * len(self._plus)
        powers = list(self._plus.items())
        for counts in islice(combinations(*(range(abs(n) + 1) for _, n in powers)), _MOST_WAYS):
            left = rest
            for (w, n), count in zip(powers, counts, strict=True):
                left = _sum(left, w, -count if n < 0 else count)
            if _size(left) < _size(best[0]):
                best = left, counts
        return best


def _sum(a: Vector, b: Vector, factor: int) -> Vector:
    return tuple(p + factor * q for p, q in zip(a, b, strict=True))


def _size(vector: Vector) -> Fraction:
    return sum((abs(v) for v in vector), Fraction(0))
