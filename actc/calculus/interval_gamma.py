"""The gamma function and its kin on intervals; None where there may be a pole."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import inf

from flint import arb, fmpq

from actc.calculus import intervals as iv
from actc.calculus.ball_functions import FORMS
from actc.calculus.ball_operations import Marker
from actc.calculus.float_rounding import ceil_float, end_value, exact, floor_float
from actc.calculus.intervals import POSITIVE, REAL, Interval

_FAST = 4096.0  # beyond, gamma is past every float
GAMMA_LEAST, _GAMMA_AT = 0.88560319441088864, 1.4616321449683623  # Gamma's minimum on the positive axis
LOGGAMMA_LEAST = -0.12148629053584963


def _no_pole(a: Interval) -> bool:
    """Whether no integer below 1 is in it."""
    if a.signs == POSITIVE:
        return True
    floor = math.floor(a.low) if math.isfinite(a.low) else None
    if floor is None or a.high > floor + 1 or (a.low == floor and not a.low_open):
        return False
    return a.high < floor + 1 or a.high_open


def valley(op: str, least: float) -> Callable[[Interval], Interval | None]:
    """gamma and log|gamma|: one minimum on the positive axis."""

    def image(a: Interval) -> Interval | None:
        if not _no_pole(a):
            return None
        if a.signs != POSITIVE:
            if op == "loggamma":
                return REAL
            return iv.POSITIVES if math.floor(a.low) % 2 == 0 else iv.NEGATIVES
        ends = [_valley_end(op, x) for x in (a.low, a.high)]
        high, high_closed = max((ends[0][1], not a.low_open), (ends[1][1], not a.high_open))
        low = ends[0][0] if a.low > _GAMMA_AT else ends[1][0] if a.high < _GAMMA_AT else least
        return Interval(max(low, least), high, False, not high_closed or math.isinf(high))

    return image


def _valley_end(op: str, x: float) -> tuple[float, float]:
    if x == 0 or math.isinf(x):
        return inf, inf
    if x > _FAST and op == "gamma":
        return 1e300, inf
    cell = FORMS[op].narrow(exact(x))
    if isinstance(cell, Marker):
        return -inf, inf
    found = iv.of_ball(arb(cell) if isinstance(cell, fmpq) else cell)
    return found.low, found.high


def digamma(a: Interval) -> Interval | None:
    """Increasing on the positive axis."""
    if a.signs != POSITIVE:
        return REAL if _no_pole(a) else None
    low = None if a.low == 0 else end_value(FORMS["digamma"].narrow, a.low, floor_float)
    high = None if math.isinf(a.high) else end_value(FORMS["digamma"].narrow, a.high, ceil_float)
    (least, low_strict), (greatest, high_strict) = low or (-inf, True), high or (inf, True)
    return Interval(least, greatest, low_strict or a.low_open, high_strict or a.high_open)


def polygamma(n: Interval, a: Interval) -> Interval | None:
    """Of one sign on the positive axis."""
    if a.signs == POSITIVE and n.is_point and n.low >= 1:
        return iv.POSITIVES if n.low % 2 == 1 else iv.NEGATIVES
    return REAL if _no_pole(a) else None
