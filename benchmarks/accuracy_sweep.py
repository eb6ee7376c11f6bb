"""How accurate the programs for activation files are, in simulated arithmetic: ``accuracy_sweep.py FILE...``.

Prints each value or gradient that is not within the contract with its worst place, and the totals: how many
activations are within it, how many have results that are not finite, how many miss a limit at an infinite input, and
the seconds that finding the programs took.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from actc.calculus.analyse import analyse
from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.model.verdict import Gradients
from actc.numerics.formats import BFLOAT16, FLOAT16
from actc.numerics.halves import HALF_TARGET, half_errors
from actc.numerics.shortfall import report_shortfalls
from actc.numerics.stabilise import stabilise_measured


def analysed(paths: list[Path], every: int) -> Iterator[Gradients]:
    """The activations of the files that are right, each ``every``-th of them."""
    for path in paths:
        for spec in load(path.name, path.read_bytes(), DiagnosticLog())[::every]:
            log = DiagnosticLog()
            activation = resolve(spec, log)
            gradients = None if activation is None else analyse(activation, log)
            if gradients is not None and not log.has_errors:
                yield gradients


def print_halves(exact: Gradients, programs: Gradients) -> None:
    """The worst errors in the half types of values and gradients that are off by more than one ULP."""
    pairs = [("the value", exact.value, programs.value)]
    for before, after in zip(exact.gradients, programs.gradients, strict=True):
        pairs.append((f"the gradient by {before.variable}", before.expr, after.expr))
    for what, expr, program in pairs:
        for form in (BFLOAT16, FLOAT16):
            worst = max(half_errors(expr, program, exact.activation, form), default=0.0)
            if worst > HALF_TARGET:
                print(f"{exact.activation.name}: {what} is off by {worst:.3g} ULP in {form.name}", flush=True)


def main() -> None:
    """Measure the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--halves", action="store_true", help="judge float16 and bfloat16 too, at all their numbers")
    parser.add_argument("--every", type=int, default=1, help="only each N-th activation")
    options = parser.parse_args()
    seconds: list[float] = []
    short = infinite = limits = 0
    for gradients in analysed(options.files, options.every):
        start = time.process_time()
        found = stabilise_measured(gradients)
        seconds.append(time.process_time() - start)
        if options.halves:
            print_halves(gradients, found.gradients)
        log = DiagnosticLog()
        report_shortfalls(found, log)
        short += bool(log.found)
        infinite += any(a.nonfinite for a in found.accuracy)
        limits += any(m.missed for m in found.measured)
        for diagnostic in log.found:
            print(f"{gradients.activation.name}: {diagnostic.message}", flush=True)
    seconds.sort()
    if seconds:
        print(
            f"{len(seconds)} activations, {len(seconds) - short} within the contract, {infinite} with results not "
            f"finite, {limits} without a limit at an infinite input; "
            f"{seconds[len(seconds) // 2]:.2f} s in the median, {seconds[-1]:.1f} s at most"
        )


if __name__ == "__main__":
    main()
