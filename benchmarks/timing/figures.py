"""The plots: ratios with their spread, time over size, and memory. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from timing.memory import LAYERS, Stored
from timing.records import Cell
from timing.report import NOISE
from timing.subjects import AUTODIFF, EXPERT, GENERATED, KERAS, TENSORFLOW
from timing.turns import BOTH, MODES

RATIOS, MEMORY = "speed-ratios.png", "speed-memory.png"
_MARKERS = {1_000: "1", 100_000: "x", 1_000_000: "s", 16_000_000: "o"}
_HATCHES = {GENERATED: "", KERAS: "///", TENSORFLOW: "\\\\\\", AUTODIFF: "...", EXPERT: "xxx"}
_GREYS = {GENERATED: "black", KERAS: "0.8", TENSORFLOW: "0.9", AUTODIFF: "0.95", EXPERT: "0.7"}


def draw(cells: Sequence[Cell], stored: Sequence[Stored], folder: Path) -> list[Path]:
    """The figures that there are numbers for. Raises ImportError without matplotlib."""
    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcParams.update({"font.size": 8})
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, figure in ((RATIOS, _ratios(cells)), (MEMORY, _memory(stored))):
        if figure is not None:
            figure.savefig(folder / name, dpi=110, metadata={"Software": None}, bbox_inches="tight")
            made.append(folder / name)
    return made


def _ratios(cells: Sequence[Cell]) -> Any:
    """For each activation how many times as fast as the best of the others, with quartiles, a panel for each mode."""
    from matplotlib import pyplot

    some = [c for c in cells if c.dtype == "float32" and c.passes == BOTH]
    if not some:
        return None
    names = list(dict.fromkeys(c.name for c in some))
    figure, panels = pyplot.subplots(1, len(MODES), sharey=True, figsize=(10, 0.19 * len(names) + 1), squeeze=False)
    sizes = sorted({c.elements for c in some})
    for panel, mode in zip(panels[0], MODES, strict=True):
        for k, size in enumerate(sizes):
            here = [c for c in some if c.mode == mode and c.elements == size]
            low, middle, high = np.array([c.against[c.best] for c in here]).reshape(-1, 3).T
            places = np.array([names.index(c.name) for c in here]) + 0.16 * (k - (len(sizes) - 1) / 2)
            grey = str(0.75 - 0.75 * k / max(1, len(sizes) - 1))
            panel.hlines(places, low, high, color=grey, linewidth=0.8)
            panel.scatter(
                middle, places, s=14, marker=_MARKERS.get(size, "o"), color=grey, label=f"{size:.0e} elements"
            )
        panel.set_xscale("log")
        panel.set_xticks([0.5, 1, 2, 4, 8], ["0.5", "1", "2", "4", "8"])
        panel.minorticks_off()
        panel.axvline(1.0, color="black", linewidth=0.7)
        panel.axvline(NOISE, color="black", linewidth=0.7, linestyle="--")
        panel.set_title(f"{mode}: times as fast as the best of the others", fontsize=8)
        panel.grid(axis="y", color="0.92", linewidth=0.5)
        panel.set_axisbelow(True)
    panels[0][0].set_yticks(range(len(names)), names)
    panels[0][0].set_ylim(len(names) - 0.5, -0.5)
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncol=4, frameon=False)
    return figure


def _memory(stored: Sequence[Stored]) -> Any:
    """The peak of a deep stack, a panel for each mode, a bar for each contender."""
    from matplotlib import pyplot

    if not stored:
        return None
    names = list(dict.fromkeys(s.name for s in stored))
    modes = list(dict.fromkeys(mode for s in stored for mode in s.peak))
    figure, panels = pyplot.subplots(1, len(modes), sharey=True, figsize=(10, 0.35 * len(names) + 1), squeeze=False)
    for panel, mode in zip(panels[0], modes, strict=True):
        whose = list(dict.fromkeys(s.who for s in stored))
        for k, who in enumerate(whose):
            some = [s for s in stored if s.who == who and mode in s.peak]
            places = [names.index(s.name) + 0.8 * (k + 0.5) / len(whose) - 0.4 for s in some]
            panel.barh(
                places, [s.peak[mode] for s in some], 0.8 / len(whose), label=who,
                color=_GREYS[who], hatch=_HATCHES[who], edgecolor="0.3", linewidth=0.4,
            )  # fmt: skip
        panel.set_title(f"{mode}: peak of {LAYERS} layers, in tensors of the input's size", fontsize=8)
    panels[0][0].set_yticks(range(len(names)), names)
    panels[0][0].invert_yaxis()
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncol=5, frameon=False)
    return figure
