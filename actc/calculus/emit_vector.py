"""The derived gradient by several inputs, settled as one vector: the shortest between the regions around a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import product

from actc.calculus.balls import Number, rational
from actc.calculus.branches import orient
from actc.calculus.crossings import Crossing, telling
from actc.calculus.emit import Emitted, still_wrong
from actc.calculus.one_sided import certain_limit
from actc.calculus.settle import Tie, at, both, literal, on_crossing, same, settle, sides_of
from actc.calculus.special_points import mend, tidy
from actc.calculus.subgradients import by_cases, shortest_in_hull, shortest_on_segment
from actc.calculus.tie_points import tie_points
from actc.model.activation import Activation
from actc.model.algebra import compare, where
from actc.model.expr import ONE, ZERO, Expr, fold, number, rebuild, symbol

_TINY = Fraction(1, 2**300)


def emit_inputs(activation: Activation, gradients: Mapping[str, Expr], found: Sequence[Crossing]) -> dict[str, Emitted]:
    """The derived gradient by several inputs, settled as one vector at each crossing and where two of them meet."""
    names = [i.name for i in activation.inputs]
    result = dict(gradients)
    kept: dict[str, list[Tie]] = {name: [] for name in names}
    unsettled: dict[str, list[Tie]] = {name: [] for name in names}
    for crossing in _once(found):
        ties: dict[str, list[Tie]] = {name: [] for name in names}
        for point in tie_points(activation, crossing):
            around = [_beside(gradients, names, point, crossing.variable, s) for s in (-1, 1)]
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
    result = mend(activation, gradients, _corners(activation, gradients, result, found))
    return {name: Emitted(expr, still_wrong(name, expr, unsettled[name])) for name, expr in result.items()}


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


def _beside(
    gradients: Mapping[str, Expr], names: Sequence[str], point: Mapping[str, Number], variable: str, side: int
) -> tuple[Fraction, ...] | None:
    """What the gradient tends to from one side: certainly, or else from its value next to the point."""
    located = {name: Fraction(v) if isinstance(v, int) else v for name, v in point.items()}
    values: list[Fraction] = []
    for name in names:
        limit = certain_limit(gradients[name], variable, located[variable], side, located)
        if limit is None or limit.value is None:
            return _shifted(gradients, names, point, {variable: side})
        values.append(tidy(limit.value if isinstance(limit.value, Fraction) else rational(limit.value)))
    return tuple(values)


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
        values.append(tidy(value))
    return tuple(values)


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
