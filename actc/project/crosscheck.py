"""What must be unique in a whole build: names, layers' names and aliases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actc.diagnostics import Diagnostic, DiagnosticLog, Location
from actc.model.compiled import ActivationReport, CompiledFile, Declared


@dataclass(frozen=True, slots=True)
class Taken:
    """A name that a module holds which this build leaves in place."""

    name: str  # "swish", "Swish" or an alias
    owner: str  # "generated/gates.py"


def cross_check(files: Iterable[CompiledFile], kept: Iterable[Taken] = ()) -> list[Diagnostic]:
    """A finding for every name that is taken already, at the later of the two places."""
    log = DiagnosticLog()
    names: dict[str, str] = {taken.name: taken.owner for taken in kept}
    for compiled in sorted(files, key=lambda f: f.file):
        for report in compiled.activations:
            _check_name(report, names, log)
            _check_layer(report, names, log)
            for alias in report.aliases:
                _check_alias(report, alias, names, log)
    return log.found


def _check_name(report: ActivationReport, names: dict[str, str], log: DiagnosticLog) -> None:
    name = report.name
    owner = names.setdefault(name.name, _place(name.location))
    if owner != _place(name.location):
        log.report("ACT404", name.location, f"`{name.name}` is taken, by {owner}", _RENAME, len(name.name))


def _check_layer(report: ActivationReport, names: dict[str, str], log: DiagnosticLog) -> None:
    name, layer = report.name, report.layer_name
    owner = names.setdefault(layer, _place(name.location))
    if owner != _place(name.location) and not any(d.location == name.location for d in log.found):
        message = f"the layer's name `{layer}` is taken, by {owner}"
        log.report("ACT405", name.location, message, _RENAME, len(name.name))


def _check_alias(report: ActivationReport, alias: Declared, names: dict[str, str], log: DiagnosticLog) -> None:
    if alias.name == report.layer_name:
        return
    owner = names.setdefault(alias.name, _place(alias.location))
    if owner != _place(alias.location):
        message = f"the alias `{alias.name}` is taken, by {owner}"
        log.report("ACT406", alias.location, message, "remove it here or there", len(alias.name))


def _place(where: Location) -> str:
    return f"{where.file}:{where.line}:{where.column}"


_RENAME = "Keras registers one object by a name; rename one of the two"
