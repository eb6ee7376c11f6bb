"""What a package's ``__init__.py`` remembers of each module: what it exports and which file it was built from.

A build of some files leaves the other modules in place; it has to export them too, and to remove those whose source is
gone. The record is a comment, so the folder holds nothing but Python, and may be moved together with its sources.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path

from actc.frontend.names import ACTIVATION_NAME, ALIAS
from actc.model.compiled import ActivationReport
from actc.output.folder import is_ours, own_modules
from actc.project.catalogue import ORIGIN

_LAYER_NAME = "[A-Z][A-Za-z0-9]*"
_NAME = re.compile(f"{ACTIVATION_NAME}|{_LAYER_NAME}")
_PREFIX = "# actc module "
_INTRODUCTION = "# What each module was built from, for the next `actc build`:"


@dataclass(frozen=True, slots=True)
class Exported:
    """One activation as the package exports it."""

    name: str  # "swish"
    layer_name: str  # "Swish"
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModuleRecord:
    """One module of a package."""

    stem: str  # "gates"
    source: str  # "../activations/gates.yaml", relative to the folder; "" where it is not known
    exports: tuple[Exported, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the module's activations hold."""
        return tuple(name for e in self.exports for name in (e.name, e.layer_name, *e.aliases))


def record(stem: str, source: str, reports: Iterable[ActivationReport]) -> ModuleRecord:
    """The record of a module that has just been compiled."""
    exports = (Exported(r.name.name, r.layer_name, tuple(a.name for a in r.aliases)) for r in reports)
    return ModuleRecord(stem, source, tuple(exports))


def source_path(source: Path, folder: Path) -> str:
    """A source file as records name it: relative to the output folder, with forward slashes."""
    return Path(os.path.relpath(source.parent.resolve() / source.name, folder.resolve())).as_posix()


def write_records(text: str, records: Iterable[ModuleRecord]) -> str:
    """The text of ``__init__.py`` with the records at its end."""
    lines = [
        _PREFIX + json.dumps([r.stem, r.source, [[e.name, e.layer_name, *e.aliases] for e in r.exports]])
        for r in records
    ]
    return "\n".join([text.rstrip("\n"), "", "", _INTRODUCTION, *lines]) + "\n" if lines else text


def read_records(folder: Path) -> tuple[ModuleRecord, ...]:
    """The records of the modules that the folder holds and that actc wrote, by stem."""
    known = {r.stem: r for r in _recorded(folder / "__init__.py")}
    return tuple(known.get(stem) or _examined(folder / f"{stem}.py") for stem in own_modules(folder))


def source_exists(found: ModuleRecord, folder: Path, shipped: Iterable[str]) -> bool:
    """Whether the file that the module was built from is still there, or was never known."""
    if not found.source:
        return True
    if found.source.startswith(ORIGIN):
        return found.source.removeprefix(ORIGIN) in shipped
    return os.path.lexists(folder.resolve() / found.source)


def _recorded(path: Path) -> Iterable[ModuleRecord]:
    if not is_ours(path):
        return
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        if line.startswith(_PREFIX):
            try:
                stem, source, exports = json.loads(line.removeprefix(_PREFIX))
                found = tuple(_exported(*names) for names in exports)
            except (TypeError, ValueError, RecursionError):
                continue  # edited by hand; the module itself is looked at instead
            if isinstance(stem, str) and isinstance(source, str):
                yield ModuleRecord(stem, source, found)


def _exported(name: object, layer: object, *aliases: object) -> Exported:
    """The names, if they are such as actc gives: they become code again. Raises ValueError for others."""
    for found, pattern in ((name, ACTIVATION_NAME), (layer, _LAYER_NAME), *((alias, ALIAS) for alias in aliases)):
        if not isinstance(found, str) or not re.fullmatch(pattern, found) or iskeyword(found):
            raise ValueError(f"{found!r} is no name of an activation")
    return Exported(str(name), str(layer), tuple(map(str, aliases)))


def _is_name(found: object) -> bool:
    return isinstance(found, str) and not iskeyword(found) and _NAME.fullmatch(found) is not None


def _examined(path: Path) -> ModuleRecord:
    """What a module of ours exports, from its ``__all__``: functions in lower case, each layer's name raised."""
    names: list[str] = []
    try:
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
            ):
                names = [name for name in ast.literal_eval(node.value) if _is_name(name)]
    except (OSError, SyntaxError, ValueError, TypeError, RecursionError):
        pass
    functions = [name for name in names if name[:1].islower()]
    layers = {name.casefold(): name for name in names if name[:1].isupper()}
    pairs = ((name, layers.get(name.replace("_", "").casefold())) for name in functions)
    return ModuleRecord(path.stem, "", tuple(_exported(name, layer) for name, layer in pairs if layer))
