"""Proofs that an expression is real and finite in a box, by cases of the signs that decide its branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actc.calculus.borders import guards_of
from actc.calculus.branches import orient, resolve
from actc.calculus.intervals import NEGATIVE, NONZERO, NULL, POSITIVE, Interval
from actc.calculus.ranges import Box
from actc.model.algebra import compare
from actc.model.expr import ZERO, Expr, symbol

_MOST_ATOMS = 5
_MOST_BOXES = 120
_CASES = (("lt", -1), ("eq", 0), ("gt", 1))


def proved_everywhere(expr: Expr, env: Mapping[str, Interval], never_zero: Sequence[Expr] = ()) -> bool:
    """Whether the expression is certainly real wherever the symbols are in their intervals.

    ``never_zero`` names what may be taken not to vanish: points that are dealt with otherwise.
    """
    box = Box(env, dict.fromkeys(never_zero, NONZERO))
    if box.range(expr) is not None:
        return True
    return _Cases(expr, set(never_zero)).prove(box)


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
        return self._prove(resolve(self.expr, known), part, index + 1, known)
