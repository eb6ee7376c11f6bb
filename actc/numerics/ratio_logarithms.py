"""Logarithms of quotients that are near 1, where log(v) loses what log1p(v - 1) keeps.

log((1 + exp(a + b))/(exp(a) + exp(b))) vanishes on two lines. The difference of top and bottom is a product there,
(exp(a) - 1)*(exp(b) - 1), whose factors are exact; over the sum of the two it is t = tanh(a/2)*tanh(b/2), and the
logarithm is 2*atanh(t).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from actc.model.algebra import add, compare, divide, multiply, subtract, where
from actc.model.expr import ONE, Expr, apply, number
from actc.numerics.rational import Quotient, quotient

_NEAR = number(Fraction(1, 2))
_TWO = number(2)

Writer = Callable[[Quotient], Expr]


def near_one(root: Expr, original: Expr, writer: Writer) -> Iterator[Expr]:
    """``root``, but where the logarithm ``original``, which is the same, is small by its argument's distance from 1."""
    if original.op not in ("log", "log1p") or not original.free:
        return
    argument = original.args[0]
    less = argument if original.op == "log1p" else subtract(argument, ONE)
    more = add(less, _TWO)
    for small, function in ((divide(less, more), _twice_atanh), (less, _log1p)):
        value = quotient(small)
        if value is None or value.is_zero or value.bottom.is_zero():
            continue
        written = writer(value)
        yield where(compare("le", apply("abs", written), _NEAR), function(written), root)


def _twice_atanh(small: Expr) -> Expr:
    return multiply(_TWO, apply("atanh", small))


def _log1p(small: Expr) -> Expr:
    return apply("log1p", small)
