"""A product that functions are applied to as one quantity, wherever all its factors meet.

In sigmoid(beta*x)*sigmoid(-beta*x)*x*beta both functions are of v = beta*x, and so is the product x*beta. With v for
all of them the expression is simpler, and v can be held where it overflows, which neither factor could be alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from actc.model.algebra import divide, multiply, negate
from actc.model.expr import ONE, Expr, apply, fold, number, postorder, rebuild, substitute, symbol
from actc.numerics.exponents import scaled
from actc.numerics.preparation import outside_functions
from actc.numerics.products import factors

GROUP = symbol("·v")
"""The product, while the expression is rewritten."""

_HUGE = number(10**36)
_FUNCTIONS = frozenset({"exp", "sigmoid", "softplus", "log_sigmoid", "tanh", "expm1", "sinh", "cosh"})


def grouped(root: Expr, inputs: tuple[str, ...]) -> Iterator[tuple[Expr, Expr]]:
    """The expression in ``GROUP``, with the product that it stands for."""
    found: dict[Expr, None] = {}
    for node in postorder(root):
        if node.op in _FUNCTIONS:
            base = scaled(node.args[0])[1]
            if base.op == "mul" and not base.free.isdisjoint(inputs):
                found[base] = None
    if len(found) != 1:
        return
    (product,) = found
    parts, below, _ = factors(product)
    if below or any(part.op != "symbol" for part in parts):
        return
    together = _together(root, product, parts)
    if GROUP.name in together.free:
        yield together, product


def ungrouped(root: Expr, product: Expr) -> Expr:
    """The product for ``GROUP``; as a factor it is held where it would overflow, for what it meets is 0 there."""
    held = apply("max", apply("min", product, _HUGE), negate(_HUGE))
    return substitute(outside_functions(root, GROUP, held), {GROUP: product})


def _together(root: Expr, product: Expr, parts: list[Expr]) -> Expr:
    inside = {a for node in postorder(root) if node.op in ("mul", "div", "neg") for a in node.args[:2]}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if node.op not in ("mul", "div", "neg") or node in inside:
            return here
        top, bottom, sign = factors(here)
        left = list(top)
        for part in parts:
            if part not in left:
                return here
            left.remove(part)
        total = ONE
        for part in (*left, GROUP):
            total = part if total is ONE else multiply(total, part)
        for part in bottom:
            total = divide(total, part)
        return total if sign > 0 else negate(total)

    return fold(substitute(root, {product: GROUP}), visit)
