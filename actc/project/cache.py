"""Remembers what files compiled to, in the user's cache folder. It may be deleted, damaged or read-only at any time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import tempfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from actc.model.compiled import CompiledFile

_LIBRARIES = ("gmpy2", "jinja2", "python-flint", "pyyaml")  # what decides the output, beside our own code


class Cache:
    """Outcomes by everything that they depend on. A folder of None remembers nothing."""

    def __init__(self, folder: Path | None, compiler: str) -> None:
        self._folder = folder
        self._compiler = compiler

    def get(self, file: str, data: bytes, package: str) -> CompiledFile | None:
        """The outcome for these bytes; None where it is not known, or what is kept is not to be trusted."""
        if self._folder is None:
            return None
        try:
            checksum, _, text = self._entry(file, data, package).read_text("ascii").partition("\n")
            if checksum != _sha256([text.encode("ascii")]):
                return None
            compiled = CompiledFile.from_json(text)
        except (OSError, ValueError, RecursionError):
            return None
        return compiled if compiled.file == file else None

    def put(self, compiled: CompiledFile, data: bytes, package: str) -> None:
        """Remember the outcome, if the folder lets us."""
        if self._folder is None:
            return
        text = compiled.to_json()
        entry = self._entry(compiled.file, data, package)
        with contextlib.suppress(OSError):
            entry.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=entry.parent, prefix=".new-")
            try:
                with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as stream:
                    stream.write(f"{_sha256([text.encode('ascii')])}\n{text}")
                os.replace(temporary, entry)  # noqa: PTH105 - `temporary` is a name
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

    def _entry(self, file: str, data: bytes, package: str) -> Path:
        key = _sha256([self._compiler.encode(), package.encode(), os.fsencode(file), data])
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
