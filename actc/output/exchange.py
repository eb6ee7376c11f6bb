"""Swaps two folders in one step, which a kill cannot cut in two, where the system can."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # renameat2 of Linux
_RENAME_SWAP = 2  # renamex_np of macOS


def exchange(one: Path, other: Path) -> None:
    """Let each of two folders of one file system have the other's name. Raises OSError where that cannot be done."""
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            failed = library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE)
        elif sys.platform == "darwin":
            failed = library.renamex_np(first, second, _RENAME_SWAP)
        else:
            raise OSError("folders cannot be exchanged here")
    except (AttributeError, TypeError) as error:  # a library without the function; Windows has no library of that kind
        raise OSError(str(error)) from None
    if failed:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(one))
