"""The functions of a generated package: K1, K2, K3, K9, K10 and K12, in one process with TensorFlow."""

from __future__ import annotations

import gc
import itertools
import weakref
from collections.abc import Callable
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from test_generated_programs import TRUTH, acts, partial

__all__ = ["acts"]  # a fixture

tf = pytest.importorskip("tensorflow")

DTYPES = ("float16", "bfloat16", "float32", "float64")
MODES: dict[str, Callable[[Any], Any]] = {
    "eager": lambda f: f,
    "graph": lambda f: tf.function(f),
    "xla": lambda f: tf.function(f, jit_compile=True),
}
# A few roundings of float32 (1 - s cancels in these programs) or float64, one of a half type.
CLOSE = {"float16": 1e-3, "bfloat16": 8e-3, "float32": 4e-6, "float64": 1e-14}


def differentiated(function: Callable[..., Any], *arguments: Any) -> tuple[Any, list[Any]]:
    """The value and the gradient of its sum by every argument."""
    tensors = [tf.convert_to_tensor(argument) for argument in arguments]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = function(*tensors)
    return value, tape.gradient(value, tensors)


def as_floats(tensor: Any) -> list[float]:
    return [float(v) for v in tf.reshape(tf.cast(tensor, tf.float64), [-1])]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_value_and_gradients_are_right_in_every_dtype(acts: ModuleType, dtype: str, mode: str) -> None:
    """Values and gradients of a parametrised activation agree with mpmath, and bear the arguments' dtypes (K2)."""
    points = [-4.0, -0.5, 0.0, 0.75, 3.0]
    of_beta = "float64" if dtype == "float64" else "float32"
    value, (by_x, by_beta) = differentiated(
        MODES[mode](acts.swish), tf.constant(points, dtype), tf.constant([1.5] * 5, of_beta)
    )
    assert (value.dtype, by_x.dtype, by_beta.dtype) == (dtype, dtype, of_beta)
    close = CLOSE[dtype]
    assert as_floats(value) == pytest.approx([float(TRUTH["swish"](x, 1.5)) for x in points], rel=close)
    assert as_floats(by_x) == pytest.approx([partial("swish", 0, x, 1.5) for x in points], rel=close)
    assert as_floats(by_beta) == pytest.approx([partial("swish", 1, x, 1.5) for x in points], rel=CLOSE[of_beta])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_python_number_takes_part_in_the_computing_precision(acts: ModuleType, dtype: str, mode: str) -> None:
    """A number is rounded to float32 inside the half types and float32, to float64 in float64: never to a half (K2)."""
    x = tf.constant([1.0, 3.0], dtype)
    found = as_floats(MODES[mode](lambda v: acts.swish(v, 0.3))(x))
    beta = 0.3 if dtype == "float64" else float(np.float32(0.3))
    expected = [float(TRUTH["swish"](v, beta)) for v in (1.0, 3.0)]
    if dtype in ("float16", "bfloat16"):  # rounded once, so exactly
        expected = as_floats(tf.cast(tf.constant(expected, tf.float64), dtype))
        assert found == expected
    assert found == pytest.approx(expected, rel=CLOSE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_parameter_of_another_dtype_gets_its_gradient_in_its_own(acts: ModuleType, dtype: str) -> None:
    """The parameter's gradient has the parameter's dtype whatever the input's is (K2)."""
    for other in DTYPES:
        value, (by_x, by_beta) = differentiated(acts.swish, tf.ones([2], dtype), tf.constant(1.5, other))
        assert (value.dtype, by_x.dtype, by_beta.dtype, by_beta.shape) == (dtype, dtype, other, ())


@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_keywords_give_the_same_gradient(acts: ModuleType, mode: str) -> None:
    """Positional, keyword and mixed calls give the surrogate's gradient, not the one of autodiff (K1)."""
    x = tf.constant([-2.0, -0.5, 0.5])
    calls: list[Callable[[Any], Any]] = [
        lambda v: acts.spike(v, 1.0),
        lambda v: acts.spike(x=v, width=1.0),
        lambda v: acts.spike(v, width=1.0),
        lambda v: acts.spike(v),
    ]
    for call in calls:
        value, (gradient,) = differentiated(MODES[mode](call), x)
        assert as_floats(value) == [0.0, 0.0, 1.0]
        assert as_floats(gradient) == [0.0, 0.5, 0.5]


@pytest.mark.parametrize("mode", ["eager", "graph", "unknown"])
@pytest.mark.parametrize("shape", [(), (1,), (5,), (4, 1, 5), (1, 4, 1, 1)])
def test_a_parameters_gradient_has_its_shape(acts: ModuleType, shape: tuple[int, ...], mode: str) -> None:
    """A parameter's gradient is summed over the axes along which it was broadcast, dynamic shapes included (K3)."""
    x = np.linspace(-2, 2, 3 * 4 * 2 * 5).reshape(3, 4, 2, 5)
    beta = np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape)
    function = acts.swish
    if mode != "eager":
        spec = tf.TensorSpec(None if mode == "unknown" else [None, 4, None, 5], tf.float64)
        function = tf.function(acts.swish, input_signature=[spec, tf.TensorSpec(None, tf.float64)])
    _, (by_x, by_beta) = differentiated(function, x, beta)
    s = 1 / (1 + np.exp(-beta * x))
    each = x * x * s * (1 - s)
    aligned = (1,) * (4 - len(shape)) + shape
    axes = tuple(i for i in range(4) if aligned[i] == 1 and each.shape[i] != 1)
    assert by_beta.shape == shape
    assert by_x.shape == x.shape
    np.testing.assert_allclose(by_beta, each.sum(axis=axes).reshape(shape), rtol=1e-12)


def test_inputs_are_broadcast_and_their_gradients_reduced(acts: ModuleType) -> None:
    """Two inputs take one shape; each gradient has the shape and the dtype of its own input (K2, K3)."""
    a, b = tf.constant([[0.5], [-1.0]], tf.float16), tf.constant([1.0, 2.0, 3.0])
    value, (by_a, by_b, by_beta) = differentiated(acts.swiglu_gate, a, b, tf.constant(1.0))
    assert (value.dtype, by_a.dtype, by_b.dtype) == (tf.float32, tf.float16, tf.float32)
    assert (value.shape, by_a.shape, by_b.shape, by_beta.shape) == ((2, 3), (2, 1), (3,), ())
    sums = [sum(partial("swiglu_gate", 0, v, w, 1.0) for w in (1.0, 2.0, 3.0)) for v in (0.5, -1.0)]
    assert as_floats(by_a) == pytest.approx(sums, rel=CLOSE["float16"])
    sums = [sum(partial("swiglu_gate", 1, v, w, 1.0) for v in (0.5, -1.0)) for w in (1.0, 2.0, 3.0)]
    assert as_floats(by_b) == pytest.approx(sums, rel=1e-5)


def test_a_parameter_wider_than_the_input_reduces_the_inputs_gradient(acts: ModuleType) -> None:
    """The input may be what is broadcast: its gradient is summed as well, though the value uses neither (K3)."""
    value, (by_x, by_alpha) = differentiated(acts.leaky, tf.constant(-2.0), tf.constant([0.1, 0.2, 0.4]))
    assert as_floats(value) == pytest.approx([-0.2, -0.4, -0.8])
    assert as_floats(by_x) == pytest.approx([0.7])
    assert as_floats(by_alpha) == [-2.0, -2.0, -2.0]


def test_an_argument_that_the_value_does_not_use_still_widens_it(acts: ModuleType) -> None:
    """The result has the shape to which all arguments broadcast; an integer parameter gets no gradient (K3)."""
    orders = tf.constant([[1], [2]])
    value, gradients = differentiated(acts.leaky, tf.constant([1.0, -1.0, 2.0]), tf.constant(0.5), orders)
    assert value.shape == (2, 3)
    assert as_floats(gradients[0]) == [2.0, 1.0, 2.0]
    assert gradients[2] is None


@pytest.mark.parametrize("mode", MODES)
def test_second_order_is_the_derivative_of_the_emitted_gradient(acts: ModuleType, mode: str) -> None:
    """A tape of a tape differentiates what the op emits: for a surrogate that is the surrogate's derivative (K9)."""

    def second(function: Callable[..., Any], *arguments: Any) -> list[Any]:
        with tf.GradientTape() as outer:
            outer.watch(arguments)
            _, gradients = differentiated(function, *arguments)
        return list(outer.gradient(gradients[0], arguments))

    points = [-3.0, 0.25, 2.0]
    by_x, by_beta = second(MODES[mode](acts.swish), tf.constant(points, tf.float64), tf.constant(1.5, tf.float64))

    def slope(x: Any, beta: Any) -> Any:
        s = 1 / (1 + np.exp(-beta * x))
        return s + beta * x * s * (1 - s)

    step = 1e-5
    expected = [(slope(x + step, 1.5) - slope(x - step, 1.5)) / (2 * step) for x in points]
    assert as_floats(by_x) == pytest.approx(expected, rel=1e-8)
    mixed = sum((slope(x, 1.5 + step) - slope(x, 1.5 - step)) / (2 * step) for x in points)
    assert as_floats(by_beta) == pytest.approx([mixed], rel=1e-8)
    (of_surrogate,) = second(MODES[mode](lambda v: acts.spike(v, 2.0)), tf.constant([-3.0, -0.5, 0.5]))
    assert as_floats(of_surrogate) == [0.0, 0.5, -0.5]


def test_forward_mode_is_the_emitted_gradient_too(acts: ModuleType) -> None:
    """A ForwardAccumulator sees the gradient that the op emits, a surrogate's included (K14)."""
    x = tf.constant([-0.5, 0.25])
    for function in (acts.spike, tf.function(acts.spike)):
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            value = function(x)
        assert as_floats(accumulator.jvp(value)) == [0.5, 0.75]


@pytest.mark.parametrize(
    "argument",
    [1, 2.0, True, [1, 2], [[0.5], [1.5]], np.ones(2, "float32"), np.arange(3), Fraction(1, 3), np.float32(0.5)],
    ids=repr,
)
def test_anything_real_is_taken(acts: ModuleType, argument: Any) -> None:
    """Numbers, lists, arrays and integer tensors are accepted and become floatx (K10)."""
    value = acts.tanh_squared(argument)
    assert value.dtype == tf.float32
    assert value.shape == np.shape(argument)
    expected = np.tanh(np.asarray(argument, "float64")) ** 2
    np.testing.assert_allclose(value, expected, rtol=2e-6)


def test_an_array_keeps_its_precision(acts: ModuleType) -> None:
    """A float64 array is computed in float64, also beside a Python number (K10)."""
    value = acts.swish(np.array([0.3]), 0.7)
    assert value.dtype == tf.float64
    assert as_floats(value) == pytest.approx([float(TRUTH["swish"](0.3, 0.7))], rel=1e-15)


@pytest.mark.parametrize("argument", [1j, [1j], np.array([1j]), "text"], ids=repr)
def test_what_is_not_real_is_a_type_error(acts: ModuleType, argument: Any) -> None:
    """Complex arguments and text are refused, as input and as parameter, eagerly and traced (K10)."""
    with pytest.raises(TypeError, match="real"):
        acts.swish(argument)
    with pytest.raises(TypeError, match="real"):
        acts.swish(1.0, argument)
    with pytest.raises(TypeError, match="real"):
        tf.function(lambda: acts.swish(argument))()


@pytest.mark.parametrize("number", [0, -1.0, np.float32(-1), float("inf"), float("nan"), 10**400, -(10**400)], ids=repr)
def test_a_number_outside_the_domain_is_a_value_error(acts: ModuleType, number: Any) -> None:
    """Function and layer alike name the parameter; a tensor is not checked."""
    for call in (lambda: acts.swish(1.0, number), lambda: acts.Swish(number), lambda: acts.Spike(width=number)):
        with pytest.raises(ValueError, match=r"beta|width"):
            call()
    if abs(number) < 10:
        acts.swish(1.0, tf.constant(float(number)))


def test_open_closed_and_integer_domains_are_told_apart(acts: ModuleType) -> None:
    """[0, 1) holds 0 and not 1; an integer parameter takes 3 and 3.0 and not 3.5."""
    acts.leaky(1.0, 0, 3)
    acts.leaky(1.0, 0.5, 3.0)
    with pytest.raises(ValueError, match="alpha"):
        acts.leaky(1.0, 1)
    with pytest.raises(ValueError, match="order"):
        acts.leaky(1.0, 0.5, 3.5)


def test_empty_tensors_and_jacobians(acts: ModuleType) -> None:
    """Empty batches have empty gradients and a parameter's of zeros; jacobian and vectorized_map work (K10)."""
    _, (by_x, by_beta) = differentiated(acts.swish, tf.zeros([0, 3]), tf.ones([3]))
    assert by_x.shape == (0, 3)
    assert as_floats(by_beta) == [0.0, 0.0, 0.0]
    points = [-1.0, 0.5, 2.0]
    x = tf.constant(points)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = acts.swish(x, 1.5)
    np.testing.assert_allclose(
        tape.jacobian(value, x), np.diag([partial("swish", 0, v, 1.5) for v in points]), rtol=1e-6, atol=1e-12
    )
    mapped = tf.vectorized_map(lambda v: differentiated(acts.swish, v, tf.ones([2]))[1][1], tf.ones([5, 3, 2]))
    np.testing.assert_allclose(mapped, np.full((5, 2), 3 * partial("swish", 1, 1.0, 1.0)), rtol=1e-6)


def test_nothing_but_the_arguments_is_kept(acts: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the forward pass under a tape no intermediate is alive, and a trace captures the input alone (K12)."""
    made = []
    sigmoid = tf.sigmoid

    def watched(*arguments: Any) -> Any:
        result = sigmoid(*arguments)
        made.append(weakref.ref(result))
        return result

    monkeypatch.setattr(tf, "sigmoid", watched)
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = acts.swish(x)
        gc.collect()
        assert [reference() for reference in made] == [None]
    assert tape.gradient(value, x) is not None


def test_a_call_of_a_trace_registers_nothing(acts: ModuleType) -> None:
    """Each new trace registers one gradient for the op, further calls none (K12)."""
    from tensorflow.python.framework import ops

    registered = ops.gradient_registry._registry
    function = tf.function(lambda v: acts.swish(v, 1.5))
    counts = [len(registered)]
    for shape in ([2], [2], [3, 1]):
        function(tf.ones(shape))
        counts.append(len(registered))
    assert [after - before for before, after in itertools.pairwise(counts)] == [1, 0, 1]
