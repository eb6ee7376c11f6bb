"""Looks at every crossing: is it a kink or a jump, and what is the gradient to be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from flint import arb

from actc.calculus.balls import Number, decimal_text
from actc.calculus.branches import resolve
from actc.calculus.crossings import Crossing, place
from actc.calculus.limits import Limit, Location, one_sided_limit, recognised
from actc.calculus.one_sided import certain_limit, certain_sign
from actc.calculus.settle import at, same, slope
from actc.calculus.subgradients import Slope, as_float, least
from actc.calculus.tie_points import rational_defaults, tie_points
from actc.model.activation import Activation
from actc.model.domain import Domain
from actc.model.expr import Expr
from actc.model.text import number_text, to_text
from actc.model.verdict import Kink

_BITS = 192  # of a certificate


@dataclass(frozen=True, slots=True)
class Sides:
    """What an expression tends to from both sides; None where there is no side or no limit there."""

    left: Slope | None
    right: Slope | None
    has_left: bool
    has_right: bool
    certain: tuple[Limit, ...] | None = None  # the limits of the sides that there are, where all have a certificate

    @property
    def complete(self) -> bool:
        """Whether every side that exists has a limit."""
        return (self.left is not None or not self.has_left) and (self.right is not None or not self.has_right)

    @property
    def is_finite(self) -> bool:
        """Whether neither side is infinite."""
        return not isinstance(self.left, float) and not isinstance(self.right, float)

    @property
    def differ(self) -> bool:
        return self.left is not None and self.right is not None and not same(self.left, self.right)

    @property
    def least(self) -> Slope | None:
        return least(self.left, self.right)


def sides(
    expr: Expr,
    variable: str,
    point: Mapping[str, Number],
    domain: Domain,
    crossing: Crossing | None = None,
    bits: int = _BITS,
) -> Sides:
    """The limits of an expression along a variable at a point, from within the variable's domain.

    ``crossing`` is one that certainly has the point on it: at an irrational point nothing else could tell that its
    atoms are 0 there.
    """
    here = point[variable]
    has_left = not isinstance(here, Fraction) or domain.low is None or here > domain.low
    has_right = not isinstance(here, Fraction) or domain.high is None or here < domain.high
    exact: dict[str, Number] = {name: Fraction(v) if isinstance(v, int) else v for name, v in point.items()}
    found = {
        side: _approach(_way(expr, exact, crossing, side), expr, variable, exact, side, bits)
        for side, there in ((-1, has_left), (1, has_right))
        if there
    }
    limits = tuple(certain for _, certain in found.values() if certain is not None)
    nothing: tuple[Slope | None, Limit | None] = (None, None)
    left, right = found.get(-1, nothing)[0], found.get(1, nothing)[0]
    return Sides(left, right, has_left, has_right, limits if len(limits) == len(found) > 0 else None)


def _way(expr: Expr, point: Mapping[str, Number], crossing: Crossing | None, side: int) -> Expr:
    """The expression on one side of an irrational point, its branches resolved."""
    if crossing is None or isinstance(point[crossing.variable], Fraction):
        return expr
    name = crossing.variable
    signs = {atom: certain_sign(atom, name, point[name], side, point, is_zero=True) for atom in crossing.atoms}
    return resolve(expr, {atom: sign for atom, sign in signs.items() if sign})


def _approach(
    way: Expr, expr: Expr, variable: str, point: Mapping[str, Number], side: int, bits: int
) -> tuple[Slope | None, Limit | None]:
    """The limit from one side, and again as a certificate where there is one."""
    located: dict[str, Location] = {name: Fraction(v) if isinstance(v, int) else v for name, v in point.items()}
    certain = certain_limit(way, variable, located[variable], side, located, bits)
    limit = one_sided_limit(expr, variable, located[variable], side, located) if certain is None else certain
    if limit.infinite:
        return inf * limit.infinite, certain
    if limit.value is None:
        return None, None
    value = recognised(limit.value) if isinstance(limit.value, arb) else limit.value
    return slope(value), certain


def describe(
    activation: Activation,
    crossing: Crossing,
    value: Expr,
    derivative: Expr,
    emitted: Expr,
) -> Kink | None:
    """The kink or jump that the defaults show at a crossing; None where the function runs smoothly through it."""
    points = _points(activation, crossing)
    if not points:
        return None
    seen = [_look(activation, crossing, value, derivative, emitted, point) for point in points]
    kinds = [s for s in seen if s is not None]
    if not kinds:
        return None
    kind, left, right, used = kinds[0]
    if len(activation.inputs) > 1:
        left, right, used = (_common([k[i] for k in kinds]) for i in (1, 2, 3))  # type: ignore[misc]
    closed = crossing.location is None or not crossing.location.free
    alone = len(activation.inputs) == 1 and closed and not crossing.is_family
    where = points[0][crossing.variable]
    return Kink(
        kind=kind,
        where=_text(crossing),
        at=((crossing.variable, as_float(where) or 0.0),) if alone else None,
        of=crossing.variable,
        left=as_float(left),
        right=as_float(right),
        used=as_float(used),
    )


def _points(activation: Activation, crossing: Crossing) -> list[dict[str, Number]]:
    """Where to look: the tie points at the defaults; for a lone input also those that are not rational."""
    if len(activation.inputs) > 1 or crossing.step is not None:
        defaults = rational_defaults(activation)
        points = tie_points(activation, crossing)
        return [p for p in points if all(p[name] == value for name, value in defaults.items())]
    defaults_point: dict[str, Number] = dict(rational_defaults(activation))
    zeros: Sequence[Number | None] = crossing.zeros if crossing.location is None else (place(crossing, defaults_point),)
    domain = activation.domains[crossing.variable]
    inside = [z for z in zeros if z is not None and (not isinstance(z, Fraction) or domain.contains(z))]
    return [{**defaults_point, crossing.variable: z} for z in inside[:5]]


_Look = tuple[str, Slope | None, Slope | None, Slope | None]


def _look(
    activation: Activation,
    crossing: Crossing,
    value: Expr,
    derivative: Expr,
    emitted: Expr,
    point: Mapping[str, Number],
) -> _Look | None:
    domain = activation.domains[crossing.variable]
    values = sides(value, crossing.variable, point, domain, crossing)
    slopes = sides(derivative, crossing.variable, point, domain, crossing)
    if not (values.has_left and values.has_right and values.complete and values.is_finite):
        return None
    exact = isinstance(point[crossing.variable], Fraction)
    here = at(value, point) if exact else None
    jumps = values.differ or (here is not None and values.left is not None and not same(here, values.left))
    if not jumps and not slopes.differ:
        return None
    used = at(emitted, point) if exact else slopes.least
    return ("jump" if jumps else "kink"), slopes.left, slopes.right, used


def _common(values: Sequence[Slope | None]) -> Slope | None:
    first = values[0]
    return first if all(same(v, first) for v in values) else None


def _text(crossing: Crossing) -> str:
    if crossing.step is not None:
        return f"{to_text(crossing.step)} is an integer"
    if crossing.location is not None:
        return f"{crossing.variable} = {to_text(crossing.location)}"
    if crossing.atoms:
        if len(crossing.zeros) == 1:
            return f"{crossing.variable} = {_coordinate(crossing.zeros[0])}"
        return f"{to_text(crossing.atoms[0])} = 0"
    return crossing.variable


def _coordinate(zero: Number) -> str:
    return number_text(zero) if isinstance(zero, Fraction) else decimal_text(zero, 12)
