"""The gradient that is emitted: right off kinks by the chain rule or the author's word, right on them by the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import partial, reduce
from itertools import combinations, product

from actc.calculus.balls import Number, sign_of
from actc.calculus.branches import atoms, orient, resolve
from actc.calculus.crossings import Crossing, place, signs_beside, telling
from actc.calculus.kinks import Sides, sides
from actc.calculus.roots import solve
from actc.calculus.series import limit_formula
from actc.calculus.settle import Tie, at, both, has, is_undefined, literal, on_crossing, same, settle, sides_of
from actc.calculus.subgradients import Slope, by_cases, shortest_in_hull, shortest_on_segment
from actc.calculus.tie_points import parameter_points, rational_defaults, tie_points
from actc.model.activation import Activation
from actc.model.algebra import compare, conjunction, where
from actc.model.expr import ONE, ZERO, Expr, fold, number, rebuild, symbol

_TINY = Fraction(1, 2**300)


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
class Outside:
    """A point on a kink at which a claim is not between the derivatives of the two sides."""

    point: Mapping[str, Number]
    claimed: Slope
    around: Sides


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
    alone = [(c, [p for p in scalar.points(c) if not _meets(c, p, found)]) for c in found]
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
    return Emitted(result, (*scalar.notes, *_still_wrong(variable, result, scalar.unsettled)))


def _still_wrong(variable: str, result: Expr, ties: Sequence[Tie]) -> tuple[Unsettled, ...]:
    """What is left of the points for which no formula was found: what was done for others may have mended them."""
    return tuple(Unsettled(variable, tie.point, Reason.NO_FORMULA) for tie in ties if not has(result, tie))


def _meets(crossing: Crossing, point: Mapping[str, Number], others: Sequence[Crossing]) -> bool:
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
        points = [point for point in self.points(first) if _meets(first, point, (second,))]
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
        inside = [p for p in more if _meets(first, p, (second,)) and _is_defined(self.activation, self.variable, p)]
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
                if _at_defaults(activation, point):
                    self.notes.append(Unsettled(variable, point, Reason.NO_LIMIT))
                return None
            wanted = around.least
        if wanted is None:
            return None
        if not isinstance(wanted, Fraction) and _at_defaults(activation, point):
            self.notes.append(Unsettled(variable, point, Reason.INFINITE))
        return Tie(point, wanted)


def _at_defaults(activation: Activation, point: Mapping[str, Number]) -> bool:
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


def emit_inputs(activation: Activation, gradients: Mapping[str, Expr], found: Sequence[Crossing]) -> dict[str, Emitted]:
    """The derived gradient by several inputs, settled as one vector at each crossing and where two of them meet."""
    names = [i.name for i in activation.inputs]
    result = dict(gradients)
    kept: dict[str, list[Tie]] = {name: [] for name in names}
    unsettled: dict[str, list[Tie]] = {name: [] for name in names}
    for crossing in _once(found):
        ties: dict[str, list[Tie]] = {name: [] for name in names}
        for point in tie_points(activation, crossing):
            around = [_shifted(gradients, names, point, {crossing.variable: s}) for s in (-1, 1)]
            exact = [g for g in around if g is not None]
            if not exact:
                continue
            for name, wanted in zip(names, shortest_in_hull(exact), strict=True):
                ties[name].append(Tie(point, wanted))
        points = [t.point for t in ties[names[0]]]
        formulas = _segment(gradients, names, crossing, telling(crossing, points)) if points else None
        for index, name in enumerate(names):
            extra = (formulas[index],) if formulas else ()
            formula = partial(tuple, extra)
            settled = settle(result[name], gradients[name], crossing, ties[name], formula, kept[name])
            kept[name] += ties[name]
            if settled is None:
                unsettled[name] += ties[name]
            else:
                result[name] = settled
    result = _corners(activation, gradients, result, found)
    return {name: Emitted(expr, _still_wrong(name, expr, unsettled[name])) for name, expr in result.items()}


def _once(found: Sequence[Crossing]) -> list[Crossing]:
    """Each crossing along one of its variables only: the vector is the same along the others."""
    seen: dict[object, Crossing] = {}
    for crossing in found:
        key: object = crossing
        if crossing.location is not None:
            key = orient(symbol(crossing.variable) - crossing.location).atoms
        seen.setdefault(key, crossing)
    return list(seen.values())


def _segment(
    gradients: Mapping[str, Expr], names: Sequence[str], crossing: Crossing, tie: Mapping[str, Number]
) -> tuple[Expr, ...] | None:
    """The shortest vector between the two sides, as formulas that hold on the crossing."""
    ways = [sides_of(gradients[n], crossing, tie) for n in names]
    upper = [on_crossing(way[0], crossing, tie, 1) for way in ways]
    lower = [on_crossing(way[1], crossing, tie, -1) for way in ways]
    if lower == upper:
        return None

    def shortest(sides: Sequence[Expr]) -> tuple[Expr, ...]:
        return shortest_on_segment(sides[: len(names)], sides[len(names) :])

    return by_cases([_as_branch(e) for e in (*lower, *upper)], shortest)


def _as_branch(root: Expr) -> Expr:
    """Signs as branches, so that cases can be told apart; where two crossings meet is settled later."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op == "sign":
            return where(compare("gt", args[0], ZERO), ONE, number(-1))
        return rebuild(node, args)

    return fold(root, visit)


def _shifted(
    gradients: Mapping[str, Expr], names: Sequence[str], point: Mapping[str, Number], by: Mapping[str, int]
) -> tuple[Fraction, ...] | None:
    """The gradient next to a point, rounded to what it tends to."""
    moved = dict(point)
    for name, times in by.items():
        here = moved[name]
        if not isinstance(here, Fraction):
            return None
        moved[name] = here + times * _TINY
    values: list[Fraction] = []
    for name in names:
        value = at(gradients[name], moved)
        if not isinstance(value, Fraction):
            return None
        values.append(_tidy(value))
    return tuple(values)


def _tidy(value: Fraction) -> Fraction:
    """What a value that is off by about 2**-300 was meant to be."""
    short = value.limit_denominator(10**15)
    return short if same(short, value) else Fraction(round(value * 2**200), 2**200)


def _corners(
    activation: Activation, gradients: Mapping[str, Expr], result: dict[str, Expr], found: Sequence[Crossing]
) -> dict[str, Expr]:
    """Where two crossings meet, more than two regions do: the shortest vector of all of theirs."""
    names = [i.name for i in activation.inputs]
    steps = [dict(zip(names, turn, strict=True)) for turn in _directions(len(names))]
    for index, first in enumerate(found):
        for second in found[index + 1 :]:
            if second.variable == first.variable or second.atoms == first.atoms:
                continue
            meetings = _meetings(activation, first, second)
            wanted: dict[str, list[Tie]] = {name: [] for name in names}
            for point in meetings:
                around = {g for by in steps if (g := _shifted(gradients, names, point, by)) is not None}
                if len(around) > 1:
                    for name, value in zip(names, shortest_in_hull(sorted(around)), strict=True):
                        wanted[name].append(Tie(point, value))
            for name in names:
                ties = wanted[name]
                if not ties or all(same(at(result[name], t.point), t.wanted) for t in ties):
                    continue
                if all(same(t.wanted, ties[0].wanted) for t in ties):
                    result[name] = where(both(first, second), literal(ties[0].wanted), result[name])
    return result


def _directions(count: int) -> list[tuple[int, ...]]:
    """Steps into every region around a point: all signs, with no two coordinates alike in size."""
    sizes = [(3, 5, 7, 11, 13, 17, 19, 23)[k % 8] for k in range(count)]
    found: list[tuple[int, ...]] = []
    for turn in range(count if count < 4 else 1):
        turned = sizes[turn:] + sizes[:turn]
        found += [tuple(s * v for s, v in zip(signs, turned, strict=True)) for signs in product((-1, 1), repeat=count)]
    return found


def _meetings(activation: Activation, first: Crossing, second: Crossing) -> list[dict[str, Number]]:
    if not first.atoms or second.location is None:
        return []
    found: list[dict[str, Number]] = []
    for point in tie_points(activation, first):
        value = at(second.location, point)
        if not isinstance(value, Fraction):
            continue
        moved = {**point, second.variable: value}
        again = at(first.location, moved) if first.location is not None else None
        if isinstance(again, Fraction):
            moved[first.variable] = again
            if at(second.location, moved) == moved[second.variable]:
                found.append(moved)
    return found


def judge_at_ties(
    activation: Activation, variable: str, derivative: Expr, claim: Expr, found: Sequence[Crossing]
) -> Outside | None:
    """The first point on a crossing at which a claim is not between its neighbours; None where it always is."""
    for crossing in found:
        for point in tie_points(activation, crossing):
            value = at(claim, point)
            if value is None or (_meets(crossing, point, found) and not _at_defaults(activation, point)):
                continue  # kinks that fall together for special parameters are no kink of the claim's own
            around = sides(derivative, variable, point, activation.domains[variable])
            known = [s for s in (around.left, around.right) if s is not None]
            if not known or not around.complete:
                continue
            low, high = min(known), max(known)
            if not (low <= value <= high or same(value, low) or same(value, high)):
                return Outside(point, value, around)
    return None
