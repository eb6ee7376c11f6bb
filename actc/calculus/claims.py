"""Is what the author claims the derivative? Proof first, then the search for a counterexample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from actc.calculus.balls import Marker, Number, Value, decimal_text, evaluate_sure, evaluate_zero
from actc.calculus.crossings import Crossing
from actc.calculus.exact_values import with_plain_constants
from actc.calculus.method_text import CERTIFIED_DIFFERENCE, CERTIFIED_UNDEFINED, verified_text
from actc.calculus.prove import prove_equal, without_idle_branches
from actc.calculus.refute import Search, search
from actc.calculus.regions import Region
from actc.calculus.tie_claims import Outside, judge_at_ties, judge_on, judge_points
from actc.diagnostics import DiagnosticLog
from actc.model.activation import Activation, Formula
from actc.model.expr import Expr
from actc.model.text import point_text, to_text
from actc.model.verdict import Counterexample, Verdict

_MOST_DIGITS = 40
_SHOWN_DIGITS, _SHOWN_BITS = 17, 84  # of the derivative where the claim has no value
_MOST_BITS = 40_000
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
    stated = with_plain_constants(claim.expr)
    proof = prove_equal(stated, activation.value.expr, variable, activation.domains, inputs)
    untold: list[Mapping[str, Number]] = []
    unseen: list[Region] = []

    def outside() -> Outside | None:
        """A point on a border at which the claim is wrong."""
        borders = (*proof.ties, *(r for r in proof.open_regions if any(not sign for _, sign in r.signs)))
        return judge_at_ties(activation, variable, derivative, stated, found, untold=untold) or judge_on(
            activation, variable, derivative, stated, borders, found, untold, unseen
        )

    beyond = outside() if proof.holds else None
    if beyond is None and proof.holds and not untold and not unseen:
        return Judgement(Verdict.PROVED, proof.method, None)
    if beyond is not None:
        return _report_outside(variable, claim, beyond, log)
    domains, defaults, value = activation.domains, activation.defaults, activation.value.expr
    outcome = search(
        without_idle_branches(stated, domains),
        derivative,
        domains,
        defaults,
        inputs,
        variable=variable,
        value=value,
        regions=proof.open_regions,
    )
    refuted = _refuted(variable, claim, derivative, outcome, log)
    if refuted is not None:
        return refuted
    if proof.holds:
        return _not_everywhere(variable, claim, proof.method, untold, unseen, log)
    if outcome.points <= outcome.untold:
        message = f"the claimed derivative by `{variable}` could be neither proved nor compared "
        message += (
            "anywhere" if not outcome.points else f"at {outcome.untold} of {outcome.points + outcome.untold} points"
        )
        log.report("ACT204", claim.text.location, message, None, len(claim.text.value))
        return Judgement(Verdict.UNDECIDED, "", None)
    beyond = outside() or judge_points(activation, variable, derivative, stated, outcome.at_kinks, found)
    if beyond is not None:
        return _report_outside(variable, claim, beyond, log)
    if outcome.blind is not None:
        shown = point_text(outcome.blind)
        message = f"the claimed derivative by `{variable}` could be neither proved nor compared around {shown}"
        log.report("ACT204", claim.text.location, message, None, len(claim.text.value))
        return Judgement(Verdict.UNDECIDED, "", None)
    method = verified_text(outcome.points, outcome.digits)
    message = f"the claimed derivative by `{variable}` was not proved; it agrees at {outcome.points} points"
    log.report("ACT301", claim.text.location, message, None, len(claim.text.value))
    return Judgement(Verdict.VERIFIED, method, None)


def _refuted(variable: str, claim: Formula, derivative: Expr, outcome: Search, log: DiagnosticLog) -> Judgement | None:
    """What a search found to be wrong, reported."""
    if outcome.counterexample is not None:
        _report_refuted(variable, claim, outcome.counterexample, log)
        return Judgement(Verdict.REFUTED, CERTIFIED_DIFFERENCE, outcome.counterexample)
    if outcome.undefined_claim is None:
        return None
    point = tuple(outcome.undefined_claim)
    message = f"the claimed derivative by `{variable}` is not a real number at {point_text(point)}"
    log.report("ACT203", claim.text.location, message, None, len(claim.text.value))
    actual = decimal_text(_known(derivative, dict(point)), _SHOWN_DIGITS)
    return Judgement(Verdict.REFUTED, CERTIFIED_UNDEFINED, Counterexample(point, "nan", actual, ""))


def _not_everywhere(
    variable: str,
    claim: Formula,
    method: str,
    untold: Sequence[Mapping[str, Number]],
    unseen: Sequence[Region],
    log: DiagnosticLog,
) -> Judgement:
    """The verdict where a proof says nothing of some points on borders, and nothing else tells the claim's value."""
    if untold:
        shown = f"at {point_text(tuple((name, _rational(v)) for name, v in untold[0].items()))}"
    else:
        region = unseen[0]
        zero = next(iter(region.vanishing), None) or next(atom for atom, sign in region.signs if not sign)
        shown = f"where {to_text(zero)} is 0"
    message = f"the claimed derivative by `{variable}` was not proved {shown}, where its value could not be told"
    log.report("ACT301", claim.text.location, message, None, len(claim.text.value))
    return Judgement(Verdict.VERIFIED, f"{method}; not told {shown}", None)


def _known(derivative: Expr, point: Mapping[str, Fraction]) -> Value:
    """The derivative where it is known to be a number, to as many bits as its digits need."""
    value = evaluate_zero(derivative, point, good=_SHOWN_BITS)
    return (
        evaluate_sure(derivative, point, _MOST_BITS, most=_MOST_BITS, good=_SHOWN_BITS)
        if isinstance(value, Marker)
        else value
    )


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
    claimed, *shown = _apart(outside.claimed, *(s for s in (left, right) if s is not None))
    if len(shown) == 2 and shown[0] != shown[1]:
        sides = f"which is not between {shown[0]} on the left and {shown[1]} on the right"
    elif len(shown) == 2:
        sides = f"where the derivative is {shown[0]}"
    else:
        sides = f"where the derivative is {shown[0]} from the {'left' if right is None else 'right'}"
    if claimed in shown:
        claimed = f"close to {claimed}, but not equal,"
    message = f"the claimed derivative by `{variable}` is {claimed} at {point_text(exact)}, {sides}"
    log.report("ACT202", claim.text.location, message, _DIFFERENT, len(claim.text.value))
    method = "one-sided derivatives in ball arithmetic" if outside.certain else "one-sided limits, not certified"
    return Judgement(Verdict.REFUTED, method, Counterexample(exact, claimed, shown[0], sides))


def _apart(*values: Fraction | float) -> list[str]:
    """The numbers to as few digits, six at least, as tell the first from the others."""
    texts: list[str] = []
    for digits in range(6, _MOST_DIGITS, 2):
        texts = [decimal_text(v, digits) if isinstance(v, Fraction) else f"{v:g}" for v in values]
        if texts[0] not in texts[1:]:
            break
    return texts


def _rational(value: Number) -> Fraction:
    """The number, or a rational close to an irrational one."""
    if isinstance(value, Fraction | int):
        return Fraction(value)
    return Fraction(decimal_text(value, 17))
