"""Activations by name: in the project's own sources first, then among those that ship with actc."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from actc.diagnostics import DiagnosticLog
from actc.model.spec import ActivationSpec
from actc.project.catalogue import ORIGIN, lookup_shipped, shipped_names
from actc.project.config import DEFAULT_SOURCES, Config, Limits
from actc.project.outline import outline_file
from actc.project.sources import Source, Sources, find_sources
from actc.project.usage import UsageError
from actc.project.workers import Failure, Job, run_jobs

_MOST_SUGGESTED = 3
_SMALL = 200_000  # bytes that take no more than seconds to read, whatever they are


@dataclass(frozen=True, slots=True)
class Named:
    """An activation that was asked for, and the file that it is in."""

    asked: str  # a name or an alias
    name: str  # of the activation
    source: Source
    specs: tuple[ActivationSpec, ...]  # of the whole file

    @property
    def is_shipped(self) -> bool:
        return self.source.origin.startswith(ORIGIN)


def find_named(names: Sequence[str], config: Config, cwd: Path) -> tuple[Named, ...]:
    """The activations of these names or aliases, in their order and each once.

    Raises UsageError where a name is unknown, suggesting near ones, or where the configured sources are missing.
    """
    sources = _own_sources(config, cwd).files
    own = [(source, _specs(source)) for source in _readable(sources, config.limits)]
    found: dict[tuple[str, str], Named] = {}
    for asked in names:
        named = _among(asked, own) or _shipped(asked, cwd)
        if named is None:
            unread = [s.file for s in sources if s.file not in {source.file for source, specs in own if specs}]
            raise _unknown(asked, own, unread)
        found.setdefault((named.source.file, named.name), named)
    return tuple(found.values())


def _own_sources(config: Config, cwd: Path) -> Sources:
    """The project's sources; nobody needs to have any, so that the default folder may be missing."""
    try:
        return find_sources(config.sources, config.root, cwd)
    except UsageError:
        if config.sources == DEFAULT_SOURCES:
            return Sources((), ())
        raise


def _readable(sources: Sequence[Source], limits: Limits) -> list[Source]:
    """The sources that can be read within the limits. Small ones always can; others are tried in a process first."""
    large = [source for source in sources if len(source.data) > _SMALL]
    jobs = [Job(source.file, source.data, "") for source in large]
    outcomes = run_jobs(jobs, outline_file, limits, os.cpu_count() or 1, lambda done: None) if jobs else []
    stopped = {s.file for s, outcome in zip(large, outcomes, strict=True) if isinstance(outcome, Failure)}
    return [source for source in sources if source.file not in stopped]


def _among(asked: str, files: Iterable[tuple[Source, tuple[ActivationSpec, ...]]]) -> Named | None:
    """By its name where one has it, else by an alias."""
    aliased = None
    for source, specs in files:
        for spec in specs:
            if spec.name.value == asked:
                return Named(asked, asked, source, specs)
            if aliased is None and asked in (alias.value for alias in spec.aliases):
                aliased = Named(asked, spec.name.value, source, specs)
    return aliased


def _shipped(asked: str, cwd: Path) -> Named | None:
    found = lookup_shipped(asked)
    if found is None:
        return None
    source = found.source(cwd)
    return _among(found.name, [(source, _specs(source))])


def _specs(source: Source) -> tuple[ActivationSpec, ...]:
    from actc.frontend import load

    return tuple(spec for spec in load(source.file, source.data, DiagnosticLog()) if spec.name.value)


def _unknown(asked: str, own: Iterable[tuple[Source, tuple[ActivationSpec, ...]]], unread: Sequence[str]) -> UsageError:
    """The error, with what was probably meant; ``unread`` are files in which no activation could be read."""
    specs = [spec for _, group in own for spec in group]
    known = {name.value for spec in specs for name in (spec.name, *spec.aliases)} | set(shipped_names())
    word = asked.casefold().replace("-", "_").replace(" ", "_")
    near = [word] if word in known else difflib.get_close_matches(word, sorted(known), _MOST_SUGGESTED, 0.6)
    listed = " or ".join(f"`{name}`" for name in near)
    help = f"did you mean {listed}?" if near else "the shipped ones are in the folder `activations` of actc"
    if unread:
        others = f" and {len(unread) - 1} more" if len(unread) > 1 else ""
        help = f"no activation can be read in {unread[0]}{others}: `actc check` says why; else {help}"
    return UsageError(f"no activation `{asked}` in the sources or shipped with actc", help)
