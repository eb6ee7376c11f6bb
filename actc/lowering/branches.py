"""Branches that cannot hurt: what is not chosen is computed at a harmless input.

``where`` computes both of its sides. A side that overflows where it is not chosen leaves the value alone, but not a
derivative taken through it: 0 times infinity is NaN. So a side that is not finite everywhere gets, outside its own
region, a constant in place of the input.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from actc.calculus.balls import Number, evaluate
from actc.model.algebra import where
from actc.model.expr import Expr, fold, number, postorder, rebuild, substitute, symbol

# Functions that neither overflow nor leave the reals, nor do their derivatives, for any argument of float's range.
_TAME = frozenset(
    {
        *("add", "sub", "neg", "abs", "sign", "min", "max", "where", "floor", "ceiling", "round"),
        *("sin", "cos", "atan", "tanh", "erf", "erfc", "sigmoid", "softplus", "log_sigmoid", "normal_cdf"),
        *("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "true", "false"),
        *("number", "constant", "symbol", "nan", "inf"),
    }
)

_HARMLESS = (Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(-1, 2), Fraction(2), Fraction(-2))


def guard_branches(root: Expr, inputs: tuple[str, ...], defaults: Mapping[str, Number]) -> Expr:
    """Give each side of a ``where`` that needs it a safe input."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.op != "where":
            return here
        condition, a, b = here.args
        safe_a = _guarded(a, condition, True, inputs, defaults)
        safe_b = _guarded(b, condition, False, inputs, defaults)
        return where(condition, safe_a, safe_b)

    return fold(root, visit)


def _guarded(
    side: Expr, condition: Expr, chosen: bool, inputs: tuple[str, ...], defaults: Mapping[str, Number]
) -> Expr:
    shared = [name for name in inputs if name in side.free and name in condition.free]
    if not shared or not _is_wild(side):
        return side
    for value in _HARMLESS:
        point = {**{name: Fraction(1, 2) for name in inputs}, **defaults, **dict.fromkeys(shared, value)}
        found = evaluate(side, point)
        if isinstance(found, Fraction) or (isinstance(found, arb) and found.is_finite()):
            constant = number(value)
            replacements = {
                symbol(name): where(condition, symbol(name), constant)
                if chosen
                else where(condition, constant, symbol(name))
                for name in shared
            }
            return substitute(side, replacements)
    return side


def _is_wild(side: Expr) -> bool:
    for node in postorder(side):
        if node.op in _TAME:
            continue
        if node.op in ("mul", "div") and any(a.is_number and a.number != 0 for a in node.args[-1:]):
            continue
        if node.op == "mul" and any(not a.free or a.op == "symbol" for a in node.args):
            continue
        if node.free:
            return True
    return False
