"""Points at which a factor vanishes or overflows, and another input or parameter brings the product back.

sigmoid(-100) is no float32, but sigmoid(-100)*1e30 is one. Points that take each coordinate on its own pass over such
pairs: nearly all huge numbers go with results that are infinite, or 0. Here one coordinate runs along its line, the
steps of the expressions that do not depend on another symbol are watched, and where one of them leaves the format's
range that symbol is given a size at which a result is within it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import gmpy2

from actc.calculus.tie_points import choose, rational_defaults
from actc.model.activation import Activation
from actc.model.expr import Expr, postorder
from actc.numerics.formats import Float, Format
from actc.numerics.points import Point, PointSet, along
from actc.numerics.simulate import Simulator

_MOST_PLACES = 20  # along one coordinate, of one kind
_OF_ONE_PLACE = 2  # sizes of the other symbol
_SIZES: tuple[Fraction, ...] = (
    Fraction(31, 32),
    Fraction(3, 4),
    Fraction(1, 2),
    Fraction(1, 4),
)  # of the format's exponents
_OF_PARAMETERS = _SIZES[-1:]
_NEAR, _FAR = Fraction(1, 2**20), Fraction(2**20)  # between which an input lies where a parameter is great
_PARTS = (1, 4)  # of the greatest numbers
_FITTING = 0.999
_MOST_AT_THE_TOP = 8  # for one expression
_GOLDEN = Fraction(6180339887, 10**10)
_ABOVE = 24  # octaves over the smallest normal number: no result that a program may lose
_WIDE = Format("wide", 64, 2**30)

_TOO_SMALL, _TOO_LARGE = -1, 1


def pairings(roots: Sequence[Expr], activation: Activation, sets: Sequence[PointSet]) -> list[tuple[Point, ...]]:
    """Such points of two inputs for the expressions, in the formats of the sets."""
    names = tuple(i.name for i in activation.inputs)
    return [_pairings(roots, activation, points.format, names, _SIZES) for points in sets]


def great_parameters(roots: Sequence[Expr], activation: Activation, sets: Sequence[PointSet]) -> tuple[PointSet, ...]:
    """The same of an input and a parameter of a great size."""
    names = tuple(p.name for p in activation.parameters)
    return tuple(PointSet(s.format, _pairings(roots, activation, s.format, names, _OF_PARAMETERS)) for s in sets)


def _pairings(
    roots: Sequence[Expr], activation: Activation, form: Format, others: Sequence[str], sizes: Sequence[Fraction]
) -> tuple[Point, ...]:
    used = frozenset().union(*(root.free for root in roots))
    nodes = [n for n in dict.fromkeys(n for root in roots for n in postorder(root)) if not n.is_condition]
    chosen: dict[tuple[Fraction, ...], Point] = {}
    for name in (i.name for i in activation.inputs if i.name in used):
        great = [other for other in others if other != name and other in used]
        if not great:
            continue
        line = [{**row, **_rest(activation, name, form)} for row in along(activation, name, form)]
        line.sort(key=lambda p: p[name])
        run = _run(form, line)
        for other in great:
            watched = [n for n in nodes if name in n.free and other not in n.free and n.op != "symbol"]
            kinds = _kinds(watched, run, line)
            if sizes is _OF_PARAMETERS:
                near = [_NEAR < abs(p[name]) < _FAR for p in line]
                kinds = [_TOO_SMALL if k == _TOO_SMALL and n else 0 for k, n in zip(kinds, near, strict=True)]
            found = list(_brought_back(roots, activation, form, line, kinds, other, sizes))
            if sizes is not _OF_PARAMETERS:
                found += _near_the_top(roots, activation, form, line, other)
            for point in found:
                chosen.setdefault(tuple(point.values()), point)
        if sizes is not _OF_PARAMETERS and len(great) > 1:
            for point in _all_great(roots, nodes, activation, form, line, great):
                chosen.setdefault(tuple(point.values()), point)
    return tuple(chosen.values())


def _rest(activation: Activation, name: str, form: Format) -> Point:
    """The other inputs somewhere, the parameters at their defaults."""
    rest = {i.name: choose(i.domain, 0) for i in activation.inputs if i.name != name}
    rest |= rational_defaults(activation)
    return {n: form.exact(v) or Fraction(0) for n, v in rest.items()}


def _run(form: Format, points: Sequence[Point], *, flush: bool = True) -> Simulator:
    return Simulator(form, [{n: form.nearest(v) for n, v in p.items()} for p in points], flush=flush)


def _kinds(watched: Sequence[Expr], run: Simulator, line: Sequence[Point]) -> list[int]:
    """Whether a step is too small or too large for the format, at each point of a line."""
    kinds = [0] * len(line)
    exact = _run(_WIDE, line, flush=False)
    least, most = gmpy2.mpfr(2) ** run.format.least, gmpy2.mpfr(2) ** run.format.most
    for node in watched:
        for k, value in enumerate(exact.run(node)):
            if kinds[k] or not gmpy2.is_finite(value) or value == 0:
                continue
            size = abs(value)
            kinds[k] = _TOO_SMALL if size < least else _TOO_LARGE if size >= most else 0
    return kinds


def _brought_back(
    roots: Sequence[Expr],
    activation: Activation,
    form: Format,
    line: Sequence[Point],
    kinds: Sequence[int],
    other: str,
    sizes: Sequence[Fraction],
) -> Iterator[Point]:
    domain = activation.domains[other]
    for kind in (_TOO_SMALL, _TOO_LARGE):
        places = [k for k, found in enumerate(kinds) if found == kind]
        if not places:
            continue
        count = min(len(places), _MOST_PLACES)
        places = [places[k * len(places) // count] for k in range(count)]
        tried: list[tuple[int, Point]] = []
        for turn, place in enumerate(places):
            for part in sizes:
                exponent = int(-kind * part * form.most)
                size = Fraction(2) ** exponent * (1 + (turn * _GOLDEN % 1))
                for value in (size, -size) if turn % 2 else (-size, size):
                    exact = form.exact(value)
                    if exact is not None and domain.contains(exact):
                        tried.append((place, {**line[place], other: exact}))
                        break
        if not tried:
            continue
        inside = _inside(roots, form, [point for _, point in tried])
        taken: dict[int, int] = {}
        for (place, point), good in zip(tried, inside, strict=True):
            if good and taken.get(place, 0) < _OF_ONE_PLACE:
                taken[place] = taken.get(place, 0) + 1
                yield point


def _near_the_top(
    roots: Sequence[Expr], activation: Activation, form: Format, line: Sequence[Point], other: str
) -> Iterator[Point]:
    """Ordinary numbers along the line with a great one of the other symbol, where results just fit the format."""
    top = Fraction(2) ** (form.most - 1)
    domain = activation.domains[other]
    tried = []
    for turn, place in enumerate(line):
        for value in (top * (1 + turn * _GOLDEN % 1) / part for part in _PARTS):
            exact = form.exact(-value if turn % 2 else value)
            if exact is not None and domain.contains(exact):
                tried.append({**place, other: exact})
    if tried:
        run = _run(_WIDE, tried, flush=False)
        low, high = gmpy2.mpfr(2) ** (form.most - 2), gmpy2.mpfr(2) ** form.most * _FITTING
        for root in roots:
            fits = [k for k, value in enumerate(run.run(root)) if _is_between(abs(value), low, high)]
            count = min(len(fits), _MOST_AT_THE_TOP)
            yield from (tried[fits[k * len(fits) // count]] for k in range(count))


def _all_great(
    roots: Sequence[Expr],
    nodes: Sequence[Expr],
    activation: Activation,
    form: Format,
    line: Sequence[Point],
    others: Sequence[str],
) -> Iterator[Point]:
    """Numbers along the line with great ones of all other inputs: a step overflows, and a result is an ordinary one."""
    top = Fraction(2) ** (form.most - 1)
    tried = []
    for turn, place in enumerate(line):
        point = dict(place)
        for k, other in enumerate(others):
            size = top * (1 + (turn + k) * _GOLDEN % 1) / _PARTS[(turn >> k) % len(_PARTS)]
            value = form.exact(-size if (turn >> k) & 1 else size)
            if value is not None and activation.domains[other].contains(value):
                point[other] = value
        tried.append(point)
    run, most = _run(_WIDE, tried, flush=False), gmpy2.mpfr(2) ** form.most
    beyond = [False] * len(tried)
    for node in nodes:
        beyond = [b or bool(gmpy2.is_finite(v) and abs(v) >= most) for b, v in zip(beyond, run.run(node), strict=True)]
    low, high = gmpy2.mpfr(2) ** (form.least + _ABOVE), most * _FITTING
    for root in roots:
        fits = [k for k, v in enumerate(run.run(root)) if beyond[k] and _is_between(abs(v), low, high)]
        count = min(len(fits), _MOST_AT_THE_TOP)
        yield from (tried[fits[k * len(fits) // count]] for k in range(count))


def _inside(roots: Sequence[Expr], form: Format, points: Sequence[Point]) -> list[bool]:
    """Where one of the results is an ordinary number of the format."""
    run = _run(_WIDE, points, flush=False)
    low, high = gmpy2.mpfr(2) ** (form.least + _ABOVE), gmpy2.mpfr(2) ** (form.most - 1)
    columns = [run.run(root) for root in roots]
    return [any(_is_between(abs(value), low, high) for value in row) for row in zip(*columns, strict=True)]


def _is_between(size: Float, low: Float, high: Float) -> bool:
    return bool(gmpy2.is_finite(size) and low <= size < high)
