"""Corners of TensorFlow and Keras in which generated code could go wrong without a word."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from generated_kinds import KINDS, Kind
from test_generated_package import differentiated
from test_generated_programs import acts

import actc

__all__ = ["acts"]  # a fixture

# Keras converts its own variables this way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

X = np.linspace(-2, 2, 12, dtype="float32").reshape(3, 4)
SMOOTH = {name: kind for name, kind in KINDS.items() if kind.function != "spike"}


@pytest.fixture(autouse=True)
def no_traces() -> Iterator[None]:
    """Forget the packages that a test compiled."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.partition(".")[0] == "corners":
            del sys.modules[name]


@pytest.mark.parametrize("nested", [False, True], ids=["one map", "a map of maps"])
@pytest.mark.parametrize("kind", SMOOTH.values(), ids=SMOOTH)
def test_a_tape_around_a_vectorized_map(acts: ModuleType, kind: Kind, nested: bool) -> None:
    """TensorFlow drops custom gradients there; what it finds must not be 0."""
    function, parameters = kind.of(acts), [tf.constant(v, tf.float64) for v in kind.parameters.values()]
    inputs = [tf.constant([values, values[::-1]], tf.float64) for values in kind.inputs]

    def mapped(*arguments: Any) -> Any:
        of_row = lambda row: function(*row, *arguments[len(inputs) :])  # noqa: E731 - one lambda in another
        if nested:
            return tf.vectorized_map(lambda rows: tf.vectorized_map(of_row, rows), arguments[: len(inputs)])
        return tf.vectorized_map(of_row, arguments[: len(inputs)])

    _, found = differentiated(mapped, *inputs, *parameters)
    _, expected = differentiated(function, *inputs, *parameters)
    for one, other in zip(found, expected, strict=True):
        assert np.any(np.array(other) != 0)
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_functional_model_keeps_its_meaning() -> None:
    """A cell of a notebook that is run with another formula leaves the models made before as they are."""
    source = {"name": "cell_unit", "parameters": {"a": 1.0}, "expression": "a*tanh(x)"}
    first = actc.compile(source, package="corners")
    function, inputs = first.cell_unit, keras.Input((4,))
    before = keras.Model(inputs, function(inputs, a=3.0))
    actc.compile({**source, "expression": "a*sin(x)"}, package="corners")
    after = keras.Model(inputs, function(inputs, a=3.0))  # of the function that is held, not of the name
    for model in (before, after):
        np.testing.assert_allclose(model(X), 3 * np.tanh(X), rtol=1e-6)


def test_inputs_with_names_of_the_layers_own() -> None:
    """``self`` is a name like any other in a formula."""
    source = {
        "name": "selfish",
        "inputs": ["self", "self_", "inputs", "inputs_"],
        "parameters": {"grad": {"default": 2.0, "trainable": True}, "upstream": 0.5},
        "expression": "self*grad*self_ + upstream*inputs*inputs_",
    }
    module = actc.compile(source, package="corners")
    parts = [X, X + 1, X + 2, X + 3]
    expected = 2 * X * (X + 1) + 0.5 * (X + 2) * (X + 3)
    np.testing.assert_allclose(module.Selfish()(parts), expected, rtol=1e-5, atol=1e-6)


def test_text_in_an_array_is_refused_by_name(acts: ModuleType) -> None:
    with pytest.raises(TypeError, match="swish takes real numbers, got string"):
        acts.swish(np.array(["a"]))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_layer_of_inputs_of_unknown_rank(acts: ModuleType, kind: Kind) -> None:
    """A layer whose weights do not depend on the shape takes any, as ``keras.layers.LeakyReLU`` does."""
    layer, many = kind.layer_of(acts), len(kind.inputs) > 1
    signature = [tf.TensorSpec(None) for _ in kind.inputs]
    call = tf.function(lambda *v: layer(list(v) if many else v[0]), input_signature=signature)
    for values in (kind.inputs, [[v, v] for v in kind.inputs]):
        tensors = [tf.constant(v) for v in values]
        np.testing.assert_allclose(call(*tensors), kind.bound(acts)(*tensors), rtol=1e-6)


def test_arrays_are_held_to_the_domain_as_a_whole(acts: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large array is not looked at number by number, and a wrong one in it is still found."""
    domain = sys.modules[f"{acts.__name__}._support"].Domain
    seen: list[Any] = []
    contains = domain.contains

    def counted(self: Any, value: Any) -> bool:
        seen.append(value)
        return bool(contains(self, value))

    monkeypatch.setattr(domain, "contains", counted)
    for dtype in ("float16", "float32", "float64"):
        acts.leaky(np.zeros((100, 100), "float32"), np.full((100, 100), 0.5, dtype))
    acts.swish(np.zeros(100, "float32"), np.arange(1, 101))
    assert len(seen) < 20
    for wrong in (1.0, -0.25, np.nan, np.inf):
        array = np.full((100, 100), 0.5, "float32")
        array[50, 7] = wrong
        with pytest.raises(ValueError, match=rf"leaky: the parameter 'alpha' must .* got {wrong}"):
            acts.leaky(np.zeros((100, 100), "float32"), array)


@pytest.mark.parametrize("values", [[1, 2], [1.0, 2.0]], ids=["integers", "floats"])
def test_arrays_of_whole_numbers(acts: ModuleType, values: list[Any]) -> None:
    acts.leaky(np.zeros(2, "float32"), 0.5, np.array(values))
    with pytest.raises(ValueError, match="leaky: the parameter 'order' must"):
        acts.leaky(np.zeros(2, "float32"), 0.5, np.array([1.0, 1.5]))
