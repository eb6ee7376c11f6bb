"""Single points of several inputs at which more happens than along any line: the origin, and plain points like it.

``sqrt(u**2 + v**2)`` has no gradient at the origin, ``u**3/(u**2 + v**2)`` no value, and at the origin of
``Max(Abs(u), Abs(v), Abs(w))`` six regions meet. What is around such a point is looked at in many directions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from actc.calculus.balls import Number
from actc.calculus.settle import Tie, at, has, is_undefined, literal, same
from actc.calculus.subgradients import shortest_in_hull
from actc.calculus.tie_points import parameter_points, rational_defaults
from actc.model.activation import Activation
from actc.model.algebra import compare, conjunction, where
from actc.model.expr import TRUE, Expr, number, symbol

_TINY = Fraction(1, 2**300)
# Steps for two and for three inputs: into every region, and close to the axes.
_SIZES = {2: ((3, 5), (11, 2), (2**60, 1)), 3: ((3, 5, 7),)}
# More inputs have no special points of their own, but may be looked around.
_STEPS = {**_SIZES, 4: ((3, 5, 7, 11),), 5: ((3, 5, 7, 11, 13),), 6: ((3, 5, 7, 11, 13, 17),)}
MOST_AROUND = max(_STEPS)
_MOST_REGIONS = 8  # with more gradients than that around a point, they change with the direction
_NOTHING = Fraction(1, 2**50)

Point = dict[str, Number]


def coordinates(activation: Activation) -> list[dict[str, Fraction]]:
    """The points that are looked at: the origin, and for two inputs all with coordinates -1, 0 and 1."""
    names = [i.name for i in activation.inputs]
    if len(names) not in _SIZES:
        return []
    values = (0, 1, -1) if len(names) == 2 else (0,)
    found = [dict(zip(names, map(Fraction, c), strict=True)) for c in product(values, repeat=len(names))]
    return [c for c in found if all(i.domain.contains(c[i.name]) for i in activation.inputs)]


def around(exprs: Sequence[Expr], at_point: Mapping[str, Number], names: Sequence[str]) -> list[tuple[Fraction, ...]]:
    """What the expressions tend to, direction by direction; directions in which one has no value are left out.

    There are two to ``MOST_AROUND`` names.
    """
    found: dict[tuple[Fraction, ...], None] = {}
    for steps in _directions(len(names)):
        moved = dict(at_point)
        for name, step in zip(names, steps, strict=True):
            moved[name] = Fraction(str(at_point[name])) + step * _TINY
        values = [at(expr, moved) for expr in exprs]
        exact = tuple(tidy(v) for v in values if isinstance(v, Fraction))
        if len(exact) == len(exprs):
            found[exact] = None
    return list(found)


def _directions(count: int) -> Iterator[tuple[int, ...]]:
    for sizes in _STEPS[count]:
        for turn in range(count):
            turned = sizes[turn:] + sizes[:turn]
            for signs in product((-1, 1), repeat=count):
                yield tuple(s * v for s, v in zip(signs, turned, strict=True))


def tidy(value: Fraction) -> Fraction:
    """What a value that is off by about 2**-300 was meant to be."""
    short = value.limit_denominator(10**15)
    return short if same(short, value) else Fraction(round(value * 2**200), 2**200)


def mend(activation: Activation, plain: Mapping[str, Expr], settled: Mapping[str, Expr]) -> dict[str, Expr]:
    """The gradient by the inputs with the shortest vector of all regions at each special point."""
    names = [i.name for i in activation.inputs]
    result = dict(settled)
    for point in coordinates(activation):
        if any(point.values()) and not _is_singular(activation, plain, point):
            continue
        ties: dict[str, list[Tie]] = {name: [] for name in names}
        for parameters in parameter_points(activation):
            here: Point = {**parameters, **point}
            value = activation.value.expr
            if is_undefined(value, here) and not _agree(around([value], here, names)):
                continue
            for name, wanted in zip(names, _shortest(around([plain[n] for n in names], here, names)), strict=False):
                ties[name].append(Tie(here, wanted))
        for name, known in ties.items():
            alike = bool(known) and all(same(tie.wanted, known[0].wanted) for tie in known)
            if alike and not all(has(result[name], tie) for tie in known):
                result[name] = where(_at(point), literal(known[0].wanted), result[name])
    return result


def _is_singular(activation: Activation, plain: Mapping[str, Expr], point: Mapping[str, Fraction]) -> bool:
    here: Point = {**rational_defaults(activation), **point}
    return any(is_undefined(expr, here) for expr in (activation.value.expr, *plain.values()))


def _shortest(vectors: Sequence[tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    """The shortest in the hull of what is around a point; () where the directions tried do not tell it."""
    if not vectors or _agree(vectors):
        return vectors[0] if vectors else ()
    shortest = shortest_in_hull(sorted(vectors))
    if len(vectors) <= _MOST_REGIONS:
        return shortest
    return tuple(Fraction(0) for _ in shortest) if all(abs(v) < _NOTHING for v in shortest) else ()


def fill_points(activation: Activation, value: Expr) -> tuple[Expr, dict[str, Fraction] | None]:
    """The value with its limits at special points where it has none of its own; and one where there is no limit."""
    names = [i.name for i in activation.inputs]
    for point in coordinates(activation):
        here: Point = {**rational_defaults(activation), **point}
        if not is_undefined(value, here):
            continue
        limits = around([value], here, names)
        if not limits or not _agree(limits):
            return value, point
        value = where(_at(point), literal(limits[0][0]), value)
    return value, None


def _agree(vectors: Sequence[tuple[Fraction, ...]]) -> bool:
    """Whether all directions lead to the same."""
    return all(same(a, b) for vector in vectors for a, b in zip(vector, vectors[0], strict=True))


def _at(point: Mapping[str, Fraction]) -> Expr:
    here = TRUE
    for name, value in point.items():
        here = conjunction(here, compare("eq", symbol(name), number(value)))
    return here
