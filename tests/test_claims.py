"""The corpus of claims: what mpmath says of each is what the compiler says of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from analysed import analysed, gradient
from corpus import SLIPS, Claim, Document, corpus
from mpmath import mp, mpf
from oracle import Activation, exact, read
from truth import Judgement, Truth
from witnesses import points

from actc.diagnostics import Diagnostic
from actc.model.verdict import Counterexample, Verdict

CORPUS = corpus()
SHARE_PROVED = Fraction(98, 100)
POINTS = 40

each_document = pytest.mark.parametrize("document", CORPUS, ids=[d.name for d in CORPUS])


def judged(document: Document, claim: Claim) -> tuple[Verdict, Counterexample | None, list[Diagnostic]]:
    """The compiler's verdict on a claim, and the errors that it reports."""
    gradients, found = analysed(document.text(claim))
    errors = [d for d in found if d.is_error]
    assert gradients is not None, f"{claim.text}: {found}"
    verdict = gradient(gradients, document.of)
    return verdict.verdict, verdict.counterexample, errors


def _activation(document: Document) -> Activation:
    (activation,) = read(document.text())
    return activation


@each_document
def test_truth(document: Document) -> None:
    """Right claims agree with differences of the function at many points, wrong ones differ at their witnesses."""
    activation = _activation(document)
    truth = Truth(activation, document.of)
    for claim in document.right:
        agreed = 0
        for point in points(document, activation, claim.text):
            judgement = truth.judge(claim.text, point)
            assert judgement in (Judgement.AGREES, Judgement.SKIPPED), f"{judgement}: {claim.text} at {_shown(point)}"
            agreed += judgement is Judgement.AGREES
        assert agreed >= POINTS, claim.text
    for claim in document.wrong:
        judgement = truth.judge(claim.text, dict(claim.at), thorough=True)
        assert judgement in (Judgement.DIFFERS, Judgement.UNDEFINED), f"{judgement}: {claim.text} at {claim.at}"


@each_document
def test_right_claims_are_accepted(document: Document) -> None:
    """By proof or, now and then, for want of a counterexample; without an error in any case."""
    for claim in document.right:
        verdict, _, errors = judged(document, claim)
        assert verdict in (Verdict.PROVED, Verdict.VERIFIED), f"{claim.text}: {verdict} {errors}"
        assert errors == [], claim.text


@each_document
def test_wrong_claims_are_refuted(document: Document) -> None:
    """With a counterexample that is one: both numbers are as printed, and they certainly differ."""
    truth = Truth(_activation(document), document.of)
    for claim in document.wrong:
        verdict, example, errors = judged(document, claim)
        assert verdict is Verdict.REFUTED, f"{claim.text}: {verdict} {errors}"
        assert example is not None, claim.text
        (error,) = errors
        assert error.code in ("ACT201", "ACT202", "ACT203"), f"{claim.text}: {error.code} {error.message}"
        _confirm(truth, claim, example, error.code)


def _confirm(truth: Truth, claim: Claim, example: Counterexample, code: str) -> None:
    point: dict[str, str | Fraction] = dict(example.at)
    assert set(point) == set(truth.activation.names), claim.text
    shown = f"{claim.text} at {_shown(point)}: claimed {example.claimed}, actual {example.actual}"
    if code == "ACT203":
        assert truth.judge(claim.text, point, thorough=True) is Judgement.UNDEFINED, shown
        return
    found = truth.judge(claim.text, point, thorough=True)
    if code == "ACT202" and found is Judgement.AGREES:  # the kink is irrational: what is shown is a number close to it
        for name, value in claim.at:
            with mp.workdps(60):
                assert mp.almosteq(exact(value), exact(point[name]), 1e-15), shown
        point = {**point, **dict(claim.at)}
        found = truth.judge(claim.text, point, thorough=True)
    assert found is Judgement.DIFFERS, shown
    around = truth.around(point)
    assert around is not None, shown
    digits = 1e-5 if code == "ACT202" else 1e-15
    with mp.workdps(60):
        assert mp.almosteq(mpf(example.claimed), truth.value(claim.text, point), digits, 0), shown
        assert any(mp.almosteq(mpf(example.actual), side, digits, 0) for side in around), (shown, around)


def _shown(point: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in point.items())


def test_the_corpus_is_broad() -> None:
    """At least eighty activations, three right and three wrong claims each, every kind of slip at least three times."""
    assert len({(tuple(d.inputs), d.fields["expression"]) for d in CORPUS}) >= 80
    assert len({d.name for d in CORPUS}) == len(CORPUS)
    assert [d.name for d in CORPUS if len({c.text for c in d.right}) < 3 or len({c.text for c in d.wrong}) < 3] == []
    slips = [claim.slip for d in CORPUS for claim in d.wrong]
    assert [kind for kind, words in SLIPS.items() if sum(words in slip for slip in slips) < 3] == []


def test_nearly_every_right_claim_is_proved() -> None:
    """Of the right claims at least 98 in 100, each in its own spelling."""
    verdicts = {(d.name, claim.text): judged(d, claim)[0] for d in CORPUS for claim in d.right}
    unproved = [key for key, verdict in verdicts.items() if verdict is not Verdict.PROVED]
    assert len(unproved) <= (1 - SHARE_PROVED) * len(verdicts), unproved
