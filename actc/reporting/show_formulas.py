"""The formulas of one activation, read again from its texts so that they can be set in a notation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.expressions import Scope, parse_either
from actc.model.compiled import ActivationReport
from actc.model.expr import Expr, symbol
from actc.model.operations import FUNCTION_NAMES
from actc.model.spec import ActivationSpec, Text

OUTPUT = "y"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in the language and, where it can be read, as an expression in the author's own names."""

    text: str
    expr: Expr | None


@dataclass(frozen=True, slots=True)
class Formulas:
    """What is set of an activation."""

    name: str  # "swish"
    inputs: tuple[str, ...]
    value: Formula
    let: tuple[tuple[str, Formula], ...]
    gradients: tuple[tuple[str, Formula], ...]  # by input or parameter

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that stands in them."""
        found = {name for formula in self.every for name in (formula.expr.free if formula.expr else ())}
        return tuple(sorted(found))

    @property
    def every(self) -> tuple[Formula, ...]:
        return (self.value, *(f for _, f in self.let), *(f for _, f in self.gradients))

    @property
    def uses_output(self) -> bool:
        """Whether a gradient speaks of the activation's own output."""
        return any(f.expr is not None and OUTPUT in f.expr.free for _, f in self.gradients)


def formulas_of(spec: ActivationSpec, report: ActivationReport) -> Formulas:
    """Read the texts of the file and of the report; what cannot be read, since it is wrong, stays text."""
    inputs = tuple(i.name.value for i in spec.inputs)
    parameters = tuple(p.name.value for p in spec.parameters)
    hiding = frozenset(parameters) & FUNCTION_NAMES
    names = {name: symbol(name) for name in (*inputs, *parameters)}
    let: list[tuple[str, Formula]] = []
    for named in spec.let:
        formula = read(named.value.value, Scope(dict(names), hiding))
        let.append((named.name.value, formula))
        condition = formula.expr is not None and formula.expr.is_condition
        # A condition has no symbol that could stand for it.
        names[named.name.value] = formula.expr if condition and formula.expr else symbol(named.name.value)
    with_output = Scope(names, hiding, symbol(OUTPUT))
    return Formulas(
        name=spec.name.value,
        inputs=inputs,
        value=read(spec.expression.value, Scope(names, hiding)),
        let=tuple(let),
        gradients=tuple((g.variable, read(g.formula, with_output)) for g in report.gradients),
    )


def used_let(formulas: Formulas) -> Iterable[tuple[str, Formula]]:
    """Those names of parts that stand in what is shown, in the author's order."""
    used = {name for f in formulas.every for name in (f.expr.free if f.expr else ())}
    return [(name, f) for name, f in formulas.let if name in used or f.expr is None]


def read(text: str, scope: Scope) -> Formula:
    """A text as a formula; without an expression where it is none."""
    text = " ".join(text.split())
    if not text:
        return Formula("", None)
    return Formula(text, parse_either(Text(text, Location("", 1, 1)), scope, DiagnosticLog()))
