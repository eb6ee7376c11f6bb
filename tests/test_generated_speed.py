"""Passes that XLA compiles inside eager and graph mode: the same results, no storm of compiling, nothing kept."""

from __future__ import annotations

import importlib
import pickle
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from compiled import always_compiled, op_of, passes_of

tf = pytest.importorskip("tensorflow")

NAMES = ("gelu", "mish", "elu", "swish", "snake", "swiglu", "tanh", "spike_atan")
MODES: dict[str, Callable[[Any], Any]] = {
    "eager": lambda f: f,
    "graph": lambda f: tf.function(f, autograph=False),
    "xla": lambda f: tf.function(f, autograph=False, jit_compile=True),
}


def inputs(count: int, shape: list[int], dtype: str = "float32") -> list[Any]:
    rng = np.random.default_rng(11)
    return [tf.cast(tf.constant(rng.normal(0.0, 3.0, shape)), dtype) for _ in range(count)]


def differentiated(function: Callable[..., Any], *tensors: Any) -> list[Any]:
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = function(*tensors)
    return [value, *tape.gradient(value, tensors)]


def count_of(name: str) -> int:
    return 2 if name == "swiglu" else 1


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_the_same_comes_out(shipped: ModuleType, name: str, mode: str, dtype: str) -> None:
    """Compiled passes give the value and gradients of the ones that are not, in the same dtypes."""
    function, xs = getattr(shipped, name), inputs(count_of(name), [5, 9], dtype)
    due = differentiated(function, *xs)
    with always_compiled(shipped, name) as passes:
        found = MODES[mode](lambda *v: differentiated(function, *v))(*xs)
        assert all(p._compiled for p in passes[:2])
    close = {"float32": 4e-6, "bfloat16": 8e-3, "float64": 1e-12}[dtype]
    for a, b in zip(found, due, strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(tf.cast(a, tf.float64), tf.cast(b, tf.float64), rtol=close, atol=close / 30)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [[], [1], [7], [3, 1, 7]])
def test_parameters_learn(shipped: ModuleType, shape: list[int], mode: str) -> None:
    """A parameter's gradient is summed to its shape beside a compiled pass too."""
    (x,), beta = (
        inputs(1, [3, 2, 7]),
        tf.constant(np.linspace(0.5, 2.0, int(np.prod(shape))).reshape(shape), tf.float32),
    )
    due = differentiated(shipped.swish, x, beta)
    with always_compiled(shipped, "swish"):
        found = MODES[mode](lambda *v: differentiated(shipped.swish, *v))(x, beta)
    for a, b in zip(found, due, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["mish", "snake"])
def test_second_order_jacobians_and_maps(shipped: ModuleType, name: str) -> None:
    """Tapes of tapes, ``jacobian``, ``vectorized_map`` and forward mode go through compiled passes (K9, K10)."""
    function, (x,) = getattr(shipped, name), inputs(1, [6])

    def second(v: Any) -> Any:
        with tf.GradientTape() as outer:
            outer.watch(v)
            slope = differentiated(function, v)[1]
        return outer.gradient(slope, v)

    def jacobian(v: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(v)
            value = function(v)
        return tape.jacobian(value, v)

    def mapped(v: Any) -> Any:
        return tf.vectorized_map(lambda one: differentiated(function, one)[1], tf.stack([v, 2.0 * v]))

    def tangent(v: Any) -> Any:
        with tf.autodiff.ForwardAccumulator(v, tf.ones_like(v)) as accumulator:
            value = function(v)
        return accumulator.jvp(value)

    for run in (second, tf.function(second), jacobian, mapped, tangent):
        due = run(x)
        with always_compiled(shipped, name):
            np.testing.assert_allclose(run(x), due, rtol=2e-5, atol=2e-5)


def test_changing_shapes_are_no_storm(shipped: ModuleType) -> None:
    """200 batch sizes make XLA compile a bounded number of times, 200 values of a parameter once."""
    limit = sys.modules[f"{shipped.__name__}._support"]._SHAPES
    step = tf.function(lambda v: differentiated(shipped.swish, v), autograph=False)
    with always_compiled(shipped, "swish") as passes:
        for size in range(1, 201):
            differentiated(shipped.swish, tf.ones([size, 3]))
        assert [len(p._compiled) for p in passes] == [limit, limit, 0]
        for size in range(201, 240):
            step(tf.ones([size, 3]))
        assert [len(p._compiled) for p in passes] == [limit, limit, 0]
        np.testing.assert_allclose(shipped.swish(tf.ones([777])), np.full(777, 0.7310586), rtol=1e-6)
    with always_compiled(shipped, "swish") as passes:
        for k in range(200):
            differentiated(lambda v, k=k: shipped.swish(v, 0.5 + k), tf.ones([4]))
        assert [len(p._compiled) for p in passes] == [1, 1, 0]


def test_unknown_shapes_are_not_compiled(shipped: ModuleType) -> None:
    """A trace for any batch size, as ``fit`` makes it, has no compiled pass: XLA would compile for every size."""
    step = tf.function(lambda v: differentiated(shipped.mish, v), input_signature=[tf.TensorSpec([None, 8])])
    with always_compiled(shipped, "mish") as passes:
        for size in (1, 2, 3):
            assert step(tf.ones([size, 8]))[1].shape == (size, 8)
        assert not any(p._compiled for p in passes)


def test_small_tensors_are_not_compiled(shipped: ModuleType) -> None:
    """By size and length: calls from Python cost more than those of a graph, and each compiled call costs some."""
    graph = tf.function(lambda v: differentiated(shipped.gelu, v), autograph=False)
    eager: Callable[[Any], Any] = lambda v: differentiated(shipped.gelu, v)  # noqa: E731 - beside the other
    passes = passes_of(op_of(shipped, "gelu"))
    for run, size, due in ((eager, 100, 0), (graph, 1000, 0), (eager, 1000, 1), (graph, 1_000_000, 1)):
        for p in passes:
            p._compiled.clear()
        run(tf.ones([size]))
        assert [len(p._compiled) for p in passes] == [due] * len(passes)
    short = passes_of(op_of(shipped, "relu"))
    differentiated(shipped.relu, tf.ones([1000]))
    assert not any(p._compiled for p in short)


def test_numbers_beside_inputs_need_no_gradient(shipped: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gradient by a parameter is computed for a tensor or variable, and not for a number."""
    op = op_of(shipped, "swish")
    calls: list[str] = []
    for name in ("_plain", "_learning"):
        real = getattr(op, name)
        monkeypatch.setattr(op, name, lambda *a, real=real, name=name: [calls.append(name), real(*a)][1])
    for beta, due in ((1.5, "_plain"), (2, "_plain"), (tf.constant(1.5), "_learning"), (tf.Variable(1.5), "_learning")):
        calls.clear()
        differentiated(lambda v, beta=beta: shipped.swish(v, beta), tf.ones([3]))
        assert calls == [due]


@pytest.mark.parametrize("name", ["mish", "linear"])
def test_what_is_kept(shipped: ModuleType, name: str) -> None:
    """Between forward and backward a tape holds the input, and nothing where the gradient does not need it (K12)."""
    size = 1 << 16

    def held() -> int:
        return int(tf.config.experimental.get_memory_info("CPU:0")["current"])

    function = getattr(shipped, name)
    function(tf.ones([size]))
    before = held()
    with tf.GradientTape() as tape:
        x = tf.fill([size], 0.5)
        tape.watch(x)
        value = function(x)
    del x, value
    assert (held() - before) // (4 * size) == {"mish": 1, "linear": 0}[name]
    del tape


def test_signs_of_zero_are_told_apart(shipped: ModuleType) -> None:
    """0.0 and -0.0 given for a parameter are two numbers, though equal."""
    slopes = [shipped.leaky_relu(tf.constant([-1.0]), zero).numpy()[0] for zero in (0.0, -0.0, 0.0)]
    assert [bool(np.signbit(v)) for v in slopes] == [True, False, True]


@pytest.fixture
def without_record(shipped: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A TensorFlow that has not what ``tf.custom_gradient`` is made of where it is looked for."""
    monkeypatch.setattr(importlib.import_module(f"{shipped.__name__}._support"), "_record", None)
    return shipped


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("large", [False, True])
def test_without_tensorflows_own_record(without_record: ModuleType, mode: str, large: bool) -> None:
    """Then ``tf.custom_gradient`` itself is used: values, gradients and second derivatives are the same."""
    (x,) = inputs(1, [8])

    def second(v: Any) -> list[Any]:
        with tf.GradientTape() as outer:
            outer.watch(v)
            value, slope = differentiated(without_record.mish, v)
        return [value, slope, outer.gradient(slope, v)]

    wide = tf.cast(x, tf.float64)
    due = second(wide)
    assert pickle.loads(pickle.dumps(without_record.mish)) is without_record.mish  # noqa: S301 - it is our own
    if large:
        with always_compiled(without_record, "mish"):
            found = MODES[mode](second)(x)
    else:
        found = MODES[mode](second)(x)
    for a, b in zip(found, due, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-5)
