"""Every contender's errors in float32, at points of all magnitudes, eager and under XLA, in one run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from oracle import Activation

from evidence.contenders import (
    AUTODIFF,
    GENERATED,
    KERAS,
    MODES,
    SYMPY,
    Program,
    autodiff,
    computed,
    generated,
    keras_own,
    sympy_diff,
)
from evidence.formats import FLOAT32, Format, Reals
from evidence.measure import errors, summary
from evidence.points import Density, columns, settings
from evidence.truth import VALUE, Truth


@dataclass(frozen=True)
class Row:
    """What one contender's result came to at one setting of the parameters."""

    activation: str
    of: str  # "value", or the variable of a gradient
    contender: str
    mode: str
    setting: int  # 0: the defaults
    parameters: dict[str, float]
    points: int  # with a true result
    untold: int  # without: the truth is undefined, or not settled
    worst: float  # in ULP
    at: dict[str, float]  # the inputs where that is
    beyond: int  # points off by more than 8 ULP
    nonfinite: int
    nonfinite_at: dict[str, float] | None
    limits: int  # wrong results at infinities and NaN; at the defaults alone


@dataclass(frozen=True)
class Curve:
    """Errors along the input, for a plot."""

    activation: str
    of: str
    contender: str
    mode: str
    x: Reals
    errors: Reals


def measure(truth: Truth, written: Activation, package: Any, density: Density) -> Iterator[tuple[Row, Curve]]:
    """All contenders at the defaults and at sampled parameters; a contender may lack a gradient."""
    name = truth.activation.name
    fixed = {
        GENERATED: generated(package, name, truth.outputs),
        AUTODIFF: autodiff(written, truth.outputs),
        SYMPY: sympy_diff(written, truth.outputs),
    }
    for number, parameters in enumerate(settings(truth)):
        given = columns(truth, parameters, density)
        true = truth.at(given)
        scales = {of: Scale(truth, of, given, FLOAT32) for of in truth.outputs}
        programs: dict[str, Program | None] = {**fixed, KERAS: keras_own(name, truth.inputs, parameters)}
        for contender, program in programs.items():
            for mode in MODES if program is not None else ():
                found = computed(program, given, mode, FLOAT32)
                special = _at_infinity(program, truth, mode) if number == 0 else dict.fromkeys(found, 0)
                for of, column in found.items():
                    error = errors(column, true[of], FLOAT32, scales[of])
                    row = _row(name, of, error, given, truth.inputs)
                    yield (
                        replace(row, contender=contender, mode=mode, setting=number, parameters=parameters,
                                limits=special[of]),
                        Curve(name, of, contender, mode, given[truth.inputs[0]], error),
                    )  # fmt: skip


class Scale:
    """The scale of errors at points of a mask; what was computed for one contender serves the others."""

    def __init__(self, truth: Truth, of: str, given: dict[str, Reals], form: Format) -> None:
        self._truth, self._of, self._given, self._form = truth, of, given, form
        self._known = np.full(next(iter(given.values())).size, np.nan)

    def __call__(self, mask: np.ndarray, truth: Reals) -> Reals:
        new = mask & np.isnan(self._known)
        if new.any():
            there = {name: values[new] for name, values in self._given.items()}
            self._known[new] = self._truth.scale(self._of, there, truth[new[mask]], self._form)
        return self._known[mask]


def _row(name: str, of: str, error: Reals, given: dict[str, Reals], inputs: tuple[str, ...]) -> Row:
    found = summary(error, FLOAT32)
    at = {i: float(given[i][found.at]) for i in inputs}
    first = {i: float(given[i][found.first_nonfinite]) for i in inputs} if found.nonfinite else None
    return Row(
        name, of, "", "", 0, {}, found.points, error.size - found.points, found.worst, at, found.beyond,
        found.nonfinite, first, 0,
    )  # fmt: skip


def _at_infinity(program: Program, truth: Truth, mode: str) -> dict[str, int]:
    """How many results are wrong at -inf, inf and NaN: the limit is due where there is one, NaN for NaN."""
    if len(truth.inputs) > 1:
        return dict.fromkeys(truth.outputs, 0)
    line = np.array([-np.inf, np.inf, np.nan])
    given = {name: np.full(3, value) for name, value in truth.defaults.items()}
    found = computed(program, {truth.inputs[0]: line, **given}, mode, FLOAT32)
    limits = [truth.limits(-1), truth.limits(1)]
    wrong = dict.fromkeys(truth.outputs, 0)
    for of, column in found.items():
        for value, limit in zip(column[:2], limits, strict=True):
            due = limit[of]
            wrong[of] += int(not (np.isnan(due) or value == due or abs(value - due) <= 8 * 2.0**-23 * abs(due)))
        wrong[of] += int(of == VALUE and not np.isnan(column[2]))
    return wrong
