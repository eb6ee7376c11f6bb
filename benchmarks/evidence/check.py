"""The truth held to mpmath: an evaluator that shares nothing with the compiler, and differences of the function."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np
from oracle import Activation
from oracle_language import UndecidedError, UndefinedError

from evidence.formats import FLOAT32, Reals
from evidence.points import settings
from evidence.truth import VALUE, Truth

_FLOOR = 2.0**-150  # where mpmath's differences stop
_ALLOWED = 2.0**-50  # relative


@dataclass(frozen=True)
class Check:
    """What a comparison came to."""

    compared: int
    undecided: int  # points where mpmath gave no answer
    worst: float  # the greatest relative difference
    differing: tuple[str, ...]  # where it is more than rounding


def check(truth: Truth, written: Activation, count: int) -> Check:
    """Value and every gradient at points drawn at random, a third of them of any magnitude."""
    rng = np.random.default_rng(zlib.crc32(f"{truth.activation.name} check".encode()))
    compared = undecided = 0
    worst = 0.0
    differing = []
    for parameters in settings(truth):
        given = {i.name: _drawn(i.domain, count, rng) for i in truth.activation.inputs}
        given |= {name: np.full(count, value) for name, value in parameters.items()}
        found = truth.at(given)
        for of, column in found.items():
            for k in range(count):
                point = {name: float(values[k]) for name, values in given.items()}
                try:
                    due = float(written.value(point) if of == VALUE else written.gradient(of, point, _FLOOR))
                except (UndefinedError, UndecidedError):
                    undecided += 1
                    continue
                compared += 1
                difference = abs(float(column[k]) - due)
                if column[k] == due or difference <= _FLOOR * 2:
                    continue
                relative = difference / max(abs(due), 5e-324)
                worst = max(worst, relative)
                if relative > _ALLOWED or math.isnan(relative):
                    differing.append(f"{truth.activation.name} {of} at {point}: {float(column[k])!r}, mpmath {due!r}")
    return Check(compared, undecided, worst, tuple(differing))


def _drawn(domain: object, count: int, rng: np.random.Generator) -> Reals:
    near = rng.uniform(-20, 20, count)
    far = rng.choice([-1, 1], count) * np.exp2(rng.uniform(-100, 100, count))
    some = FLOAT32.round(np.where(np.arange(count) % 3 == 2, far, near))
    inside = [v for v in some.tolist() if domain.contains(v)]  # type: ignore[attr-defined]
    return np.resize(np.array(inside or [1.0]), count)
