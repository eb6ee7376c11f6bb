"""Sines and cosines next to the numbers they reach: 1 + sin(v) has a double root, around which its digits cancel.

By half angles 1 - cos(v) = 2*sin(v/2)**2, 1 + cos(v) = 2*cos(v/2)**2 and 1 +- sin(v) = 2*sin(pi/4 +- v/2)**2; besides
2*sin(u)*cos(u) = sin(2*u) and 1 - cos(v)**2 = sin(v)**2. What is rounded under the square is magnified no more than the
input's last bit is.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from flint import fmpq_mpoly

from actc.model.algebra import add, divide, folded, multiply, power, subtract
from actc.model.expr import Expr, apply, constant, fold, number, postorder, rebuild
from actc.numerics.exponents import scaled, times
from actc.numerics.forms import polynomial
from actc.numerics.products import spread
from actc.numerics.rational import Quotient, quotient, terms_of_degree

_OTHER = {"sin": "cos", "cos": "sin"}
_TWO = number(2)

Split = tuple[fmpq_mpoly, fmpq_mpoly, Expr]
"""A sum as what stands alone, and a coefficient with a square that it multiplies."""


def by_half_angles(root: Expr) -> Expr:
    """Every sum of a sine or cosine and a coefficient like its own, by a square."""
    if not any(node.op in _OTHER and node.free for node in postorder(root)):
        return root
    return fold(root, lambda node, args: _squared(folded(rebuild(node, args))))


def _squared(node: Expr) -> Expr:
    if node.op not in ("add", "sub") or not node.free:
        return node
    value = quotient(node)
    if value is None:
        return node
    names = [*(apply("exp", e) for e in value.exponents), *value.leaves]
    for alone, coefficient, base in _splits(value, names):
        lead = coefficient.leading_coefficient()
        factor = Fraction(int(lead.p), int(lead.q))
        # The square first: it is bounded, and what it multiplies may overflow.
        total = spread(times(factor, base), polynomial(coefficient / lead, names))
        if not alone.is_zero():
            total = add(polynomial(alone, names), total)
        return divide(total, polynomial(value.bottom, names))
    return node


def _splits(value: Quotient, names: list[Expr]) -> Iterator[Split]:
    """The top with a sine or cosine as a square, and less beside it."""
    top = value.top
    for index, leaf in enumerate(names):
        if leaf.op not in _OTHER or not leaf.free or int(value.bottom.degrees()[index]):
            continue
        alone, linear, square = (terms_of_degree(top, {index: k}) for k in range(3))
        degree = int(top.degrees()[index])
        if degree == 1 and (found := _next_to(alone, linear)):
            sign, rest = found
            yield rest, 2 * sign * linear, _half_of_one_plus(leaf, sign)
        if degree == 2 and linear.is_zero() and (found := _next_to(alone, square)) and found[0] < 0:
            yield found[1], -square, power(apply(_OTHER[leaf.op], leaf.args[0]), _TWO)
        other = apply(_OTHER[leaf.op], leaf.args[0])
        if leaf.op == "sin" and other in names:
            both = {index: 1, names.index(other): 1}
            alone, product = terms_of_degree(top, dict.fromkeys(both, 0)), terms_of_degree(top, both)
            if len(alone) + len(product) == len(top) and (found := _next_to(alone, product / 2)):
                sign, rest = found
                yield rest, sign * product, _half_of_one_plus(apply("sin", multiply(_TWO, leaf.args[0])), sign)


def _next_to(alone: fmpq_mpoly, factor: fmpq_mpoly) -> tuple[int, fmpq_mpoly] | None:
    """The sign s for which alone = s*factor + rest with fewer terms, and the rest; numbers need not be equal."""
    if alone.is_zero() or factor.is_zero():
        return None
    for sign in (1, -1):
        rest = alone - sign * factor
        if len(rest) == len(alone) - len(factor):
            return sign, rest
    if alone.is_constant() and factor.is_constant():
        sign = 1 if (alone / factor).leading_coefficient() > 0 else -1
        return sign, alone - sign * factor
    return None


def _half_of_one_plus(leaf: Expr, sign: int) -> Expr:
    """(1 + leaf)/2 or (1 - leaf)/2, with the sign of the leaf."""
    factor, base = scaled(leaf.args[0])
    half = times(factor / 2, base)
    if leaf.op == "cos":
        return power(apply("cos" if sign > 0 else "sin", half), _TWO)
    quarter = times(Fraction(1, 4), constant("pi"))
    angle = add(quarter, half) if sign > 0 else subtract(quarter, half)
    return power(apply("sin", angle), _TWO)
