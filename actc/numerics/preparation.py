"""What is done to an expression before other forms of it are looked for: exact, and free of choices."""

from __future__ import annotations

from collections.abc import Mapping

from actc.calculus.intervals import POSITIVE, Interval
from actc.calculus.ranges import Box
from actc.model.algebra import folded, multiply, negate, power, where
from actc.model.expr import FALSE, NAN, ONE, TRUE, Expr, apply, fold, number, postorder, rebuild

_ARITHMETIC = frozenset({"symbol", "add", "sub", "mul", "div", "neg", "abs", "min", "max", "where", "number"})


def decided(root: Expr, env: Mapping[str, Interval]) -> Expr:
    """The expression without branches that no point of the domains takes, such as 0 if 1 + exp(x) == 0.

    NaN stays where it is, for it is what is outside of the domains.
    """
    box = Box(env)

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.op != "where" or here.args[2] is NAN:
            return here
        answer = box.holds(here.args[0])
        return here if answer is None else where(TRUE if answer else FALSE, here.args[1], here.args[2])

    return fold(root, visit)


def sizes_split(root: Expr, env: Mapping[str, Interval]) -> Expr:
    """Sizes and signs of products as products of theirs, those of what is positive left out: abs(x/a) is abs(x)/a."""
    box = Box(env)

    def size(node: Expr) -> Expr:
        if node.op in ("mul", "div"):
            return folded(rebuild(node, tuple(size(a) for a in node.args)))
        if node.op == "neg":
            return size(node.args[0])
        found = box.range(node)
        return node if found is not None and found.low >= 0 else folded(apply("abs", node))

    def sign(node: Expr) -> Expr:
        if node.op in ("mul", "div"):
            return multiply(sign(node.args[0]), sign(node.args[1]))
        if node.op == "neg":
            return negate(sign(node.args[0]))
        found = box.range(node)
        return ONE if found is not None and found.signs == POSITIVE else folded(apply("sign", node))

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        if here.op == "abs" and here.args[0].op in ("mul", "div", "neg"):
            return size(here.args[0])
        if here.op == "sign" and here.args[0].op in ("mul", "div", "neg"):
            return sign(here.args[0])
        return here

    return fold(root, visit)


def outside_functions(root: Expr, x: Expr, held: Expr) -> Expr:
    """The expression with an input replaced where it is no part of an argument of a function, or of a condition."""
    known: dict[Expr, Expr] = {x: held}
    for node in postorder(root):
        if node.is_condition or node.op not in _ARITHMETIC:
            known.setdefault(node, node)
    return fold(root, lambda node, args: rebuild(node, args), known)


def powers_split(root: Expr) -> Expr:
    """Powers with integer steps taken off their exponents: u**(v - 1) is u**v/u, so that both share u**v."""
    return fold(root, lambda node, args: _split(folded(rebuild(node, args))))


def _split(node: Expr) -> Expr:
    if node.op != "pow" or not node.args[1].free:
        return node
    base, exponent = node.args
    rest, step = _without_integer(exponent)
    if not step:
        return node
    whole = power(base, number(abs(step)))
    return multiply(power(base, rest), whole) if step > 0 else power(base, rest) / whole


def _without_integer(exponent: Expr) -> tuple[Expr, int]:
    """The exponent as a rest and an integer."""
    if exponent.op in ("add", "sub"):
        a, b = exponent.args
        sign = 1 if exponent.op == "add" else -1
        if b.is_number and b.number.denominator == 1:
            return a, sign * int(b.number)
        if a.is_number and a.number.denominator == 1:
            return (b if sign > 0 else -b), int(a.number)
    return exponent, 0
