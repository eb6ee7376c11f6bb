"""Exact points at which expressions are compared: counted, the same on every machine.

Nice points come first. Then every decimal exponent, the tails, both sides of every border that an expression names and
the gaps between borders, parameters one at a time and all together, and the constants that the expressions are made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from actc.calculus.balls import Marker, decimal_text, evaluate_sure
from actc.calculus.sampling_borders import COARSE, FINE, Borders, Point, around, border_atoms, centre_atoms
from actc.calculus.sampling_values import choices, generic, line, short_line
from actc.model.domain import Domain
from actc.model.expr import Expr, postorder

_MOST_CONSTANTS = 24
_MOST_SETTINGS = 72  # of parameters away from their defaults
_JOINT = 14  # settings in which all parameters move
_FINE_ZEROS, _COARSE_ZEROS = 16, 6
_MOST_TUPLES = 64
_DEFAULT_DIGITS = 17  # of an irrational default
_NEAR = Fraction(1, 10**6)


@dataclass(frozen=True, slots=True)
class Sample:
    """A point, with the parameters that are not at their defaults there."""

    point: Point
    varied: frozenset[str]


@dataclass(frozen=True, slots=True)
class Space:
    """What there is to sample: expressions, inputs, and the parameters that the expressions depend on."""

    roots: tuple[Expr, ...]
    domains: Mapping[str, Domain]
    inputs: tuple[str, ...]
    defaults: Mapping[str, Fraction]  # of the parameters that the expressions depend on, in their order
    idle: Mapping[str, Fraction]  # of the other parameters
    names: tuple[str, ...]  # all inputs and parameters


def space(
    roots: Sequence[Expr], domains: Mapping[str, Domain], defaults: Mapping[str, Expr], inputs: Sequence[str]
) -> Space:
    """The space of the expressions. Raises ValueError where a default has no value in its domain."""
    free = frozenset().union(*(r.free for r in roots))
    known = {name: rational(default, domains[name]) for name, default in defaults.items()}
    used = {name: value for name, value in known.items() if name in free}
    idle = {name: value for name, value in known.items() if name not in free}
    return Space(tuple(roots), domains, tuple(inputs), used, idle, (*inputs, *known))


def rational(default: Expr, domain: Domain) -> Fraction:
    """A default as an exact number; one that is irrational is rounded to 17 digits."""
    value = evaluate_sure(default, {}, bits=256)
    if isinstance(value, Marker):
        raise ValueError("a default has no value")
    if isinstance(value, Fraction):
        return value
    near = Fraction(decimal_text(value, _DEFAULT_DIGITS))
    if domain.contains(near):
        return near
    inward = max((near, *choices(domain)), key=lambda c: -abs(c - near))
    return inward if domain.contains(inward) else near


def samples(within: Space) -> Iterator[Sample]:
    """All points, each once; the ones at the defaults first."""
    seen: set[tuple[Fraction, ...]] = set()
    names = (*within.inputs, *within.defaults)
    for point in _points(within):
        known = len(seen)
        seen.add(tuple(point[n] for n in names))
        if len(seen) > known and all(within.domains[n].contains(point[n]) for n in names):
            yield Sample(point, frozenset(n for n, d in within.defaults.items() if point[n] != d))


def constants(roots: Sequence[Expr]) -> tuple[Fraction, ...]:
    """The numbers in the expressions, in the order of the graph."""
    found = dict.fromkeys(n.number for n in postorder(*roots) if n.is_number)
    return tuple(found)[:_MOST_CONSTANTS]


def _points(within: Space) -> Iterator[dict[str, Fraction]]:
    borders = Borders(border_atoms(*within.roots))
    numbers = constants(within.roots)
    yield from _full(within, borders, dict(within.defaults), numbers)
    for setting in _settings(within, numbers):
        yield from _brief(within, borders, setting)
    yield from _across(within, borders)


def _full(
    within: Space, borders: Borders, setting: dict[str, Fraction], numbers: Sequence[Fraction]
) -> Iterator[dict[str, Fraction]]:
    """Everything that is looked at with the parameters at their defaults."""
    named = [c + shift for c in (*numbers, *(-n for n in numbers)) for shift in (0, _NEAR, -_NEAR)]
    centres = Borders(centre_atoms(*within.roots))
    for others, variable in _rays(within, 3):
        grid = line(within.domains[variable])
        base = {**others, **setting}
        for value in grid:
            yield {**base, variable: value}
        zeros = borders.zeros({**base, variable: grid[0]}, variable, grid, _FINE_ZEROS)
        middles = centres.zeros({**base, variable: grid[0]}, variable, grid, _COARSE_ZEROS)
        for value in (*around(zeros, FINE), *named, *middles):
            yield {**base, variable: value}
    yield from _together(within, setting)


def _brief(within: Space, borders: Borders, setting: dict[str, Fraction]) -> Iterator[dict[str, Fraction]]:
    """What is looked at with other parameters: some numbers of all sizes, and both sides of every border."""
    sizes = [s for p in setting.values() if p for s in (p, -p, p / 2, -2 * p, 1 / p)]
    for others, variable in _rays(within, 1):
        grid = short_line(within.domains[variable])
        base = {**others, **setting}
        zeros = borders.zeros({**base, variable: grid[0]}, variable, grid, _COARSE_ZEROS)
        for value in (*grid, *around(zeros, COARSE), *sizes):
            yield {**base, variable: value}


def _rays(within: Space, count: int) -> Iterator[tuple[dict[str, Fraction], str]]:
    """Each input as the one that moves, with the other inputs at values where nothing simplifies."""
    for variable in within.inputs:
        rest = [n for n in within.inputs if n != variable]
        for turn in range(count if rest else 1):
            yield {n: _pick(generic(within.domains[n]), turn + 3 * i) for i, n in enumerate(rest)}, variable


def _together(within: Space, setting: Mapping[str, Fraction]) -> Iterator[dict[str, Fraction]]:
    """Several inputs at once: combinations of nice numbers, ties and near ties, and sizes of all exponents."""
    if len(within.inputs) < 2:
        return
    lines = [line(within.domains[n]) for n in within.inputs]
    few = max(2, int(_MOST_TUPLES ** (1 / len(lines))))
    for values in list(product(*(values[:few] for values in lines)))[:_MOST_TUPLES]:
        yield {**dict(zip(within.inputs, values, strict=True)), **setting}
    for value in lines[0][:12]:
        for other in (value, -value, value + _NEAR, value - _NEAR, _NEAR - value):
            yield {**dict.fromkeys(within.inputs, other), within.inputs[0]: value, **setting}
    for i in range(len(lines[0])):
        yield {
            **{n: _pick(v, i * (2 * k + 1) + 7 * k) for k, (n, v) in enumerate(zip(within.inputs, lines, strict=True))},
            **setting,
        }


def _settings(within: Space, numbers: Sequence[Fraction]) -> Iterator[dict[str, Fraction]]:
    """The parameters one at a time, then all together."""
    if not within.defaults:
        return
    each = max(4, (_MOST_SETTINGS - _JOINT) // len(within.defaults))
    for name, default in within.defaults.items():
        tried = [c for c in choices(within.domains[name], numbers[:4]) if c != default]
        # Numbers of both signs where only the first few are tried.
        for value in (*tried[: each - 4], *[g for g in generic(within.domains[name]) if g != default][:4]):
            yield {**within.defaults, name: value}
    for turn in range(_JOINT):
        yield {
            name: _pick(generic(within.domains[name]), turn * (i + 1) + 2 * i) for i, name in enumerate(within.defaults)
        }


def _across(within: Space, borders: Borders) -> Iterator[dict[str, Fraction]]:
    """Both sides of the borders along each parameter, at a few inputs."""
    for name, domain in within.domains.items():
        if name not in within.defaults or name not in borders.names():
            continue
        for turn in range(4):
            base = {n: _pick(generic(within.domains[n]), turn + i) for i, n in enumerate(within.inputs)}
            base.update(within.defaults)
            grid = short_line(domain)
            zeros = borders.zeros(base, name, grid, _COARSE_ZEROS)
            for value in around(zeros, COARSE):
                yield {**base, name: value}


def _pick(values: Sequence[Fraction], turn: int) -> Fraction:
    return values[turn % len(values)]
