"""Expressions far from 0, in 1/abs(x): squares and roots of squares do not overflow there.

sqrt(a*x**2 + b) is abs(x)*sqrt(a + b/x**2), and a quotient of polynomials is one in 1/abs(x) times a power.
"""

from __future__ import annotations

from flint import fmpq_mpoly

from actc.model.algebra import compare, divide, folded, power, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, rebuild, symbol
from actc.numerics.forms import Product, factored, polynomial
from actc.numerics.rational import Quotient, quotient

_REGION = frozenset({"add", "sub", "mul", "div", "neg", "pow"})


def split_at_one(root: Expr, variable: str) -> Expr:
    """The far form where abs(x) > 1, else the expression as it is."""
    far = far_form(root, variable)
    if far is root:
        return root
    return where(compare("gt", apply("abs", symbol(variable)), ONE), far, root)


def far_form(root: Expr, variable: str) -> Expr:
    """An equal expression for x other than 0; the expression itself where nothing is gained."""
    x = symbol(variable)
    if root.op == "where":
        a, b = far_form(root.args[1], variable), far_form(root.args[2], variable)
        return where(root.args[0], a, b)
    rooted = fold(root, lambda node, args: _root(folded(rebuild(node, args)), x))
    return _written(rooted, x)


def _root(node: Expr, x: Expr) -> Expr:
    if node.op != "sqrt" or x.name not in node.free:
        return node
    value = quotient(node.args[0])
    if value is None or value.exponents or not value.bottom.is_constant():
        return node
    index = _unknown(value, x)
    if index is None:
        return node
    degree = int(value.top.degrees()[index])
    if degree < 2 or degree % 2:
        return node
    size = apply("abs", x)
    names = _names(value, index)
    inner = polynomial(reversed_in(value.top / value.bottom.leading_coefficient(), index, degree), names)
    return power(size, number(degree // 2)) * apply("sqrt", inner)


def _unknown(value: Quotient, x: Expr) -> int | None:
    """The unknown that stands for x, or for abs(x) where that occurs."""
    for leaf in (apply("abs", x), x):
        if leaf in value.leaves:
            return len(value.exponents) + value.leaves.index(leaf)
    return None


def _names(value: Quotient, index: int) -> list[Expr]:
    names = [apply("exp", v) for v in value.exponents] + list(value.leaves)
    names[index] = divide(ONE, names[index])
    return names


def reversed_in(poly: fmpq_mpoly, index: int, degree: int) -> fmpq_mpoly:
    """The polynomial divided by the unknown's power, in its reciprocal."""
    terms = {
        tuple(degree - int(p) if i == index else int(p) for i, p in enumerate(powers)): c
        for powers, c in poly.to_dict().items()
    }
    return poly.context().from_dict(terms)


def _written(node: Expr, x: Expr) -> Expr:
    if node.op not in _REGION:
        return node
    # With abs(x) among the parts, x is sign(x)*abs(x), and the two cancel.
    size = apply("abs", x)
    value = quotient(node)
    if value is None or value.exponents or value.is_zero:
        return node
    index = _unknown(value, x)
    if index is None:
        return node
    parts = factored(value)
    product = Product(parts.factor, dict(parts.monomials))
    total = 0
    names = _names(value, index)
    for poly, exponent in parts.factors:
        degree = int(poly.degrees()[index])
        total += degree * exponent
        product.put(polynomial(reversed_in(poly, index, degree), names), exponent)
    base = value.leaves[index - len(value.exponents)]
    total += product.parts.pop(base, 0)
    if total > 0:
        product.put(base, total)
    elif total < 0:
        product.put(divide(ONE, base), -total)
    if product.parts.get(apply("sign", x)) == 1 and product.parts.get(size) == 1:
        del product.parts[apply("sign", x)], product.parts[size]
        product.put(x, 1)
    return product.expression() if product.factor else ZERO


def conjugate(root: Expr) -> Expr:
    """Sums with a root, p + q*sqrt(w), as (p**2 - q**2*w)/(p - q*sqrt(w)) where the two have opposite signs."""
    return fold(root, lambda node, args: _conjugated(folded(rebuild(node, args))))


def _conjugated(node: Expr) -> Expr:
    if node.op not in ("add", "sub"):
        return node
    value = quotient(node)
    if value is None or value.exponents:
        return node
    for index, leaf in enumerate(value.leaves):
        if leaf.op != "sqrt" or value.top.degrees()[index] != 1 or value.bottom.degrees()[index]:
            continue
        names = list(value.leaves)
        p, q = (polynomial(_part(value.top, index, k), names) for k in (0, 1))
        bottom = polynomial(value.bottom, names)
        if p is ZERO or not p.free:
            continue
        inner = quotient(p * p - q * q * leaf.args[0])
        if inner is None or inner.exponents:
            continue
        other = divide(_plain(inner), (p - q * leaf) * bottom)
        opposite = compare("lt", p, ZERO) if q.is_number and q.number > 0 else compare("lt", p * q, ZERO)
        if q.is_number and q.number < 0:
            opposite = compare("gt", p, ZERO)
        return where(opposite, other, node)
    return node


def _plain(value: Quotient) -> Expr:
    if value.is_zero:
        return ZERO
    parts = factored(value)
    product = Product(parts.factor, dict(parts.monomials))
    for poly, exponent in parts.factors:
        product.put(polynomial(poly, list(value.leaves)), exponent)
    return product.expression()


def _part(poly: fmpq_mpoly, index: int, degree: int) -> fmpq_mpoly:
    terms = {
        tuple(0 if i == index else int(p) for i, p in enumerate(powers)): c
        for powers, c in poly.to_dict().items()
        if int(powers[index]) == degree
    }
    return poly.context().from_dict(terms)
