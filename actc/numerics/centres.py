"""Numbers around which a formula is expanded because it vanishes there, or because its parts do.

Near a root that is no float, a formula loses the digits that its terms share: 1 - 2*exp(-0.7*exp(x)) is 0 at
x = log(log(2)/0.7), and no order of its operations computes it well nearby. A root is enclosed by a change of sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from flint import arb

from actc.calculus.balls import evaluate, rational
from actc.calculus.crossings import Crossing
from actc.calculus.differentiate import differentiate
from actc.calculus.tape import precision
from actc.model.expr import Expr

_BITS = 400
_RADIUS = 300  # a root is enclosed within 2**-300 of its size
_HALVINGS = 24
_NEWTON = 8
_FAR = arb(2) ** 1200  # beyond any number of a format
_GRID = 440  # binary places that numbers on the way to a root are rounded to


def closed_places(crossings: Iterable[Crossing]) -> list[arb]:
    """Where atoms vanish at numbers that no format has, such as pi; rational places are in reach of plain algebra."""
    found: list[arb] = []
    for crossing in crossings:
        if crossing.location is None or crossing.location.free:
            continue
        place = evaluate(crossing.location, {}, _BITS)
        if isinstance(place, arb) and place.is_finite():
            found.append(place)
    return found


def enclosed_roots(root: Expr, name: str, brackets: Sequence[tuple[Fraction, Fraction]]) -> list[arb]:
    """The roots of an expression in one symbol, in intervals at whose ends it has opposite signs, as tiny balls."""
    slope = differentiate(root, name)
    return [ball for low, high in brackets if (ball := _enclosed(root, slope, name, low, high)) is not None]


def _enclosed(root: Expr, slope: Expr, name: str, low: Fraction, high: Fraction) -> arb | None:
    below = _sign(root, name, low)
    if not below or below == _sign(root, name, high):
        return None
    for _ in range(_HALVINGS):
        middle = _on_grid((low + high) / 2)
        sign = _sign(root, name, middle)
        if sign is None:
            return None
        low, high = (middle, high) if sign == below else (low, middle)
    near = _on_grid((low + high) / 2)
    for _ in range(_NEWTON):
        value, rise = evaluate(root, {name: near}, _BITS), evaluate(slope, {name: near}, _BITS)
        if not isinstance(value, Fraction | arb) or not isinstance(rise, Fraction | arb):
            return None
        with precision(_BITS):
            step = _ball(value) / _ball(rise)
            if not step.is_finite():
                return None
            moved = near - rational(step.mid()) if abs(step) < _FAR else None
        if moved is None or not 2 * low - high <= moved <= 2 * high - low:
            return None  # a flat place: Newton's steps would lead anywhere
        near = _on_grid(moved)
    radius = Fraction(1, 2**_RADIUS) * max(abs(near), Fraction(1, 2**60))
    before, after = _sign(root, name, near - radius), _sign(root, name, near + radius)
    if before is None or after is None or before * after >= 0:
        return None
    with precision(_BITS):
        return _ball(near) + arb(0, _ball(radius))


def _sign(root: Expr, name: str, place: Fraction) -> int | None:
    value = evaluate(root, {name: place}, _BITS)
    if isinstance(value, Fraction | arb):
        return 1 if value > 0 else -1 if value < 0 else 0 if value == 0 else None
    return None


def _on_grid(value: Fraction) -> Fraction:
    return Fraction(round(value * 2**_GRID), 2**_GRID)


def _ball(value: Fraction | arb) -> arb:
    return value if isinstance(value, arb) else arb(value.numerator) / value.denominator
