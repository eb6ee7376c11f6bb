"""Writes the output folder, all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from actc.output.folder import FilePlan, Plan


class WriteError(Exception):
    """The folder could not be written and is as it was before; ``path`` is what could not be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, made if need be, so that two builds at once follow one another.

    The lock is the folder's own, so that no file is left behind; a file system without locks goes without.
    """
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(folder, error.strerror or str(error)) from None
    descriptor = None
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
        if made:
            with contextlib.suppress(OSError):
                folder.rmdir()  # succeeds only where nothing was written


def write(plan: Plan) -> None:
    """Make the folder what the plan says. Raises WriteError after undoing what was done.

    New text is first written beside the old, under a name that no module has; only when all of it is on disk do
    renames put it in place, the package's ``__init__`` last.
    """
    changes = sorted(plan.changes, key=lambda file: (file.name.startswith("__init__"), file.name))
    staged: dict[str, Path] = {}
    saved: list[tuple[Path, Path | None]] = []
    current = plan.folder
    try:
        for file in changes:
            current = plan.folder / file.name
            if file.new is not None:
                staged[file.name] = _stage(plan.folder, file.new)
        for file in changes:
            current = plan.folder / file.name
            saved.append((current, _set_aside(current, file)))
            if file.new is not None:
                staged.pop(file.name).replace(current)
    except BaseException as error:
        for path, backup in reversed(saved):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True) if backup is None else backup.replace(path)
        for path in staged.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise WriteError(current, error.strerror or str(error)) from None
        raise
    for _, backup in saved:
        if backup is not None:
            with contextlib.suppress(OSError):
                backup.unlink()


def _stage(folder: Path, data: bytes) -> Path:
    """A new file with the data, on disk, with the permissions that new files have."""
    path = folder / f".actc-{secrets.token_hex(8)}.tmp"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    return path


def _set_aside(path: Path, file: FilePlan) -> Path | None:
    """Keep what stands in the file's place under another name; None where nothing does.

    A file that is about to be replaced stays in its place too, so that the module never goes missing.
    """
    backup = path.with_name(f".actc-{secrets.token_hex(8)}.tmp")
    try:
        if file.new is None:
            path.rename(backup)
        else:
            os.link(path, backup, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except (OSError, NotImplementedError):  # a file system without hard links
        path.rename(backup)
    return backup
