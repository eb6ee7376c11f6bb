"""What is known about signs: a system of equations over the field with two elements.

The sign of a product is the sum of its factors' signs (0 for plus, 1 for minus), so "x*(x - 1) is positive" is a linear
equation. Signs are meant almost everywhere: a factor may vanish on its boundary.
"""

from __future__ import annotations

from collections.abc import Iterable


class Contradiction(Exception):  # noqa: N818 - steers the search, no error
    """No point has these signs."""


class Facts:
    """Signs of factors, each factor named by a text."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}
        self._rows: dict[int, tuple[int, int]] = {}  # leading bit -> (which factors, their sum), fully reduced

    def assume(self, factors: Iterable[str], negative: bool) -> None:
        """Let the product of the factors have this sign. Raises Contradiction where it is known to have the other."""
        mask, bit = self._reduced(self._mask(factors), int(negative))
        if not mask:
            if bit:
                raise Contradiction
            return
        lead = mask.bit_length()
        for key, (other, value) in list(self._rows.items()):
            if other >> (lead - 1) & 1:
                self._rows[key] = (other ^ mask, value ^ bit)
        self._rows[lead] = (mask, bit)

    def sign(self, factors: Iterable[str]) -> int | None:
        """The sign of the product of the factors where it follows."""
        mask, bit = self._reduced(self._mask(factors), 0)
        return None if mask else (-1 if bit else 1)

    def settled(self) -> dict[str, int]:
        """Every single factor whose sign is known."""
        return {name: known for name in self._index if (known := self.sign((name,))) is not None}

    def _mask(self, factors: Iterable[str]) -> int:
        mask = 0
        for name in factors:
            mask ^= 1 << self._index.setdefault(name, len(self._index))
        return mask

    def _reduced(self, mask: int, bit: int) -> tuple[int, int]:
        for lead in sorted(self._rows, reverse=True):
            if mask >> (lead - 1) & 1:
                other, value = self._rows[lead]
                mask, bit = mask ^ other, bit ^ value
        return mask, bit
