"""Generated code at every one of the 2**32 inputs of float32: NaNs, infinities and subnormal numbers too.

The reference is computed in float64 by NumPy and SciPy from a formula that does not cancel. It is off by far less than
a thousandth of a float32's ULP; in every chunk that is checked by ball arithmetic at the inputs with the greatest
errors and at some drawn at random. What was done is kept chunk by chunk, so a run that was stopped goes on from there.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.special

from evidence.contenders import EAGER, MODES, Program, computed, generated, in_mode
from evidence.formats import FLOAT32, Reals
from evidence.measure import errors
from evidence.truth import VALUE, Truth

CHUNKS = 1024
_LENGTH = 2**32 // CHUNKS
_BLOCK = 2**20
_WORST, _DRAWN = 4, 4  # of each block
_DOUBT = 2.0**-10  # ULP: what the reference may be off

Reference = Callable[[Reals], dict[str, tuple[Reals, Reals]]]
"""For each result the true value and the derivative, by which the input's last bit is magnified."""


def _gelu(x: Reals) -> dict[str, tuple[Reals, Reals]]:
    inner = np.clip(x, -40, 40)
    cdf = scipy.special.erfc(-inner / np.sqrt(2)) / 2
    pdf = np.exp(-(inner**2) / 2) / np.sqrt(2 * np.pi)
    slope = cdf + inner * pdf
    return {VALUE: (x * cdf, slope), "x": (slope, pdf * (2 - inner**2))}


def _softplus(x: Reals) -> dict[str, tuple[Reals, Reals]]:
    power = np.exp(-np.abs(x))
    sigmoid = np.where(x >= 0, 1, power) / (1 + power)
    return {VALUE: (np.maximum(x, 0) + np.log1p(power), sigmoid), "x": (sigmoid, power / (1 + power) ** 2)}


REFERENCES: dict[str, Reference] = {"gelu": _gelu, "softplus": _softplus}


@dataclass
class Part:
    """What one chunk came to, or several together, for one result."""

    inputs: int = 0  # finite ones
    worst: float = 0.0
    at: float = 0.0
    over: tuple[int, ...] = (0, 0, 0, 0)  # finite inputs at which the error is more than 1, 2, 4, 8 ULP
    nonfinite: int = 0  # wrong ones
    special: int = 0  # wrong results at infinities and NaNs
    checked: int = 0  # inputs at which the reference was held to ball arithmetic
    doubtful: int = 0  # of these, where it was off by more than it may

    def add(self, other: Part) -> None:
        """Both together."""
        if other.worst > self.worst:
            self.worst, self.at = other.worst, other.at
        self.over = tuple(a + b for a, b in zip(self.over, other.over, strict=True))
        for name in ("inputs", "nonfinite", "special", "checked", "doubtful"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def run(truth: Truth, package: Any, folder: Path) -> dict[str, Part]:
    """All chunks that ``folder`` does not hold yet; what all of them come to, by mode and result."""
    name = truth.activation.name
    text = Path(sys.modules[getattr(package, name).__module__].__file__ or "").read_bytes()
    file = folder / f"every-float32-{name}-{hashlib.sha256(text).hexdigest()[:12]}.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    done = {one["chunk"]: one["parts"] for one in map(json.loads, lines)}
    program = generated(package, name, truth.outputs)
    programs = {mode: in_mode(program, mode) for mode in MODES}
    with file.open("a", encoding="utf-8") as stream:
        for index in range(CHUNKS):
            if index not in done:
                parts = {key: asdict(part) for key, part in _chunk(truth, programs, index).items()}
                done[index] = parts
                print(json.dumps({"chunk": index, "parts": parts}), file=stream, flush=True)
    total: dict[str, Part] = {}
    for parts in done.values():
        for key, part in parts.items():
            total.setdefault(key, Part()).add(Part(**{**part, "over": tuple(part["over"])}))
    return total


def _chunk(truth: Truth, programs: dict[str, Program], index: int) -> dict[str, Part]:
    """One of the 1,024 ranges, in blocks that stay in the processor's cache."""
    parts: dict[str, Part] = {}
    for start in range(index * _LENGTH, (index + 1) * _LENGTH, _BLOCK):
        for key, part in _block(truth, programs, start).items():
            parts.setdefault(key, Part()).add(part)
    return parts


def _block(truth: Truth, programs: dict[str, Program], start: int) -> dict[str, Part]:
    x = FLOAT32.wide(np.arange(start, start + _BLOCK, dtype=np.uint64).astype(np.uint32).view(np.float32))
    finite = np.isfinite(x)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        reference = REFERENCES[truth.activation.name](np.where(finite, x, 0))
    magnified = {of: np.abs(slope) * FLOAT32.ulp(x) for of, (_, slope) in reference.items()}
    parts = {}
    for mode, program in programs.items():
        # The program is compiled already where it is to be.
        for of, column in computed(program, {"x": x}, EAGER, FLOAT32).items():
            true = reference[of][0]

            def scale(mask: np.ndarray, some: Reals, step: Reals = magnified[of]) -> Reals:
                return np.maximum(FLOAT32.ulp(some), step[mask])

            error = errors(column, np.where(finite, true, np.nan), FLOAT32, scale)
            part = _counted(error, x)
            part.special = _special(truth, of, x[~finite], column[~finite])
            _check(truth, of, x, true, error, part, start)
            parts[f"{mode} {of}"] = part
    return parts


def _counted(error: Reals, x: Reals) -> Part:
    known = error[~np.isnan(error)]
    held = np.where(np.isfinite(error), error, -1)
    at = int(np.argmax(held))
    over = tuple(int(np.sum(np.isfinite(known) & (known > most))) for most in (1, 2, 4, 8))
    return Part(
        int(known.size), float(max(held[at], 0)), float(x[at]) if held[at] > 0 else 0.0, over,
        int(np.sum(np.isposinf(known))),
    )  # fmt: skip


def _special(truth: Truth, of: str, x: Reals, column: Reals) -> int:
    wrong = int(np.sum(~np.isnan(column[np.isnan(x)]))) if of == VALUE else 0
    for sign in (-1, 1):
        at = x == sign * np.inf
        if at.any():
            wrong += int(np.sum(column[at] != truth.limits(sign)[of]))
    return wrong


def _check(truth: Truth, of: str, x: Reals, true: Reals, error: Reals, part: Part, seed: int) -> None:
    """Hold the reference to ball arithmetic where it matters most, and where nobody chose."""
    finite = np.flatnonzero(np.isfinite(error))
    if not finite.size:
        return
    worst = finite[np.argpartition(error[finite], -_WORST)[-_WORST:]] if finite.size > _WORST else finite
    drawn = np.random.default_rng(seed).choice(finite, _DRAWN)
    some = np.unique(np.concatenate([worst, drawn]))
    sure = truth.at({"x": x[some]})[of]
    off = np.abs(true[some] - sure)
    allowed = _DOUBT * truth.scale(of, {"x": x[some]}, sure, FLOAT32)
    part.checked += int(some.size)
    part.doubtful += int(np.sum((off > allowed) & (off > FLOAT32.tiny)))
