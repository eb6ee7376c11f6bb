"""A compiler for activation functions: declared in YAML, their derivatives proved, generated as Keras modules."""

from __future__ import annotations

from actc.diagnostics import ActivationError

__all__ = ["ActivationError", "__version__"]

__version__ = "0.1.0"
