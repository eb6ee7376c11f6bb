"""The gradient that is emitted: right off kinks by the chain rule or the author's word, right on them by the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import partial, reduce
from itertools import combinations

from actc.calculus.balls import Number, sign_of
from actc.calculus.branches import atoms, resolve
from actc.calculus.crossings import Crossing, pinned_by, place, signs_beside
from actc.calculus.kinks import sides
from actc.calculus.roots import solve
from actc.calculus.series import limit_formula
from actc.calculus.settle import Tie, at, has, is_undefined, settle, sides_of
from actc.calculus.subgradients import Slope
from actc.calculus.tie_points import parameter_points, rational_defaults, tie_points
from actc.model.activation import Activation
from actc.model.algebra import compare, conjunction
from actc.model.expr import Expr, number, substitute, symbol


class Reason(Enum):
    """Why a point is worth a word."""

    INFINITE = "infinite"
    NO_LIMIT = "no limit from some side"
    NO_FORMULA = "no formula for all parameters"


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A point at which a gradient is infinite, or at which it could not be given its value."""

    variable: str
    point: Mapping[str, Number]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Emitted:
    """A gradient's expression with what had to be noted on the way."""

    expr: Expr
    notes: tuple[Unsettled, ...] = ()


def emit_scalar(
    activation: Activation,
    variable: str,
    gradient: Expr,
    found: Sequence[Crossing],
    claim: Expr | None = None,
) -> Emitted:
    """The gradient along one variable, settled at each of its crossings in turn.

    With a claim the wanted values are the claim's own; where it has none, its limit, and where it has none of these
    either, the rule's.
    """
    scalar = _Scalar(activation, variable, gradient, claim)
    alone = [(c, [p for p in scalar.points(c) if not meets(c, p, found)]) for c in found]
    result = gradient
    for crossing, points in alone:
        result = scalar.settled(result, crossing, points)
    # Where two crossings happen to fall together, as x = 0 and x = a do at a = 0, neither's sides are the right ones.
    for first, second in combinations(found, 2):
        points = scalar.meeting(first, second)
        if points and first.step is None and second.location is not None and first.location is not None:
            meeting = compare("eq", first.location, second.location)
            conditions = [c for c in (first.also, second.also) if c is not None]
            both_at_once = replace(
                first, atoms=(*first.atoms, *second.atoms), also=reduce(conjunction, conditions, meeting)
            )
            result = scalar.settled(result, both_at_once, points)
    return Emitted(result, (*scalar.notes, *still_wrong(variable, result, scalar.unsettled)))


def still_wrong(variable: str, result: Expr, ties: Sequence[Tie]) -> tuple[Unsettled, ...]:
    """What is left of the points for which no formula was found: what was done for others may have mended them."""
    return tuple(Unsettled(variable, tie.point, Reason.NO_FORMULA) for tie in ties if not has(result, tie))


def meets(crossing: Crossing, point: Mapping[str, Number], others: Sequence[Crossing]) -> bool:
    """Whether the point lies on another of the crossings as well."""
    return any(o is not crossing and o.location is not None and place(o, point) == point[o.variable] for o in others)


class _Scalar:
    """One gradient being settled: what it is to be at each point, and what was noted."""

    def __init__(self, activation: Activation, variable: str, gradient: Expr, claim: Expr | None) -> None:
        self.activation = activation
        self.variable = variable
        self.gradient = gradient
        self.claim = claim
        self.notes: list[Unsettled] = []
        self.kept: list[Tie] = []
        self.unsettled: list[Tie] = []

    def points(self, crossing: Crossing) -> list[dict[str, Number]]:
        found = tie_points(self.activation, crossing)
        return [point for point in found if _is_defined(self.activation, self.variable, point)]

    def meeting(self, first: Crossing, second: Crossing) -> list[dict[str, Number]]:
        """Points on both crossings: those that happen to be, and others for which a parameter is solved for."""
        points = [point for point in self.points(first) if meets(first, point, (second,))]
        if first.location is None or second.location is None:
            return points
        apart = first.location - second.location
        settings: list[dict[str, Fraction]] = []
        for parameter in self.activation.parameters:
            for solution in solve(apart, parameter.name) or () if parameter.name in apart.free else ():
                for setting in parameter_points(self.activation):
                    value = at(solution, setting) if solution.free <= set(setting) else None
                    if isinstance(value, Fraction) and parameter.domain.contains(value):
                        settings.append({**setting, parameter.name: value})
        more = tie_points(self.activation, first, settings)
        inside = [p for p in more if meets(first, p, (second,)) and _is_defined(self.activation, self.variable, p)]
        return [*points, *inside]

    def settled(self, result: Expr, crossing: Crossing, points: Sequence[Mapping[str, Number]]) -> Expr:
        ties = [tie for point in points if (tie := self.tie(point)) is not None]
        formulas = partial(_formulas, self.activation, crossing, self.gradient, self.claim)
        settled = settle(result, self.gradient, crossing, ties, formulas, self.kept)
        self.kept += ties
        if settled is None:
            self.unsettled += ties
            return result
        return settled

    def tie(self, point: Mapping[str, Number]) -> Tie | None:
        activation, variable = self.activation, self.variable
        wanted = None if self.claim is None else claimed_at(self.claim, variable, point, activation)
        if wanted is None:
            around = sides(self.gradient, variable, point, activation.domains[variable])
            if not around.complete:
                if at_defaults(activation, point):
                    self.notes.append(Unsettled(variable, point, Reason.NO_LIMIT))
                return None
            wanted = around.least
        if wanted is None:
            return None
        if not isinstance(wanted, Fraction) and at_defaults(activation, point):
            self.notes.append(Unsettled(variable, point, Reason.INFINITE))
        return Tie(point, wanted)


def at_defaults(activation: Activation, point: Mapping[str, Number]) -> bool:
    """Whether the parameters are at their defaults there."""
    return all(point[name] == value for name, value in rational_defaults(activation).items())


def _is_defined(activation: Activation, variable: str, point: Mapping[str, Number]) -> bool:
    """Whether the activation has a value at the point, or at least finite limits: elsewhere nothing is settled."""
    value = activation.value.expr
    if at(value, point) is not None:
        return True
    around = sides(value, variable, point, activation.domains[variable])
    return around.complete and around.is_finite


def _formulas(activation: Activation, crossing: Crossing, gradient: Expr, claim: Expr | None) -> Iterator[Expr]:
    """What may hold on the crossing: the claim's own branch, or the limit from a side."""
    if claim is not None and crossing.atoms:
        yield resolve(claim, dict.fromkeys(crossing.atoms, 0))
    point = next(iter(tie_points(activation, crossing)), None)
    if point is None or crossing.location is None:
        return
    gradient = substitute(gradient, {symbol(name): number(value) for name, value in pinned_by(crossing).items()})
    around = _signs_around(crossing, gradient, point)
    for side, way in zip((1, -1), sides_of(gradient, crossing, point), strict=True):
        smooth = resolve(way, {**around, **signs_beside(crossing, point, side)})
        formula = limit_formula(smooth, crossing.variable, crossing.location, side, activation.domains)
        if formula is not None:
            yield formula


def _signs_around(crossing: Crossing, gradient: Expr, point: Mapping[str, Number]) -> dict[Expr, int]:
    """The signs that the other atoms have at a point on the crossing."""
    signs = {atom: sign_of(atom, point) for atom in atoms(gradient) if atom not in crossing.atoms}
    return {atom: sign for atom, sign in signs.items() if sign}


def fill(activation: Activation, expr: Expr, variable: str, found: Sequence[Crossing]) -> Emitted:
    """The expression with its limit at every crossing where it has none of its own: a removable singularity."""
    plain = expr
    notes: list[Unsettled] = []
    domain = activation.domains[variable]
    for crossing in found:
        ties: list[Tie] = []
        for point in tie_points(activation, crossing):
            if is_undefined(expr, point):
                around = sides(expr, variable, point, domain)
                limit = around.least
                if around.complete and not around.differ and isinstance(limit, Fraction):
                    ties.append(Tie(point, limit))
        if ties:
            filled = settle(expr, plain, crossing, ties, partial(_formulas, activation, crossing, plain, None))
            if filled is None:
                notes.append(Unsettled(variable, ties[0].point, Reason.NO_FORMULA))
            else:
                expr = filled
    return Emitted(expr, tuple(notes))


def claimed_at(claim: Expr, variable: str, point: Mapping[str, Number], activation: Activation) -> Slope | None:
    """A claim's own value at a point, or its limit where it is undefined there and has one."""
    here = at(claim, point)
    if here is not None:
        return here
    around = sides(claim, variable, point, activation.domains[variable])
    return around.least if around.complete and not around.differ else None
