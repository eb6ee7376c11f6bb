"""From what compiled to the output folder: what it should hold, compared with what it holds, and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from actc.diagnostics import DiagnosticLog, Location
from actc.model.compiled import CompiledFile
from actc.output.folder import Plan, make_plan
from actc.output.locking import locked
from actc.output.package import kept_modules, taken_names, wanted_files
from actc.output.problems import WriteError
from actc.output.records import ModuleRecord
from actc.output.writer import is_tidy, tidy, write
from actc.project.catalogue import shipped_modules
from actc.project.crosscheck import cross_check
from actc.project.sources import Source, printed
from actc.project.usage import UsageError


@dataclass(frozen=True, slots=True)
class Target:
    """Where a build goes, and what it does with what it finds there."""

    folder: Path
    printed: str  # "generated"
    package: str
    whole: bool  # whether modules of other sources go; they stay where sources were named
    force: bool = False
    templates: Path | None = None
    xla: bool = True  # whether XLA may compile passes

    def kept(self, sources: Sequence[Source]) -> tuple[ModuleRecord, ...]:
        """The modules in the folder that a build of these sources leaves in place."""
        return () if self.whole else kept_modules(self.folder, sources, shipped_modules())


def confined(folder: Path, root: Path, printed: str) -> Path:
    """The folder. Raises UsageError where it is named as a part of ``root`` but a link leads it out of there."""
    try:
        real, home = folder.resolve(), root.resolve()
    except (OSError, RuntimeError):
        raise UsageError(f"{printed} is a symbolic link that leads nowhere", "remove the link") from None
    if folder.is_relative_to(root) and not real.is_relative_to(home):
        raise UsageError(
            f"{printed} is a symbolic link that leads out of {home}",
            f"remove the link, or name the place that it leads to: `--out {real}`",
        )
    return folder


def plan_build(target: Target, files: Sequence[CompiledFile], sources: Sequence[Source]) -> Plan:
    """What a build would do to the folder as it is now."""
    kept = target.kept(sources)
    wanted = wanted_files(files, sources, kept, target.package, target.folder, target.templates, xla=target.xla)
    keep = frozenset(f"{r.stem}.py" for r in kept)
    plan = make_plan(target.folder, target.printed, wanted, keep, force=target.force)
    clashes = cross_check(files, taken_names(kept, target.printed))
    return replace(plan, diagnostics=(*clashes, *plan.diagnostics))


def write_build(target: Target, files: Sequence[CompiledFile], sources: Sequence[Source]) -> Plan:
    """Write what differs and return the plan; its diagnostics say why nothing was written, where it was not."""
    plan = plan_build(target, files, sources)
    if plan.diagnostics or (not plan.changes and is_tidy(target.folder)):
        return plan
    try:
        with locked(target.folder):
            # Another build may have been here since: its modules are to be kept, too.
            plan = plan_build(target, files, sources)
            if plan.changes and not plan.diagnostics:
                write(plan)
            tidy(target.folder)
    except WriteError as error:
        log = DiagnosticLog()
        where = Location(printed(error.path, Path.cwd()), 1, 1)
        log.report("ACT411", where, f"it cannot be written: {error.reason}", error.help)
        return replace(plan, diagnostics=tuple(log.found))
    return plan
