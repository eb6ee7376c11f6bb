"""An activation whose every name is resolved and whose every expression is exact."""

from __future__ import annotations

from dataclasses import dataclass

from actc.diagnostics import Location
from actc.model.domain import Domain
from actc.model.expr import Expr
from actc.model.spec import ActivationSpec, Text


@dataclass(frozen=True, slots=True)
class Input:
    """One tensor argument."""

    name: str  # "x"
    domain: Domain
    location: Location


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument that shapes the function."""

    name: str  # "beta"
    default: Expr  # closed: numbers and constants alone
    domain: Domain
    trainable: bool
    summary: str  # "" where there is none
    location: Location


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression with the text that it was read from."""

    expr: Expr  # ``let`` names and ``y`` are put in
    text: Text


@dataclass(frozen=True, slots=True)
class KnownPoint:
    """One of the author's examples, exact where the author was exact."""

    location: Location
    at: tuple[tuple[str, Expr], ...]  # every input, and the parameters that differ from their defaults
    value: Known
    derivatives: tuple[tuple[str, Known], ...]  # the emitted gradient by input or parameter


@dataclass(frozen=True, slots=True)
class Known:
    """An expected number. ``tolerance`` is None where it is exact, else one unit of its last printed digit."""

    expr: Expr  # closed
    tolerance: Expr | None
    text: Text


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation, in its inputs and parameters alone."""

    spec: ActivationSpec
    name: str  # "swish"
    layer_name: str  # "Swish"
    inputs: tuple[Input, ...]
    parameters: tuple[Parameter, ...]
    let: tuple[tuple[str, Formula], ...]
    value: Formula
    claims: tuple[tuple[str, Formula], ...]  # by input or parameter
    surrogates: tuple[tuple[str, Formula], ...]
    examples: tuple[KnownPoint, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """What there is a gradient for: the inputs, then the parameters that are not integers."""
        return tuple(i.name for i in self.inputs) + tuple(p.name for p in self.parameters if not p.domain.integer)

    @property
    def domains(self) -> dict[str, Domain]:
        """The domain of every input and parameter."""
        return {i.name: i.domain for i in self.inputs} | {p.name: p.domain for p in self.parameters}

    @property
    def defaults(self) -> dict[str, Expr]:
        """The default of every parameter."""
        return {p.name: p.default for p in self.parameters}
