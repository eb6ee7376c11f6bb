"""Gives a gradient its right value at kinks, jumps and gaps, with as little code as will do.

The chain rule is right off these points. On them its formula takes whatever its branches say, so each is compared there
with the value wanted, for several values of the parameters, and mended by the first of: letting the tie fall to the
other branch, a constant, one side's formula, the formula of the shortest vector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import inf

from flint import arb

from actc.calculus.balls import Number, Value, evaluate_sure
from actc.calculus.branches import orient, resolve
from actc.calculus.crossings import Crossing
from actc.calculus.subgradients import Slope, between
from actc.model.algebra import compare, conjunction, where
from actc.model.expr import INFINITY, NAN, ZERO, Expr, apply, fold, number, rebuild, symbol

_CLOSE = Fraction(1, 2**80)
_FINE = 120  # binary places

_TOWARDS_POSITIVE = {"le": "lt", "gt": "ge"}
_TOWARDS_NEGATIVE = {"lt": "le", "ge": "gt"}


@dataclass(frozen=True, slots=True)
class Tie:
    """One exact point on a crossing, with the value that the gradient should have there."""

    point: Mapping[str, Number]
    wanted: Slope


def slope(value: Value) -> Slope | None:
    """A value as a slope: balls by their middle, which at the precision asked for is as good as exact."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, arb) and value.is_finite():
        middle = value.mid().fmpq()
        return Fraction(int(middle.p), int(middle.q))
    return None


def same(a: Slope | None, b: Slope | None) -> bool:
    """Whether two slopes agree to far more digits than any float has."""
    if a is None or b is None:
        return False
    if not isinstance(a, Fraction) or not isinstance(b, Fraction):
        return a == b
    return abs(a - b) <= _CLOSE * max(Fraction(1), abs(a), abs(b))


def at(expr: Expr, point: Mapping[str, Number]) -> Slope | None:
    """The value of a gradient at a point; None where it has none."""
    if expr is INFINITY:
        return inf
    if expr.op == "neg" and expr.args[0] is INFINITY:
        return -inf
    return slope(evaluate_sure(expr, point, good=100, most=1024))


def settle(
    gradient: Expr, crossing: Crossing, ties: Sequence[Tie], extra: Callable[[], Iterable[Expr]] = tuple
) -> Expr | None:
    """The gradient with the wanted value at every tie; None where none of the remedies gives it.

    ``extra`` makes formulas that may be right on the crossing; they come before those made from the gradient itself.
    """

    def right(candidate: Expr) -> bool:
        return all(same(at(candidate, tie.point), tie.wanted) for tie in ties)

    if not ties or right(gradient):
        return gradient
    for towards in (1, -1):
        leaning = lean(gradient, crossing, towards)
        if leaning is not gradient and right(leaning):
            return leaning
    here = on(crossing)
    first = ties[0].wanted
    if all(same(tie.wanted, first) for tie in ties):
        return where(here, literal(first), gradient)
    for formula in chain(extra(), _sides(gradient, crossing)):
        if right(formula):
            return where(here, formula, gradient)
    return None


def on(crossing: Crossing) -> Expr:
    """The condition of being at the crossing."""
    if crossing.step is not None:
        return compare("eq", apply("floor", crossing.step), crossing.step)
    if crossing.location is not None:
        return compare("eq", symbol(crossing.variable), crossing.location)
    if crossing.atom is None:
        raise ValueError("a crossing has an atom, a location or a step")
    return compare("eq", crossing.atom, ZERO)


def both(a: Crossing, b: Crossing) -> Expr:
    """The condition of being at two crossings at once."""
    return conjunction(on(a), on(b))


def literal(value: Slope) -> Expr:
    """The number as an expression: a short rational where it is one, else to more digits than any float has."""
    if value in (inf, -inf):
        return INFINITY if value > 0 else apply("neg", INFINITY)
    if not isinstance(value, Fraction):
        return NAN
    short = value.limit_denominator(10**9)
    return number(short if same(short, value) else Fraction(round(value * 2**_FINE), 2**_FINE))


def lean(root: Expr, crossing: Crossing, towards: int) -> Expr:
    """The expression in which a tie falls to the side on which the atom is positive (1) or negative (-1)."""
    atom = crossing.atom
    if atom is None:
        return _lean_step(root, towards)

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        op = node.op
        if op in ("lt", "le", "gt", "ge") or op == "sign":
            guard = node.args[0] if op == "sign" else node.args[0] - node.args[1]
            sign = orient(guard)
            if sign.atoms == (atom,) and sign.constant:
                side = towards * sign.constant
                if op == "sign":
                    comparison = compare("ge" if side > 0 else "gt", args[0], ZERO)
                    return where(comparison, number(1), number(-1))
                table = _TOWARDS_POSITIVE if side > 0 else _TOWARDS_NEGATIVE
                return apply(table.get(op, op), *args)
        return rebuild(node, args)

    return fold(root, visit)


def _lean_step(root: Expr, towards: int) -> Expr:
    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op == "floor" and towards < 0:
            return apply("ceiling", args[0]) - 1
        if node.op == "ceiling" and towards > 0:
            return apply("floor", args[0]) + 1
        if node.op == "mod" and towards < 0:
            return args[0] - args[1] * (apply("ceiling", args[0] / args[1]) - 1)
        if node.op == "round":
            half = number(Fraction(1, 2))
            return apply("floor", args[0] + half) if towards > 0 else apply("ceiling", args[0] - half)
        return rebuild(node, args)

    return fold(root, visit)


def _sides(gradient: Expr, crossing: Crossing) -> Iterator[Expr]:
    if crossing.atom is None:
        upper, lower = lean(gradient, crossing, 1), lean(gradient, crossing, -1)
    else:
        upper, lower = resolve(gradient, {crossing.atom: 1}), resolve(gradient, {crossing.atom: -1})
    yield from (upper, lower, between(lower, upper))
