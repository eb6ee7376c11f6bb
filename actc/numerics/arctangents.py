"""Arctangents of large arguments by their reciprocals: 1/2 + atan(x)/pi is -atan(1/x)/pi for x < 0.

atan(u) + atan(1/u) is pi/2 for u > 0, and -pi/2 for u < 0. What a right angle cancels with, cancels exactly.
"""

from __future__ import annotations

from fractions import Fraction

from actc.model.algebra import compare, divide, multiply, negate, subtract, where
from actc.model.expr import ONE, Expr, apply, constant, number, postorder, substitute
from actc.numerics.forms import plain_product, vocabulary
from actc.numerics.rational import quotient
from actc.numerics.vocabulary import rewritten

_MOST = 2  # arctangents of one expression
_RIGHT_ANGLE = multiply(number(Fraction(1, 2)), constant("pi"))


def turned_outside(root: Expr) -> Expr:
    """The expression by arctangents of reciprocals where an argument is beyond 1 or -1; itself where it has none."""
    found = [node for node in postorder(root) if node.op == "atan" and node.free]
    if not found or len(found) > _MOST:
        return root
    for node in found:
        u = node.args[0]
        other = apply("atan", _reciprocal(u))
        sides = (
            rewritten(substitute(root, {node: subtract(angle, other)}), vocabulary, whole=True)
            for angle in (_RIGHT_ANGLE, negate(_RIGHT_ANGLE))
        )
        above, below = sides
        root = where(compare("gt", u, ONE), above, where(compare("lt", u, number(-1)), below, root))
    return root


def _reciprocal(u: Expr) -> Expr:
    value = quotient(divide(ONE, u))
    return divide(ONE, u) if value is None or value.exponents else plain_product(value)
