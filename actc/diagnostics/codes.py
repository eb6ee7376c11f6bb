"""The table of codes: the program, ``actc explain`` and the documentation read the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """An error stops the build; a warning does not, unless ``--strict`` and not accepted."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding. ``example`` is a whole activation file (or a command) that has it."""

    code: str  # "ACT101"
    severity: Severity
    title: str  # "unknown key"
    explanation: str  # what it means and what to do, a few sentences
    example: str  # YAML text that is reported with this code; "" only where a file cannot show it


def _table() -> dict[str, Code]:
    from actc.diagnostics import codes_build, codes_format, codes_meaning

    rows = [*codes_format.ROWS, *codes_meaning.ROWS, *codes_build.ROWS]
    table = {row.code: row for row in rows}
    if len(table) != len(rows):
        raise ValueError("a diagnostic code is listed twice")
    return dict(sorted(table.items()))


CODES: dict[str, Code] = {}
CODES.update(_table())
