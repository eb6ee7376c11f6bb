"""Many intervals of numbers, and quickly those that hold a given one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

_T = TypeVar("_T")
_BUCKETS = 256


class IntervalIndex(Generic[_T]):
    """Closed intervals with what they stand for, in buckets between some of their ends."""

    __slots__ = ("_bounds", "_buckets")

    def __init__(self, intervals: Iterable[tuple[float, float, _T]]) -> None:
        items = list(intervals)
        ends = sorted({end for low, high, _ in items for end in (low, high)})
        step = max(1, len(ends) // _BUCKETS)
        self._bounds = ends[::step]
        self._buckets: list[list[tuple[float, float, _T]]] = [[] for _ in range(len(self._bounds) + 1)]
        for item in items:
            # A number equal to a bound is looked for in the bucket on its right.
            first = bisect_right(self._bounds, item[0])
            last = max(first, bisect_right(self._bounds, item[1]))
            for k in range(first, last + 1):
                self._buckets[k].append(item)

    def holding(self, value: float) -> Iterator[_T]:
        """What stands for the intervals that the number lies in, in the order in which they were given."""
        for low, high, item in self._buckets[bisect_right(self._bounds, value)]:
            if low <= value <= high:
                yield item
