"""Fuzzes one target, guided by the branches of actc that an input reaches, and prints the figures.

    python -m tests.fuzz loader --seconds 600 --corpus FOLDER

libFuzzer runs through atheris, in a process that is started anew after a number of inputs, since what the compiler
remembers of expressions is never forgotten. An input that raises, or takes longer than ``--timeout`` seconds, is kept
in ``FOLDER/TARGET-found`` and the run goes on. Exits with 1 if there was one.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

from .seeds import write_dictionary, write_seeds

RUNS = {"loader": 200_000, "parser": 400_000, "check": 1_500}  # inputs of one process


def main(argv: list[str]) -> int:
    options = _options(argv)
    folder: Path = options.corpus
    corpus, found = folder / options.target, folder / f"{options.target}-found"
    for one in (corpus, found):
        one.mkdir(parents=True, exist_ok=True)
    write_seeds(options.target, corpus)
    words = write_dictionary(folder / "words.txt")
    began, executed, coverage, known = time.monotonic(), 0, 0, len(list(found.iterdir()))
    while (left := options.seconds - (time.monotonic() - began)) > 1:
        command = [sys.executable, "-m", "tests.fuzz.harness", options.target, str(corpus)]
        command += [f"-max_total_time={int(left) or 1}", f"-runs={RUNS[options.target]}", f"-dict={words}"]
        command += [f"-timeout={options.timeout}", "-rss_limit_mb=6000", f"-artifact_prefix={found}/", "-max_len=1200"]
        command += ["-report_slow_units=100000", "-print_final_stats=1", f"-seed={options.seed + executed}"]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        executed += int((re.findall(r"stat::number_of_executed_units: *(\d+)", done.stderr) or [0])[-1])
        coverage = max([coverage, *map(int, re.findall(r"cov: (\d+)", done.stderr))])
        if done.returncode and not (late := len(list(found.iterdir()))) > known:
            print(done.stderr[-3000:], file=sys.stderr)  # the harness itself failed
            return 2
        known = late if done.returncode else known
    inputs = len(list(corpus.iterdir()))
    seconds = time.monotonic() - began
    failures = sorted(path.name for path in found.iterdir())
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = usage.ru_utime + usage.ru_stime
    print(f"{options.target}: {executed} inputs in {seconds:.0f} s ({worked:.0f} s of processor time), ", end="")
    print(f"{coverage} branches, corpus of {inputs}", end="; ")
    print(f"{len(failures)} failures {' '.join(failures)}")
    return bool(failures)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=list(RUNS))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--timeout", type=int, default=60, help="seconds that one input may take")
    parser.add_argument("--corpus", type=Path, required=True, help="where inputs are kept, and used again")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
