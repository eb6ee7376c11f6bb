"""``actc build`` and ``actc check``: one pure core, and what each does with what comes of it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from actc.backend.template_error import TEMPLATE_ERROR, TemplateError
from actc.cli.console import Console
from actc.cli.crash import report_crash
from actc.cli.parser import Options
from actc.diagnostics import Diagnostic, Severity
from actc.output.build import Target, confined, plan_build, write_build
from actc.output.folder import Plan, State
from actc.output.package import taken_names
from actc.project.cache import Cache, cache_folder, compiler_fingerprint
from actc.project.catalogue import shipped_sources
from actc.project.check import INTERNAL_ERROR, Checked, Settings, check, effective_severity
from actc.project.config import Config, check_package, read_config, working_directory
from actc.project.sources import Sources, add_sources, find_sources, printed
from actc.project.usage import UsageError
from actc.project.workers import Compiler, compile_file
from actc.reporting.diagnostics_text import DiagnosticPrinter
from actc.reporting.documents import github_annotations, json_document, sarif_document
from actc.reporting.results_text import activation_lines, changed_lines, compared, plan_lines, summary, written

DONE, WRONG, INTERNAL = 0, 1, 70

COMPILER: Compiler = compile_file
"""What compiles a file; tests put another in its place."""


def run(options: Options, console: Console) -> int:
    """Run the command and return its exit code. Raises UsageError where it was misused."""
    return run_once(options, console)[0]


def run_once(options: Options, console: Console, before: Checked | None = None) -> tuple[int, Checked]:
    """Run the command; ``before`` is what an earlier run found, and what is as it was then is not told again."""
    cwd = working_directory()
    config = read_config(cwd)
    target = _target(options, config, cwd)
    sources = sources_of(options, config, cwd)
    building = options.command == "build"
    kept = target.kept(sources.files) if building else ()
    settings = Settings(
        package=target.package,
        limits=config.limits,
        processes=options.jobs or os.cpu_count() or 1,
        strict=options.strict or config.strict,
        compiler=compiler_of(config),
    )
    sources = _with_templates(sources, config)
    checked = check(sources, settings, cache_of(config), taken_names(kept, target.printed), console.progress)
    console.clear_progress()
    plan, diff = None, None
    if building and not checked.failed:
        comparing = options.check or options.diff
        try:
            plan = (plan_build if comparing else write_build)(target, checked.files, sources.files)
        except TemplateError as error:
            checked = replace(checked, diagnostics=(*checked.diagnostics, error.diagnostic))
        else:
            checked = replace(checked, diagnostics=(*checked.diagnostics, *plan.diagnostics))
            diff = plan.diff() if options.diff else None
    checked = replace(checked, diagnostics=tuple(_near(found, cwd) for found in checked.diagnostics))
    _report(options, console, sources, checked, plan, diff, before)
    if checked.crashed:
        found = next(d for d in checked.diagnostics if d.code == INTERNAL_ERROR)
        report_crash(found.message.removeprefix("internal error: "), checked.traces, console)
        return INTERNAL, checked
    stale = plan is not None and (options.check or options.diff) and bool(plan.changes)
    return (WRONG if checked.failed or stale else DONE), checked


def _target(options: Options, config: Config, cwd: Path) -> Target:
    base = config.root if options.out is None else cwd
    wanted = config.out if options.out is None else options.out
    if not wanted or "\0" in wanted:
        raise UsageError("`--out` needs the name of a folder")
    folder = Path(os.path.abspath(base / Path(wanted).expanduser()))  # noqa: PTH100 - links stay as they are named
    name = options.package or config.package
    if name is None:
        name = check_package(folder.name, "choose another output folder, or name the package with `--package`")
    shown = printed(folder, cwd)
    for root in (cwd, config.root):
        confined(folder, root, shown)
    whole = not (options.paths or options.catalogue)
    return Target(folder, shown, check_package(name), whole, options.force, config.templates, config.xla)


def sources_of(options: Options, config: Config, cwd: Path) -> Sources:
    """What the paths and ``--catalogue`` name, else the configured sources."""
    if not options.paths and not options.catalogue:
        return find_sources(config.sources, config.root, cwd)
    found = find_sources(options.paths, cwd, cwd) if options.paths else Sources((), ())
    if not options.catalogue:
        return found
    return add_sources(found, shipped_sources(options.catalogue, cwd))


def _with_templates(sources: Sources, config: Config) -> Sources:
    """The sources with what is wrong with the project's templates before anything is rendered."""
    if config.templates is None:
        return sources
    from actc.backend import templates

    wrong = tuple(error.diagnostic for error in templates.check(config.templates))
    return replace(sources, diagnostics=(*sources.diagnostics, *wrong))


def _near(found: Diagnostic, cwd: Path) -> Diagnostic:
    """A finding in a template, whose file is printed as all others are."""
    if found.code != TEMPLATE_ERROR:
        return found
    return replace(found, location=replace(found.location, file=printed(Path(found.location.file), cwd)))


def compiler_of(config: Config) -> Compiler:
    """What compiles a file under this configuration."""
    return COMPILER if config.templates is None else partial(compile_file, templates=config.templates)


def cache_of(config: Config) -> Cache:
    """What is remembered of earlier runs under this configuration."""
    from actc import __version__, resources

    templates = [resources.templates()] if config.templates is None else [config.templates, resources.templates()]
    return Cache(cache_folder(), compiler_fingerprint(__version__, templates, resources.activations()))


def _report(
    options: Options,
    console: Console,
    sources: Sources,
    checked: Checked,
    plan: Plan | None,
    diff: str | None,
    before: Checked | None,
) -> None:
    if options.format == "json":
        console.write(json_document(checked, plan, diff))
        return
    if options.format == "github":
        console.write(github_annotations(checked))
        return
    if options.format == "sarif":
        from actc import __version__

        console.write(sarif_document(checked, __version__))
        return
    print_diagnostics(console, sources, checked)
    if not console.quiet:
        known = frozenset(() if before is None else before.files)
        reports = [report for compiled in checked.files if compiled not in known for report in compiled.activations]
        for line in activation_lines(reports, console.out, verbose=console.verbose):
            console.print(line)
    if plan is not None and not plan.diagnostics:
        if before is not None and not console.quiet:
            for line in changed_lines(plan):
                console.print(line)
        else:
            _print_plan(options, console, plan, diff)
    if not console.quiet:
        console.print(_closing(options, checked, plan))


def print_diagnostics(console: Console, sources: Sources, checked: Checked) -> None:
    """What was found, on standard error."""
    texts = {s.file: s.data for s in sources.files}
    for file in {found.location.file for found in checked.diagnostics if found.code == TEMPLATE_ERROR}:
        with contextlib.suppress(OSError):
            texts[file] = Path(file).read_bytes()
    printer = DiagnosticPrinter(texts, console.err, strict=checked.strict)
    for found in checked.diagnostics:
        if found.accepted is not None and not console.quiet:
            console.note(printer.render_accepted(found))
        elif found.accepted is None and (not console.quiet or _is_error(found, checked)):
            console.note(printer.render(found))


def _is_error(found: Diagnostic, checked: Checked) -> bool:
    return effective_severity(found, strict=checked.strict) is Severity.ERROR


def _print_plan(options: Options, console: Console, plan: Plan, diff: str | None) -> None:
    if diff is not None:
        console.write(diff)
    elif options.check:
        for line in plan_lines(plan, (State.MISSING, State.STALE, State.EXTRA), foreign=not console.quiet):
            console.print(line)
    elif not console.quiet:
        states = (State.MISSING, State.STALE, State.EXTRA, State.UNCHANGED) if console.verbose else ()
        for line in plan_lines(plan, states, foreign=True):
            console.print(line)


def _closing(options: Options, checked: Checked, plan: Plan | None) -> str:
    text = summary(checked)
    if options.command == "check":
        return text
    if plan is None or plan.diagnostics:
        return f"{text}; nothing written"
    return f"{text}; {compared(plan) if options.check or options.diff else written(plan)}"
