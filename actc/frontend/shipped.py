"""The shipped activations, resolved: what others are compared with."""

from __future__ import annotations

from actc import resources
from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.model.activation import Activation


def shipped_activations() -> tuple[Activation, ...]:
    """All of them, by file and then in the order of the file; one that is damaged is left out.

    Raises FileNotFoundError where the folder is missing.
    """
    found: list[Activation] = []
    for path in sorted(resources.activations().glob("*.yaml")):
        log = DiagnosticLog()
        resolved = [resolve(spec, log) for spec in load(path.name, path.read_bytes(), log)]
        found.extend(activation for activation in resolved if activation is not None)
    return tuple(found)
