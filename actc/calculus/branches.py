"""Branches: which signs decide them, and what an expression is once the signs are known.

A *guard* is an expression whose sign decides a branch. Guards of many spellings ask the same question (``x``, ``-2*x``,
``x**3``, ``tanh(x)``, ``0 < x``), so a guard's sign is written as a product of signs of *atoms*: canonical expressions
that are shared by all guards that ask the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from actc.calculus.atoms import Sign, digest, orient, polynomial
from actc.model.algebra import (
    ARITHMETIC,
    conjunction,
    disjunction,
    negate,
    negation,
    subtract,
    where,
)
from actc.model.expr import FALSE, TRUE, UNDEFINED, ZERO, Expr, apply, fold, number, postorder, rebuild
from actc.model.operations import OPERATIONS

_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "lt": lambda s: s < 0,
    "le": lambda s: s <= 0,
    "gt": lambda s: s > 0,
    "ge": lambda s: s >= 0,
    "eq": lambda s: s == 0,
    "ne": lambda s: s != 0,
}
_CONTINUOUS = frozenset({"abs", "min", "max"})
_PAIRS = frozenset({"min", "max", *_COMPARISONS})


def guards(*roots: Expr) -> tuple[Expr, ...]:
    """The expressions whose signs decide branches, innermost first, each once, in the order of the graph."""
    found: dict[Expr, None] = {}
    for node in postorder(*roots):
        guard = _guard(node)
        if guard is not None and not guard.is_number:
            found[guard] = None
    return tuple(found)


def atoms(*roots: Expr) -> tuple[Expr, ...]:
    """The atoms of all guards, innermost first, each once."""
    found: dict[Expr, None] = {}
    for guard in guards(*roots):
        found.update(dict.fromkeys(orient(guard).atoms))
    return tuple(found)


def sign_of(guard: Expr, signs: Mapping[Expr, int]) -> int | None:
    """The guard's sign where the atoms have these signs; None where they do not decide it."""
    sign = orient(guard)
    product = sign.constant
    unknown = False
    count: dict[Expr, int] = {}
    for atom in sign.atoms:
        count[atom] = count.get(atom, 0) + 1
    for atom, times in count.items():
        known = signs.get(atom)
        if known is None:
            unknown = True
        else:
            product *= known**times
    return None if unknown and product else product


def resolve(root: Expr, signs: Mapping[Expr, int], tidy: bool = True, beside: Mapping[Expr, int] | None = None) -> Expr:
    """What the expression is where the atoms have these signs (-1, 0, 1).

    Branches whose atoms are missing stay as they are; so do ``floor``, ``ceiling``, ``round`` and ``%``, which are
    decided by integers and not by signs. What is decided by a quotient whose denominator is 0 has no value. ``tidy``
    folds what has become plain, a factor of 0 with all that it is multiplied with included, defined or not. ``beside``
    are signs by which ``Abs``, ``Max`` and ``Min`` choose where both their choices are equal.
    """
    gaps = {atom for atom, sign in signs.items() if not sign}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        op = node.op
        if op in _PAIRS or op in ("abs", "sign"):
            here = rebuild(node, args)
            if gaps and (_is_gap(here, gaps) or _is_gap(node, gaps)):
                return _NEITHER if op in _COMPARISONS else UNDEFINED
            sign = _known_sign(here, signs)
            if sign is None and here is not node:
                sign = _known_sign(node, signs)
            if sign == 0 and beside is not None and op in _CONTINUOUS:
                sign = _known_sign(here, beside) or 0
            return here if sign is None else _chosen(op, args, sign)
        if _NEITHER in args:
            return UNDEFINED if op == "where" else _NEITHER
        if op == "where":
            return where(*args)
        if op == "and":
            return conjunction(*args)
        if op == "or":
            return disjunction(*args)
        if op == "not":
            return negation(args[0])
        if args == node.args:
            return node
        constructor = ARITHMETIC.get(op) if tidy else None
        return rebuild(node, args) if constructor is None else constructor(*args)

    return fold(root, visit)


def steps(*roots: Expr) -> tuple[Expr, ...]:
    """The expressions whose integer values are jumps of ``floor`` and its relatives."""
    found: dict[Expr, None] = {}
    for node in postorder(*roots):
        row = OPERATIONS.get(node.op)
        if row is not None and row.steps is not None:
            found[row.steps(*node.args)] = None
    return tuple(found)


def live_guards(root: Expr, signs: Mapping[Expr, int]) -> tuple[Expr, ...]:
    """The guards that are asked where the atoms have these signs, as they stand: none of a branch that is not taken."""
    found: dict[Expr, None] = {}
    seen = {root}
    stack = [root]
    while stack:
        node = stack.pop()
        guard = _guard(node)
        if guard is not None:
            found[guard] = None
        live = node.args
        if node.op == "where":
            taken = resolve(node.args[0], signs)
            live = (node.args[0], *(node.args[1:2] if taken is TRUE else node.args[2:] if taken is FALSE else ()))
        fresh = [a for a in live if a not in seen]
        seen.update(fresh)
        stack.extend(reversed(fresh))
    return tuple(found)


def _guard(node: Expr) -> Expr | None:
    if node.op in _PAIRS:
        return subtract(*node.args)
    return node.args[0] if node.op in ("abs", "sign") else None


_NEITHER = apply("lt", UNDEFINED, ZERO)
"""A condition that is neither true nor false."""


def _is_gap(node: Expr, zeros: Collection[Expr]) -> bool:
    """Whether a branch is decided by a quotient, and one of these zeros is a factor of its denominator."""
    guard = _guard(node)
    return guard is not None and not orient(guard).poles.isdisjoint(zeros)


def _known_sign(node: Expr, signs: Mapping[Expr, int]) -> int | None:
    guard = _guard(node)
    return None if guard is None else sign_of(guard, signs)


def _chosen(op: str, args: tuple[Expr, ...], sign: int) -> Expr:
    match op:
        case "abs":
            return (negate(args[0]), ZERO, args[0])[sign + 1]
        case "sign":
            return number(sign)
        case "max":
            return args[0] if sign >= 0 else args[1]
        case "min":
            return args[0] if sign <= 0 else args[1]
    return TRUE if _COMPARISONS[op](sign) else FALSE


__all__ = [
    "Sign",
    "atoms",
    "digest",
    "guards",
    "live_guards",
    "orient",
    "polynomial",
    "resolve",
    "sign_of",
]
