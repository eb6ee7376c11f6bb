"""Counts of outcomes, as a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attack.battle import CRASH, FALSE_PROOF, FALSE_REFUTATION, MISSED, THIN_PROOF, UNCONFIRMED, Outcome


class Tally:
    """What a run came to."""

    def __init__(self) -> None:
        self.examples, self.seconds = 0, 0.0
        self.verdicts: Counter[tuple[str, str]] = Counter()  # (truth, verdict)
        self.failures: Counter[str] = Counter()

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Counts them."""
        for outcome in outcomes:
            self.examples += 1
            self.verdicts[outcome.truth, outcome.verdict] += 1
            if outcome.failure:
                self.failures[outcome.failure] += 1

    @property
    def false(self) -> int:
        """How many verdicts were not true, crashes included."""
        return sum(self.failures[kind] for kind in (FALSE_PROOF, THIN_PROOF, FALSE_REFUTATION, CRASH))

    def text(self) -> str:
        """A table."""
        lines = [f"{self.examples} claims, {self.seconds / max(1, self.examples):.3f} s of processor time each"]
        for truth in ("right", "wrong", "unknown"):
            row = {verdict: n for (of, verdict), n in sorted(self.verdicts.items()) if of == truth}
            total = sum(row.values())
            shares = ", ".join(f"{verdict} {n} ({100 * n / total:.2f} %)" for verdict, n in row.items())
            lines.append(f"{truth}: {total}{': ' if row else ''}{shares}")
        lines += [
            f"{kind}: {self.failures[kind]}"
            for kind in (FALSE_PROOF, THIN_PROOF, FALSE_REFUTATION, CRASH, UNCONFIRMED, MISSED)
        ]
        return "\n".join(lines)
