"""``actc build --watch``: build again whenever a source, the configuration or a template changes."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from actc.cli import compiling
from actc.cli.console import Console
from actc.cli.parser import Options
from actc.project.config import read_config, working_directory
from actc.project.sources import SUFFIXES, printed
from actc.project.usage import UsageError
from actc.reporting.terminal import visible

_SETTLED = 100  # milliseconds without a further change after which a build begins
_TICK = 500  # milliseconds after which an answer comes even without a change
_KINDS = {"added": "added", "modified": "changed", "deleted": "removed"}


def run(options: Options, console: Console) -> int:
    """Build, and again after each change; only Ctrl-C ends it. Raises UsageError where it was misused."""
    if options.check or options.diff or options.format != "text":
        raise UsageError("`--watch` builds and prints text", "leave out `--check`, `--diff` and `--format`")
    cwd = working_directory()
    places = _places(options, cwd)
    changes = _changes(places)
    next(changes)  # from here on changes are noticed, those during a build too
    code, before = compiling.run_once(options, console)
    _say_watching(places, cwd, console)
    while code != compiling.INTERNAL:
        found = next(changes)
        if not found:
            continue
        for path, kind in sorted(found.items()):
            console.print(f"{_KINDS.get(kind, kind)}: {visible(printed(Path(path), cwd))}")
        try:
            now = _places(options, cwd)
            if now != places:
                places, changes = now, _changes(now)
                next(changes)
            code, before = compiling.run_once(options, console, before)
        except UsageError as error:  # the configuration is wrong, or the sources are gone: for now
            console.error(error.message, error.help)
        _say_watching(places, cwd, console)
    return code


def _say_watching(places: _Places, cwd: Path, console: Console) -> None:
    if not console.quiet:
        shown = ", ".join(visible(printed(place, cwd)) or "." for place in (*places.folders, *places.files))
        console.print(f"watching {shown}; Ctrl-C ends")


@dataclass(frozen=True, slots=True)
class _Places:
    """What is watched: folders with what is below them, and single files."""

    folders: tuple[Path, ...]
    files: tuple[Path, ...]

    def matters(self, path: Path) -> bool:
        """Whether a change of the file may change what is built; what an editor leaves beside it does not."""
        if path in self.files:
            return True
        named = path.suffix.lower() in (*SUFFIXES, ".jinja") and not path.name.startswith(".")
        return named and any(path.is_relative_to(folder) for folder in self.folders)


def _changes(places: _Places) -> Iterator[dict[str, str]]:
    """What changed, by path; empty where nothing did for a while. Raises UsageError without the library."""
    try:
        import watchfiles
    except ModuleNotFoundError:
        raise UsageError("`--watch` needs the package watchfiles", "`pip install actc[watch]`") from None
    # A file is watched through its folder: what replaces it by a rename is another file.
    watched = dict.fromkeys((*places.folders, *(file.parent for file in places.files)))
    found = watchfiles.watch(
        *watched,
        watch_filter=lambda _, path: places.matters(Path(path)),
        step=_SETTLED,
        rust_timeout=_TICK,
        yield_on_timeout=True,
        recursive=bool(places.folders),
        ignore_permission_denied=True,
        raise_interrupt=True,
    )
    for some in found:
        yield {path: kind.name for kind, path in sorted(some, key=lambda change: (change[1], change[0].value))}


def _places(options: Options, cwd: Path) -> _Places:
    """The sources, the configuration and the templates. Raises UsageError where the configuration is wrong."""
    config = read_config(cwd)
    patterns, base = (options.paths, cwd) if options.paths else (config.sources, config.root)
    found = [] if options.catalogue and not options.paths else [_place(base, pattern) for pattern in patterns]
    found += [] if config.templates is None else [config.templates]
    found += [] if config.file is None else [Path(config.file)]
    folders = dict.fromkeys(place for place in found if place.is_dir())
    return _Places(tuple(folders), tuple(dict.fromkeys(place for place in found if not place.is_dir())))


def _place(base: Path, pattern: str) -> Path:
    """The file or folder that a path names; of a glob, and of what is not there, the nearest folder above."""
    path = Path(os.path.abspath(base / Path(pattern).expanduser()))  # noqa: PTH100 - links stay as they are named
    while path != base and (glob.has_magic(str(path)) or not path.exists()) and base in path.parents:
        path = path.parent
    return path if path.exists() else base
