"""Attacks the verdicts on claims with random activations, right claims and wrong ones.

    python tests/attack_claims.py --examples 20000 --seed 1 --out attack.jsonl

A line of the file is one activation with its claims; a run that was stopped goes on where it was. Failures are printed
in their smallest form found, and the counts at the end.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from random import Random

ROOT = Path(__file__).absolute().parent
sys.path[:0] = [str(ROOT.parent), str(ROOT)]

from attack.battle import CRASH, Outcome, claims, judged  # noqa: E402 - found by the line above
from attack.report import Tally  # noqa: E402
from attack.shrink import shrunk  # noqa: E402


def round_of(seed: int) -> list[Outcome]:
    """One activation, with all the claims made for it; failures are shrunk."""
    found: list[Outcome] = []
    for field, claim in claims(Random(seed)):  # noqa: S311 - repeatable, no secret
        outcome = judged(field, claim)
        found.append(shrunk(field, claim, outcome) if outcome.failure not in ("", CRASH) else outcome)
    return found


def _matters(outcome: Outcome) -> bool:
    """Whether it is kept in full: failures, and right claims that were not proved."""
    return bool(outcome.failure) or (outcome.truth == "right" and outcome.verdict != "proved")


def main() -> int:
    """Returns 0 where no verdict was false."""
    parser = argparse.ArgumentParser(description="Attack the verdicts on claims with random activations.")
    parser.add_argument("--examples", type=int, default=1000, help="claims to judge, at least (default 1000)")
    parser.add_argument("--seed", type=int, default=1, help="of the first activation (default 1)")
    parser.add_argument(
        "--out", type=Path, default=Path("attack.jsonl"), help="results, and where to go on (default attack.jsonl)"
    )
    given = parser.parse_args()
    tally, done = Tally(), set[int]()
    if given.out.exists():
        for line in given.out.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            done.add(record["seed"])
            tally.seconds += record["seconds"]
            tally.add([Outcome(**outcome) for outcome in record["outcomes"]])
    seed = given.seed * 1_000_000
    with given.out.open("a", encoding="utf-8") as out:
        while tally.examples < given.examples:
            if seed not in done:
                start = time.process_time()
                outcomes = round_of(seed)
                seconds = time.process_time() - start
                tally.seconds += seconds
                tally.add(outcomes)
                kept = [
                    asdict(o) if _matters(o) else asdict(o) | {"document": "", "detail": "", "witness": ""}
                    for o in outcomes
                ]
                out.write(json.dumps({"seed": seed, "seconds": round(seconds, 3), "outcomes": kept}) + "\n")
                out.flush()
                for outcome in outcomes:
                    if outcome.failure:
                        said = f"{outcome.kind}; {outcome.witness}; {outcome.detail}"
                        print(f"\n--- {seed}: {outcome.failure} ({said})\n{outcome.document}", flush=True)
            seed += 1
    print(tally.text())
    return 1 if tally.false else 0


if __name__ == "__main__":
    sys.exit(main())
