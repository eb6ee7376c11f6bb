"""Closed subexpressions become the nearest float64, correctly rounded, whatever machine compiles."""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from actc.calculus.balls import evaluate_sure, evaluate_zero, rational
from actc.model.expr import LEAVES, Expr, fold, number, rebuild


def nearest_double(expr: Expr) -> Fraction | None:
    """The float64 nearest to a closed expression; None where it has no finite value."""
    value = evaluate_zero(expr, {}, good=120)
    if isinstance(value, arb):
        # 120 good bits leave no doubt about which of two neighbours is nearer, short of a deliberate tie.
        value = rational(value)
    if not isinstance(value, Fraction):
        return None
    try:
        return Fraction(float(value))
    except OverflowError:
        return None


def fold_constants(root: Expr) -> Expr:
    """Evaluate every largest closed part that is not a plain number yet. Exact rationals stay exact."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.free or here.is_condition or here.is_number or (here.op in LEAVES and here.op != "constant"):
            return here
        value = evaluate_sure(here, {})
        if isinstance(value, Fraction):
            return number(value)
        return here

    exact = fold(root, visit)

    # A closed part is rounded once, where it meets an open one, and not each of its own parts.
    def round_closed(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if not node.free:
            return node
        return rebuild(node, tuple(_rounded(a) for a in args))

    return _rounded(fold(exact, round_closed))


def _rounded(node: Expr) -> Expr:
    if node.free or node.is_condition or node.is_number or (node.op in LEAVES and node.op != "constant"):
        return node
    value = nearest_double(node)
    return node if value is None else number(value)
