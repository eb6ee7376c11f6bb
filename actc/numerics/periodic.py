"""Sines, cosines and tangents whose argument is a multiple of pi, or so large that it overflows."""

from __future__ import annotations

from fractions import Fraction

from actc.model.algebra import divide, multiply, subtract
from actc.model.expr import Expr, apply, constant, fold, number, postorder, rebuild
from actc.numerics.forms import plain_product
from actc.numerics.rational import quotient

_PERIODIC = frozenset({"sin", "cos", "tan"})
_PI = constant("pi")
FAR = Fraction(10) ** 30
"""Beyond, an ulp of an argument is many periods in both formats, and its last bits may be anything."""


def reduced(root: Expr) -> Expr:
    """sin(pi*v) as sin(pi*(v - 2*round(v/2))), which is exact but for one rounding of pi; huge arguments held."""
    if not any(node.op in _PERIODIC and node.free for node in postorder(root)):
        return root

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.op not in _PERIODIC or not here.free:
            return here
        turns = _turns(here.args[0])
        if turns is None:
            return apply(here.op, _held(here.args[0]))
        held = _held(turns)
        two = number(2)
        rest = subtract(held, multiply(two, apply("round", divide(held, two))))
        return apply(here.op, multiply(_PI, rest))

    return fold(root, visit)


def _held(argument: Expr) -> Expr:
    return apply("max", apply("min", argument, number(FAR)), number(-FAR))


def _turns(argument: Expr) -> Expr | None:
    """What pi is multiplied with, if it is a factor."""
    value = quotient(argument)
    if value is None or value.exponents or _PI not in value.leaves:
        return None
    index = value.leaves.index(_PI)
    powers = {int(m[index]) for m in value.top.monoms()}
    if powers != {1} or int(value.bottom.degrees()[index]):
        return None
    return plain_product(quotient(argument / _PI) or value)
