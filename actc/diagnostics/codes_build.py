"""ACT4xx: the build, its sources, its configuration and its output."""

from __future__ import annotations

from actc.diagnostics.codes import Code, Severity

ROWS: list[Code] = []


def _error(code: str, title: str, explanation: str, example: str) -> None:
    ROWS.append(Code(code, Severity.ERROR, title, explanation, example))
