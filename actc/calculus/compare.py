"""Whether two expressions agree at a point: a certain difference, an agreement to 30 digits, or nothing to be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from flint import arb, fmpq

from actc.calculus.ball_operations import UNDEFINED, UNKNOWN, Cell, Marker, Scalar, ball, sign
from actc.calculus.branches import atoms
from actc.calculus.crossings import tidied
from actc.calculus.differentiate import differentiate, differentiate_by_regions
from actc.calculus.exact_values import exactly
from actc.calculus.sampling import Sample
from actc.calculus.sampling_borders import Point, borders, kinks_at, steps
from actc.calculus.tape import Tape, precision
from actc.model.expr import Expr, apply, substitute

DIGITS = 30  # of agreement that count
_ALIKE = arb(10) ** -DIGITS
_NOTHING = arb(10) ** -100  # a difference below it is none where 512 bits give no relative accuracy
_BITS = (128, 512)
_MOST_ATOMS = 4  # that a derivative is split by
_BESIDE = Fraction(1, 10**9)
_LEAST = Fraction(1, 10**40)


class Outcome(Enum):
    """What a point says about a claim."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNDEFINED = "undefined"  # the derivative is a number there and the claim is not, also nearby
    AT_KINK = "at a kink"  # they differ, where the derivative has sides rather than a value
    UNDECIDED = "undecided"  # not to be told with the bits that were taken
    NOTHING = "nothing"  # not in the activation's domain


@dataclass(frozen=True, slots=True)
class Judged:
    """A point and what it says."""

    sample: Sample
    outcome: Outcome
    claimed: Scalar | None = None
    actual: Scalar | None = None


class Comparison:
    """A claim, the derivative and the activation, ready to be compared at many points.

    ``variable`` is what the derivative is taken by. At kinks along it and along the inputs nothing is judged.
    """

    def __init__(
        self,
        claimed: Expr,
        actual: Expr,
        inputs: Sequence[str],
        variable: str | None = None,
        value: Expr | None = None,
    ) -> None:
        self.claimed, self.actual, self.value, self.variable = claimed, actual, value, variable
        self._inputs = tuple(inputs)
        roots = (claimed, actual) if value is None else (claimed, actual, value)
        self._tape = Tape(claimed, actual, apply("sub", claimed, actual), *roots[2:])
        self._claim = Tape(claimed)
        edges = borders(*roots)
        self._edges = Tape(*edges, *steps(*roots))
        self._count = len(edges)
        self._moving = tuple(dict.fromkeys((*inputs, variable))) if variable else tuple(inputs)

    def where(self, bindings: Mapping[Expr, Expr]) -> Comparison:
        """The comparison with symbols replaced; the derivative is that of what the activation is then.

        ``sqrt(1 - cos(a*x))`` is 0 at a = 0, and so is its derivative, of which the chain rule says 0/0.
        """
        claimed, actual = (substitute(e, dict(bindings)) for e in (self.claimed, self.actual))
        value = None if self.value is None else substitute(self.value, dict(bindings))
        if value is not None and self.variable is not None:
            plain = tidied(value)
            # Where a*x is 0, so is Max(x, a*x) for negative x, and the chain rule says 0/0 of its cube root.
            by_regions = len(atoms(plain)) <= _MOST_ATOMS
            actual = (
                differentiate_by_regions(plain, self.variable, {})
                if by_regions
                else differentiate(plain, self.variable)
            )
        return Comparison(claimed, actual, self._inputs, self.variable, value)

    def judge_exactly(self, sample: Sample, precisions: Sequence[int] = _BITS) -> Judged:
        """``judge`` with the point put in and ties decided by identities: no ball tells that 2 is exp(log(2))."""
        if self.at_kink(sample.point):
            return Judged(sample, Outcome.UNDECIDED)
        claimed, actual = (exactly(e, sample.point) for e in (self.claimed, self.actual))
        value = None if self.value is None else exactly(self.value, sample.point)
        found = Comparison(claimed, actual, (), None, value).judge(sample, precisions)
        if found.outcome is Outcome.UNDEFINED and not self._is_undefined_around(sample.point, self._exact_claim):
            return Judged(sample, Outcome.NOTHING)
        return found

    def _exact_claim(self, point: Point) -> Cell | bool:
        return Tape(exactly(self.claimed, point)).run(point, 256)[0]

    @property
    def steps(self) -> int:
        """How many operations one point takes."""
        return self._tape.steps

    def judge(self, sample: Sample, precisions: Sequence[int] = _BITS) -> Judged:
        """Compare at a point; more bits are taken only where fewer do not tell."""
        for bits in precisions:
            claimed, actual, difference, *value = self._tape.run(sample.point, bits)
            if value and isinstance(value[0], Marker):
                if value[0] is UNKNOWN:
                    continue
                return Judged(sample, Outcome.NOTHING)
            if actual is UNDEFINED or isinstance(actual, bool) or isinstance(claimed, bool):
                return Judged(sample, Outcome.NOTHING)
            if claimed is UNDEFINED:
                if actual is UNKNOWN:
                    continue
                lost = self._is_undefined_around(sample.point, self._plain_claim)
                return Judged(sample, Outcome.UNDEFINED if lost else Outcome.NOTHING)
            if isinstance(claimed, Marker) or isinstance(actual, Marker) or not isinstance(difference, fmpq | arb):
                continue
            if sign(difference):
                if self.at_kink(sample.point):
                    return Judged(sample, Outcome.AT_KINK)
                return Judged(sample, Outcome.DIFFERS, claimed, actual)
            if _alike(claimed, actual, difference, bits):
                return Judged(sample, Outcome.AGREES, claimed, actual)
        return Judged(sample, Outcome.UNDECIDED)

    def at_kink(self, point: Point) -> bool:
        """Whether a branch changes exactly here."""
        return kinks_at(self._edges, self._count, point, self._moving)

    def signature(self, point: Point) -> tuple[int | None, ...]:
        """The signs of all that decides branches, and which of the first steps: in which region the point lies."""
        cells = self._edges.run(point)
        signs = (sign(v) if isinstance(v, fmpq | arb) else None for v in cells[: self._count])
        return (*signs, *(_step(v) for v in cells[self._count :]))

    def _plain_claim(self, point: Point) -> Cell | bool:
        return self._claim.run(point, 256)[0]

    def _is_undefined_around(self, point: Point, claim: Callable[[Point], Cell | bool]) -> bool:
        if self.at_kink(point):
            return False
        shifts = {name: max(abs(point[name]) * _BESIDE, _LEAST) for name in self._moving}
        # Where x*a is 0, both may be: then it is isolated along neither, but along a line across.
        across = {name: (1 + 2 * i) * shift for i, (name, shift) in enumerate(shifts.items())}
        for way in (*({name: shift} for name, shift in shifts.items()), across):
            for side in (1, -1):
                beside = {**point, **{name: point[name] + side * shift for name, shift in way.items()}}
                if claim(beside) is not UNDEFINED:
                    return False
        return True


def _step(value: object) -> int | None:
    """Between which of the first whole numbers a value lies; beyond them, on which side."""
    if not isinstance(value, fmpq | arb):
        return None
    return next((k for k in range(-1, 3) if ball(value) < k), 3)


def _alike(claimed: Cell, actual: Cell, difference: Scalar, bits: int) -> bool:
    if isinstance(difference, fmpq):
        return True
    with precision(64):
        off = difference.abs_upper()
        if bits >= _BITS[-1] and off < _NOTHING:
            return True
        sizes = [ball(c).abs_lower() for c in (claimed, actual) if not isinstance(c, Marker)]
        return any(off <= _ALIKE * size for size in sizes)
