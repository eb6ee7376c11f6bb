"""Floats that surely lie below or above a ball."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import inf

from flint import arb, fmpq

from actc.calculus.ball_operations import Cell, Marker


def floor_float(ball: arb) -> tuple[float, bool]:
    """The greatest float that is surely not above, and whether it is surely below."""
    if not ball.is_finite():
        return -inf, True
    low = ball.lower()
    near = float(low)
    if near == inf or arb(near) > low:
        near = math.nextafter(near, -inf)
    return near, bool(near < low) or not ball.is_exact()


def ceil_float(ball: arb) -> tuple[float, bool]:
    """The least float that is surely not below, and whether it is surely above."""
    near, strict = floor_float(-ball)
    return -near, strict


def exact(x: float) -> fmpq | arb:
    """A float for flint: a rational where it is an integer, so that special values stay exact."""
    return fmpq(int(x)) if x.is_integer() and abs(x) < 2**53 else arb(x)


def end_value(
    function: Callable[[fmpq | arb], Cell], x: float, rounded: Callable[[arb], tuple[float, bool]]
) -> tuple[float, bool] | None:
    """A function at one end of an interval, rounded; None where the ball is of no use."""
    value = function(exact(x))
    if isinstance(value, Marker):
        return None
    ball = value if isinstance(value, arb) else arb(value)
    return rounded(ball) if ball.is_finite() else None
