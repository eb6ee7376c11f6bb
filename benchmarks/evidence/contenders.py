"""Who computes an activation and its gradients: generated code, Keras or tf.nn, autodiff, SymPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import keras
import numpy as np
import sympy
import tensorflow as tf
from numpy.typing import NDArray
from oracle import Activation

from evidence import symbolic
from evidence.formats import Format, Reals
from evidence.formulas import SYMBOLS, TENSORS, evaluated
from evidence.truth import VALUE

GENERATED, KERAS, AUTODIFF, SYMPY = "actc", "Keras or tf.nn", "autodiff", "SymPy"
CONTENDERS = (GENERATED, KERAS, AUTODIFF, SYMPY)
EAGER, XLA = "eager", "XLA"
MODES = (EAGER, XLA)

Tensors = Mapping[str, Any]
Program = Callable[[Tensors], dict[str, Any]]
"""From inputs and parameters, each a tensor of one shape, to the value and gradients element by element."""


@cache
def _prelu(alpha: float) -> Any:
    with tf.init_scope():  # its weight is no part of a compiled function
        layer = keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(alpha))
        layer.build((None, 1))
    return layer


def _layer(x: Any, alpha: float) -> Any:
    return _prelu(alpha)(x[:, None])[:, 0]


def _plain(name: str) -> tuple[str, Callable[..., Any]]:
    return f"keras.activations.{name}", getattr(keras.activations, name)


_ALIKE = (
    *("celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu"),
    *("linear", "log_sigmoid", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softplus"),
    *("softsign", "sparse_plus", "sparse_sigmoid", "squareplus", "tanh", "tanh_shrink", "threshold"),
)

OWN: dict[str, tuple[str, Callable[..., Any]]] = {
    **{name: _plain(name) for name in _ALIKE},
    "gelu_tanh": ("keras.activations.gelu(approximate=True)", lambda x: keras.activations.gelu(x, approximate=True)),
    "swish": ("tf.nn.silu(beta=...)", lambda x, beta: tf.nn.silu(x, beta)),
    "prelu": ("keras.layers.PReLU", _layer),
    "glu": ("keras.activations.glu", lambda signal, gate: keras.activations.glu(tf.stack([signal, gate], 1))[:, 0]),
}
"""What Keras or tf.nn has, with its name; parameters are Python numbers."""


def known_as(name: str) -> str:
    """The shipped activation that a textbook spelling is of; any other name itself."""
    return name.removeprefix("textbook_")


def generated(package: Any, name: str, outputs: tuple[str, ...]) -> Program:
    """The function of a generated package."""
    function = getattr(package, name)
    return _taped(lambda tensors: function(**tensors), outputs)


def keras_own(name: str, inputs: tuple[str, ...], parameters: Mapping[str, float]) -> Program | None:
    """The function of Keras or tf.nn, differentiated by the inputs; None where there is none."""
    found = OWN.get(known_as(name))
    if found is None:
        return None
    function = found[1]
    return _taped(lambda tensors: function(*(tensors[i] for i in inputs), **parameters), (VALUE, *inputs))


def autodiff(activation: Activation, outputs: tuple[str, ...]) -> Program:
    """The formula as written, differentiated by TensorFlow; a surrogate as it is written."""

    def run(tensors: Tensors) -> dict[str, Any]:
        def formula(given: Tensors) -> Any:
            return _full(evaluated(activation, activation.expression, given, TENSORS), given)

        found = _taped(formula, outputs)(tensors)
        for of, surrogate in activation.surrogates.items():
            found[of] = _full(evaluated(activation, surrogate, tensors, TENSORS), tensors)
        return found

    return run


def sympy_diff(activation: Activation, outputs: tuple[str, ...]) -> Program:
    """The formula in SymPy, and ``sympy.diff`` of it, both evaluated as they stand; no surrogates."""
    symbols = {name: sympy.Symbol(name, real=True) for name in activation.names}
    value = evaluated(activation, activation.expression, symbols, SYMBOLS)
    exprs = {
        of: value if of == VALUE else sympy.diff(value, symbols[of])
        for of in outputs
        if of not in activation.surrogates
    }

    def run(tensors: Tensors) -> dict[str, Any]:
        return {of: _full(symbolic.run(expr, tensors), tensors) for of, expr in exprs.items()}

    return run


def _full(value: Any, tensors: Tensors) -> Any:
    """The value with the shape of the inputs, also where it does not depend on them."""
    shape = tf.shape(next(iter(tensors.values())))
    return tf.broadcast_to(tf.convert_to_tensor(value, tf.float32), shape)


def _taped(function: Callable[[Tensors], Any], outputs: tuple[str, ...]) -> Program:
    def run(tensors: Tensors) -> dict[str, Any]:
        wanted = [of for of in outputs if of != VALUE]
        with tf.GradientTape() as tape:
            tape.watch([tensors[of] for of in wanted])
            value = function(tensors)
        slopes = tape.gradient(value, [tensors[of] for of in wanted], unconnected_gradients="zero")
        return {VALUE: value, **dict(zip(wanted, slopes, strict=True))}

    return run


def computed(program: Program, columns: Mapping[str, Reals], mode: str, form: Format) -> dict[str, Reals]:
    """The results at many points in one format, as float64."""
    tensors = {name: tf.constant(_narrow(values, form)) for name, values in columns.items()}
    return {of: form.wide(np.asarray(tensor.numpy())) for of, tensor in in_mode(program, mode)(tensors).items()}


def in_mode(program: Program, mode: str) -> Program:
    """The program as it is called: operation by operation, or compiled."""
    return tf.function(program, autograph=False, jit_compile=True) if mode == XLA else program


def _narrow(values: Reals, form: Format) -> NDArray[Any]:
    with np.errstate(over="ignore", invalid="ignore"):
        return values.astype(form.dtype)
