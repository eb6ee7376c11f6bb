"""Contenders timed in turn, in one process, on the same data."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

EAGER, GRAPH, XLA = "eager", "tf.function", "jit_compile"
MODES = (EAGER, GRAPH, XLA)
FORWARD, BOTH = "forward", "forward+backward"
PASSES = (FORWARD, BOTH)

Step = Callable[[], Any]


@dataclass(frozen=True)
class Effort:
    """How long is measured."""

    seconds: float = 1.0  # of all contenders of one cell together, warming up aside
    least: int = 7  # rounds, however long they take
    most: int = 301

    def rounds(self, one: float) -> int:
        """How many rounds of that many seconds."""
        return max(self.least, min(self.most, int(self.seconds / max(one, 1e-9)))) | 1


def data(inputs: int, elements: int, dtype: str) -> tuple[tuple[Any, ...], Any]:
    """Normal inputs and an upstream gradient, the same for all."""
    rng = np.random.default_rng(7)
    drawn = [tf.constant(rng.normal(0.0, 2.0, elements).astype("float32")) for _ in range(inputs + 1)]
    *xs, upstream = (tf.cast(v, dtype) for v in drawn)
    return tuple(xs), upstream


def step(function: Callable[..., Any], mode: str, passes: str, xs: Sequence[Any], upstream: Any) -> Step:
    """One call of a function, alone or with its gradients by all inputs."""

    def forward(*inputs: Any) -> Any:
        return function(*inputs)

    def both(upstream: Any, *inputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = function(*inputs)
        return value, tape.gradient(value, inputs, upstream)

    run, arguments = (forward, tuple(xs)) if passes == FORWARD else (both, (upstream, *xs))
    if mode != EAGER:
        run = tf.function(run, autograph=False, jit_compile=mode == XLA)
    return lambda: run(*arguments)


def take_turns(steps: Mapping[str, Step], effort: Effort) -> dict[str, list[float]]:
    """The seconds of each contender, round by round; who begins changes with every round."""
    waits = bool(tf.config.list_physical_devices("GPU"))  # on a processor a call ends when its work is done
    names = list(steps)
    slowest = 0.0
    for _ in range(2):  # traces and compiles, then runs; the third time tells how long
        for name in names:
            steps[name]()
    for name in names:
        slowest += _seconds(steps[name], waits)
    found: dict[str, list[float]] = {name: [] for name in names}
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        for turn in range(effort.rounds(slowest)):
            shift = turn % len(names)
            for name in names[shift:] + names[:shift]:
                found[name].append(_seconds(steps[name], waits))
    finally:
        if enabled:
            gc.enable()
    return found


def _seconds(run: Step, waits: bool) -> float:
    start = time.perf_counter()
    kept = run()
    if waits:
        tf.test.experimental.sync_devices()
    end = time.perf_counter()
    del kept
    return end - start


def spread(ratios: Sequence[float]) -> tuple[float, float, float]:
    """The lower quartile, the median, the upper quartile."""
    if len(ratios) < 2:
        return (ratios[0],) * 3
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return low, middle, high
