"""A compiler for activation functions: declared in YAML, their derivatives proved, generated as Keras modules."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import ModuleType

from actc.diagnostics import ActivationError

__all__ = ["ActivationError", "__version__", "compile"]

__version__ = "0.1.0"


def compile(source: str | os.PathLike[str] | Mapping[str, object], package: str = "actc_notebook") -> ModuleType:
    """Compile an activation file in the running program, for notebooks.

    Args:
        source: A path (a text that ends with ``.yaml`` or ``.yml`` is one), YAML text, or a mapping with the keys of
            an activation.
        package: The name under which Keras registers everything; the modules live in a package of that name in memory.

    Returns:
        A module with the functions and layers that ``actc build`` would write. Warnings of the compiler are Python
        warnings.

    Raises:
        ActivationError: The file is wrong; ``diagnostics`` are those that ``actc check`` prints.
        OSError: The path cannot be read.
        TypeError: The mapping holds what YAML cannot say.
        ValueError: ``package`` is no package's name, or that of another module.
    """
    from actc.notebook import compile_module

    return compile_module(source, package)
