"""Products multiplied and divided by turns, so that no part of them overflows or vanishes before the whole does.

a/(b*c)**2*d**3 is a*d/(b*c)*d/(b*c)*d: squares of what is large or small are not formed.
"""

from __future__ import annotations

from itertools import zip_longest

from actc.model.algebra import divide, multiply, negate, where
from actc.model.expr import ONE, Expr, fold, postorder, rebuild
from actc.numerics.products import factors

_MOST_POWER = 6
_MOST_FACTORS = 24


def by_turns(root: Expr) -> Expr:
    """The expression with each of its products taken by turns, factor by factor."""
    inside = {a for node in postorder(root) if node.op in ("mul", "div", "neg") for a in node.args}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        return _by_turns(here) if node.op in ("mul", "div") and node not in inside else here

    return fold(root, visit)


def _by_turns(root: Expr) -> Expr:
    top, bottom, sign = factors(root)
    found = _product(_single(top), _single(bottom))
    if found is None:
        return root
    return found if sign > 0 else negate(found)


def _product(top: list[Expr], bottom: list[Expr]) -> Expr | None:
    """What divides comes between what multiplies; the sides of a choice are multiplied apart."""
    choice = next((f for f in top if f.op == "where"), None)
    if choice is not None and (len(top) > 1 or bottom):
        rest = [f for f in top if f is not choice]
        condition, *sides = choice.args
        done = [_side(side, rest, bottom) for side in sides]
        return where(condition, *done)
    if not top or not bottom or not 3 <= sum(1 for f in (*top, *bottom) if f.free) <= _MOST_FACTORS:
        return None
    # What has no symbol comes last: it changes no magnitude by much.
    top = sorted(top, key=lambda f: not f.free)
    total = ONE
    for factor, divisor in zip_longest(top, bottom):
        if factor is not None:
            total = factor if total is ONE else multiply(total, factor)
        if divisor is not None:
            total = divide(total, divisor)
    return total


def _side(side: Expr, top: list[Expr], bottom: list[Expr]) -> Expr:
    above, below, sign = factors(side)
    above, below = _single([*above, *top]), _single([*below, *bottom])
    found = _product(above, below)
    if found is None:
        found = ONE
        for factor in above:
            found = multiply(found, factor)
        for divisor in below:
            found = divide(found, divisor)
    return found if sign > 0 else negate(found)


def _single(parts: list[Expr]) -> list[Expr]:
    """Factors with their whole powers written out, ones left out: different ones by turns."""
    counts: dict[Expr, int] = {}
    for part in parts:
        base, count = part, 1
        if part.op == "pow" and part.args[1].is_number:
            exponent = part.args[1].number
            if exponent.denominator == 1 and 1 < exponent <= _MOST_POWER:
                base, count = part.args[0], int(exponent)
        if base is not ONE:
            counts[base] = counts.get(base, 0) + count
    return [base for turn in range(max(counts.values(), default=0)) for base, count in counts.items() if count > turn]
