"""What generated functions and layers are called on: shapes that fit, shapes that do not, and what is refused."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from test_generated_programs import PACKAGE, acts

__all__ = ["acts"]  # a fixture

# Keras converts its own variables this way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

X = np.linspace(-2, 2, 4 * 6 * 3, dtype="float32").reshape(4, 6, 3)


def swiglu(a: Any, b: Any, beta: float) -> Any:
    """The truth: b times the swish of a."""
    return b * a / (1 + np.exp(-beta * a))


@pytest.mark.parametrize("rows", [4, 6], ids=["another batch", "a batch as large as the axis"])
def test_inputs_of_fewer_axes_keep_their_batch(acts: ModuleType, rows: int) -> None:
    """A gate for each sample, beside a sequence: axis 0 of both is the batch, as in keras.layers.Multiply."""
    signal = np.random.default_rng(0).normal(size=(rows, 6, 3)).astype("float32")
    gate = np.random.default_rng(1).normal(size=(rows, 3)).astype("float32")
    expected = swiglu(signal, gate[:, None, :], 0.5)
    layer = acts.SwigluGate(beta=0.5)
    np.testing.assert_allclose(layer([signal, gate]), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer([gate, signal]), swiglu(gate[:, None, :], signal, 0.5), rtol=1e-5, atol=1e-6)
    inputs = [keras.Input((6, 3)), keras.Input((3,))]
    outputs = acts.SwigluGate(beta=0.5, shared_axes=[1])(inputs)
    assert outputs.shape == keras.layers.Multiply()(inputs).shape == (None, 6, 3)
    model = keras.Model(inputs, outputs)
    np.testing.assert_allclose(model.predict([signal, gate], verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_a_scalar_beside_a_batch(acts: ModuleType) -> None:
    """A tensor without axes has no batch, and stands beside any other."""
    found = acts.SwigluGate(beta=0.5)([tf.constant(X), tf.constant(2.0)])
    np.testing.assert_allclose(found, swiglu(X, 2.0, 0.5), rtol=1e-5)


def test_a_layer_with_weights_for_elements_keeps_to_its_shape(acts: ModuleType) -> None:
    """An input that would be broadcast with the weights is an error, as in PReLU; shared axes may change."""
    layer = acts.Swish(shared_axes=[])
    layer(X)
    for other in (X[:, 0], X[:, :1], X[:, :, :1]):
        with pytest.raises(ValueError, match="incompatible with the layer"):
            layer(other)
    assert layer(X[:2]).shape == (2, 6, 3)
    for axes in ([1], [-2]):
        shared = acts.Swish(shared_axes=axes)
        shared(X[:, :1])
        assert shared(X).shape == X.shape
    assert acts.Swish()(X[0]).shape == (6, 3)


@pytest.mark.parametrize(
    ("axes", "value"), [(None, [1.0, 2.0]), ([1], [1.0, 2.0]), ([], [[1.0], [2.0]]), ([1], [1.0, [1.0, 2.0, 3.0]])]
)
def test_numbers_that_do_not_fill_a_weight(acts: ModuleType, axes: Any, value: Any) -> None:
    """A list of the wrong length is a ValueError that names the parameter and the shape it has."""
    with pytest.raises(ValueError, match=r"the parameter 'beta' has the shape \(.*\) with shared_axes="):
        acts.Swish(beta=value, shared_axes=axes)(X)
    fits = acts.Swish(beta=[1.0, 2.0, 3.0], shared_axes=[1])
    fits(X)
    assert np.asarray(fits.beta).tolist() == [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize("axes", [True, 1.5, "axis", [1.5], [None], {1}], ids=repr)
def test_shared_axes_are_whole_numbers(acts: ModuleType, axes: Any) -> None:
    """Anything else is a TypeError that says what is meant."""
    with pytest.raises(TypeError, match="None, an axis or a list of axes"):
        acts.Swish(shared_axes=axes)


def test_the_configuration_has_the_parameters_as_they_are(acts: ModuleType) -> None:
    """A number that is set on a layer, as on keras.layers.LeakyReLU, is what it computes with and what is saved."""
    layer = acts.Leaky()
    layer.alpha = 0.75
    for other in (layer, acts.Leaky.from_config(layer.get_config()), copy.deepcopy(layer)):
        assert other.get_config()["alpha"] == 0.75
        np.testing.assert_allclose(other(np.array([-2.0], "float32")), [-1.5])


def test_a_layer_of_one_input_takes_one_tensor(acts: ModuleType) -> None:
    """Several at once, symbolic or not, are an error that says so."""
    one = keras.Input((3,))
    for wrong in ([X, X], [one, one], {"x": X}, {"x": one}):
        for layer in (acts.Swish(), acts.TanhSquared(), acts.Swish(shared_axes=[])):
            with pytest.raises(ValueError, match="must be called on one tensor"):
                layer(wrong)
    with pytest.raises(ValueError, match="list of 2"):
        acts.SwigluGate()({"a": one, "b": one})


@pytest.mark.parametrize("value", [[1j], ["text"]], ids=repr)
def test_a_layer_refuses_what_is_not_real(acts: ModuleType, value: Any) -> None:
    """No imaginary part is dropped on the way into a layer (K10)."""
    calls: list[Callable[[Any], Any]] = [acts.Swish(), acts.TanhSquared(), lambda v: acts.SwigluGate()([v, v])]
    for call in calls:
        with pytest.raises(TypeError, match="takes real numbers"):
            call(tf.constant(value))


def test_none_is_refused(acts: ModuleType) -> None:
    """As an input and as a parameter."""
    calls: list[Callable[[], Any]] = [lambda: acts.swish(None), lambda: acts.swish(1.0, None)]
    for call in calls:
        with pytest.raises(TypeError, match="swish takes real numbers, got None"):
            call()


def test_shapes_that_do_not_broadcast(acts: ModuleType) -> None:
    """Eager, traced or symbolic, function or layer: a ValueError that shows the shapes."""
    one, two = tf.ones([2, 3]), tf.ones([2, 4])
    symbols = [keras.Input((3,)), keras.Input((4,))]
    calls: list[Callable[[], Any]] = [
        lambda: acts.swiglu_gate(one, two),
        lambda: tf.function(acts.swiglu_gate)(one, two),
        lambda: acts.swiglu_gate(*symbols),
        lambda: acts.SwigluGate()([one, two]),
        lambda: acts.SwigluGate()(symbols),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"the shapes \(\w+, 3\), \(\w+, 4\) do not broadcast"):
            call()
    with pytest.raises(ValueError, match=r"swish: the shapes \(2, 3\), \(4,\) do not broadcast"):
        acts.swish(one, [1.0, 2.0, 3.0, 4.0])


def test_weights_for_channels_beside_ragged_inputs(acts: ModuleType) -> None:
    """A weight that is shared along the ragged axis works, and gets a gradient of its own shape."""
    flat = tf.constant([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]])
    rows = tf.RaggedTensor.from_row_splits(flat, [0, 1, 3])
    layer = acts.Swish(beta=[0.5, 2.0], shared_axes=[1])
    with tf.GradientTape() as tape:
        value = layer(rows)
    truth = flat.numpy() / (1 + np.exp(-flat.numpy() * np.array([0.5, 2.0])))
    np.testing.assert_allclose(value.flat_values, truth, rtol=1e-5)
    (found,) = tape.gradient(value.flat_values, layer.trainable_weights)
    s = truth / flat.numpy()
    np.testing.assert_allclose(found, [np.sum(flat.numpy() ** 2 * s * (1 - s), 0)], rtol=1e-5)
    model = keras.Sequential([keras.Input((None, 2), ragged=True), layer])
    np.testing.assert_allclose(model(rows).flat_values, truth, rtol=1e-5)
    lines = tf.ragged.constant([[-1.0], [2.0, -4.0]], dtype=tf.float64)
    assert acts.leaky(lines, [0.1]).to_list() == acts.leaky(lines, 0.1).to_list() == [[-0.1], [2.0, -0.4]]
    with pytest.raises(TypeError, match="ragged"):
        acts.swish(rows, [[0.5, 2.0], [1.0, 1.0]])


def test_a_functional_model_keeps_its_functions(acts: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that takes over a registered name, as when a cell runs again, leaves models made before alone."""
    inputs = keras.Input((3,))
    model = keras.Model(inputs, acts.leaky(inputs, 0.5))
    registered = keras.saving.get_custom_objects()
    monkeypatch.setitem(registered, f"{PACKAGE}>leaky", lambda x, alpha=0.0, order=1: 100.0 * x)
    np.testing.assert_allclose(model(np.array([[-1.0, 0.0, 2.0]], "float32")), [[-0.5, 0.0, 2.0]])
    np.testing.assert_allclose(model.predict(np.array([[-1.0, 0.0, 2.0]]), verbose=0), [[-0.5, 0.0, 2.0]])
    monkeypatch.delitem(registered, f"{PACKAGE}>leaky")
    with pytest.raises(ValueError, match=f"{PACKAGE} has no activation 'leaky'"):
        sys.modules[f"{PACKAGE}._support"].SymbolicCall("leaky")
