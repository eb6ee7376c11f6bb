"""No verdict on a random claim is false, and the attack that says so would notice one that is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any, TypeAlias

import pytest
from analysed import analysed
from attack import battle
from attack.battle import (
    CRASH,
    FALSE_PROOF,
    FALSE_REFUTATION,
    MISSED,
    THIN_PROOF,
    UNCONFIRMED,
    Claim,
    Field,
    Outcome,
    claims,
    judged,
)
from attack.slopes import slope
from attack.subject import Subject
from attack.terms import Term, call, choose, compare, num, sym

from actc.model.verdict import Counterexample, Gradients, Verdict

Answer: TypeAlias = dict[str, Any]  # fields of a gradient

ROUNDS, EACH = 8, 4  # six claims for each activation
X = sym("x")
RELU = call("Max", X, num(0))


@pytest.mark.parametrize("batch", range(ROUNDS))
def test_no_verdict_is_false(batch: int) -> None:
    """Nothing wrong is proved, nothing right is refuted, every counterexample holds, and nothing crashes."""
    for number in range(EACH):
        seed = batch * EACH + number
        for field, claim in claims(Random(seed)):  # noqa: S311 - repeatable, no secret
            outcome = judged(field, claim)
            said = f"seed {seed}: {outcome.failure}: {outcome.witness}; {outcome.detail}\n{outcome.document}"
            assert outcome.failure in ("", MISSED, UNCONFIRMED), said


def _judged(term: Term, expression: Term, kind: str = "right", answer: Answer | None = None) -> Outcome:
    """What the attack says of a claim by x, if the compiler's answer is changed in this way."""
    subject = Subject({"x": "real"}, {}, expression)
    generator = Random(0)  # noqa: S311 - repeatable, no secret
    field = Field(subject, "x", slope(expression, "x", generator), generator)
    with pytest.MonkeyPatch.context() as patch:
        if answer:
            patch.setattr(battle, "analysed", lambda text: _changed(text, answer))
        return judged(field, Claim(subject, "x", term, kind))


def _changed(text: str, answer: Answer) -> tuple[Gradients | None, list[Any]]:
    gradients, _ = analysed(text)
    assert gradients is not None
    return replace(gradients, gradients=tuple(replace(g, **answer) for g in gradients.gradients)), []


def _point(x: str) -> Counterexample:
    return Counterexample((("x", Fraction(x)),), "0", "1", "")


WRONG = {
    "everywhere": (2 * X, X**3),
    "past a threshold": (2 * X + choose(compare(">", X, 65), num("1e-9"), num(0)), X**2),
    "by little": (2 * X + call("exp", num(-1000)) * call("step", X), X**2),
    "at a kink": (choose(compare(">", X, 0), num(1), choose(compare("<", X, 0), num(0), num(2))), RELU),
    "at one point": (2 * X + choose(compare("==", X, num(Fraction(1, 3))), num(1), num(0)), X**2),
    "not real on one side": (call("sqrt", X) ** 2 * 2, X**2),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_false_proof_would_be_noticed(kind: str) -> None:
    """Each kind of wrong claim is known for wrong, were the compiler to prove it or to verify it."""
    claim, expression = WRONG[kind]
    outcome = _judged(claim, expression, kind, {"verdict": Verdict.PROVED})
    assert (outcome.truth, outcome.failure) == ("wrong", FALSE_PROOF)
    assert _judged(claim, expression, kind, {"verdict": Verdict.VERIFIED}).failure == MISSED


def test_a_false_proof_on_a_surface_would_be_noticed() -> None:
    """A claim that is wrong only where a parameter is 0 is told from one that is wrong in a region."""
    a = sym("a")
    subject = Subject({"x": "real"}, {"a": ("1", "real")}, a * X)
    generator = Random(0)  # noqa: S311 - repeatable, no secret
    field = Field(subject, "x", a, generator)
    claim = Claim(subject, "x", a + choose(compare("==", a, 0), num(1), num(0)), "surface", ({"a": Fraction(0)},))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(battle, "analysed", lambda text: _changed(text, {"verdict": Verdict.PROVED}))
        assert judged(field, claim).failure == THIN_PROOF


@pytest.mark.parametrize("x", ["1", "0", "-5/3", "1000000"])
def test_a_false_counterexample_would_be_noticed(x: str) -> None:
    """A point at which a claim is right does not refute it."""
    answer: Answer = {"verdict": Verdict.REFUTED, "counterexample": _point(x)}
    assert _judged(2 * X, X**2, answer=answer).failure == FALSE_REFUTATION
    assert _judged(call("step", X), RELU, answer=answer).failure == FALSE_REFUTATION


def test_a_true_counterexample_is_accepted() -> None:
    """By differences, by what is undefined, outside a kink's sides, and at an irrational kink."""

    def failure(term: Term, expression: Term, x: str) -> str:
        answer: Answer = {"verdict": Verdict.REFUTED, "counterexample": _point(x)}
        return _judged(term, expression, "wrong", answer).failure

    assert failure(3 * X, X**2, "1") == ""
    assert failure(2 * call("sqrt", X) ** 2, X**2, "-1") == ""
    assert failure(*WRONG["at a kink"], "0") == ""
    bent = call("Abs", X**2 - 2)
    claim = choose(compare("==", X**2, 2), num(9), 2 * X * call("sign", X**2 - 2))
    assert failure(claim, bent, "1.4142135623730951") == ""
    assert failure(2 * X * call("sign", X**2 - 2), bent, "1.4142135623730951") == FALSE_REFUTATION


def test_a_crash_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of the compiler is a failure of its own."""

    def fail(text: str) -> None:
        raise KeyError(text)

    monkeypatch.setattr(battle, "analysed", fail)
    assert _judged(2 * X, X**2).failure == CRASH


def test_the_attack_tries_the_whole_language() -> None:
    """Every function and operator occurs in activations or claims."""
    from actc.model.operations import FUNCTION_NAMES

    spelled = {"And", "Or", "Not"}  # written ``and``, ``or``, ``not``
    unseen = set(FUNCTION_NAMES) - spelled
    unseen |= {"+", "-", "*", "/", "%", "**", "neg", "if", "and", "or", "not", "<", "<=", ">", ">=", "==", "!="}
    for seed in range(2000):
        for field, claim in claims(Random(seed)):  # noqa: S311 - repeatable, no secret
            unseen -= _operations(field.subject.expression) | _operations(claim.term)
        if not unseen:
            break
    assert not unseen


def _operations(term: Term) -> set[str]:
    return {term.op}.union(*(_operations(a) for a in term.args))
