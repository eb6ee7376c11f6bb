"""Loads saved models in a process of its own that imports the generated package and nothing else that made them.

``python reload.py FOLDER PACKAGE``: the package is beside the folder, which has of each model ``NAME.keras``, and its
inputs and outputs in ``NAME.npz``. Prints what went wrong as JSON: by model, by output; nothing for what is as it was.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np


def differing(file: Path) -> dict[str, str]:
    """The outputs of a model that are not what they were, each with why."""
    kept = np.load(file.with_suffix(".npz"))
    try:
        model = keras.models.load_model(file, compile=False)
    except Exception as error:
        return {"": f"not loaded: {type(error).__name__}: {str(error)[:300]}"}
    found = model({name[3:]: kept[name] for name in kept if name.startswith("in ")})
    wrong = {}
    for name, value in found.items():
        due, got = kept[f"out {name}"], np.asarray(value)
        if not np.array_equal(due, got, equal_nan=True):
            wrong[name] = f"{got.tolist()}, and was {due.tolist()}"
    return wrong


def main(folder: Path, package: str) -> None:
    """Report on every model in the folder."""
    sys.path.insert(0, str(folder.parent))
    importlib.import_module(package)
    print(json.dumps({file.stem: differing(file) for file in sorted(folder.glob("*.keras"))}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
