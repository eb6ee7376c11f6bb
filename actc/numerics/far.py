"""Expressions far from 0, in 1/abs(x): squares and roots of squares do not overflow there.

sqrt(a*x**2 + b) is abs(x)*sqrt(a + b/x**2), log(a*x**2 + b) is 2*log(abs(x)) + log(a + b/x**2), and a quotient of
polynomials is one in 1/abs(x) times a power.
"""

from __future__ import annotations

from actc.model.algebra import compare, divide, folded, power, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, rebuild, symbol
from actc.numerics.forms import Product, factored, polynomial, reversed_powers
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
    if node.op not in ("sqrt", "log", "log1p") or x.name not in node.free:
        return node
    if node.args[0].op == "where" and node.op == "log":
        condition, a, b = node.args[0].args
        return where(condition, _root(apply("log", a), x), _root(apply("log", b), x))
    value = quotient(ONE + node.args[0] if node.op == "log1p" else node.args[0])
    if value is None or value.exponents:
        return node
    index = _unknown(value, x)
    if index is None:
        return node
    if not value.bottom.is_constant():
        return _logarithm_of_quotient(node, value, index, x)
    degree = int(value.top.degrees()[index])
    if degree < 1 or (degree % 2 and node.op == "sqrt"):
        return node
    size = value.leaves[index]
    if degree % 2 and size is x:
        return node  # its sign is not known
    size = apply("abs", x)
    names = _names(value, index)
    inner = polynomial(reversed_powers(value.top / value.bottom.leading_coefficient(), index, degree), names)
    if node.op == "sqrt":
        return power(size, number(degree // 2)) * apply("sqrt", inner)
    return number(degree) * apply("log", size) + apply("log", inner)


def _logarithm_of_quotient(node: Expr, value: Quotient, index: int, x: Expr) -> Expr:
    """log(top/bottom) by their leading powers; the leaves that may depend on x as well are what they are."""
    size = apply("abs", x)
    degrees = [int(poly.degrees()[index]) for poly in (value.top, value.bottom)]
    if node.op == "sqrt" or value.leaves[index] is not size or degrees[0] == degrees[1]:
        return node
    names = _names(value, index)
    top, bottom = (
        polynomial(reversed_powers(poly, index, degree), names)
        for poly, degree in zip((value.top, value.bottom), degrees, strict=True)
    )
    steps = degrees[0] - degrees[1]
    return number(steps) * apply("log", size) + apply("log", divide(top, bottom))


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
        product.put(polynomial(reversed_powers(poly, index, degree), names), exponent)
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
