"""How messages name what an author wrote, and what they suggest instead."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 60


def quoted(text: str) -> str:
    """The text in backticks: on one line, printable, and cut where it is long."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    return f"`{printable}`"


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that the name most resembles, None where it resembles none.

    Case and the choice of ``-``, ``_`` and spaces do not count. Ties go to the first in alphabetical order.
    """
    if len(name) > _SHOWN:  # the comparison is quadratic, and nothing in the language is as long
        return None
    plain = {_plain(c): c for c in sorted(candidates, reverse=True)}
    matches = get_close_matches(_plain(name), plain, n=1, cutoff=0.6)
    return plain[matches[0]] if matches else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """Help that names the nearest candidate, None where there is none."""
    match = nearest(name, candidates)
    return None if match is None else f"did you mean {quoted(match)}?"


def listed(names: Iterable[str]) -> str:
    """The names in backticks, joined by commas."""
    return ", ".join(f"`{name}`" for name in names)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")
