"""Expressions written piece by piece: no branch is left but the choice between pieces, each in lowest terms.

Max(2 - Abs(x - 2), 0) is x between 0 and 2, without the roundings of 2 - (2 - x); a clipped input is a constant beyond
its bound, computed exactly; and a comparison of rounded sums becomes one of an input with a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor, isfinite

from flint import arb

from actc.calculus.balls import Value, evaluate, rational
from actc.calculus.branches import atoms, resolve
from actc.calculus.intervals import NEGATIVE, POSITIVE, REAL, Interval
from actc.calculus.ranges import Box, range_of
from actc.calculus.roots import solve
from actc.model.algebra import add, compare, where
from actc.model.expr import ONE, ZERO, Expr, fold, number, rebuild, substitute, symbol

_MOST_PIECES = 12
_MOST_SPLITS = 6  # one inside the other
_MOST_STEPS = 4

Finish = Callable[[Expr], Expr]


@dataclass(frozen=True, slots=True)
class _Known:
    """Between which numbers each input lies in a piece, as far as numbers bound it."""

    bounds: tuple[tuple[str, Fraction | None, Fraction | None], ...] = ()
    signs: Mapping[Expr, int] = field(default_factory=dict)

    def sign(self, name: str, where_: Fraction) -> int | None:
        """The sign of the input minus a number, if it is known."""
        for known, low, high in self.bounds:
            if known == name:
                if low is not None and where_ <= low:
                    return 1
                if high is not None and where_ >= high:
                    return -1
        return None

    def split(self, name: str, at: Fraction, side: int) -> _Known:
        """The same with the input on one side of a number."""
        low, high = next(((a, b) for n, a, b in self.bounds if n == name), (None, None))
        low, high = (at, high) if side > 0 else (low, at)
        return replace(self, bounds=(*(b for b in self.bounds if b[0] != name), (name, low, high)))


class _TooManyError(Exception):
    """There are more pieces than are worth it."""


def by_pieces(root: Expr, inputs: tuple[str, ...], env: Mapping[str, Interval], finish: Finish) -> Expr:
    """An equal expression whose branches are pieces between bounds of the inputs, each finished for itself.

    ``env`` says between what numbers each symbol lies. The expression itself where it has no branches, or too many.
    """
    count = 0
    box = Box(env)

    def go(node: Expr, known: _Known, depth: int) -> Expr:
        nonlocal count
        for atom in sorted(atoms(node), key=lambda a: a.free.isdisjoint(inputs)):
            if atom in known.signs:
                continue
            sign = _certain_sign(atom, box) if atom.free.isdisjoint(inputs) else None
            if sign is not None:
                signs = {**known.signs, atom: sign}
                return go(resolve(node, signs), replace(known, signs=signs), depth)
            if depth == 0:
                raise _TooManyError
            return _split(node, atom, inputs, known, lambda e, k: go(e, k, depth - 1))
        count += 1
        if count > _MOST_PIECES:
            raise _TooManyError
        return finish(node)

    if all(atom.free.isdisjoint(inputs) for atom in atoms(root)):
        return root
    try:
        return go(_steps_spelled_out(root), _Known(), _MOST_SPLITS)
    except _TooManyError:
        return root


def _split(root: Expr, atom: Expr, inputs: tuple[str, ...], known: _Known, go: Callable[[Expr, _Known], Expr]) -> Expr:
    name = next((n for n in inputs if n in atom.free), None)
    found = solve(atom, name) if name is not None else None
    bound = found[0] if found is not None and len(found) == 1 and name not in found[0].free else None
    place = _number(bound) if bound is not None else None
    rising = _rises(atom, name, place) if name is not None and place is not None else None
    below, here, above = (resolve(root, {**known.signs, atom: s}) for s in (-1, 0, 1))
    under, over = (replace(known, signs={**known.signs, atom: s}) for s in (-1, 1))
    if name is None or bound is None or place is None or rising is None:
        op = "ge" if here is above else "gt"
        left, right = atom.args if atom.op == "sub" else (atom, ZERO)
        return where(compare(op, left, right), go(above, over), go(below, under))
    if not rising:
        below, above, under, over = above, below, over, under
    sign = known.sign(name, place)
    if sign is not None:
        return go(above, over) if sign > 0 else go(below, under)
    x = symbol(name)
    wanted, low, high = (_at(e, x, bound) for e in (root, below, above))
    op = "ge" if _equal(wanted, high) and not _equal(wanted, low) else "gt"
    upper, lower = go(above, over.split(name, place, 1)), go(below, under.split(name, place, -1))
    rest = where(compare(op, x, bound), upper, lower)
    settled = _equal(wanted, low) or _equal(wanted, high)
    return rest if settled else where(compare("eq", x, bound), here, rest)


def _equal(a: Value, b: Value) -> bool:
    """Whether two values cannot be told apart."""
    if isinstance(a, arb) and isinstance(b, arb):
        return bool(a.overlaps(b))
    return a == b


def _at(root: Expr, x: Expr, bound: Expr) -> Value:
    """The value at a bound, for some values of all else."""
    there = substitute(root, {x: bound})
    return evaluate(there, {name: Fraction(7 + k, 5) for k, name in enumerate(sorted(there.free))}, 256)


def _certain_sign(atom: Expr, box: Box) -> int | None:
    found = box.range(atom)
    return None if found is None else {POSITIVE: 1, NEGATIVE: -1}.get(found.signs)


def _number(expr: Expr) -> Fraction | None:
    if expr.free:
        return None
    value = evaluate(expr, {}, 256)
    if isinstance(value, arb) and value.is_finite():
        return rational(value)
    return value if isinstance(value, Fraction) else None


def _rises(atom: Expr, name: str, place: Fraction) -> bool | None:
    """Whether the atom, which vanishes at one number alone, is positive above it."""
    if atom.free != {name}:
        return None
    step = max(abs(place), Fraction(1)) / 2**10
    value = evaluate(atom, {name: place + step})
    if isinstance(value, Fraction | arb) and (value > 0 or value < 0):
        return bool(value > 0)
    return None


def _steps_spelled_out(root: Expr) -> Expr:
    """Each floor that takes few values as a sum of steps, whose bounds can be solved for."""
    env = dict.fromkeys(root.free, REAL)

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.op not in ("floor", "ceiling") or not here.free:
            return here
        inside = range_of(here.args[0], env)
        if inside is None or not isfinite(inside.low) or not isfinite(inside.high):
            return here
        low, high = floor(inside.low), ceil(inside.high)
        if high - low > _MOST_STEPS:
            return here
        op, total = ("ge", number(low)) if here.op == "floor" else ("gt", number(low))
        for k in range(low + 1, high + 1) if op == "ge" else range(low, high):
            total = add(total, where(compare(op, here.args[0], number(k)), ONE, ZERO))
        return total

    return fold(root, visit)
