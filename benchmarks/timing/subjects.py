"""Which activations are timed, and who computes each of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import keras
import tensorflow as tf

from timing.experts import expert

GENERATED, KERAS, TENSORFLOW, AUTODIFF, EXPERT, COPY = "actc", "Keras", "tf.nn", "autodiff", "expert", "copy"
OTHERS = (KERAS, TENSORFLOW, AUTODIFF, EXPERT)
"""With whom generated code is compared; the copy is the bound, not a contender."""

Function = Callable[..., Any]


@dataclass(frozen=True)
class Subject:
    """An activation with the functions that others have for it; parameters are at their defaults."""

    name: str
    formula: Function  # as one would write it down, to be differentiated by TensorFlow
    keras: Function | None = None
    tensorflow: Function | None = None
    inputs: int = 1
    parameters: Mapping[str, float] = field(default_factory=dict)  # what the generated function is called with

    def functions(self, package: ModuleType) -> dict[str, Function]:
        """Every contender's function of the inputs."""
        own = getattr(package, self.name)
        generated: Function = (lambda *inputs: own(*inputs, **self.parameters)) if self.parameters else own
        found = {
            GENERATED: generated,
            KERAS: self.keras,
            TENSORFLOW: self.tensorflow,
            AUTODIFF: self.formula,
            EXPERT: expert(self.name),
            COPY: _copy if self.inputs == 1 else _copy_of_two,
        }
        return {who: function for who, function in found.items() if function is not None}


def _copy(x: Any) -> Any:
    """Everything read and written once, on both ways; TensorFlow would give a plain copy the same memory."""
    return -x


@tf.custom_gradient
def _copy_of_two(a: Any, b: Any) -> Any:
    return a + b, lambda upstream: (-upstream, upstream + upstream)


def _straight_through(value: Any, smooth: Any) -> Any:
    """A surrogate as one writes it with autodiff: the value of one, the derivative of the other."""
    return smooth + tf.stop_gradient(value - smooth)


def _fast_sigmoid(x: Any) -> Any:
    return _straight_through(tf.cast(x > 0.0, x.dtype), x / (1.0 + 25.0 * tf.abs(x)))


def _arctangent(x: Any) -> Any:
    return _straight_through(tf.cast(x >= 0.0, x.dtype), tf.atan(math.pi * x) / math.pi)


def _gelu(x: Any) -> Any:
    return 0.5 * x * (1.0 + tf.math.erf(x / math.sqrt(2.0)))


_A = keras.activations

SUBJECTS = (
    Subject("relu", lambda x: tf.maximum(x, 0.0), _A.relu, tf.nn.relu),
    Subject("relu6", lambda x: tf.clip_by_value(x, 0.0, 6.0), _A.relu6, tf.nn.relu6),
    Subject(
        "leaky_relu",
        lambda x: tf.where(x > 0.0, x, 0.2 * x),
        lambda x: _A.leaky_relu(x, 0.2),
        lambda x: tf.nn.leaky_relu(x, 0.2),
        parameters={"negative_slope": 0.2},
    ),
    Subject("elu", lambda x: tf.where(x > 0.0, x, tf.math.expm1(x)), _A.elu, tf.nn.elu),
    Subject(
        "selu",
        lambda x: 1.0507009873554805 * tf.where(x >= 0.0, x, 1.6732632423543772 * tf.math.expm1(x)),
        _A.selu,
        tf.nn.selu,
    ),
    Subject("sigmoid", lambda x: 1.0 / (1.0 + tf.exp(-x)), _A.sigmoid, tf.nn.sigmoid),
    Subject("tanh", tf.tanh, _A.tanh, tf.nn.tanh),
    Subject("softplus", lambda x: tf.math.log(1.0 + tf.exp(x)), _A.softplus, tf.nn.softplus),
    Subject("softsign", lambda x: x / (1.0 + tf.abs(x)), _A.softsign, tf.nn.softsign),
    Subject("log_sigmoid", lambda x: -tf.math.softplus(-x), _A.log_sigmoid, tf.math.log_sigmoid),
    Subject("hard_sigmoid", lambda x: tf.clip_by_value(x + 3.0, 0.0, 6.0) / 6.0, _A.hard_sigmoid),
    Subject("hard_silu", lambda x: x * tf.clip_by_value(x + 3.0, 0.0, 6.0) / 6.0, _A.hard_silu),
    Subject("silu", lambda x: x * tf.sigmoid(x), _A.silu, tf.nn.silu),
    Subject("gelu", _gelu, _A.gelu, tf.nn.gelu),
    Subject(
        "gelu_tanh",
        lambda x: 0.5 * x * (1.0 + tf.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3))),
        lambda x: _A.gelu(x, approximate=True),
        lambda x: tf.nn.gelu(x, approximate=True),
    ),
    Subject("tanh_shrink", lambda x: x - tf.tanh(x), _A.tanh_shrink),
    Subject("squareplus", lambda x: (x + tf.sqrt(x**2 + 4.0)) / 2.0, _A.squareplus),
    Subject("mish", lambda x: x * tf.tanh(tf.math.softplus(x)), _A.mish),
    Subject("tanh_exp", lambda x: x * tf.tanh(tf.exp(x))),
    Subject("serf", lambda x: x * tf.math.erf(tf.math.softplus(x))),
    Subject("logish", lambda x: x * tf.math.log1p(tf.sigmoid(x))),
    Subject("lisht", lambda x: x * tf.tanh(x)),
    Subject("snake", lambda x: x + tf.sin(x) ** 2, parameters={"a": 1.0}),
    Subject("gaussian", lambda x: tf.exp(-(x**2))),
    Subject("log_cosh", lambda x: tf.math.log(tf.cosh(x))),
    Subject("swiglu", lambda gate, signal: gate * tf.sigmoid(gate) * signal, inputs=2),
    Subject("geglu", lambda gate, signal: _gelu(gate) * signal, inputs=2),
    Subject("reglu", lambda a, b: tf.nn.relu(a) * b, inputs=2),
    Subject("spike_fast_sigmoid", _fast_sigmoid, parameters={"slope": 25.0}),
    Subject("spike_atan", _arctangent, parameters={"alpha": 2.0}),
)
"""What Keras has built in, then what nobody has; gates and surrogates last."""
