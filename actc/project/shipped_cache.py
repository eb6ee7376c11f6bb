"""Keeps what is known of the values of the shipped activations in the user's cache folder, which may be damaged."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from actc import __version__, resources
from actc.calculus.kept_values import restore, to_plain
from actc.calculus.shipped_values import Catalogue
from actc.project.cache import cache_folder, compiler_fingerprint

_NAME = "shipped.json"


def warm_catalogue(catalogue: Catalogue) -> None:
    """Make the catalogue ready, from the cache where that has the values of this very compiler.

    One file, made anew by whichever version of actc ran last.
    """
    folder = cache_folder()
    compiler = compiler_fingerprint(__version__, (), resources.activations())
    kept = folder is not None and _read(folder / _NAME, compiler, catalogue)
    catalogue.warm()
    if folder is not None and not kept:
        _write(folder / _NAME, compiler, catalogue)


def _read(file: Path, compiler: str, catalogue: Catalogue) -> bool:
    """Whether the file had the values."""
    try:
        head, _, text = file.read_text("ascii").partition("\n")
        if head != _head(compiler, text):
            return False
        restore(catalogue, json.loads(text))
    except (OSError, ValueError, RecursionError):
        return False
    return True


def _write(file: Path, compiler: str, catalogue: Catalogue) -> None:
    """Keep the values, if the folder lets us."""
    text = json.dumps(to_plain(catalogue), separators=(",", ":"))
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as stream:
                stream.write(f"{_head(compiler, text)}\n{text}")
            os.replace(temporary, file)  # noqa: PTH105 - `temporary` is a name
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _head(compiler: str, text: str) -> str:
    return hashlib.sha256(f"{compiler}\n{text}".encode("ascii")).hexdigest()
