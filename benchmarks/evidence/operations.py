"""How far TensorFlow's own functions are off: what no arrangement of them can mend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from evidence.contenders import MODES, computed
from evidence.formats import FLOAT32, Reals
from evidence.formulas import TENSORS
from evidence.measure import errors, summary
from evidence.points import Density, columns
from evidence.truth import VALUE, Truth

_POSITIVE = ("log", "sqrt")
NAMES = (
    *("exp", "expm1", "log", "log1p", "sqrt", "tanh", "sigmoid", "softplus", "erf", "erfc", "sinh", "cosh", "sin"),
    *("cos", "atan", "asinh"),
)


@dataclass(frozen=True)
class OperationRow:
    """One function in one mode."""

    name: str
    mode: str
    worst: float
    at: float
    beyond: int
    nonfinite: int


def measure(density: Density) -> list[OperationRow]:
    """Each function on the points that activations are judged at."""
    rows = []
    for name in NAMES:
        domain = "positive" if name in _POSITIVE else "'(-1, oo)'" if name == "log1p" else "real"
        text = f"name: f\ninputs: {{x: {domain}}}\nexpression: {name}(x)\n"
        log = DiagnosticLog()
        (spec,) = load("f.yaml", text.encode(), log)
        activation = resolve(spec, log)
        if activation is None:
            raise ValueError(log.found[0].message)
        truth = Truth(activation)
        given = columns(truth, {}, density)
        true = truth.at(given)[VALUE]
        function = TENSORS.functions[name]

        def scale(mask: np.ndarray, some: Reals, truth: Truth = truth, x: Reals = given["x"]) -> Reals:
            return truth.scale(VALUE, {"x": x[mask]}, some, FLOAT32)

        for mode in MODES:
            found = computed(lambda tensors, f=function: {VALUE: f(tensors["x"])}, given, mode, FLOAT32)[VALUE]
            one = summary(errors(found, true, FLOAT32, scale), FLOAT32)
            rows.append(OperationRow(name, mode, one.worst, float(given["x"][one.at]), one.beyond, one.nonfinite))
    return rows
