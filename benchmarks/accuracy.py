"""How accurate generated code is, beside Keras, autodiff and SymPy, in one run on one machine.

    python benchmarks/accuracy.py                          # float32, half types, speed: about half an hour of one core
    python benchmarks/accuracy.py --quick --only gelu,mish # a first look
    python benchmarks/accuracy.py --parts every --every softplus   # all 2**32 inputs of float32: about an hour
    python benchmarks/accuracy.py --update-docs            # and put tables and plots into docs/

The core of the shipped activations (``tests/shipped.py``) and the formulas of ``benchmarks/textbook.yaml`` are
compiled. Each value and gradient is judged against ball arithmetic, which is itself held to mpmath at a sample.
docs/accuracy.md explains the measure. What was measured goes to a folder, as tables and as JSON. The exit code is 1
where the truth and mpmath differ.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

import tensorflow as tf  # noqa: E402 - found by the path above
from evidence import check, every_float32, float32, half, operations, speed, tables  # noqa: E402 - as above
from evidence.points import Density  # noqa: E402 - as above
from evidence.truth import Truth  # noqa: E402 - as above
from oracle import Activation as Written  # noqa: E402 - as above
from oracle import read_file  # noqa: E402 - as above
from shipped import ACTIVATIONS, CORE_FILES  # noqa: E402 - as above

from actc.diagnostics import DiagnosticLog  # noqa: E402 - as above
from actc.frontend.loader import load  # noqa: E402 - as above
from actc.frontend.resolve import resolve  # noqa: E402 - as above
from actc.model.activation import Activation  # noqa: E402 - as above

TEXTBOOK = ROOT / "benchmarks" / "textbook.yaml"
FILES = [ACTIVATIONS / f"{stem}.yaml" for stem in CORE_FILES]
DOCS, README = ROOT / "docs" / "accuracy.md", ROOT / "README.md"
PACKAGE = "accuracy_package"
PARTS = ("float32", "half", "speed", "every")
_MPMATH_POINTS, _QUICK_MPMATH_POINTS = 12, 3


def activations() -> list[tuple[Activation, Written]]:
    """The core of what is shipped, then the textbook's: as the compiler and as the tests' own evaluator read them."""
    paths = [*FILES, TEXTBOOK]
    written = {a.name: a for path in paths for a in read_file(path)}
    found = []
    for path in paths:
        log = DiagnosticLog()
        for spec in load(path.name, path.read_bytes(), log):
            activation = resolve(spec, log)
            if activation is None:
                raise ValueError(f"{path}: {log.found[0].message}")
            found.append((activation, written[activation.name]))
    return found


def build(folder: Path) -> Any:
    """The generated package of all of them, imported."""
    command = [sys.executable, "-m", "actc", "build", *map(str, FILES), str(TEXTBOOK)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, "--out", str(folder / PACKAGE)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    sys.path.insert(0, str(folder))
    return importlib.import_module(PACKAGE)


def machine() -> str:
    """What it was measured on."""
    info = Path("/proc/cpuinfo")
    match = re.search(r"^model name\s*: (.*)$", info.read_text("utf-8"), re.MULTILINE) if info.is_file() else None
    processor = " ".join(match.group(1).split()) if match else platform.machine()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "sympy", "python-flint"))
    return f"Measured on {processor}, one thread, with Python {platform.python_version()}, {libraries}."


class Run:
    """One run: what is chosen, what is measured."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.chosen = [
            (Truth(activation), written)
            for activation, written in activations()
            if not options.only or activation.name in options.only
        ]
        self.results: dict[str, Any] = {"machine": machine(), "quick": options.quick}
        self.sections: dict[str, str] = {}
        self.differing: list[str] = []
        self.rows: list[float32.Row] = []
        self.curves: list[float32.Curve] = []

    def run(self) -> None:
        """All parts that are asked for; what is found is written after each."""
        package = build(self.options.out)
        for part in self.options.parts:
            getattr(self, f"_{part}")(package)
            self._write()

    def _float32(self, package: Any) -> None:
        found = {}
        density = Density.of(quick=self.options.quick)
        count = _QUICK_MPMATH_POINTS if self.options.quick else _MPMATH_POINTS
        for truth, written in self._each("float32"):
            found[truth.activation.name] = check.check(truth, written, count)
            for row, curve in float32.measure(truth, written, package, density):
                self.rows.append(row)
                if row.setting == 0:
                    self.curves.append(curve)
        self.differing = [text for one in found.values() for text in one.differing]
        self.results["float32"] = [asdict(row) for row in self.rows]
        self.results["mpmath"] = {name: asdict(one) for name, one in found.items()}
        own = operations.measure(density)
        self.results["operations"] = [asdict(row) for row in own]
        parts = [machine(), tables.checks(found, self.rows), tables.overview(self.rows), tables.operations(own)]
        parts += [tables.failures(self.rows), tables.detail(self.rows)]
        self.sections["float32"] = "\n\n".join(parts)

    def _half(self, package: Any) -> None:
        rows = [row for truth, _ in self._each("half") for row in half.measure(truth, package)]
        self.results["half"] = [asdict(row) for row in rows]
        self.sections["half"] = f"{machine()}\n\n{tables.half(rows)}"

    def _speed(self, package: Any) -> None:
        elements = speed.QUICK_ELEMENTS if self.options.quick else speed.ELEMENTS
        rows = [speed.measure(truth, written, package, elements) for truth, written in self._each("speed")]
        self.results["speed"] = [asdict(row) for row in rows]
        self.sections["speed"] = f"{machine()}\n\n{tables.speed(rows, elements)}"

    def _every(self, package: Any) -> None:
        truth = next(truth for truth, _ in self.chosen if truth.activation.name == self.options.every)
        parts = every_float32.run(truth, package, self.options.out)
        self.results["every"] = {key: asdict(part) for key, part in parts.items()}
        self.sections["every"] = f"{machine()}\n\n{tables.every(self.options.every, parts)}"

    def _each(self, part: str) -> Any:
        for number, one in enumerate(self.chosen, 1):
            if sys.stderr.isatty():
                print(f"\r{part}: {number}/{len(self.chosen)} {one[0].activation.name:24}", end="", file=sys.stderr)
            yield one

    def _write(self) -> None:
        folder = self.options.out
        for part, text in self.sections.items():
            (folder / f"accuracy-{part}.md").write_text(text + "\n", "utf-8")
        (folder / "accuracy.json").write_text(json.dumps(self.results, indent=1), "utf-8")


def update_docs(sections: dict[str, str], page: Path = DOCS) -> None:
    """Put each section between its marks on the page. Raises ValueError where it has none."""
    text = page.read_text("utf-8")
    for part, section in sections.items():
        begin, end = (f"<!-- accuracy {part}: {which} -->" for which in ("begin", "end"))
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{page.name} has no {begin} … {end}")
        text = f"{before}{begin}\n\n{section}\n\n{end}{after}"
    page.write_text(text, "utf-8")


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure the accuracy of generated code and of others.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks", help="where tables and JSON go")
    parser.add_argument("--only", default="", metavar="NAMES", help="activations, with commas between them")
    parser.add_argument("--parts", default="float32,half,speed", help=f"of {', '.join(PARTS)}, with commas")
    parser.add_argument("--every", default="softplus", choices=sorted(every_float32.REFERENCES),
                        help="whose 2**32 inputs the part `every` goes through")  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="fewer points")
    parser.add_argument("--update-docs", action="store_true", help="put tables and plots into docs/")
    found = parser.parse_args(argv)
    found.only = [name for name in found.only.split(",") if name]
    found.parts = [name for name in found.parts.split(",") if name]
    known = {activation.name for activation, _ in activations()}
    for name in found.only:
        if name not in known:
            parser.error(f"there is no activation {name!r}")
    for name in found.parts:
        if name not in PARTS:
            parser.error(f"there is no part {name!r}")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; 1 where the truth is not what mpmath says."""
    chosen = options(argv)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")  # each activation is traced anew, on purpose
    chosen.out.mkdir(parents=True, exist_ok=True)
    run = Run(chosen)
    run.run()
    print("\n\n".join(run.sections.values()))
    try:
        if run.rows:
            from evidence import plots

            plots.draw(run.rows, run.curves, DOCS.parent if chosen.update_docs else chosen.out)
    except ImportError:
        print("no plots: pip install 'actc[benchmarks]'", file=sys.stderr)
    if chosen.update_docs:
        update_docs(run.sections)
        if run.rows:
            update_docs({"headline": tables.headline(run.rows)}, README)
    for text in run.differing:
        print(f"the truth differs from mpmath: {text}", file=sys.stderr)
    return int(bool(run.differing))


if __name__ == "__main__":
    sys.exit(main())
