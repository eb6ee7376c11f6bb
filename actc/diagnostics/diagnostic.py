"""Where something is, what is wrong with it, and the log that collects both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from actc.diagnostics.codes import CODES, Severity


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a source file. Lines and columns count from 1, columns in characters."""

    file: str  # as it was found, e.g. "activations/swish.yaml"; "" where there is no file
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. ``length`` is how many characters of the line the caret underlines (at least one)."""

    code: str  # "ACT201", a key of CODES
    location: Location
    message: str
    help: str | None = None
    length: int = 1
    accepted: str | None = None  # the author's reason, where the file accepts this warning

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass(slots=True)
class DiagnosticLog:
    """Collects findings in the order in which they were made; every stage goes on as far as it can."""

    found: list[Diagnostic] = field(default_factory=list)

    def report(self, code: str, location: Location, message: str, help: str | None = None, length: int = 1) -> None:
        """Add a finding. Raises KeyError for a code that the table does not list."""
        CODES[code]
        self.found.append(Diagnostic(code, location, message, help, max(1, length)))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.found.extend(diagnostics)

    @property
    def has_errors(self) -> bool:
        return any(d.is_error for d in self.found)


class ActivationError(Exception):
    """Raised by the Python API where the command line would exit 1; ``diagnostics`` says why, in full."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(f"{d.location}: {d.code} {d.message}" for d in self.diagnostics))
