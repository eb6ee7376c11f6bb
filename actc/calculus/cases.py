"""Proofs that an expression is real and finite in a box, by cases of the signs that decide its branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actc.calculus.balls import holds
from actc.calculus.borders import guards_of
from actc.calculus.branches import orient, sign_of
from actc.calculus.intervals import NEGATIVE, NONZERO, NULL, POSITIVE, Interval
from actc.calculus.ranges import Box
from actc.model.algebra import ARITHMETIC, compare, negate, subtract
from actc.model.expr import FALSE, NAN, TRUE, UNDEFINED, ZERO, Expr, fold, number, rebuild, symbol
from actc.model.operations import OPERATIONS

_MOST_ATOMS = 5
_MOST_BOXES = 120
_TRUE_AT = {"lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1), "eq": (0,), "ne": (-1, 1)}
_CASES = (("lt", -1), ("eq", 0), ("gt", 1))


def proved_everywhere(expr: Expr, env: Mapping[str, Interval], never_zero: Sequence[Expr] = ()) -> bool:
    """Whether the expression is certainly real wherever the symbols are in their intervals.

    ``never_zero`` names what may be taken not to vanish: points that are dealt with otherwise.
    """
    box = Box(env, dict.fromkeys(never_zero, NONZERO))
    if box.range(expr) is not None:
        return True
    return _Cases(expr, set(never_zero)).prove(box)


def decided(root: Expr, signs: Mapping[Expr, int]) -> Expr:
    """The expression with the branches that the atoms' signs choose, undefined wherever it was.

    Unlike ``branches.resolve`` it drops nothing that might not be real: neither a condition nor a factor of 0.
    """
    partial: dict[Expr, bool] = {}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if any(fold(arg, _is_partial, partial) for arg in args if node.op != "where" or arg is args[0]):
            return here
        if node.op == "where":
            return args[1] if args[0] is TRUE else args[2] if args[0] is FALSE else here
        guard = _guard(here)
        if guard is None:
            constructor = ARITHMETIC.get(node.op)
            return here if constructor is None else constructor(*args)
        sign = sign_of(guard, signs)
        return here if sign is None else _chosen(here, sign)

    return fold(root, visit)


def _is_partial(node: Expr, args: tuple[bool, ...]) -> bool:
    """Whether it may be undefined somewhere, as far as its operations tell."""
    if any(args) or node in (UNDEFINED, NAN):
        return True
    row = OPERATIONS.get(node.op)
    if row is None or row.defined is None:
        return False
    condition = row.defined(*node.args)
    return condition is not TRUE and bool(condition.free or holds(condition, {}) is not True)


def _guard(node: Expr) -> Expr | None:
    if node.op in _TRUE_AT or node.op in ("min", "max"):
        return subtract(*node.args)
    return node.args[0] if node.op in ("abs", "sign") else None


def _chosen(node: Expr, sign: int) -> Expr:
    args = node.args
    match node.op:
        case "abs":
            return args[0] if sign > 0 else negate(args[0]) if sign < 0 else ZERO
        case "sign":
            return number(sign)
        case "max":
            return args[0] if sign >= 0 else args[1]
        case "min":
            return args[0] if sign <= 0 else args[1]
    return TRUE if sign in _TRUE_AT[node.op] else FALSE


class _Cases:
    def __init__(self, expr: Expr, never_zero: set[Expr]) -> None:
        self.expr = expr
        self.never_zero = never_zero
        self.left = _MOST_BOXES
        decisive = dict.fromkeys(a for g in guards_of(expr) for a in orient(g).atoms)
        plain = {symbol(name): None for name in sorted(expr.free)}
        # Symbols first: the rest often follows from their signs.
        self.atoms = list({**plain, **decisive})[: _MOST_ATOMS + len(plain)]

    def prove(self, box: Box) -> bool:
        return self._prove(self.expr, box, 0, {})

    def _prove(self, expr: Expr, box: Box, start: int, signs: dict[Expr, int]) -> bool:
        self.left -= 1
        if box.range(expr) is not None:
            return True
        for i in range(start, len(self.atoms)):
            atom = self.atoms[i]
            possible = box.signs(atom)
            if possible.bit_count() < 2:
                continue
            if self.left <= 0 or len(signs) >= _MOST_ATOMS:
                return False
            return all(self._case(box, i, atom, case, possible, signs) for case in _CASES)
        return False

    def _case(
        self, box: Box, index: int, atom: Expr, case: tuple[str, int], possible: int, signs: dict[Expr, int]
    ) -> bool:
        comparison, sign = case
        if not possible & {-1: NEGATIVE, 0: NULL, 1: POSITIVE}[sign] or (sign == 0 and atom in self.never_zero):
            return True
        part = box.refined(compare(comparison, atom, ZERO))
        if part is None:
            return True
        known = {**signs, atom: sign}
        return self._prove(decided(self.expr, known), part, index + 1, known)
