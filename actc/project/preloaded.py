"""Imported by the server that workers are forked from: the compiler, and what it knows of the shipped activations."""

from __future__ import annotations

import contextlib

from actc.pipeline import shipped
from actc.project.shipped_cache import warm_catalogue

with contextlib.suppress(FileNotFoundError):  # a worker will report it
    warm_catalogue(shipped())
