"""Makes builds of one output folder follow one another."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from actc.output.problems import WriteError

_RETRY_SECONDS = 0.05


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the output folder, whose parents are made if need be; another build waits until it is free.

    The system lets go of the lock when its holder ends, however that happens, so that none is ever left behind. A file
    system without locks goes without. Raises WriteError where the parents cannot be made.
    """
    parent = folder.resolve().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(parent, error) from None
    descriptor = _lock(parent, folder)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(parent: Path, folder: Path) -> int | None:
    """What holds the lock while it is open: the parent folder itself, as the output folder may be replaced."""
    try:
        import fcntl
    except ImportError:
        return _lock_file(folder)
    with contextlib.suppress(OSError):
        descriptor = os.open(parent, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor
    return None


def _lock_file(folder: Path) -> int | None:
    """Windows cannot lock a folder: a file for temporary use stands for it, under a name made from the folder's."""
    try:
        import msvcrt
    except ImportError:
        return None
    name = hashlib.sha256(os.fsencode(os.path.normcase(folder.resolve()))).hexdigest()
    with contextlib.suppress(OSError):
        descriptor = os.open(Path(tempfile.gettempdir(), f"actc-{name[:32]}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            except PermissionError:  # held by another; LK_LOCK itself gives up after ten tries
                time.sleep(_RETRY_SECONDS)
            else:
                return descriptor
    return None
