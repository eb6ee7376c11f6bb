"""The generated functions against Keras's own, and where Keras loses digits the truth decides."""

from __future__ import annotations

from types import ModuleType

import keras
import numpy as np
import pytest
import tensorflow as tf
from mpmath import mpf
from shipped import core_activations
from test_shipped_values import gradients, judge, known, points

SHIPPED = core_activations()

KERAS = {
    name: getattr(keras.activations, name)
    for name in SHIPPED
    if hasattr(keras.activations, name) and name not in ("swish", "glu", "threshold")
}
KERAS["gelu_tanh"] = lambda x: keras.activations.gelu(x, approximate=True)
KERAS["threshold"] = lambda x: keras.activations.threshold(x, 1.0, 0.0)

AGREE = 1e-6

RIGHT = 5e-7
"""What Keras must be within of the truth to be compared with."""

LOST = {"tanh_shrink": "from 0.37 to 0.9 it cancels more than the contract allows in float32"}
"""Where Keras is right and ours is not, and which is not mended yet."""

KERAS_IS_WRONG = {
    "elu": -1e-9,  # gives 0
    "selu": -1e-9,  # gives 0
    "gelu_tanh": -5.3,  # 1 + tanh(...) cancels
    "squareplus": -8192.0,  # x + sqrt(x**2 + 4) cancels
    "tanh_shrink": 1e-3,  # x - tanh(x) cancels
}
"""Where Keras 3.15 on TensorFlow 2.21 has lost float32's digits."""

KERAS_SLOPE_IS_WRONG = {
    "celu": 0.0,  # gives 2: max and min are both counted
    "elu": -30.0,  # gives 0: expm1(x) + 1 cancels
    "gelu_tanh": 1e38,  # gives NaN
    "selu": -30.0,
    "sigmoid": 20.0,  # gives 0: y*(1 - y) cancels
    "squareplus": -8192.0,
    "tanh": 10.0,  # gives 0: 1 - y**2 cancels
    "tanh_shrink": 1e-5,  # gives 0
}
"""The same of the gradients that TensorFlow derives from Keras's functions."""

CUT_OFF = {"hard_tanh": (-1.0, 1.0)}
"""Where Keras's gradient at a kink is the larger side, 1, and ours the smaller, 0."""


def _relative(value: float, truth: mpf) -> float:
    if truth == 0:
        return 0.0 if value == 0 else float("inf")
    return float(abs(mpf(value) - truth) / abs(truth))


@pytest.mark.parametrize("name", known(KERAS, LOST))
def test_values_agree_where_keras_is_right(name: str, shipped: ModuleType) -> None:
    """Where Keras is within 5e-7 of the truth, ours is within 1e-6 of Keras."""
    xs = np.unique(np.concatenate([points(np.float32, 400), np.linspace(-8, 8, 129, dtype=np.float32)]))
    xs = xs[(xs == 0) | (np.abs(xs) > 1e-36)]  # TensorFlow flushes subnormal numbers inside
    ours, theirs = getattr(shipped, name)(xs).numpy(), np.asarray(KERAS[name](tf.constant(xs)))
    compared = 0
    for x, own, keras_own in zip(xs.tolist(), ours.tolist(), theirs.tolist(), strict=True):
        truth = SHIPPED[name].value({"x": x})
        if abs(truth) < 1e-36 or not np.isfinite(keras_own) or _relative(keras_own, truth) > RIGHT:
            continue
        compared += 1
        assert abs(own - keras_own) <= AGREE * abs(keras_own), x
    assert compared > 40


def test_glu_agrees(shipped: ModuleType) -> None:
    """Keras's GLU of one tensor is ours of its two halves."""
    halves = np.random.default_rng(5).normal(0, 3, (2, 256)).astype(np.float32)
    theirs = keras.activations.glu(tf.constant(np.concatenate(halves)), axis=-1)
    np.testing.assert_allclose(shipped.glu(*halves).numpy(), theirs.numpy(), rtol=AGREE)


@pytest.mark.parametrize("name", KERAS)
def test_gradients_agree_where_keras_is_right(name: str, shipped: ModuleType) -> None:
    """The same for the gradient by the input, kinks aside."""
    xs = np.linspace(-7.96875, 7.9375, 128, dtype=np.float32)
    xs = xs[np.isin(xs, [-3, -1, -0.5, 0, 0.5, 1, 3, 6], invert=True)]
    _, ours = gradients(getattr(shipped, name), {"x": xs})
    _, theirs = gradients(lambda x: tf.convert_to_tensor(KERAS[name](x)), {"x": xs})
    compared = 0
    for x, own, keras_own in zip(xs.tolist(), ours["x"].tolist(), theirs["x"].tolist(), strict=True):
        truth = SHIPPED[name].derived("x", {"x": x})
        if _relative(keras_own, truth) <= RIGHT:
            compared += 1
            assert abs(own - keras_own) <= AGREE * abs(keras_own), x
    assert compared > 25


@pytest.mark.parametrize("name", known(KERAS_IS_WRONG))
def test_ours_is_right_where_keras_is_not(name: str, shipped: ModuleType) -> None:
    """At a point where Keras has lost its digits, ours still has them: as many as the last bit of x leaves."""
    x = np.float32(KERAS_IS_WRONG[name])
    truth = SHIPPED[name].value({"x": float(x)})
    assert not _relative(float(KERAS[name](tf.constant(x))), truth) < 1e-4
    ours = getattr(shipped, name)(tf.constant([x])).numpy()
    assert judge(ours, SHIPPED[name].value, ["x"], {"x": np.array([x])}, np.float32) == []


@pytest.mark.parametrize("name", KERAS_SLOPE_IS_WRONG)
def test_our_gradient_is_right_where_keras_s_is_not(name: str, shipped: ModuleType) -> None:
    """The same for the gradient, where TensorFlow's own is zero, NaN or twice what it should be."""
    at = {"x": np.array([KERAS_SLOPE_IS_WRONG[name]], np.float32)}
    truth = SHIPPED[name].derived("x", {"x": float(at["x"][0])})
    _, theirs = gradients(lambda x: tf.convert_to_tensor(KERAS[name](x)), at)
    _, ours = gradients(getattr(shipped, name), at)
    assert not _relative(float(theirs["x"][0]), truth) < 1e-4
    assert _relative(float(ours["x"][0]), truth) < AGREE


@pytest.mark.parametrize(("name", "x"), [(name, x) for name, xs in CUT_OFF.items() for x in xs])
def test_where_the_convention_at_a_kink_differs(name: str, x: float, shipped: ModuleType) -> None:
    """The one kink where Keras takes the other side; PyTorch takes ours."""
    at = {"x": np.array([x], np.float32)}
    _, theirs = gradients(lambda x: tf.convert_to_tensor(KERAS[name](x)), at)
    _, ours = gradients(getattr(shipped, name), at)
    assert (float(theirs["x"][0]), float(ours["x"][0])) == (1.0, 0.0)
