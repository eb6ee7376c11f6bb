"""Points of the extended line: the ends of pieces, critical points and zeros."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from actc.calculus.ball_operations import UNDEFINED
from actc.calculus.balls import evaluate_sure, interval
from actc.calculus.branches import atoms
from actc.calculus.limits import Limit
from actc.calculus.normal_form import Outcome, compare
from actc.calculus.one_sided import certain_limit
from actc.calculus.tape import rational
from actc.calculus.work import Work
from actc.model.algebra import divide, multiply
from actc.model.expr import ZERO, Expr, apply, number, substitute, symbol

_BITS = 256
_PROOF = 20_000  # steps of a proof that two closed expressions, or forms, are the same
_NEAR_INFINITY = "·t"  # no author can write it


class UnknownError(Exception):
    """Something that has to be known for what was asked is not."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point, between two rational bounds that are equal where it is rational; or an infinity."""

    low: Fraction
    high: Fraction
    closed: Expr | None = None  # the number itself
    infinite: int = 0

    @property
    def is_rational(self) -> bool:
        return not self.infinite and self.low == self.high

    @property
    def ball(self) -> arb:
        """A ball that holds the point."""
        return interval(self.low, self.high, _BITS)

    @property
    def nearest(self) -> float:
        """The point as a float."""
        return self.infinite * float("inf") if self.infinite else float((self.low + self.high) / 2)


MINUS_INFINITY = Place(Fraction(0), Fraction(0), None, -1)
INFINITY = Place(Fraction(0), Fraction(0), None, 1)


def rational_place(value: Fraction) -> Place:
    """The place of an exact number."""
    return Place(value, value, number(value))


def place_of(closed: Expr) -> Place | None:
    """The place of a closed expression; None where it is not real. Raises UnknownError where that is not told."""
    value = evaluate_sure(closed, {}, _BITS)
    if isinstance(value, Fraction):
        return rational_place(value)
    if value is UNDEFINED:
        return None
    if not isinstance(value, arb):
        raise UnknownError
    return Place(rational(value.lower()), rational(value.upper()), closed)


def ascending(places: Iterable[Place]) -> list[Place]:
    """The places in order, each once. Raises UnknownError where two cannot be told apart."""
    ordered = sorted(places, key=lambda p: (p.low, p.high))
    distinct: list[Place] = []
    for place in ordered:
        if distinct and distinct[-1].high >= place.low:
            if not _same(distinct[-1], place):
                raise UnknownError
            continue
        distinct.append(place)
    return distinct


def is_below(a: Place, b: Place) -> bool:
    """Whether a < b, both finite. Raises UnknownError where that is not told and they are not the same."""
    if a.high < b.low:
        return True
    if b.high < a.low or _same(a, b):
        return False
    raise UnknownError


def _same(a: Place, b: Place) -> bool:
    if a.is_rational and b.is_rational:
        return a.low == b.low
    return a.closed is not None and b.closed is not None and is_zero(a.closed - b.closed)


def is_zero(expr: Expr) -> bool:
    """Whether an expression without branches is proved to be 0 wherever it is defined."""
    return expr is ZERO or is_same(ZERO, expr)


def is_same(claimed: Expr, actual: Expr) -> bool:
    """Whether two expressions without branches are proved to be one function wherever the second is defined."""
    return (
        not (atoms(claimed) or atoms(actual))
        and compare(claimed, actual, {}, {}, work=Work(_PROOF)).outcome is Outcome.ZERO
    )


def limit_at(expr: Expr, variable: str, place: Place, side: int) -> Limit:
    """The certain limit at a place from the right (``side`` 1) or the left (-1). Raises UnknownError without one.

    At an infinity two germs are tried, in ``1/x`` and in ``exp(-x)``: the second knows what grows exponentially.
    """
    if place.infinite:
        t = symbol(_NEAR_INFINITY)
        sign = number(place.infinite)
        for far in (divide(sign, t), multiply(-sign, apply("log", t))):
            found = certain_limit(substitute(expr, {symbol(variable): far}), _NEAR_INFINITY, Fraction(0), 1, {})
            if found is not None and (found.is_finite or found.infinite):
                return found
        raise UnknownError
    if place.closed is None:
        raise UnknownError
    at = place.low if place.is_rational else place.closed
    found = certain_limit(expr, variable, at, side, {})
    if found is None or not (found.is_finite or found.infinite):
        raise UnknownError
    return found
