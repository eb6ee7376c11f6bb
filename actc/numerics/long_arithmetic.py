"""Programs evaluated in long floating-point arithmetic, which goes through infinities as short arithmetic does.

A program may take log(0) to be minus infinity, as every format does, and come to the right number: exp(log(d) - x) is 0
for d = 0. Exact arithmetic has no such value, so these points are computed with many digits and a huge range instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import gmpy2

from actc.calculus.balls import Number
from actc.model.expr import Expr
from actc.numerics.formats import Float, Format, fraction
from actc.numerics.simulate import simulate

_LONG = Format("long", 240, 2**40)
_SAME = Fraction(1, 2**48)  # constants are literals of float64
_LARGEST = 2**20  # the exponent up to which a result is taken as an exact number


def long_value(program: Expr, point: Mapping[str, Number]) -> Float | None:
    """The result with 240 bits; None where it is not finite, or the point is not rational."""
    if any(not isinstance(value, Fraction) for value in point.values()):
        return None
    near = {name: _LONG.nearest(value) for name, value in point.items() if isinstance(value, Fraction)}
    (found,) = simulate(program, _LONG, [near])
    return found if gmpy2.is_finite(found) else None


def is_nearly(program: Expr, point: Mapping[str, Number], wanted: Fraction) -> bool:
    """Whether a program comes to a number, but for the digits that its literals have not."""
    found = long_value(program, point)
    if found is None or (found != 0 and abs(gmpy2.get_exp(found)) > _LARGEST):
        return False
    return abs(fraction(found) - wanted) <= _SAME * max(abs(wanted), Fraction(1, 2**200))
