"""A command that was misused, as against an activation that is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UsageError(Exception):
    """A bad flag, a missing path or a bad configuration: the command says ``message`` and exits 2."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    found = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The suggestion as a sentence, None where nothing is near."""
    word = nearest(word, known) or ""
    return f"did you mean `{word}`?" if word else None
