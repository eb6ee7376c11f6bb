"""Where a function of one variable is real and finite: its borders one by one, and the gaps between them.

A *border* is a point at which the definition of some operation, or a branch, changes: a zero of an atom of its guards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import inf

from flint import arb, fmpq

from actc.calculus import intervals as iv
from actc.calculus.ball_operations import UNDEFINED, UNKNOWN
from actc.calculus.balls import evaluate, sign_of
from actc.calculus.balls import holds as holds_at
from actc.calculus.blame import NO_BRANCH, blamed, reason
from actc.calculus.borders import Border, Borders, Coordinate, ball, borders_of, guards_of, inside, middle
from actc.calculus.branches import orient, resolve
from actc.calculus.cases import decided
from actc.calculus.intervals import Interval
from actc.calculus.limits import agree, one_sided_limit
from actc.calculus.ranges import Box
from actc.model.domain import Domain
from actc.model.expr import FALSE, TRUE, Expr, number
from actc.model.expr import UNDEFINED as UNCOVERED
from actc.model.operations import OPERATIONS

_MOST_PIECES = 160
_DEEPEST = 14
_THOROUGH = 4  # pieces up to this depth are looked at with algebra too
_NICE = tuple(
    Fraction(n, d)
    for n, d in (
        *((-1, 1), (1, 1), (0, 1), (2, 1), (-2, 1), (1, 2), (-1, 2), (3, 1), (-3, 1), (10, 1), (-10, 1)),
        *((1, 10), (-1, 10), (5, 1), (-5, 1), (100, 1), (-100, 1), (1000, 1), (-1000, 1), (10**6, 1), (-(10**6), 1)),
        *((1, 10**6), (-1, 10**6), (31, 7), (-31, 7), (17, 12), (-17, 12), (22, 7), (-22, 7), (39, 2), (-39, 2)),
    )
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A point that a limit fills."""

    location: Expr | Coordinate
    value: Coordinate
    limit: Coordinate
    atoms: tuple[Expr, ...]


@dataclass(slots=True)
class LineVerdict:
    """What is known along one line."""

    witness: tuple[Coordinate, str] | None = None
    gaps: list[Gap] = field(default_factory=list)
    proved: bool = False


def judge_line(expr: Expr, variable: str, domain: Domain, *, prove: bool = True) -> LineVerdict:
    """Judge an expression in one variable alone. Without ``prove`` only a witness is sought."""
    whole = Box({variable: iv.of_domain(domain)})
    if whole.range(expr) is not None:
        return LineVerdict(proved=True)
    return _Line(expr, variable, domain).judge(prove=prove)


class _Line:
    def __init__(self, expr: Expr, variable: str, domain: Domain) -> None:
        self.expr = expr
        self.variable = variable
        self.domain = domain
        self.verdict = LineVerdict()
        self.found = Borders((), ())

    def judge(self, *, prove: bool) -> LineVerdict:
        # A search for zeros that have no closed form is dear and seldom needed.
        for numeric in (False, True):
            known = self.found
            self.found = borders_of(self.expr, self.variable, self.domain, numeric=numeric)
            if numeric and self.found == known:
                break
            self.verdict = LineVerdict()
            self._sample()
            sure = True
            for border in sorted(self.found.points, key=lambda b: abs(middle(b.value))):
                sure &= self._judge_point(border)
            if self.verdict.witness is not None:
                break
            if prove and sure and all(self._prove_gap(low, high) for low, high in self._gaps()):
                self.verdict.proved = True
                break
        self.verdict.gaps.sort(key=lambda gap: middle(gap.value))
        return self.verdict

    def _contains(self, x: Coordinate) -> bool:
        if isinstance(x, Fraction):
            return self.domain.contains(x)
        common = iv.meet(iv.of_ball(x), iv.of_domain(self.domain))
        return common is not None and not self.domain.integer

    def _judge_point(self, border: Border) -> bool:
        """Whether the border is no obstacle to a proof."""
        if self.verdict.witness is not None or not self._contains(border.value):
            return True
        why = self._undefined_at(border)
        if why is None:
            return True
        if not why:
            return False
        limit = None if why == NO_BRANCH else self._limit(border)
        if limit is None:
            self.verdict.witness = border.value, why
            return False
        place = border.value if border.location is None else border.location
        self.verdict.gaps.append(Gap(place, border.value, limit, border.atoms))
        return True

    def _undefined_at(self, border: Border) -> str | None:
        """Why there is no value at the border, None where there is one, "" where that is not to be told."""
        x = border.value
        if isinstance(x, Fraction):
            here = {self.variable: x}
            for bits in (128, 1024):
                value = evaluate(self.expr, here, bits)
                if value is UNDEFINED:
                    found = blamed(self.expr, here, bits)
                    return "" if found is None else found[1]
                if value is not UNKNOWN:
                    return None
            return self._undefined_by_signs(border)
        return self._undefined_by_signs(border)

    def _undefined_by_signs(self, border: Border) -> str | None:
        """As above at a point that is not known exactly, but at which some atoms are known to be zero."""
        here = {self.variable: border.value}
        signs = dict.fromkeys(border.atoms, 0)
        for guard in guards_of(self.expr):
            for atom in orient(guard).atoms:
                known = None if atom in signs else sign_of(atom, here, 128, 512) if atom.free else None
                if known is not None:
                    signs[atom] = known
        resolved = decided(self.expr, signs)
        if isinstance(evaluate(resolved, here, 256), Fraction | arb):
            return None
        unsure: Expr | None = None
        for node in _reached(resolved, here):
            if node is UNCOVERED:
                return reason(node, [])
            defined = OPERATIONS[node.op].defined if node.op in OPERATIONS else None
            if defined is None:
                continue
            condition = resolve(defined(*node.args), signs)
            holds = True if condition is TRUE else False if condition is FALSE else holds_at(condition, here, 128, 1024)
            if holds is False:
                return reason(node, [fmpq(0) for _ in node.args])
            unsure = node if holds is None else unsure
        if unsure is None:
            return None
        place = border.value if border.location is None else border.location
        sides = (one_sided_limit(resolved, self.variable, place, side) for side in (-1, 1))
        return reason(unsure, [UNKNOWN for _ in unsure.args]) if any(side.infinite for side in sides) else ""

    def _limit(self, border: Border) -> Coordinate | None:
        """What the expression tends to from all sides that lie in the domain, if that is one finite number."""
        place = border.value if border.location is None else border.location
        limits: list[Coordinate] = []
        for side in (-1, 1):
            end = self.domain.low if side < 0 else self.domain.high
            if end is not None and border.value == end:
                continue
            found = one_sided_limit(self.expr, self.variable, place, side).value
            if found is None:
                return None
            limits.append(found)
        return limits[-1] if limits and agree(limits[0], limits[-1]) else None

    def _sample(self) -> None:
        """Look for points without a value: nice ones first, then one or more in every gap."""
        known = {border.value for border in self.found.points if isinstance(border.value, Fraction)}
        for x in (*_NICE, *self._between()):
            if x in known or not self.domain.contains(x):
                continue
            here = {self.variable: x}
            if evaluate(self.expr, here, 128) is UNDEFINED:
                found = blamed(self.expr, here)
                uncovered = found is not None and found[1] == NO_BRANCH
                limit = None if uncovered else self._limit(Border(x, number(x), ()))
                if limit is not None:
                    self.verdict.gaps.append(Gap(number(x), x, limit, ()))
                elif found is not None:
                    self.verdict.witness = x, found[1]
                    return

    def _between(self) -> Iterator[Fraction]:
        for low, high in self._gaps():
            yield inside(low, high)
            if low is not None and high is not None:
                width = middle(high) - middle(low)
                yield from (middle(low) + width * Fraction(1, 1000), middle(high) - width * Fraction(1, 1000))
            elif low is not None or high is not None:
                end, side = (middle(low), 1) if low is not None else (middle(high or Fraction(0)), -1)
                yield from (end + side * Fraction(1, 10**6), end + side * 1000)

    def _gaps(self) -> Iterator[tuple[Coordinate | None, Coordinate | None]]:
        ends: list[Coordinate | None] = [b.value for b in self.found.points if self._in_closure(b.value)]
        if self.domain.low is None:
            ends.insert(0, None)
        if self.domain.high is None:
            ends.append(None)
        yield from pairwise(ends)

    def _in_closure(self, x: Coordinate) -> bool:
        low, high = self.domain.low, self.domain.high
        here = ball(x)
        return not ((low is not None and here < ball(low)) or (high is not None and here > ball(high)))

    def _prove_gap(self, low: Coordinate | None, high: Coordinate | None) -> bool:
        here = {self.variable: inside(low, high)}
        signs: dict[Expr, int] = {}
        for atom in self.found.complete:
            sign = sign_of(atom, here)
            if sign:
                signs[atom] = sign
        facts = {atom: iv.POSITIVES if sign > 0 else iv.NEGATIVES for atom, sign in signs.items()}
        resolved = decided(self.expr, signs)
        first = Interval(
            -inf if low is None else iv.of_ball(ball(low)).low,
            inf if high is None else iv.of_ball(ball(high)).high,
            True,
            True,
        )
        todo = [(first, 0)]
        for _ in range(_MOST_PIECES):
            if not todo:
                return True
            piece, depth = todo.pop()
            box = Box({self.variable: piece}, facts, thorough=depth <= _THOROUGH)
            if box.range(resolved) is None:
                if depth == _DEEPEST:
                    return False
                todo.extend((part, depth + 1) for part in _halves(piece))
        return not todo


def _reached(root: Expr, here: Mapping[str, Coordinate]) -> Iterator[Expr]:
    """The nodes that are asked for at the point; both branches where it is not known which."""
    stack, seen = [root], {root}
    while stack:
        node = stack.pop()
        yield node
        args = node.args
        if node.op == "where":
            taken = holds_at(args[0], here, 128, 512)
            args = args if taken is None else (args[0], args[1] if taken else args[2])
        stack.extend(a for a in reversed(args) if a not in seen)
        seen.update(args)


def _halves(piece: Interval) -> tuple[Interval, Interval]:
    """The two parts of an interval; of an infinite one, a finite part and the tail."""
    if piece.low == -inf and piece.high == inf:
        cut = 0.0
    elif piece.high == inf:
        cut = max(1.0, 4 * piece.low) if piece.low >= 0 else 0.0
    elif piece.low == -inf:
        cut = min(-1.0, 4 * piece.high) if piece.high <= 0 else 0.0
    else:
        cut = piece.low / 2 + piece.high / 2
    left = Interval(piece.low, cut, piece.low_open, False)
    return left, Interval(cut, piece.high, True, piece.high_open)
