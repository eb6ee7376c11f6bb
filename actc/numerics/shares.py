"""Positive quantities by what they are of themselves and 1: u = q/(1 + q) for q in (0, inf).

log(1 + q) - q/(1 + q) loses digits up to q = 1 and beyond, where its Taylor series in q has ended: it has a singularity
at -1, which no positive q comes near. In u it is -log(1 - u) - u, whose series goes on to u = 1.
"""

from __future__ import annotations

from collections.abc import Callable

from actc.model.algebra import add, divide, negate
from actc.model.expr import ONE, Expr, apply, fold, postorder, rebuild, substitute, symbol
from actc.numerics.forms import plain_product
from actc.numerics.preparation import powers_split
from actc.numerics.rational import Quotient, quotient


def share(q: Expr) -> Expr:
    """q/(1 + q), the sigmoid of v for an exponential of v."""
    return apply("sigmoid", q.args[0]) if q.op == "exp" else divide(q, add(ONE, q))


def shared(u: Expr) -> Expr | None:
    """The q of q/(1 + q), as ``share`` writes it; None for anything else."""
    if u.op == "div" and u.args[1].op == "add" and u.args[1].args[0] is ONE and u.args[1].args[1] is u.args[0]:
        return u.args[0]
    return None


def in_shares(node: Expr, name: str, unknown: Expr, solved: Callable[[Expr], Expr], target: Expr) -> Expr:
    """The expression in ``unknown``, the share of a product in which ``target`` is one factor.

    ``solved`` gives that factor for a value of the product. Powers with parameters as exponents stay as they are: in
    1 - u digits of large q would be lost to them.
    """
    kept: dict[Expr, Expr] = {}

    def powers(inner: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(inner, args)
        if here.op != "pow" or not here.args[1].free or name not in here.free:
            return here
        placeholder = symbol(f"·k{len(kept)}")
        kept[placeholder] = here
        return placeholder

    held = fold(powers_split(node), powers)
    known = {target: solved(divide(unknown, ONE - unknown))}
    inside = fold(held, lambda n, args: _in_lowest_terms(rebuild(n, args), unknown), known)
    while any(leaf in kept for leaf in postorder(inside)):
        inside = substitute(inside, kept)
    return inside


def _in_lowest_terms(node: Expr, unknown: Expr) -> Expr:
    """A function of a quotient of polynomials; of 1/p the logarithm is -log(p)."""
    if not node.args or unknown.name not in node.free or node.op in ("add", "sub", "mul", "div", "neg", "pow"):
        return node
    if len(node.args) != 1 or node.is_condition:
        return node
    value = quotient(add(ONE, node.args[0]) if node.op == "log1p" else node.args[0])
    if value is None or value.exponents or value.bottom.is_zero():
        return node
    if node.op not in ("log", "log1p"):
        return rebuild(node, (plain_product(value),))
    if value.top.is_constant() and not value.bottom.is_constant():
        turned = Quotient(value.bottom, value.top, value.exponents, value.leaves)
        return negate(_logarithm(plain_product(turned)))
    return _logarithm(plain_product(value))


def _logarithm(argument: Expr) -> Expr:
    if argument.op == "sub" and argument.args[0] is ONE:
        return apply("log1p", negate(argument.args[1]))
    return apply("log", argument)
