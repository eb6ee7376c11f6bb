"""Arguments of exponentials as a rational multiple of something, so that exp(x), exp(-2*x) and tanh(x/2) meet."""

from __future__ import annotations

from fractions import Fraction

from actc.model.algebra import add, divide, multiply, negate, subtract
from actc.model.expr import ONE, Expr, fold, number

Scaled = tuple[Fraction, Expr]
"""A rational factor, and what it multiplies."""


def scaled(root: Expr) -> Scaled:
    """The expression as a rational multiple of another, whose first term has a positive coefficient."""
    return fold(root, _scale)


def _scale(node: Expr, args: tuple[Scaled, ...]) -> Scaled:
    match node.op:
        case "number":
            return (node.number, ONE) if node.number else (Fraction(1), node)
        case "neg":
            return -args[0][0], args[0][1]
        case "mul":
            return args[0][0] * args[1][0], multiply(args[0][1], args[1][1])
        case "div" if args[1][1].op != "number" or args[1][1].number:
            return args[0][0] / args[1][0], divide(args[0][1], args[1][1])
        case "add" | "sub":
            return _sum(args[0], args[1] if node.op == "add" else (-args[1][0], args[1][1]))
    return Fraction(1), node


def _sum(first: Scaled, second: Scaled) -> Scaled:
    (a, u), (b, v) = first, second
    if u is v:
        return (a + b, u) if a + b else (Fraction(1), number(0))
    if abs(a) == abs(b):
        # x - b and 2*x - 2*b are one thing; 2*x + 1 stays as it is.
        return a, add(u, v) if a == b else subtract(u, v)
    sign = Fraction(1 if a > 0 else -1)
    head, tail = multiply(number(abs(a)), u), multiply(number(abs(b)), v)
    return sign, add(head, tail) if a * b > 0 else subtract(head, tail)


def times(factor: Fraction, base: Expr) -> Expr:
    """A rational multiple, spelled as an author would: -x, x/2, 3*x/2."""
    if factor < 0:
        return negate(times(-factor, base))
    if factor == 1:
        return base
    if base.is_number:
        return number(factor * base.number)
    if factor.numerator == 1:
        return divide(base, number(factor.denominator))
    return multiply(number(factor), base)
