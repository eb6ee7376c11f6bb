"""The characters of a source file and their lines and columns."""

from __future__ import annotations

import codecs
import hashlib
import re
from bisect import bisect_right

from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.scalar_places import offsets
from actc.frontend.wording import quoted
from actc.model.spec import Text

SIZE_LIMIT = 4 * 1024 * 1024  # bytes

# YAML's own set, without the surrogates, which UTF-8 cannot spell.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("\r\n|\n|\r")  # what editors count as lines; YAML's further breaks are not


class SourceText:
    """A decoded file. Lines end in LF, CR or CRLF; a leading byte order mark is no character of the first line."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._lines = [0, *(match.end() for match in _BREAK.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of the character at the offset, both from 1."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def location(self, offset: int) -> Location:
        """The place of the character at the offset, for a diagnostic."""
        return Location(self.file, *self.place(offset))

    def line_start(self, offset: int) -> int:
        """The offset at which the line of the given offset starts."""
        return self._lines[bisect_right(self._lines, offset) - 1]

    def scalar(self, value: str, start: int, end: int, style: str | None) -> Text:
        """The value of the YAML scalar that stands between two offsets, with the place of each of its characters."""
        found = offsets(self.text, start, end, style, value) if value else [start]
        first, last = self.place(found[0]), self.place(found[-1])
        together = found == list(range(found[0], found[-1] + 1)) and first[0] == last[0]
        return Text(value, Location(self.file, *first), () if together else tuple(map(self.place, found)))


def digest(data: bytes) -> str:
    """A hash of a file that is the same for every byte order mark and line end that a checkout may give it."""
    text = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return f"sha256:{hashlib.sha256(text).hexdigest()}"


def decode(file: str, data: bytes, log: DiagnosticLog) -> SourceText | None:
    """The file's text. What is too large, not UTF-8 or holds a character that YAML forbids is reported; None then."""
    if len(data) > SIZE_LIMIT:
        log.report("ACT103", Location(file, 1, 1), f"the file has {len(data):,} bytes; the limit is {SIZE_LIMIT:,}")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        # The offset counts from after a byte order mark, as what comes before it does here.
        before = SourceText(file, problem.object[: problem.start].decode("utf-8-sig"))
        byte = problem.object[problem.start]
        log.report(
            "ACT101",
            before.location(len(before.text)),
            f"the file is not UTF-8: byte 0x{byte:02x} starts no character here",
            "save the file as UTF-8",
        )
        return None
    source = SourceText(file, text)
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        log.report(
            "ACT102",
            source.location(forbidden.start()),
            f"the character {quoted(forbidden.group())} may not stand in YAML",
        )
        return None
    return source
