"""Smaller claims that fail in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from attack.battle import Claim, Field, Outcome, judged
from attack.slopes import NoRuleError, slope
from attack.terms import ONE, ZERO, Term, is_condition, part_at, places, put, size, sym

_MOST = 60


def shrunk(field: Field, claim: Claim, outcome: Outcome) -> Outcome:
    """The outcome of the smallest claim found that fails like this one."""
    best, left = outcome, _MOST
    shorter = True
    while shorter:
        shorter = False
        for smaller_field, smaller in _smaller(field, claim):
            left -= 1
            if left < 0:
                return best
            found = _tried(smaller_field, smaller)
            if found is not None and found.failure == outcome.failure:
                field, claim, best, shorter = smaller_field, smaller, found, True
                break
    return best


def _tried(field: Field, claim: Claim) -> Outcome | None:
    try:
        return judged(field, claim)
    except (ArithmeticError, ValueError, StopIteration, AssertionError):
        return None


def _smaller(field: Field, claim: Claim) -> Iterator[tuple[Field, Claim]]:
    given = claim.subject
    if given.let:
        opened = given.opened(claim.term)
        plain = type(given)(given.inputs, given.parameters, given.expression, given.odd)
        yield field, Claim(plain, claim.by, opened, claim.kind, claim.hints)
    for term in _simpler(claim.term):
        yield field, Claim(given, claim.by, term, claim.kind, claim.hints)
    for expression in _simpler(given.expression):
        try:
            right = slope(expression, claim.by, Random(0))  # noqa: S311 - repeatable, no secret
        except NoRuleError:
            continue
        simpler = type(given)(given.inputs, given.parameters, expression, given.odd, given.let)
        other = Field(simpler, claim.by, right, Random(0))  # noqa: S311 - repeatable, no secret
        yield other, Claim(simpler, claim.by, claim.term, claim.kind, claim.hints)


def _simpler(term: Term) -> Iterator[Term]:
    """The term with one part replaced by a smaller one, large steps first."""
    for path in sorted(places(term, lambda t: bool(t.args)), key=lambda p: -size(part_at(term, p))):
        part = part_at(term, path)
        if is_condition(part):
            for arg in part.args:
                if is_condition(arg):
                    yield put(term, path, arg)
            continue
        for new in (ZERO, ONE, sym("x"), *(a for a in part.args if not is_condition(a))):
            if size(new) < size(part):
                yield put(term, path, new)
