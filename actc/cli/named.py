"""Activations that a command was given by name, compiled: what ``show`` and ``plot`` ask for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from actc.cli import compiling
from actc.cli.console import Console
from actc.cli.crash import report_crash
from actc.diagnostics import Diagnostic
from actc.model.compiled import ActivationReport
from actc.model.spec import ActivationSpec
from actc.project.check import INTERNAL_ERROR, Checked, Settings, check
from actc.project.config import read_config, working_directory
from actc.project.lookup import Named, find_named
from actc.project.sources import Sources
from actc.reporting.diagnostics_text import DiagnosticPrinter

DONE, WRONG, INTERNAL = 0, 1, 70
_PACKAGE = "generated"  # no module is written, so that its name does not matter
_OF_FILES = frozenset({"ACT407", "ACT408", "ACT409"})  # of a file that was not done


@dataclass(frozen=True, slots=True)
class Asked:
    """One activation that was asked for, with its report."""

    named: Named
    spec: ActivationSpec
    report: ActivationReport


@dataclass(frozen=True, slots=True)
class CompiledNames:
    """What the names come to."""

    asked: tuple[Asked, ...]  # in their order; those whose file could not even be outlined are left out
    found: tuple[Diagnostic, ...]  # in these activations, and of files that were not done
    sources: Sources  # that the activations are in
    checked: Checked

    @property
    def wrong(self) -> bool:
        return any(d.is_error for d in self.found) or self.checked.crashed

    def concerning(self, one: Asked) -> list[Diagnostic]:
        """What was found in the activation's own document."""
        return _concerning(one, self.checked)


def compile_named(names: Sequence[str], console: Console) -> CompiledNames:
    """Find and compile them. Raises UsageError where a name is unknown or the configuration is wrong."""
    cwd = working_directory()
    config = read_config(cwd)
    named = find_named(names, config, cwd)
    files = {one.source.file: one.source for one in named}
    sources = Sources(tuple(files[name] for name in sorted(files)), ())
    settings = Settings(
        package=_PACKAGE,
        limits=config.limits,
        processes=os.cpu_count() or 1,
        compiler=compiling.compiler_of(config),
    )
    checked = check(sources, settings, compiling.cache_of(config), (), console.progress)
    console.clear_progress()
    asked = tuple(one for one in (_asked(n, checked) for n in named) if one is not None)
    found = [d for one in asked for d in _concerning(one, checked) if d.code not in _OF_FILES]
    found += [d for d in checked.diagnostics if d.code in _OF_FILES]
    return CompiledNames(asked, tuple(found), sources, checked)


def print_findings(compiled: CompiledNames, console: Console) -> None:
    """What was found, on standard error."""
    printer = DiagnosticPrinter({source.file: source.data for source in compiled.sources.files}, console.err)
    for diagnostic in compiled.found:
        if diagnostic.accepted is None and (diagnostic.is_error or not console.quiet):
            console.note(printer.render(diagnostic))


def exit_code(compiled: CompiledNames, console: Console) -> int:
    """The command's; an internal error is reported."""
    if compiled.checked.crashed:
        crash = next(d for d in compiled.checked.diagnostics if d.code == INTERNAL_ERROR)
        report_crash(crash.message.removeprefix("internal error: "), compiled.checked.traces, console)
        return INTERNAL
    return WRONG if compiled.wrong else DONE


def _asked(named: Named, checked: Checked) -> Asked | None:
    spec = next(s for s in named.specs if s.name.value == named.name)
    compiled = next(c for c in checked.files if c.file == named.source.file)
    report = next((r for r in compiled.activations if r.name.name == named.name), None)
    return None if report is None else Asked(named, spec, report)


def _concerning(one: Asked, checked: Checked) -> list[Diagnostic]:
    """What was found in the activation's own document."""
    compiled = next(c for c in checked.files if c.file == one.named.source.file)
    start = one.report.line
    end = min((r.line for r in compiled.activations if r.line > start), default=None)
    inside = [d for d in checked.diagnostics if d.location.file == compiled.file and d.location.line >= start]
    return [d for d in inside if end is None or d.location.line < end]
