"""Whole expressions in stable functions: regions rational in exponentials, logarithms, error functions.

Every step is an identity of real functions wherever the left side is defined.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from actc.model.algebra import add, folded, multiply, negate, subtract
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, postorder, rebuild
from actc.numerics.exponents import scaled, times
from actc.numerics.forms import balanced, factored, vocabulary
from actc.numerics.rational import Quotient, quotient

Writer = Callable[[Quotient], Expr]

_REGION = frozenset({"add", "sub", "mul", "div", "neg", "pow", "exp", "sigmoid", "tanh", "sinh", "cosh", "expm1"})
_COMPLEMENT = {"erf": "erfc", "erfc": "erf"}  # 1 - f(u)
_MIRRORED = frozenset({"sigmoid", "normal_cdf"})  # 1 - f(u) = f(-u)
_POSITIVE = frozenset({"exp", "sigmoid", "softplus", "cosh", "normal_cdf", "erfc", "abs", "sqrt"})


def stable(value: Quotient) -> Expr:
    """In named functions where they are all that is needed, else in exp(-abs(v))."""
    plain = vocabulary(value)
    kinds = {node.op for node in postorder(plain)} & _REGION
    growing, saturating = kinds & {"exp", "expm1"}, kinds & {"sigmoid", "tanh"}
    if not growing or (growing == {"expm1"} and not saturating) or _is_factor(value):
        return plain
    return balanced(value) or plain


def _is_factor(value: Quotient) -> bool:
    """Whether the exponential is a factor and nothing else."""
    return all(len({int(m[0]) for m in poly.monoms()}) < 2 for poly in (value.top, value.bottom))


WRITERS: tuple[Writer, ...] = (stable, vocabulary)


def rewritten(root: Expr, writer: Writer, *, whole: bool) -> Expr:
    """The expression with every region written anew.

    ``whole`` joins sums over a common bottom; otherwise the terms of a sum stay apart, each written for itself.
    """
    outer = _outermost(root)

    def write(node: Expr) -> Expr:
        if node.op not in _REGION:
            return node
        return _written(node, writer) if whole else _by_terms(node, writer)

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        if here.op == "log":
            return logarithm(here.args[0]) or apply("log", write(here.args[0]))
        here = simplified(here)
        if node in outer and here.op in _REGION:
            here = write(here)
        return here

    return fold(root, visit)


def _outermost(root: Expr) -> set[Expr]:
    found = {root}
    for node in postorder(root):
        if node.op == "log":
            continue  # a logarithm is told more by what its argument is made of
        joins = node.op in ("add", "sub", "mul", "div", "neg", "pow")
        found.update(a for a in node.args if not joins or (node.op == "pow" and a is not node.args[0]))
    return found


def _written(node: Expr, writer: Writer) -> Expr:
    if not node.free:
        return node
    value = quotient(node)
    if value is None or value.bottom.is_zero():
        return node
    return writer(value)


def _by_terms(root: Expr, writer: Writer) -> Expr:
    """Each addend by itself; sums inside products are addends of their own."""

    def sums(node: Expr) -> bool:
        return node.op in ("add", "sub", "neg")

    inner: dict[Expr, Expr] = {}
    stack = [root]
    order: list[Expr] = []
    while stack:
        node = stack.pop()
        if node in inner:
            continue
        if sums(node):
            order.append(node)
            stack.extend(node.args)
        else:
            inner[node] = _written(node, writer)
    if not order:
        return inner[root]
    return fold(root, lambda node, args: simplified(folded(rebuild(node, args))), dict(inner))


def simplified(node: Expr) -> Expr:
    """One node by the rules that need no region."""
    match node.op:
        case "log":
            return logarithm(node.args[0]) or node
        case "add" | "sub":
            return _complement(node) or node
        case "mul" if node.args[0].op == "sign" and node.args[1].op == "abs":
            same = node.args[0].args[0] is node.args[1].args[0]
            return node.args[0].args[0] if same else node
    return node


def _complement(node: Expr) -> Expr | None:
    """1 - f(u) without cancellation."""
    a, b = node.args
    if b is ONE and node.op == "add":
        a, b = b, a
    if b is ONE and node.op == "sub":
        inner = _complement(subtract(ONE, a)) if a.op in (*_COMPLEMENT, *_MIRRORED, "exp") else None
        return negate(inner) if inner is not None else None
    if a is not ONE:
        return None
    factor, base = scaled(b) if b.op not in (*_COMPLEMENT, *_MIRRORED, "exp") else (Fraction(1), b)
    if node.op == "sub":
        factor = -factor
    if factor == -1:
        if base.op in _COMPLEMENT:
            return apply(_COMPLEMENT[base.op], base.args[0])
        if base.op in _MIRRORED:
            return apply(base.op, negate(base.args[0]))
        if base.op == "exp":
            return negate(apply("expm1", base.args[0]))
    if factor == 1 and base.op == "erf":
        # erf is odd.
        return apply("erfc", negate(base.args[0]))
    return None


def logarithm(argument: Expr) -> Expr | None:
    """log of the argument as a sum of softplus, log_sigmoid, log1p and the like; None where nothing is known."""
    value = quotient(argument)
    if value is not None and len(value.exponents) == 1 and not value.is_zero:
        found = _log_of_exponentials(value)
        if found is not None:
            return found
    if argument.op == "add" and ONE in argument.args:
        return apply("log1p", argument.args[0] if argument.args[1] is ONE else argument.args[1])
    if argument.op == "sub" and argument.args[0] is ONE:
        return apply("log1p", negate(argument.args[1]))
    if argument.op in ("sigmoid",):
        return apply("log_sigmoid", argument.args[0])
    return None


def _log_of_exponentials(value: Quotient) -> Expr | None:
    """log(c * E**m * (1 + E)**p), which is c, m*v and p*softplus(v)."""
    parts = factored(value)
    gen = value.top.context().gens()[0]
    plus = 0
    for poly, exponent in parts.factors:
        if poly != gen + 1:
            return None
        plus += exponent
    if parts.factor <= 0 or any(leaf.op not in _POSITIVE for leaf in parts.monomials):
        return None
    v, rest = parts.arguments[0], parts.exponents[0]
    total = ZERO
    if plus < 0:
        rising = max(0, min(int(rest), -plus))
        total = _plus(total, rising, apply("log_sigmoid", v))
        total = _plus(total, -plus - rising, apply("log_sigmoid", negate(v)))
        rest -= rising
    elif plus > 0:
        falling = max(0, min(int(-rest), plus))
        total = _plus(total, falling, apply("softplus", negate(v)))
        total = _plus(total, plus - falling, apply("softplus", v))
        rest += falling
    if rest:
        total = add(total, times(rest, v))
    for leaf, exponent in parts.monomials.items():
        total = add(total, times(Fraction(exponent), logarithm(leaf) or apply("log", leaf)))
    if parts.factor != 1:
        total = add(total, apply("log", number(parts.factor)))
    return total


def _plus(total: Expr, count: int, term: Expr) -> Expr:
    return add(total, multiply(number(count), term)) if count else total
