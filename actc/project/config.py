"""The configuration: ``[tool.actc]`` in the nearest ``pyproject.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actc.project.usage import UsageError, did_you_mean

DEFAULT_SOURCES = ("activations",)
DEFAULT_OUT = "generated"
_KEYS = ("limits", "out", "package", "sources", "strict", "templates", "xla")
_LIMITS = ("memory_gib", "seconds")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use before its process is stopped."""

    seconds: float = 60.0
    memory_gib: float = 4.0


@dataclass(frozen=True, slots=True)
class Config:
    """What ``[tool.actc]`` says; paths are absolute or relative to ``root``."""

    root: Path  # the folder of the pyproject.toml, else the working directory
    file: str | None = None  # the pyproject.toml itself, where it has a [tool.actc]
    sources: tuple[str, ...] = DEFAULT_SOURCES  # files, folders and globs
    out: str = DEFAULT_OUT
    package: str | None = None
    strict: bool = False
    templates: Path | None = None  # a folder whose templates come before those of the compiler
    xla: bool = True  # whether XLA may compile passes of the generated code
    limits: Limits = field(default_factory=Limits)


def working_directory() -> Path:
    """Where the command runs. Raises UsageError where that folder is gone."""
    try:
        return Path.cwd()
    except OSError:
        raise UsageError("the working directory is not there any more") from None


def read_config(cwd: Path) -> Config:
    """The configuration that holds in ``cwd``. Raises UsageError where it is wrong."""
    for folder in (cwd, *cwd.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            return _read(file) or Config(root=cwd)
    return Config(root=cwd)


def check_package(name: str, help: str | None = None) -> str:
    """The package's name, if Keras and Python can use it; raises UsageError otherwise."""
    from keyword import iskeyword

    parts = name.split(".")
    if not all(part.isascii() and part.isidentifier() and not iskeyword(part) for part in parts):
        raise UsageError(f"`{name}` is not the name of a Python package", help)
    return name


def _read(file: Path) -> Config | None:
    try:
        with file.open("rb") as stream:
            document = tomllib.load(stream)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not valid TOML: {error}") from None
    table = document.get("tool", {})
    if not isinstance(table, dict) or "actc" not in table:
        return None
    return _Table(file, "tool.actc", table["actc"], _KEYS).config()


class _Table:
    """One table of the file, read key by key."""

    def __init__(self, file: Path, name: str, table: Any, known: tuple[str, ...]) -> None:
        self.file = file
        self.name = name
        if not isinstance(table, dict):
            raise UsageError(f"{file}: `{name}` must be a table")
        self.table: dict[str, Any] = table
        for key in table:
            if key not in known:
                help = did_you_mean(key, known) or f"the keys are {', '.join(f'`{k}`' for k in known)}"
                raise UsageError(f"{file}: unknown key `{key}` in [{name}]", help)

    def config(self) -> Config:
        sources = self.table.get("sources", list(DEFAULT_SOURCES))
        if isinstance(sources, str):
            sources = [sources]
        if not isinstance(sources, list) or not sources or not all(isinstance(s, str) and s for s in sources):
            raise self.wrong("sources", "a list of files, folders and globs")
        package = self.text("package")
        if package is not None:
            check_package(package, f"`package` of [{self.name}] in {self.file}")
        return Config(
            root=self.file.parent,
            file=str(self.file),
            sources=tuple(sources),
            out=self.text("out") or DEFAULT_OUT,
            package=package,
            strict=self.truth("strict", default=False),
            templates=self.folder("templates"),
            xla=self.truth("xla", default=True),
            limits=_Table(self.file, f"{self.name}.limits", self.table.get("limits", {}), _LIMITS).limits(),
        )

    def limits(self) -> Limits:
        return Limits(self.positive("seconds", Limits().seconds), self.positive("memory_gib", Limits().memory_gib))

    def text(self, key: str) -> str | None:
        value = self.table.get(key)
        if value is not None and (not isinstance(value, str) or not re.search(r"\S", value) or "\0" in value):
            raise self.wrong(key, "a text")
        return value

    def truth(self, key: str, *, default: bool) -> bool:
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def folder(self, key: str) -> Path | None:
        value = self.text(key)
        if value is None:
            return None
        folder = self.file.parent / Path(value).expanduser()
        if not folder.is_dir():
            raise UsageError(f"{self.file}: `{key}` of [{self.name}] names no folder: {value}")
        return folder.resolve()

    def positive(self, key: str, default: float) -> float:
        value = self.table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1e6:
            raise self.wrong(key, "a number above 0 and up to a million")
        return float(value)

    def wrong(self, key: str, wanted: str) -> UsageError:
        return UsageError(f"{self.file}: `{key}` of [{self.name}] must be {wanted}")
