"""From which character of the file each character of a YAML scalar came.

PyYAML tells where a scalar starts and ends, not how quoting, escapes, folding and indentation moved its characters.
Each style is walked again here by the rules of YAML 1.1, sections 9.1 to 9.3, as PyYAML reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

BREAKS = "\r\n\x85\u2028\u2029"
_BLANKS = " \t"
_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}

# A character of the value, None where it is an escape, and its offset in the file.
_Step: TypeAlias = tuple[str | None, int]


def offsets(source: str, start: int, end: int, style: str | None, value: str) -> list[int]:
    """The offset in ``source`` of each character of ``value``, the scalar that stands from ``start`` to ``end``.

    ``style`` is PyYAML's: None for a plain scalar, else its indicator. Should the walk ever disagree with the value,
    every character is placed at the start: a caret on the wrong character of a scalar is worse than one before it.
    """
    walks: list[Callable[[], Iterator[_Step]]]
    if style in ("|", ">"):
        first = _after_line(source, start)
        detected = _indentation(source, first)
        # An explicit indentation indicator counts from the parent, which is not known here: the value decides.
        walks = [
            lambda indent=indent: _block(source, first, end, style == ">", indent)  # type: ignore[misc]
            for indent in [detected, *range(1, detected)]
        ]
    elif style in ("'", '"'):
        walks = [lambda: _flow(source, start + 1, end - 1, style)]
    else:
        walks = [lambda: _flow(source, start, end, "")]
    for walk in walks:
        found = _matching(walk(), value)
        if found is not None:
            return found
    return [start] * len(value)


def _matching(steps: Iterator[_Step], value: str) -> list[int] | None:
    """The offsets of the steps where they spell the value. Steps beyond its end are breaks that were chomped."""
    found: list[int] = []
    for character, offset in steps:
        if len(found) == len(value):
            break
        if character is not None and character != value[len(found)]:
            return None
        found.append(offset)
    return found if len(found) == len(value) else None


def _flow(source: str, start: int, end: int, quote: str) -> Iterator[_Step]:
    """Plain and quoted scalars: lines are folded, the blanks around a line break dropped."""
    at = start
    while at < end:
        character = source[at]
        if character in _BLANKS or character in BREAKS:
            after = _skip(source, at, end, _BLANKS + BREAKS)
            breaks = list(_breaks(source, at, after))
            if not breaks:
                yield from ((source[i], i) for i in range(at, after))
            elif breaks[0][0] != "\n":
                yield from breaks
            elif len(breaks) == 1:
                yield " ", breaks[0][1]
            else:
                yield from breaks[1:]
            at = after
        elif quote == "'" and character == "'":
            yield "'", at
            at += 2
        elif quote == '"' and character == "\\":
            if source[at + 1] in BREAKS:
                after = _skip(source, at + 1, end, _BLANKS + BREAKS)
                yield from list(_breaks(source, at + 1, after))[1:]
                at = after
            else:
                yield None, at
                at += _ESCAPE_LENGTHS.get(source[at + 1], 2)
        else:
            yield character, at
            at += 1


def _block(source: str, first: int, end: int, folded: bool, indent: int) -> Iterator[_Step]:
    """Literal and folded scalars, whose content starts in column ``indent`` of each line."""
    empty: list[_Step] = []  # the breaks of empty lines since the last line of text
    last: list[_Step] = []  # the break of that line
    joinable = False  # whether that line may be folded into the next
    line = first
    while line < end:
        stop = line
        while stop < len(source) and source[stop] not in BREAKS:
            stop += 1
        following = _after_line(source, stop)
        ending: list[_Step] = list(_breaks(source, stop, following))
        content = _skip(source, line, min(stop, line + indent), " ")
        if content == stop:
            empty += ending
        elif content < line + indent:
            break
        else:
            unindented = source[content] not in _BLANKS
            if folded and joinable and unindented:
                if not empty:
                    yield " ", last[0][1]
            else:
                yield from last
            yield from empty
            yield from ((source[i], i) for i in range(content, stop))
            empty, last = [], ending
            joinable = unindented and bool(ending) and ending[0][0] == "\n"
        if not ending:
            break
        line = following
    yield from last
    yield from empty


def _indentation(source: str, first: int) -> int:
    """The indentation that PyYAML detects: the deepest column before the first character of text."""
    deepest = column = 0
    for at in range(first, len(source)):  # a slice would copy the rest of the file for each block
        if source[at] in BREAKS:
            column = 0
        elif source[at] == " ":
            column += 1
            deepest = max(deepest, column)
        else:
            break
    return max(1, deepest)


def _after_line(source: str, at: int) -> int:
    """The offset of the line after the one in which ``at`` lies."""
    while at < len(source) and source[at] not in BREAKS:
        at += 1
    return at + (2 if source.startswith("\r\n", at) else 1 if at < len(source) else 0)


def _skip(source: str, at: int, end: int, characters: str) -> int:
    while at < end and source[at] in characters:
        at += 1
    return at


def _breaks(source: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The line breaks between two offsets, as YAML normalises them."""
    at = start
    while at < end:
        if source[at] in BREAKS:
            yield (source[at] if source[at] in "\u2028\u2029" else "\n"), at
            at += 2 if source.startswith("\r\n", at) else 1
        else:
            at += 1
