"""How fast generated code is, side by side: Keras's functions, tf.nn's, autodiff, an expert's, a copy of the data.

    python benchmarks/speed.py                                  # all of it: about two hours of two cores
    python benchmarks/speed.py --only mish,gelu --seconds 0.3   # a first look
    python benchmarks/speed.py --modes eager --elements 1e3     # the overhead of a call
    python benchmarks/speed.py --parts memory,training
    python benchmarks/speed.py --figures                        # runs nothing, prints and draws what is known
    python benchmarks/speed.py --update-docs                    # and puts it into docs/speed.md

The contenders of a cell take turns in one process, on the same data, with the upstream gradient given; the ratio is
the median of the rounds' own ratios, with the quartiles beside it. What was found is kept in a file of the folder, a
line of JSON for each cell, so that a run that was stopped goes on; it is found anew where the generated code or a
library is another. Nothing else should run beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import catalogue  # noqa: E402 - found by the path above
import tensorflow as tf  # noqa: E402 - as above
from evidence import packaged  # noqa: E402 - as above
from timing import figures, memory, records, report, training, turns  # noqa: E402 - as above
from timing.subjects import AUTODIFF, EXPERT, GENERATED, KERAS, SUBJECTS, Subject  # noqa: E402 - as above

OUT, DOCS = ROOT / "build" / "speed", ROOT / "docs" / "speed.md"
ELEMENTS = (1_000, 100_000, 1_000_000, 16_000_000)
DTYPES = ("float32", "bfloat16")
PARTS = ("time", "memory", "training")
MEASURE = 1  # to be raised where what is measured changes
_STORED = ("relu", "silu", "gelu", "mish", "tanh_exp", "serf", "swiglu")
_TRAINED = ("relu", "silu", "gelu", "softplus", "mish")


def machine() -> str:
    """What it was measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.is_file() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    libraries = ", ".join(f"{library} {version(library)}" for library in ("tensorflow", "keras"))
    return f"Measured on {name}, {os.cpu_count()} cores, with Python {platform.python_version()}, {libraries}."


class Run:
    """One run, with what is known."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.subjects = [s for s in SUBJECTS if not options.only or s.name in options.only]
        self.effort = turns.Effort(seconds=options.seconds)
        self.kept = records.Kept(options.out / "cells.jsonl")
        self.package: ModuleType = packaged.build([s.name for s in self.subjects], options.out, ROOT)
        self.codes = {s.name: packaged.digest(self.package, s.name, MEASURE) for s in self.subjects}

    def time(self) -> None:
        """Every cell that is not known."""
        keys = list(self._keys())
        todo = [(s, key) for s, key in keys if not self._known(key)]
        for count, (subject, key) in enumerate(todo, 1):
            found = self._cell(subject, key)
            self.kept.add(found)
            print(f"{count}/{len(todo)} {' '.join(map(str, key))}: {found.ratio:.2f} of {found.best}", flush=True)

    def _keys(self) -> Iterator[tuple[Subject, tuple[str, str, str, int, str]]]:
        options = self.options
        for subject in self.subjects:
            for dtype in options.dtypes:
                for mode in options.modes:
                    for passes in options.passes:
                        for elements in options.elements:
                            yield subject, (subject.name, mode, passes, elements, dtype)

    def _known(self, key: tuple[str, str, str, int, str]) -> bool:
        found = self.kept.cells.get(key)
        return found is not None and found.code == self.codes[key[0]]

    def _cell(self, subject: Subject, key: tuple[str, str, str, int, str]) -> records.Cell:
        _, mode, passes, elements, dtype = key
        xs, upstream = turns.data(subject.inputs, elements, dtype)
        functions = subject.functions(self.package)
        steps = {who: turns.step(function, mode, passes, xs, upstream) for who, function in functions.items()}
        return records.cell(key, turns.take_turns(steps, self.effort), self.codes[subject.name])

    def memory(self) -> list[memory.Stored]:
        """What is kept and what is needed at once."""
        found = []
        for subject in self.subjects:
            if subject.name in _STORED:
                functions = subject.functions(self.package)
                for who in (GENERATED, KERAS, AUTODIFF, EXPERT):
                    if who in functions:
                        found.append(self._stored(subject, who, functions[who]))
                        print(found[-1], flush=True)
        return found

    def _stored(self, subject: Subject, who: str, function: memory.Function) -> memory.Stored:
        size, layers = self.options.memory_elements, self.options.layers
        peaks = {mode: memory.peak(function, subject.inputs, mode, size, layers) for mode in self.options.modes}
        return memory.Stored(subject.name, who, memory.kept(function, subject.inputs, size), peaks)

    def training(self) -> list[training.Training]:
        """``fit`` with Keras's own activations and with ours."""
        found = []
        for subject in self.subjects:
            if subject.name in _TRAINED:
                functions = subject.functions(self.package)
                both = {who: functions[who] for who in (GENERATED, KERAS)}
                for compiled in (False, True):
                    found.append(training.trained(subject.name, both, compiled, self.effort, self.options.width))
                    print(found[-1], flush=True)
        return found


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [s.name for s in SUBJECTS]
    _several(parser, "--only", "", "activations", names)
    _several(parser, "--modes", ",".join(turns.MODES), "how it is run", turns.MODES)
    _several(parser, "--passes", ",".join(turns.PASSES), "what is timed", turns.PASSES)
    _several(parser, "--dtypes", ",".join(DTYPES), "of inputs and upstream gradient", DTYPES)
    _several(parser, "--parts", ",".join(PARTS), "what is measured", PARTS)
    parser.add_argument(
        "--elements",
        default=list(ELEMENTS),
        type=lambda text: [int(float(n)) for n in text.split(",")],
        help="sizes of a tensor",
    )
    parser.add_argument("--seconds", default=1.0, type=float, help="for the rounds of a cell; seven rounds at least")
    parser.add_argument("--memory-elements", default=memory.ELEMENTS, type=int, help="size where memory is measured")
    parser.add_argument("--layers", default=memory.LAYERS, type=int, help="of the stack whose peak is measured")
    parser.add_argument("--width", default=512, type=int, help="of the layers that are trained")
    parser.add_argument("--out", type=Path, default=OUT, help="where package, results and plots go")
    parser.add_argument("--figures", action="store_true", help="run nothing")
    parser.add_argument("--update-docs", action="store_true", help="write what is known into docs/speed.md")
    return parser.parse_args(argv)


def _several(parser: argparse.ArgumentParser, name: str, default: str, help: str, known: Sequence[str]) -> None:
    def read(text: str) -> list[str]:
        given = [item for item in text.split(",") if item]
        for item in given:
            if item not in known:
                raise argparse.ArgumentTypeError(f"there is no {item!r}; known are {', '.join(known)}")
        return given

    parser.add_argument(name, default=read(default), type=read, metavar="NAME,…", help=help)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what is asked for and not known, then say and draw what is known."""
    chosen = options(argv)
    out: Path = chosen.out
    if not chosen.figures:
        tf.get_logger().setLevel("ERROR")
        run = Run(chosen)
        if "time" in chosen.parts:
            run.time()
        if "memory" in chosen.parts:
            _write(out / "memory.json", [asdict(s) for s in run.memory()])
        if "training" in chosen.parts:
            _write(out / "training.json", [asdict(t) for t in run.training()])
    cells = list(records.Kept(out / "cells.jsonl").cells.values())
    stored = [memory.Stored(**s) for s in _read(out / "memory.json")]
    trained = [training.Training(**t) for t in _read(out / "training.json")]
    sections = {
        "overview": f"{machine()}\n\n{report.overview(cells)}",
        "ratios": report.one_by_one(cells, ELEMENTS[-1]),
        "training": report.training(trained),
        "memory": report.memory(stored),
    }
    (out / "tables.md").write_text("\n\n".join(sections.values()) + "\n", "utf-8")
    print("\n\n".join(sections.values()))
    drawn = figures.draw(cells, stored, DOCS.parent if chosen.update_docs else out)
    print(*(f"drawn {path}" for path in drawn), sep="\n")
    if chosen.update_docs:
        page = DOCS.read_text("utf-8")
        for mark, text in sections.items():
            page = catalogue.put(page, f"speed {mark}", text)
        DOCS.write_text(page, "utf-8")
    return 0


def _write(file: Path, found: Sequence[object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _read(file: Path) -> list[dict[str, object]]:
    return json.loads(file.read_text("utf-8")) if file.is_file() else []


if __name__ == "__main__":
    sys.exit(main())
