"""Square roots in sums that cancel, and of squares that overflow."""

from __future__ import annotations

from fractions import Fraction

from actc.model.algebra import add, compare, divide, folded, multiply, negate, power, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, postorder, rebuild, symbol
from actc.numerics.exponents import times
from actc.numerics.forms import plain_product, polynomial
from actc.numerics.rational import quotient, terms_of_degree


def scaled_roots(root: Expr, variable: str) -> Expr:
    """Each root of a polynomial in x relative to m = max(abs(x), 1).

    sqrt(a*x**2 + b*x + c) is m*sqrt(a*(x/m)**2 + b*(x/m)/m + c/m/m), in which nothing overflows and, where m is 1,
    nothing is changed.
    """
    x = symbol(variable)
    return fold(root, lambda node, args: _scaled_root(folded(rebuild(node, args)), x))


def _scaled_root(node: Expr, x: Expr) -> Expr:
    if node.op != "sqrt" or x.name not in node.free:
        return node
    value = quotient(node.args[0])
    if value is None or value.exponents or not value.bottom.is_constant() or x not in value.leaves:
        return node
    index = value.leaves.index(x)
    degree = int(value.top.degrees()[index])
    if degree < 2 or degree % 2 or apply("abs", x) in value.leaves:
        return node
    size = apply("max", apply("abs", x), ONE)
    names = list(value.leaves)
    names[index] = x / size
    total = ZERO
    for k in range(degree, -1, -1):
        part = polynomial(terms_of_degree(value.top / value.bottom.leading_coefficient(), {index: k}), names)
        term = part if not k else multiply(part, power(names[index], number(k)))
        for _ in range(degree - k if part is not ZERO else 0):
            term = divide(term, size)
        total = add(total, term)
    return power(size, number(degree // 2)) * apply("sqrt", total)


def hypotenuses(root: Expr, variable: str) -> Expr:
    """Each sqrt(a*x**2 + c) as m*sqrt(1 + (n/m)**2), m the greater and n the lesser of sqrt(a)*abs(x) and sqrt(c).

    Neither squares nor what they leave of c overflow or vanish, however small both are. For positive a and c.
    """
    x = symbol(variable)
    return fold(root, lambda node, args: _hypotenuse(folded(rebuild(node, args)), x))


def _hypotenuse(node: Expr, x: Expr) -> Expr:
    if node.op != "sqrt" or x.name not in node.free:
        return node
    value = quotient(node.args[0])
    if value is None or value.exponents or not value.bottom.is_constant() or x not in value.leaves:
        return node
    index = value.leaves.index(x)
    if int(value.top.degrees()[index]) != 2 or apply("abs", x) in value.leaves:
        return node
    names = list(value.leaves)
    whole = value.top / value.bottom.leading_coefficient()
    low, middle, high = (polynomial(terms_of_degree(whole, {index: k}), names) for k in range(3))
    if low is ZERO or middle is not ZERO or x.name in high.free | low.free:
        return node
    a, b = multiply(_root_of(high), apply("abs", x)), _root_of(low)
    greater, lesser = apply("max", a, b), apply("min", a, b)
    never = any(side.is_number and side.number > 0 for side in (a, b))
    safe = greater if never else where(compare("gt", greater, ZERO), greater, ONE)
    return multiply(greater, apply("sqrt", add(ONE, power(divide(lesser, safe), number(2)))))


def _root_of(node: Expr) -> Expr:
    return ONE if node is ONE else apply("sqrt", node)


def conjugate(root: Expr) -> Expr:
    """Sums with a root, p + q*sqrt(w), as (p**2 - q**2*w)/(p - q*sqrt(w)) where the two have opposite signs."""
    if all(node.op != "sqrt" for node in postorder(root)):
        return root
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
        p, q = (polynomial(terms_of_degree(value.top, {index: k}), names) for k in (0, 1))
        if p is ZERO or p.op == "abs" or not q.is_number:
            continue
        inner = quotient(q * q * leaf.args[0] - p * p)
        if inner is None or inner.exponents:
            continue
        top = _sum(p, times(abs(q.number), leaf), plain_product(inner), q.number)
        return divide(top, polynomial(value.bottom, names))
    return node


def _sum(p: Expr, rooted: Expr, difference: Expr, q: Fraction) -> Expr:
    """p + rooted, or p - rooted where q < 0; the difference of their squares is rooted**2 - p**2."""
    if q < 0:
        p = negate(p)
    if p.is_number:
        result = rooted + p if p.number > 0 else divide(difference, rooted - p)
    else:
        total = apply("abs", p) + rooted
        result = where(compare("lt", p, ZERO), divide(difference, total), total)
    return negate(result) if q < 0 else result
