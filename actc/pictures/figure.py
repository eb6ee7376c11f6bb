"""Plots in files, drawn by matplotlib: legible in black and white, and the same bytes for the same picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from actc.pictures.views import Panel, Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#8c6d1f")
"""Okabe's and Ito's, told apart by people who see colours differently; the dashes tell them apart in print."""

_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (7, 2, 1.2, 2)), (0, (3, 1.2)), (0, (9, 3)),
           (0, (1, 3)), (0, (6, 1.5, 1, 1.5, 1, 1.5)))  # fmt: skip
_SIZE = (6.4, 5.6)  # inches of one column
_STYLE: Any = {
    "axes.edgecolor": "#666666",
    "axes.grid": True,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "actc",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
}


def figure_bytes(picture: Picture, format: str) -> bytes:
    """The file, "png" or "svg". Raises ImportError where matplotlib is missing."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        width, height = _SIZE
        figure = Figure(figsize=(width * len(picture.columns), height), layout="constrained")
        rows = figure.subplots(2, len(picture.columns), sharex="col", squeeze=False, height_ratios=(3, 2))
        for i, column in enumerate(picture.columns):
            for j, panel in enumerate(column):
                _draw(rows[j][i], panel, last=j == len(column) - 1)
        if len(picture.columns) > 1 or len(picture.columns[0][0].curves) > 1:
            figure.suptitle(_plain(picture.title), fontsize=12)
        stream = io.BytesIO()
        metadata = {"Software": None} if format == "png" else {"Date": None, "Creator": None}
        figure.savefig(stream, format=format, dpi=160, metadata=metadata)
    return stream.getvalue()


def _draw(axes: Axes, panel: Panel, *, last: bool) -> None:
    axes.axhline(0, color="#999999", linewidth=0.8, zorder=1)
    axes.axvline(0, color="#999999", linewidth=0.8, zorder=1)
    for curve in panel.curves:
        colour = "#777777" if curve.faint else COLOURS[curve.series]
        dashes = (0, (2, 1.5)) if curve.faint else _DASHES[curve.series]
        for k, line in enumerate(curve.lines):
            xs, ys = zip(*line, strict=True)
            label = _plain(curve.label) if k == 0 else "_"
            axes.plot(xs, ys, color=colour, linestyle=dashes, linewidth=1.2 if curve.faint else 1.8, label=label,
                      zorder=2 if curve.faint else 3)  # fmt: skip
    _marks(axes, panel)
    axes.set_xlim(panel.low, panel.high)
    axes.set_ylim(panel.bottom, panel.top)
    axes.set_ylabel(_plain(panel.title))
    if last:
        axes.set_xlabel(_plain(panel.x_label))
    _legend(axes)


def _marks(axes: Axes, panel: Panel) -> None:
    shown: Sequence[tuple[bool, str, str]] = ((False, "o", "kink"), (True, "s", "jump"))
    for jump, shape, label in shown:
        marks = [m for m in panel.marks if m.jump is jump]
        if marks:
            axes.plot(
                [m.x for m in marks], [m.y for m in marks], linestyle="none", marker=shape, markersize=5,
                markerfacecolor="white", markeredgecolor="#222222", markeredgewidth=1.1, label=label, zorder=4,
            )  # fmt: skip


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        axes.legend(handles, labels, loc="best", ncols=2 if len(handles) > 5 else 1)


def _plain(text: str) -> str:
    """The text as matplotlib shows it without mathematics: a dollar would begin some."""
    return text.replace("$", r"\$")
