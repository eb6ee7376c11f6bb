"""Warnings that the author has seen and accepts, with the reason."""

from __future__ import annotations

from dataclasses import replace

from actc.diagnostics import DiagnosticLog
from actc.model.spec import ActivationSpec


def accept(spec: ActivationSpec, log: DiagnosticLog) -> None:
    """Mark each warning that the file accepts, and report the acceptance of one that does not occur."""
    reasons = {named.name.value: named for named in spec.accept}
    occurred = {d.code for d in log.found}
    log.found[:] = [
        replace(d, accepted=reasons[d.code].value.value) if d.code in reasons and not d.is_error else d
        for d in log.found
    ]
    if log.has_errors:
        return  # what was not looked at may yet occur
    for code, named in reasons.items():
        if code not in occurred:
            message = f"`{code}` is accepted but does not occur"
            log.report("ACT320", named.name.location, message, "remove it", len(code))
