"""An internal error: what the user is told, and the file with the details for whoever repairs it."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from actc.cli.console import Console
from actc.project.cache import cache_folder


def report_crash(summary: str, traces: Sequence[str], console: Console) -> None:
    """Say that the fault is ours, and where to report it; the details go to a file in the cache folder."""
    from actc import __version__

    text = f"actc {__version__}, Python {platform.python_version()}, {sys.platform}\n\n" + "\n".join(traces)
    kept = _keep(text)
    details = f"\nThe details are in {kept}." if kept else ""
    console.error(
        f"internal error: {summary}",
        f"this is a mistake in actc; please report it at {_tracker()}, with the activation file.{details}",
    )


def _tracker() -> str:
    """Where the package's own metadata says that mistakes are reported."""
    with contextlib.suppress(metadata.PackageNotFoundError):
        for entry in metadata.metadata("actc").get_all("Project-URL") or ():
            label, _, url = entry.partition(", ")
            if label == "Issues":
                return str(url)
    return "the project's issue tracker"


def _keep(text: str) -> Path | None:
    with contextlib.suppress(Exception):  # a library may be missing: whatever it is, the first fault is what counts
        folder = cache_folder()
        if folder is not None:
            data = text.encode("utf-8", errors="backslashreplace")
            file = folder / "crashes" / f"{hashlib.sha256(data).hexdigest()[:12]}.txt"
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.write_bytes(data)
            return file
    return None
