"""What a plot shows: panels with curves and marks. How they are drawn is said elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import isfinite, isnan, prod

from actc.model.domain import Domain
from actc.pictures.curves import Polyline, extent, sampled
from actc.pictures.functions import MOST, Drawable, Function, Point, zeros

MOST_SERIES = 8
"""Curves of one panel that can be told apart."""

_USUAL = Fraction(6)
_FAR = Fraction(100)  # kinks farther out are not brought into view by themselves
_ROOM = Fraction(5, 4)
_SECTIONS = tuple(Fraction(n) for n in (-2, -1, 0, 1, 2))
_BESIDE = Fraction(1, 2**20)  # of the range: how near to a kink its sides are looked at


@dataclass(frozen=True, slots=True)
class Series:
    """One activation with everything held but the input along which it is drawn."""

    drawable: Drawable
    held: Mapping[str, Fraction]  # parameters, and inputs that are held
    label: str  # "swish, beta = 0.5"


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a panel."""

    label: str
    series: int  # its place among the series, which decides colour and dashes
    faint: bool  # the derivative that a surrogate stands in for
    lines: tuple[Polyline, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A kink, or one side of a jump."""

    x: float
    y: float
    series: int
    jump: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes."""

    title: str  # "value", "gradient by x"
    x_label: str
    low: float
    high: float
    bottom: float
    top: float
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Panels by row and column; the series are the same in all panels of a column."""

    title: str
    columns: tuple[tuple[Panel, ...], ...]


class TooManyCurvesError(Exception):
    """More curves were asked for than can be told apart."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} curves are too many: no more than {MOST_SERIES} can be told apart")


class OutsideError(Exception):
    """The range that was asked for has no point of the domain."""


def picture(
    drawables: Sequence[Drawable],
    settings: Mapping[str, Sequence[Fraction]],
    span: tuple[Fraction, Fraction] | None = None,
) -> Picture:
    """The picture of these activations; ``settings`` are values of parameters, and of inputs to be held.

    A column for each input that is not held: the value above, the gradient by that input below. With several
    combinations of values every combination is a curve. Raises TooManyCurvesError and OutsideError.
    """
    free = [[name for name in d.inputs if name not in settings] for d in drawables]
    width = max(len(names) for names in free)
    columns = []
    for place in range(width):
        along = [(d, names[place]) for d, names in zip(drawables, free, strict=True) if place < len(names)]
        columns.append(_column(along, settings, span, several=len(drawables) > 1))
    return Picture(", ".join(dict.fromkeys(d.name for d in drawables)), tuple(columns))


def _column(
    along: Sequence[tuple[Drawable, str]],
    settings: Mapping[str, Sequence[Fraction]],
    span: tuple[Fraction, Fraction] | None,
    *,
    several: bool,
) -> tuple[Panel, ...]:
    crowded = several or any(len(values) > 1 for values in settings.values())
    choices = [_choices(drawable, variable, settings, crowded=crowded) for drawable, variable in along]
    count = sum(prod(map(len, each.values())) for each in choices)
    if count > MOST_SERIES:  # before they are made: combinations of some hundreds of values each are millions
        raise TooManyCurvesError(count)
    found = [
        (series, variable)
        for (drawable, variable), each in zip(along, choices, strict=True)
        for series in _series(drawable, each, settings, several=several)
    ]
    low, high = _range(found) if span is None else span
    x_label = " or ".join(dict.fromkeys(variable for _, variable in found))
    value, gradient = _Panel("value", x_label, low, high), _Panel(f"gradient by {x_label}", x_label, low, high)
    for number, (series, variable) in enumerate(found):
        ends = _inside(series.drawable.domains.get(variable, Domain()), low, high)
        if ends is None:
            raise OutsideError(f"{series.drawable.name} is defined for no {variable} from {low} to {high}")
        _draw(value, gradient, series, variable, number, ends)
    return value.finished(), gradient.finished()


def _choices(
    drawable: Drawable, variable: str, settings: Mapping[str, Sequence[Fraction]], *, crowded: bool
) -> dict[str, Sequence[Fraction]]:
    """The values of everything that is held; the other inputs have some, where nothing else is compared."""
    choices: dict[str, Sequence[Fraction]] = {}
    for name in drawable.inputs:
        if name != variable:
            few = crowded or len(drawable.inputs) > 2
            domain = drawable.domains.get(name, Domain())
            choices[name] = settings[name] if name in settings else section_values(domain, few=few)
    for name, default in drawable.defaults.items():
        choices[name] = settings.get(name, (default,))
    return choices


def _series(
    drawable: Drawable,
    choices: Mapping[str, Sequence[Fraction]],
    settings: Mapping[str, Sequence[Fraction]],
    *,
    several: bool,
) -> Iterator[Series]:
    """One for each combination of values."""
    told = [name for name in choices if name in drawable.inputs or len(choices[name]) > 1 or name in settings]
    for values in product(*choices.values()):
        held = dict(zip(choices, values, strict=True))
        parts = [f"{name} = {float(held[name]):g}" for name in told]
        yield Series(drawable, held, ", ".join([drawable.name, *parts] if several or not parts else parts))


def section_values(domain: Domain, *, few: bool) -> list[Fraction]:
    """Where an input is held while another is drawn along; at one value where curves are to be few."""
    inside = [v for v in _SECTIONS if domain.contains(v)] or [_some(domain)]
    return [min(inside, key=lambda v: (abs(v - 1), v))] if few else inside


def _some(domain: Domain) -> Fraction:
    """A value of the domain."""
    if domain.low is not None and domain.high is not None:
        return (domain.low + domain.high) / 2
    if domain.low is not None:
        return domain.low + 1
    return Fraction(1) if domain.high is None else domain.high - 1


def default_range(drawable: Drawable, variable: str, held: Mapping[str, Fraction]) -> tuple[Fraction, Fraction]:
    """From where to where one activation is drawn."""
    return _range([(Series(drawable, held, drawable.name), variable)])


def _range(found: Sequence[tuple[Series, str]]) -> tuple[Fraction, Fraction]:
    """The usual range, or as much of it as there is, with all kinks in view that are not far away."""
    low, high = -_USUAL, _USUAL
    for series, variable in found:
        sides = _Sides(series.drawable, variable, series.held, _USUAL * 2 * _BESIDE)
        for at in bends(series.drawable, variable, series.held, -_FAR, _FAR, alone=True):
            if sides.marks(at, 0):
                low, high = min(low, at * _ROOM), max(high, at * _ROOM)
    domains = [series.drawable.domains.get(variable, Domain()) for series, variable in found]
    lows, highs = [d.low for d in domains], [d.high for d in domains]
    least = min((v for v in lows if v is not None), default=low) if None not in lows else low
    most = max((v for v in highs if v is not None), default=high) if None not in highs else high
    if least >= high:
        high = least + 2 * _USUAL
    if most <= low:
        low = most - 2 * _USUAL
    low, high = max(low, least, Fraction(-MOST)), min(high, most, Fraction(MOST))
    return (low, high) if low < high else (-_USUAL, _USUAL)


def bends(
    drawable: Drawable, variable: str, held: Point, low: Fraction, high: Fraction, *, alone: bool = False
) -> Iterator[Fraction]:
    """Where kinks and jumps may be along an input, each once. ``alone`` leaves out those that come in families."""
    seen: set[Fraction] = set()
    for locus in drawable.loci:
        if variable not in locus.free:
            continue
        function = Function(locus, variable, held)
        if alone and function.linear_root() is None:
            continue
        for at in zeros(function, low, high):
            if at not in seen:
                seen.add(at)
                yield at


def _inside(domain: Domain, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction] | None:
    low = low if domain.low is None else max(low, domain.low)
    high = high if domain.high is None else min(high, domain.high)
    return (low, high) if low < high else None


class _Panel:
    """A panel that is being filled."""

    def __init__(self, title: str, x_label: str, low: Fraction, high: Fraction) -> None:
        self.title = title
        self.x_label = x_label
        self.low = low
        self.high = high
        self.curves: list[Curve] = []
        self.marks: list[Mark] = []

    def finished(self) -> Panel:
        inside = [extent([y for line in curve.lines for _, y in line]) for curve in self.curves if curve.lines]
        bottom, top = min((b for b, _ in inside), default=0.0), max((t for _, t in inside), default=0.0)
        if top - bottom < 1e-9 * max(abs(top), abs(bottom), 1e-30):
            bottom, top = bottom - 1.0, top + 1.0
        room = 0.06 * (top - bottom)
        return Panel(
            self.title, self.x_label, float(self.low), float(self.high), bottom - room, top + room,
            tuple(self.curves), tuple(self.marks),
        )  # fmt: skip


def _draw(
    value: _Panel, gradient: _Panel, series: Series, variable: str, number: int, ends: tuple[Fraction, Fraction]
) -> None:
    drawable, held = series.drawable, series.held
    sides = _Sides(drawable, variable, held, (ends[1] - ends[0]) * _BESIDE)
    places = list(bends(drawable, variable, held, *ends))

    def curve(function: Function, label: str, *, faint: bool = False) -> Curve:
        return Curve(label, number, faint, sampled(function, *ends, places))

    value.curves.append(curve(sides.value, series.label))
    surrogate = drawable.is_surrogate(variable)
    if surrogate:
        gradient.curves.append(curve(sides.slope, _prefixed("derivative", series.label, drawable), faint=True))
    label = _prefixed("surrogate", series.label, drawable) if surrogate else series.label
    gradient.curves.append(curve(Function(drawable.gradients[variable], variable, held), label))
    for at in places:
        value.marks += sides.marks(at, number)


def _prefixed(word: str, label: str, drawable: Drawable) -> str:
    return f"{word} of {drawable.name}" if label == drawable.name else f"{word}, {label}"


class _Sides:
    """Tells kinks and jumps from places where the function runs smoothly for these parameters."""

    def __init__(self, drawable: Drawable, variable: str, held: Point, step: Fraction) -> None:
        self.value = Function(drawable.value, variable, held)
        true = drawable.derivatives.get(variable, drawable.gradients[variable])
        self.slope = Function(true, variable, held)
        self.step = step

    def marks(self, at: Fraction, series: int) -> list[Mark]:
        """Both sides of a jump, or a kink; nothing where there is neither, or the border of the domain."""
        sides = (at - self.step, at + self.step)
        before, after = (self.value(x) for x in sides)
        if isnan(before) or isnan(after):
            return []
        left, right = (self.slope(x) for x in sides)
        steepest = max((abs(s) for s in (left, right) if isfinite(s)), default=0.0)
        if abs(after - before) > 4 * (steepest + 1e-9) * float(self.step):
            return [Mark(float(at), y, series, jump=True) for y in (before, after)]
        here = self.value(at)
        return [] if isnan(here) or not _differ(left, right) else [Mark(float(at), here, series, jump=False)]


def _differ(a: float, b: float) -> bool:
    return not (isfinite(a) and isfinite(b)) or abs(a - b) > 1e-3 * max(abs(a), abs(b), 1e-3)
