"""What an activation has in common with one that ships with the compiler."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relative:
    """A shipped activation that this one equals, as was proved: for all its parameters, or for some values of them."""

    name: str  # of the shipped one: "swish"
    relation: str  # "equals swish with beta = 1/t"
    always: bool  # whether it holds for every value of this one's parameters
    at: tuple[tuple[str, str], ...]  # this one's parameters for which it holds: (("beta", "1"),)
    parameters: tuple[tuple[str, str], ...]  # the shipped one's, in terms of this one's: (("beta", "1/t"),)
