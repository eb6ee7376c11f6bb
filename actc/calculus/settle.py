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

from actc.calculus.balls import UNDEFINED, Number, Value, evaluate, evaluate_sure, holds, rational
from actc.calculus.branches import orient, resolve
from actc.calculus.crossings import Crossing, pinned_by, signs_beside, telling, tidied
from actc.calculus.subgradients import Slope, between
from actc.model.algebra import compare, conjunction, disjunction, negation, where
from actc.model.expr import INFINITY, NAN, ZERO, Expr, apply, fold, number, rebuild, substitute, symbol

_CLOSE = Fraction(1, 2**80)
_MANY = 3  # ties that agree on a number before it is believed to hold for all parameters
_NOTHING = Fraction(1, 2**200)  # what a slope may be off by itself: limits are taken at a small distance
_FINE = 120  # bits of a number without a short form

# What a comparison with zero becomes where a zero is to count as positive, and as negative.
_ORDERED = {"lt": ("lt", "le"), "le": ("lt", "le"), "gt": ("ge", "gt"), "ge": ("ge", "gt")}


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
        return rational(value)
    return None


def same(a: Slope | None, b: Slope | None) -> bool:
    """Whether two slopes agree to far more digits than any float has."""
    if a is None or b is None:
        return False
    if not isinstance(a, Fraction) or not isinstance(b, Fraction):
        return a == b
    return abs(a - b) <= max(_NOTHING, _CLOSE * max(abs(a), abs(b)))


def at(expr: Expr, point: Mapping[str, Number]) -> Slope | None:
    """The value of a gradient at a point; None where it has none."""
    while expr.op == "where":
        chosen = holds(expr.args[0], point)
        if chosen is None:
            return None
        expr = expr.args[1] if chosen else expr.args[2]
    if expr is INFINITY:
        return inf
    if expr.op == "neg" and expr.args[0] is INFINITY:
        return -inf
    return slope(evaluate_sure(expr, point, good=100, most=1024))


def settle(
    gradient: Expr,
    plain: Expr,
    crossing: Crossing,
    ties: Sequence[Tie],
    extra: Callable[[], Iterable[Expr]] = tuple,
    kept: Sequence[Tie] = (),
) -> Expr | None:
    """The gradient with the wanted value at every tie; None where none of the remedies gives it.

    ``plain`` is the gradient before anything was settled, from which formulas for the crossing are made; ``extra``
    makes further ones, which come first. ``kept`` are ties of other crossings, which must stay as they are.
    """

    def right(candidate: Expr) -> bool:
        return all(has(candidate, tie) for tie in ties)

    if not ties or right(gradient):
        return gradient
    point = telling(crossing, [tie.point for tie in ties])
    for leaning in sides_of(gradient, crossing, point):
        if leaning is not gradient and right(leaning) and all(has(leaning, tie) for tie in kept):
            return leaning
    here = on(crossing)
    first = ties[0].wanted
    constant = literal(first) if all(same(tie.wanted, first) for tie in ties) else None
    if constant is not None and len(ties) >= _MANY:
        return where(here, constant, gradient)
    # A few points say little about other parameters: there a formula is worth more than a number.
    formulas = tuple(_formulas(plain, crossing, point))
    for formula in chain(formulas[-1:], extra(), formulas):
        if right(formula):
            return where(here, formula, gradient)
    if constant is not None:
        return where(here, constant, gradient)
    special = _at_one_value(gradient, crossing, ties)
    return special if special is not None and right(special) else None


def _at_one_value(gradient: Expr, crossing: Crossing, ties: Sequence[Tie]) -> Expr | None:
    """The gradient mended for one value of another symbol, as ``n*x**(n - 1)`` needs it for n = 0."""
    wrong = [tie for tie in ties if not has(gradient, tie)]
    for name, value in wrong[0].point.items():
        alike = all(tie.point[name] == value and same(tie.wanted, wrong[0].wanted) for tie in wrong)
        if alike and name != crossing.variable and isinstance(value, Fraction):
            here = conjunction(compare("eq", symbol(name), number(value)), on(crossing))
            return where(here, literal(wrong[0].wanted), gradient)
    return None


def has(candidate: Expr, tie: Tie) -> bool:
    """Whether the candidate has the wanted value; one whose value cannot be told is given the benefit of the doubt."""
    value = at(candidate, tie.point)
    return same(value, tie.wanted) or (value is None and not is_undefined(candidate, tie.point))


def is_undefined(expr: Expr, point: Mapping[str, Number]) -> bool:
    """Whether it certainly has no value at the point, not even an infinite one."""
    return at(expr, point) is None and evaluate(expr, point, 256) is UNDEFINED


def on(crossing: Crossing) -> Expr:
    """The condition of being at the crossing."""
    if crossing.step is not None:
        return compare("eq", apply("floor", crossing.step), crossing.step)
    if crossing.location is not None:
        here = compare("eq", symbol(crossing.variable), crossing.location)
        return here if crossing.also is None else conjunction(crossing.also, here)
    return compare("eq", crossing.atoms[0], ZERO)


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
    if same(short, value):
        return number(short)
    size = value.numerator.bit_length() - value.denominator.bit_length()
    unit = Fraction(2) ** (size - _FINE)
    return number(round(value / unit) * unit)


def sides_of(root: Expr, crossing: Crossing, point: Mapping[str, Number]) -> tuple[Expr, Expr]:
    """The expression in which a tie falls to the right, and the one in which it falls to the left."""
    if crossing.step is not None:
        return _lean_step(root, 1), _lean_step(root, -1)
    return lean(root, signs_beside(crossing, point, 1)), lean(root, signs_beside(crossing, point, -1))


def lean(root: Expr, signs: Mapping[Expr, int]) -> Expr:
    """The expression in which an atom that is zero counts as having the sign given."""
    for atom, towards in signs.items():
        root = _lean_atom(root, atom, towards)
    return root


def _lean_atom(root: Expr, atom: Expr, towards: int) -> Expr:
    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op in _ORDERED or node.op == "sign":
            guard = node.args[0] if node.op == "sign" else node.args[0] - node.args[1]
            sign = orient(guard)
            if sign.constant and sign.atoms.count(atom) == 1:
                others = tuple(a for a in sign.atoms if a is not atom)
                if others:
                    return _lean_product(node.op, sign.constant, atom, others, towards)
                return _lean_plain(node.op, args, towards * sign.constant)
        return rebuild(node, args)

    return fold(root, visit)


def _lean_plain(op: str, args: tuple[Expr, ...], side: int) -> Expr:
    if op == "sign":
        return where(compare("ge" if side > 0 else "gt", args[0], ZERO), number(1), number(-1))
    return apply(_ORDERED[op][0 if side > 0 else 1], *args)


def _lean_product(op: str, constant: int, atom: Expr, others: tuple[Expr, ...], towards: int) -> Expr:
    """The same for a guard whose sign is that of a product: split off the one factor that is zero here."""
    positive = compare("ge" if towards > 0 else "gt", atom, ZERO)
    rest = number(constant)
    for other in others:
        rest = rest * other
    if op == "sign":
        return where(positive, apply("sign", rest), -apply("sign", rest))
    mirrored = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}[op]
    right, left = compare(op, rest, ZERO), compare(mirrored, rest, ZERO)
    return disjunction(conjunction(positive, right), conjunction(negation(positive), left))


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


def _formulas(plain: Expr, crossing: Crossing, point: Mapping[str, Number]) -> Iterator[Expr]:
    """The formulas of the two sides on the crossing, and of the shortest vector between them."""
    right, left = (
        on_crossing(way, crossing, point, side)
        for way, side in zip(sides_of(plain, crossing, point), (1, -1), strict=True)
    )
    yield from (right,) if right is left else (right, left, between(left, right))


def on_crossing(way: Expr, crossing: Crossing, point: Mapping[str, Number], side: int) -> Expr:
    """One side's expression on the crossing itself, where the variable's value makes many a branch plain."""
    if crossing.atoms:
        way = resolve(way, signs_beside(crossing, point, side))
    if crossing.location is None:
        return way
    pinned = {symbol(name): number(value) for name, value in pinned_by(crossing).items()}
    here = substitute(way, {symbol(crossing.variable): crossing.location, **pinned})
    return resolve(tidied(here), {})
