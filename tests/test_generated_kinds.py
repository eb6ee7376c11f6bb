"""What holds for functions holds for every kind: plain, with parameters, with weights, gates, surrogates."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from generated_kinds import KINDS, Kind
from test_generated_package import CLOSE, DTYPES, MODES, as_floats, differentiated
from test_generated_programs import acts

__all__ = ["acts"]  # a fixture

tf = pytest.importorskip("tensorflow")

EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
TINY = 1e-7  # absolute, where the truth is 0


def tensors(kind: Kind, dtype: str = "float64") -> list[Any]:
    return [tf.constant(values, dtype) for values in kind.inputs]


def slopes(kind: Kind, by: int = 0) -> list[float]:
    return [kind.slope(*point, by=by) for point in kind.points]


@EVERY_KIND
@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_every_way_to_call(acts: ModuleType, kind: Kind, mode: str) -> None:
    """By position, by keyword, mixed and as a layer: the same value and the same custom gradient (K1)."""
    function, inputs = kind.of(acts), tensors(kind, "float32")
    names = ("a", "b") if len(inputs) > 1 else ("x",)
    layer = kind.layer_of(acts)
    calls: dict[str, Callable[..., Any]] = {
        "position": kind.bound(acts),
        "keyword": lambda *v: function(**dict(zip(names, v, strict=True)), **kind.parameters),
        "mixed": lambda *v: function(*v, **kind.parameters),
        "layer": lambda *v: layer(list(v) if len(v) > 1 else v[0]),
    }
    for way, call in calls.items():
        value, found = differentiated(MODES[mode](call), *inputs)
        expected = [kind.value(*point) for point in kind.points]
        assert as_floats(value) == pytest.approx(expected, rel=CLOSE["float32"], abs=TINY), way
        for by, gradient in enumerate(found):
            assert as_floats(gradient) == pytest.approx(slopes(kind, by), rel=CLOSE["float32"], abs=TINY), way


@EVERY_KIND
@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(acts: ModuleType, kind: Kind, dtype: str) -> None:
    """A Python number as parameter in every dtype, traced: right values, and each gradient in its argument's (K2)."""
    inputs = tensors(kind, dtype)
    value, found = differentiated(tf.function(kind.bound(acts)), *inputs)
    close = CLOSE[dtype]
    assert [value.dtype, *(g.dtype for g in found)] == [dtype] * (1 + len(inputs))
    expected = [kind.value(*point) for point in kind.points]
    assert as_floats(value) == pytest.approx(expected, rel=close, abs=TINY)
    for by, gradient in enumerate(found):
        assert as_floats(gradient) == pytest.approx(slopes(kind, by), rel=close, abs=TINY)
    of_parameters = [tf.constant(v, "float32") for v in kind.parameters.values()]
    _, found = differentiated(kind.of(acts), *inputs, *of_parameters)
    assert [g.dtype for g in found[len(inputs) :]] == ["float32"] * len(of_parameters)


@pytest.mark.parametrize("kind", [k for k in KINDS.values() if k.parameters], ids=lambda kind: kind.function)
@pytest.mark.parametrize("shape", [(), (1,), (5,), (3, 1, 5)], ids=str)
def test_shapes_of_a_parameters_gradient(acts: ModuleType, kind: Kind, shape: tuple[int, ...]) -> None:
    """Eager or traced, rank known or not: a parameter's gradient is summed to the parameter's shape (K3)."""
    inputs = [tf.tile(v[None, None], [3, 2, 1]) for v in tensors(kind)]
    (of_parameter,) = (tf.fill(shape, tf.constant(v, tf.float64)) for v in kind.parameters.values())
    each = np.array(slopes(kind, len(inputs)))
    expected = {(): 6 * each.sum(), (1,): [6 * each.sum()], (5,): 6 * each, (3, 1, 5): [[2 * each]] * 3}[shape]
    calls = [kind.of(acts)]
    for known in ([None, 2, 5], None):
        specs = [tf.TensorSpec(known, tf.float64) for _ in inputs]
        calls.append(tf.function(kind.of(acts), input_signature=[*specs, tf.TensorSpec(None, tf.float64)]))
    for call in calls:
        _, found = differentiated(call, *inputs, of_parameter)
        assert found[-1].shape == shape
        np.testing.assert_allclose(found[-1], expected, rtol=1e-12, atol=1e-12)


@EVERY_KIND
@pytest.mark.parametrize("mode", MODES)
def test_second_order(acts: ModuleType, kind: Kind, mode: str) -> None:
    """A tape of a tape is the derivative of the emitted gradient, by each input and parameter (K9)."""
    arguments = [*tensors(kind), *(tf.constant([v] * 5, tf.float64) for v in kind.parameters.values())]
    function = MODES[mode](kind.of(acts))
    with tf.GradientTape() as outer:
        outer.watch(arguments)
        _, found = differentiated(function, *arguments)
    second = outer.gradient(found[0], arguments, unconnected_gradients="zero")
    for by, gradient in enumerate(second):
        expected = [float(kind.curvature(*point, by=by)) for point in kind.points]
        assert as_floats(gradient) == pytest.approx(expected, rel=1e-9, abs=1e-12), by


@EVERY_KIND
def test_a_hessian_vector_product(acts: ModuleType, kind: Kind) -> None:
    """Forward over reverse and reverse over reverse agree with the second derivative, in a trace too (K9, K14)."""
    inputs, direction = tensors(kind), tf.constant([1.0, -2.0, 0.5, 3.0, -1.0], tf.float64)
    others, function = inputs[1:], kind.bound(acts)
    expected = [d * kind.curvature(*point) for d, point in zip(direction.numpy(), kind.points, strict=True)]

    def slope(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(function(x, *others))
        return tape.gradient(total, x)

    def forward_over_reverse(x: Any) -> Any:
        with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
            gradient = slope(x)
        return accumulator.jvp(gradient, unconnected_gradients="zero")

    def reverse_over_reverse(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            gradient = slope(x)
        return tape.gradient(gradient, x, output_gradients=direction, unconnected_gradients="zero")

    for product in (forward_over_reverse, reverse_over_reverse, tf.function(reverse_over_reverse)):
        found = as_floats(product(inputs[0]))
        assert found == pytest.approx([float(v) for v in expected], rel=1e-9, abs=1e-12), product


@EVERY_KIND
@pytest.mark.parametrize("traced", [False, True], ids=["eager", "graph"])
def test_forward_mode(acts: ModuleType, kind: Kind, traced: bool) -> None:
    """A ForwardAccumulator sees the emitted gradient, a surrogate's too (K14)."""
    inputs, function = tensors(kind), kind.bound(acts)
    with tf.autodiff.ForwardAccumulator(inputs[0], tf.ones_like(inputs[0])) as accumulator:
        value = (tf.function(function) if traced else function)(*inputs)
    assert as_floats(accumulator.jvp(value)) == pytest.approx(slopes(kind), rel=1e-12, abs=1e-15)


@EVERY_KIND
def test_jacobians_and_vectorized_map(acts: ModuleType, kind: Kind) -> None:
    """jacobian (eager, traced) and vectorized_map of a gradient give each element's own derivative (K10)."""
    inputs, function = tensors(kind), kind.bound(acts)

    def jacobian(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x, *inputs[1:])
        return tape.jacobian(value, x)

    for found in (jacobian(inputs[0]), tf.function(jacobian)(inputs[0])):
        np.testing.assert_allclose(found, np.diag(slopes(kind)), rtol=1e-12, atol=1e-15)
    rows = [tf.stack([v, v]) for v in inputs]
    mapped = tf.vectorized_map(lambda row: differentiated(function, *row)[1][0], rows)
    np.testing.assert_allclose(mapped, [slopes(kind)] * 2, rtol=1e-12, atol=1e-15)


@EVERY_KIND
@pytest.mark.parametrize("mode", MODES)
def test_any_shape(acts: ModuleType, kind: Kind, mode: str) -> None:
    """Scalars, many axes and empty tensors, one after the other through a trace of unknown rank (K10)."""
    function = kind.bound(acts)
    if mode != "eager":
        specs = [tf.TensorSpec(None, tf.float32)] * len(kind.inputs)
        function = tf.function(function, input_signature=specs, jit_compile=mode == "xla" or None)
    first = kind.points[2]
    for shape in ((), (2, 1, 3, 1, 2), (0,)):
        arrays = [np.full(shape, v, "float32") for v in first[: len(kind.inputs)]]
        value, found = differentiated(function, *arrays)
        assert value.shape == shape
        np.testing.assert_allclose(value, np.full(shape, kind.value(*first)), rtol=CLOSE["float32"])
        for by, gradient in enumerate(found):
            expected = np.full(shape, kind.slope(*first, by=by))
            np.testing.assert_allclose(gradient, expected, rtol=CLOSE["float32"])


@EVERY_KIND
def test_what_is_taken(acts: ModuleType, kind: Kind) -> None:
    """A list, an array, a number and an integer tensor become floatx; complex numbers are a TypeError (K10)."""
    function = kind.bound(acts)
    count = len(kind.inputs)
    for taken in ([1, 2], [1.0, 2.0], np.array([1, 2]), tf.constant([1, 2])):
        assert function(*[taken] * count).dtype == tf.float32
        expected = [kind.value(*[v] * count, *kind.parameters.values()) for v in (1.0, 2.0)]
        assert as_floats(function(*[taken] * count)) == pytest.approx(expected, rel=CLOSE["float32"])
    for refused in (1j, tf.constant([1j]), ["text"]):
        with pytest.raises(TypeError, match="real"):
            function(*[refused] * count)


@EVERY_KIND
def test_what_a_trace_keeps(acts: ModuleType, kind: Kind) -> None:
    """The forward pass of a trace hands on the value and its own arguments, and no intermediate (K12)."""
    from tensorflow.python.eager import context

    arguments = [*tensors(kind), *(tf.constant(v, tf.float64) for v in kind.parameters.values())]
    names = ["a", "b"][: len(kind.inputs)] if len(kind.inputs) > 1 else ["x"]
    before, function = set(context.context().list_function_names()), tf.function(kind.of(acts))
    differentiated(function, *arguments)
    made = [tf.compat.as_str(name) for name in set(context.context().list_function_names()) - before]
    (forward,) = (name for name in made if name.startswith("__forward_"))
    handed = {argument.name for argument in context.get_function_def(forward).signature.output_arg}
    # TensorFlow's own IdentityN bears the value and the arguments, as other names of the same memory.
    handed = {name for name in handed if not name.startswith("identity")}
    assert handed <= {*names, *kind.parameters}


@EVERY_KIND
def test_what_traces_register(acts: ModuleType, kind: Kind) -> None:
    """One gradient for each new trace, none for another call (K12)."""
    from tensorflow.python.framework import ops

    registered, function = ops.gradient_registry._registry, tf.function(kind.bound(acts))
    counts = []
    for shape in ([2], [2], [3, 1], [2]):
        before = len(registered)
        function(*[tf.ones(shape)] * len(kind.inputs))
        counts.append(len(registered) - before)
    assert counts == [1, 0, 1, 0]
