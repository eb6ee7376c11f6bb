"""What compiling one file comes to: the module's text and a report on every activation in it, as plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass

from actc.diagnostics import Diagnostic, Location
from actc.model.expr import Expr
from actc.model.plain import from_plain, to_plain
from actc.model.program import Program
from actc.model.relative import Relative
from actc.model.shape import Shape
from actc.model.verdict import Counterexample, Deviation, Kink, Verdict


@dataclass(frozen=True, slots=True)
class Declared:
    """A name that must be unique in the build, and where the author wrote it."""

    name: str  # "swish"
    location: Location


@dataclass(frozen=True, slots=True)
class GradientReport:
    """What is known of the gradient by one input or parameter."""

    variable: str  # "x"
    verdict: Verdict
    method: str  # "identity of rational functions in x, exp(x)"; "" where nothing was to be shown
    counterexample: Counterexample | None
    deviation: Deviation | None
    location: Location  # of the claim or surrogate; of the activation where it is derived
    formula: str = ""  # in the language: as its author wrote it, or as derived, away from kinks; "" where too long


@dataclass(frozen=True, slots=True)
class RegionErrors:
    """The greatest errors found where an input lies between two bounds, in ULP."""

    input: str
    low: float  # itself inside; minus infinity for all below
    high: float  # itself outside
    value_ulp: float
    gradient_ulp: tuple[tuple[str, float], ...]  # by input or parameter


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The greatest errors found in one floating-point type, in ULP."""

    dtype: str  # "float32"
    value_ulp: float
    gradient_ulp: tuple[tuple[str, float], ...]  # by input or parameter
    nonfinite: int  # points where a result was not finite although the truth is
    regions: tuple[RegionErrors, ...] = ()  # of each input, ascending; those without a point left out


@dataclass(frozen=True, slots=True)
class Functions:
    """An activation as functions over the reals, in its inputs and parameters: what pictures are drawn of."""

    value: Expr
    gradients: tuple[tuple[str, Expr], ...]  # by input or parameter; right at kinks too
    derivatives: tuple[tuple[str, Expr], ...]  # what surrogates stand in for; right away from kinks
    loci: tuple[Expr, ...]  # what is 0 where, for some parameters, a kink or jump may be


@dataclass(frozen=True, slots=True)
class ActivationReport:
    """One activation, also one that failed: then with what was established until then."""

    name: Declared
    layer_name: str  # "Swish"
    aliases: tuple[Declared, ...]
    line: int  # of the document's first key
    gradients: tuple[GradientReport, ...]  # inputs, then parameters, in their order
    kinks: tuple[Kink, ...]
    accuracy: tuple[Accuracy, ...] | None = None  # None until it is measured
    relatives: tuple[Relative, ...] = ()  # shipped activations that it equals; of one without errors
    shapes: tuple[Shape, ...] = ()  # along the inputs of which something is established; of one without errors
    program: Program | None = None  # what is emitted; of one without errors
    functions: Functions | None = None  # what the program computes; of one without errors


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """The outcome for one source file; a pure function of its bytes, its name, the package's name and the compiler."""

    file: str  # as it is printed, e.g. "activations/swish.yaml"
    stem: str  # "swish": the module's name
    module: str | None  # the text of the Python module; None where there are errors
    activations: tuple[ActivationReport, ...]  # in the file's order
    diagnostics: tuple[Diagnostic, ...]  # accepted warnings too

    def to_json(self) -> str:
        """One line of ASCII; the same value always gives the same text."""
        return json.dumps(to_plain(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> CompiledFile:
        """The inverse of ``to_json``. Raises ValueError where the text is not such a value."""
        return from_plain(cls, json.loads(text))
