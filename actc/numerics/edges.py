"""Inputs at which a step of a program begins to overflow, to vanish, or to go another way.

exp(x)/x**2 is no float32 from x = 88.8 on if the power is taken first, though it is one up to 97. Points spread over
all magnitudes step over such windows. They begin where a step's result stops being an ordinary number, and these
places are found by sections between neighbouring points; next to them programs are tried again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import gmpy2

from actc.model.domain import Domain
from actc.model.expr import Expr, postorder
from actc.numerics.formats import Float, Format, fraction
from actc.numerics.points import Point, PointSet
from actc.numerics.simulate import Simulator
from actc.numerics.xla import ways

_ROWS = 2  # settings of the parameters, the defaults first
_OTHERS = ((Fraction(1, 2), Fraction(16)), (Fraction(200), Fraction(10**12)))  # sizes of the inputs that stay
_LINE = 90  # points of one line
_MOST_EDGES = 12  # of one setting
_ROUNDS, _INNER = 3, 6  # sections of each interval, and points that make them
_DISTANCES = tuple(Fraction(n, 512) for n in (0, 1, 3, 8, 20, 48, 110))  # of the size, into the window
_ASIDE = Fraction(1, 256)
_SAME = Fraction(1, 128)

Kind = bool | int
"""Of a condition, whether it holds; of a number, whether it is 0, an ordinary number, infinite or none."""

_ORDINARY = 1


@dataclass(slots=True)
class _Edge:
    """Two coordinates between which a step's result changes in kind."""

    node: Expr
    near: Fraction  # where it is an ordinary number
    far: Fraction
    point: Point
    kind: Kind  # at the near one


def edges(program: Expr, points: PointSet, run: Simulator, domains: Mapping[str, Domain]) -> list[Point]:
    """Points of the format next to such places, along each input. ``run`` has been made for the points."""
    found = []
    for name, domain in domains.items():
        nodes = [node for node in postorder(*ways(program)) if name in node.free and node.op != "symbol"]
        if not nodes:
            continue
        for row in _rows(points.points, name) if len(domains) == 1 else _lines(points.points, name, domains):
            here = run if len(domains) == 1 else _simulator(points.format, [point for _, point in row])
            order = [index for index, _ in row] if len(domains) == 1 else list(range(len(row)))
            columns = {node: [_kind(v) for v in here.run(node)] for node in nodes}
            enclosed = _enclosed(nodes, columns, [point for _, point in row], order, name)
            _narrow(enclosed, points.format, name)
            found += _around(enclosed, points.format, name, domain)
    return found


class Steps:
    """The same of several programs, along the same inputs; what was found for one is remembered.

    More points of the search do not change it much: it is found along the first rows of them.
    """

    def __init__(self, domains: Mapping[str, Domain]) -> None:
        self._domains = domains
        self._known: dict[tuple[Expr, str], list[Point]] = {}

    def edges(self, program: Expr, points: PointSet, run: Simulator) -> list[Point]:
        """As the function."""
        key = program, points.format.name
        if key not in self._known:
            self._known[key] = edges(program, points, run, self._domains)
        return self._known[key]


_Row = list[tuple[int, Point]]
"""Points that differ in one input, in its order, with their places in the list of all."""


def _rows(points: Sequence[Point], name: str) -> list[_Row]:
    rows: dict[tuple[Fraction, ...], _Row] = {}
    for index, point in enumerate(points):
        rows.setdefault(tuple(v for n, v in point.items() if n != name), []).append((index, point))
    return [sorted(row, key=lambda item: item[1][name]) for row in list(rows.values())[:_ROWS]]


def _lines(points: Sequence[Point], name: str, inputs: Mapping[str, Domain]) -> list[_Row]:
    """The same for several inputs: lines through two of the points, which have one of the first's parameters."""
    parameters = {n: v for n, v in points[0].items() if n not in inputs}
    alike = [p for p in points if all(p[n] == v for n, v in parameters.items())]
    places = sorted({p[name] for p in alike})
    lines = []
    for low, high in _OTHERS:
        through = next((p for p in alike if all(low <= abs(p[n]) < high for n in inputs if n != name)), None)
        if through is not None:
            lines.append(
                [(k, {**through, name: place}) for k, place in enumerate(places[:: max(1, len(places) // _LINE)])]
            )
    return lines


def _kind(value: Float | bool) -> Kind:
    if isinstance(value, bool):
        return value
    if gmpy2.is_nan(value):
        return 3
    return 2 if gmpy2.is_infinite(value) else 0 if value == 0 else _ORDINARY


def _enclosed(
    nodes: Sequence[Expr], columns: Mapping[Expr, Sequence[Kind]], row: Sequence[Point], order: Sequence[int], name: str
) -> list[_Edge]:
    """The intervals between neighbouring points of one sign in which something changes, those of most steps first."""
    found: list[list[_Edge]] = []
    for k in range(len(row) - 1):
        low, high = row[k][name], row[k + 1][name]
        if low * high <= 0:
            continue
        here = []
        for node in nodes:
            before, after = columns[node][order[k]], columns[node][order[k + 1]]
            if before == after:
                continue
            near_first = after != _ORDINARY if not isinstance(before, bool) else True
            near, far, kind = (low, high, before) if near_first else (high, low, after)
            here.append(_Edge(node, near, far, row[k], kind))
        # The innermost step, the result, and some between them.
        last = len(here) - 1
        found.append([here[k] for k in dict.fromkeys((0, last, last // 2, last // 4, 3 * last // 4))] if here else [])
    chosen = sorted(found, key=lambda edges_: -len(edges_))
    return [edge for edges_ in chosen for edge in edges_][:_MOST_EDGES]


def _narrow(found: Sequence[_Edge], form: Format, name: str) -> None:
    for _ in range(_ROUNDS):
        tried = [_between(edge, form) for edge in found]
        points = [{**edge.point, name: place} for edge, places in zip(found, tried, strict=True) for place in places]
        if not points:
            return
        run = _simulator(form, points)
        start = 0
        for edge, places in zip(found, tried, strict=True):
            kinds = [_kind(v) for v in run.run(edge.node)[start : start + len(places)]]
            start += len(places)
            for place, kind in zip(places, kinds, strict=True):
                if kind != edge.kind:
                    edge.far = place
                    break
                edge.near = place


def _simulator(form: Format, points: Sequence[Point]) -> Simulator:
    rounded = [{n: form.nearest(v) for n, v in p.items()} for p in points]
    return Simulator(form, rounded, flush=form.name == "float32")


def _between(edge: _Edge, form: Format) -> list[Fraction]:
    """Numbers from near to far, evenly in their logarithms."""
    with gmpy2.context(precision=53):
        ratio = gmpy2.log(gmpy2.mpfr(edge.far / edge.near)) if edge.near else gmpy2.mpfr(0)
        factors = [fraction(gmpy2.exp(ratio * k / (_INNER + 1))) for k in range(1, _INNER + 1)]
    places = (form.exact(edge.near * factor) for factor in factors)
    return [p for p in dict.fromkeys(places) if p is not None and p not in (edge.near, edge.far)]


def _around(found: Sequence[_Edge], form: Format, name: str, domain: Domain) -> list[Point]:
    """Points of the format from each place on, ever farther, and one on its other side."""
    points: list[Point] = []
    known: list[Fraction] = []
    for edge in found:
        if any(abs(edge.far - place) < _SAME * abs(place) for place in known):
            continue
        known.append(edge.far)
        side = 1 if abs(edge.far) > abs(edge.near) else -1
        for part in (*_DISTANCES, -_ASIDE):
            place = form.exact(edge.far * (1 + side * part))
            if place is not None and domain.contains(place) and abs(place) >= form.smallest_normal:
                points.append({**edge.point, name: place})
    return points
