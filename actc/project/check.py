"""Compiles and checks the sources of one command: the pure core of ``build`` and ``check``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from actc.diagnostics import CODES, Diagnostic, DiagnosticLog, Location, Severity
from actc.model.compiled import CompiledFile
from actc.project.cache import Cache
from actc.project.config import Limits
from actc.project.crosscheck import Taken, cross_check
from actc.project.outline import outline_file
from actc.project.sources import Source, Sources
from actc.project.workers import Compiler, Failure, FailureKind, Job, compile_file, run_jobs

INTERNAL_ERROR = "ACT901"
_OUTLINE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How to compile, as against what."""

    package: str
    limits: Limits = field(default_factory=Limits)
    processes: int = 1
    strict: bool = False
    compiler: Compiler = compile_file
    outliner: Compiler = outline_file  # says what is in a file that could not be compiled


@dataclass(frozen=True, slots=True)
class Checked:
    """What all the sources come to."""

    files: tuple[CompiledFile, ...]  # sorted by how they are printed
    diagnostics: tuple[Diagnostic, ...]  # all of them, sorted by place
    strict: bool
    compiled: int  # files that were not in the cache
    traces: tuple[str, ...] = ()  # of internal errors, for their report

    @property
    def failed(self) -> bool:
        """Whether anything is wrong, so that nothing may be written."""
        return any(effective_severity(d, strict=self.strict) is Severity.ERROR for d in self.diagnostics)

    @property
    def crashed(self) -> bool:
        """Whether the compiler itself is wrong."""
        return any(d.code == INTERNAL_ERROR for d in self.diagnostics)


def effective_severity(found: Diagnostic, *, strict: bool) -> Severity:
    """An error, or a warning; under ``--strict`` a warning that the file does not accept is an error."""
    return Severity.ERROR if strict and found.accepted is None else found.severity


def check(
    sources: Sources,
    settings: Settings,
    cache: Cache,
    kept: Iterable[Taken] = (),
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Checked:
    """Compile what the cache does not know, and look at everything together."""
    log = DiagnosticLog()
    log.extend(sources.diagnostics)
    known = {s.file: cache.get(s.file, s.data, settings.package) for s in sources.files}
    new = [source for source in sources.files if known[source.file] is None]
    failures: list[tuple[Source, Failure]] = []
    for source, outcome in zip(new, _compile(new, settings, cache, progress), strict=True):
        if isinstance(outcome, Failure):
            failures.append((source, outcome))
        else:
            known[source.file] = outcome
    for compiled in _without_outcome(failures, settings):
        known[compiled.file] = compiled
    files = tuple(compiled for compiled in known.values() if compiled is not None)
    for compiled in files:
        log.extend(compiled.diagnostics)
    log.extend(cross_check(files, kept))
    found = sorted(set(log.found), key=_order)
    traces = tuple(failure.trace for _, failure in failures if failure.trace)
    return Checked(files, tuple(found), settings.strict, len(new), traces)


def _compile(
    sources: Sequence[Source], settings: Settings, cache: Cache, progress: Callable[[int, int], None]
) -> list[CompiledFile | Failure]:
    def remember(index: int, outcome: CompiledFile | Failure) -> None:
        """At once: what comes after may be interrupted."""
        if isinstance(outcome, CompiledFile):
            cache.put(outcome, sources[index].data, settings.package)

    jobs = [Job(source.file, source.data, settings.package) for source in sources]
    if not jobs:
        return []
    processes = max(1, min(settings.processes, len(jobs)))
    return run_jobs(
        jobs, settings.compiler, settings.limits, processes, lambda done: progress(done, len(jobs)), remember
    )


def _without_outcome(failures: Sequence[tuple[Source, Failure]], settings: Settings) -> list[CompiledFile]:
    """The files whose processes were stopped, died or found the compiler at fault: what is in them, and the error."""
    if not failures:
        return []
    jobs = [Job(source.file, source.data, settings.package) for source, _ in failures]
    limits = Limits(_OUTLINE_SECONDS, settings.limits.memory_gib)
    outlines = run_jobs(jobs, settings.outliner, limits, settings.processes, lambda done: None)
    return [
        CompiledFile(
            source.file,
            source.stem,
            None,
            outline.activations if isinstance(outline, CompiledFile) else (),
            (_explain(source, failure, settings.limits),),
        )
        for (source, failure), outline in zip(failures, outlines, strict=True)
    ]


def _explain(source: Source, failure: Failure, limits: Limits) -> Diagnostic:
    """Why the file has no outcome, at its first line."""
    start = Location(source.file, 1, 1)
    if failure.kind is FailureKind.TIME:
        message = f"not done after {failure.detail}; compiling this file was stopped"
        help = "split the file, simplify the expression, or raise `limits.seconds`"
        return Diagnostic("ACT407", start, message, help)
    if failure.kind is FailureKind.MEMORY:
        message = f"compiling this file needs more than {limits.memory_gib:g} GiB of memory"
        help = "split the file, simplify the expression, or raise `limits.memory_gib`"
        return Diagnostic("ACT408", start, message, help)
    if failure.kind is FailureKind.DIED:
        message = f"the process that compiled this file died ({failure.detail})"
        help = "if memory was short, `--jobs 1` or a higher `limits.memory_gib` may help"
        return Diagnostic("ACT409", start, message, help)
    message = f"internal error: {failure.detail}"
    return Diagnostic(INTERNAL_ERROR, start, message, "this is a mistake in actc, not in the file")


def _order(found: Diagnostic) -> tuple[str, int, int, bool, str, str]:
    where = found.location
    warning = CODES[found.code].severity is Severity.WARNING
    return where.file, where.line, where.column, warning, found.code, found.message
