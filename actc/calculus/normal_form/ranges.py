"""Interval arithmetic with rational ends, just enough to tell signs."""

from __future__ import annotations

from fractions import Fraction

Bounds = tuple[Fraction | None, Fraction | None]
"""The least and the greatest value; None where there is no bound."""

POSITIVE: Bounds = (Fraction(0), None)
ANY: Bounds = (None, None)


def product(a: Bounds, b: Bounds) -> Bounds:
    """Bounds of the product."""
    if a == (Fraction(0), Fraction(0)) or b == (Fraction(0), Fraction(0)):
        return Fraction(0), Fraction(0)
    low_sign = _is_nonnegative(a) and _is_nonnegative(b)
    if low_sign:
        low = None if a[0] is None or b[0] is None else a[0] * b[0]
        high = None if a[1] is None or b[1] is None else a[1] * b[1]
        return low, high
    if _is_nonnegative(a) and b[1] is not None and b[1] <= 0:
        return _negative(product(a, _negative(b)))
    if _is_nonnegative(b) and a[1] is not None and a[1] <= 0:
        return _negative(product(_negative(a), b))
    if a[1] is not None and a[1] <= 0 and b[1] is not None and b[1] <= 0:
        return product(_negative(a), _negative(b))
    if None in a or None in b:
        return ANY
    corners = [x * y for x in a for y in b if x is not None and y is not None]
    return min(corners), max(corners)


def _is_nonnegative(a: Bounds) -> bool:
    return a[0] is not None and a[0] >= 0


def _negative(a: Bounds) -> Bounds:
    return (None if a[1] is None else -a[1], None if a[0] is None else -a[0])


def power(a: Bounds, exponent: int) -> Bounds:
    """Bounds of a positive integer power."""
    if exponent > 64:
        return POSITIVE if exponent % 2 == 0 or _is_nonnegative(a) else ANY
    if exponent % 2 == 0:
        if not _is_nonnegative(a):
            a = _negative(a) if a[1] is not None and a[1] <= 0 else (Fraction(0), _largest(a))
        return (None if a[0] is None else a[0] ** exponent, None if a[1] is None else a[1] ** exponent)
    return (None if a[0] is None else a[0] ** exponent, None if a[1] is None else a[1] ** exponent)


def _largest(a: Bounds) -> Fraction | None:
    return None if a[0] is None or a[1] is None else max(abs(a[0]), abs(a[1]))
