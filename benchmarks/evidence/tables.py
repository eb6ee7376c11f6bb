"""What was measured, as tables in Markdown."""

from __future__ import annotations

import math
import statistics
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evidence.check import Check
from evidence.contenders import AUTODIFF, CONTENDERS, GENERATED, KERAS, MODES
from evidence.every_float32 import Part
from evidence.float32 import Row
from evidence.half import HalfRow
from evidence.operations import OperationRow
from evidence.speed import SpeedRow, quantiles
from evidence.truth import VALUE

TEXTBOOK = "textbook_"


@dataclass
class Cell:
    """One contender's result over all settings of the parameters."""

    points: int = 0
    worst: float = 0.0
    beyond: int = 0
    nonfinite: int = 0
    limits: int = 0

    @property
    def meets(self) -> bool:
        """Whether it is finite and within 8 ULP wherever it was judged."""
        return self.beyond == self.nonfinite == 0

    @property
    def text(self) -> str:
        """The worst error, how often it is more than 8 ULP, and how many results are not finite and should be."""
        error = f"**{number(self.worst)}** ({self.beyond})" if self.beyond else number(self.worst)
        return error + (f", **{self.nonfinite} ∞**" if self.nonfinite else "")


Key = tuple[str, str, str, str]  # activation, result, contender, mode


def cells(rows: Iterable[Row]) -> dict[Key, Cell]:
    """The rows with all settings of the parameters together."""
    found: dict[Key, Cell] = {}
    for row in rows:
        cell = found.setdefault((row.activation, row.of, row.contender, row.mode), Cell())
        cell.points += row.points
        cell.worst = max(cell.worst, row.worst)
        cell.beyond += row.beyond
        cell.nonfinite += row.nonfinite
        cell.limits += row.limits
    return found


def number(value: float) -> str:
    """Two digits, as short as they can be."""
    if value == 0:
        return "0"
    if value < 100:
        return f"{value:.2f}" if value < 10 else f"{value:.0f}"
    exponent = math.floor(math.log10(value))
    digit = round(value / 10**exponent)
    return f"1e{exponent + 1}" if digit == 10 else f"{digit}e{exponent}"


def overview(rows: Sequence[Row]) -> str:
    """How many results of each contender are within the contract."""
    parts = []
    for title, chosen in _groups(rows):
        found = cells(chosen)
        lines = [
            f"| {title} | results | within 8 ULP and finite | worst ULP | not finite | wrong at ±∞ and NaN |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for contender in CONTENDERS:
            for mode in MODES:
                group = [cell for key, cell in found.items() if key[2:] == (contender, mode)]
                if group:
                    good = sum(cell.meets for cell in group)
                    lines.append(
                        f"| {contender}, {mode} | {len(group)} | {good} ({100 * good / len(group):.0f} %) | "
                        f"{number(max(cell.worst for cell in group))} | {sum(cell.nonfinite for cell in group):,} | "
                        f"{sum(cell.limits for cell in group)} |"
                    )
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def headline(rows: Sequence[Row]) -> str:
    """What README says."""
    found = cells(row for row in rows if not row.activation.startswith(TEXTBOOK))
    naive = cells(row for row in rows if row.activation.startswith(TEXTBOOK))

    def good(table: Mapping[Key, Cell], contender: str, *, shared: bool = False) -> str:
        """Results that are right both eager and under XLA; ``shared``: of those that Keras has."""
        keys = [key[:2] for key in table if key[2:] == (contender, MODES[0])]
        chosen = [key for key in keys if not shared or (*key, KERAS, MODES[0]) in table]
        return f"{sum(all(table[*key, contender, mode].meets for mode in MODES) for key in chosen)} of {len(chosen)}"

    count = len({key[0] for key in found})
    text = (
        f"Measured in float32, eager and under XLA, over the whole range: {good(found, GENERATED)} values and "
        f"gradients of {count} shipped activations are finite and within 8 ULP. Of those that Keras or tf.nn has too it"
        f" is {good(found, GENERATED, shared=True)}, and {good(found, KERAS)} of Keras's own. Of textbook formulas "
        f"such as `log(1 + exp(x))` it is {good(naive, GENERATED)}, and {good(naive, AUTODIFF)} as they are written, "
        "differentiated by TensorFlow. [Accuracy](docs/accuracy.md) shows how it was measured, and what is not right."
    )
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _groups(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    shipped = [row for row in rows if not row.activation.startswith(TEXTBOOK)]
    others = [row for row in rows if row.activation.startswith(TEXTBOOK)]
    return [(t, g) for t, g in (("shipped activations", shipped), ("textbook formulas", others)) if g]


def detail(rows: Sequence[Row]) -> str:
    """A line for every value and gradient."""
    found = cells(rows)
    heads = [f"{contender}, {mode}" for contender in CONTENDERS for mode in MODES]
    lines = [f"| float32 | | {' | '.join(heads)} |", f"|---|---|{'---:|' * len(heads)}"]
    for activation, of in dict.fromkeys((row.activation, row.of) for row in rows):
        texts = []
        for contender in CONTENDERS:
            for mode in MODES:
                cell = found.get((activation, of, contender, mode))
                texts.append("–" if cell is None else cell.text)
        lines.append(f"| `{activation}` | {_what(of)} | {' | '.join(texts)} |")
    return "\n".join(lines)


def failures(rows: Sequence[Row]) -> str:
    """Where generated code is not within the contract."""
    mine = [row for row in rows if row.contender == GENERATED]
    wrong = [row for row in mine if row.beyond or row.nonfinite]
    lines = ["| generated code, outside | over 8 ULP | worst ULP | not finite | at |", "|---|---:|---:|---:|---|"]
    for row in wrong:
        place = {**(row.nonfinite_at or row.at), **row.parameters}
        at = ", ".join(f"{name} = {v:.9g}" for name, v in place.items())
        lines.append(
            f"| `{row.activation}` {_what(row.of)}, {row.mode} | {row.beyond} of {row.points} | {number(row.worst)} | "
            f"{row.nonfinite} | {at} |"
        )
    if not wrong:
        lines = ["Generated code was within the contract at every finite input tried."]
    limits: dict[str, dict[str, None]] = {}
    for row in mine:
        if row.limits:
            limits.setdefault(row.activation, {})[_what(row.of)] = None
    if limits:
        names = "; ".join(f"`{name}` {', '.join(what)}" for name, what in limits.items())
        lines += ["", f"Not the limit at an infinite input, or not NaN for NaN: {names}."]
    return "\n".join(lines)


def operations(rows: Sequence[OperationRow]) -> str:
    """TensorFlow's own functions, eager and under XLA."""
    lines = ["| TensorFlow's own | " + " | ".join(f"`{name}`" for name in dict.fromkeys(r.name for r in rows)) + " |"]
    lines.append(f"|---|{'---:|' * (len(rows) // len(MODES))}")
    lines += [f"| {mode} | " + " | ".join(f"{r.worst:.1f}" for r in rows if r.mode == mode) + " |" for mode in MODES]
    return "\n".join(lines)


def checks(found: Mapping[str, Check], rows: Sequence[Row]) -> str:
    """What the comparison of the truth with mpmath came to, and where there is no truth to hold anything to."""
    mine = [row for row in rows if (row.contender, row.mode) == (GENERATED, MODES[0])]
    judged, untold = (sum(getattr(row, what) for row in mine) for what in ("points", "untold"))
    compared = sum(c.compared for c in found.values())
    undecided = sum(c.undecided for c in found.values())
    worst = max((c.worst for c in found.values()), default=0.0)
    differing = sum(len(c.differing) for c in found.values())
    verdict = f"**{differing} differed**" if differing else "none differed by more than rounding"
    return (
        f"The truth was held to mpmath at {compared:,} points ({undecided} more were left undecided there): {verdict}; "
        f"as float64 the two are at most {worst / 2**-53:.1f} units of 2⁻⁵³ apart. Each contender was judged at "
        f"{judged:,} values and gradients, as far as it has them. At {untold:,} more the truth was not settled by "
        "4,096 bits, and nothing was judged."
    )


def half(rows: Sequence[HalfRow]) -> str:
    """The greatest errors over all 65,536 inputs, eager and under XLA."""
    types = list(dict.fromkeys(row.dtype for row in rows))
    worst = max(rows, key=lambda row: row.worst)
    points, *counts = (sum(getattr(row, what) for row in rows) for what in ("points", *_COUNTS))
    place = f"`{worst.activation}`, {_what(worst.of)}, {worst.dtype}, {worst.mode}"
    intro = (
        f"{points:,} results at finite inputs. Off by more than 1 ULP at normal inputs and 0: {counts[0]:,}, the worst "
        f"by {worst.worst:.3f} ULP ({place}). At subnormal inputs: {counts[1]:,}. Not finite and should "
        f"be: {counts[2]:,}. Wrong at infinities and NaNs: {counts[3]:,}."
    )
    heads = " | ".join(f"{t} {what}" for t in types for what in ("value", "gradients"))
    counted = "over 1 ULP | at subnormal inputs | not finite | wrong at ±∞ and NaN"
    lines = [f"| all 65,536 inputs | {heads} | {counted} |", f"|---|{'---:|' * (2 * len(types) + 4)}"]
    for name in dict.fromkeys(row.activation for row in rows):
        mine = [row for row in rows if row.activation == name]
        texts = []
        for dtype in types:
            for is_value in (True, False):
                some = [row.worst for row in mine if row.dtype == dtype and (row.of == VALUE) == is_value]
                texts.append(f"{max(some):.3f}" if some else "–")
        counts = [sum(getattr(row, what) for row in mine) for what in _COUNTS]
        lines.append(f"| `{name}` | {' | '.join(texts)} | {' | '.join(map(str, counts))} |")
    return intro + "\n\n" + "\n".join(lines)


_COUNTS = ("beyond", "subnormal", "nonfinite", "special")


def _what(of: str) -> str:
    return "value" if of == VALUE else f"by `{of}`"


def every(name: str, parts: Mapping[str, Part]) -> str:
    """All 2**32 inputs of one activation."""
    heads = (
        "finite inputs | worst ULP | at x | over 1 ULP | over 2 | over 4 | over 8 | not finite | wrong at ±∞ and NaN"
    )
    lines = [f"| `{name}`, all 2³² inputs | {heads} |", f"|---|{'---:|' * 9}"]
    for key, part in parts.items():
        mode, of = key.split()
        over = " | ".join(f"{n:,}" for n in part.over)
        lines.append(
            f"| {_what(of)}, {mode} | {part.inputs:,} | {part.worst:.3f} | {part.at:.9g} | {over} | {part.nonfinite} | "
            f"{part.special} |"
        )
    checked = sum(p.checked for p in parts.values())
    doubtful = sum(p.doubtful for p in parts.values())
    note = (
        f"The float64 reference was held to ball arithmetic at {checked:,} of these inputs, the worst of each "
        f"of 1,024 ranges among them; it was off by more than a thousandth of an ULP at {doubtful}."
    )
    return "\n".join(lines) + f"\n\n{note}"


def speed(rows: Sequence[SpeedRow], elements: int) -> str:
    """Ratios side by side, and the time of the search."""
    parts = []
    for title, group in (
        ("shipped activations", [row for row in rows if not row.activation.startswith(TEXTBOOK)]),
        ("textbook formulas", [row for row in rows if row.activation.startswith(TEXTBOOK)]),
    ):
        if group:
            ratios = [row.ratio for row in group]
            median, slowest, most = quantiles({row.activation: row.search for row in group})
            parts.append(
                f"{title.capitalize()}, {elements:,} elements, forward and backward under XLA: generated code takes "
                f"{statistics.median(ratios):.2f} times as long as the formula as written (median; least "
                f"{min(ratios):.2f}, greatest {max(ratios):.2f}). The search for programs takes {median:.2f} s for an "
                f"activation (median; greatest {most:.1f} s, `{slowest}`), on one core."
            )
    lines = ["| | generated, ms | as written, ms | ratio | search, s |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| `{r.activation}` | {r.generated:.2f} | {r.written:.2f} | {r.ratio:.2f} | {r.search:.2f} |" for r in rows
    ]
    return "\n\n".join([*parts, "\n".join(lines)])
