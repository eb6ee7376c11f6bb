"""Where the files are that travel with the compiler: its templates and the catalogue of activations."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def templates() -> Path:
    """The folder with one folder of templates for each target."""
    return _find("templates")


def activations() -> Path:
    """The folder of activation files that ship with the compiler."""
    return _find("activations")


def _find(name: str) -> Path:
    """The copy inside an installed wheel, else the one of the checkout. Raises FileNotFoundError without either."""
    for folder in (_HERE / "_data" / name, _HERE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the folder {name!r} of the actc installation is missing: install actc again")
