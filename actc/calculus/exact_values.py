"""What an expression is at one exact point, where ties are decided by identities and not by balls.

No ball tells that log(exp(6)) - 6 is 0, nor what its floor is. With the point's numbers put in, that is a question
about constants, which the normal form can answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from actc.calculus.balls import Number, evaluate
from actc.calculus.branches import atoms, resolve
from actc.calculus.limits import recognised
from actc.calculus.normal_form import Outcome, compare
from actc.model.expr import ONE, ZERO, Expr, apply, constant, fold, number, rebuild, substitute, symbol
from actc.model.operations import OPERATIONS, is_total

_STEPS = frozenset({"floor", "ceiling", "round"})
_UNDONE = {"atan": "tan", "asin": "sin", "acos": "cos"}
_BITS = 256
_MOST_ATOMS = 12
_LONG = 4096  # bits of a number that is better left as 2**10000


def exactly(expr: Expr, point: Mapping[str, Number]) -> Expr:
    """The expression with the point's numbers put in, and with the ties that an identity shows decided.

    As it was where the point is not exact.
    """
    if not all(isinstance(value, Fraction | int) for value in point.values()):
        return expr
    here = substitute(expr, {symbol(name): number(Fraction(value)) for name, value in point.items()})  # type: ignore[arg-type]
    for _ in range(2):  # what a branch chooses may stand in a floor, and a floor in a branch's condition
        stepped = fold(here, _told)
        zeros = [atom for atom in atoms(stepped)[:_MOST_ATOMS] if _is_nothing(atom)]
        here = resolve(stepped, dict.fromkeys(zeros, 0), tidy=False)
    return here


def vanishes(expr: Expr, point: Mapping[str, Fraction]) -> bool:
    """Whether an expression is 0 at a point by an identity, as sigmoid(x) + sigmoid(-x) - 1 is."""
    return _is_nothing(substitute(expr, {symbol(name): number(value) for name, value in point.items()}))


def with_plain_constants(expr: Expr) -> Expr:
    """The expression with fractions for the constants that are fractions by an identity: 1 for tan(atan(1)).

    Where x == tan(atan(1)), x is no point that could be put in; where x == 1, it is.
    """
    return fold(expr, _plain)


def _plain(node: Expr, args: tuple[Expr, ...]) -> Expr:
    made = rebuild(node, args)
    if made.op == "pow" and args[1] is ZERO and is_total(args[0]):
        return ONE
    if made.free or made.is_number or made.is_condition or made.op not in OPERATIONS:
        return made
    value = evaluate(made, {}, _BITS)
    near = value if isinstance(value, Fraction) else recognised(value) if isinstance(value, arb) else None
    if (
        isinstance(near, Fraction)
        and near.numerator.bit_length() < _LONG
        and (near == value or _is_nothing(made - number(near)))
    ):
        return number(near)
    return made


def _told(node: Expr, args: tuple[Expr, ...]) -> Expr:
    """The operation with the whole numbers, the angles and the zeros that no ball tells."""
    if node.op not in OPERATIONS or any(a.free for a in args):
        return rebuild(node, args)
    first = args[0]
    if node.op in _STEPS and not first.is_number:
        value = evaluate(first, {}, _BITS)
        whole = value.unique_fmpz() if isinstance(value, arb) else None
        if whole is not None and _is_nothing(first - number(int(whole))):
            return apply(node.op, number(int(whole)))
    if first.op == _UNDONE.get(node.op):
        return _unwound(node.op, first.args[0]) or rebuild(node, args)
    if OPERATIONS[node.op].defined is not None:  # a pole is where its argument is 0, and no ball tells that it is
        return rebuild(node, tuple(ZERO if _is_nothing(a) else a for a in args))
    return rebuild(node, args)


def _unwound(inverse: str, angle: Expr) -> Expr | None:
    """atan(tan(c)), asin(sin(c)) or acos(cos(c)) as what it is for this c: the angle less a multiple of pi."""
    turns = evaluate(angle / constant("pi"), {}, _BITS)
    if not isinstance(turns, arb | Fraction):
        return None
    turns = arb(turns.numerator) / turns.denominator if isinstance(turns, Fraction) else turns
    if inverse == "acos":
        half = turns.floor().unique_fmpz()
        if half is None:
            return None
        even = int(half) + int(half) % 2
        rest = angle - constant("pi") * number(even)
        return rest if even <= int(half) else -rest
    near = (turns + arb(1) / 2).floor().unique_fmpz()
    if near is None:
        return None
    rest = angle - constant("pi") * number(int(near))
    return -rest if inverse == "asin" and int(near) % 2 else rest


def _is_nothing(closed: Expr) -> bool:
    """Whether an expression without symbols is 0 by an identity; most are plainly not."""
    if closed.free or closed.is_number or closed.is_condition:
        return False
    value = evaluate(closed, {}, _BITS)
    if isinstance(value, Fraction):
        return value == 0
    return isinstance(value, arb) and value.contains(0) and compare(ZERO, closed, {}, {}).outcome is Outcome.ZERO
