"""Diagnostics for people: the place, the message, the source line with a caret, and help."""

from __future__ import annotations

import re
from collections.abc import Mapping

from actc.diagnostics import Diagnostic, Severity
from actc.project.check import effective_severity
from actc.reporting.terminal import Palette, snippet, visible

_BREAK = re.compile("\r\n|\n|\r")


class DiagnosticPrinter:
    """Renders diagnostics against the bytes of the files that they speak of.

    ``strict`` shows warnings that are not accepted as the errors that they are under ``--strict``.
    """

    def __init__(self, sources: Mapping[str, bytes], palette: Palette, *, strict: bool = False) -> None:
        self._sources = sources
        self._lines: dict[str, list[str]] = {}
        self._palette = palette
        self._strict = strict

    def render(self, found: Diagnostic) -> str:
        """The diagnostic in a few lines, without a newline at the end."""
        where = found.location
        head = f"{visible(where.file)}:{where.line}:{where.column}: " if where.file else "actc: "
        parts = [self._palette.bold(head) + self._label(found) + " " + visible(found.message)]
        parts.extend(self._excerpt(found))
        if found.help:
            parts.append(f"  {self._palette.help('help:')} {visible(found.help)}")
        return "\n".join(parts)

    def render_accepted(self, found: Diagnostic) -> str:
        """One line on a warning that the file accepts."""
        where = found.location
        head = f"{visible(where.file)}:{where.line}:{where.column}: "
        reason = visible(found.accepted or "")
        return f"{head}accepted[{found.code}] {visible(found.message)} ({reason})"

    def _label(self, found: Diagnostic) -> str:
        severity = effective_severity(found, strict=self._strict)
        text = f"{severity.value}[{found.code}]"
        return self._palette.error(text) if severity is Severity.ERROR else self._palette.warning(text)

    def _excerpt(self, found: Diagnostic) -> list[str]:
        lines = self._source(found.location.file)
        if not 1 <= found.location.line <= len(lines):
            return []
        shown = snippet(lines[found.location.line - 1], found.location.column, found.length)
        number = f"{found.location.line:>5}"
        gutter = " " * len(number)
        caret = " " * shown.before + "^" * shown.marked
        colour = self._palette.error if effective_severity(found, strict=self._strict) is Severity.ERROR else None
        return [
            f"{self._palette.dim(f'{number} |')} {shown.line}".rstrip(),
            f"{self._palette.dim(f'{gutter} |')} {(colour or self._palette.warning)(caret)}",
        ]

    def _source(self, file: str) -> list[str]:
        if file not in self._lines:
            data = self._sources.get(file, b"")
            text = data.decode("utf-8-sig", errors="replace")
            self._lines[file] = _BREAK.split(text) if data else []
        return self._lines[file]
