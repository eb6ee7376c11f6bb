"""What the gallery can be filtered by: families, and properties that are certain."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from actc.calculus.intervals import of_domain
from actc.calculus.ranges import Box
from actc.diagnostics import DiagnosticLog
from actc.frontend.resolve import resolve
from actc.model.activation import Activation
from actc.model.compiled import ActivationReport
from actc.model.expr import substitute, symbol
from actc.model.spec import ActivationSpec
from actc.model.verdict import Verdict

_NO_FAMILIES = frozenset(
    {"bounded", "keras", "monotone", "published-derivative", "smooth", "surrogate", "trainable", "positive", "binary"}
)
OTHER = "other"
"""The family of what has no tag that could be one."""


@dataclass(frozen=True, slots=True)
class Property:
    """Something that an activation is."""

    key: str  # "smooth"
    title: str  # what is meant by it


SMOOTH = Property("smooth", "has no kinks and no jumps, at the default parameters")
MONOTONE = Property("monotone", "never turns back, at the default parameters")
BOUNDED = Property("bounded", "has bounds above and below, at the default parameters")
TRAINABLE = Property("trainable", "has trainable parameters")
SURROGATE = Property("surrogate", "is trained with a gradient that was chosen in place of the derivative")
PROPERTIES = (SMOOTH, MONOTONE, BOUNDED, TRAINABLE, SURROGATE)


def properties_of(spec: ActivationSpec, report: ActivationReport) -> tuple[Property, ...]:
    """Those that are certain; of a property that is not among them nothing is said."""
    found = set()
    if not report.kinks:
        found.add(SMOOTH)
    if any(p.trainable for p in spec.parameters):
        found.add(TRAINABLE)
    if any(g.verdict is Verdict.SURROGATE for g in report.gradients):
        found.add(SURROGATE)
    activation = resolve(spec, DiagnosticLog())
    if activation is not None and _is_bounded(activation, report):
        found.add(BOUNDED)
    if _is_monotone(report):
        found.add(MONOTONE)
    return tuple(p for p in PROPERTIES if p in found)


def family_of(spec: ActivationSpec) -> str:
    """The first tag that names a family, not a property."""
    return next((tag.value for tag in spec.tags if tag.value not in _NO_FAMILIES), OTHER)


def _is_monotone(report: ActivationReport) -> bool:
    """Whether it goes one way along its only input, jumps included."""
    if len(report.shapes) != 1 or report.program is None or len(report.program.inputs) != 1:
        return False
    shape = report.shapes[0]
    ways = {stretch.trend for stretch in shape.stretches} - {0}
    if any(leap.way == 0 for leap in shape.leaps):  # a value of its own, on neither way
        return shape.always is not None
    ways |= {leap.way for leap in shape.leaps}
    return shape.always is not None or (bool(shape.stretches) and len(ways) < 2)


def _is_bounded(activation: Activation, report: ActivationReport) -> bool:
    """Whether bounds are known: of an only input from its shape, else from ranges at the default parameters."""
    known = [shape.range for shape in report.shapes if shape.range is not None]
    if len(activation.inputs) == 1 and known:
        return isfinite(known[0].low) and isfinite(known[0].high)
    defaults = {symbol(name): default for name, default in activation.defaults.items()}
    box = Box({i.name: of_domain(i.domain) for i in activation.inputs})
    reach = box.range(substitute(activation.value.expr, defaults))
    return reach is not None and isfinite(reach.low) and isfinite(reach.high)
