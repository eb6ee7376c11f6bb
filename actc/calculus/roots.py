"""Where a guard is zero: in closed form where there is one, else as certified numbers.

A guard's zeros are those of its atoms (``branches.orient``): the points at which its sign can change, so the poles of a
quotient may be among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from actc.calculus.balls import evaluate, rational
from actc.calculus.branches import orient
from actc.calculus.inverses import Solutions, tidy, undo
from actc.calculus.polynomial_roots import coefficients, leaves, one_exponential, polynomial_roots
from actc.calculus.root_search import numeric_zeros_of_atom
from actc.model.expr import ZERO, Expr, number, postorder, size, substitute, symbol

_MOST_STEPS = 64  # equations that one guard may lead to
_MOST_NODES = 400  # of an equation; beyond, the closed form would help nobody
_PERIODIC = frozenset({"sin", "cos", "tan", "sinc", "floor", "ceiling", "round", "mod"})


def solve(guard: Expr, variable: str) -> tuple[Expr, ...] | None:
    """The real zeros of the guard as expressions in its other symbols; () where there is certainly none.

    None where they are not all known in closed form. A root that is undefined for some values of the symbols is none
    there; values for which a whole factor vanishes are left out. Ascending where the roots are closed.
    """
    found: dict[Expr, None] = {}
    todo: list[tuple[Expr, Expr]] = [(guard, ZERO)]
    for _ in range(_MOST_STEPS):
        if not todo:
            return _sorted(tuple(found))
        left, value = todo.pop()
        if left.op == "symbol":
            found.update(dict.fromkeys(tidy(value)))
            continue
        # A function is undone as it is; sums and products are sorted by atoms first.
        steps = _undo_leaf(left, value, variable)
        if steps is None:
            steps = _split(left - value, variable)
        if steps is None:
            return None
        todo.extend(reversed(steps))
    return None


def numeric_zeros(
    guard: Expr, variable: str, low: Fraction, high: Fraction, at: Mapping[str, Fraction | arb]
) -> tuple[Fraction | arb, ...]:
    """The zeros between two ends that a search finds, ascending, where the other symbols have the values of ``at``.

    Exact where they are rational and found to be so, else balls of about 200 bits. Polynomials with rational
    coefficients are solved completely; otherwise zeros closer to each other than the grid may be missed, and a double
    zero is one that is as close to zero as 200 bits tell.
    """
    fixed = {symbol(name): number(value) for name, value in at.items() if isinstance(value, Fraction)}
    guard = substitute(guard, fixed)
    balls = {name: value for name, value in at.items() if isinstance(value, arb)}
    found: list[Fraction | arb] = []
    for atom in dict.fromkeys(orient(guard).atoms):
        if variable not in atom.free:
            continue
        closed = solve(atom, variable)
        if closed is not None:
            values = [evaluate(root, balls, 256) for root in closed]
            zeros = [v for v in values if isinstance(v, Fraction | arb)]
        else:
            zeros = list(numeric_zeros_of_atom(atom, variable, low, high, balls))
        found.extend(z for z in zeros if not (_less(z, low) or _less(high, z)))
    return _ascending(found)


def is_periodic_family(guard: Expr, variable: str) -> bool:
    """Whether the zeros go on without end, as those of sin(x) and the steps of floor(x) do.

    Decided by where the sign changes far out, with the other symbols at generic values.
    """
    node_ops = {node.op for node in postorder(guard) if variable in node.free}
    if not node_ops & _PERIODIC:
        return False
    others = {name: Fraction(7 + i, 5) for i, name in enumerate(sorted(guard.free - {variable}))}
    return any(all(_changes(guard, variable, side * far, others) for far in (1000, 100_000)) for side in (1, -1))


def _changes(guard: Expr, variable: str, start: int, others: Mapping[str, Fraction]) -> bool:
    """Whether the guard vanishes or changes its sign more than twice within 64 of the start."""
    count, last = 0, 0
    for i in range(256):
        value = evaluate(guard, {**others, variable: start + Fraction(i, 4)}, 64)
        if not isinstance(value, Fraction | arb):
            continue
        sign = 1 if value > 0 else -1 if value < 0 else 0
        count += sign != last and i > 0
        last = sign
    return count > 2


def _less(a: Fraction | arb, b: Fraction | arb) -> bool:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a < b
    return bool(_ball(a) < _ball(b))


def _ball(a: Fraction | arb) -> arb:
    return a if isinstance(a, arb) else arb(a.numerator) / a.denominator


def _ascending(values: list[Fraction | arb]) -> tuple[Fraction | arb, ...]:
    ordered = sorted(values, key=lambda v: Fraction(*_ratio(v)))
    distinct: list[Fraction | arb] = []
    for value in ordered:
        if distinct and not _less(distinct[-1], value):
            if isinstance(value, Fraction):
                distinct[-1] = value
            continue
        distinct.append(value)
    return tuple(distinct)


def _ratio(value: Fraction | arb) -> tuple[int, int]:
    if isinstance(value, Fraction):
        return value.numerator, value.denominator
    return rational(value).as_integer_ratio()


def _sorted(roots: Solutions) -> Solutions:
    if any(root.free for root in roots):
        return roots
    values = {root: evaluate(root, {}, 256) for root in roots}
    if not all(isinstance(v, Fraction | arb) for v in values.values()):
        return roots
    return tuple(sorted(roots, key=lambda r: Fraction(*_ratio(values[r]))))  # type: ignore[arg-type]  # all are numbers


def _undo_leaf(node: Expr, value: Expr, variable: str) -> list[tuple[Expr, Expr]] | None:
    """The equations that ``node == value`` comes down to by undoing its outermost operation."""
    places = [i for i, arg in enumerate(node.args) if variable in arg.free]
    if len(places) != 1:
        return None
    solutions = undo(node, places[0], value)
    return None if solutions is None else [(node.args[places[0]], s) for s in solutions]


def _split(guard: Expr, variable: str) -> list[tuple[Expr, Expr]] | None:
    sign = orient(guard)
    if sign.constant == 0:
        return None
    steps: list[tuple[Expr, Expr]] = []
    for atom in dict.fromkeys(sign.atoms):
        if variable in atom.free:
            more = _split_atom(guard, atom, variable)
            if more is None:
                return None
            steps.extend(more)
    return steps


def _split_atom(guard: Expr, atom: Expr, variable: str) -> list[tuple[Expr, Expr]] | None:
    if size(atom) > _MOST_NODES:
        return None
    unknowns = leaves(atom, variable)
    if len(unknowns) > 1:
        joined = one_exponential(atom, unknowns)
        return None if joined is None else [(joined, ZERO)]
    unknown = unknowns[0]
    if unknown is atom:
        # Undone already, in vain, where there is nothing around it.
        return None if unknown is guard else [(unknown, ZERO)]
    poly = coefficients(atom, unknown)
    values = None if poly is None else polynomial_roots(poly)
    return None if values is None else [(unknown, value) for value in values]
