"""Solving ``f(u) = v`` for u: what undoes each operation of the table, over the reals."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from actc.calculus.ball_operations import UNDEFINED as NO_VALUE
from actc.calculus.balls import evaluate, holds
from actc.model.algebra import compare, conjunction, divide, negate, power, where
from actc.model.expr import ONE, UNDEFINED, ZERO, Expr, apply, constant, number

HALF = number(Fraction(1, 2))
PI = constant("pi")

Solutions = tuple[Expr, ...]


def tidy(value: Expr) -> Solutions:
    """The value alone, as a number where it is rational; nothing where it is certainly not real."""
    if value.free or value.is_number:
        return (value,)
    known = evaluate(value, {})
    if known is NO_VALUE:
        return ()
    return (number(known),) if isinstance(known, Fraction) else (value,)


def provided(condition: Expr, value: Expr) -> Solutions:
    """The value where the condition holds, undefined elsewhere."""
    if not condition.free:
        known = holds(condition, {})
        if known is not None:
            return tidy(value) if known else ()
    return tidy(where(condition, value, UNDEFINED))


def undo(node: Expr, index: int, value: Expr) -> Solutions | None:
    """What the argument at ``index`` may be where the operation has the value; None where there is no closed form.

    A solution that is undefined for some values of its symbols is none there.
    """
    if node.op == "pow":
        return _undo_base(node.args[1], value) if index == 0 else _undo_exponent(node.args[0], value)
    if node.op == "div":
        # Only denominators are left to undo; everything else of arithmetic is a polynomial's.
        return tidy(divide(node.args[0], value)) if index == 1 and node.args[0].is_number else None
    inverse = _INVERSES.get(node.op)
    return None if inverse is None else inverse(value)


def _both_signs(value: Expr) -> Solutions:
    roots = tidy(value)
    return roots if roots in ((), (ZERO,)) else tuple(root for r in roots for root in (*tidy(negate(r)), r))


def even_roots(value: Expr, degree: int) -> Solutions:
    """The real u with ``u**degree == value`` for an even degree."""
    return _both_signs(_root(value, degree))


def _root(value: Expr, degree: int) -> Expr:
    return apply("sqrt", value) if degree == 2 else power(value, number(Fraction(1, degree)))


def odd_root(value: Expr, degree: int) -> Solutions:
    """The real u with ``u**degree == value`` for an odd degree."""
    if degree == 1:
        return tidy(value)
    if degree == 3:
        return tidy(apply("cbrt", value))
    return tidy(apply("sign", value) * power(apply("abs", value), number(Fraction(1, degree))))


def _undo_base(exponent: Expr, value: Expr) -> Solutions | None:
    if not exponent.is_number:
        # A base that is positive; where it is negative there is only an integer's power.
        return None
    n = exponent.number
    if n == 0:
        return None  # 1, whatever the base
    if n.denominator != 1:
        inside = compare("ge" if n > 0 else "gt", value, ZERO)
        return provided(inside, power(value, number(1 / n)))
    if n < 0:
        value = divide(ONE, value)
    return even_roots(value, abs(int(n))) if n % 2 == 0 else odd_root(value, abs(int(n)))


def _undo_exponent(base: Expr, value: Expr) -> Solutions | None:
    if not base.is_number or base.number <= 0 or base.number == 1:
        return None
    return tidy(divide(apply("log", value), apply("log", base)))


def _only(value: Expr, at: Fraction | int, solution: Expr) -> Solutions | None:
    """For a function whose inverse has no name: the one value that is known."""
    return (solution,) if value.is_number and value.number == at else None


def _within(low: Expr, high: Expr, value: Expr, solution: Expr) -> Solutions:
    return provided(conjunction(compare("le", low, value), compare("le", value, high)), solution)


def _strictly_within(low: Expr, high: Expr, value: Expr, solution: Expr) -> Solutions:
    return provided(conjunction(compare("lt", low, value), compare("lt", value, high)), solution)


def _bounded(low: int, high: int, at: Fraction | int) -> Callable[[Expr], Solutions | None]:
    """A function with values between two integers, 0 at the place where it is ``at``."""

    def inverse(value: Expr) -> Solutions | None:
        for condition in (compare("gt", value, number(low)), compare("lt", value, number(high))):
            if not condition.free and holds(condition, {}) is False:
                return ()
        return _only(value, at, ZERO)

    return inverse


def _call(op: str) -> Callable[[Expr], Solutions]:
    return lambda v: tidy(apply(op, v))


_INVERSES: dict[str, Callable[[Expr], Solutions | None]] = {
    "exp": _call("log"),
    "log": lambda v: (v.args[0],) if v.op == "log" and v.args[0].is_number else tidy(apply("exp", v)),
    "log1p": _call("expm1"),
    "expm1": _call("log1p"),
    "sqrt": lambda v: provided(compare("ge", v, ZERO), v**2),
    "cbrt": lambda v: tidy(v**3),
    "sinh": _call("asinh"),
    "asinh": _call("sinh"),
    "tanh": _call("atanh"),
    "atanh": _call("tanh"),
    "cosh": lambda v: _both_signs(apply("acosh", v)),
    "acosh": lambda v: provided(compare("ge", v, ZERO), apply("cosh", v)),
    "asin": lambda v: _within(-(PI / 2), PI / 2, v, apply("sin", v)),
    "acos": lambda v: _within(ZERO, PI, v, apply("cos", v)),
    "atan": lambda v: _strictly_within(-(PI / 2), PI / 2, v, apply("tan", v)),
    "sigmoid": lambda v: tidy(apply("log", v / (1 - v))),
    "softplus": lambda v: tidy(apply("log", apply("expm1", v))),
    "log_sigmoid": lambda v: tidy(negate(apply("log", apply("expm1", negate(v))))),
    "abs": lambda v: provided(compare("ge", v, ZERO), v) if v is ZERO else _both_sides(v),
    "sign": lambda v: _only(v, 0, ZERO),
    "sinc": lambda v: _only(v, 1, ZERO),
    "erf": _bounded(-1, 1, 0),
    "erfc": _bounded(0, 2, 1),
    "normal_cdf": _bounded(0, 1, Fraction(1, 2)),
}


def _both_sides(value: Expr) -> Solutions:
    inside = compare("ge", value, ZERO)
    return tuple(root for v in (negate(value), value) for root in provided(inside, v))
