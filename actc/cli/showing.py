"""``actc show``: formulas, verdicts and what else is known of activations, by their names."""

from __future__ import annotations

import os
from collections.abc import Sequence

from actc.cli import compiling
from actc.cli.console import Console
from actc.cli.crash import report_crash
from actc.cli.parser import Options
from actc.diagnostics import Diagnostic
from actc.project.check import INTERNAL_ERROR, Checked, Settings, check
from actc.project.config import Config, read_config, working_directory
from actc.project.lookup import Named, find_named
from actc.project.sources import Sources
from actc.reporting.diagnostics_text import DiagnosticPrinter
from actc.reporting.documents import shown_document
from actc.reporting.show_text import Page, Shown, show_latex, show_text
from actc.reporting.unicode_math import NEEDED

DONE, WRONG, INTERNAL = 0, 1, 70
_PACKAGE = "generated"  # no module is written, so that its name does not matter
_OF_FILES = frozenset({"ACT407", "ACT408", "ACT409"})  # of a file that was not done


def run(options: Options, console: Console) -> int:
    """Run the command and return its exit code. Raises UsageError where it was misused or a name is unknown."""
    cwd = working_directory()
    config = read_config(cwd)
    named = find_named(options.names, config, cwd)
    checked = _checked(named, config, console)
    shown = [_shown(one, checked) for one in named]
    found = [d for one in shown if one is not None for d in _concerning(one, checked) if d.code not in _OF_FILES]
    found += [d for d in checked.diagnostics if d.code in _OF_FILES]
    if options.format == "json":
        console.write(shown_document([(s.report, s.file) for s in shown if s is not None], found))
    else:
        _print(options, console, named, [s for s in shown if s is not None], found)
    if checked.crashed:
        crash = next(d for d in checked.diagnostics if d.code == INTERNAL_ERROR)
        report_crash(crash.message.removeprefix("internal error: "), checked.traces, console)
        return INTERNAL
    return WRONG if any(d.is_error for d in found) else DONE


def _checked(named: Sequence[Named], config: Config, console: Console) -> Checked:
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
    return checked


def _shown(named: Named, checked: Checked) -> Shown | None:
    """The activation with its report; None where the file could not even be outlined."""
    spec = next(s for s in named.specs if s.name.value == named.name)
    compiled = next(c for c in checked.files if c.file == named.source.file)
    report = next((r for r in compiled.activations if r.name.name == named.name), None)
    if report is None:
        return None
    shown = Shown(spec, report, named.source.file, named.is_shipped, ())
    accepted = tuple(d for d in _concerning(shown, checked) if d.accepted is not None)
    return Shown(spec, report, named.source.file, named.is_shipped, accepted)


def _concerning(shown: Shown, checked: Checked) -> list[Diagnostic]:
    """What was found in the activation's own document."""
    compiled = next(c for c in checked.files if c.file == shown.file)
    start = shown.report.line
    later = [r.line for r in compiled.activations if r.line > start]
    inside = [d for d in checked.diagnostics if d.location.file == shown.file and d.location.line >= start]
    return [d for d in inside if not later or d.location.line < min(later)]


def _print(
    options: Options, console: Console, named: Sequence[Named], shown: Sequence[Shown], found: Sequence[Diagnostic]
) -> None:
    texts = {one.source.file: one.source.data for one in named}
    printer = DiagnosticPrinter(texts, console.err, strict=False)
    for diagnostic in found:
        if diagnostic.accepted is None and (diagnostic.is_error or not console.quiet):
            console.note(printer.render(diagnostic))
    page = Page(console.columns, console.can_show(NEEDED), console.out)
    parts = [show_latex(one) if options.latex else show_text(one, page) for one in shown]
    console.write("\n".join(parts))
