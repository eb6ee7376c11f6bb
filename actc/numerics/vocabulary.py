"""Whole expressions in stable functions: regions rational in exponentials, logarithms, error functions.

Every step is an identity of real functions wherever the left side is defined.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from actc.calculus.balls import holds
from actc.calculus.branches import orient
from actc.model.algebra import compare, divide, folded, negate, subtract
from actc.model.expr import FALSE, ONE, TRUE, ZERO, Expr, apply, fold, number, postorder, rebuild, substitute
from actc.numerics.exponents import scaled
from actc.numerics.forms import balanced, vocabulary
from actc.numerics.logarithms import general_power, logarithm
from actc.numerics.rational import Quotient, quotient

Writer = Callable[[Quotient], Expr]

_REGION = frozenset({"add", "sub", "mul", "div", "neg", "pow", "exp", "sigmoid", "tanh", "sinh", "cosh", "expm1"})
_COMPLEMENT = {"erf": "erfc", "erfc": "erf"}  # 1 - f(u)
_MIRRORED = frozenset({"sigmoid", "normal_cdf"})  # 1 - f(u) = f(-u)
_COMPLEMENTED = frozenset({*_COMPLEMENT, *_MIRRORED, "exp", "cos"})
_ORDER = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
_TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}


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
        if here.op in _ORDER and not here.free:
            return _decided(here)
        if here.op == "log":
            return logarithm(here.args[0]) or apply("log", write(here.args[0]))
        if here.op == "pow":
            here = general_power(*here.args) or here
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
        case "add" | "sub":
            return _complement(node) or node
        case op if op in _ORDER:
            return _compared(node)
        case "mul" if node.args[0].op == "sign" and node.args[1].op == "abs":
            same = node.args[0].args[0] is node.args[1].args[0]
            return node.args[0].args[0] if same else node
    return node


def local(root: Expr, writer: Writer) -> Expr:
    """The largest parts with one exponential each written anew; what joins them stays as it is.

    Over a common bottom, two exponentials overflow where each by itself does not.
    """
    found: dict[Expr, Expr] = {}
    seen: set[Expr] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op in _REGION and node.free:
            value = quotient(node)
            if value is not None and len(value.exponents) == 1 and not value.bottom.is_zero():
                found[node] = writer(value)
                continue
        stack.extend(node.args)
    return substitute(root, found) if found else root


def nearest(root: Expr) -> Expr:
    """The expression with its structure kept: only sums and differences that have a name of their own get it."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        if here.op in _ORDER and not here.free:
            return _decided(here)
        if here.op == "log" and here.args[0].op in ("add", "sub"):
            return _log1p(here.args[0]) or here
        return simplified(here)

    return fold(root, visit)


def _log1p(argument: Expr) -> Expr | None:
    a, b = argument.args
    if argument.op == "sub":
        return apply("log1p", negate(b)) if a is ONE else None
    if a is ONE or b is ONE:
        other = b if a is ONE else a
        return apply("softplus", other.args[0]) if other.op == "exp" else apply("log1p", other)
    return None


def _decided(condition: Expr) -> Expr:
    """A comparison of constants as what it comes to."""
    answer = holds(condition, {})
    return condition if answer is None else TRUE if answer else FALSE


def _compared(node: Expr) -> Expr:
    """A comparison of sums as one of a symbol: 1 - x < 1 + x is x > 0, also where both sides round to 1."""
    if not any(a.args for a in node.args):
        return node
    sign = orient(subtract(*node.args))
    if len(sign.atoms) != 1 or not sign.constant:
        return node
    atom = sign.atoms[0]
    left, right = (atom, ZERO) if atom.op == "symbol" else atom.args if atom.op in ("add", "sub") else (node, ZERO)
    if left.op != "symbol" or right.args:
        return node
    op = node.op if sign.constant > 0 else _TURNED.get(node.op, node.op)
    return compare(op, left, right if atom.op != "add" else negate(right))


def _complement(node: Expr) -> Expr | None:
    """1 - f(u) without cancellation."""
    a, b = node.args
    if b is ONE and node.op == "add":
        a, b = b, a
    if b is ONE and node.op == "sub":
        inner = _complement(subtract(ONE, a)) if a.op in _COMPLEMENTED else None
        return negate(inner) if inner is not None else None
    if a is not ONE:
        return None
    factor, base = scaled(b) if b.op not in _COMPLEMENTED else (Fraction(1), b)
    if node.op == "sub":
        factor = -factor
    if factor == -1:
        if base.op in _COMPLEMENT:
            return apply(_COMPLEMENT[base.op], base.args[0])
        if base.op in _MIRRORED:
            return apply(base.op, negate(base.args[0]))
        if base.op == "cos":
            return number(2) * apply("sin", divide(base.args[0], number(2))) ** 2
        if base.op == "exp":
            return negate(apply("expm1", base.args[0]))
    if factor == 1 and base.op == "erf":
        # erf is odd.
        return apply("erfc", negate(base.args[0]))
    return None
