"""What a slip is, and what it is made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from attack.points import domains, inside
from attack.subject import Subject
from attack.terms import (
    Term,
    places,
)


@dataclass(frozen=True)
class Slip:
    """A claim that is meant to be wrong."""

    kind: str
    claim: Term
    hints: list[dict[str, Fraction]] = field(default_factory=list)


Maker = Callable[["Scene"], Slip | None]


@dataclass
class Scene:
    """What a slip is made from."""

    subject: Subject
    by: str
    claim: Term
    random: Random

    def inputs(self) -> list[str]:
        return list(self.subject.inputs)

    def free_parameters(self) -> list[str]:
        return [n for n, (_, d) in self.subject.parameters.items() if not d.endswith("integer")]

    def any_part(self, wanted: Callable[[Term], bool]) -> tuple[int, ...] | None:
        found = places(self.claim, wanted)
        return self.random.choice(found) if found else None

    def value_for(self, name: str) -> Fraction:
        domain = domains(self.subject)[name]
        r = self.random
        for _ in range(40):
            value = Fraction(
                r.choice(
                    (
                        "0",
                        "1",
                        "-1",
                        "2",
                        "-2",
                        "3",
                        "0.5",
                        "-0.5",
                        "7/3",
                        "-1.7",
                        "1.2345",
                        "60",
                        "-60",
                        "80",
                        "0.01",
                        "17",
                        "-9",
                        "100",
                        "-250",
                        "1/3",
                        "0.3333",
                        "5",
                        "2.5",
                    )
                )
            )
            if inside(value, domain):
                return value
        return Fraction(1, 2)
