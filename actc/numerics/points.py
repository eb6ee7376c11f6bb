"""Where programs are tried: points over every exponent, dense where activations bend, close to where they break.

The points are the same on every machine and in every run; their number is bounded, whatever the activation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from flint import arb

from actc.calculus.balls import rational
from actc.calculus.crossings import Crossing, place
from actc.calculus.tie_points import parameter_points, rational_defaults
from actc.model.activation import Activation
from actc.model.domain import Domain
from actc.numerics.formats import FLOAT32, FLOAT64, Format

Point = dict[str, Fraction]
"""Inputs and parameters, each a number of the format."""

_GOLDEN = Fraction(6180339887, 10**10)  # its multiples fill the unit interval evenly, and are nowhere round
_MOST_CROSSINGS = 6
_MOST_AT_CROSSINGS = 120
_OTHER_PARAMETERS = 3
_NEAR_END = Fraction(1, 50)
_DENSE = 32  # points near 0 where there are enough for thresholds, too
_EXTREMES = tuple(Fraction(v) for v in (0, 1, -1, 30, -30, 10**4, -(10**4), 10**30, -(10**30)))


@dataclass(frozen=True, slots=True)
class PointSet:
    """Points in one format."""

    format: Format
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Density:
    """How many points there are of each kind."""

    exponents: int  # steps from one exponent to the next
    dense: int  # points between -20 and 20
    tails: int  # points on either side between 20 and 2000, where exponentials overflow and vanish
    pairs: int  # of activations with several inputs


_MANTISSAS = (Fraction(5, 4), Fraction(13, 8))  # next to the smallest normal number

_THRESHOLDS = tuple((k, above) for k in (2, 3, 4) for above in (Fraction(1, 2), Fraction(2), Fraction(7, 2)))
"""Roots and octaves: where a power overflows, or vanishes, though what it is divided by would bring it back."""

_SCREEN = {FLOAT32: Density(17, 24, 6, 30), FLOAT64: Density(120, 8, 6, 12)}
_FULL = {FLOAT32: Density(4, 120, 24, 240), FLOAT64: Density(32, 48, 20, 100)}
_OTHER = {FLOAT32: Density(12, 32, 10, 50), FLOAT64: Density(90, 16, 8, 30)}
_SCREEN_OTHER = {FLOAT32: Density(40, 8, 4, 16), FLOAT64: Density(300, 4, 2, 8)}


Places = dict[str, list[Fraction]]
"""Where something happens along each input."""


def screening(activation: Activation, places: Places) -> tuple[PointSet, ...]:
    """Few points, in float32 and float64, on which candidates are compared."""
    return _sets(activation, {name: found[:2] for name, found in places.items()}, _SCREEN, _SCREEN_OTHER)


def thorough(activation: Activation, places: Places) -> tuple[PointSet, ...]:
    """Some hundred points, in float32 and float64, on which the result is judged."""
    return _sets(activation, places, _FULL, _OTHER)


def _sets(
    activation: Activation,
    places: Places,
    main: dict[Format, Density],
    other: dict[Format, Density],
) -> tuple[PointSet, ...]:
    sets = []
    for form in (FLOAT32, FLOAT64):
        points: dict[tuple[Fraction, ...], Point] = {}
        for index, parameters in enumerate(_parameters(activation, form)):
            density = (main if index == 0 else other)[form]
            for row in _rows(activation, form, density, places if index == 0 else {}):
                point = {**row, **parameters}
                points.setdefault(tuple(point.values()), point)
        sets.append(PointSet(form, tuple(points.values())))
    return tuple(sets)


def _parameters(activation: Activation, form: Format) -> list[Point]:
    """The defaults and a few other values, as they take part: rounded."""
    found: list[Point] = []
    extreme = _near_an_end(activation)
    for values in (*parameter_points(activation), *extreme):
        if len(found) > _OTHER_PARAMETERS and values not in extreme:
            continue
        near = {p.name: form.exact(values[p.name]) for p in activation.parameters}
        point = {name: value for name, value in near.items() if value is not None}
        inside = all(p.domain.contains(point[p.name]) for p in activation.parameters if p.name in point)
        if len(point) == len(near) and (inside or not found) and point not in found:
            found.append(point)
    return found


def _near_an_end(activation: Activation) -> list[Point]:
    """Values next to an end of each domain that has two, where 1/(1 - t) is large; none where no domain has."""
    point = rational_defaults(activation)
    closed = False
    for index, parameter in enumerate(activation.parameters):
        low, high = parameter.domain.low, parameter.domain.high
        if low is not None and high is not None and not parameter.domain.integer:
            closed = True
            share = _NEAR_END if index % 2 else 1 - _NEAR_END
            point[parameter.name] = low + (high - low) * share
    return [point] if closed else []


def _rows(activation: Activation, form: Format, density: Density, places: Places) -> list[Point]:
    """The inputs' coordinates: a line for one input, pairs of its points for several."""
    lines = [(i.name, _line(form, i.domain, density, places.get(i.name, []))) for i in activation.inputs]
    if any(not values for _, values in lines):
        return []
    if len(lines) == 1:
        name, values = lines[0]
        return [{name: value} for value in values]
    rows: list[Point] = []
    if len(lines) == 2:
        ends = [[e for v in _EXTREMES if (e := form.exact(v)) is not None and i.domain.contains(e)]
                for i in activation.inputs]  # fmt: skip
        rows += [{lines[0][0]: a, lines[1][0]: b} for a, b in product(*ends)]
    for turn in range(density.pairs):
        row = {}
        for k, (name, values) in enumerate(lines):
            # Steps that have no common factor with the number of points run through all of them.
            step = next(s for s in (101, 61, 37, 23, 13, 7, 1) if len(values) % s or s == 1)
            row[name] = values[(turn * step * (k + 1) + 17 * k) % len(values)]
        rows.append(row)
    return rows


def _line(form: Format, domain: Domain, density: Density, places: list[Fraction]) -> list[Fraction]:
    """One input's coordinates: crossings first, then near 0, then tails and all exponents, both signs by turns."""
    wanted: list[Fraction] = [Fraction(0)]
    for where in places:
        wanted += _around(where, form, _MOST_AT_CROSSINGS // max(len(places), 4))
    for k in range(density.dense):
        wanted.append(Fraction(40 * k, density.dense) - 20 + (k * _GOLDEN % 1) * Fraction(40, density.dense))
    for k in range(density.tails):
        size = 20 * Fraction(round(2**16 * 100.0 ** ((k + 0.5) / density.tails)), 2**16)
        wanted += [size, -size]
    sizes = [
        Fraction(2) ** e * (1 + (k * _GOLDEN % 1))
        for k, e in enumerate(range(form.least, form.most, density.exponents))
    ]
    sizes += [
        Fraction(2) ** (form.most - 1) * (2 - Fraction(1, 2) ** (form.precision - 1)),
        Fraction(2) ** (form.most - 1),
    ]
    if density.dense >= _DENSE:
        sizes += [size for k, above in _THRESHOLDS for size in _beyond(form, k, above)]
    for size in sizes:
        wanted += [size, -size]
    near = (form.exact(value) for value in wanted)
    return list(dict.fromkeys(v for v in near if v is not None and domain.contains(v) and _is_normal(v, form)))


def _beyond(form: Format, root: int, octaves: Fraction) -> tuple[Fraction, Fraction]:
    """A number so many octaves above the root of the largest, and one as far below that of the smallest."""
    whole = form.most // root + int(octaves)
    part = Fraction(45, 32) if octaves.denominator == 2 else Fraction(1)  # about the root of 2
    return Fraction(2) ** whole * part, Fraction(2) ** -whole / part


def _is_normal(value: Fraction, form: Format) -> bool:
    return value == 0 or abs(value) >= form.smallest_normal


def _around(where: Fraction, form: Format, count: int) -> list[Fraction]:
    """The place itself, its neighbours, and points ever farther away on both sides."""
    ulp = form.ulp(where)
    found = [where, where + ulp, where - ulp]
    steps = max(1, (count - 3) // 2)
    for k in range(steps):
        distance = ulp * 2 ** (1 + k * form.precision // steps)
        found += [where + distance, where - distance]
    return found


def along(activation: Activation, name: str, form: Format) -> list[Point]:
    """The coordinates of one input, from the smallest to the largest numbers of the format."""
    (domain,) = (i.domain for i in activation.inputs if i.name == name)
    values = _line(form, domain, _FULL[form], [])
    sizes = [Fraction(2) ** e * part for e in (form.least, form.least + 5) for part in _MANTISSAS]
    more = [v for size in sizes for v in (size, -size) if domain.contains(v)]
    return [{name: value} for value in dict.fromkeys((*values, *more))]


def special_places(activation: Activation, found: Mapping[str, Sequence[Crossing]]) -> Places:
    """Where the crossings lie at the defaults, by input."""
    defaults = rational_defaults(activation)
    names = [i.name for i in activation.inputs]
    point = {**dict.fromkeys(names, Fraction(1)), **defaults}
    places: Places = {}
    for name, along in found.items():
        for crossing in along:
            values = [place(crossing, point)] if crossing.location is not None else list(crossing.zeros[:3])
            for value in values:
                exact = _exact(value)
                if exact is not None and exact not in places.setdefault(name, []):
                    places[name].append(exact)
        places[name] = places.get(name, [])[:_MOST_CROSSINGS]
    return places


def _exact(value: object) -> Fraction | None:
    if isinstance(value, arb) and value.is_finite():
        return rational(value)
    return value if isinstance(value, Fraction) else None
