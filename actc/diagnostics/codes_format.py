"""ACT1xx: the file is not an activation file, or an expression is not in the language."""

from __future__ import annotations

from actc.diagnostics.codes import Code, Severity

ROWS: list[Code] = []


def _error(code: str, title: str, explanation: str, example: str) -> None:
    ROWS.append(Code(code, Severity.ERROR, title, explanation, example))
