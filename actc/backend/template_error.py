"""What is wrong with a template of the user's."""

from __future__ import annotations

from pathlib import Path

from actc.diagnostics import Diagnostic, Location

TEMPLATE_ERROR = "ACT412"


class TemplateError(Exception):
    """A template of the user's is wrong: the file, the line from 1, and why."""

    def __init__(self, file: Path, line: int, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.message = message
        self.help = help

    @property
    def diagnostic(self) -> Diagnostic:
        """The mistake as it is reported; its file is given in full."""
        return Diagnostic(TEMPLATE_ERROR, Location(str(self.file), self.line, 1), self.message, self.help)
