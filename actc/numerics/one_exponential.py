"""Exponentials and sigmoids of the sizes of one quantity by a single exponential, which costs less.

With h = exp(-abs(v)/2), exp(min(v, 0)/2) is h where v < 0 and else 1, and sigmoid(abs(v)) is 1/(1 + h*h).
"""

from __future__ import annotations

from fractions import Fraction

from actc.model.algebra import add, compare, divide, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, postorder, rebuild
from actc.numerics.exponents import scaled, times

_POWERS = (1, 2, 4)


def by_one_exponential(root: Expr) -> Expr:
    """The expression with one exponential for each quantity whose size two functions or more are of."""
    found: dict[Expr, dict[Expr, tuple[str, Fraction]]] = {}
    for node in postorder(root):
        if node.op not in ("exp", "sigmoid"):
            continue
        steep, base = scaled(node.args[0])
        kind = base.op
        if kind in ("min", "max") and base.args[1] is ZERO:
            decays = (steep > 0) == (kind == "min")
            if node.op == "exp" and decays:
                found.setdefault(base.args[0], {})[node] = kind, abs(steep)
        elif kind == "abs" and (node.op == "sigmoid" or steep < 0):
            found.setdefault(base.args[0], {})[node] = node.op if steep < 0 else "rising", abs(steep)
    known: dict[Expr, Expr] = {}
    for v, nodes in found.items():
        least = min(steep for _, steep in nodes.values())
        if len(nodes) < 2 or any(steep / least not in _POWERS for _, steep in nodes.values()):
            continue
        half = apply("exp", times(-least, apply("abs", v)))
        for node, (kind, steep) in nodes.items():
            known[node] = _written(kind, v, _power(half, int(steep / least)))
    if not known:
        return root

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op == "mul" and node.args[1] in known and args[1].op == "div" and args[1].args[0] is ONE:
            return divide(args[0], args[1].args[1])
        return rebuild(node, args)

    return fold(root, visit, known)


def _power(half: Expr, exponent: int) -> Expr:
    for _ in range(exponent.bit_length() - 1):
        half = apply("mul", half, half)
    return half


def _written(kind: str, v: Expr, small: Expr) -> Expr:
    """A function by exp(-c*abs(v))."""
    match kind:
        case "min":
            return where(compare("lt", v, ZERO), small, ONE)
        case "max":
            return where(compare("gt", v, ZERO), small, ONE)
        case "rising":
            return divide(ONE, add(ONE, small))
        case "sigmoid":
            return divide(small, add(ONE, small))
    return small
