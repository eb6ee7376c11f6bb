"""ACT2xx: what an activation says is wrong (errors). ACT3xx: it may not be what is meant (warnings)."""

from __future__ import annotations

from actc.diagnostics.codes import Code, Severity

ROWS: list[Code] = []


def _error(code: str, title: str, explanation: str, example: str) -> None:
    ROWS.append(Code(code, Severity.ERROR, title, explanation, example))


def _warning(code: str, title: str, explanation: str, example: str) -> None:
    ROWS.append(Code(code, Severity.WARNING, title, explanation, example))
