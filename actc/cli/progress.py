"""How far long work has come: a bar on a terminal, and elsewhere a plain line now and then."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

SECONDS_BETWEEN_LINES = 30.0  # where no bar can be shown; nothing is said of what is done sooner
_BAR = "{desc} {n_fmt}/{total_fmt} |{bar:24}| {elapsed}"


class Progress:
    """What is shown of one piece of work; ``show`` may be called at any time, ``clear`` takes a bar away."""

    def __init__(self, stream: TextIO, line: Callable[[str], None], *, live: bool) -> None:
        self._stream = stream
        self._line = line
        self._live = live
        self._bar: tqdm[NoReturn] | None = None
        self._began = 0.0
        self._done = 0
        self._last: float | None = None  # when a line was printed, or the work began

    def show(self, done: int, of: int) -> None:
        """Say that this much is done."""
        if self._live:
            self._update(done, of)
            return
        now = time.monotonic()
        if self._last is None or done < self._done:  # other work
            self._began = self._last = now
        elif now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            # With the time that has passed no line repeats another: one looks alive where one file takes long.
            self._line(f"compiling {done}/{of}, {now - self._began:.0f} s")
        self._done = done

    def clear(self) -> None:
        """Take the bar away, so that something else can be printed; what is shown next is other work."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._last = None

    def _update(self, done: int, of: int) -> None:
        bar = self._bar
        if bar is None:
            # Imported where there is work to show: the version and the help shall come at once.
            from tqdm import tqdm

            tqdm.monitor_interval = 0  # no thread beside what forks
            columns, rows = shutil.get_terminal_size()  # 80 and 24 where the terminal does not say
            bar = tqdm(
                total=of,
                desc="compiling",
                file=self._stream,
                leave=False,
                bar_format=_BAR,
                ncols=columns,
                nrows=rows,
            )
            self._bar = bar
        bar.n = done
        bar.refresh()
