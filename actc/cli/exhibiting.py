"""``actc gallery``: everything is checked as by ``build``, and becomes one page to be looked at."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from actc.cli import compiling
from actc.cli.console import Console
from actc.cli.crash import report_crash
from actc.cli.parser import Options
from actc.diagnostics import DiagnosticLog
from actc.output.build import confined
from actc.project.check import INTERNAL_ERROR, Checked, Settings, check
from actc.project.config import read_config, working_directory
from actc.project.sources import Source, Sources, printed
from actc.project.usage import UsageError
from actc.reporting.results_text import summary

DONE, WRONG, INTERNAL = 0, 1, 70
DEFAULT_OUT = "gallery"
_PAGE = "index.html"
_PACKAGE = "generated"  # no module is written, so that its name does not matter
_DOCUMENT = re.compile(r"^---(?:[ \t].*)?$")


def run(options: Options, console: Console) -> int:
    """Run the command and return its exit code. Raises UsageError where it was misused."""
    cwd = working_directory()
    config = read_config(cwd)
    page = _target(options, cwd)
    sources = compiling.sources_of(options, config, cwd)
    settings = Settings(
        package=config.package or _PACKAGE,
        limits=config.limits,
        processes=options.jobs or os.cpu_count() or 1,
        strict=options.strict or config.strict,
        compiler=compiling.compiler_of(config),
    )
    checked = check(sources, settings, compiling.cache_of(config), (), console.progress)
    console.clear_progress()
    compiling.print_diagnostics(console, sources, checked)
    if checked.crashed:
        found = next(d for d in checked.diagnostics if d.code == INTERNAL_ERROR)
        report_crash(found.message.removeprefix("internal error: "), checked.traces, console)
        return INTERNAL
    if checked.failed:
        if not console.quiet:
            console.print(f"{summary(checked)}; nothing written")
        return WRONG
    _write(page, _page(sources, checked, config.root.name, config.templates), cwd)
    if not console.quiet:
        console.print(f"{summary(checked)}; {printed(page, cwd)} written")
    return DONE


def _target(options: Options, cwd: Path) -> Path:
    """The page's place. Raises UsageError where something else than a page of ours stands there."""
    from actc.pictures.gallery import MARKER

    wanted = DEFAULT_OUT if options.out is None else options.out
    if not wanted or "\0" in wanted:
        raise UsageError("`--out` needs the name of a folder")
    page = Path(os.path.abspath(cwd / Path(wanted).expanduser() / _PAGE))  # noqa: PTH100 - links stay as they are named
    confined(page.parent, cwd, printed(page.parent, cwd))
    try:
        with page.open("rb") as stream:
            ours = MARKER.encode() in stream.read(200)
    except FileNotFoundError:
        return page
    except OSError as error:
        raise UsageError(f"{printed(page, cwd)} cannot be written: {error.strerror}") from None
    if not ours and not options.force:
        message = f"{printed(page, cwd)} was not written by actc"
        raise UsageError(message, "name another folder with `--out`, or replace it with `--force`")
    return page


def _page(sources: Sources, checked: Checked, project: str, templates: Path | None) -> str:
    from actc import __version__
    from actc.frontend import load
    from actc.pictures.entries import Entry, entry
    from actc.pictures.functions import drawable
    from actc.pictures.gallery import gallery_page

    compiled = {one.file: one for one in checked.files}

    def entries() -> Iterator[Entry]:
        for source in sources.files:
            reports = {report.name.name: report for report in compiled[source.file].activations}
            for spec in load(source.file, source.data, DiagnosticLog()):
                report = reports[spec.name.value]
                document = _document(source, spec.location.line)
                yield entry(spec, report, drawable(spec, report), document, source.file)

    title = f"Activations of {project}" if project else "Activations"
    return gallery_page(list(entries()), title, __version__, templates)


def _document(source: Source, line: int) -> str:
    """The text of the YAML document in which a line stands, counted from 1."""
    lines = source.data.decode("utf-8-sig", errors="replace").splitlines()
    marks = [i for i, text in enumerate(lines) if _DOCUMENT.match(text)]
    start = max((i + 1 for i in marks if i < line - 1), default=0)
    end = min((i for i in marks if i >= line), default=len(lines))
    return "\n".join(lines[start:end])


def _write(page: Path, text: str, cwd: Path) -> None:
    """The whole page or nothing."""
    temporary = page.with_name(f".actc-{secrets.token_hex(8)}.tmp")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(page)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"{printed(page, cwd)} cannot be written: {error.strerror}") from None
