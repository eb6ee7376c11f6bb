"""One-sided limits, found from values ever closer to the point.

The values are certain (ball arithmetic at as many bits as the cancellation takes); that they converge is judged from
how their differences shrink. Three kinds of approach are told apart: ``L + c*h**p`` (up to logarithms),
``L + c/log(h)`` and growth without bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import arb, fmpq

from actc.calculus.ball_operations import UNDEFINED, UNKNOWN, Marker
from actc.calculus.balls import evaluate
from actc.calculus.tape import precision, rational
from actc.model.expr import Expr, substitute, symbol

Location = Expr | Fraction | arb
"""A coordinate: exact, as a closed expression (to any precision), or as a ball."""

_DISTANCES = (
    12,
    24,
    48,
    96,
    192,
    384,
    768,
    1536,
    3072,
    6144,
)  # binary exponents; the evaluation stops as soon as all is clear
_LEAST = 4  # values before anything is concluded
_WORKING = 16384  # bits for differences of values
_ACCURATE = arb(2) ** -120  # an error at which nothing more is asked
_SURE = arb(2) ** -16  # an error at which a slow limit is believed
_DENOMINATOR = 10**20  # up to which a limit is recognised as a rational
_HUGE = arb(2) ** 4096  # beyond, and below its inverse, nothing is written out as a rational
_MARGIN = 24  # bits by which a rational must be better than chance


@dataclass(frozen=True, slots=True)
class Limit:
    """What a function tends to.

    Finite: ``value`` is the exact rational where it is recognised as one, else a ball. Infinite: ``infinite`` is the
    sign. Neither: there is none, or the function is not real there (``defined`` is false).
    """

    value: Fraction | arb | None = None
    infinite: int = 0
    defined: bool = True

    @property
    def is_finite(self) -> bool:
        return self.value is not None


NONE = Limit()
NOT_REAL = Limit(defined=False)


def one_sided_limit(
    expr: Expr, variable: str, at: Location, side: int, point: Mapping[str, Location] | None = None
) -> Limit:
    """The limit as the variable tends to ``at`` from the right (``side`` 1) or the left (-1).

    ``point`` gives the other symbols, of which an ``at`` that is an expression may make use.
    """
    others = dict(point or {})
    others.pop(variable, None)
    closed = {symbol(name): value for name, value in others.items() if isinstance(value, Expr)}
    rest = {name: value for name, value in others.items() if not isinstance(value, Expr)}
    if closed:
        expr = substitute(expr, closed)
        at = substitute(at, closed) if isinstance(at, Expr) else at
    values: list[arb] = []
    for k in _DISTANCES:
        value = _value_near(expr, variable, at, side, k, rest)
        if value is UNDEFINED:
            return NOT_REAL
        if isinstance(value, Marker):
            break
        values.append(_ball(value))
        if len(values) >= _LEAST:
            with precision(_WORKING):
                found = _judge(values, patient=k != _DISTANCES[-1])
            if found is not None:
                return found
    with precision(_WORKING):
        return _judge(values, patient=False) or NONE


def two_sided_limit(
    expr: Expr, variable: str, at: Location, point: Mapping[str, Location] | None = None
) -> Fraction | arb | None:
    """The finite limit that both sides agree on; None where there is none."""
    left = one_sided_limit(expr, variable, at, -1, point).value
    right = None if left is None else one_sided_limit(expr, variable, at, 1, point).value
    if left is None or right is None:
        return None
    return right if agree(left, right) else None


def agree(a: Fraction | arb, b: Fraction | arb) -> bool:
    """Whether two limits may be one number."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a == b
    return bool(_ball(a).overlaps(_ball(b)))


def _value_near(
    expr: Expr, variable: str, at: Location, side: int, k: int, rest: Mapping[str, Fraction | arb]
) -> Fraction | arb | Marker:
    """The value at a distance of 2**-k, with an absolute or relative error far below it."""
    centre = _exact(at, rest, 4 * k + 256)
    if centre is None:
        return UNKNOWN
    where = {**rest, variable: centre + Fraction(side, 2**k)}
    for bits in (2 * k + 128, 4 * k + 256, 8 * k + 512):
        value = evaluate(expr, where, bits)
        if isinstance(value, Fraction) or value is UNDEFINED:
            return value
        if isinstance(value, arb) and (value.rel_accuracy_bits() > k + 64 or value.rad() < arb(2) ** (-2 * k - 64)):
            return value
    return UNKNOWN


def _exact(at: Location, rest: Mapping[str, Fraction | arb], bits: int) -> Fraction | None:
    """A rational so near to the place that the difference does not matter."""
    if isinstance(at, Fraction):
        return at
    value = evaluate(at, rest, bits) if isinstance(at, Expr) else at
    if not isinstance(value, arb):
        return value if isinstance(value, Fraction) else None
    return rational(value)


def _ball(value: Fraction | arb) -> arb:
    if isinstance(value, arb):
        return value
    with precision(_WORKING):
        return arb(fmpq(value.numerator, value.denominator))


def _judge(values: Sequence[arb], patient: bool) -> Limit | None:
    """What the values tend to; None where it is not clear, or could be had better."""
    steps = [b - a for a, b in pairwise(values)]
    if len(steps) < 2:
        return None
    if all(s.contains(0) and s.rad() < _ACCURATE for s in steps[-2:]):
        return Limit(recognised(_widened(values[-1], max(abs(s).upper() for s in steps[-2:]))))
    sizes = [abs(s) for s in steps]
    if _grows(values, steps, sizes):
        return Limit(infinite=1 if values[-1] > 0 else -1)
    last, before = sizes[-1], sizes[-2]
    if last * 8 < before or last.contains(0):
        # Each error is about the square of the one before, so this bound is generous.
        error = last.upper() * (last.upper() / before).upper() if not before.contains(0) else last.upper()
        if error < _ACCURATE or (not patient and error < _SURE):
            return Limit(recognised(_widened(values[-1], error)))
        return None
    return None if patient else _slow_limit(values)


def _grows(values: Sequence[arb], steps: Sequence[arb], sizes: Sequence[arb]) -> bool:
    """Whether the values run off: one sign, and steps that do not shrink."""
    tail = values[-3:]
    one_way = all(s > 0 for s in steps[-2:]) or all(s < 0 for s in steps[-2:])
    outward = all(v > 0 for v in tail) if steps[-1] > 0 else all(v < 0 for v in tail)
    return one_way and outward and bool(sizes[-1] * 100 > sizes[-2] * 99)


def _slow_limit(values: Sequence[arb]) -> Limit | None:
    """Richardson's extrapolation in powers of 1/log(h), which every doubling of the exponent halves."""
    if len(values) < len(_DISTANCES):
        return None
    row, estimates = list(values), [values[-1]]
    for order in range(1, len(values)):
        row = [b + (b - a) / (2**order - 1) for a, b in pairwise(row)]
        estimates.append(row[-1])
    error = abs(estimates[-1] - estimates[-2]).upper() * 4
    return Limit(recognised(_widened(estimates[-1], error))) if error < _SURE else None


def _widened(value: arb, error: arb) -> arb:
    return value + arb(0, error.mid())


def recognised(value: arb) -> Fraction | arb:
    """The simple rational in the ball, if there is one that is not there by chance."""
    size = abs(value)
    if not (size < _HUGE and size > 1 / _HUGE) and not value.contains(0):
        return value
    if value.is_exact() and value.bits() < 64:
        return rational(value)
    radius = value.rad()
    if value.contains(0) and radius < arb(2) ** -_MARGIN:
        return Fraction(0)
    if not radius < arb(2) ** -_MARGIN:
        return value
    # The radius may be so small that its exponent alone is a large number.
    spare = -int(radius.log_base(2).ceil().unique_fmpz() or 0) if radius > 0 else _WORKING
    most = min(_DENOMINATOR, 2 ** max(0, (min(spare, _WORKING) - _MARGIN) // 2))
    guess = rational(value).limit_denominator(most)
    return guess if value.contains(fmpq(guess.numerator, guess.denominator)) else value
