"""One generated activation of each kind with its truth, so that a guarantee can be tried on all of them alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import mpmath
from test_generated_programs import TRUTH


@dataclass(frozen=True)
class Kind:
    """An activation of the package made by hand, and where it is tried."""

    function: str
    layer: str
    inputs: tuple[tuple[float, ...], ...]  # for each input its values
    parameters: dict[str, float]

    def of(self, package: ModuleType) -> Callable[..., Any]:
        """The function with its inputs and parameters, all by position."""
        function: Callable[..., Any] = getattr(package, self.function)
        return function

    def layer_of(self, package: ModuleType, **keywords: Any) -> Any:
        return getattr(package, self.layer)(**{**self.parameters, **keywords})

    def bound(self, package: ModuleType) -> Callable[..., Any]:
        """The function of its inputs alone."""
        function, values = self.of(package), tuple(self.parameters.values())
        return lambda *inputs: function(*inputs, *values)

    @property
    def points(self) -> list[tuple[float, ...]]:
        """The points at which it is tried: inputs, then parameters."""
        return [(*point, *self.parameters.values()) for point in zip(*self.inputs, strict=True)]

    def value(self, *at: float) -> float:
        """The truth at a point, by mpmath."""
        if self.function == "spike":
            return float(at[0] > 0)
        with mpmath.workdps(40):
            return float(TRUTH[self.function](*map(mpmath.mpf, at)))

    def slope(self, *at: float, by: int = 0) -> float:
        """The gradient that the package promises: the derivative, or the surrogate, a triangle."""
        if self.function == "spike":
            x, width = at
            return max(0.0, 1.0 - abs(x) / width) if by == 0 else 0.0
        return self._derived(at, by)

    def curvature(self, *at: float, by: int = 0) -> float:
        """The derivative of the gradient by the first input, by another argument."""
        if self.function == "spike":
            x, width = at
            inside = abs(x) < width
            return inside * (-mpmath.sign(x) / width if by == 0 else abs(x) / width**2)
        return self._derived(at, 0, by)

    def _derived(self, at: tuple[float, ...], *by: int) -> float:
        order = [by.count(index) for index in range(len(at))]
        with mpmath.workdps(50):
            return float(mpmath.diff(TRUTH[self.function], tuple(map(mpmath.mpf, at)), tuple(order)))


_XS = (-1.25, -0.5, 0.25, 0.75, 1.5)
KINDS = {
    "plain": Kind("tanh_squared", "TanhSquared", (_XS,), {}),
    "parametrised": Kind("leaky", "Leaky", (_XS,), {"alpha": 0.3}),
    "trainable": Kind("swish", "Swish", (_XS,), {"beta": 1.5}),
    "several inputs": Kind("swiglu_gate", "SwigluGate", (_XS, (1.0, -2.0, 0.5, 2.0, -0.25)), {"beta": 0.75}),
    "surrogate": Kind("spike", "Spike", (_XS,), {"width": 2.0}),
}
