"""What accuracy costs: stable programs beside formulas as written, under XLA; and the time that the search takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from oracle import Activation

from actc.calculus.analyse import analyse
from actc.diagnostics import DiagnosticLog
from actc.numerics.stabilise import stabilise_measured
from evidence.formulas import TENSORS, evaluated
from evidence.truth import Truth

ELEMENTS, QUICK_ELEMENTS = 1_000_000, 100_000
_ROUNDS, _WARM = 21, 3


@dataclass(frozen=True)
class SpeedRow:
    """One activation's times; milliseconds are medians over rounds in which the two took turns."""

    activation: str
    generated: float  # milliseconds, forward and backward
    written: float  # the same of the formula as written, differentiated by TensorFlow
    ratio: float  # the median of the rounds' own ratios: above 1, generated code is slower
    search: float  # seconds of the search for programs, for value and all gradients


def measure(truth: Truth, written: Activation, package: Any, elements: int) -> SpeedRow:
    """Forward and backward by the inputs, parameters at their defaults as scalars."""
    rng = np.random.default_rng(7)
    xs = tuple(tf.constant(rng.normal(0, 2, elements), tf.float32) for _ in truth.inputs)
    function = getattr(package, truth.activation.name)
    parameters = truth.defaults

    def formula(*inputs: Any) -> Any:
        names = dict(zip(truth.inputs, inputs, strict=True))
        value = evaluated(written, written.expression, {**names, **parameters}, TENSORS)
        return tf.broadcast_to(value, tf.shape(inputs[0]))

    steps = [_step(function), _step(formula)]
    for step in steps:
        for _ in range(_WARM):
            _seconds(step, xs)
    rounds = []
    for turn in range(_ROUNDS):
        # Each goes first as often as the other.
        order = (0, 1) if turn % 2 == 0 else (1, 0)
        took = {k: _seconds(steps[k], xs) for k in order}
        rounds.append((took[0], took[1]))
    return SpeedRow(
        truth.activation.name,
        1000 * statistics.median(a for a, _ in rounds),
        1000 * statistics.median(b for _, b in rounds),
        statistics.median(a / b for a, b in rounds),
        _search(truth),
    )


def _step(function: Callable[..., Any]) -> Callable[..., Any]:
    @tf.function(autograph=False, jit_compile=True)
    def step(*inputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = function(*inputs)
        return value, tape.gradient(value, inputs, unconnected_gradients="zero")

    return step


def _seconds(step: Callable[..., Any], xs: tuple[Any, ...]) -> float:
    start = time.perf_counter()
    value, _ = step(*xs)
    value.numpy()
    return time.perf_counter() - start


def _search(truth: Truth) -> float:
    gradients = analyse(truth.activation, DiagnosticLog())
    if gradients is None:
        raise ValueError(f"{truth.activation.name} has no meaning")
    start = time.process_time()
    stabilise_measured(gradients)
    return time.process_time() - start


def quantiles(values: Mapping[str, float]) -> tuple[float, str, float]:
    """The median, and where the greatest is and what it is."""
    most = max(values, key=lambda name: values[name])
    return statistics.median(values.values()), most, values[most]
