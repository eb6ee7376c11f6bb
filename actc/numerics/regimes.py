"""Several programs for one function, each where it is best; and inputs held at a bound where nothing changes any more.

Where to change over is read off the errors at the points tried, sorted by what the choice is to depend on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import gmpy2

from actc.model.algebra import compare, subtract, where
from actc.model.expr import Expr, apply, number, substitute, symbol
from actc.numerics.formats import fraction

INFINITE = 64.0  # bits that a result which is not finite counts as lost
_MOST_PAIRS = 6
_GREATEST = 10.0**37  # of a bound: a literal that is a float32
_READABLE = 16  # exponents of powers of two that are written out
# The first is for what is periodic: an ulp of such an input is many periods, and its multiples must not overflow.
BOUNDS = tuple(Fraction(n) for n in (10**36, 10**18, 10**12, 10**9, 10**6, 32768, 4096, 1024, 256, 128, 64, 32))


def lost_bits(error: float) -> float:
    """What an error costs: nothing up to one ULP."""
    if error == float("inf"):
        return INFINITE
    return 0.0 if error <= 1 else min(float(gmpy2.log2(error)), INFINITE - 1)


def combined(
    programs: Sequence[Expr], losses: Sequence[Sequence[float]], key: Expr, values: Sequence[Any]
) -> Expr | None:
    """The best two programs below and above a bound of ``key``; None where one alone is as good.

    ``losses`` are the bits each program loses at each point, ``values`` what ``key`` is there.
    """
    order = [i for i in sorted(range(len(values)), key=lambda i: values[i]) if gmpy2.is_finite(values[i])]
    if not order:
        return None
    chosen = programs[:_MOST_PAIRS]
    single = min(sum(row[i] for i in order) for row in losses[: len(chosen)])
    best: tuple[float, int, int, int, int] | None = None
    above = [_sums_from([row[i] for i in order]) for row in losses[: len(chosen)]]
    for a in range(len(chosen)):
        for b in range(len(chosen)):
            if a == b:
                continue
            below = 0.0
            for cut in range(1, len(order)):
                below += losses[a][order[cut - 1]]
                if values[order[cut]] == values[order[cut - 1]] or abs(values[order[cut - 1]]) > _GREATEST:
                    continue
                loss = below + above[b][cut]
                if best is None or loss < best[0] - 1e-9:
                    best = (loss, a, b, cut, cut)
                elif loss <= best[0] + 1e-9 and (a, b) == best[1:3] and cut > best[4]:
                    best = (best[0], a, b, best[3], cut)
    if best is None or best[0] > 0.7 * single - 1:
        return None
    _, a, b, first, last = best
    bound = plain_between(fraction(values[order[first - 1]]), fraction(values[order[last]]))
    return where(compare("lt", key, number(bound)), chosen[a], chosen[b])


def _sums_from(row: list[float]) -> list[float]:
    """The sum of each tail of the list."""
    sums = [0.0]
    for value in reversed(row):
        sums.append(sums[-1] + value)
    return sums[::-1]


def plain_between(low: Fraction, high: Fraction) -> Fraction:
    """A short number above ``low`` and at most ``high``: 0, a power of two or ten, or a decimal of few digits."""
    if low < 0 <= high:
        return Fraction(0)
    if high < 0 or (high == 0 and low < 0):
        size = plain_between(-high, -low)
        return -size if low < -size <= high else high
    # The power of two nearest to the middle of the logarithms.
    top = _exponent(high)
    bottom = _exponent(low) if low > 0 else top - 8
    for k in sorted(range(bottom, top + 2), key=lambda k: abs(2 * k - top - bottom)):
        if low < Fraction(2) ** k <= high and abs(k) <= _READABLE:
            return Fraction(2) ** k
    middle = (top + bottom) * 30103 // 200000
    for k in (middle, middle + 1):
        if low < Fraction(10) ** k <= high:
            return Fraction(10) ** k
    digits = 1
    while True:
        scale = Fraction(10) ** (digits - 1 - len(str(int(high))))
        near = Fraction(int((low + high) / 2 * scale * 10), 1) / (scale * 10)
        if low < near <= high:
            return near
        digits += 1


def _exponent(value: Fraction) -> int:
    return value.numerator.bit_length() - value.denominator.bit_length()


def clamped(root: Expr, variable: str, bounds: Sequence[Fraction]) -> Iterator[Expr]:
    """The expression with its input held between bounds: on both sides, or on one."""
    x = symbol(variable)
    for bound in bounds:
        high, low = apply("min", x, number(bound)), apply("max", x, number(-bound))
        for held in (apply("max", high, number(-bound)), high, low):
            yield substitute(root, {x: held})


def asymptotic(root: Expr, variable: str, bounds: Sequence[Fraction]) -> Iterator[Expr]:
    """The expression up to a bound, and parallel to a diagonal beyond it."""
    x = symbol(variable)
    for bound in bounds:
        high, low = apply("min", x, number(bound)), apply("max", x, number(-bound))
        for held in (high, low, apply("max", high, number(-bound))):
            yield substitute(root, {x: held}) + subtract(x, held)
            yield substitute(root, {x: held}) - subtract(x, held)
