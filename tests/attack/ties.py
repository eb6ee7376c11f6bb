"""Irrational points at which a formula bends, from a rational close by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mpmath import mp, mpf
from oracle_language import UndecidedError, UndefinedError

from attack.formulas import Formula, Number, Point, numbers
from attack.terms import Term, text
from attack.truth import fits, sides

if TYPE_CHECKING:
    from attack.battle import Field

_DIGITS = 420


def _root(tie: Formula, by: str, point: Point) -> Number | None:
    """A zero of the tie next to the point, to hundreds of digits."""
    with mp.workdps(_DIGITS):
        at = numbers(point)
        start = at[by]
        room = mpf(10) ** -9 * (1 + abs(start))

        def value(v: Number) -> Number:
            return tie.at({**at, by: v})

        try:
            a, b = start, start + room / 1000
            fa, fb = value(a), value(b)
            for _ in range(40):
                if fb == fa:
                    break
                a, fa, b = b, fb, b - fb * (b - a) / (fb - fa)
                if abs(b - start) > room:
                    return None
                fb = value(b)
                if abs(b - a) < mpf(10) ** -(_DIGITS // 2):
                    return b
        except (UndefinedError, UndecidedError):
            return None
    return None


def fails_at_tie(field: Field, claim: Formula, deciding: list[Term], point: Point) -> bool:
    """Whether the claim lies outside the sides at a zero, next to the point, of something that decides a branch."""
    for tie in deciding:
        root = _root(Formula(text(tie)), field.by, point)
        if root is None:
            continue
        with mp.workdps(_DIGITS):
            exact = {**point, field.by: root}
            around = sides(field.f, field.by, exact, _DIGITS, 130)
            if around is None:
                continue
            try:
                value = claim.at(numbers(exact), ties=True)
            except (UndefinedError, UndecidedError):
                continue
            if fits(around, value, _DIGITS) != "":
                return True
    return False
