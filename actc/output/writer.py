"""Writes the output folder, all of it or nothing, whenever the process is killed.

Where more than one file changes, the whole folder is made anew beside the old one and the two change places in one
step. Where the system cannot do that, or the folder holds folders of others, files are renamed into place one by one;
a process that is killed in those moments leaves what the next build completes.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
from pathlib import Path

from actc.output.exchange import exchange
from actc.output.folder import CACHE_FOLDER, FilePlan, Plan, is_ours, is_temporary
from actc.output.problems import WriteError

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # no other way of writing would need less


def write(plan: Plan) -> None:
    """Make the folder what the plan says. Raises WriteError after undoing what was done."""
    folder = plan.folder.resolve()
    made = not folder.exists()
    try:
        tidy(folder)
        if len(plan.changes) > 1 and _write_whole(plan, folder):
            return
        folder.mkdir(exist_ok=True)
        _write_each(plan, folder)
    except _FailedError as failed:
        raise WriteError(plan.folder / failed.name, failed.error) from None
    except OSError as error:
        raise WriteError(plan.folder, error) from None
    finally:
        if made:
            with contextlib.suppress(OSError):
                folder.rmdir()  # succeeds only where nothing was written


class _FailedError(Exception):
    """A file that could not be written; what was done is undone."""

    def __init__(self, name: str, error: OSError) -> None:
        super().__init__(name)
        self.name = name
        self.error = error


# The whole folder at once.


def _write_whole(plan: Plan, folder: Path) -> bool:
    """Whether the folder could be replaced as a whole; nothing has changed where it could not.

    Files that stay are hard links, so that they are the same files as before; what another program adds or replaces
    while this goes on is brought over afterwards.
    """
    if folder.exists() and not os.access(folder, os.W_OK):
        return False  # it is not for us to replace
    try:
        staged = _folder_beside(folder)
    except OSError:
        return False  # the place beside ours cannot be written, but ours may be
    try:
        if not _stage_whole(plan, folder, staged):
            return False
        if folder.exists():
            exchange(folder, staged)
        else:
            staged.rename(folder)
        _sync(folder.parent)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise
        return False
    finally:
        _dissolve(staged, folder, frozenset(file.name for file in plan.changes))
    return True


def _folder_beside(folder: Path) -> Path:
    """A new folder, which has its own number in its name: so it is known after an exchange which of the two it is."""
    token = secrets.token_hex(8)
    staged = folder.with_name(f".{folder.name}.actc-0-{token}")
    staged.mkdir()
    return staged.rename(folder.with_name(f".{folder.name}.actc-{staged.stat().st_ino:x}-{token}"))


def _stage_whole(plan: Plan, folder: Path, staged: Path) -> bool:
    """Fill the new folder; False where the old one holds what cannot stand in both."""
    changed = {file.name for file in plan.changes}
    if folder.exists():
        for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False):
                if entry.name != CACHE_FOLDER:
                    return False
            elif entry.name not in changed:
                os.link(entry.path, staged / entry.name, follow_symlinks=False)
        found, own = folder.stat(), staged.stat()
        if (found.st_uid, found.st_gid) != (own.st_uid, own.st_gid):
            os.chown(staged, found.st_uid, found.st_gid)
        shutil.copystat(folder, staged)
    for file in plan.changes:
        if file.new is not None:
            _new_file(staged / file.name, file.new, folder / file.name)
    _sync(staged)
    return True


def tidy(folder: Path) -> None:
    """Clear away what a build that was killed has left beside the folder."""
    for aside in _asides(folder.resolve()):
        _dissolve(aside, folder.resolve())


def is_tidy(folder: Path) -> bool:
    """Whether no build that was killed has left anything beside the folder."""
    return not _asides(folder.resolve())


def _asides(folder: Path) -> list[Path]:
    pattern = re.compile(re.escape(f".{folder.name}.actc-") + "[0-9a-f]+-[0-9a-f]{16}")
    with contextlib.suppress(OSError):
        found = [e for e in _entries(folder.parent) if pattern.fullmatch(e.name) and e.is_dir(follow_symlinks=False)]
        return [Path(entry.path) for entry in found]
    return []


def _dissolve(aside: Path, folder: Path, replaced: frozenset[str] = frozenset()) -> None:
    """Take away a folder that stands beside ours, before or after the exchange.

    Before it, there is nothing in it that ours has not, or will not be given again. After it, what actc wrote is
    removed, and what is in ours too; what another program put there meanwhile moves to ours. Where ours has another
    file of that name both stay, so that nothing is lost.
    """
    with contextlib.suppress(OSError):
        unused = f"actc-{aside.stat().st_ino:x}-" in aside.name or "actc-0-" in aside.name
        for entry in _entries(aside):
            path, kept = Path(entry.path), folder / entry.name
            with contextlib.suppress(OSError):
                if entry.name == CACHE_FOLDER and entry.is_dir(follow_symlinks=False):
                    _move_cache(path, kept)
                elif unused or entry.name in replaced or is_temporary(entry.name) or is_ours(path) or _same(path, kept):
                    path.unlink()
                elif not os.path.lexists(kept):
                    path.rename(kept)
        aside.rmdir()


def _move_cache(path: Path, kept: Path) -> None:
    """Python's own cache: moved as it is; where a newer one is there already, it is of no use."""
    try:
        path.rename(kept)
    except OSError:
        shutil.rmtree(path, ignore_errors=True)


# One file after the other.


def _write_each(plan: Plan, folder: Path) -> None:
    """Put every file in its place by a rename, the package's ``__init__`` last.

    New text is first written beside the old, under a name that no module has, until all of it is on disk.
    """
    changes = sorted(plan.changes, key=lambda file: (file.name.startswith("__init__"), file.name))
    staged: dict[str, Path] = {}
    saved: list[tuple[Path, Path | None]] = []
    current = ""
    try:
        for file in changes:
            current = file.name
            if file.new is not None:
                staged[file.name] = _stage(folder, file.new, folder / file.name)
        for file in changes:
            current = file.name
            path = folder / file.name
            saved.append((path, _set_aside(path, file)))
            if file.new is not None:
                staged[file.name].replace(path)
                del staged[file.name]
    except BaseException as error:
        for path, backup in reversed(saved):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True) if backup is None else backup.replace(path)
        for path in staged.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _FailedError(current, error) from None
        raise
    for _, backup in saved:
        if backup is not None:
            with contextlib.suppress(OSError):
                backup.unlink()
    _sync(folder)


def _stage(folder: Path, data: bytes, old: Path) -> Path:
    """A new file with the data, on disk, under a name for temporary use."""
    path = folder / _temporary()
    try:
        _new_file(path, data, old)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    return path


def _set_aside(path: Path, file: FilePlan) -> Path | None:
    """Keep what stands in the file's place under another name; None where nothing does.

    A file that is about to be replaced stays in its place too, so that the module never goes missing.
    """
    backup = path.with_name(_temporary())
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


def _new_file(path: Path, data: bytes, old: Path) -> None:
    """A file that is on disk, with the permissions that new files have, and later than the one it replaces.

    Python takes a module's compiled form from its cache where time, in whole seconds, and size are those it knows: a
    clock that was set back must not bring back an older one.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(descriptor)
        written = os.fstat(descriptor).st_mtime
    with contextlib.suppress(OSError):
        before = old.lstat().st_mtime
        if int(written) <= int(before):
            os.utime(path, (before + 1, before + 1))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(entries)


def _temporary() -> str:
    return f".actc-{secrets.token_hex(8)}.tmp"


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samestat(one.lstat(), other.lstat())
    except OSError:
        return False


def _sync(folder: Path) -> None:
    """Bring a folder's entries to the disk, where the system lets us."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
