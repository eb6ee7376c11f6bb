"""Small files in the user's cache folder: read only where they are whole, and nobody else could have written them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

_LARGEST = 256 * 2**20  # bytes


def is_private(folder: Path) -> bool:
    """Whether the folder, made if need be, is the user's alone to write: what is kept there becomes code."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.stat()
    except OSError:
        return False
    if not hasattr(os, "geteuid"):
        return True  # Windows: the user's own place, which others may not write
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def read_kept(file: Path, key: str) -> str | None:
    """The text that was kept under the key; None where there is none, or another, or what is there is damaged."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            head, _, text = stream.read(_LARGEST).decode("ascii").partition("\n")
    except (OSError, ValueError):
        return None
    return text if head == _head(key, text) else None


def keep(file: Path, key: str, text: str) -> None:
    """Keep the text, which is ASCII, under the key, if the folder lets us."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as stream:
                stream.write(f"{_head(key, text)}\n{text}")
            os.replace(temporary, file)  # noqa: PTH105 - `temporary` is a name
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _head(key: str, text: str) -> str:
    return hashlib.sha256(f"{key}\n{text}".encode("ascii")).hexdigest()
