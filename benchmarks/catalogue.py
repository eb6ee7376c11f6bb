"""What the compiler makes of every shipped activation: verdicts, worst accuracy, seconds.

    python benchmarks/catalogue.py                 # judges what changed since the table was made, prints the figures
    python benchmarks/catalogue.py --all --jobs 4  # judges all: about seven minutes of one core
    python benchmarks/catalogue.py --figures       # prints the figures of the table and judges nothing

The table in docs/catalogue.md is the memory: a row names the beginning of the SHA-256 of the text that it was made
from, and is made anew where the text is another. Accuracy is the worst error that the compiler found in simulated
float32 and float64 arithmetic, in units in the last place. The exit code is 1 where an activation fails the strict
check, or where ``--figures`` finds rows missing or out of date.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import re
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from actc.model.compiled import ActivationReport, CompiledFile  # noqa: E402 - found by the path above
from actc.pipeline import compile_source, shipped  # noqa: E402 - as above

ACTIVATIONS, PAGE, README = ROOT / "activations", ROOT / "docs" / "catalogue.md", ROOT / "README.md"
HEAD = "| activation | file | gradients | worst error | accepted | seconds | text |\n|---|---|---|---:|---|---:|---|"
CONTRACT = 8.0  # ULP
VERDICTS = ("proved", "verified", "surrogate", "derived", "refuted", "undecided")
_ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| `(\w+)` \|$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """One shipped activation as its file has it."""

    name: str
    stem: str  # of the file
    text: str

    @property
    def digest(self) -> str:
        """By which a changed text is known."""
        return hashlib.sha256(self.text.strip().encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Row:
    """What became of one activation, as the table says it."""

    name: str
    stem: str
    gradients: str  # "2 proved, 1 derived"
    worst: str  # "3.2"; "not finite"; "–" where nothing was measured
    accepted: str  # "ACT313"; "" for none
    seconds: str
    digest: str

    @property
    def line(self) -> str:
        return (
            f"| `{self.name}` | {self.stem} | {self.gradients} | {self.worst} | {self.accepted} | {self.seconds} | "
            f"`{self.digest}` |"
        )

    @property
    def failed(self) -> bool:
        """Whether the strict check refuses it."""
        return self.gradients.startswith("FAILED")

    @property
    def within(self) -> bool:
        """Whether the worst error found is within the contract."""
        return self.worst != "not finite" and (self.worst == "–" or float(self.worst) <= CONTRACT)

    def count(self, verdict: str) -> int:
        """How many of its gradients have the verdict."""
        found = re.search(rf"(\d+) {verdict}", self.gradients)
        return int(found[1]) if found else 0


def entries() -> Iterator[Entry]:
    """Every shipped activation, by file and then in the order of the file."""
    for path in sorted(ACTIVATIONS.glob("*.yaml")):
        for text in re.split(r"^---\n", path.read_text("utf-8"), flags=re.MULTILINE):
            found = re.search(r"^name: (\w+)$", text, re.MULTILINE)
            if found is None:
                raise ValueError(f"{path}: a document without a name")
            yield Entry(found[1], path.stem, text)


def rows_of(page: str) -> list[Row]:
    """The rows of the table, as they stand on the page."""
    return [Row(*match) for match in _ROW.findall(page)]


def judge(entry: Entry) -> Row:
    """Compile one activation and say what became of it."""
    start = time.process_time()
    compiled = compile_source(f"{entry.stem}.yaml", entry.text.encode(), "shipped")
    seconds = time.process_time() - start
    (report,) = compiled.activations
    accepted = sorted({d.code for d in compiled.diagnostics if d.accepted is not None})
    return Row(
        entry.name, entry.stem, _verdicts(compiled, report), _worst(report), ", ".join(accepted), f"{seconds:.1f}",
        entry.digest,
    )  # fmt: skip


def _verdicts(compiled: CompiledFile, report: ActivationReport) -> str:
    counts = Counter(g.verdict.value for g in report.gradients)
    text = ", ".join(f"{counts[v]} {v}" for v in VERDICTS if counts[v])
    wrong = sorted({d.code for d in compiled.diagnostics if d.accepted is None})
    return f"FAILED {' '.join(wrong)}: {text}" if wrong or compiled.module is None else text


def _worst(report: ActivationReport) -> str:
    if report.accuracy is None:
        return "–"
    if any(a.nonfinite for a in report.accuracy):
        return "not finite"
    worst = max((u for a in report.accuracy for u in (a.value_ulp, *(g for _, g in a.gradient_ulp))), default=0.0)
    return f"{worst:.1f}" if worst < 1000 else f"{worst:.1e}"


def figures(rows: Iterable[Row]) -> str:
    """What README says of the catalogue."""
    rows = list(rows)
    claims, surrogates = sum(r.count("proved") for r in rows), sum(r.count("surrogate") > 0 for r in rows)
    good = sum(r.within for r in rows)
    return (
        f"{len(rows)} activations are shipped, {surrogates} of them with surrogate gradients. All {claims} published "
        f"derivatives among them are proved. {good} are within 8 ULP at every point that the compiler tried, value and "
        f"all gradients."
    )


def table(rows: Iterable[Row]) -> str:
    """The table in Markdown."""
    return "\n".join([HEAD, *(row.line for row in rows)])


def put(page: str, mark: str, text: str) -> str:
    """The page with what stands between two marks replaced. Raises ValueError where it has no such marks."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"the page has no marks {begin} … {end}")
    head, _, rest = page.partition(begin)
    return f"{head}{begin}\n\n{text}\n\n{end}{rest.partition(end)[2]}"


def update(rows: list[Row]) -> None:
    """Write the table and the figures."""
    text = textwrap.fill(figures(rows), 120, break_long_words=False, break_on_hyphens=False)
    page = put(PAGE.read_text("utf-8"), "catalogue table", table(rows))
    PAGE.write_text(put(page, "catalogue figures", text), "utf-8")
    README.write_text(put(README.read_text("utf-8"), "catalogue figures", text), "utf-8")


def main() -> int:
    """Judge what is to be judged; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="also what has not changed")
    parser.add_argument("--figures", action="store_true", help="judge nothing")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at once")
    options = parser.parse_args()
    everything = list(entries())
    known = {row.name: row for row in rows_of(PAGE.read_text("utf-8"))}
    current = {e.name for e in everything if e.name in known and known[e.name].digest == e.digest}
    if options.figures:
        print(figures(known.values()))
        late = [e.name for e in everything if e.name not in current]
        print(f"not judged as they are now: {', '.join(late)}" if late else "all are judged as they are now")
        return int(bool(late))
    todo = [e for e in everything if options.all or e.name not in current]
    shipped().warm()
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        for count, row in enumerate(pool.imap_unordered(judge, todo), 1):
            known[row.name] = row
            print(f"{count}/{len(todo)} {row.line}", flush=True)
            if count % 20 == 0 or count == len(todo):
                update([known[e.name] for e in everything if e.name in known])
    found = [replace(known[e.name], stem=e.stem) for e in everything]  # a file may have been moved, not changed
    update(found)
    print(figures(found))
    return int(any(row.failed for row in found))


if __name__ == "__main__":
    sys.exit(main())
