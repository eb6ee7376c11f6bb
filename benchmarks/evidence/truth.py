"""The true value and gradients of an activation, rounded to float64 from balls that hold them for certain.

A float64 of the truth is off by 2**-53, a millionth of a float32's ULP or less. The gradient is the one that is to be
emitted: the derivative, a surrogate where one is chosen, and what the documentation says at kinks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, fmpq

from actc.calculus.analyse import analyse
from actc.calculus.ball_operations import UNKNOWN
from actc.calculus.balls import evaluate_sure
from actc.calculus.differentiate import differentiate
from actc.calculus.tape import Tape
from actc.diagnostics import DiagnosticLog
from actc.model.activation import Activation
from actc.model.expr import Expr
from evidence.formats import Format, Reals

VALUE = "value"

_BITS, _MOST_BITS, _GOOD = 128, 4096, 64
_SIZES = 24  # of an input, for its limit
_NULL = arb(2) ** -1200  # what no precision tells from 0, as sin(pi)

Columns = Mapping[str, Reals]
"""The numbers of each input and parameter."""


class Truth:
    """The certain values of one activation."""

    def __init__(self, activation: Activation) -> None:
        gradients = analyse(activation, DiagnosticLog())
        if gradients is None:
            raise ValueError(f"{activation.name} has no meaning")
        self.activation = activation
        self.kinks = gradients.kinks
        self.exprs: dict[str, Expr] = {VALUE: gradients.value, **{g.variable: g.expr for g in gradients.gradients}}
        self.inputs = tuple(i.name for i in activation.inputs)
        self.parameters = tuple(p.name for p in activation.parameters)

    @property
    def outputs(self) -> tuple[str, ...]:
        """``value``, and each variable that there is a gradient for."""
        return tuple(self.exprs)

    @cached_property
    def defaults(self) -> dict[str, float]:
        """The parameters' defaults as float64."""
        return {p.name: _real(evaluate_sure(p.default, {})) for p in self.activation.parameters}

    @cached_property
    def _tape(self) -> Tape:
        return Tape(*self.exprs.values())

    @cached_property
    def _slopes(self) -> dict[tuple[str, str], Tape]:
        names = (*self.inputs, *self.parameters)
        return {
            (of, name): Tape(differentiate(expr, name))
            for of, expr in self.exprs.items()
            for name in names
            if name in expr.free
        }

    def at(self, columns: Columns) -> dict[str, Reals]:
        """Value and gradients at every point; NaN where there is none or it is not to be told."""
        rows = [_run(self._tape, point) for point in _points(columns)]
        table = np.array(rows, np.float64).reshape(len(rows), len(self.exprs))
        return {name: table[:, k] for k, name in enumerate(self.exprs)}

    def scale(self, of: str, columns: Columns, truth: Reals, form: Format) -> Reals:
        """What an error at each point is divided by.

        It is the greatest of the ULP of the truth, the change of the truth when the last bit of an input or a parameter
        changes, and the derivative times that bit: what the problem magnifies is no fault of the program. At a jump or
        a kink the change is the step, so that either side's value is right.
        """
        result = form.ulp(truth)
        tape = Tape(self.exprs[of])
        for name in (*self.inputs, *self.parameters):
            if name not in self.exprs[of].free:
                continue
            for moved in form.beside(columns[name]):
                inside = np.where(np.isfinite(moved), moved, columns[name])
                other = np.array([_run(tape, p)[0] for p in _points({**columns, name: inside})])
                with np.errstate(over="ignore", invalid="ignore"):
                    change = np.abs(other - truth)
                result = np.fmax(result, np.where(np.isfinite(change), change, 0))
            slope = np.array([_run(self._slopes[of, name], p)[0] for p in _points(columns)])
            with np.errstate(over="ignore"):
                magnified = np.abs(slope) * form.ulp(columns[name])
            result = np.fmax(result, magnified)  # beyond float64 where nothing is asked; NaN where it is not known
        return result

    def limits(self, sign: int, parameters: Mapping[str, float] | None = None) -> dict[str, float]:
        """The limits at an infinite input; NaN where there is none or several inputs.

        Parameters are at their defaults where none are given.
        """
        if len(self.inputs) > 1:
            return dict.fromkeys(self.outputs, math.nan)
        # So many that what swings from one sign to the other, as x*sin(x), is seen to have none.
        sizes = np.exp2(np.linspace(200, 500, _SIZES)) * (1 + np.arange(_SIZES) * 0.618 % 1)
        given = {name: np.full(_SIZES, value) for name, value in (parameters or self.defaults).items()}
        found = self.at({self.inputs[0]: sign * sizes, **given})
        return {name: _limit(column) for name, column in found.items()}


def _limit(column: Reals) -> float:
    if np.isnan(column).any():
        return math.nan
    first, last = float(column[0]), float(column[-1])
    if abs(last) > 2.0**150 and np.all(np.diff(np.abs(column)) > 0 if np.isfinite(last) else [True]):
        return math.copysign(math.inf, last) if np.all(np.sign(column) == np.sign(last)) else math.nan
    if abs(last) < 2.0**-150:
        return 0.0
    return last if abs(first - last) <= 2.0**-40 * abs(last) else math.nan


def _points(columns: Columns) -> list[dict[str, Fraction]]:
    names = list(columns)
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    return [{name: Fraction(v) for name, v in zip(names, row, strict=True)} for row in rows]


def _run(tape: Tape, point: Mapping[str, Fraction]) -> list[float]:
    bits = _BITS
    while True:
        cells = tape.run(point, bits)
        if bits >= _MOST_BITS or all(_sure(c) for c in cells):
            return [_real(c) for c in cells]
        bits *= 2


def _sure(cell: Any) -> bool:
    return cell is not UNKNOWN and (not isinstance(cell, arb) or cell.rel_accuracy_bits() >= _GOOD)


def _real(cell: Any) -> float:
    """The nearest float64, or about that; NaN for no number."""
    if isinstance(cell, Fraction):
        cell = fmpq(cell.numerator, cell.denominator)
    try:
        if isinstance(cell, fmpq):
            return int(cell.p) / int(cell.q)
        if not isinstance(cell, arb):
            return math.nan
        if not _sure(cell):
            return 0.0 if abs(cell) < _NULL else math.nan
        long, exponent = (int(part) for part in cell.mid().man_exp())
        # Thousands of bits are too many for a float, whatever the exponent.
        spare = max(abs(long).bit_length() - _BITS, 0)
        if exponent + spare < -(2**30):
            return 0.0
        return math.ldexp(float(long >> spare), exponent + spare)
    except OverflowError:
        sign = -1 if cell < 0 else 1
        return sign * math.inf
