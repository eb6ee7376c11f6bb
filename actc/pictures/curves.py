"""Functions as polylines: finer where they bend, broken where they jump or have no value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import isfinite, isnan

Evaluated = Callable[[Fraction], float]
Pair = tuple[float, float]
Polyline = tuple[Pair, ...]

_CELLS = 192
_LEVELS = 10  # how often a cell may be halved
_MOST_POINTS = 1200
_FLAT = 1 / 800  # of the height: how far a chord may be from the curve
_STEEP = 1 / 50  # of the height: what may be a jump
_HALVINGS = 40
_OUTLIERS = 1 / 20  # on either side, that do not count for the height
_STRETCH = 4.0  # by which the height may exceed that of the others


def sampled(function: Evaluated, low: Fraction, high: Fraction, also: Iterable[Fraction] = ()) -> tuple[Polyline, ...]:
    """The curve between two points; ``also`` are points that it is to pass through, kinks above all."""
    step = (high - low) / _CELLS
    places = sorted({low + i * step for i in range(_CELLS + 1)} | {x for x in also if low <= x <= high})
    points = [(x, function(x)) for x in places]
    bottom, top = extent([y for _, y in points])
    height = (top - bottom) or 1.0
    points = _refined(function, points, height, bottom, top)
    return tuple(_lines(function, points, height))


def extent(values: Sequence[float]) -> Pair:
    """The heights that a picture shows: of all values, unless a few tower over the others, as beside a pole."""
    finite = sorted(v for v in values if isfinite(v))
    if not finite:
        return 0.0, 0.0
    cut = int(len(finite) * _OUTLIERS)
    inner_low, inner_high = finite[cut], finite[-1 - cut]
    room = (inner_high - inner_low) * _STRETCH
    if room == 0:
        return finite[0], finite[-1]
    low = finite[0] if inner_low - finite[0] <= room else inner_low - room / _STRETCH
    high = finite[-1] if finite[-1] - inner_high <= room else inner_high + room / _STRETCH
    return low, high


def _refined(
    function: Evaluated, points: list[tuple[Fraction, float]], height: float, bottom: float, top: float
) -> list[tuple[Fraction, float]]:
    """With points added where a chord is too far from the curve, in sight of the picture."""
    cells = list(pairwise(points))
    added: list[tuple[Fraction, float]] = []
    for _ in range(_LEVELS):
        finer = []
        for (x0, y0), (x1, y1) in cells:
            in_sight = min(y0, y1) <= top + height and max(y0, y1) >= bottom - height  # False for NaN
            if not in_sight or len(points) + len(added) >= _MOST_POINTS:
                continue
            x = (x0 + x1) / 2
            y = function(x)
            if abs(y - (y0 + y1) / 2) > _FLAT * height:
                added.append((x, y))
                finer += [((x0, y0), (x, y)), ((x, y), (x1, y1))]
        cells = finer
    return sorted([*points, *added])


def _lines(function: Evaluated, points: list[tuple[Fraction, float]], height: float) -> Iterable[Polyline]:
    line: list[Pair] = []
    for here, there in zip(points, [*points[1:], None], strict=True):
        if not isnan(here[1]):
            line.append((float(here[0]), here[1]))
        if there is None:
            break
        gap = _gap(function, here, there, height)
        if gap is None:
            continue
        left, right = gap
        if not isnan(left[1]):
            line.append((float(left[0]), left[1]))
        if line:
            yield tuple(line)
        line = [] if isnan(right[1]) else [(float(right[0]), right[1])]
    if line:
        yield tuple(line)


def _gap(
    function: Evaluated, here: tuple[Fraction, float], there: tuple[Fraction, float], height: float
) -> tuple[tuple[Fraction, float], tuple[Fraction, float]] | None:
    """Both sides of a jump, or of the end of where there are values; None where the curve goes on."""
    before, after = isnan(here[1]), isnan(there[1])
    if before and after:
        return here, there
    step = abs(there[1] - here[1])
    if not (before or after) and step <= _STEEP * height:
        return None
    left, right = here, there
    for _ in range(_HALVINGS):
        x = (left[0] + right[0]) / 2
        middle = (x, function(x))
        if before or after:
            left, right = (middle, right) if isnan(middle[1]) == before else (left, middle)
        elif abs(middle[1] - left[1]) > abs(right[1] - middle[1]):
            right = middle
        elif isnan(middle[1]):
            return middle, middle
        else:
            left = middle
    if before or after or abs(right[1] - left[1]) > step / 2:
        return left, right
    return None
