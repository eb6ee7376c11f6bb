"""The generated code of every shipped activation, run in TensorFlow and held to the contract and the guarantees.

    python benchmarks/catalogue_sweep.py                       # what is not known yet; all is about an hour of one core
    python benchmarks/catalogue_sweep.py --only gelu,snake     # some, by name
    python benchmarks/catalogue_sweep.py --files gelu,radial   # some, by file
    python benchmarks/catalogue_sweep.py --figures             # runs nothing, prints what is known
    python benchmarks/catalogue_sweep.py --update-docs         # and puts it into docs/catalogue.md

``benchmarks/catalogue.py`` has the compiler judge its own programs in simulated arithmetic. Here ``actc build`` makes a
package, and TensorFlow runs it: value and every gradient, eager and under XLA, in float32, float64, float16 and
bfloat16, against ball arithmetic (``evidence/generated_code.py``); and what else is promised to Keras
(``evidence/guarantees.py``), with saved models that a fresh process loads. What was found is kept in a file, so that a
run that was stopped goes on; it is found anew where the generated code or a library is another. The exit code is 1
where something does not hold that the activation's file does not say.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

import catalogue  # noqa: E402 - found by the path above
from evidence import swept  # noqa: E402 - as above
from evidence.swept import Kept, Record  # noqa: E402 - as above

OUT = ROOT / "build" / "catalogue_sweep"
MARK = "catalogue sweep"
MEASURE = 1  # to be raised where what is measured changes
_GROUP = 10  # activations in one saved model


def versions() -> str:
    """What the generated code was run with."""
    libraries = " and ".join(
        f"{shown} {version(name)}" for shown, name in (("TensorFlow", "tensorflow"), ("Keras", "keras"))
    )
    return f"{libraries} on Python {platform.python_version()} and {platform.machine()}"


def current(kept: Kept) -> list[Record]:
    """The records of activations whose document is what it was."""
    known = {entry.name: entry.digest for entry in catalogue.entries()}
    return [r for name in known if (r := kept.records.get(name)) is not None and r.text == known[name]]


def text(kept: Kept) -> str:
    """The section of the page."""
    entries = list(catalogue.entries())
    said = {entry.name: "ACT313" for entry in entries if "ACT313" in entry.text}
    records = current(kept)
    paragraph = textwrap.fill(swept.figures(records, len(entries)), 120, break_long_words=False, break_on_hyphens=False)
    return f"{paragraph}\n\n{swept.table(records, said)}"


class Sweep:
    """One run over some entries, with what is known of them."""

    def __init__(self, entries: Sequence[catalogue.Entry], out: Path, kept: Kept) -> None:
        from evidence import packaged

        self._out, self._kept = out, kept
        self._entries = {entry.name: entry for entry in entries}
        self._package: ModuleType = packaged.build(list(self._entries), out, ROOT)
        self._codes = {name: packaged.digest(self._package, name, MEASURE) for name in self._entries}

    def run(self) -> None:
        """Measure what is not known, then save and reload models."""
        todo = [name for name in self._entries if not self._known(name)]
        for count, name in enumerate(todo, 1):
            record = self._measured(name)
            self._kept.add(record)
            bad = [form for form in swept.FORMATS if not record.holds_in(form)] + list(record.guarantees)
            print(f"{count}/{len(todo)} {name} {record.seconds:.1f} s {' '.join(bad)}", flush=True)
        todo = [name for name in self._entries if self._kept.records[name].reloads is None]
        for start in range(0, len(todo), 10 * _GROUP):
            self._reload(todo[start : start + 10 * _GROUP])

    def _known(self, name: str) -> bool:
        record = self._kept.records.get(name)
        return record is not None and record.code == self._codes[name] and record.text == self._entries[name].digest

    def _measured(self, name: str) -> Record:
        from evidence import generated_code, guarantees

        start = time.process_time()
        entry, truth = self._entries[name], self._truth(name)
        judged = tuple(asdict(one) for one in generated_code.measure(truth, self._package))
        broken = guarantees.failures(guarantees.Subject(truth, self._package))
        seconds = round(time.process_time() - start, 1)
        return Record(name, entry.digest, self._codes[name], judged, broken, versions(), None, seconds)

    def _truth(self, name: str) -> "Truth":  # noqa: F821, UP037 - TensorFlow is imported only where something is run
        from evidence.truth import Truth

        from actc.diagnostics import DiagnosticLog
        from actc.frontend.loader import load
        from actc.frontend.resolve import resolve

        entry, log = self._entries[name], DiagnosticLog()
        (spec,) = load(f"{entry.stem}.yaml", entry.text.encode(), log)
        activation = resolve(spec, log)
        if activation is None:
            raise ValueError(f"{name}: {log.found[0].message}")
        return Truth(activation)

    def _reload(self, names: Sequence[str]) -> None:
        """Save models of these, and load all of them in one fresh process."""
        from evidence import guarantees, packaged

        folder = self._out / "models"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        groups = {f"model{i}": names[i : i + _GROUP] for i in range(0, len(names), _GROUP)}
        wrong: dict[str, str] = {}
        for model, members in groups.items():
            subjects = [guarantees.Subject(self._truth(name), self._package) for name in members]
            try:
                guarantees.save(subjects, folder / f"{model}.keras")
            except Exception as error:
                wrong |= dict.fromkeys(members, f"a model of {', '.join(members)} is not saved: {error!r:.300}")
        for model, outputs in guarantees.reloaded(folder, packaged.PACKAGE).items():
            for output, why in outputs.items():
                wrong |= dict.fromkeys([output.split()[0]] if output else groups[model], f"{output} {why}".strip())
        for name in names:
            self._kept.add(self._kept.records[name].and_reloads(wrong.get(name, "")))


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="NAME,…", help="activations")
    parser.add_argument("--files", default="", metavar="STEM,…", help="files of activations, without .yaml")
    parser.add_argument("--out", type=Path, default=OUT, help="where the package, models and results go")
    parser.add_argument("--figures", action="store_true", help="run nothing")
    parser.add_argument("--update-docs", action="store_true", help="write what is known into docs/catalogue.md")
    found = parser.parse_args(argv)
    entries = list(catalogue.entries())
    for option, known in (("only", {e.name for e in entries}), ("files", {e.stem for e in entries})):
        given = [name for name in getattr(found, option).split(",") if name]
        for name in given:
            if name not in known:
                parser.error(f"--{option}: there is no {name!r}")
        setattr(found, option, given)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run what is asked for and say what is known."""
    chosen = options(argv)
    kept = Kept(chosen.out / "results.jsonl")
    entries = list(catalogue.entries())
    if not chosen.figures:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.get_logger().setLevel("ERROR")  # each activation is traced anew, on purpose
        some = [e for e in entries if e.name in chosen.only or e.stem in chosen.files]
        Sweep(some if chosen.only or chosen.files else entries, chosen.out, kept).run()
    section = text(kept)
    print(f"{section}\n\n{swept.totals(current(kept))}")
    if chosen.update_docs:
        page = catalogue.PAGE.read_text("utf-8")
        catalogue.PAGE.write_text(catalogue.put(page, MARK, section), "utf-8")
    said = {e.name for e in entries if "ACT313" in e.text}
    return int(any(not r.keeps or (r.name not in said and not _within(r)) for r in current(kept)))


def _within(record: Record) -> bool:
    return all(record.holds_in(form) for form in swept.FORMATS)


if __name__ == "__main__":
    sys.exit(main())
