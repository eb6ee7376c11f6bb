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
from actc.calculus.normal_form import Outcome, compare
from actc.model.expr import ZERO, Expr, apply, fold, number, rebuild, substitute, symbol

_STEPS = frozenset({"floor", "ceiling", "round"})
_BITS = 256
_MOST_ATOMS = 12


def exactly(expr: Expr, point: Mapping[str, Number]) -> Expr:
    """The expression with the point's numbers put in, and with the ties that an identity shows decided.

    As it was where the point is not exact.
    """
    if not all(isinstance(value, Fraction | int) for value in point.values()):
        return expr
    here = substitute(expr, {symbol(name): number(Fraction(value)) for name, value in point.items()})  # type: ignore[arg-type]
    for _ in range(2):  # what a branch chooses may stand in a floor, and a floor in a branch's condition
        stepped = fold(here, _whole)
        zeros = [atom for atom in atoms(stepped)[:_MOST_ATOMS] if _is_nothing(atom)]
        here = resolve(stepped, dict.fromkeys(zeros, 0), tidy=False)
    return here


def _whole(node: Expr, args: tuple[Expr, ...]) -> Expr:
    if node.op in _STEPS and not args[0].free and not args[0].is_number:
        value = evaluate(args[0], {}, _BITS)
        whole = value.unique_fmpz() if isinstance(value, arb) else None
        if whole is not None and _is_nothing(args[0] - number(int(whole))):
            return apply(node.op, number(int(whole)))
    return rebuild(node, args)


def _is_nothing(closed: Expr) -> bool:
    """Whether an expression without symbols is 0 by an identity; most are plainly not."""
    if closed.free:
        return False
    value = evaluate(closed, {}, _BITS)
    if isinstance(value, Fraction):
        return value == 0
    return isinstance(value, arb) and value.contains(0) and compare(ZERO, closed, {}, {}).outcome is Outcome.ZERO
