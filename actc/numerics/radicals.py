"""Sums of two terms with square roots that cancel: a + b as (a**2 - b**2)/(a - b), with the squares taken exactly."""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq_mpoly

from actc.model.algebra import add, compare, conjunction, disjunction, divide, folded, negate, subtract, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, postorder, rebuild, substitute, symbol
from actc.numerics.forms import plain_product
from actc.numerics.rational import quotient

_MOST_ROOTS = 3


def rationalised(root: Expr) -> Expr:
    """Every sum of terms whose squares have no roots, so that what cancels is taken apart exactly."""
    if sum(node.op == "sqrt" for node in postorder(root)) == 0:
        return root
    return fold(root, lambda node, args: _rationalised(folded(rebuild(node, args))))


def _rationalised(node: Expr) -> Expr:
    if node.op not in ("add", "sub") or not node.free:
        return node
    a, b = node.args
    if not any(n.op == "sqrt" and n.free for n in postorder(node)):
        return node
    square_a, square_b = _square(a), _square(b)
    if square_a is None or square_b is None:
        return node
    top_a, bottom_a = square_a
    top_b, bottom_b = square_b
    difference = quotient(subtract(top_a * bottom_b, top_b * bottom_a))
    if difference is None or difference.exponents:
        return node
    # What is below stays as its author wrote it: expanded, it might cancel.
    exact = divide(divide(plain_product(difference), bottom_a), bottom_b)
    if node.op == "sub":
        opposite = _same_sign(a, b)
        apart = divide(exact, add(a, b))
    else:
        opposite = _same_sign(a, negate(b))
        apart = divide(exact, subtract(a, b))
    return apart if opposite is None else where(opposite, apart, node)


def _same_sign(a: Expr, b: Expr) -> Expr | None:
    """The condition that both have one sign; None where they surely do."""
    if _is_root(a) and _is_root(b):
        return None
    if _is_root(a) or _is_root(b):
        return compare("gt", b if _is_root(a) else a, ZERO)
    both = conjunction(compare("gt", a, ZERO), compare("gt", b, ZERO))
    neither = conjunction(compare("lt", a, ZERO), compare("lt", b, ZERO))
    return disjunction(both, neither)


def _is_root(node: Expr) -> bool:
    """Whether it surely is positive: a root, or a positive multiple or the reciprocal of one."""
    if node.op in ("mul", "div"):
        return all(_is_root(a) or (a.is_number and a.number > 0) for a in node.args)
    return node.op == "sqrt"


def _square(node: Expr) -> tuple[Expr, Expr] | None:
    """The square without roots as a quotient; None where it has some."""
    roots = [n for n in postorder(node) if n.op == "sqrt" and n.free]
    outer = [r for r in roots if not any(r is not o and r in set(postorder(o)) for o in roots)]
    if len(outer) > _MOST_ROOTS:
        return None
    names = {r: symbol(f"·r{k}") for k, r in enumerate(outer)}
    replaced = substitute(node, names)
    back = {name: root for root, name in names.items()}
    hidden = {name.name for name in back}
    value = quotient(apply("mul", replaced, replaced))
    if value is None or value.exponents or value.bottom.is_zero():
        return None if replaced.free & hidden else (apply("mul", node, node), ONE)
    leaves = list(value.leaves)
    if any(leaf not in back and leaf.free & hidden for leaf in leaves):
        return None
    for name in names.values():
        if name not in leaves:
            continue
        index = leaves.index(name)
        for poly in (value.top, value.bottom):
            if any(int(m[index]) % 2 for m in poly.monoms()):
                return None
    top, bottom = (_without_roots(p, leaves, back) for p in (value.top, value.bottom))
    return top, bottom


def _without_roots(poly: fmpq_mpoly, leaves: list[Expr], back: dict[Expr, Expr]) -> Expr:
    """The polynomial with each root's square replaced by what is under it."""
    total = ZERO
    for powers, coefficient in poly.to_dict().items():
        term = number(Fraction(int(coefficient.p), int(coefficient.q)))
        for leaf, exponent in zip(leaves, powers, strict=True):
            count = int(exponent)
            if not count:
                continue
            base, count = (back[leaf].args[0], count // 2) if leaf in back else (leaf, count)
            term = term * base**count
        total = add(total, term)
    return total
