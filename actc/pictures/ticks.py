"""Round numbers along an axis."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

_STEPS = (1, 2, 5, 10)


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most that many multiples of 1, 2 or 5 times a power of ten within an interval, ascending."""
    if not (isfinite(high - low) and low < high and most > 0):
        return []
    power = 10.0 ** floor(log10((high - low) / most))
    step = next(s * power for s in _STEPS if (high - low) / (s * power) <= most)
    found = [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
    return [round(v, 12) if abs(v) > 1e-9 else v for v in found][:most] if len(found) > most else found


def tick_text(value: float) -> str:
    """The number as a label."""
    return f"{value:.6g}".replace("-", "−") if value else "0"
