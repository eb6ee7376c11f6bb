"""What a sweep over the catalogue found: one record for each activation, kept in a file, and its text for the page."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

FORMATS = ("float32", "float64", "float16", "bfloat16")
_HEAD = "| activation | format | of | worst | wrong results | not finite | at infinities | for example | said |"
_RULE = "|---|---|---|---:|---:|---:|---:|---|---|"


@dataclass(frozen=True)
class Record:
    """What was found for one activation."""

    name: str
    text: str  # the beginning of the SHA-256 of its document
    code: str  # by which changed generated code, or another library, is known
    judged: tuple[dict[str, Any], ...]  # of ``generated_code.Judged``, one for each format and value or gradient
    guarantees: dict[str, str]  # what does not hold, with why
    ran: str  # the libraries and the machine that it was run with
    reloads: str | None = None  # "" where a saved model reloads; why it does not; None before that was tried
    seconds: float = field(default=0.0, compare=False)

    def holds_in(self, form: str) -> bool:
        """Whether value and all gradients are within the contract in a format."""
        return not any(one["form"] == form and _wrong(one) for one in self.judged)

    @property
    def keeps(self) -> bool:
        """Whether everything that was tried beside its numbers holds."""
        return not self.guarantees and not self.reloads

    def and_reloads(self, why: str) -> Record:
        """With what became of its saved model."""
        return replace(self, reloads=why)


def _wrong(one: Mapping[str, Any]) -> bool:
    return bool(one["beyond"] or one["nonfinite"] or one["limits"])


class Kept:
    """The records of a file, one to a line; of several with one name the last counts."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.records: dict[str, Record] = {}
        for line in file.read_text("utf-8").splitlines() if file.is_file() else []:
            try:
                given = json.loads(line)
                self.records[given["name"]] = Record(**{**given, "judged": tuple(given["judged"])})
            except (
                json.JSONDecodeError,
                KeyError,
                TypeError,
            ):  # the run was stopped while it wrote, or was an older one
                continue

    def add(self, record: Record) -> None:
        """Keep a record, at once."""
        self.records[record.name] = record
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as stream:
            print(json.dumps(asdict(record)), file=stream)


def figures(records: Sequence[Record], total: int) -> str:
    """The totals, in a paragraph."""
    ran = "; ".join(dict.fromkeys(record.ran for record in records))
    results = sum(one["points"] for record in records for one in record.judged)
    within = ", ".join(f"{form} {sum(r.holds_in(form) for r in records)}" for form in FORMATS)
    tried = [r for r in records if r.reloads is not None]
    return (
        f"The generated code of {len(records)} of the {total} activations was run, with {ran}: {results:,} "
        f"results at points where the truth is known. Within the contract, eager and under XLA, value and all "
        f"gradients: {within}. What was tried of the guarantees holds for {sum(not r.guarantees for r in records)}, "
        f"and a saved model computes the same in a fresh process for {sum(not r.reloads for r in tried)} of "
        f"{len(tried)}."
    )


def table(records: Iterable[Record], said: Mapping[str, str]) -> str:
    """What is not within the contract, then what else does not hold; ``said`` has what files say of it already."""
    rows = [
        f"| `{record.name}` | {one['form']} | {one['of']} | {_number(one['worst'], 3)} | {one['beyond']} | "
        f"{one['nonfinite']} | {one['limits']} | {_example(one)} | {said.get(record.name, '')} |"
        for record in records
        for one in record.judged
        if _wrong(one)
    ]
    parts = ["\n".join([_HEAD, _RULE, *rows])] if rows else ["Nothing is outside of the contract."]
    broken = [
        f"- `{record.name}`, {what}: {' '.join(why.split())[:160]}"
        for record in records
        for what, why in [*record.guarantees.items(), *([("reloads", record.reloads)] if record.reloads else [])]
    ]
    parts.append("\n".join(broken) if broken else "All guarantees that were tried hold.")
    return "\n\n".join(parts)


def totals(records: Iterable[Record]) -> str:
    """How many records have each sort of fault."""
    counts: Counter[str] = Counter()
    for record in records:
        counts.update({f"{one['form']} {kind}" for one in record.judged for kind in ("beyond", "nonfinite", "limits")
                       if one[kind]})  # fmt: skip
        counts.update(list(record.guarantees))
        counts.update(["reloads"] if record.reloads else [])
    return "\n".join(f"{count:5} {what}" for what, count in sorted(counts.items()))


def _example(one: Mapping[str, Any]) -> str:
    """The worst kind of fault at one place."""
    where = one["nonfinite_at"] or (one["worst_at"] if one["beyond"] else one["limits_at"])
    digits = 17 if one["form"] == "float64" else 9  # so that every number of the format is told from the next
    at = ", ".join(f"{name} = {_number(value, digits)}" for name, value in where["at"].items())
    return f"{where['mode']}, {at}: {_number(where['got'], digits)}, not {_number(where['expected'], digits)}"


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}g}" if math.isfinite(value) else str(value)
