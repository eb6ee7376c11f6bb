"""Plots that can be told apart in black and white. Needs matplotlib, which nothing else does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evidence.contenders import AUTODIFF, CONTENDERS, EAGER, GENERATED, KERAS, SYMPY, XLA
from evidence.float32 import Curve, Row
from evidence.formats import FLOAT32
from evidence.tables import cells
from evidence.truth import VALUE

OVERVIEW, CURVES = "accuracy-overview.png", "accuracy-curves.png"

_STYLE: dict[str, dict[str, Any]] = {
    GENERATED: {"marker": "o", "color": "black", "zorder": 4},
    KERAS: {"marker": "s", "facecolors": "none", "edgecolors": "0.25", "zorder": 3},
    AUTODIFF: {"marker": "x", "color": "0.35", "zorder": 2},
    SYMPY: {"marker": "+", "color": "0.55", "zorder": 1},
}

_SHOWN = (
    ("gelu_tanh", "x", KERAS, XLA),
    ("gelu", VALUE, AUTODIFF, EAGER),
    ("tanh", "x", KERAS, EAGER),
    ("squareplus", VALUE, KERAS, EAGER),
    ("textbook_mish", "x", AUTODIFF, EAGER),
    ("textbook_elu", VALUE, AUTODIFF, EAGER),
)
"""Errors along x: whose, of what, beside whom, how."""

_NEVER = 1e13  # where results that are not finite are drawn


def draw(rows: Sequence[Row], curves: Sequence[Curve], folder: Path) -> list[Path]:
    """Both figures, the same bytes for the same numbers. Raises ImportError without matplotlib."""
    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcParams.update({"font.size": 8})
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, figure in ((OVERVIEW, _overview(rows)), (CURVES, _curves(curves))):
        if figure is not None:
            figure.savefig(folder / name, dpi=110, metadata={"Software": None}, bbox_inches="tight")
            made.append(folder / name)
    return made


def _overview(rows: Sequence[Row]) -> Any:
    """The worst errors of each activation: value on the left, gradients on the right."""
    from matplotlib import pyplot

    names = list(dict.fromkeys(row.activation for row in rows))
    found = cells(rows)
    figure, panels = pyplot.subplots(1, 2, sharey=True, figsize=(9, 0.19 * len(names) + 1))
    for panel, title in zip(panels, ("value", "gradients"), strict=True):
        for contender in CONTENDERS:
            worst = []
            for k, name in enumerate(names):
                mine = [
                    cell for key, cell in found.items()
                    if key[0] == name and key[2] == contender and (key[1] == VALUE) == (title == "value")
                ]  # fmt: skip
                if mine:
                    wrong = any(cell.nonfinite for cell in mine)
                    worst.append((_NEVER if wrong else min(max(0.3, *(c.worst for c in mine)), _NEVER / 30), k))
            if worst:
                panel.scatter(*zip(*worst, strict=True), s=22, label=contender, linewidths=0.9, **_STYLE[contender])
        panel.set_xscale("log")
        panel.axvline(FLOAT32.target, color="black", linewidth=0.7, linestyle="--")
        panel.set_xticks([1, 8, 1e3, 1e6, 1e9, _NEVER], ["1", "8", "10³", "10⁶", "10⁹", "not finite"])
        panel.minorticks_off()
        panel.set_title(f"{title}: worst error in float32, ULP", fontsize=8)
        panel.grid(axis="y", color="0.9", linewidth=0.5)
        panel.set_axisbelow(True)
    panels[0].set_yticks(range(len(names)), names)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    height = figure.get_figheight()
    figure.subplots_adjust(top=1 - 0.3 / height, bottom=0.6 / height)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncol=4, frameon=False, bbox_to_anchor=(0.5, 0.3 / height))
    return figure


def _curves(curves: Sequence[Curve]) -> Any:
    """Errors along x of some results, beside those of one other."""
    from matplotlib import pyplot

    by_key = {(c.activation, c.of, c.contender, c.mode): c for c in reversed(curves)}
    shown = [s for s in _SHOWN if (s[0], s[1], s[2], s[3]) in by_key]
    if not shown:
        return None
    figure, panels = pyplot.subplots(-(-len(shown) // 2), 2, figsize=(9, 2.1 * -(-len(shown) // 2)), squeeze=False)
    figure.subplots_adjust(hspace=0.55)
    for panel, (name, of, other, mode) in zip(panels.flat, shown, strict=False):
        for contender in (other, GENERATED):
            curve = by_key[name, of, contender, mode]
            near = (np.abs(curve.x) <= 100) & ~np.isnan(curve.errors)
            size = np.clip(np.where(np.isfinite(curve.errors), curve.errors, _NEVER / 1e3), 1e-2, _NEVER / 1e3)
            panel.scatter(curve.x[near], size[near], s=7, linewidths=0.5, label=contender, **_STYLE[contender])
        panel.set_yscale("log")
        panel.set_xscale("symlog", linthresh=1)
        panel.axhline(FLOAT32.target, color="black", linewidth=0.7, linestyle="--")
        panel.set_yticks([1, 1e3, 1e6, _NEVER / 1e3], ["1", "10³", "10⁶", "not finite"])
        panel.minorticks_off()
        what = "value" if of == VALUE else f"gradient by {of}"
        panel.set_title(f"{name}, {what}, {mode}", fontsize=8)
        panel.legend(frameon=False, fontsize=7)
    for panel in list(panels.flat)[len(shown):]:  # fmt: skip
        panel.set_axis_off()
    return figure
