"""A small Keras model trained with one activation or another, taking turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from timing.turns import Effort, spread, take_turns

_BATCH, _WIDTH, _DEPTH, _INPUTS, _CLASSES = 256, 512, 4, 64, 10
_STEPS = 12


@dataclass(frozen=True)
class Training:
    """``fit`` with Keras's own activation and with the generated one."""

    name: str
    compiled: bool  # by XLA, with jit_compile of Model.compile
    milliseconds: Mapping[str, float]  # of a step, the median
    ratio: Sequence[float]  # how many times as fast the generated one is, in quartiles


def model(activation: Callable[..., Any], compiled: bool, width: int = _WIDTH) -> keras.Model:
    """Dense layers, each followed by the activation."""
    layers: list[Any] = [keras.Input((_INPUTS,))]
    layers += [keras.layers.Dense(width, activation=activation) for _ in range(_DEPTH)]
    made = keras.Sequential([*layers, keras.layers.Dense(_CLASSES)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile(keras.optimizers.SGD(0.01), loss, jit_compile=compiled)
    return made


def trained(
    name: str, functions: Mapping[str, Callable[..., Any]], compiled: bool, effort: Effort, width: int = _WIDTH
) -> Training:
    """The first of the functions is the generated one."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(_BATCH * _STEPS, _INPUTS)).astype("float32")
    y = rng.integers(0, _CLASSES, len(x))
    steps = {}
    for who, function in functions.items():
        made = model(function, compiled, width)
        steps[who] = lambda made=made: made.fit(x, y, batch_size=_BATCH, epochs=1, verbose=0, shuffle=False)
    found = take_turns(steps, effort)
    own, *others = found.values()
    ratios = spread([b / a for a, b in zip(own, others[0], strict=True)])
    medians = {who: round(1000 * spread(seconds)[1] / _STEPS, 4) for who, seconds in found.items()}
    return Training(name, compiled, medians, [round(r, 4) for r in ratios])
