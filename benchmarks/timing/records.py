"""What was timed: a line of JSON for each cell, so that a run that was stopped goes on."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from timing.subjects import COPY, GENERATED, OTHERS
from timing.turns import spread


@dataclass(frozen=True)
class Cell:
    """One activation in one mode at one size."""

    name: str
    mode: str
    passes: str
    elements: int
    dtype: str
    milliseconds: Mapping[str, float]  # the median of each contender
    against: Mapping[str, Sequence[float]]  # how many times as fast generated code is: quartiles of the rounds' ratios
    rounds: int
    code: str  # by which other code or libraries are known

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """What names the cell."""
        return self.name, self.mode, self.passes, self.elements, self.dtype

    @property
    def best(self) -> str:
        """The fastest of the others."""
        return min((who for who in self.milliseconds if who in OTHERS), key=lambda who: self.milliseconds[who])

    @property
    def ratio(self) -> float:
        """How many times as fast generated code is as the fastest of the others."""
        return self.against[self.best][1]

    @property
    def copies(self) -> float:
        """How many copies of the data generated code takes."""
        return 1.0 / self.against[COPY][1]


def cell(key: tuple[str, str, str, int, str], found: Mapping[str, Sequence[float]], code: str) -> Cell:
    """From the seconds of each contender in each round."""
    own = found[GENERATED]
    against = {
        who: tuple(round(r, 4) for r in spread([b / a for a, b in zip(own, theirs, strict=True)]))
        for who, theirs in found.items()
        if who != GENERATED
    }
    medians = {who: round(1000 * statistics.median(seconds), 5) for who, seconds in found.items()}
    return Cell(*key, medians, against, len(own), code)


class Kept:
    """The cells of a file; of several with one key the last counts."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.cells: dict[tuple[str, str, str, int, str], Cell] = {}
        for line in file.read_text("utf-8").splitlines() if file.is_file() else []:
            try:
                found = Cell(**json.loads(line))
            except (json.JSONDecodeError, TypeError):  # the run was stopped while it wrote, or was an older one
                continue
            self.cells[found.key] = found

    def add(self, found: Cell) -> None:
        """Keep a cell, at once."""
        self.cells[found.key] = found
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as stream:
            print(json.dumps(asdict(found)), file=stream)
