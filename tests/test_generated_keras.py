"""Generated packages and Keras: layers, saving, registration, imports (K4-K7, K15-K17), partly in fresh processes."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from test_generated_programs import PACKAGE, acts, write_package

__all__ = ["acts"]  # a fixture

# Keras converts its own variables this way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")


def fresh(folder: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a new process that can import what lies in the folder."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def models(acts: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package, three saved models, an input and their outputs on it."""
    folder = tmp_path_factory.mktemp("models")
    write_package(folder)
    inputs = np.linspace(-2, 2, 24, dtype="float32").reshape(2, 3, 4)
    np.save(folder / "inputs.npy", inputs)
    for name, model in {
        "plain": _plain_model(acts),
        "layers": _layer_model(acts),
        "functional": _functional_model(acts),
    }.items():
        model.save(folder / f"{name}.keras")
        np.save(folder / f"{name}.npy", model.predict(inputs, verbose=0))
    return folder


def _plain_model(acts: ModuleType) -> Any:
    dense = keras.layers.Dense(4, activation=acts.swish)
    return keras.Sequential([keras.Input((3, 4)), dense, keras.layers.Activation(acts.spike)])


def _layer_model(acts: ModuleType) -> Any:
    model = keras.Sequential(
        [
            keras.Input((3, 4)),
            keras.layers.Dense(4, activation=acts.Swish(beta=1.5)),
            acts.Swish(beta=0.5, shared_axes=[], beta_regularizer="l2"),
            acts.Swish(shared_axes=[1], beta_initializer=keras.initializers.Constant(2.0), beta_constraint="non_neg"),
            acts.Leaky(alpha=0.3),
        ]
    )
    model.layers[1].beta.assign(np.linspace(0.5, 1.5, 12).reshape(3, 4))
    return model


def _functional_model(acts: ModuleType) -> Any:
    x = keras.Input((3, 4))
    y = acts.leaky(acts.swish(x, 1.25), alpha=0.1)
    y = acts.swiglu_gate(y, x, beta=2)
    return keras.Model(x, acts.SwigluGate(beta=0.5)([y, x]))


def test_saved_models_load_in_a_process_that_only_imports_the_package(models: Path) -> None:
    """Functions, layers with their values and calls on a KerasTensor survive saving (K4, K5, K7)."""
    done = fresh(
        models,
        f"""
        import {PACKAGE}
        import keras, numpy as np
        x = np.load("inputs.npy")
        for name in ("plain", "layers", "functional"):
            model = keras.models.load_model(name + ".keras")
            np.testing.assert_allclose(model.predict(x, verbose=0), np.load(name + ".npy"), rtol=1e-6, atol=1e-7)
        layers = keras.models.load_model("layers.keras").layers
        print([tuple(w.shape) for layer in layers for w in layer.trainable_weights if w.name == "beta"])
        print(layers[0].activation.beta.numpy(), layers[3].alpha, layers[1].beta_regularizer.__class__.__name__)
        print(layers[2].beta_constraint.__class__.__name__, layers[1].beta_constraint.__class__.__name__)
        """,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[(), (3, 4), (1, 4)]", "1.5 0.3 L2", "NonNeg DomainConstraint"]


def test_without_the_import_the_function_is_not_found(models: Path) -> None:
    """It is the registration that makes loading work, not something in the file."""
    done = fresh(models, "import keras; keras.models.load_model('plain.keras')")
    assert done.returncode != 0
    assert "swish" in done.stderr


def test_a_layers_signature_is_the_contracts(acts: ModuleType) -> None:
    """Only trained parameters have the initializer, the regularizer, the constraint and shared axes."""
    import inspect

    def names(layer: Any) -> list[str]:
        return list(inspect.signature(layer).parameters)

    assert names(acts.Swish) == [
        "beta",
        "shared_axes",
        "beta_initializer",
        "beta_regularizer",
        "beta_constraint",
        "kwargs",
    ]
    assert names(acts.Leaky) == ["alpha", "order", "kwargs"]
    assert names(acts.TanhSquared) == ["kwargs"]
    assert list(inspect.signature(acts.swiglu_gate).parameters) == ["a", "b", "beta"]


@pytest.mark.parametrize(
    ("shared_axes", "shape"),
    [(None, ()), ([], (3, 4)), ([1], (1, 4)), ([2], (3, 1)), ([-1], (3, 1)), (1, (1, 4)), ([1, 2], (1, 1))],
)
def test_shared_axes(acts: ModuleType, shared_axes: Any, shape: tuple[int, ...]) -> None:
    """None is one scalar, [] one weight per element, a list shares along its axes as in PReLU (K5)."""
    layer = acts.Swish(beta=1.5, shared_axes=shared_axes)
    layer(np.ones((2, 3, 4), "float32"))
    assert layer.beta.shape == shape
    assert np.all(np.asarray(layer.beta) == np.float32(1.5))
    assert [w.name for w in layer.trainable_weights] == ["beta"]


def test_shared_axes_that_do_not_exist_or_are_unknown(acts: ModuleType) -> None:
    """The batch axis, an axis too many and a size that is not known are errors that say so."""
    for axes, match in (([0], "axis 0"), ([3], "axis 3")):
        with pytest.raises(ValueError, match=match):
            acts.Swish(shared_axes=axes)(np.ones((2, 3, 4), "float32"))
    with pytest.raises(ValueError, match="axis 1 is not known"):
        acts.Swish(shared_axes=[])(keras.Input((None, 4)))


def test_weights_stay_in_their_domain(acts: ModuleType) -> None:
    """Training cannot push a positive weight to 0; real ones have no constraint."""
    layer = acts.Swish()
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile(keras.optimizers.SGD(1e6), "mse")
    model.fit(np.ones((4, 4), "float32"), np.zeros((4, 4), "float32"), verbose=0)
    assert float(layer.beta.value) == 2.0**-23
    assert acts.SwigluGate().beta_constraint is None


@pytest.mark.parametrize(
    ("settings", "weight", "expected"),
    [
        ({"low": 0.0}, [-1.0, 0.0, 0.5], [2.0**-23, 2.0**-23, 0.5]),
        ({"low": 1.0, "high": 2.0, "high_closed": True}, [0.0, 3.0], [1 + 2.0**-23, 2.0]),
        ({"low": 100.0}, [0.0], [100.0 + 2.0**-16]),
        ({"high": 0.0, "high_closed": True}, [1.0, -1.0], [0.0, -1.0]),
        ({"nonzero": True}, [0.0, 1e-9, -1e-9, -3.0], [2.0**-23, 2.0**-23, -(2.0**-23), -3.0]),
    ],
)
@pytest.mark.usefixtures("acts")
def test_the_projection(settings: Any, weight: list[float], expected: list[float]) -> None:
    """Open ends are kept off by float32's epsilon (or the weight's last place), 0 by it too, with the sign."""
    constraint = sys.modules[f"{PACKAGE}._support"].DomainConstraint(**settings)
    again = keras.constraints.get(keras.constraints.serialize(constraint))
    assert again.get_config() == constraint.get_config()
    np.testing.assert_array_equal(again(tf.constant(weight)), np.array(expected, "float32"))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_fit_under_a_policy(acts: ModuleType, policy: str) -> None:
    """Weights stay float32 under mixed precision, are not rounded to a half on the way, and train (K2, K11)."""
    layer = acts.Swish(beta=1.0 + 2.0**-20, shared_axes=[], dtype=policy)
    inner = keras.layers.Dense(3, activation=acts.Swish(beta=0.7, dtype=policy), dtype=policy)
    model = keras.Sequential([keras.Input((4,)), inner, layer, keras.layers.Dense(1, dtype="float32")])
    before = [np.array(w) for w in model.trainable_weights]
    assert before[3][0] == np.float32(1.0 + 2.0**-20)
    model.compile("sgd", "mse")
    model.fit(np.ones((7, 4), "float32"), np.ones((7, 1), "float32"), batch_size=4, verbose=0)
    assert [w.dtype for w in layer.trainable_weights] == ["float64" if policy == "float64" else "float32"]
    assert all(np.any(old != np.array(new)) for old, new in zip(before, model.trainable_weights, strict=True))


def test_layers_pickle_and_copy(acts: ModuleType) -> None:
    """Functions, fresh layers and built layers with their values pickle and deep-copy (K17)."""
    assert pickle.loads(pickle.dumps(acts.swish)) is acts.swish  # noqa: S301 - made one line above
    built = acts.Swish(beta=1.5, shared_axes=[])
    x = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)
    built(x)
    built.beta.assign([1.0, 2.0, 3.0, 4.0])
    for other in (copy.deepcopy(built), pickle.loads(pickle.dumps(built))):  # noqa: S301
        np.testing.assert_array_equal(other(x), built(x))
    assert copy.deepcopy(acts.Leaky(alpha=0.3)).alpha == 0.3


def test_several_inputs_are_a_list(acts: ModuleType) -> None:
    """A gate's layer is called on a list; one tensor is an error; the output's shape and mask are the inputs' joint."""
    layer = acts.SwigluGate()
    assert layer([keras.Input((3, 1)), keras.Input((1, 4))]).shape == (None, 3, 4)
    with pytest.raises(ValueError, match="list of 2"):
        acts.SwigluGate()(np.ones((2, 3), "float32"))
    one = keras.Input((3,))
    for wrong in (one, [one], [one, one, one]):
        with pytest.raises(ValueError, match="list of 2"):
            acts.SwigluGate()(wrong)
    mask = np.array([[True, False]])
    assert layer.compute_mask([None, None], [mask, None]) is None
    np.testing.assert_array_equal(layer.compute_mask([None, None], [mask, ~mask]), [[True, True]])


def test_symbolic_calls_infer_shape_and_dtype(acts: ModuleType) -> None:
    """A KerasTensor of integers gives floatx, a half stays a half; a layer gives its own dtype (K7)."""
    for dtype, expected in (("int32", "float32"), ("float16", "float16"), ("float64", "float64")):
        symbol = keras.KerasTensor((None, 3), dtype)
        assert (acts.swish(symbol).dtype, acts.swish(symbol).shape) == (expected, (None, 3))
    layer = acts.Swish(dtype="float16")
    assert layer(keras.KerasTensor((None, 3), "int32")).dtype == "float16"
    assert layer(tf.ones([1, 3], tf.int32)).dtype == tf.float16


def test_get_and_exports(acts: ModuleType) -> None:
    """get finds functions and aliases, names the nearest for others, and everything is exported (K6)."""
    assert acts.get("swish") is acts.swish
    assert acts.get("silu_beta") is acts.swish
    for wrong, nearest in (("swich", "swish"), ("TanhSquared", "tanh_squared"), ("", "")):
        with pytest.raises(ValueError, match=f"did you mean '{nearest}"):
            acts.get(wrong)
    assert {"swish", "Swish", "swiglu_gate", "SwigluGate", "get"} <= set(acts.__all__)
    assert acts.__all__ == sorted(acts.__all__)
    assert sys.modules[f"{PACKAGE}.gates"].__all__ == ["Spike", "SwigluGate", "spike", "swiglu_gate"]
    assert keras.saving.get_registered_name(acts.swish) == f"{PACKAGE}>swish"
    assert keras.saving.get_registered_name(acts.Swish) == f"{PACKAGE}>Swish"


def test_imports(tmp_path: Path) -> None:
    """A function is never hidden by its module, imports may be repeated (K15), and help() works."""
    write_package(tmp_path)
    done = fresh(
        tmp_path,
        f"""
        import importlib, sys
        import {PACKAGE} as package
        import {PACKAGE}.swish
        from {PACKAGE} import leaky
        from {PACKAGE}.leaky import tanh_squared
        def check():
            assert [f.__class__.__name__ for f in (package.swish, package.leaky)] == ["function"] * 2
        check()
        assert sys.modules["{PACKAGE}.swish"].Swish is package.Swish
        importlib.reload(sys.modules["{PACKAGE}.swish"]); check()
        importlib.reload(package); check()
        del sys.modules["{PACKAGE}.leaky"]
        import {PACKAGE}.leaky; check()
        for name in [n for n in sys.modules if n.startswith("{PACKAGE}")]:
            del sys.modules[name]
        package = importlib.import_module("{PACKAGE}"); check()
        assert "sympy" not in sys.modules and not any(n.split(".")[0] == "actc" for n in sys.modules)
        help(package.swish); help(package.Swish)
        """,
    )
    assert done.returncode == 0, done.stderr
    assert "beta: how steep. Domain: positive. Default: 1.0." in done.stdout


def test_a_registered_name_of_another_object(tmp_path: Path) -> None:
    """Importing the package is refused where a name of it is taken; the error names both objects (K15)."""
    write_package(tmp_path)
    done = fresh(
        tmp_path,
        f"""
        import keras
        @keras.saving.register_keras_serializable("{PACKAGE}", "swish")
        def mine(x):
            return x
        import {PACKAGE}
        """,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: {PACKAGE}.swish.swish cannot be registered with Keras as '{PACKAGE}>swish': "
        "that name belongs to __main__.mine"
    )


@pytest.mark.parametrize("backend", ["jax", "torch", "numpy"])
def test_another_backend_is_refused(tmp_path: Path, backend: str) -> None:
    """Under another backend, installed or not, the import fails with one line that says what is needed (K16)."""
    write_package(tmp_path)
    done = fresh(tmp_path, f"import {PACKAGE}", KERAS_BACKEND=backend)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: the package '{PACKAGE}' was generated for TensorFlow: "
        f"it needs Keras with the backend 'tensorflow', not '{backend}'"
    )
