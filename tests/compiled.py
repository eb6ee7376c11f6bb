"""Has the passes of generated ops compiled however small the tensors are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


def op_of(package: ModuleType, name: str) -> Any:
    """The op of an activation."""
    return getattr(sys.modules[getattr(package, name).__module__], f"_{name}_op")


def passes_of(op: Any) -> list[Any]:
    """Forward, backward, and backward with the parameters' gradients where there are any."""
    return [getattr(op, name) for name in ("_forward", "_plain", "_learning") if hasattr(op, name)]


@contextmanager
def always_compiled(package: ModuleType, *names: str) -> Iterator[list[Any]]:
    """Gives the passes of these activations."""
    passes = [p for name in names for p in passes_of(op_of(package, name))]
    before = [(p, p._least, dict(p._compiled)) for p in passes]
    for p in passes:
        p._least = 0
        p._compiled.clear()
    try:
        yield passes
    finally:
        for p, least, compiled in before:
            p._least, p._compiled = least, compiled
