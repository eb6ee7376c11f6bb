"""Zero-testing by cases: where the normal form depends on a sign that is not known, both signs are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from actc.calculus.normal_form.evaluate import Evaluation
from actc.calculus.normal_form.facts import Contradiction
from actc.calculus.normal_form.field import Ratio, Undefined
from actc.calculus.normal_form.generators import Hints, PoolExhausted, Refine
from actc.calculus.normal_form.identity import Identity
from actc.calculus.normal_form.tower import ClaimUndefined, NeedSign, Tower
from actc.calculus.work import GaveUp, Work
from actc.model.domain import Domain
from actc.model.expr import ZERO, Expr

_POOLS = (12, 24, 48)
_MOST_RESTARTS = 24
_MOST_DEPTH = 6  # signs that one computation may ask for
_MOST_CASES = 48
LIMIT = 2_000_000  # elementary steps of one test; the published activations take up to a tenth of it


class Outcome(Enum):
    """What a test found."""

    ZERO = "zero"
    NONZERO = "nonzero"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, what it rests on, and how many cases were looked at."""

    outcome: Outcome
    identity: Identity = field(default_factory=Identity)
    cases: int = 0
    somewhere: bool = False  # zero in one of the cases at least
    wild: bool = False  # where it is not zero as a form it may still vanish on a region


def is_zero(expr: Expr, domains: Mapping[str, Domain], signs: Mapping[Expr, int]) -> Outcome:
    """Whether a smooth expression is zero wherever it is defined.

    The symbols lie in their domains and the atoms have these signs (-1 or 1). ZERO is proved; NONZERO says that the
    normal form is not zero, UNKNOWN that the counted work did not suffice.
    """
    return compare(ZERO, expr, domains, signs).outcome


def constant_sign(expr: Expr, domains: Mapping[str, Domain], work: Work) -> int | None:
    """The sign that a smooth expression, real everywhere, has at almost every point of the domains; None if not known.

    Raises GaveUp where the work is used up.
    """
    hints = Hints()
    for pool in _POOLS:
        for _ in range(_MOST_RESTARTS):
            tower = Tower(pool, work, hints, (), domains)
            try:
                return tower.known_sign_of(Evaluation(tower, None).value(expr))
            except Refine:
                continue
            except PoolExhausted:
                break
            except (NeedSign, Contradiction, Undefined):
                return None
    return None


def compare(
    claimed: Expr,
    actual: Expr,
    domains: Mapping[str, Domain],
    signs: Mapping[Expr, int],
    given: tuple[Expr, ...] = (),
    asked: tuple[Expr, ...] = (),
    asked_signs: Mapping[Expr, int] | None = None,
    generic: str | None = None,
    work: Work | None = None,
) -> Decision:
    """Whether two smooth expressions are one function where ``actual``, ``given`` and the atoms of ``signs`` are real.

    ``claimed``, ``asked`` and the atoms of ``asked_signs`` must be shown to be real there too. ``generic`` is a
    variable that moves, so that what depends on it is almost nowhere an integer. ``work`` is a count to share with
    other tests.
    """

    def run(tower: Tower) -> tuple[Ratio, Ratio]:
        forms = Evaluation(tower, generic)
        _assume(forms, signs)
        for expr in given:
            forms.value(expr)
        left = forms.value(actual)
        tower.strict = True
        _assume(forms, asked_signs or {})
        for expr in asked:
            forms.value(expr)
        return left, forms.value(claimed)

    return _by_cases(run, domains, Work(LIMIT) if work is None else work)


def _assume(forms: Evaluation, signs: Mapping[Expr, int]) -> None:
    for atom, sign in signs.items():
        value = forms.value(atom)
        if forms.tower.field.is_zero(value):
            raise Contradiction
        forms.tower.assume(value, sign)


def _by_cases(run: Callable[[Tower], tuple[Ratio, Ratio]], domains: Mapping[str, Domain], work: Work) -> Decision:
    hints = Hints()
    pools = list(_POOLS)
    pool = pools.pop(0)
    for _ in range(_MOST_RESTARTS):
        try:
            return _all_cases(run, domains, pool, work, hints)
        except Refine:
            continue
        except PoolExhausted:
            if not pools:
                break
            pool = pools.pop(0)
        except (GaveUp, Undefined):
            break
    return Decision(Outcome.UNKNOWN)


def _all_cases(
    run: Callable[[Tower], tuple[Ratio, Ratio]], domains: Mapping[str, Domain], pool: int, work: Work, hints: Hints
) -> Decision:
    """Depth first over the signs that are asked for.

    The same questions come in the same order in every run, so that a case is the list of answers.
    """
    identity = Identity(cases=0)
    todo: list[tuple[int, ...]] = [()]
    cases = 0
    somewhere = wild = False
    every = True
    while todo:
        decisions = todo.pop()
        tower = Tower(pool, work, hints, decisions, domains)
        try:
            left, right = run(tower)
            difference = tower.field.subtract(left, right)
            zero = tower.field.is_zero(difference)
            wild = wild or tower.is_wild(difference)
            identity = identity.joined(tower.identity(left, right))
        except NeedSign:
            if len(decisions) >= _MOST_DEPTH or len(todo) >= _MOST_CASES:
                raise GaveUp from None
            todo.extend((*decisions, sign) for sign in (-1, 1))
            continue
        except Contradiction:
            continue
        except ClaimUndefined:
            zero = False
        cases += 1
        somewhere = somewhere or zero
        every = every and zero
    return Decision(Outcome.ZERO if every else Outcome.NONZERO, identity, cases, somewhere, wild)
