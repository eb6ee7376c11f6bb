"""Square roots in sums that cancel, each with a part of what else is in the sum.

-a + (sqrt((x - a)**2 + e) + sqrt((x + a)**2 + e))/2 is half the sum of sqrt(u**2 + e) - u for u = a - x and u = a + x.
Such a difference is e/(sqrt(u**2 + e) + u) where u > 0, and neither form loses digits where it is used. In the same way
u/sqrt(u**2 + e) - 1 is -e/(sqrt(u**2 + e)*(sqrt(u**2 + e) + u)) for u > 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product as combinations

from actc.model.algebra import add, compare, divide, multiply, negate, subtract, where
from actc.model.expr import ONE, ZERO, Expr, fold, number, postorder, rebuild
from actc.numerics.exponents import times
from actc.numerics.forms import plain_product
from actc.numerics.products import shared_division
from actc.numerics.rational import quotient

_MOST_ROOTS = 3


@dataclass(frozen=True, slots=True)
class Rooted:
    """A multiple of sqrt(u**2 + e), or of u over it."""

    factor: Fraction
    root: Expr
    inner: Expr  # u
    rest: Expr  # e
    below: bool  # u over the root

    @property
    def companion(self) -> Expr:
        """What the root's part comes near to far out, where u > 0."""
        return ONE if self.below else self.inner


def paired(root: Expr) -> Expr:
    """Every sum with such roots written in pairs, as far as that makes what is left of the sum shorter."""
    if all(node.op != "sqrt" for node in postorder(root)):
        return root
    joined = {
        a for node in postorder(root) if node.op in ("add", "sub", "neg") or _is_multiple(node) for a in node.args
    }
    return fold(root, lambda node, args: _paired(rebuild(node, args)) if node not in joined else rebuild(node, args))


def _paired(node: Expr) -> Expr:
    if node.op not in ("add", "sub", "mul", "div", "neg") or not node.free:
        return node
    roots: list[Rooted] = []
    others = ZERO
    for factor, term in _terms(node, Fraction(1)):
        rooted = _rooted(factor, term)
        if rooted is None:
            others = add(others, times(factor, term))
        else:
            roots.append(rooted)
    if not 1 <= len(roots) <= _MOST_ROOTS or (len(roots) == 1 and others is ZERO):
        return node
    best: tuple[int, tuple[int, ...], Expr] | None = None
    for signs in combinations((1, -1), repeat=len(roots)):
        left = others
        for sign, one in zip(signs, roots, strict=True):
            left = add(left, times(sign * one.factor, one.companion))
        found = _shortest(left)
        if found is not None and (best is None or found[0] < best[0]):
            best = found[0], signs, found[1]
    before = _shortest(others)
    if best is None or before is None or best[0] > before[0]:
        return node
    total = best[2]
    for sign, one in zip(best[1], roots, strict=True):
        # Half of a sum may be representable where the sum is not.
        part = shared_division(times(one.factor, _difference(one, sign)))
        total = part if total is ZERO else add(total, part)
    return total


def _is_multiple(node: Expr) -> bool:
    return node.op in ("mul", "div") and any(a.is_number for a in node.args)


def _shortest(root: Expr) -> tuple[int, Expr] | None:
    """What is no root in a sum, in lowest terms, with the number of its terms."""
    value = quotient(root)
    if value is None:
        return (int(root is not ZERO), root) if root.is_number else None
    return None if value.exponents else (len(value.top), plain_product(value))


def _terms(node: Expr, factor: Fraction) -> Iterator[tuple[Fraction, Expr]]:
    """The addends with their rational factors."""
    match node.op:
        case "add" | "sub":
            yield from _terms(node.args[0], factor)
            yield from _terms(node.args[1], factor if node.op == "add" else -factor)
        case "neg":
            yield from _terms(node.args[0], -factor)
        case "mul" if node.args[0].is_number:
            yield from _terms(node.args[1], factor * node.args[0].number)
        case "div" if node.args[1].is_number and node.args[1].number:
            yield from _terms(node.args[0], factor / node.args[1].number)
        case _:
            yield factor, node


def _rooted(factor: Fraction, term: Expr) -> Rooted | None:
    """A root of a square and something else, or what is squared over it, with a number before it."""
    value = quotient(term) if term.op != "sqrt" else None
    if value is None:
        return _plain_root(factor, term)
    roots = [leaf for leaf in value.leaves if leaf.op == "sqrt" and leaf.free]
    if value.exponents or len(roots) != 1:
        return None
    parts = _square_and_rest(roots[0].args[0])
    ratio = quotient(multiply(term, divide(roots[0], parts[0]))) if parts is not None else None
    if parts is None or ratio is None or not ratio.top.is_constant() or not ratio.bottom.is_constant():
        return None
    return Rooted(factor * plain_product(ratio).number, roots[0], *parts, below=True)


def _plain_root(factor: Fraction, term: Expr) -> Rooted | None:
    parts = _square_and_rest(term.args[0]) if term.op == "sqrt" and term.free else None
    return None if parts is None else Rooted(factor, term, *parts, below=False)


def _square_and_rest(under: Expr) -> tuple[Expr, Expr] | None:
    """u and e of u**2 + e."""
    if under.op != "add":
        return None
    for square, rest in (under.args, under.args[::-1]):
        if square.op == "pow" and square.args[1] is number(2) and square.args[0].free:
            return square.args[0], rest
        if square.op == "mul" and square.args[0] is square.args[1] and square.free:
            return square.args[0], rest
    return None


def _difference(one: Rooted, sign: int) -> Expr:
    """The root less u or -u; or u over the root less 1 or -1."""
    u = one.inner if sign > 0 else negate(one.inner)
    both = add(one.root, u)
    if one.below:
        # u/r - 1 is -e/(r*(r + u)), and -((-u)/r - 1) is u/r + 1
        near = divide(divide(one.rest, one.root), both)
        far = subtract(ONE, divide(u, one.root))
        result = where(compare("gt", u, ZERO), near, far)
        return negate(result) if sign > 0 else result
    return where(compare("gt", u, ZERO), divide(one.rest, both), subtract(one.root, u))
