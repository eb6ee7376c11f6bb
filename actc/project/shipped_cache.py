"""Keeps what is known of the values of the shipped activations in the user's cache folder, which may be damaged."""

from __future__ import annotations

import json

from actc import __version__, resources
from actc.calculus.kept_values import restore, to_plain
from actc.calculus.shipped_values import Catalogue
from actc.project.cache import cache_folder, compiler_fingerprint
from actc.project.kept_files import is_private, keep, read_kept

_NAME = "shipped.json"


def warm_catalogue(catalogue: Catalogue) -> None:
    """Make the catalogue ready, from the cache where that has the values of this very compiler.

    One file, made anew by whichever version of actc ran last.
    """
    folder = cache_folder()
    file = folder / _NAME if folder is not None and is_private(folder) else None
    compiler = compiler_fingerprint(__version__, (), resources.activations())
    kept = file is not None and _restore(read_kept(file, compiler), catalogue)
    catalogue.warm()
    if file is not None and not kept:
        keep(file, compiler, json.dumps(to_plain(catalogue), separators=(",", ":")))


def _restore(text: str | None, catalogue: Catalogue) -> bool:
    """Whether the text had the values."""
    if text is None:
        return False
    try:
        restore(catalogue, json.loads(text))
    except (ValueError, RecursionError):
        return False
    return True
