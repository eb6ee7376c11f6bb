"""Which files the package should hold after a build, and which modules it keeps from builds before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from actc.model.compiled import CompiledFile
from actc.output.folder import WantedFile
from actc.output.records import ModuleRecord, read_records, record, source_exists, source_path, write_records
from actc.project.crosscheck import Taken
from actc.project.sources import Source


def kept_modules(folder: Path, built: Iterable[Source], shipped: Iterable[str]) -> tuple[ModuleRecord, ...]:
    """The modules that a build of these sources leaves in place: built from other files that are still there."""
    stems = {source.stem.casefold() for source in built}
    names = frozenset(shipped)
    return tuple(r for r in read_records(folder) if r.stem.casefold() not in stems and source_exists(r, folder, names))


def taken_names(kept: Iterable[ModuleRecord], printed: str) -> tuple[Taken, ...]:
    """The names that the build may not use because a module that stays has them."""
    return tuple(Taken(name, f"{printed}/{r.stem}.py") for r in kept for name in r.names)


def wanted_files(
    files: Sequence[CompiledFile],
    sources: Sequence[Source],
    kept: Iterable[ModuleRecord],
    package: str,
    folder: Path,
    templates: Path | None = None,
    *,
    xla: bool = True,
) -> tuple[WantedFile, ...]:
    """The texts of all files that the build decides: its modules, ``__init__.py`` and what the modules share."""
    from actc.backend.render import ModuleExports, render_init, render_support

    origin = {source.file: source.origin or source_path(source.path, folder) for source in sources}
    modules = [(f.stem, f.module, record(f.stem, origin[f.file], f.activations)) for f in files if f.module is not None]
    records = sorted([*(built for _, _, built in modules), *kept], key=lambda r: r.stem)
    exports = tuple(
        ModuleExports(
            r.stem,
            tuple((e.name, e.layer_name) for e in r.exports),
            tuple((alias, e.name) for e in r.exports for alias in e.aliases),
        )
        for r in records
        if r.exports  # a module that was edited beyond recognition has nothing to import
    )
    init, support = render_init(package, exports, templates), render_support(package, templates, xla=xla)
    return (
        *(WantedFile(f"{stem}.py", text) for stem, text, _ in modules),
        WantedFile(init.path, write_records(init.text, records)),
        WantedFile(support.path, support.text),
    )
