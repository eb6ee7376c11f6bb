"""Steps between two values that are smooth, as the sum of both values times what is left of the step on each side.

p + q*erf(z) is (p + q)*erfc(-z)/2 + (p - q)*erfc(z)/2: where erf(z) is next to -1, p - q is not taken from 1 + erf(z),
and the sums p + q and p - q are exact polynomials, in which what is equal cancels.
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq_mpoly

from actc.model.algebra import add, folded, multiply, negate
from actc.model.expr import Expr, apply, fold, postorder, rebuild
from actc.numerics.exponents import times
from actc.numerics.forms import plain_product, polynomial
from actc.numerics.rational import Quotient, lowest, quotient, terms_of_degree

_STEPS = {"erf": "erfc", "normal_cdf": "normal_cdf"}


def blended(root: Expr) -> Expr:
    """Every quotient whose top is linear in one step, by the step and its mirror image."""
    if all(node.op not in _STEPS for node in postorder(root)):
        return root
    inside = {a for node in postorder(root) if node.op in ("add", "sub", "mul", "div", "neg") for a in node.args}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        return here if node in inside else _blended(here)

    return fold(root, visit)


def _blended(node: Expr) -> Expr:
    value = quotient(node)
    if value is None or value.exponents or value.bottom.is_zero():
        return node
    for index, leaf in enumerate(value.leaves):
        if leaf.op not in _STEPS or value.top.degrees()[index] != 1 or value.bottom.degrees()[index]:
            continue
        if any(leaf in set(postorder(other)) for other in value.leaves if other is not leaf):
            continue
        p, q = terms_of_degree(value.top, {index: 0}), terms_of_degree(value.top, {index: 1})
        if p.is_zero():
            continue
        rising, falling = _after(leaf)
        upper, lower = (p + q, p - q) if leaf.op == "erf" else (p + q, p)
        return add(_term(value, upper, rising), _term(value, lower, falling))
    return node


def _after(leaf: Expr) -> tuple[Expr, Expr]:
    """The step that is 0 far below and the one that is 0 far above."""
    name, z = _STEPS[leaf.op], leaf.args[0]
    above, below = apply(name, z), apply(name, negate(z))
    # Halved before they are multiplied, so that nothing overflows.
    return (_half(below), _half(above)) if leaf.op == "erf" else (above, below)


def _half(node: Expr) -> Expr:
    return times(Fraction(1, 2), node)


def _term(value: Quotient, top: fmpq_mpoly, step: Expr) -> Expr:
    if top.is_zero():
        return polynomial(top, list(value.leaves))
    factor = plain_product(lowest(Quotient(top, value.bottom, (), value.leaves)))
    return multiply(factor, step)
