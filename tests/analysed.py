"""Runs the stages up to the calculus on YAML text."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from actc.calculus.accepted import accept
from actc.calculus.analyse import analyse
from actc.calculus.settle import Slope, at
from actc.diagnostics import Diagnostic, DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.model.verdict import Gradient, Gradients


def analysed(text: str) -> tuple[Gradients | None, list[Diagnostic]]:
    """The gradients of the only activation in the text, and everything that was reported."""
    log = DiagnosticLog()
    specs = load("a.yaml", text.encode(), log)
    if not specs:
        return None, log.found
    activation = resolve(specs[0], log)
    gradients = None if activation is None else analyse(activation, log)
    accept(specs[0], log)
    return gradients, log.found


def right(text: str) -> Gradients:
    """The gradients of an activation in which nothing is wrong, warnings aside."""
    gradients, found = analysed(text)
    assert gradients is not None, found
    assert not [d for d in found if d.is_error], found
    return gradients


def codes(text: str) -> list[str]:
    """The codes that an activation is reported with."""
    return [d.code for d in analysed(text)[1]]


def slope(gradients: Gradients, variable: str, **point: object) -> Slope | None:
    """The emitted gradient at a point; parameters that are not given are at their defaults."""
    return at(gradient(gradients, variable).expr, full(gradients, point))


def value(gradients: Gradients, **point: object) -> Slope | None:
    """The emitted value at a point."""
    return at(gradients.value, full(gradients, point))


def gradient(gradients: Gradients, variable: str) -> Gradient:
    """What is known of the gradient by a variable."""
    return next(g for g in gradients.gradients if g.variable == variable)


def full(gradients: Gradients, point: Mapping[str, object]) -> dict[str, Fraction]:
    """The point with the defaults, exact."""
    found: dict[str, Fraction] = {}
    for parameter in gradients.activation.parameters:
        default = at(parameter.default, {})
        assert isinstance(default, Fraction)
        found[parameter.name] = default
    found.update({name: Fraction(str(v)) for name, v in point.items()})
    return found
