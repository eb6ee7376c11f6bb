"""Diagnostics are values: a code, a place, one terse message and, where there is something to suggest, help."""

from actc.diagnostics.codes import CODES, Code, Severity
from actc.diagnostics.diagnostic import ActivationError, Diagnostic, DiagnosticLog, Location

__all__ = ["CODES", "ActivationError", "Code", "Diagnostic", "DiagnosticLog", "Location", "Severity"]
