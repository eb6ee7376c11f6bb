"""Which files a command is about: paths, folders and globs become source files with their bytes."""

from __future__ import annotations

import glob
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path

from actc.diagnostics import Diagnostic, DiagnosticLog, Location
from actc.frontend.reserved import BUILTINS
from actc.frontend.source_text import SIZE_LIMIT
from actc.project.usage import UsageError

SUFFIXES = (".yaml", ".yml")
_PACKAGE_NAMES = frozenset({"tf", "keras", "get", "Any", "Callable"})  # what `__init__.py` means by them
_DEVICE = "con|prn|aux|nul|conin|conout|com[0-9]|lpt[0-9]"  # no file may bear it there, whatever its suffix


@dataclass(frozen=True, slots=True)
class Source:
    """One file to compile."""

    path: Path  # absolute
    file: str  # as it is printed: "activations/swish.yaml"
    stem: str  # "swish": the name of the module that it becomes
    data: bytes
    origin: str = ""  # "catalogue:swish" for a shipped file; "" where the path says it


@dataclass(frozen=True, slots=True)
class Sources:
    """What the paths of a command come to."""

    files: tuple[Source, ...]  # sorted by how they are printed
    diagnostics: tuple[Diagnostic, ...]  # of files that cannot be read, or cannot become modules


def find_sources(patterns: Sequence[str], base: Path, cwd: Path) -> Sources:
    """Read every file that ``patterns`` (relative to ``base``) name. Raises UsageError where one names nothing."""
    paths: dict[tuple[str, str], Path] = {}
    for pattern in patterns:
        for path in _expand(pattern, base):
            paths.setdefault((os.path.realpath(path), path.stem), path)
    return read_sources(paths.values(), cwd, confined=True)


def read_sources(paths: Iterable[Path], cwd: Path, *, confined: bool = False) -> Sources:
    """Read the files; one that cannot be read or cannot become a module is reported, the rest go on.

    Where they are ``confined``, one that a link brings from elsewhere is not read.
    """
    log = DiagnosticLog()
    found: list[Source] = []
    for file, path in sorted((printed(path, cwd), path) for path in paths):
        try:
            if confined and (outside := _leads_out(path, cwd)) is not None:
                help = "put the file itself there, or work in a folder that holds both"
                log.report("ACT401", Location(file, 1, 1), f"a symbolic link leads out of {outside}", help)
                continue
            data = _read(path)
        except OSError as error:
            log.report("ACT401", Location(file, 1, 1), f"the file cannot be read: {error.strerror or error}")
            continue
        if len(data) > SIZE_LIMIT:
            log.report("ACT103", Location(file, 1, 1), f"the file has more than {SIZE_LIMIT:,} bytes")
            continue
        found.append(Source(path, file, path.stem, data))
    _check_stems(found, log)
    return Sources(tuple(found), tuple(log.found))


def add_sources(found: Sources, more: Iterable[Source]) -> Sources:
    """Both together; what is in both is taken once, and stems must be unique among all."""
    here = {os.path.realpath(source.path) for source in found.files}
    files = sorted((*found.files, *(s for s in more if os.path.realpath(s.path) not in here)), key=lambda s: s.file)
    log = DiagnosticLog()
    _check_stems(files, log)
    others = (d for d in found.diagnostics if d.code not in ("ACT402", "ACT403"))
    return Sources(tuple(files), (*others, *log.found))


def printed(path: Path, cwd: Path) -> str:
    """The path relative to the working directory where it lies in it, else in full; with forward slashes."""
    for here, there in ((cwd, path), (cwd.resolve(), path.parent.resolve() / path.name)):
        if there.is_relative_to(here):
            return there.relative_to(here).as_posix()
    return path.as_posix()


def _expand(pattern: str, base: Path) -> list[Path]:
    if not pattern or "\0" in pattern:
        raise UsageError(f"{pattern!r} is not a path")
    path = Path(os.path.abspath(base / Path(pattern).expanduser()))  # noqa: PTH100 - pathlib would follow links
    if path.is_dir():
        found = sorted(_walk(path))
        if not found:
            raise UsageError(f"no activation file (*.yaml, *.yml) in {pattern}", "`actc new NAME` writes a first one")
        return found
    if os.path.lexists(path):
        return [path]
    if glob.has_magic(pattern):
        found = sorted(_match(pattern, base))
        if found:
            return found
        raise UsageError(f"no activation file (*.yaml, *.yml) matches {pattern}")
    first = "`actc new NAME` writes a first activation" if pattern == "activations" else None
    raise UsageError(f"no such file or folder: {pattern}", first)


def _match(pattern: str, base: Path) -> Iterable[Path]:
    """The activation files that a glob names, and those in the folders that it names."""
    names = glob.glob(str(Path(pattern).expanduser()), root_dir=base, recursive=True)  # noqa: PTH207 - needs `**`, `~`
    for name in names:
        path = Path(os.path.abspath(base / name))  # noqa: PTH100 - as above
        if path.is_dir():
            yield from _walk(path)
        elif name.lower().endswith(SUFFIXES):
            yield path


def _walk(folder: Path) -> Iterable[Path]:
    """The activation files of a folder and its sub-folders. Hidden ones are not entered, links are not followed."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(parent, name)


def _leads_out(path: Path, cwd: Path) -> Path | None:
    """The folder that a path belongs to, where a link leads out of it: else a stranger's link would show our files.

    A path in the working directory belongs to that, any other to its own folder.
    """
    home = cwd if path.is_relative_to(cwd) else path.parent
    real = os.path.realpath(path)
    return None if Path(real).is_relative_to(os.path.realpath(home)) else home


def _read(path: Path) -> bytes:
    """The file's bytes, or one more than are taken.

    Opened so that a pipe without a writer cannot block, and only read if it is a plain file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is not a plain file")
        return stream.read(SIZE_LIMIT + 1)


def _check_stems(files: Sequence[Source], log: DiagnosticLog) -> None:
    """Every stem must name a module, and no two files the same one; on some systems case makes no difference."""
    first: dict[str, Source] = {}
    for source in files:
        problem = _stem_problem(source.stem)
        start = Location(source.file, 1, 1)
        if problem:
            help = "rename the file; letters, digits and `_`, a letter first"
            log.report("ACT402", start, f"`{source.stem}` cannot name a Python module: {problem}", help)
        other = first.setdefault(source.stem.casefold(), source)
        if other is not source:
            message = f"`{source.stem}` is also the module of {other.file}"
            log.report("ACT403", start, message, "sub-folders are flattened; rename one of the files")


def _stem_problem(stem: str) -> str | None:
    if iskeyword(stem):
        return "it is a Python keyword"
    if stem.startswith("_"):
        return "it begins with `_`"
    if stem in BUILTINS or stem in _PACKAGE_NAMES:
        return "it is a name of Python's" if stem in BUILTINS else "it is a name of the generated package"
    if re.fullmatch(_DEVICE, stem, re.IGNORECASE):
        return "it is a device of Windows"
    if not stem.isidentifier() or unicodedata.normalize("NFKC", stem) != stem:
        return "it is no identifier"
    return None
