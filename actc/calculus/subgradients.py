"""Which number a gradient is at a kink: the shortest of all that lie between the sides.

For one variable that is the number of least magnitude between the one-sided derivatives (the minimum-norm element of
Clarke's subdifferential); for several inputs, the shortest vector in the convex hull of the gradients around the point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
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
    """The shortest vector in the convex hull of exact vectors.

    Wolfe's algorithm (Mathematical Programming 11, 1976): the shortest affine combination of a few of them, to which
    the vector that lies furthest behind is added until none does. In exact arithmetic it ends with the answer.
    """
    unique = sorted(set(points))
    rows = [[fmpq(v.numerator, v.denominator) for v in point] for point in unique]
    gram = [[sum((a * b for a, b in zip(p, q, strict=True)), fmpq(0)) for q in rows] for p in rows]
    first = min(range(len(rows)), key=lambda k: gram[k][k])
    weights = {first: fmpq(1)}
    while True:
        products = [sum((w * gram[i][j] for i, w in weights.items()), fmpq(0)) for j in range(len(rows))]
        length = sum((w * products[i] for i, w in weights.items()), fmpq(0))
        furthest = min(range(len(rows)), key=lambda j: products[j])
        if products[furthest] >= length:
            break
        weights[furthest] = fmpq(0)
        weights = _inside(gram, weights)
    found = (sum((w * rows[i][k] for i, w in weights.items()), fmpq(0)) for k in range(len(unique[0])))
    return tuple(Fraction(int(v.p), int(v.q)) for v in found)


def _inside(gram: Sequence[Sequence[fmpq]], weights: dict[int, fmpq]) -> dict[int, fmpq]:
    """The weights moved towards the shortest affine combination, without those vectors whose weight becomes 0."""
    while True:
        wanted = _affine_weights(gram, list(weights))
        if all(w > 0 for w in wanted.values()):
            return wanted
        # As far as no weight becomes negative.
        share = min(weights[i] / (weights[i] - w) for i, w in wanted.items() if w <= 0)
        moved = {i: w + share * (wanted[i] - w) for i, w in weights.items()}
        weights = {i: w for i, w in moved.items() if w > 0}


def _affine_weights(gram: Sequence[Sequence[fmpq]], chosen: Sequence[int]) -> dict[int, fmpq]:
    """The weights, of sum 1, of the shortest affine combination: stationarity of |sum w_i p_i|^2 with a multiplier."""
    size = len(chosen) + 1
    rows = [[*(gram[i][j] for j in chosen), fmpq(1)] for i in chosen] + [[fmpq(1)] * len(chosen) + [fmpq(0)]]
    solution = fmpq_mat(size, size, [v for row in rows for v in row]).solve(
        fmpq_mat(size, 1, [fmpq(0)] * len(chosen) + [fmpq(1)])
    )
    return {i: solution[k, 0] for k, i in enumerate(chosen)}


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
