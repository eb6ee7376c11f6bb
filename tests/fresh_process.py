"""What is done with saved models in a process of its own, in a folder that holds them; run by test_generated_formats.

Each check says what went wrong, or nothing; ``reports.json`` has them all. Those that come first see no package.
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

PACKAGE = "acts_by_hand"


def saved_model(kind: str, folder: str) -> None:
    """The value, the gradient and, for what is smooth, the second derivative are as they were."""
    assert PACKAGE not in sys.modules
    kept = {key: np.load(f"{kind}.{key}.npy") for key in ("inputs", "value", "slope", "second")}
    module = tf.saved_model.load(f"{folder}/{kind}")
    serve = module.serve if folder == "exported" else module.call
    inputs = [tf.constant(values) for values in kept["inputs"]]
    with tf.GradientTape() as outer:
        outer.watch(inputs)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = serve(inputs) if folder == "exported" and len(inputs) > 1 else serve(*inputs)
        slope = tape.gradient(value, inputs)[0]
    np.testing.assert_allclose(value, kept["value"], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(slope, kept["slope"], rtol=1e-5, atol=1e-7)
    second = outer.gradient(slope, inputs[0], unconnected_gradients="zero")
    np.testing.assert_allclose(second, kept["second"], rtol=1e-5, atol=1e-7)


def lite() -> None:
    """The converted model runs on TFLite's built-in operators."""
    assert PACKAGE not in sys.modules
    interpreter = tf.lite.Interpreter(model_path="model.tflite")
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    x = np.load("inputs.npy")
    interpreter.resize_tensor_input(taken["index"], x.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(taken["index"], x)
    interpreter.invoke()
    np.testing.assert_allclose(interpreter.get_tensor(given["index"]), np.load("outputs.npy"), rtol=1e-4, atol=1e-6)


def pickled() -> None:
    """Functions and layers come out of a pickle by themselves: the pickle imports the package."""
    assert PACKAGE not in sys.modules
    function, layer = pickle.loads(Path("objects.pickle").read_bytes())  # noqa: S301 - the test wrote it
    np.testing.assert_array_equal(function(np.load("inputs.npy"), 1.5), layer(np.load("inputs.npy")))


def loaded(file: str) -> None:
    """A whole model from a file, once the package is imported."""
    importlib.import_module(PACKAGE)
    model = keras.models.load_model(file, compile=False)
    np.testing.assert_allclose(model(np.load("inputs.npy")), np.load("outputs.npy"), rtol=1e-5, atol=1e-7)


def weights() -> None:
    """A model from its JSON, and its weights from a file of their own."""
    importlib.import_module(PACKAGE)
    model = keras.models.model_from_json(Path("model.json").read_text("utf-8"))
    model.load_weights("model.weights.h5")
    np.testing.assert_allclose(model(np.load("inputs.npy")), np.load("outputs.npy"), rtol=1e-5, atol=1e-7)


def mirrored() -> None:
    """Two replicas train every weight to what one process without a strategy comes to."""
    importlib.import_module(PACKAGE)
    x, y = np.tile(np.load("inputs.npy"), (4, 1, 1)), np.ones((20, 3, 1), "float32")
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    assert strategy.num_replicas_in_sync == 2
    found = []
    for scope in (strategy.scope(), tf.distribute.get_strategy().scope()):
        with scope:
            model = keras.models.load_model("model.keras", compile=False)
            model.compile(keras.optimizers.SGD(0.05), "mse")
        before = [np.array(weight) for weight in model.trainable_weights]
        model.fit(x, y, batch_size=10, shuffle=False, verbose=0)
        found.append([np.array(weight) for weight in model.trainable_weights])
        assert all(np.any(new != old) for new, old in zip(found[-1], before, strict=True))
    for of_two, of_one in zip(*found, strict=True):
        np.testing.assert_allclose(of_two, of_one, rtol=1e-4, atol=1e-5)


def main(kinds: list[str]) -> None:
    device = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(device, [tf.config.LogicalDeviceConfiguration()] * 2)
    checks: dict[str, Callable[[], Any]] = {}
    for kind in kinds:
        for folder in ("saved", "exported"):
            checks[f"{folder} {kind}"] = partial(saved_model, kind, folder)
    checks |= {
        "lite": lite,
        "pickle": pickled,
        "keras": partial(loaded, "model.keras"),
        "h5": partial(loaded, "model.h5"),
        "weights": weights,
        "mirrored": mirrored,
    }
    reports = {}
    for name, check in checks.items():
        try:
            check()
            reports[name] = ""
        except Exception:
            reports[name] = traceback.format_exc()
    Path("reports.json").write_text(json.dumps(reports), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
