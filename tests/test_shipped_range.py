"""No overflow and no NaN: every activation and gradient at every magnitude that float32 has, and at every bfloat16."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import ml_dtypes
import numpy as np
import pytest
from mpmath import mpf
from numpy.typing import NDArray
from oracle import Activation, exact
from shipped import core_activations
from test_shipped_values import gradients

SHIPPED = core_activations()
ONE_INPUT = [name for name, activation in SHIPPED.items() if len(activation.inputs) == 1]
GATES = [name for name, activation in SHIPPED.items() if len(activation.inputs) > 1]

LARGEST = mpf(float(np.finfo(np.float32).max))


def every_exponent() -> NDArray[np.float32]:
    """Each of the 254 exponents of float32, four mantissas, both signs."""
    mantissas = np.array([1.0, 1.3408203125, 1.71875, 1.9999998807907104], np.float32)
    positive = np.concatenate([np.ldexp(mantissas, exponent) for exponent in range(-126, 128)]).astype(np.float32)
    return np.concatenate([positive, -positive])


def every_bfloat16() -> NDArray[np.float32]:
    """All finite numbers among the 65,536 of bfloat16, as float32: a complete sweep, subnormal numbers included."""
    numbers = np.arange(65536, dtype=np.uint16).view(ml_dtypes.bfloat16).astype(np.float32)
    return numbers[np.isfinite(numbers)]


def _assert_finite(
    got: NDArray, truth: Callable[[dict[str, float]], mpf], arguments: dict[str, NDArray[np.float32]]
) -> None:
    """Nothing is NaN, and what is infinite has a true value beyond float32."""
    assert not np.isnan(got).any(), {k: v[np.isnan(got)][:3].tolist() for k, v in arguments.items()}
    infinite = np.flatnonzero(~np.isfinite(got))
    # The smallest and the largest inputs among them, and a thousand between.
    order = infinite[np.argsort(np.abs(next(iter(arguments.values()))[infinite]))]
    for index in order[np.unique(np.linspace(0, max(len(order) - 1, 0), 1000).astype(int))] if len(order) else []:
        point = {name: float(values[index]) for name, values in arguments.items()}
        assert abs(truth(point)) >= LARGEST * (1 - mpf(2) ** -20), point


def _sweep(shipped: ModuleType, activation: Activation, arguments: dict[str, NDArray[np.float32]]) -> None:
    for name, text in activation.defaults.items():
        arguments[name] = np.full_like(arguments[activation.inputs[0]], np.float32(exact(text)))
    value, slopes = gradients(getattr(shipped, activation.name), arguments)
    _assert_finite(value, activation.value, arguments)
    for of in activation.names:
        _assert_finite(slopes[of], lambda point, of=of: activation.gradient(of, point), arguments)


@pytest.mark.parametrize("name", ONE_INPUT)
def test_finite_at_every_exponent(name: str, shipped: ModuleType) -> None:
    """Value and gradients are finite wherever the truth is, up to 3.4e38 and down to 1.2e-38."""
    _sweep(shipped, SHIPPED[name], {"x": every_exponent()})


@pytest.mark.parametrize("name", ONE_INPUT)
def test_finite_at_every_bfloat16(name: str, shipped: ModuleType) -> None:
    """The same at all 65,280 finite inputs that bfloat16 has."""
    _sweep(shipped, SHIPPED[name], {"x": every_bfloat16()})


@pytest.mark.parametrize("name", GATES)
def test_gates_are_finite_at_every_bfloat16(name: str, shipped: ModuleType) -> None:
    """One input runs through all of bfloat16 while the other is small, ordinary and huge."""
    activation = SHIPPED[name]
    swept = every_bfloat16()
    for moving, still in (activation.inputs, activation.inputs[::-1]):
        for held in (0.0, 1.25, -2.0, 1e-30, -3e30):
            _sweep(shipped, activation, {moving: swept, still: np.full_like(swept, held)})


@pytest.mark.parametrize("name", SHIPPED)
def test_nan_in_gives_nan_out(name: str, shipped: ModuleType) -> None:
    """The value at NaN is NaN, so that a diverging network shows it."""
    nan = np.array([np.nan], np.float32)
    value, _ = gradients(getattr(shipped, name), dict.fromkeys(SHIPPED[name].inputs, nan))
    assert np.isnan(value).all()
