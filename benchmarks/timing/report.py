"""What the cells say together: tables for the page and the terminal."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from timing.memory import Stored
from timing.records import Cell
from timing.subjects import GENERATED
from timing.training import Training
from timing.turns import BOTH, MODES, XLA

LARGE = 100_000  # elements from which on it is the arithmetic that is timed, and not the call
NOISE = 0.95


@dataclass(frozen=True)
class Summary:
    """All activations in one mode, pass and dtype at the sizes of one kind."""

    mode: str
    passes: str
    dtype: str
    sizes: str
    cells: int
    mean: float  # the geometric mean of the ratios to the best of the others
    least: float
    least_of: str
    slower: int  # cells in which generated code is slower by more than the noise
    copies: float  # the median


def summaries(cells: Iterable[Cell]) -> Iterator[Summary]:
    """For each mode, pass and dtype: large tensors, then small ones."""
    found = list(cells)
    for dtype in dict.fromkeys(c.dtype for c in found):
        for mode in MODES:
            for passes in dict.fromkeys(c.passes for c in found):
                for sizes, large in (("1e5 and more", True), ("1e3", False)):
                    some = [
                        c for c in found
                        if (c.dtype, c.mode, c.passes) == (dtype, mode, passes) and (c.elements >= LARGE) == large
                    ]  # fmt: skip
                    if some:
                        yield _summary(some, sizes)


def _summary(cells: Sequence[Cell], sizes: str) -> Summary:
    worst = min(cells, key=lambda c: c.ratio)
    return Summary(
        worst.mode,
        worst.passes,
        worst.dtype,
        sizes,
        len(cells),
        statistics.geometric_mean(c.ratio for c in cells),
        worst.ratio,
        f"`{worst.name}`, {worst.elements:.0e}",
        sum(c.ratio < NOISE for c in cells),
        statistics.median(c.copies for c in cells),
    )


def overview(cells: Iterable[Cell]) -> str:
    """A table of the summaries."""
    lines = [
        "| mode | passes | dtype | elements | cells | geometric mean | least | of | slower | copies of the data |",
        "|---|---|---|---|---:|---:|---:|---|---:|---:|",
    ]
    lines += [
        f"| {s.mode} | {s.passes} | {s.dtype} | {s.sizes} | {s.cells} | {s.mean:.2f} | {s.least:.2f} | {s.least_of} | "
        f"{s.slower} | {s.copies:.2f} |"
        for s in summaries(cells)
    ]
    return "\n".join(lines)


def one_by_one(cells: Iterable[Cell], elements: int, dtype: str = "float32", passes: str = BOTH) -> str:
    """Each activation at one size: milliseconds, and the ratio to the best of the others with its quartiles."""
    chosen = {(c.name, c.mode): c for c in cells if (c.elements, c.dtype, c.passes) == (elements, dtype, passes)}
    modes = [mode for mode in MODES if any(m == mode for _, m in chosen)]
    heads = " | ".join(f"{mode}, ms | as fast as the best" for mode in modes)
    lines = [f"| activation | {heads} | copies, {XLA} |", "|---|" + "---:|---|" * len(modes) + "---:|"]
    for name in dict.fromkeys(name for name, _ in chosen):
        own = [chosen.get((name, mode)) for mode in modes]
        columns = " | ".join(f"{c.milliseconds[GENERATED]:.3g} | {_ratio(c)}" if c else " | " for c in own)
        compiled = chosen.get((name, XLA))
        lines.append(f"| `{name}` | {columns} | {f'{compiled.copies:.2f}' if compiled else ''} |")
    return "\n".join(lines)


def _ratio(cell: Cell) -> str:
    low, middle, high = cell.against[cell.best]
    return f"{middle:.2f} ({low:.2f} to {high:.2f}) of {cell.best}"


def training(found: Iterable[Training]) -> str:
    """Steps of ``fit``."""
    lines = ["| activation | XLA | Keras's, ms a step | generated, ms a step | as fast as |", "|---|---|---:|---:|---|"]
    for t in found:
        low, middle, high = t.ratio
        own, other = t.milliseconds.values()
        said = "yes" if t.compiled else "no"
        lines.append(f"| `{t.name}` | {said} | {other:.2f} | {own:.2f} | {middle:.2f} ({low:.2f} to {high:.2f}) |")
    return "\n".join(lines)


def memory(found: Iterable[Stored]) -> str:
    """Tensors that are kept, and peaks."""
    rows = list(found)
    modes = list(dict.fromkeys(mode for row in rows for mode in row.peak))
    lines = [
        f"| activation | by | kept | {' | '.join(f'peak, {mode}' for mode in modes)} |",
        "|---|---|---:|" + "---:|" * len(modes),
    ]
    for row in rows:
        peaks = " | ".join(f"{row.peak[mode]:.1f}" if mode in row.peak else "" for mode in modes)
        lines.append(f"| `{row.name}` | {row.who} | {abs(row.kept):.1f} | {peaks} |")
    return "\n".join(lines)
