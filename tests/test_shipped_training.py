"""Gradients reach the trainable parameters: layers of the generated package learn them in an ordinary Keras fit."""

from __future__ import annotations

from types import ModuleType

import keras
import numpy as np
import pytest


@pytest.mark.parametrize(
    ("layer", "weight", "teacher", "learned"),
    [
        ("Swish", "beta", lambda x: x / (1 + np.exp(-2.5 * x)), 2.5),
        ("Prelu", "alpha", lambda x: np.where(x > 0, x, -0.75 * x), -0.75),
        ("Snake", "a", lambda x: x + np.sin(1.3 * x) ** 2 / 1.3, 1.3),
    ],
)
def test_a_layer_learns_its_parameter(layer: str, weight: str, teacher, learned: float, shipped: ModuleType) -> None:
    """Fitted to data made with another value of the parameter, the layer finds that value."""
    keras.utils.set_random_seed(1)
    x = np.random.default_rng(1).uniform(-3, 3, (1024, 1)).astype("float32")
    unit = getattr(shipped, layer)()
    model = keras.Sequential([keras.Input((1,)), unit])
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
    model.fit(x, teacher(x), epochs=30, batch_size=128, verbose=0)
    assert [w.name for w in unit.trainable_weights] == [weight]
    assert float(getattr(unit, weight)) == pytest.approx(learned, rel=0.02)


def test_one_parameter_for_each_channel(shipped: ModuleType) -> None:
    """With one slope for each channel, each learns its own."""
    keras.utils.set_random_seed(2)
    slopes = np.array([-0.5, 0.1, 0.8], "float32")
    x = np.random.default_rng(2).normal(0, 1, (1024, 3)).astype("float32")
    unit = shipped.Prelu(shared_axes=[])
    model = keras.Sequential([keras.Input((3,)), unit])
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
    model.fit(x, np.where(x > 0, x, slopes * x), epochs=30, batch_size=128, verbose=0)
    np.testing.assert_allclose(np.ravel(unit.alpha.numpy()), slopes, atol=0.02)


def test_a_surrogate_trains_what_lies_below_it(shipped: ModuleType) -> None:
    """A layer under a spike moves, though the spike's own derivative is 0 everywhere."""
    keras.utils.set_random_seed(3)
    x = np.random.default_rng(3).normal(0, 1, (256, 4)).astype("float32")
    below = keras.layers.Dense(8, activation=shipped.spike_atan)
    model = keras.Sequential([keras.Input((4,)), below, keras.layers.Dense(1)])
    start = below.kernel.numpy().copy()
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, np.sign(x[:, :1] * x[:, 1:2]), epochs=2, verbose=0)
    assert np.abs(below.kernel.numpy() - start).min() > 0
