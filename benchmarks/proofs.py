"""How claims fare: time, verdict and method for every claim of the corpus and of the shipped activations.

    python benchmarks/proofs.py                     # all of them, in a few minutes
    python benchmarks/proofs.py --every 10          # a tenth of the corpus
    python benchmarks/proofs.py --update-docs       # and put the tables into docs/proofs.md

The corpus is ``tests/claims/*.yaml``: right and wrong derivatives of known activations, each held against mpmath by
``tests/test_claims.py``. Times are of one processor core, and of the calculus alone: derivation, proof, search for a
counterexample, kinks. A summary goes to standard output, and with every single claim to a folder.
"""

from __future__ import annotations

import argparse
import csv
import platform
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from corpus import corpus  # noqa: E402 - found by the path above

from actc.calculus.analyse import analyse  # noqa: E402 - as above
from actc.calculus.prove import prove_equal  # noqa: E402 - as above
from actc.diagnostics import DiagnosticLog  # noqa: E402 - as above
from actc.frontend.loader import load  # noqa: E402 - as above
from actc.frontend.resolve import resolve  # noqa: E402 - as above
from actc.model.activation import Activation  # noqa: E402 - as above
from actc.model.verdict import Verdict  # noqa: E402 - as above

DOCS = ROOT / "docs" / "proofs.md"
BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"

SHIPPED, RIGHT, WRONG = "shipped", "right", "wrong"
KINDS = {SHIPPED: "shipped", RIGHT: "corpus, right", WRONG: "corpus, wrong"}
ACCEPTED = (Verdict.PROVED.value, Verdict.VERIFIED.value)


@dataclass(frozen=True)
class Case:
    """A claim to be judged."""

    kind: str  # "shipped", "right" or "wrong"
    name: str  # "swish"
    of: str  # "x"
    claim: str
    text: str  # of an activation file with one document


@dataclass(frozen=True)
class Row:
    """What became of one claim."""

    kind: str
    name: str
    of: str
    claim: str
    verdict: str
    method: str
    seconds: float  # of the whole analysis
    proof_seconds: float  # of the proof, or of the attempt

    @property
    def mistaken(self) -> bool:
        """Whether a right claim was not accepted or a wrong one was."""
        return (self.verdict in ACCEPTED) != (self.kind != WRONG)


def cases() -> list[Case]:
    """All claims: of what is shipped, then of the corpus."""
    return [*_shipped(), *_corpus()]


def _shipped() -> Iterator[Case]:
    for path in sorted((ROOT / "activations").glob("*.yaml")):
        for text in re.split(r"^---\n", path.read_text("utf-8"), flags=re.MULTILINE):
            activation = _activation(text)
            for name, formula in activation.claims:
                yield Case(SHIPPED, activation.name, name, " ".join(formula.text.value.split()), text)


def _corpus() -> Iterator[Case]:
    for document in corpus():
        for kind, claims in ((RIGHT, document.right), (WRONG, document.wrong)):
            for claim in claims:
                yield Case(kind, document.name, document.of, claim.text, document.text(claim))


def _activation(text: str) -> Activation:
    log = DiagnosticLog()
    (spec,) = load("activation.yaml", text.encode(), log)
    activation = resolve(spec, log)
    if activation is None:
        raise ValueError(f"{log.found[0].message}:\n{text}")
    return activation


def judge(case: Case) -> Row:
    """The verdict on one claim, and how long it takes."""
    activation = _activation(case.text)
    start = time.process_time()
    gradients = analyse(activation, DiagnosticLog())
    seconds = time.process_time() - start
    if gradients is None:
        raise ValueError(f"{case.name}: the activation makes no sense")
    found = next(g for g in gradients.gradients if g.variable == case.of)
    claim = dict(activation.claims)[case.of].expr
    inputs = [i.name for i in activation.inputs]
    start = time.process_time()
    prove_equal(claim, activation.value.expr, case.of, activation.domains, inputs)
    proof = time.process_time() - start
    return Row(case.kind, case.name, case.of, case.claim, found.verdict.value, found.method, seconds, proof)


def method_kind(method: str) -> str:
    """The kind of argument, without the functions and signs that it names."""
    identity = method.rpartition(": ")[2] if method.startswith("by ") else method
    kind = re.split(r" in |, as |; ", identity)[0]
    return f"{kind}, some functions taken as unknown" if identity.endswith("as unknown") else kind


def summary(rows: Sequence[Row], taken_of: int) -> str:
    """The tables in Markdown."""
    parts = [_intro(rows, taken_of), _verdicts(rows), _methods(rows), _times(rows), _slowest(rows)]
    return "\n\n".join(part for part in parts if part)


def _intro(rows: Sequence[Row], taken_of: int) -> str:
    names = len({row.name for row in rows})
    part = f" (a part: there are {taken_of})" if len(rows) < taken_of else ""
    mistaken = sum(row.mistaken for row in rows)
    verdict = (
        f"**{mistaken} {'was' if mistaken == 1 else 'were'} judged wrongly**" if mistaken else "None was judged wrongly"
    )
    machine = f"Python {platform.python_version()} on {_processor()}"
    return f"{len(rows)} claims{part} about {names} activations. {verdict}. Times are of one core, {machine}."


def _processor() -> str:
    """The processor's name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    match = re.search(r"^model name\s*: (.*)$", info.read_text("utf-8"), re.MULTILINE) if info.is_file() else None
    return " ".join(match.group(1).split()) if match else platform.machine()


def _verdicts(rows: Sequence[Row]) -> str:
    lines = ["| claims | number | proved | verified | refuted | undecided |", "|---|---:|---:|---:|---:|---:|"]
    for kind, label in KINDS.items():
        group = [row for row in rows if row.kind == kind]
        if group:
            count = Counter(row.verdict for row in group)
            verdicts = (Verdict.PROVED, Verdict.VERIFIED, Verdict.REFUTED, Verdict.UNDECIDED)
            cells = " | ".join(_share(count[v.value], len(group)) for v in verdicts)
            lines.append(f"| {label} | {len(group)} | {cells} |")
    return "\n".join(lines)


def _methods(rows: Sequence[Row]) -> str:
    proved = [row for row in rows if row.verdict == Verdict.PROVED.value]
    if not proved:
        return ""
    kinds = Counter(method_kind(row.method) for row in proved)
    lines = ["| proofs | number |", "|---|---:|"]
    lines += [
        f"| {kind} | {_share(n, len(proved))} |" for kind, n in sorted(kinds.items(), key=lambda k: (-k[1], k[0]))
    ]
    by_cases = sum(row.method.startswith("by ") for row in proved)
    lines.append(f"| by cases of signs | {_share(by_cases, len(proved))} |")
    return "\n".join(lines)


def _times(rows: Sequence[Row]) -> str:
    lines = ["| milliseconds | median | 95 % | greatest |", "|---|---:|---:|---:|"]
    for kind, label in KINDS.items():
        group = [row for row in rows if row.kind == kind]
        for what, seconds in (
            (f"{label}: whole analysis", [row.seconds for row in group]),
            (f"{label}: proof alone", [row.proof_seconds for row in group]),
        ):
            if seconds:
                cells = (statistics.median(seconds), _quantile(seconds, 0.95), max(seconds))
                lines.append(f"| {what} | {' | '.join(f'{1000 * s:.0f}' for s in cells)} |")
    return "\n".join(lines)


def _slowest(rows: Sequence[Row]) -> str:
    lines = ["| slowest | claim | verdict | milliseconds |", "|---|---|---|---:|"]
    for row in sorted(rows, key=lambda row: -row.seconds)[:10]:
        claim = row.claim if len(row.claim) <= 60 else f"{row.claim[:57]}..."
        lines.append(f"| {row.name} by {row.of} | `{claim}` | {row.verdict} | {1000 * row.seconds:.0f} |")
    return "\n".join(lines)


def _share(number: int, of: int) -> str:
    return f"{number} ({100 * number / of:.1f} %)" if number else "0"


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def write(rows: Sequence[Row], text: str, folder: Path) -> None:
    """The summary, and every claim on a line of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "proofs.md").write_text(text + "\n", "utf-8")
    with (folder / "proofs.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(f.name for f in fields(Row))
        table.writerows(astuple(row) for row in rows)


def update_docs(text: str, page: Path = DOCS) -> None:
    """Put the tables between the marks of the page. Raises ValueError where it has none."""
    before, begin, rest = page.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} has no {BEGIN} … {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; 1 where a claim was judged wrongly."""
    parser = argparse.ArgumentParser(description="Judge the claims of the corpus and of what is shipped.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks", help="where the tables go")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="judge only every N-th claim")
    parser.add_argument("--update-docs", action="store_true", help="put the summary into docs/proofs.md")
    options = parser.parse_args(argv)
    every = cases()
    chosen = every[:: options.every]
    judge(chosen[0])  # so that no claim pays for what is loaded only once
    rows = []
    for number, case in enumerate(chosen, 1):
        rows.append(judge(case))
        if sys.stderr.isatty():
            print(f"\r{number}/{len(chosen)}", end="", file=sys.stderr)
    text = summary(rows, len(every))
    print(text)
    for row in rows:
        if row.mistaken:
            print(f"judged wrongly: {row.name} by {row.of}: {row.claim}: {row.verdict}", file=sys.stderr)
    write(rows, text, options.out)
    if options.update_docs:
        update_docs(text)
    return int(any(row.mistaken for row in rows))


if __name__ == "__main__":
    sys.exit(main())
