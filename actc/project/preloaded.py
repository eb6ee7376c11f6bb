"""Imported by the server that workers are forked from: the compiler, and what it knows of the shipped activations."""

from __future__ import annotations

import contextlib

from actc.pipeline import shipped

with contextlib.suppress(FileNotFoundError):  # a worker will report it
    shipped().warm()
