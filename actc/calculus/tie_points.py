"""Exact points on crossings: where kinks are looked at, for the defaults and for a handful of other values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from actc.calculus.balls import Number, evaluate, evaluate_zero
from actc.calculus.crossings import Crossing, pinned_by, place
from actc.calculus.roots import solve
from actc.calculus.settle import slope
from actc.model.activation import Activation
from actc.model.domain import Domain
from actc.model.expr import Expr, number

_PAIRS = ((1, 2), (2, 1), (-1, 1), (7, 5), (-3, 10), (3, 1), (-5, 2), (1, 10), (1, 1))
_VALUES = tuple(Fraction(n, d) for n, d in _PAIRS)
_OTHERS = tuple(Fraction(n, d) for n, d in ((7, 10), (-13, 10), (2, 1), (-2, 5), (11, 10), (-3, 1), (17, 10)))
_COUNT = 7


def default_point(activation: Activation) -> dict[str, Number]:
    """The parameters at their defaults: exact where they are rational, else balls."""
    point: dict[str, Number] = {}
    for parameter in activation.parameters:
        value = evaluate_zero(parameter.default, {}, bits=512, good=400)
        if not isinstance(value, Fraction) and slope(value) is None:
            raise ValueError(f"the default of {parameter.name} has no value")
        point[parameter.name] = value  # type: ignore[assignment]  # a marker was ruled out above
    return point


def rational_defaults(activation: Activation) -> dict[str, Fraction]:
    """The defaults as exact numbers, a transcendental one by a close rational."""
    rationals: dict[str, Fraction] = {}
    for parameter in activation.parameters:
        value = slope(evaluate_zero(parameter.default, {}, bits=512, good=400))
        if not isinstance(value, Fraction):
            raise ValueError(f"the default of {parameter.name} has no value")
        rationals[parameter.name] = value
    return rationals


def parameter_points(activation: Activation) -> Iterator[dict[str, Fraction]]:
    """The defaults first, then other values from the domains."""
    yield rational_defaults(activation)
    if not activation.parameters:
        return
    for turn in range(_COUNT - 1):
        yield {p.name: choose(p.domain, turn + 2 * index) for index, p in enumerate(activation.parameters)}


def choose(domain: Domain, turn: int) -> Fraction:
    """A number of the domain; other turns give other numbers where it has them."""
    fitting = [v for v in _VALUES if domain.contains(v)]
    low, high = domain.low, domain.high
    if low is not None and high is not None:
        fitting += [v for k in (1, 2, 3) if domain.contains(v := low + (high - low) * Fraction(k, 4))]
    elif low is not None:
        fitting += [v for k in (1, 2, 5) if domain.contains(v := low + k)]
    elif high is not None:
        fitting += [v for k in (1, 2, 5) if domain.contains(v := high - k)]
    ends = [v for v in (low, high) if v is not None and domain.contains(v)]
    fitting[2:2] = [v for v in ends if v not in fitting]
    if domain.integer:
        fitting += [Fraction(v) for v in range(-3, 6) if domain.contains(Fraction(v))]
    return fitting[turn % len(fitting)] if fitting else Fraction(0)


def tie_points(
    activation: Activation, crossing: Crossing, settings: Iterable[Mapping[str, Fraction]] | None = None
) -> list[dict[str, Number]]:
    """Points on the crossing, exact as far as they are rational: only those can be hit by a float.

    ``settings`` are values of all parameters; by default those of ``parameter_points``.
    """
    others = [i.name for i in activation.inputs if i.name != crossing.variable]
    domains = activation.domains
    found: list[dict[str, Number]] = []
    turns = _COUNT if others else 1
    pinned = pinned_by(crossing)
    for index, setting in enumerate(parameter_points(activation) if settings is None else settings):
        parameters = {**setting, **pinned}
        for turn in range(turns if index == 0 else 2 if others else 1):
            point: dict[str, Number] = dict(parameters)
            for k, name in enumerate(others):
                point[name] = _fit(_OTHERS[(turn + index + 3 * k) % len(_OTHERS)], domains[name], turn)
            inside = [w for w in _places(crossing, point) if domains[crossing.variable].contains(w)]
            found.extend({**point, crossing.variable: where} for where in inside)
    return found


def _fit(value: Fraction, domain: Domain, turn: int) -> Fraction:
    return value if domain.contains(value) else choose(domain, turn)


def _places(crossing: Crossing, point: Mapping[str, Number]) -> list[Fraction]:
    if crossing.step is not None:
        return _integer_places(crossing.step, crossing.variable, point)
    if crossing.location is None:
        return [zero for zero in crossing.zeros if isinstance(zero, Fraction)]
    value = place(crossing, point)
    return [value] if isinstance(value, Fraction) else []


def _integer_places(step: Expr, name: str, point: Mapping[str, Number]) -> list[Fraction]:
    """A few points at which the step expression is an integer, if that equation has a closed solution."""
    found: list[Fraction] = []
    for target in (1, 0, -1, 2, -2, 3):
        for location in solve(step - number(target), name) or ():
            value = evaluate(location, {**point, name: Fraction(0)})
            if isinstance(value, Fraction) and evaluate(step, {**point, name: value}) == target:
                found.append(value)
    return found
