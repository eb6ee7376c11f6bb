"""Programs judged in float16 and bfloat16, at all of their numbers: computed in float32, rounded once.

Within 8 ULP of float32 is within 0.501 ULP of float16 after one rounding, 0.5001 ULP of bfloat16; what can go wrong is
what float32 does not have: results beyond the half type's range, or below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import gmpy2

from actc.calculus.tie_points import rational_defaults
from actc.model.activation import Activation
from actc.model.expr import Expr
from actc.numerics.accuracy import Truth, simulators
from actc.numerics.formats import FLOAT32, Format
from actc.numerics.points import Point, PointSet

HALF_TARGET = 1
"""ULP that a result may be off."""

_SMALLER_PRIME = 8191  # steps through the numbers of a second input, so that all pairs are different


def half_errors(expr: Expr, program: Expr, activation: Activation, form: Format, every: int = 1) -> Iterator[float]:
    """The error in ULP at each finite normal number of the type, at the defaults; only each ``every``-th of them.

    Of several inputs each takes every number once, in another order. A result below the smallest normal number may be
    flushed. Infinite where the result is not finite, but the true one is.
    """
    numbers = list(all_numbers(form))[::every]
    defaults = {name: form.exact(v) or Fraction(0) for name, v in rational_defaults(activation).items()}
    points: list[Point] = []
    for index in range(len(numbers)):
        row = {
            given.name: numbers[(index * (_SMALLER_PRIME * k + 1)) % len(numbers)]
            for k, given in enumerate(activation.inputs)
        }
        if all(given.domain.contains(row[given.name]) for given in activation.inputs):
            points.append({**row, **defaults})
    truth = Truth(expr, PointSet(form, tuple(points)))
    (run,) = simulators((PointSet(FLOAT32, tuple(points)),))
    for index, value in enumerate(run.run(program)):
        with form.context:
            rounded = gmpy2.mpfr(value)
        true = truth.at(index)
        flushed = true is not None and abs(true) < form.smallest_normal and abs(rounded) <= form.smallest_normal
        yield 0.0 if flushed else truth.error(index, rounded)


def all_numbers(form: Format) -> Iterator[Fraction]:
    """0 and every finite normal number of a type with few of them, in order of size, both signs by turns."""
    yield Fraction(0)
    for exponent in range(form.least, form.most):
        unit = Fraction(2) ** (exponent - form.precision + 1)
        for mantissa in range(2 ** (form.precision - 1), 2**form.precision):
            yield mantissa * unit
            yield -mantissa * unit
