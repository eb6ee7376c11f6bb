"""How long the compiler takes: to start, for a cold build, for one in which nothing changed, and to import the result.

    python benchmarks/compiler.py                    # all of it: about ten minutes on two cores
    python benchmarks/compiler.py --sizes 10,40      # a first look

Cold builds are of so many shipped activations, chosen evenly, each in a file of its own, with an empty cache. Every
figure is of a process of its own; times are of the wall clock, the median of several where that is quick, and memory is
the greatest resident size of any one process of the build. Nothing else should run beside it.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from shipped import Entry, entries  # noqa: E402 - found by the path above

SIZES = (10, 100, 400)
_STARTS, _REBUILDS, _IMPORTS = 11, 5, 3
_IMPORT = "import time; a = time.perf_counter(); import {}; print(time.perf_counter() - a)"
_AFTER = "import tensorflow, keras; " + _IMPORT


@dataclass(frozen=True)
class Cold:
    """A build of many activations that nothing was known of."""

    count: int
    seconds: float
    megabytes: float  # the largest process

    @property
    def each(self) -> float:
        """Seconds of an activation."""
        return self.seconds / self.count


def chosen(count: int) -> list[Entry]:
    """So many of the shipped activations, evenly; all of them where there are no more."""
    every = list(entries())
    if count >= len(every):
        return every
    return [every[i * len(every) // count] for i in range(count)]


def write(sources: Sequence[Entry], folder: Path) -> None:
    """Each as a file of its own."""
    folder.mkdir(parents=True)
    for entry in sources:
        (folder / f"{entry.name}.yaml").write_text(entry.text, "utf-8")


def run(arguments: Sequence[str], home: Path) -> float:
    """Seconds that the command took. Raises CalledProcessError where it fails."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(home / "cache"), "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "actc", *arguments], cwd=home, env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - start


def cold(count: int, home: Path) -> Cold:
    """A build with an empty cache, in a folder that is new."""
    sources = chosen(count)
    write(sources, home / "activations")
    seconds = run(["build", "--quiet"], home)
    return Cold(len(sources), seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def imported(code: str, home: Path) -> float:
    """The seconds that a program in a process of its own prints, the median of several."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    found = []
    for _ in range(_IMPORTS):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=home, env=environment, check=True, capture_output=True, text=True
        )
        found.append(float(done.stdout))
    return statistics.median(found)


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description="Time the compiler.")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="how many activations are built, ascending")
    sizes = sorted(int(size) for size in parser.parse_args().sizes.split(","))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        starts = statistics.median(run(["--version"], home) for _ in range(_STARTS))
        print(f"actc --version: {starts:.2f} s", flush=True)
        for size in sizes:
            place = home / f"build{size}"
            place.mkdir()
            built = cold(size, place)
            print(
                f"cold build of {built.count}: {built.seconds:.1f} s, {built.each:.2f} s each, "
                f"at most {built.megabytes:.0f} MiB in a process",
                flush=True,
            )
            again = statistics.median(run(["build", "--quiet"], place) for _ in range(_REBUILDS))
            print(f"unchanged build of {built.count}: {again:.2f} s", flush=True)
            print(f"import of {built.count}, after TensorFlow's: {imported(_AFTER.format('generated'), place):.2f} s")
        print(f"import of TensorFlow and Keras: {imported(_IMPORT.format('tensorflow, keras'), home):.2f} s")


if __name__ == "__main__":
    main()
