"""Programs as XLA's algebraic simplifier leaves them, where that is another order of roundings.

It takes (a/b)/c for a/(b*c), a/(b/c) for (a*c)/b, and (a/b)/(c/d) for (a*d)/(b*c), whatever overflows by that. A
program has to be right both ways: it is run as written in eager code, and as this inside compiled passes.
"""

from __future__ import annotations

from functools import lru_cache

from actc.model.expr import ONE, Expr, apply, fold, rebuild


@lru_cache(maxsize=4096)
def simplified(root: Expr) -> Expr:
    """The expression with quotients of quotients as one; itself where there are none."""
    return fold(root, lambda node, args: _quotient(rebuild(node, args)) if node.op == "div" else rebuild(node, args))


def apart(root: Expr, *, first: bool) -> Expr:
    """The expression with one of two divisions in a row as a product with a reciprocal, which is left as it is.

    That is the first of them, or the second.
    """

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.op != "div" or here.args[0].op != "div":
            return here
        (top, bottom), last = here.args[0].args, here.args[1]
        if first:
            return apply("div", apply("mul", top, apply("div", ONE, bottom)), last)
        return apply("mul", here.args[0], apply("div", ONE, last))

    return fold(root, visit)


def ways(root: Expr) -> tuple[Expr, ...]:
    """The expression, and what XLA makes of it where that is something else."""
    other = simplified(root)
    return (root,) if other is root else (root, other)


def _quotient(node: Expr) -> Expr:
    top, bottom = node.args
    if top.op == "div" and bottom.op == "div":
        return apply("div", apply("mul", top.args[0], bottom.args[1]), apply("mul", top.args[1], bottom.args[0]))
    if top.op == "div":
        return apply("div", top.args[0], apply("mul", top.args[1], bottom))
    if bottom.op == "div":
        return apply("div", apply("mul", top, bottom.args[1]), bottom.args[0])
    return node
