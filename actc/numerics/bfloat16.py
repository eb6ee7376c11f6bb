"""Bfloat16 just above its smallest normal number, which is float32's: there a step can be flushed and its result not.

3*x*x is a bfloat16 where x*x is too small to be one. In float32 what is lost so near the end of the range counts as
no error, for no result is off by more than some of the smallest numbers; in bfloat16 a result is right or flushed.
"""

from __future__ import annotations

from collections.abc import Sequence

from actc.model.expr import Expr
from actc.numerics.accuracy import Truth, simulators
from actc.numerics.edges import Steps
from actc.numerics.formats import BFLOAT16, FLOAT32, Float
from actc.numerics.points import Point, PointSet
from actc.numerics.simulate import Simulator
from actc.numerics.xla import ways

_SMALLEST = BFLOAT16.smallest_normal
_ALLOWED = 0.5  # ULP of bfloat16 before the result is rounded to it, one after


class SmallResults:
    """Whether programs for one expression are right at bfloat16 numbers at which a step of one of them is flushed."""

    def __init__(self, expr: Expr, points: PointSet, run: Simulator, steps: Steps) -> None:
        self._expr = expr
        self._points = points  # of float32
        self._run = run
        self._steps = steps

    def fails_at(self, program: Expr) -> list[Point]:
        """Points next to which a step of the program itself begins to vanish, and at which its result is wrong."""
        near = (self._rounded(p) for p in self._steps.edges(program, self._points, self._run))
        return self.failing(program, list({tuple(p.values()): p for p in near if p is not None}.values()))

    def failing(self, program: Expr, points: Sequence[Point]) -> list[Point]:
        """Those of some points at which a program's result is wrong."""
        if not points:
            return []
        truth = Truth(self._expr, PointSet(BFLOAT16, tuple(points)))
        (run,) = simulators((PointSet(FLOAT32, tuple(points)),))
        rows = zip(*(run.run(way) for way in ways(program)), strict=True)
        wrong = (any(self._is_wrong(truth, k, value) for value in row) for k, row in enumerate(rows))
        return [point for point, is_wrong in zip(points, wrong, strict=True) if is_wrong]

    def _is_wrong(self, truth: Truth, index: int, value: Float) -> bool:
        true = truth.at(index)
        if true is None or (abs(true) < _SMALLEST and abs(value) <= _SMALLEST):
            return False
        return truth.error(index, value) > _ALLOWED

    @staticmethod
    def _rounded(point: Point) -> Point | None:
        found = {name: BFLOAT16.exact(value) for name, value in point.items()}
        return {n: v for n, v in found.items() if v is not None} if None not in found.values() else None
