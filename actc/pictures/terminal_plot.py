"""Plots in the terminal, drawn by plotext in characters."""

from __future__ import annotations

import re
from types import ModuleType

from actc.pictures.ticks import tick_text, ticks
from actc.pictures.views import Curve, Panel, Picture
from actc.reporting.terminal import visible
from actc.reporting.terminal import width as columns_of

FINE = "⣿─│┌┐└┘┤┬┼●×▲◆■○□−"
"""What an encoding must have for the fine drawing."""

_COLOURS = ("blue+", "orange+", "green+", "magenta+", "cyan+", "red+", "yellow", "white")
_SIGNS = ("●", "×", "▲", "◆", "■", "+", "o", "*")  # tell curves apart where there are no colours
_ASCII = ("*", "x", "+", "o", "#", "%", "@", "=")
_FRAME = str.maketrans("─│┌┐└┘├┤┬┴┼", "-|+++++++++")
_ROWS = (17, 12)  # of the panel with the value, and of that with the gradient
_LABEL = 5  # columns of a number beside the axis, so that panels stand below one another
_LEAST_COLUMNS, _MOST_COLUMNS = 40, 110
_EMPTY = re.compile(r"\x1b\[0m$", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def terminal_text(picture: Picture, columns: int, *, colours: bool, unicode: bool) -> str:
    """The panels below one another. Raises ImportError where plotext is missing."""
    import plotext

    width = max(_LEAST_COLUMNS, min(columns, _MOST_COLUMNS))
    parts = []
    for column in picture.columns:
        for rows, panel in zip(_ROWS, column, strict=True):
            drawing = _Drawing(panel, colours=colours, unicode=unicode)
            parts.append(drawing.text(plotext, picture.title, width, rows))
    return "\n".join(parts)


class _Drawing:
    """One panel, and how its curves are told apart."""

    def __init__(self, panel: Panel, *, colours: bool, unicode: bool) -> None:
        self.panel = panel
        self.colours = colours
        self.unicode = unicode
        several = len(panel.curves) > 1
        self.fine = unicode and (colours or not several)
        self.signs = _SIGNS if unicode else _ASCII

    def text(self, plotext: ModuleType, title: str, width: int, rows: int) -> str:
        panel = self.panel
        plotext.clear_figure()
        plotext.theme("default" if self.colours else "clear")
        if self.colours:
            for paint in (plotext.canvas_color, plotext.axes_color):
                paint("default")
            plotext.ticks_color("default")
        plotext.limit_size(False, False)
        plotext.plot_size(width, rows)
        plotext.xlim(panel.low, panel.high)
        plotext.ylim(panel.bottom, panel.top)
        across, up = ticks(panel.low, panel.high, width // 8), ticks(panel.bottom, panel.top, rows // 2)
        plotext.xticks(across, [self._plain(tick_text(value)) for value in across])
        plotext.yticks(up, [self._plain(tick_text(value)).rjust(_LABEL) for value in up])
        for number, curve in enumerate(panel.curves):
            self._draw(plotext, curve, number)
        for mark in panel.marks:
            shape = ("□" if mark.jump else "○") if self.unicode else ("#" if mark.jump else "o")
            plotext.scatter([mark.x], [mark.y], marker=shape, color="default" if self.colours else None)
        drawn = _EMPTY.sub("", plotext.build())
        if not self.colours:
            drawn = _COLOUR.sub("", drawn)
        if not self.unicode:
            drawn = drawn.translate(_FRAME)
        head = f"{visible(title)}: {visible(panel.title)} over {visible(panel.x_label)}"
        return "\n".join([head, *self._legend(plotext, width), drawn.rstrip("\n"), ""])

    def _draw(self, plotext: ModuleType, curve: Curve, number: int) -> None:
        panel = self.panel
        for line in curve.lines:
            inside = [(x, y) for x, y in line if panel.bottom <= y <= panel.top]
            if inside:
                xs, ys = zip(*inside, strict=True)
                plotext.plot(list(xs), list(ys), marker=self._sign(number), color=self._colour(number))

    def _sign(self, number: int) -> str:
        return "braille" if self.fine else self.signs[number % len(self.signs)]

    def _colour(self, number: int) -> str | None:
        return _COLOURS[number % len(_COLOURS)] if self.colours else None

    def _legend(self, plotext: ModuleType, width: int) -> list[str]:
        """Which curve is which, where there are several, and what the marks are."""
        parts = []
        for number, curve in enumerate(self.panel.curves if len(self.panel.curves) > 1 else ()):
            sign = "──" if self.fine else self.signs[number % len(self.signs)]
            parts.append((sign, self._colour(number), visible(curve.label)))
        for jump, word, shape in ((False, "kink", "○o"), (True, "jump", "□#")):
            if any(mark.jump is jump for mark in self.panel.marks):
                parts.append((shape[0] if self.unicode else shape[1], None, word))
        lines: list[str] = []
        left = 0
        for sign, colour, label in parts:
            text = f"{plotext.colorize(sign, colour) if colour else sign} {label}"
            size = len(sign) + 1 + columns_of(label)
            if lines and size + 2 <= left:
                lines[-1] += f"  {text}"
                left -= size + 2
            else:
                lines.append(text)
                left = width - size
        return lines

    def _plain(self, text: str) -> str:
        return text if self.unicode else text.replace("−", "-")
