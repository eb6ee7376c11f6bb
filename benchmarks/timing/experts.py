"""``tf.custom_gradient`` as somebody writes it who knows TensorFlow: values once computed are kept for the way back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import tensorflow as tf

Parts = Callable[..., tuple[Any, Callable[[Any], Any]]]
"""From the inputs to the value and the function from the upstream gradient to the inputs' gradients."""

_ROOT = math.sqrt(0.5)
_DENSITY = 1.0 / math.sqrt(2.0 * math.pi)
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848


def _relu(x: Any) -> Any:
    y = tf.nn.relu(x)
    return y, lambda u: tf.raw_ops.ReluGrad(gradients=u, features=y)


def _relu6(x: Any) -> Any:
    y = tf.nn.relu6(x)
    return y, lambda u: tf.raw_ops.Relu6Grad(gradients=u, features=y)


def _leaky_relu(x: Any) -> Any:
    return tf.nn.leaky_relu(x, 0.2), lambda u: tf.raw_ops.LeakyReluGrad(gradients=u, features=x, alpha=0.2)


def _elu(x: Any) -> Any:
    y = tf.nn.elu(x)
    return y, lambda u: tf.raw_ops.EluGrad(gradients=u, outputs=y)


def _selu(x: Any) -> Any:
    y = tf.nn.selu(x)
    return y, lambda u: tf.raw_ops.SeluGrad(gradients=u, outputs=y)


def _sigmoid(x: Any) -> Any:
    y = tf.sigmoid(x)
    return y, lambda u: u * y * (1.0 - y)


def _tanh(x: Any) -> Any:
    y = tf.tanh(x)
    return y, lambda u: u * (1.0 - tf.square(y))


def _softplus(x: Any) -> Any:
    return tf.math.softplus(x), lambda u: tf.raw_ops.SoftplusGrad(gradients=u, features=x)


def _softsign(x: Any) -> Any:
    return tf.nn.softsign(x), lambda u: tf.raw_ops.SoftsignGrad(gradients=u, features=x)


def _log_sigmoid(x: Any) -> Any:
    return -tf.math.softplus(-x), lambda u: u * tf.sigmoid(-x)


def _hard_sigmoid(x: Any) -> Any:
    y = tf.nn.relu6(x + 3.0) / 6.0
    return y, lambda u: tf.where((y > 0.0) & (y < 1.0), u / 6.0, 0.0)


def _hard_silu(x: Any) -> Any:
    h = tf.nn.relu6(x + 3.0) / 6.0
    return x * h, lambda u: u * tf.where(h > 0.0, tf.where(h < 1.0, x / 3.0 + 0.5, 1.0), 0.0)


def _silu(x: Any) -> Any:
    s = tf.sigmoid(x)
    return x * s, lambda u: u * (s * (1.0 + x * (1.0 - s)))


def _gelu(x: Any) -> Any:
    phi = 0.5 * tf.math.erfc(-_ROOT * x)
    return x * phi, lambda u: u * (phi + x * (_DENSITY * tf.exp(-0.5 * tf.square(x))))


def _gelu_tanh(x: Any) -> Any:
    c = math.sqrt(2.0 / math.pi)
    square = tf.square(x)
    t = tf.tanh(c * x * (1.0 + 0.044715 * square))

    def grad(u: Any) -> Any:
        return u * (0.5 * (1.0 + t) + 0.5 * x * (1.0 - tf.square(t)) * (c + 3.0 * 0.044715 * c * square))

    return 0.5 * x * (1.0 + t), grad


def _mish(x: Any) -> Any:
    t = tf.tanh(tf.math.softplus(x))
    return x * t, lambda u: u * (t + x * tf.sigmoid(x) * (1.0 - tf.square(t)))


def _squareplus(x: Any) -> Any:
    r = tf.sqrt(tf.square(x) + 4.0)
    return 0.5 * (x + r), lambda u: u * (0.5 + 0.5 * x / r)


def _tanh_shrink(x: Any) -> Any:
    t = tf.tanh(x)
    return x - t, lambda u: u * tf.square(t)


def _tanh_exp(x: Any) -> Any:
    e = tf.exp(x)
    t = tf.tanh(e)
    return x * t, lambda u: u * (t + x * e * (1.0 - tf.square(t)))


def _serf(x: Any) -> Any:
    g = tf.math.softplus(x)
    f = tf.math.erf(g)
    return x * f, lambda u: u * (f + x * (2.0 / math.sqrt(math.pi)) * tf.exp(-tf.square(g)) * tf.sigmoid(x))


def _logish(x: Any) -> Any:
    s = tf.sigmoid(x)
    z = tf.math.log1p(s)
    return x * z, lambda u: u * (z + x * s * (1.0 - s) / (1.0 + s))


def _lisht(x: Any) -> Any:
    t = tf.tanh(x)
    return x * t, lambda u: u * (t + x * (1.0 - tf.square(t)))


def _snake(x: Any) -> Any:
    return x + tf.square(tf.sin(x)), lambda u: u * (1.0 + tf.sin(2.0 * x))


def _gaussian(x: Any) -> Any:
    y = tf.exp(-tf.square(x))
    return y, lambda u: u * (-2.0 * x * y)


def _log_cosh(x: Any) -> Any:
    size = tf.abs(x)
    return size + tf.math.softplus(-2.0 * size) - math.log(2.0), lambda u: u * tf.tanh(x)


def _swiglu(gate: Any, signal: Any) -> Any:
    s = tf.sigmoid(gate)
    a = gate * s
    return a * signal, lambda u: (u * signal * (s + a * (1.0 - s)), u * a)


def _geglu(gate: Any, signal: Any) -> Any:
    phi = 0.5 * tf.math.erfc(-_ROOT * gate)
    a = gate * phi

    def grad(u: Any) -> Any:
        return u * signal * (phi + gate * (_DENSITY * tf.exp(-0.5 * tf.square(gate)))), u * a

    return a * signal, grad


def _reglu(gate: Any, signal: Any) -> Any:
    a = tf.nn.relu(gate)
    return a * signal, lambda u: (tf.raw_ops.ReluGrad(gradients=u * signal, features=gate), u * a)


def _spike_fast_sigmoid(x: Any) -> Any:
    return tf.cast(x > 0.0, x.dtype), lambda u: u / tf.square(1.0 + 25.0 * tf.abs(x))


def _spike_atan(x: Any) -> Any:
    return tf.cast(x > 0.0, x.dtype), lambda u: u / (1.0 + tf.square(math.pi * x))


_PARTS: dict[str, Parts] = {
    "relu": _relu,
    "relu6": _relu6,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "selu": _selu,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "softplus": _softplus,
    "softsign": _softsign,
    "log_sigmoid": _log_sigmoid,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _hard_silu,
    "silu": _silu,
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "mish": _mish,
    "squareplus": _squareplus,
    "tanh_shrink": _tanh_shrink,
    "tanh_exp": _tanh_exp,
    "serf": _serf,
    "logish": _logish,
    "lisht": _lisht,
    "snake": _snake,
    "gaussian": _gaussian,
    "log_cosh": _log_cosh,
    "swiglu": _swiglu,
    "geglu": _geglu,
    "reglu": _reglu,
    "spike_fast_sigmoid": _spike_fast_sigmoid,
    "spike_atan": _spike_atan,
}


def expert(name: str) -> Callable[..., Any]:
    """The function of that name. Raises KeyError where nobody has written it."""
    parts = _PARTS[name]

    @tf.custom_gradient
    def op(*inputs: Any) -> Any:
        return parts(*inputs)

    return op
