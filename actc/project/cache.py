"""Remembers what files compiled to, in the user's cache folder. It may be deleted, damaged or read-only at any time."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from actc.model.compiled import CompiledFile
from actc.project.kept_files import is_private, keep, read_kept

_LIBRARIES = ("gmpy2", "jinja2", "python-flint", "pyyaml")  # what decides the output, beside our own code


class Cache:
    """Outcomes by everything that they depend on. Without a folder, or in one that others may write, none is kept."""

    def __init__(self, folder: Path | None, compiler: str) -> None:
        self._folder = folder if folder is not None and is_private(folder) else None
        self._compiler = compiler

    def get(self, file: str, data: bytes, package: str) -> CompiledFile | None:
        """The outcome for these bytes; None where it is not known, or what is kept is not to be trusted."""
        if self._folder is None:
            return None
        key = self._key(file, data, package)
        text = read_kept(self._entry(key), key)
        if text is None:
            return None
        try:
            compiled = CompiledFile.from_json(text)
        except (ValueError, RecursionError):
            return None
        return compiled if compiled.file == file else None

    def put(self, compiled: CompiledFile, data: bytes, package: str) -> None:
        """Remember the outcome, if the folder lets us."""
        if self._folder is not None:
            key = self._key(compiled.file, data, package)
            keep(self._entry(key), key, compiled.to_json())

    def _key(self, file: str, data: bytes, package: str) -> str:
        return _sha256([self._compiler.encode(), package.encode(), os.fsencode(file), data])

    def _entry(self, key: str) -> Path:
        assert self._folder is not None  # noqa: S101 - both callers have looked
        return self._folder / "compiled" / key[:2] / f"{key[2:]}.json"


def cache_folder() -> Path | None:
    """The folder for what may be thrown away; None where the system names none."""
    import platformdirs

    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):  # noqa: PTH117 - on macOS, platformdirs does not ask
        return Path(chosen) / "actc"
    try:
        return Path(platformdirs.user_cache_dir("actc", appauthor=False))
    except (OSError, RuntimeError):
        return None


def compiler_fingerprint(version: str, templates: Iterable[Path] = (), activations: Path | None = None) -> str:
    """A hash of all that decides the output beside the source: our code, the templates, the libraries' versions.

    ``activations`` is the folder of the shipped activations, with which every other one is compared.
    """
    package = Path(__file__).parent.parent
    files = [
        *sorted(package.rglob("*.py")),
        *sorted(file for folder in templates for file in folder.rglob("*") if file.is_file()),
    ]
    files += [] if activations is None else sorted(activations.glob("*.yaml"))
    parts = [version.encode(), platform.python_version().encode()]
    parts.extend(f"{name} {_version(name)}".encode() for name in _LIBRARIES)
    for file in files:
        parts.extend((file.name.encode(), file.read_bytes()))
    return _sha256(parts)


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "none"


def _sha256(parts: Iterable[bytes]) -> str:
    """A hash of the parts in their order, which no other parts have."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
