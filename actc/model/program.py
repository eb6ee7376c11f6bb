"""What the backend is given: one activation as two straight-line routines, in the target-neutral language."""

from __future__ import annotations

from dataclasses import dataclass

from actc.model.domain import Domain
from actc.model.expr import Expr


@dataclass(frozen=True, slots=True)
class Assignment:
    """``name = value``; the value is a number or a condition, over inputs, parameters and names assigned above."""

    name: str  # "s", "t1"; never a Python keyword, "tf", "keras" or an input or parameter
    value: Expr


@dataclass(frozen=True, slots=True)
class Routine:
    """Straight-line code: assignments in order, then the results."""

    body: tuple[Assignment, ...]
    results: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class ProgramParameter:
    """A parameter as the generated signature shows it."""

    name: str  # "beta"
    default: str  # a Python literal: "1.0", "3", "0.6931471805599453"
    domain: Domain
    trainable: bool
    summary: str  # "" where the author gave none


@dataclass(frozen=True, slots=True)
class Documentation:
    """What the docstrings say. Any text may stand in it: whoever prints it escapes it."""

    summary: str  # one line; "" where the author gave none
    description: str
    references: tuple[str, ...]
    source: str  # "swish.yaml", the file's name without folder
    formula: str  # "x * s", as written
    let: tuple[tuple[str, str], ...]  # (("s", "sigmoid(beta * x)"),)
    gradients: tuple[
        tuple[str, str, str], ...
    ]  # (variable, formula, verdict sentence): ("x", "s + x*beta*s*(1 - s)", "proved equal to the derivative")
    conventions: tuple[str, ...]  # ("kink at x = 0: left 0.2, right 1, gradient used 0.2",)


@dataclass(frozen=True, slots=True)
class Program:
    """One activation, ready to be printed."""

    name: str  # "swish"
    layer_name: str  # "Swish"
    inputs: tuple[str, ...]  # ("x",)
    parameters: tuple[ProgramParameter, ...]
    value: Routine  # one result
    gradient: Routine  # one result for each name in with_respect_to, before the product with the upstream gradient
    with_respect_to: tuple[str, ...]  # inputs, then the parameters that are not integers, in their order
    documentation: Documentation
