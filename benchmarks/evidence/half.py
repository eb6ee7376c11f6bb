"""Generated code at every one of the 65,536 inputs of float16 and of bfloat16."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from evidence.contenders import MODES, computed, generated
from evidence.formats import BFLOAT16, FLOAT16, Format, Reals
from evidence.measure import errors, summary
from evidence.truth import VALUE, Truth

FORMATS = (FLOAT16, BFLOAT16)


@dataclass(frozen=True)
class HalfRow:
    """What a value or a gradient came to over all inputs of a format."""

    activation: str
    of: str
    dtype: str
    mode: str
    points: int  # finite inputs with a true result
    worst: float  # in ULP of the format, at normal inputs and 0
    at: dict[str, float]
    beyond: int  # normal inputs, or 0, at which it is off by more than 1 ULP
    subnormal: int  # subnormal inputs at which it is: TensorFlow may take them for 0
    nonfinite: int
    special: int  # wrong results at infinities and the thousands of NaNs


def every(form: Format) -> Reals:
    """All 65,536 numbers of the format, infinities and NaNs included."""
    return form.wide(np.arange(2**16, dtype=np.uint16).view(form.dtype))


def measure(truth: Truth, package: Any) -> Iterator[HalfRow]:
    """Value and every gradient; of several inputs each takes every number once, in different orders."""
    name = truth.activation.name
    program = generated(package, name, truth.outputs)
    for form in FORMATS:
        numbers = every(form)
        line = numbers[np.isfinite(numbers)]
        line = line[[truth.activation.inputs[0].domain.contains(v) for v in line.tolist()]]
        rng = np.random.default_rng(16)
        given = {i: line if k == 0 else rng.permutation(line) for k, i in enumerate(truth.inputs)}
        near = {p: float(form.round(np.array([v]))[0]) for p, v in truth.defaults.items()}
        given |= {p: np.full(line.size, v) for p, v in near.items()}
        true = truth.at(given)
        normal = np.all([(given[i] == 0) | (np.abs(given[i]) >= form.tiny) for i in truth.inputs], axis=0)
        for mode in MODES:
            special = _special(truth, program, near, form, mode)
            for of, column in computed(program, given, mode, form).items():

                def scale(mask: np.ndarray, some: Reals, of: str = of) -> Reals:
                    there = {key: values[mask] for key, values in given.items()}  # noqa: B023 - called at once
                    return truth.scale(of, there, some, form)  # noqa: B023 - as above

                error = errors(column, true[of], form, scale)
                found = summary(np.where(normal, error, np.nan), form)
                below = summary(np.where(normal, np.nan, error), form)
                at = {i: float(given[i][found.at]) for i in truth.inputs}
                yield HalfRow(
                    name, of, form.name, mode, found.points + below.points, found.worst, at, found.beyond,
                    below.beyond, found.nonfinite + below.nonfinite, special[of],
                )  # fmt: skip


def _special(truth: Truth, program: Any, near: dict[str, float], form: Format, mode: str) -> dict[str, int]:
    """How many results are wrong at infinities (the limit is due) and at NaNs (the value is NaN)."""
    wrong = dict.fromkeys(truth.outputs, 0)
    if len(truth.inputs) > 1:
        return wrong
    numbers = every(form)
    line = numbers[~np.isfinite(numbers)]
    given = {truth.inputs[0]: line, **{p: np.full(line.size, v) for p, v in near.items()}}
    limits = {-np.inf: truth.limits(-1), np.inf: truth.limits(1)}
    for of, column in computed(program, given, mode, form).items():
        for x, value in zip(line.tolist(), column.tolist(), strict=True):
            if np.isnan(x):
                wrong[of] += int(of == VALUE and not np.isnan(value))
            else:
                due = float(form.round(np.array([limits[x][of]]))[0])
                close = value == due or abs(value - due) <= form.ulp(np.array([due]))[0]
                wrong[of] += int(not (np.isnan(due) or close))
    return wrong
