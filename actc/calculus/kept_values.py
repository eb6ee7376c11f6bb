"""The values of a catalogue as plain data, so that they need not be computed at each start.

Floats go through JSON exactly, and what was computed is a pure function of the catalogue: whether it is restored or
computed anew makes no difference to an answer.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from actc.calculus.curves import Curve, grid_of
from actc.calculus.fingerprints import Measured, Point
from actc.calculus.shipped_values import Catalogue

_FORM = 1

Setting = tuple[Fraction | None, ...]


def to_plain(catalogue: Catalogue) -> dict[str, Any]:
    """All rows and curves that are known, for ``json.dumps``."""
    tables = catalogue.known()
    rows, curves = [], []
    for number, (at, found) in enumerate(tables.items()):
        for (measured, setting), curve in found.items():
            place = catalogue.members.index(measured)
            curves.append([number, place, _text(setting), list(curve.where), curve.table, curve.staircase])
        for place, measured in enumerate(catalogue.members):
            rows += [[number, place, _text(setting), row] for setting, row in measured.known(at)]
    return {
        "form": _FORM,
        "names": [m.activation.name for m in catalogue.members],
        "points": [[[str(v) for v in point] for point in at] for at in tables],
        "rows": rows,
        "curves": curves,
    }


def restore(catalogue: Catalogue, plain: Any) -> None:
    """Give the catalogue what was kept of it. Raises ValueError where that is of another catalogue or damaged."""
    try:
        if plain["form"] != _FORM or plain["names"] != [m.activation.name for m in catalogue.members]:
            raise ValueError("values of another catalogue")
        tables: list[tuple[Point, ...]] = [
            tuple(tuple(Fraction(v) for v in point) for point in at) for at in plain["points"]
        ]
        rows = [(tables[n], catalogue.members[m], _setting(s), tuple(row)) for n, m, s, row in plain["rows"]]
        curves = [(tables[n], _curve(catalogue.members[m], tables[n], *rest)) for n, m, *rest in plain["curves"]]
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError("no values of a catalogue") from error
    for at in tables:
        catalogue.table(at)
    for at, measured, setting, row in rows:
        measured.know(at, setting, row)
    for at, curve in curves:
        catalogue.table(at).know(curve)


def _curve(
    measured: Measured,
    at: tuple[Point, ...],
    setting: list[str | None],
    where: list[int],
    table: list[list[float | None]],
    staircase: bool,
) -> Curve:
    whole = _setting(setting)
    grid = grid_of(measured, whole)
    if len(grid) != len(table):
        raise ValueError("a curve on another grid")
    values = tuple(tuple(row) for row in table)
    return Curve(
        measured, tuple(where), tuple(at[i] for i in where), tuple(float(q) for q in grid), values, whole, staircase
    )


def _text(setting: Setting) -> list[str | None]:
    return [None if value is None else str(value) for value in setting]


def _setting(text: list[str | None]) -> Setting:
    return tuple(None if value is None else Fraction(value) for value in text)
