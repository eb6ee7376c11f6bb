"""Every format that Keras and TensorFlow save in, loaded in a process of its own; replicas; stored files of before."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from generated_kinds import KINDS
from test_generated_models import X, every_kind
from test_generated_programs import PACKAGE, TRUTH, acts, write_package

__all__ = ["acts"]  # a fixture

# Keras converts its own variables this way, and warns of the older format.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file:UserWarning"),
]

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

STORED = sorted((Path(__file__).parent / "cases" / "keras").glob("*.keras"))
FORMATS = [*(f"{folder} {kind}" for kind in KINDS for folder in ("saved", "exported"))]
FORMATS += ["lite", "pickle", "keras", "h5", "weights", "mirrored"]


@pytest.fixture(scope="module")
def reports(acts: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a new process has to say about everything that was saved here."""
    folder = tmp_path_factory.mktemp("formats")
    write_package(folder)
    for name in KINDS:
        _save_kind(acts, name, folder)
    keras.utils.set_random_seed(0)
    model = every_kind(acts)
    np.save(folder / "inputs.npy", X)
    np.save(folder / "outputs.npy", model(X))
    (folder / "model.tflite").write_bytes(_lite(model))
    model.save(folder / "model.keras")
    model.save(folder / "model.h5")
    model.save_weights(folder / "model.weights.h5")
    (folder / "model.json").write_text(model.to_json(), "utf-8")
    (folder / "objects.pickle").write_bytes(pickle.dumps((acts.swish, acts.Swish(beta=1.5))))
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("fresh_process.py")), *KINDS],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads((folder / "reports.json").read_text("utf-8"))
    return found


def _save_kind(acts: ModuleType, name: str, folder: Path) -> None:
    """One kind as a SavedModel of a function and as an exported model, with the truth of both."""
    kind = KINDS[name]
    inputs = [np.array([values], "float32") for values in kind.inputs]
    truth = {
        "inputs": np.array(inputs),
        "value": np.array([[kind.value(*point) for point in kind.points]]),
        "slope": np.array([[kind.slope(*point) for point in kind.points]]),
        "second": np.array([[float(kind.curvature(*point)) for point in kind.points]]),
    }
    for key, array in truth.items():
        np.save(folder / f"{name}.{key}.npy", array)
    module = tf.Module()
    module.call = tf.function(kind.bound(acts), input_signature=[tf.TensorSpec([None, 5])] * len(inputs))
    tf.saved_model.save(module, folder / "saved" / name)
    symbols = [keras.Input((5,)) for _ in inputs]
    taken = symbols if len(symbols) > 1 else symbols[0]
    keras.Model(taken, kind.layer_of(acts)(taken)).export(folder / "exported" / name, verbose=False)


def _lite(model: Any) -> bytes:
    converted: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return converted


def test_all_formats_are_reported(reports: dict[str, str]) -> None:
    """The other process has looked at everything that is asked for below."""
    assert list(reports) == FORMATS


@pytest.mark.parametrize("name", FORMATS)
def test_in_a_process_of_its_own(name: str, reports: dict[str, str]) -> None:
    """SavedModels keep value, gradient and second derivative without the package; all other formats load with it.

    So too TFLite, a pickle, a JSON with weights, and MirroredStrategy on two logical devices (K4, K7, K8, K11, K17).
    """
    assert reports[name] == ""


def test_stored_files_are_there() -> None:
    """There is one for each version whose names must last."""
    assert [path.stem for path in STORED] == ["0.1.0"]


def make_stored(package: ModuleType) -> Any:
    """The model of the stored files: every name that a saved model may contain."""
    inputs = keras.Input((3,), name="signal")
    hidden = package.Swish(shared_axes=[], beta_regularizer="l2", name="weights")(inputs)
    hidden = package.swiglu_gate(hidden, inputs, 0.75)
    hidden = package.SwigluGate(beta=0.5, name="gate")([hidden, inputs])
    hidden = keras.layers.Activation(package.tanh_squared, name="plain")(hidden)
    hidden = package.Leaky(alpha=0.25, order=3, name="parameters")(hidden)
    fired = package.Spike(width=2.0, name="spikes")(inputs)
    hidden = keras.layers.add(
        [hidden, fired, keras.layers.Lambda(package.swish, name="in_a_lambda")(inputs)], name="sum"
    )
    model = keras.Model(inputs, hidden, name="stored")
    model.get_layer("weights").beta.assign([0.5, 1.0, 2.0])
    model.get_layer("gate").beta.assign(0.25)
    return model


def _expected(x: float, beta: float) -> float:
    swish = float(TRUTH["swish"](x, beta))
    gated = float(TRUTH["swiglu_gate"](swish, x, 0.75))
    gated = float(TRUTH["swiglu_gate"](gated, x, 0.25))
    return float(TRUTH["tanh_squared"](gated)) + float(x > 0) + float(TRUTH["swish"](x, 1.0))


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_stored_files_load(path: Path, acts: ModuleType) -> None:
    """A file of an earlier version loads with its weights and computes what mpmath does (K17)."""
    model = keras.models.load_model(path)
    x = [-1.5, 0.5, 2.0]
    expected = [_expected(v, beta) for v, beta in zip(x, (0.5, 1.0, 2.0), strict=True)]
    np.testing.assert_allclose(model(np.array([x], "float32")), [expected], rtol=1e-5)
    assert isinstance(model.get_layer("weights"), acts.Swish)
    assert model.get_layer("parameters").get_config()["order"] == 3


def _names(path: Path) -> Any:
    """Registered names and configuration keys of a saved model, and its weights' paths."""

    def keys(value: Any) -> Any:
        if isinstance(value, dict):
            own = value.get("registered_name") or ""
            if own.startswith(PACKAGE):
                return {"registered_name": own, "class_name": value["class_name"], "config": _shape(value["config"])}
            return {key: found for key, inner in value.items() if (found := keys(inner))}
        if isinstance(value, list):
            return [found for inner in value if (found := keys(inner))]
        return None

    with zipfile.ZipFile(path) as archive:
        return keys(json.loads(archive.read("config.json")))


def _shape(config: Any) -> Any:
    return sorted(config) if isinstance(config, dict) else config


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_names_last(path: Path, acts: ModuleType, tmp_path: Path) -> None:
    """Registered names, configuration keys and weights' names written today are those of the stored file (K17)."""
    model = make_stored(acts)
    model.save(tmp_path / "today.keras")
    assert _names(tmp_path / "today.keras") == _names(path)
    assert _names(path)
    stored = keras.models.load_model(path)
    assert [weight.path for weight in stored.weights] == [weight.path for weight in model.weights]
    assert [weight.path for weight in model.weights] == ["weights/beta", "gate/beta"]
