"""Text that may safely reach a terminal, and how wide it is there."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# Control, format (which turn the direction of writing), surrogate, unassigned and the separators of lines.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_TAB = 4
_CHARACTERS_PER_COLUMN = 4  # shown at most, where characters have no width of their own


def visible(text: str, *, keep: str = "") -> str:
    """The text with every character that a terminal would obey, hide or reorder by replaced by its escape."""
    return "".join(c if c in keep else cell(c) for c in text)


def cell(character: str) -> str:
    """One character as it is shown."""
    if character.isascii() and character.isprintable():
        return character
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(shown: str) -> int:
    """How many columns a terminal gives to visible text."""
    return sum(_columns(c) for c in shown)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@dataclass(frozen=True, slots=True)
class Snippet:
    """A source line with a stretch of it marked."""

    line: str  # visible, perhaps cut at either end
    before: int  # columns up to the mark
    marked: int  # columns of the mark, at least one


def snippet(line: str, column: int, length: int, limit: int = 110) -> Snippet:
    """The line around the ``length`` characters from ``column`` (from 1), in at most about ``limit`` columns."""
    column = min(max(column - 1, 0), len(line))
    # Nothing further off can be shown, but for characters without width: a line may be millions of characters long, and
    # have a thousand mistakes.
    away = _CHARACTERS_PER_COLUMN * limit
    skipped = max(column - away, 0)
    near = line[skipped : column + away]
    cells = [" " * _TAB if c == "\t" else cell(c) for c in near]
    start = column - skipped
    end = min(start + max(length, 1), len(cells))
    first, last = _window([width(c) for c in cells], start, limit)
    end = min(end, last)
    left = "…" if skipped + first > 0 else ""
    right = "…" if skipped + last < len(line) else ""
    before = width(left) + sum(width(c) for c in cells[first:start])
    marked = sum(width(c) for c in cells[start:end])
    return Snippet(left + "".join(cells[first:last]) + right, before, max(marked, 1))


def _window(widths: list[int], start: int, limit: int) -> tuple[int, int]:
    """The stretch of characters to show: all of them, or what is near the mark."""
    if sum(widths) <= limit:
        return 0, len(widths)
    first, room = start, limit // 2
    while first > 0 and room > 0:
        first -= 1
        room -= widths[first]
    last, room = first, limit
    while last < len(widths) and room > 0:
        room -= widths[last]
        last += 1
    return first, last


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours, or none."""

    on: bool

    def error(self, text: str) -> str:
        return self._wrap("1;31", text)

    def warning(self, text: str) -> str:
        return self._wrap("1;33", text)

    def good(self, text: str) -> str:
        return self._wrap("32", text)

    def help(self, text: str) -> str:
        return self._wrap("36", text)

    def dim(self, text: str) -> str:
        return self._wrap("2", text)

    def bold(self, text: str) -> str:
        return self._wrap("1", text)

    def _wrap(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.on else text
