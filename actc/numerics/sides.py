"""Choices whose two sides come from different programs: what mends one side is no reason to change the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from actc.model.algebra import where
from actc.model.expr import Expr
from actc.numerics.candidates import cost

Tried = tuple[Expr, Sequence[float]]
"""A program, and what it loses at each point."""


def by_sides(first: Expr, programs: Sequence[Tried], truths: Callable[[Expr], Sequence[bool]]) -> Expr | None:
    """``first`` with each side of its choices from the program that loses least there, the cheapest of several.

    ``truths`` says of a condition where it holds, point by point. None where ``first`` is no choice that others share.
    """
    if first.op != "where" or not programs:
        return None
    return _assembled(first, programs, range(len(programs[0][1])), truths)


def _assembled(
    first: Expr, programs: Sequence[Tried], points: Sequence[int], truths: Callable[[Expr], Sequence[bool]]
) -> Expr:
    if first.op == "where":
        condition, a, b = first.args
        same = [(p, row) for p, row in programs if p.op == "where" and p.args[0] is condition]
        if same:
            holds = truths(condition)
            left = _assembled(a, [(p.args[1], row) for p, row in same], [i for i in points if holds[i]], truths)
            right = _assembled(b, [(p.args[2], row) for p, row in same], [i for i in points if not holds[i]], truths)
            return where(condition, left, right)
    return min(programs, key=lambda tried: (sum(tried[1][i] for i in points), cost(tried[0])))[0]
