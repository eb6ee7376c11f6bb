"""Counted work: what stops a search is a number of steps, never the clock."""

from __future__ import annotations


class GaveUp(Exception):  # noqa: N818 - steers the search, no error
    """The counted work is used up, or a form grew too large."""


class Work:
    """A count of elementary steps with a limit."""

    __slots__ = ("left",)

    def __init__(self, limit: int) -> None:
        self.left = limit

    def spend(self, steps: int) -> None:
        """Count the steps. Raises GaveUp where none are left."""
        self.left -= steps
        if self.left < 0:
            raise GaveUp
