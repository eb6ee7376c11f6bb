"""Is what the author claims the derivative? Proof first, then the search for a counterexample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from actc.calculus.balls import Number, decimal_text, evaluate_sure
from actc.calculus.crossings import Crossing
from actc.calculus.method_text import CERTIFIED_DIFFERENCE, CERTIFIED_UNDEFINED, verified_text
from actc.calculus.prove import prove_equal
from actc.calculus.refute import search
from actc.calculus.subgradients import as_float
from actc.calculus.tie_claims import Outside, judge_at_ties, judge_on
from actc.diagnostics import DiagnosticLog
from actc.model.activation import Activation, Formula
from actc.model.expr import Expr
from actc.model.text import number_text
from actc.model.verdict import Counterexample, Verdict

_DIFFERENT = "if it is meant to differ, call it `surrogate`"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one claim."""

    verdict: Verdict
    method: str
    counterexample: Counterexample | None


def judge_claim(
    activation: Activation,
    variable: str,
    claim: Formula,
    derivative: Expr,
    found: tuple[Crossing, ...],
    log: DiagnosticLog,
) -> Judgement:
    """Prove the claim, or refute it with a certified point; report what is wrong."""
    inputs = [i.name for i in activation.inputs]
    proof = prove_equal(claim.expr, activation.value.expr, variable, activation.domains, inputs)
    length = len(claim.text.value)
    if not proof.holds:
        domains, defaults, value = activation.domains, activation.defaults, activation.value.expr
        outcome = search(
            claim.expr,
            derivative,
            domains,
            defaults,
            inputs,
            variable=variable,
            value=value,
            regions=proof.open_regions,
        )
        if outcome.counterexample is not None:
            _report_refuted(variable, claim, outcome.counterexample, log)
            return Judgement(Verdict.REFUTED, CERTIFIED_DIFFERENCE, outcome.counterexample)
        if outcome.undefined_claim is not None:
            shown = point_text(outcome.undefined_claim)
            message = f"the claimed derivative by `{variable}` is not a real number at {shown}"
            log.report("ACT203", claim.text.location, message, None, length)
            point = tuple(outcome.undefined_claim)
            return Judgement(Verdict.REFUTED, CERTIFIED_UNDEFINED, Counterexample(point, "nan", "", ""))
        if outcome.points == 0:
            message = f"the claimed derivative by `{variable}` could be neither proved nor compared anywhere"
            log.report("ACT204", claim.text.location, message, None, length)
            return Judgement(Verdict.UNDECIDED, "", None)
    outside = judge_at_ties(activation, variable, derivative, claim.expr, found)
    if outside is None:
        borders = (*proof.ties, *(r for r in proof.open_regions if any(not sign for _, sign in r.signs)))
        outside = judge_on(activation, variable, derivative, claim.expr, borders, found)
    if outside is not None:
        return _report_outside(variable, claim, outside, log)
    if proof.holds:
        return Judgement(Verdict.PROVED, proof.method, None)
    method = verified_text(outcome.points, outcome.digits)
    message = f"the claimed derivative by `{variable}` was not proved; it agrees at {outcome.points} points"
    log.report("ACT301", claim.text.location, message, None, length)
    return Judgement(Verdict.VERIFIED, method, None)


def _report_refuted(variable: str, claim: Formula, found: Counterexample, log: DiagnosticLog) -> None:
    claimed, actual = found.shown
    message = f"the claimed derivative by `{variable}` is wrong: at {point_text(found.at)} "
    if claimed == actual:
        message += "it is close to the derivative, but not equal"
    else:
        message += f"it is {claimed}, the derivative is {actual}"
    hint = f"{found.hint}; {_DIFFERENT}" if found.hint else _DIFFERENT
    log.report("ACT201", claim.text.location, message, hint, len(claim.text.value))


def _report_outside(
    variable: str,
    claim: Formula,
    outside: Outside,
    log: DiagnosticLog,
) -> Judgement:
    exact = tuple((name, _rational(v)) for name, v in outside.point.items())
    left, right = outside.around.left, outside.around.right
    claimed = _number(outside.claimed)
    sides = f"between {_number(left)} on the left and {_number(right)} on the right"
    message = f"the claimed derivative by `{variable}` is {claimed} at {point_text(exact)}, which is not {sides}"
    log.report("ACT202", claim.text.location, message, _DIFFERENT, len(claim.text.value))
    actual = _number(left if left is not None else right)
    method = "one-sided derivatives in ball arithmetic" if outside.certain else "one-sided limits, not certified"
    return Judgement(Verdict.REFUTED, method, Counterexample(exact, claimed, actual, sides))


def _rational(value: Number) -> Fraction:
    """The number, or a rational close to an irrational one."""
    if isinstance(value, Fraction | int):
        return Fraction(value)
    return Fraction(decimal_text(value, 17))


def _number(value: Fraction | float | None) -> str:
    if isinstance(value, Fraction):
        return decimal_text(value, 6)
    return "nothing" if value is None else f"{value:g}"


def point_text(point: tuple[tuple[str, Fraction], ...]) -> str:
    """``x = 1/2, beta = 2`` as messages write it."""
    return ", ".join(f"{name} = {_coordinate(value)}" for name, value in point)


def _coordinate(value: Fraction) -> str:
    text = number_text(value)
    if len(text) <= 24:
        return text
    shown = as_float(value)
    return f"{shown:.12g}" if shown else text


def value_text(expr: Expr, point: Mapping[str, Number]) -> str:
    """The value at a point to the digits that a message shows."""
    return decimal_text(evaluate_sure(expr, point), 8)
