"""One round: an activation, a claim, the compiler's verdict, the truth, and what is to be said of the two."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from analysed import analysed
from mpmath import mp, mpf
from oracle_language import UndecidedError, UndefinedError

from attack.formulas import Formula, digits_for, numbers
from attack.grow import subject
from attack.points import defaults, domains, inside, sample, ties
from attack.rewrites import parts_of, rewritten
from attack.slips import slip
from attack.slopes import NoRuleError, slope
from attack.subject import Subject
from attack.terms import Term, size, substitute, sym, text
from attack.ties import fails_at_tie
from attack.truth import (
    FINE_DIGITS,
    SURE_DIGITS,
    SURE_STEP,
    Sides,
    at_tie,
    differ_at_ties,
    finely_differ,
    fits,
    is_rounding,
    one_sided,
    settled,
    sides,
    sticks_out,
    undefined_at_ties,
    wrong_at,
)


@dataclass(frozen=True)
class Claim:
    """A claimed derivative, and what it was made to be."""

    subject: Subject
    by: str
    term: Term
    kind: str  # "right", or the slip's name
    hints: tuple[dict[str, Fraction], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What one claim came to."""

    document: str
    kind: str
    truth: str  # "right" (as made), "wrong" (with a witness) or "unknown"
    witness: str
    verdict: str
    failure: str  # "" where nothing is wrong with the verdict
    detail: str = ""


_ANY = 10**30

# Failures, the gravest first.
FALSE_PROOF = "proved although wrong"
THIN_PROOF = "proved although wrong on a surface"
FALSE_REFUTATION = "refuted by a point at which it is right"
UNCONFIRMED = "refuted by a point at which the truth could not be told"
CRASH = "the compiler crashed"
MISSED = "verified although wrong"


class Field:
    """An activation with its true derivative at sample points, against which claims are held."""

    def __init__(self, given: Subject, by: str, right: Term, random: Random) -> None:
        self.subject, self.by, self.right, self.random = given, by, right, random
        self.f = Formula(text(given.expression))
        self.slope = Formula(text(right))
        self._sides: dict[tuple[tuple[str, Fraction], ...], Sides | None] = {}

    def sides(self, point: dict[str, Fraction]) -> Sides | None:
        key = tuple(sorted(point.items()))
        if key not in self._sides:
            self._sides[key] = sides(self.f, self.by, point)
        return self._sides[key]

    def witness(self, claim: Claim, strict: bool = True) -> tuple[str, dict[str, Fraction]] | None:
        """A point at which the claim certainly is not the derivative, and how it fails there.

        Without ``strict``, almost certainly: where thousands of digits may be lost, a few thousand are trusted.
        """
        opened = claim.subject.opened(claim.term)
        formula = Formula(text(opened))
        points = self._around(claim)
        points += sample(self.subject, self.by, [self.subject.expression, opened], self.random)
        for point in points:
            around = self.sides(point)
            if around is None:
                continue
            how = wrong_at(self.f, formula, self.by, point, around, self.subject.inputs, strict)
            if how not in ("", "?"):
                return how, point
        if claim.kind == "right":
            return None
        # Too little for differences: the right claim, which they confirm, tells to a thousand digits.
        for point in points[:20]:
            around = self.sides(point)
            if around is None or not around.smooth or not finely_differ(formula, self.slope, point):
                continue
            value = settled(formula, point)
            if value is None or is_rounding(formula, point, value):
                continue
            if wrong_at(self.f, self.slope, self.by, point, around) == "":
                return "differs a little", point
        return None

    def is_thin(self, claim: Claim, point: dict[str, Fraction]) -> bool:
        """Whether the claim is right once the other coordinates are moved a little, in no special direction."""
        if len(point) < 2:
            return False
        formula, every = Formula(text(claim.subject.opened(claim.term))), domains(self.subject)
        for k in (1, -1):
            near = {n: v + Fraction(k * (7 + 3 * i), 10**8 + i) for i, (n, v) in enumerate(sorted(point.items()))}
            near = {n: point[n] if n == self.by or not inside(v, every[n]) else v for n, v in near.items()}
            how = wrong_at(self.f, formula, self.by, near, None, self.subject.inputs)
            if how not in ("", "?") or finely_differ(formula, self.slope, near):
                return False
        return True

    def kinks_meet(self, point: dict[str, Fraction]) -> bool:
        """Whether two things that decide branches vanish at the point: a value there is no claim's own.

        In step(x) - step(x - a) at a = 0, each is right at its kink.
        """
        vanishing = 0
        with mp.workdps(SURE_DIGITS):
            for tie in ties([self.subject.expression]):
                value = at_tie(Formula(text(tie)), point)
                vanishing += value is not None and abs(value) < mpf(10) ** -(SURE_DIGITS // 2)
        return vanishing > 1

    def _around(self, claim: Claim) -> list[dict[str, Fraction]]:
        every, start = domains(self.subject), defaults(self.subject)
        found: list[dict[str, Fraction]] = []
        for hint in claim.hints:
            for value in ("1", "-7/3", "2"):
                point = {**dict.fromkeys(self.subject.inputs, Fraction(value)), **start}
                point |= {n: v for n, v in hint.items() if n in point}
                if all(inside(v, every[n], n == self.by) for n, v in point.items()) and point not in found:
                    found.append(point)
        return found


def hidden(claim: Term, given: Subject, random: Random) -> tuple[Subject, Term]:
    """The claim with ``y`` for the output, or with names of ``let``, now and then."""
    if size(given.expression) > 2 and random.random() < 0.3:
        claim = substitute(claim, given.expression, sym("y"))
    if random.random() < 0.2:
        part = random.choice(parts_of(given.expression, random))
        if part.op != "sym":
            let = {"part": part}
            return Subject(given.inputs, given.parameters, given.expression, given.odd, let), substitute(
                claim, part, sym("part")
            )
    return given, claim


def claims(random: Random) -> Iterator[tuple[Field, Claim]]:
    """A random activation, with right claims and wrong ones."""
    while True:
        given = subject(random)
        free = [n for n, (_, d) in given.parameters.items() if not d.endswith("integer")]
        by = random.choice(free) if free and random.random() < 0.25 else random.choice(list(given.inputs))
        try:
            right = slope(given.expression, by, random)
        except NoRuleError:
            continue
        if size(right) <= 70:
            break
    field = Field(given, by, right, random)
    for _ in range(2):
        changed = rewritten(right, parts_of(given.expression, random), random.choice((0, 1, 2, 3, 4, 6)), random)
        yield field, Claim(*_placed(given, by, changed, random), "right")
        for _ in range(2):
            base = changed if random.random() < 0.5 else right
            made = slip(given, by, base, random)
            after = rewritten(made.claim, parts_of(given.expression, random), random.choice((0, 0, 0, 1, 3)), random)
            yield field, Claim(*_placed(given, by, after, random), made.kind, tuple(made.hints))


def _placed(given: Subject, by: str, claim: Term, random: Random) -> tuple[Subject, str, Term]:
    shown, term = hidden(claim, given, random)
    return shown, by, term


def judged(field: Field, claim: Claim) -> Outcome:
    """Asks the compiler, and holds its verdict against the truth."""
    document = claim.subject.document(claim.by, claim.term, field.random)
    try:
        gradients, found = analysed(document)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        detail = f"{type(error).__name__}: {error} in {frame.name}, {frame.filename}:{frame.lineno}"
        return Outcome(document, claim.kind, "unknown", "", "crash", CRASH, detail)
    internal = [d.message for d in found if "internal" in d.message or "mistake in actc" in d.message]
    if internal:
        return Outcome(document, claim.kind, "unknown", "", "crash", CRASH, internal[0])
    if gradients is None:
        return Outcome(document, claim.kind, "unknown", "", "refused", "", "; ".join(d.message for d in found))
    gradient = next(g for g in gradients.gradients if g.variable == claim.by)
    verdict = gradient.verdict.value
    detail, failure = gradient.method, ""
    if verdict == "refuted":
        assert gradient.counterexample is not None
        detail = "; ".join(d.message for d in found if d.code in ("ACT201", "ACT202", "ACT203"))
        point = dict(gradient.counterexample.at)
        failure = counterexample(field, claim, point)
        if failure == UNCONFIRMED and (how := field.witness(claim, strict=False)) is not None:
            # Too far out for differences; but the verdict is right, as another point shows.
            return Outcome(document, claim.kind, "wrong", f"{how[0]} at {shown(how[1])}", verdict, "", detail)
        if not failure:
            return Outcome(document, claim.kind, "wrong", f"at {shown(point)}", verdict, "", detail)
    how = field.witness(claim)
    truth = "wrong" if how else "right" if claim.kind == "right" else "unknown"
    witness = "" if how is None else f"{how[0]} at {shown(how[1])}"
    if how is not None and verdict == "proved":
        thin = field.is_thin(claim, how[1])
        if thin and how[0] in ("outside", "differs") and field.kinks_meet(how[1]):
            return Outcome(document, claim.kind, "unknown", witness, verdict, "", detail)
        failure = THIN_PROOF if thin else FALSE_PROOF
    elif how is not None and verdict == "verified":
        failure = MISSED
    return Outcome(document, claim.kind, truth, witness, verdict, failure, detail)


def counterexample(field: Field, claim: Claim, point: dict[str, Fraction]) -> str:
    """What is wrong with the compiler's counterexample: "" if the claim fails there, by differences of the function."""
    full = {**defaults(field.subject), **point}
    if any(n not in full for n in field.subject.inputs):
        return UNCONFIRMED
    opened = claim.subject.opened(claim.term)
    formula = Formula(text(opened))
    domain, tiny = domains(field.subject)[field.by], Fraction(1, 10**30)
    ways = [way for way in (1, -1) if inside(full[field.by] + way * tiny, domain)]
    if len(ways) == 1:
        end = one_sided(field.f, field.by, full, ways[0])
        try:
            value = settled(formula, full)
            value = at_tie(formula, full) if value is None or is_rounding(formula, full, value) else value
        except UndecidedError:
            value = None
        if end is None or value is None:
            return UNCONFIRMED
        if fits(end, value, SURE_DIGITS):
            return ""
        right = settled(field.slope, full)
        fine = right is not None and not fits(end, right, SURE_DIGITS) and _differ(field, formula, full)
        return "" if fine else FALSE_REFUTATION
    how = wrong_at(field.f, formula, field.by, full, None, field.subject.inputs, strict=False)
    if how not in ("", "?"):
        return ""
    around = sides(field.f, field.by, full)
    if around is None or not around.smooth:  # sinc(cosh(90)) turns often within a step
        around = sides(field.f, field.by, full, SURE_DIGITS, SURE_STEP) or around
    smooth = around is not None and around.smooth
    confirmed = smooth and wrong_at(field.f, field.slope, field.by, full, around, strict=False) == ""
    if confirmed and _differ(field, formula, full):
        return ""
    if around is not None and not smooth and sticks_out(field.slope, formula, field.by, full, around):
        return ""
    if undefined_at_ties(field.f, formula, (field.by, *field.subject.inputs), full):
        return ""
    if smooth and differ_at_ties(formula, field.slope, full):
        return ""
    if fails_at_tie(field, formula, ties([field.subject.expression, opened]), full):
        return ""
    return UNCONFIRMED if how == "?" or beyond(formula, full) or beyond(field.slope, full) else FALSE_REFUTATION


def _differ(field: Field, claim: Formula, point: dict[str, Fraction]) -> bool:
    """Whether a claim differs from the right one, however little: the compiler has a certificate, this is to last."""
    return any(
        finely_differ(claim, field.slope, point, many, _ANY, strict=False) for many in (FINE_DIGITS, 8 * FINE_DIGITS)
    )


def beyond(formula: Formula, point: dict[str, Fraction]) -> bool:
    """Whether more digits would be needed than are tried."""
    try:
        digits_for(formula, point)
        with mp.workdps(16 * FINE_DIGITS):
            formula.at(numbers(point))
    except UndefinedError:
        return False
    except UndecidedError:
        return True
    return False


def shown(point: dict[str, Fraction]) -> str:
    """The point as messages write it."""
    return ", ".join(f"{name} = {value}" for name, value in sorted(point.items()))
