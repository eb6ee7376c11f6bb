"""What the gallery can be filtered by: families, and properties that are certain."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from actc.calculus.differentiate import differentiate
from actc.calculus.intervals import NEGATIVE, POSITIVE, of_domain
from actc.calculus.ranges import Box
from actc.diagnostics import DiagnosticLog
from actc.frontend.resolve import resolve
from actc.model.activation import Activation
from actc.model.compiled import ActivationReport
from actc.model.expr import Expr, substitute, symbol
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
MONOTONE = Property("monotone", "never turns back, at the default parameters; shown by interval arithmetic")
BOUNDED = Property("bounded", "has bounds above and below, at the default parameters; shown by interval arithmetic")
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
    if activation is not None:
        found |= _established(activation, report)
    return tuple(p for p in PROPERTIES if p in found)


def family_of(spec: ActivationSpec) -> str:
    """The first tag that names a family, not a property."""
    return next((tag.value for tag in spec.tags if tag.value not in _NO_FAMILIES), OTHER)


def _established(activation: Activation, report: ActivationReport) -> set[Property]:
    """What ranges tell at the defaults, for which the report lists all kinks and jumps."""
    defaults = {symbol(name): default for name, default in activation.defaults.items()}
    value = substitute(activation.value.expr, defaults)
    box = Box({i.name: of_domain(i.domain) for i in activation.inputs})
    reach = box.range(value)
    if reach is None:  # it may be undefined somewhere
        return set()
    found = set()
    if isfinite(reach.low) and isfinite(reach.high):
        found.add(BOUNDED)
    one = activation.inputs[0]
    whole = len(activation.inputs) == 1 and not one.domain.nonzero and not one.domain.integer
    if whole and not any(kink.kind == "jump" for kink in report.kinks) and _has_one_sign(value, one.name, box):
        found.add(MONOTONE)
    return found


def _has_one_sign(value: Expr, variable: str, box: Box) -> bool:
    """Whether the slope is never negative, or never positive; isolated kinks aside, where it has no value."""
    slope = differentiate(value, variable)
    if box.range(slope) is None:
        return False
    signs = box.signs(slope)
    return not signs & NEGATIVE or not signs & POSITIVE
