"""On TFLite: which activations use its built-in operators alone, and how near they come there."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import ROOT
from shipped import core_activations

# The interpreter speaks of its successor.
pytestmark = pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning")

SHIPPED = core_activations()
REFUSED = ("geglu", "gelu")
"""What cannot be converted: TFLite has no erfc, nor may it be selected among TensorFlow's own operators."""
BUILTIN = tuple(sorted(set(SHIPPED) - set(REFUSED)))

NEAR = 4e-6  # relative, where no cancellation in TFLite's own decompositions is to be borne
LOOSE = {"log_sigmoid": 2e-5, "mish": 2e-5, "softplus": 2e-5}
"""TFLite makes softplus log(exp(x) + 1), which loses the digits of a small exp(x)."""

XS = np.linspace(-6, 6, 97, dtype="float32")


def converted(package: ModuleType, names: Sequence[str], *, select: bool) -> bytes:
    """One TFLite model of x whose outputs are all these activations, each input x or, for a gate's second, x/2 + 1."""

    def model(x: Any) -> dict[str, Any]:
        results = {}
        for name in names:
            function = getattr(package, name)
            count = sum(p.default is p.empty for p in inspect.signature(function).parameters.values())
            results[name] = function(*(x, 0.5 * x + 1.0)[:count])
        return results

    module = tf.Module()
    module.call = tf.function(model, input_signature=[tf.TensorSpec([None], name="x")])
    signature = module.call.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([signature], module)
    if select:
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    result: bytes = converter.convert()
    return result


def outputs(model: bytes) -> dict[str, Any]:
    found: dict[str, Any] = tf.lite.Interpreter(model_content=model).get_signature_runner()(x=XS)
    return found


def assert_near(found: dict[str, Any]) -> None:
    for name, values in found.items():
        activation = SHIPPED[name]
        for x, value in zip(XS.tolist(), values.tolist(), strict=True):
            point = dict(zip(activation.inputs, (x, 0.5 * x + 1.0), strict=False))
            truth = float(activation.value(point))
            assert value == pytest.approx(truth, rel=LOOSE.get(name, NEAR), abs=1e-30), (name, x)


def test_builtin_operators_suffice(shipped: ModuleType) -> None:
    """All but the named ones convert without SELECT_TF_OPS, and come as near to the truth as is said (K13)."""
    assert_near(outputs(converted(shipped, BUILTIN, select=False)))


def test_the_named_ones_have_no_operator(shipped: ModuleType) -> None:
    """The converter refuses the others, with TensorFlow's selected operators too, and the docs name them (K13)."""
    page = (ROOT / "docs" / "keras" / "saving.md").read_text("utf-8")
    for name in REFUSED:
        with pytest.raises(Exception, match="Erfc"):
            converted(shipped, [name], select=True)
        assert f"`{name}`" in page


def test_what_the_docs_put_in_their_place() -> None:
    """Keras's exact gelu is one built-in operator, right to float32's digits of 1 (K13)."""
    module = tf.Module()
    module.call = tf.function(keras.activations.gelu, input_signature=[tf.TensorSpec([None], name="x")])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([module.call.get_concrete_function()], module)
    (found,) = tf.lite.Interpreter(model_content=converter.convert()).get_signature_runner()(x=XS).values()
    truth = [float(SHIPPED["gelu"].value({"x": x})) for x in XS.tolist()]
    np.testing.assert_allclose(found, truth, rtol=1e-6, atol=1e-6)
