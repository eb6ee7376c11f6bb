"""What is kept between the forward and the backward pass, and the peak of a deep stack, as TensorFlow counts it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from timing.turns import EAGER, XLA

ELEMENTS = 4 * 1024 * 1024
LAYERS = 12
_DEVICE = "CPU:0"

Function = Callable[..., Any]


@dataclass(frozen=True)
class Stored:
    """One activation, as one contender computes it; all in tensors of the input's size."""

    name: str
    who: str
    kept: float  # between forward and backward in eager code, everything that the tape holds
    peak: dict[str, float]  # by mode, of LAYERS of it, forward and backward, beyond the input


def _bytes(which: str) -> int:
    """Bytes of tensors: "current", or the "peak" since the last reset."""
    return int(tf.config.experimental.get_memory_info(_DEVICE)[which])


def kept(function: Function, inputs: int, elements: int = ELEMENTS) -> float:
    """Tensors that a tape holds when everything else has been let go."""
    function(*_inputs(inputs, 8))
    gc.collect()
    before = _bytes("current")
    with tf.GradientTape() as tape:
        xs = _inputs(inputs, elements)
        tape.watch(xs)
        value = function(*xs)
    del xs, value
    gc.collect()
    found = (_bytes("current") - before) / (4 * elements)
    del tape
    return round(found, 2)


def peak(function: Function, inputs: int, mode: str, elements: int = ELEMENTS, layers: int = LAYERS) -> float:
    """The most memory that a stack of it needs at once, in tensors, beyond its inputs."""

    def run(*xs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(xs)
            value, *rest = xs
            for _ in range(layers):
                value = function(value, *rest)
        return tape.gradient(value, xs)

    if mode != EAGER:
        run = tf.function(run, autograph=False, jit_compile=mode == XLA)
    xs = _inputs(inputs, elements)
    run(*xs)  # compiling needs memory of its own
    gc.collect()
    tf.config.experimental.reset_memory_stats(_DEVICE)
    before = _bytes("current")
    run(*xs)
    return round((_bytes("peak") - before) / (4 * elements), 2)


def _inputs(count: int, elements: int) -> tuple[Any, ...]:
    return tuple(tf.random.stateless_normal([elements], (k, 1)) for k in range(count))
