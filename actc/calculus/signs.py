"""Signs that algebra knows where ranges do not: every symbol that occurs twice widens a range, but not a polynomial."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from flint import arb, fmpq, fmpq_poly

from actc.calculus.branches import orient
from actc.calculus.differentiate import differentiate
from actc.calculus.intervals import NEGATIVE, NULL, POSITIVE, REAL, Interval
from actc.calculus.polynomial_roots import Poly, coefficients, leaves, one_exponential
from actc.calculus.root_search import real_roots
from actc.model.expr import ZERO, Expr, number, postorder, size, substitute, symbol

if TYPE_CHECKING:
    from actc.calculus.ranges import Box

_ALL = NEGATIVE | NULL | POSITIVE
_MOST_NODES = 200
_MOST_NODES_OF_SLOPE = 60
_MOST_SLOPES = 2  # derivatives of derivatives
_JUMPS = frozenset({"where", "sign", "floor", "ceiling", "round", "mod", "atan2"})
_TWO = number(2)


def by_algebra(box: Box, expr: Expr) -> int:
    """The signs that the expression may have in the box, as bits; all of them where nothing is found."""
    if expr.op == "symbol" or expr.is_number or size(expr) > _MOST_NODES:
        return _ALL
    sign = orient(expr)
    if sign.constant == 0:
        return NULL
    known = POSITIVE if sign.constant > 0 else NEGATIVE
    for atom in dict.fromkeys(sign.atoms):
        signs = _of_atom(box, atom, expr)
        if sign.atoms.count(atom) > 1:
            signs = (signs & NULL) | (POSITIVE if signs & ~NULL else 0)
        known = product(known, signs)
    return known


def product(a: int, b: int) -> int:
    """The signs of a product from those of its factors."""
    found = (a | b) & NULL
    if (a & POSITIVE and b & POSITIVE) or (a & NEGATIVE and b & NEGATIVE):
        found |= POSITIVE
    if (a & POSITIVE and b & NEGATIVE) or (a & NEGATIVE and b & POSITIVE):
        found |= NEGATIVE
    return found


def _of_atom(box: Box, atom: Expr, asked: Expr) -> int:
    if atom is not asked:
        # Its own question, with its own memory; what is asked here is already on the way.
        return box.signs(atom)
    known = _ALL
    for variable in sorted(atom.free):
        found = leaves(atom, variable)
        for leaf in found:
            known &= _of_polynomial(box, atom, leaf, found)
        if len(found) > 1:
            joined = one_exponential(atom, found)
            known &= _ALL if joined is None else box.signs(joined)
        for leaf in found:
            if leaf.op in ("sqrt", "abs"):
                known &= _of_root(box, atom, leaf, found)
        if known.bit_count() <= 1:
            return known
    for variable in sorted(atom.free):
        known &= _of_monotone(box, atom, variable)
    return known


def _of_monotone(box: Box, atom: Expr, variable: str) -> int:
    """The signs between the values at the ends of a symbol's interval, where the slope keeps its sign."""
    inside = box.env[variable]
    # What is known besides may leave out points, poles perhaps, and then the slope tells nothing across them.
    box = box.without_facts()
    if inside.nonzero or inside.integer or box.env[variable].is_point:
        return _ALL
    if box.slopes >= _MOST_SLOPES or size(atom) > _MOST_NODES_OF_SLOPE or (inside.low == -inf and inside.high == inf):
        return _ALL
    if any(_may_jump(node) for node in postorder(atom)) or box.range(atom) is None:
        return _ALL
    try:
        slope = differentiate(atom, variable)
    except TypeError:
        return _ALL
    if box.range(slope) is None:
        return _ALL
    box.slopes += 1
    rising = box.signs(slope)
    box.slopes -= 1
    if rising & POSITIVE and rising & NEGATIVE:
        return _ALL
    strict = not rising & NULL
    up = bool(rising & POSITIVE)
    known = _ALL
    for end, is_open, above in ((inside.low, inside.low_open, up), (inside.high, inside.high_open, not up)):
        if math.isinf(end):
            continue
        value = box.signs(substitute(atom, {symbol(variable): number(Fraction(end))}))
        # Beyond the end the atom is greater (or less) than there.
        away = POSITIVE if above else NEGATIVE
        if not value & ~(away | NULL):
            known &= away if not value & NULL or (strict and is_open) else away | NULL
    return known


def _of_polynomial(box: Box, atom: Expr, leaf: Expr, unknowns: Sequence[Expr]) -> int:
    poly = None if leaf is atom else coefficients(atom, leaf, unknowns)
    if poly is None or max(poly, default=0) < 2:
        return _ALL
    if all(c.is_number for c in poly.values()):
        return _of_numbers(poly, box.range(leaf) or REAL)
    if max(poly) == 2:
        a, b, c = (poly.get(k, ZERO) for k in (2, 1, 0))
        leading = box.signs(a)
        if leading in (POSITIVE, NEGATIVE):
            discriminant = box.signs(b**2 - number(4) * a * c)
            if not discriminant & POSITIVE:
                return leading | (discriminant & NULL)
    return _ALL


def _of_numbers(poly: Poly, inside: Interval) -> int:
    """The signs of a polynomial on an interval, from its real roots and one point in each gap."""
    degree = max(poly)
    exact = fmpq_poly(
        [fmpq(n.numerator, n.denominator) for n in (_number(poly.get(k, ZERO)) for k in range(degree + 1))]
    )
    roots = [r if isinstance(r, arb) else arb(fmpq(r.numerator, r.denominator)) for r in real_roots(exact)]
    low, high = arb(inside.low), arb(inside.high)
    found = 0
    within: list[arb] = []
    for root in sorted(roots, key=lambda r: Fraction(int(r.mid().fmpq().p), int(r.mid().fmpq().q))):
        below = root < low or (inside.low_open and root.is_exact() and root == low)
        above = root > high or (inside.high_open and root.is_exact() and root == high)
        if not (below or above):
            if not (root.is_zero() and inside.nonzero):
                found |= NULL
            within.append(root)
    ends = [low, *within, high]
    for a, b in pairwise(ends):
        value = exact(_between(a, b))
        found |= POSITIVE if value > 0 else NEGATIVE if value < 0 else 0
    return found


def _number(coefficient: Expr) -> Fraction:
    return coefficient.number


def _between(a: arb, b: arb) -> fmpq:
    """A rational between two ends, of which either may be infinite."""
    if not a.is_finite() and not b.is_finite():
        return fmpq(0)
    if not a.is_finite():
        return b.lower().fmpq() - 1
    if not b.is_finite():
        return a.upper().fmpq() + 1
    return (a.mid().fmpq() + b.mid().fmpq()) / 2


def _may_jump(node: Expr) -> bool:
    """Whether it may be discontinuous where it is real; 0**v is, at v = 0."""
    if node.op != "pow":
        return node.op in _JUMPS
    base, exponent = node.args
    return not exponent.is_number and not (base.is_number and base.number > 0)


def _of_root(box: Box, atom: Expr, root: Expr, unknowns: Sequence[Expr]) -> int:
    """The sign of p*sqrt(v) + q, and of p*|u| + q: where p and q disagree, the greater square decides."""
    poly = coefficients(atom, root, unknowns)
    if poly is None or max(poly) != 1:
        return _ALL
    p, q = poly[1], poly.get(0, ZERO)
    inner = root.args[0]
    square = inner if root.op == "sqrt" else inner**_TWO
    first = product(box.signs(p), box.signs(root))
    second = box.signs(q)
    if first | second in (POSITIVE, NEGATIVE):
        return first | second
    excess = box.signs(p**_TWO * square - q**_TWO)
    if excess == POSITIVE:
        return first & ~NULL
    return second & ~NULL if excess == NEGATIVE else _ALL
