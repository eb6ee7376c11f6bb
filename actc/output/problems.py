"""Why an output folder could not be written, and what to do about it."""

from __future__ import annotations

import errno
from pathlib import Path

_HELP = {
    errno.ENOSPC: "make room on the disk and build again",
    errno.EDQUOT: "make room within your quota and build again",
    errno.EFBIG: "raise the limit on the size of files (`ulimit -f`) and build again",
    errno.EACCES: "give yourself the permission to write there, or choose another `--out`",
    errno.EPERM: "give yourself the permission to write there, or choose another `--out`",
    errno.EROFS: "choose an `--out` that can be written",
    errno.ENOENT: "it was removed meanwhile: build again",
    errno.ENAMETOOLONG: "choose a shorter `--out`",
    errno.ENOTDIR: "a part of the path is a file: move it away, or choose another `--out`",
    errno.EEXIST: "a part of the path is a file: move it away, or choose another `--out`",
    errno.EBUSY: "another program holds it: close that and build again",
}


class WriteError(Exception):
    """The folder could not be written and is as it was before; ``path`` is what could not be."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        self.reason = error.strerror or str(error)
        self.help = _HELP.get(error.errno or 0)
        super().__init__(self.reason)
