"""Which number a gradient is at a kink: the shortest of all that lie between the sides.

For one variable that is the number of least magnitude between the one-sided derivatives (the minimum-norm element of
Clarke's subdifferential); for several inputs, the shortest vector in the convex hull of the gradients around the point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from math import inf

from flint import arb, fmpq, fmpq_mat

from actc.model.algebra import compare, folded, greater, lesser, where
from actc.model.expr import ONE, ZERO, Expr, fold, postorder, rebuild

Slope = Fraction | float
"""A one-sided derivative: exact, or a float for ±infinity."""


def least(left: Slope | None, right: Slope | None) -> Slope | None:
    """The number of least magnitude between two one-sided derivatives.

    A missing side (an end of the domain) leaves the other; both missing leave None.
    """
    if left is None or right is None:
        return right if left is None else left
    low, high = min(left, right), max(left, right)
    if low == high:
        return low
    if low <= 0 <= high:
        return Fraction(0)
    return low if low > 0 else high


def between(left: Expr, right: Expr) -> Expr:
    """``least`` as a formula."""
    low, high = lesser(left, right), greater(left, right)
    return greater(low, ZERO) + lesser(high, ZERO)


def shortest_on_segment(a: Sequence[Expr], b: Sequence[Expr]) -> tuple[Expr, ...]:
    """The shortest vector on the segment between two, as formulas of its components."""
    steps = [q - p for p, q in zip(a, b, strict=True)]
    along = _total([p * s for p, s in zip(a, steps, strict=True)])
    length = _total([s * s for s in steps])
    share = lesser(greater(-along / length, ZERO), ONE)
    share = where(compare("eq", length, ZERO), ZERO, share)
    return tuple(p + share * s for p, s in zip(a, steps, strict=True))


def by_cases(parts: Sequence[Expr], make: Callable[[Sequence[Expr]], tuple[Expr, ...]]) -> tuple[Expr, ...]:
    """``make`` applied case by case: conditions inside the parts are moved to the outside, where numbers fold."""
    condition = next((node.args[0] for node in postorder(*parts) if node.op == "where"), None)
    if condition is None:
        return make(parts)
    chosen = by_cases([_assume(part, condition, 1) for part in parts], make)
    other = by_cases([_assume(part, condition, 2) for part in parts], make)
    return tuple(where(condition, a, b) for a, b in zip(chosen, other, strict=True))


def _assume(root: Expr, condition: Expr, branch: int) -> Expr:
    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op == "where" and args[0] is condition:
            return args[branch]
        return folded(rebuild(node, args))

    return fold(root, visit)


def _total(terms: Sequence[Expr]) -> Expr:
    total = ZERO
    for term in terms:
        total = total + term
    return total


def shortest_in_hull(points: Sequence[tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    """The shortest vector in the convex hull of a few exact vectors.

    It is the shortest affine combination of some of them whose weights are not negative, so all small subsets are
    tried: for the handful of regions that meet at a point this is exact and quick.
    """
    unique = sorted(set(points))
    best = min(unique, key=_norm)
    dimension = len(unique[0])
    for count in range(2, min(dimension + 1, len(unique)) + 1):
        for subset in combinations(unique, count):
            candidate = _shortest_affine(subset)
            if candidate is not None and _norm(candidate) < _norm(best):
                best = candidate
    return best


def _norm(vector: Sequence[Fraction]) -> Fraction:
    return sum((v * v for v in vector), Fraction(0))


def _shortest_affine(points: Sequence[tuple[Fraction, ...]]) -> tuple[Fraction, ...] | None:
    """The shortest affine combination, where its weights are not negative and it is unique."""
    count = len(points)
    size = count + 1
    # Stationarity of |sum w_i p_i|^2 with multiplier for sum w_i = 1.
    rows = [[_dot(p, q) for q in points] + [Fraction(1)] for p in points] + [[Fraction(1)] * count + [Fraction(0)]]
    matrix = fmpq_mat(size, size, [fmpq(v.numerator, v.denominator) for row in rows for v in row])
    target = fmpq_mat(size, 1, [fmpq(0)] * count + [fmpq(1)])
    try:
        solution = matrix.solve(target)
    except ZeroDivisionError:
        return None
    weights = [Fraction(int(solution[i, 0].p), int(solution[i, 0].q)) for i in range(count)]
    if any(w < 0 for w in weights):
        return None
    return tuple(
        sum((w * p[i] for w, p in zip(weights, points, strict=True)), Fraction(0)) for i in range(len(points[0]))
    )


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def as_float(slope: Slope | arb | None) -> float | None:
    """For reports. None stays None."""
    if slope is None:
        return None
    if isinstance(slope, arb):
        return float(slope.mid())
    try:
        return float(slope)
    except OverflowError:
        return inf if slope > 0 else -inf
