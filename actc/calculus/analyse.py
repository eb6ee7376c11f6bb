"""The calculus as one stage: from an activation to its gradients, with a verdict on each.

- where it is defined, and what is filled in;
- the derivative by every input and parameter, by the chain rule;
- each claim proved, or refuted;
- kinks and jumps, and the value of the gradient there;
- the author's examples.
"""

from __future__ import annotations

from dataclasses import replace

from actc.calculus.branches import atoms
from actc.calculus.claims import judge_claim
from actc.calculus.crossings import Crossing, crossings, locus
from actc.calculus.defined import check_defined, check_surrogate
from actc.calculus.differentiate import differentiate, differentiate_by_regions
from actc.calculus.emit import Emitted, emit_scalar, fill
from actc.calculus.emit_vector import emit_inputs
from actc.calculus.examples import check_examples
from actc.calculus.kinks import describe
from actc.calculus.lost import lost_beside_branches
from actc.calculus.observations import check_constants, check_domains, note_unsettled, observe
from actc.calculus.refute import deviation
from actc.calculus.restrict import restrict
from actc.calculus.tie_points import rational_defaults
from actc.diagnostics import DiagnosticLog
from actc.model.activation import Activation
from actc.model.expr import Expr
from actc.model.verdict import Gradient, Gradients, Kink, Verdict

_MOST_ATOMS = 6  # that a derivative is split by


def analyse(activation: Activation, log: DiagnosticLog) -> Gradients | None:
    """Everything that can be established of one activation; None where its numbers make no sense.

    What is wrong is reported and the analysis goes on, so that one run shows all.
    """
    if not check_domains(activation, log):
        return None
    raw = {name: _derivative(activation, name) for name in activation.variables}
    found = {name: _crossings(activation, name, raw) for name in activation.variables}
    value = check_defined(activation, found, log)
    derived = _derived(activation, raw, found)
    settled = (_gradient(activation, name, raw[name], derived, found[name], log) for name in raw)
    gradients = tuple(_filled(activation, gradient, found) for gradient in settled)
    kinks = _kinks(activation, value, raw, {g.variable: g.expr for g in gradients}, found)
    result = Gradients(activation, value, gradients, kinks, _loci(activation, found))
    check_examples(result, log)
    observe(result, raw, log)
    return restrict(result)


def _derivative(activation: Activation, variable: str) -> Expr:
    """By the chain rule, unless that is undefined where the activation is not: then region by region."""
    value = activation.value.expr
    plain = differentiate(value, variable)
    if len(atoms(value)) > _MOST_ATOMS or not lost_beside_branches(activation, variable, plain):
        return plain
    return differentiate_by_regions(value, variable, activation.domains)


def _crossings(activation: Activation, variable: str, raw: dict[str, Expr]) -> tuple[Crossing, ...]:
    inputs = [i.name for i in activation.inputs]
    alone = inputs == [variable]
    roots = (activation.value.expr, raw[variable], *(f.expr for n, f in activation.claims if n == variable))
    return crossings(roots, variable, activation.domains, rational_defaults(activation), alone=alone)


def _derived(
    activation: Activation, raw: dict[str, Expr], found: dict[str, tuple[Crossing, ...]]
) -> dict[str, Emitted]:
    """The derived gradients by the inputs of an activation that has several: settled together, as one vector."""
    inputs = [i.name for i in activation.inputs]
    if len(inputs) < 2:
        return {}
    along = tuple(c for name in inputs for c in found[name])
    return emit_inputs(activation, {name: raw[name] for name in inputs}, along)


def _gradient(
    activation: Activation,
    variable: str,
    raw: Expr,
    derived: dict[str, Emitted],
    found: tuple[Crossing, ...],
    log: DiagnosticLog,
) -> Gradient:
    claims, surrogates = dict(activation.claims), dict(activation.surrogates)
    if variable in surrogates:
        chosen = surrogates[variable].expr
        check_surrogate(activation, variable, surrogates[variable], log)
        inputs = [i.name for i in activation.inputs]
        furthest = deviation(chosen, raw, activation.domains, activation.defaults, inputs)
        return Gradient(variable, Verdict.SURROGATE, "", None, furthest, chosen, raw)
    if variable in claims:
        claim = claims[variable]
        judged = judge_claim(activation, variable, claim, raw, found, log)
        written = judged.verdict is not Verdict.PROVED
        if judged.verdict is Verdict.VERIFIED:
            check_constants(claim, log)
        base = claim.expr if written else raw
        emitted = emit_scalar(activation, variable, base, found, claim.expr)
        # Of a wrong claim enough is said.
        if judged.verdict is not Verdict.REFUTED:
            note_unsettled(activation, emitted.notes, log)
        return Gradient(variable, judged.verdict, judged.method, judged.counterexample, None, emitted.expr)
    if variable in derived:
        note_unsettled(activation, derived[variable].notes, log)
        return Gradient(variable, Verdict.DERIVED, "", None, None, derived[variable].expr)
    emitted = emit_scalar(activation, variable, raw, found)
    note_unsettled(activation, emitted.notes, log)
    return Gradient(variable, Verdict.DERIVED, "", None, None, emitted.expr)


def _filled(activation: Activation, gradient: Gradient, found: dict[str, tuple[Crossing, ...]]) -> Gradient:
    """The gradient with its limits along the inputs where it has no value of its own."""
    if gradient.verdict is Verdict.SURROGATE:
        return gradient
    expr = gradient.expr
    for given in activation.inputs:
        expr = fill(activation, expr, given.name, found[given.name]).expr
    return replace(gradient, expr=expr)


def _kinks(
    activation: Activation,
    value: Expr,
    raw: dict[str, Expr],
    emitted: dict[str, Expr],
    found: dict[str, tuple[Crossing, ...]],
) -> tuple[Kink, ...]:
    kinks: list[Kink] = []
    for name in (i.name for i in activation.inputs):
        for crossing in found[name]:
            kink = describe(activation, crossing, value, raw[name], emitted[name])
            if kink is not None and kink not in kinks:
                kinks.append(kink)
    return tuple(sorted(kinks, key=lambda k: (k.of, k.at or (), k.where)))


def _loci(activation: Activation, found: dict[str, tuple[Crossing, ...]]) -> tuple[Expr, ...]:
    along = (locus(crossing) for given in activation.inputs for crossing in found[given.name])
    return tuple(dict.fromkeys(expr for expr in along if expr is not None))
