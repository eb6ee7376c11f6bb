"""Conditions that hold for all numbers but those that vanished by rounding, where the other side says the same."""

from __future__ import annotations

from fractions import Fraction

from actc.calculus.balls import evaluate_sure
from actc.model.expr import ZERO, Expr, fold, rebuild, substitute

# Whose results have no sign, in floating point too: from arguments of any sign, and from such without one.
_UNSIGNED = frozenset({"abs", "exp", "sqrt", "sigmoid", "softplus", "cosh", "erfc", "normal_cdf"})
_KEEP_UNSIGNED = frozenset({"add", "mul", "div", "min"})


def settle_branches(root: Expr) -> Expr:
    """The expression without branches at ``u > 0``, or ``u <= 0``, where u is never negative and 0 is no exception.

    Such come from functions that are written differently for each sign, of an argument that has but one.
    """

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.op != "where":
            return here
        condition, a, b = here.args
        if condition.op not in ("gt", "le") or condition.args[1] is not ZERO or not _is_unsigned(condition.args[0]):
            return here
        always, at_zero = (a, b) if condition.op == "gt" else (b, a)
        return always if _agree(condition.args[0], always, at_zero) else here

    return fold(root, visit)


def _is_unsigned(expr: Expr) -> bool:
    return fold(expr, _without_sign)


def _without_sign(node: Expr, args: tuple[bool, ...]) -> bool:
    if node.is_number:
        return node.number >= 0
    if node.op == "constant" or node.op in _UNSIGNED:
        return True
    if node.op == "max":
        return any(args)
    if node.op == "pow":
        return args[0] or (node.args[1].is_number and node.args[1].number % 2 == 0)
    return node.op in _KEEP_UNSIGNED and all(args)


def _agree(u: Expr, a: Expr, b: Expr) -> bool:
    """Whether two functions of u alone are the same at 0."""
    found = [evaluate_sure(substitute(side, {u: ZERO}), {}) for side in (a, b) if not substitute(side, {u: ZERO}).free]
    return len(found) == 2 and isinstance(found[0], Fraction) and found[0] == found[1]
