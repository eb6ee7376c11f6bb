"""What generated code promises to TensorFlow and Keras beside its numbers, tried cheaply on any activation."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from actc.model.domain import Domain
from evidence.formats import FLOAT32, Reals
from evidence.truth import Truth

DTYPES = ("float16", "bfloat16", "float32", "float64")
_NUMBERS = (0.37, -0.73, 1.83, -2.29, 3.19, -4.61)  # none where an activation is likely to have a kink
_GREATER = 1e-4  # of the two steps of a difference quotient


@dataclass(frozen=True)
class Subject:
    """One activation of a package."""

    truth: Truth
    package: ModuleType

    @property
    def name(self) -> str:
        return self.truth.activation.name

    @property
    def function(self) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self.package, self.name)
        return found

    @property
    def layer(self) -> Any:
        """The class of its layer."""
        return getattr(self.package, self.truth.activation.layer_name)

    @cached_property
    def inputs(self) -> list[Reals]:
        """For each input as many float32 numbers, in other orders."""
        taken = [_inside(i.domain) for i in self.truth.activation.inputs]
        return [np.roll(values, k) for k, values in enumerate(taken)]

    @property
    def parameters(self) -> dict[str, float]:
        """The defaults as a caller gives them: integers where they are."""
        found = {}
        for p in self.truth.activation.parameters:
            value = self.truth.defaults[p.name]
            found[p.name] = int(value) if p.domain.integer else value
        return found

    @property
    def differentiable(self) -> list[str]:
        """The parameters that there is a gradient for."""
        return [p.name for p in self.truth.activation.parameters if not p.domain.integer]

    def tensors(self, dtype: str = "float32") -> list[Any]:
        return [tf.constant(values, dtype) for values in self.inputs]

    def arguments(self, dtype: str) -> list[Any]:
        """Inputs and parameters, all tensors of one shape."""
        size = len(self.inputs[0])
        return [*self.tensors(dtype), *(tf.fill([size], tf.constant(v, dtype)) for v in self.parameters.values())]

    def for_layer(self, values: Sequence[Any]) -> Any:
        """Inputs as its layer takes them."""
        return list(values) if len(values) > 1 else values[0]


def _inside(domain: Domain) -> Reals:
    """Ordinary numbers of a domain, in float32."""
    low, high = (None if end is None else float(end) for end in (domain.low, domain.high))
    found = FLOAT32.round(np.array(_NUMBERS))
    if low is not None and high is not None:
        found = FLOAT32.round(low + (high - low) * (np.array(_NUMBERS) + 5) / 10)
    elif low is not None:
        found = FLOAT32.round(low + np.abs(_NUMBERS))
    elif high is not None:
        found = FLOAT32.round(high - np.abs(_NUMBERS))
    return np.array([v for v in found.tolist() if domain.contains(Fraction(v))])


def differentiated(function: Callable[..., Any], *tensors: Any) -> tuple[Any, list[Any]]:
    """The value, and the gradient of its sum by every tensor."""
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = function(*tensors)
    return value, tape.gradient(value, tensors, unconnected_gradients="zero")


class BrokenError(Exception):
    """A guarantee does not hold."""


def _hold(right: bool, what: str) -> None:
    if not right:
        raise BrokenError(what)


def _same(found: Any, due: Any, what: str, close: float = 0.0) -> None:
    """Raise BrokenError unless two results agree: to the last bit, or relative to the greatest of them."""
    a, b = (np.asarray(tf.cast(tf.convert_to_tensor(v), tf.float64)) for v in (found, due))
    _hold(a.shape == b.shape, f"{what}: the shape is {a.shape}, not {b.shape}")
    finite = np.abs(b[np.isfinite(b)])
    few = close * float(finite.max(initial=0.0))
    if not np.allclose(a, b, rtol=close, atol=few, equal_nan=True):
        raise BrokenError(f"{what}: {a.tolist()}, not {b.tolist()}")


def calls(subject: Subject) -> None:
    """By position, keyword and both, eager and in a graph: one value, one gradient (K1)."""
    function, parameters, inputs = subject.function, subject.parameters, subject.tensors()
    names = subject.truth.inputs
    ways: dict[str, Callable[..., Any]] = {
        "position": lambda *v: function(*v, *parameters.values()),
        "keyword": lambda *v: function(**parameters, **dict(zip(names, v, strict=True))),
        "mixed": lambda *v: function(*v, **parameters),
        "defaults": lambda *v: function(v[0], **dict(zip(names[1:], v[1:], strict=True))),
    }
    value, slopes = differentiated(ways["position"], *inputs)
    for way, call in ways.items():
        for mode, wrap, close in (("eager", lambda f: f, 0.0), ("tf.function", tf.function, 1e-6)):
            other, others = differentiated(wrap(call), *inputs)
            _same(other, value, f"value by {way}, {mode}", close)
            for name, due, got in zip(names, slopes, others, strict=True):
                _same(got, due, f"gradient by {name}, {way}, {mode}", close)


def dtypes(subject: Subject) -> None:
    """Value and input gradients have the input's dtype, a parameter's gradient the parameter's (K2)."""
    parameters = subject.parameters
    traced = tf.function(lambda *v: subject.function(*v, **parameters))
    for dtype in DTYPES:
        value, slopes = differentiated(traced, *subject.tensors(dtype))
        _hold({v.dtype.name for v in (value, *slopes)} == {dtype}, f"{dtype}: {[v.dtype.name for v in slopes]}")
        for other in ("float32", "float64") if parameters else ():
            tensors = [tf.constant(v, other) for v in parameters.values()]
            value, slopes = differentiated(subject.function, *subject.tensors(dtype), *tensors)
            found = [v.dtype.name for v in (value, *slopes)]
            due = [dtype] * (1 + len(subject.inputs)) + [other] * len(tensors)
            _hold(found == due, f"{dtype} with parameters of {other}: {found}")


def numbers(subject: Subject) -> None:
    """Python numbers, integers, lists and NumPy arrays are taken, and become floatx (K10)."""
    domains = [i.domain for i in subject.truth.activation.inputs]
    whole = [next((k for k in (2, 1, -1, 0) if d.contains(Fraction(k))), None) for d in domains]
    plain = [values[0].item() for values in subject.inputs]
    given: dict[str, list[Any]] = {"floats": plain, "lists": [values.tolist() for values in subject.inputs]}
    given["arrays"] = [values.astype("float32") for values in subject.inputs]
    if None not in whole:
        given["integers"] = list(whole)
        given["integer tensors"] = [tf.constant([k, k]) for k in whole]
    for kind, values in given.items():
        due = subject.function(*(tf.cast(tf.convert_to_tensor(v), tf.float32) for v in values))
        found = subject.function(*values)
        _hold(found.dtype == tf.float32, f"{kind}: {found.dtype.name}")
        _same(found, due, kind)


def shapes(subject: Subject) -> None:
    """A parameter's gradient has the parameter's shape, summed over what was broadcast (K3)."""
    size = len(subject.inputs[0])
    inputs = [tf.tile(v[None, None], [3, 2, 1]) for v in subject.tensors("float64")]
    given = {n: tf.constant(v, tf.float64) for n, v in subject.parameters.items()}
    for name in subject.differentiable:
        for shape in ((), (1,), (size,), (3, 1, size)):

            def of(value: Any, name: str = name) -> Any:
                return subject.function(*inputs, **{**given, name: value})

            _, (each,) = differentiated(of, tf.fill([3, 2, size], given[name]))
            _, (found,) = differentiated(of, tf.fill(shape, given[name]))
            _hold(tuple(found.shape) == shape, f"gradient by {name} of shape {shape}: {tuple(found.shape)}")
            due = {0: np.sum(each), 1: np.sum(each, (0, 1)), 3: np.sum(each, 1, keepdims=True)}[len(shape)]
            due = np.reshape(np.sum(due), (1,)) if shape == (1,) else due
            largest = float(np.max(np.abs(each))) * 6 * size
            _hold(np.allclose(found, due, rtol=0, atol=1e-12 * largest), f"gradient by {name} of shape {shape}")


def symbols(subject: Subject) -> None:
    """A call on symbols makes a functional model that computes the same (K7)."""
    inputs = subject.tensors()
    places = [keras.Input((), name=name) for name in subject.truth.inputs]
    model = keras.Model(places, subject.function(*places, **subject.parameters))
    _same(model(inputs), subject.function(*inputs, **subject.parameters), "a functional model")


def layers(subject: Subject) -> None:
    """The layer computes what the function does, round-trips, and has its trained parameters as weights (K5)."""
    parameters, inputs = subject.parameters, subject.tensors()
    layer = subject.layer(**parameters)
    value = layer(subject.for_layer(inputs))
    _same(value, subject.function(*inputs, **parameters), "the layer")
    config = json.loads(json.dumps(layer.get_config()))
    again = subject.layer.from_config(config)
    _hold(again.get_config() == layer.get_config(), "another configuration from its own")
    other = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    for one in (again, other):
        _same(one(subject.for_layer(inputs)), value, "the layer from its configuration")
    trained = [p.name for p in subject.truth.activation.parameters if p.trainable]
    _hold([w.name for w in layer.trainable_variables] == trained, "its trained parameters are not its weights")
    _hold(all(tuple(w.shape) == () for w in layer.trainable_variables), "a weight that is not one number")
    dense = keras.layers.Dense(2, activation=subject.layer(**parameters)) if len(inputs) == 1 else None
    if dense is not None:
        dense(np.ones((1, 2), "float32"))
        _hold(len(dense.trainable_variables) == 2 + len(trained), "weights inside of another layer")


def copies(subject: Subject) -> None:
    """Function and layer come out of pickle and deepcopy as they were (K17)."""
    inputs = subject.tensors()
    layer = subject.layer(**subject.parameters)
    value = layer(subject.for_layer(inputs))
    unpickled = pickle.loads(pickle.dumps(subject.function))  # noqa: S301 - made right here
    _hold(unpickled is subject.function, "another function out of a pickle")
    _hold(copy.deepcopy(subject.function) is subject.function, "another function out of deepcopy")
    for one in (pickle.loads(pickle.dumps(layer)), copy.deepcopy(layer)):  # noqa: S301 - as above
        _same(one(subject.for_layer(inputs)), value, "the layer's copy")


def second_order(subject: Subject) -> None:
    """A tape of a tape is the derivative of the emitted gradient, by difference quotients of it (K9)."""
    arguments = subject.arguments("float64")
    names = [*subject.truth.inputs, *subject.parameters]
    for by, of in enumerate(subject.truth.inputs):

        def slope(*values: Any, by: int = by) -> Any:
            return differentiated(subject.function, *values)[1][by]

        first = np.asarray(slope(*arguments))
        _, seconds = differentiated(slope, *arguments)
        for k, name in enumerate(names):
            if name in subject.truth.parameters and name not in subject.differentiable:
                continue
            size = np.abs(arguments[k])
            # Not across 0, where there may be a kink that both quotients straddle alike.
            step = np.minimum(_GREATER * np.maximum(1.0, size), np.where(size > 0, size / 2, np.inf))
            wide, narrow = (_quotient(slope, arguments, k, step / n) for n in (1, 4))
            rough = 10 * np.abs(wide - narrow)  # where a kink is near, nothing is asked
            few = rough + 1e-6 * (np.abs(narrow) + 1e-3) + 1e-13 * np.abs(first) / step
            found = np.asarray(seconds[k])
            wrong = ~(np.abs(found - narrow) <= few) & np.isfinite(few)
            if wrong.any():
                j = int(np.argmax(wrong))
                at = {n: float(v[j]) for n, v in zip(names, arguments, strict=True)}
                raise BrokenError(f"by {of} and {name} at {at}: {found[j]}, quotient {narrow[j]}")


def _quotient(slope: Callable[..., Any], arguments: Sequence[Any], k: int, step: Reals) -> Reals:
    """The symmetric difference quotient by the k-th argument; one-sided steps would not do at this precision."""
    ends = []
    for sign in (1, -1):
        moved = list(arguments)
        moved[k] = arguments[k] + sign * step
        ends.append((np.asarray(slope(*moved)), np.asarray(moved[k])))
    (high, above), (low, below) = ends
    found: Reals = (high - low) / (above - below)
    return found


def vectorised(subject: Subject) -> None:
    """tape.jacobian and tf.vectorized_map give the gradient and the value (K10)."""
    inputs, others = subject.tensors(), list(subject.parameters.values())
    value, slopes = differentiated(lambda *v: subject.function(*v, *others), *inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        again = subject.function(*inputs, *others)
    jacobian = tape.jacobian(again, inputs[0], unconnected_gradients="zero")
    _same(tf.linalg.diag_part(jacobian), slopes[0], "the diagonal of the jacobian", 1e-6)
    _same(jacobian - tf.linalg.diag(tf.linalg.diag_part(jacobian)), tf.zeros_like(jacobian), "beside the diagonal")
    _same(tf.vectorized_map(lambda v: subject.function(*v, *others), inputs), value, "vectorized_map", 1e-6)


CHECKS: dict[str, Callable[[Subject], None]] = {
    check.__name__: check
    for check in (calls, dtypes, numbers, shapes, symbols, layers, copies, second_order, vectorised)
}


def failures(subject: Subject) -> dict[str, str]:
    """What does not hold, by the check's name; each with why."""
    found = {}
    for name, check in CHECKS.items():
        try:
            check(subject)
        except Exception as error:
            kind = "" if isinstance(error, BrokenError) else f"{type(error).__name__}: "
            found[name] = f"{kind}{str(error)[:400]}"
    return found


def save(group: Sequence[Subject], file: Path) -> None:
    """One model of functions and layers of several activations, with what it computes beside it."""
    places, values, results = {}, {}, {}
    for subject in group:
        mine = []
        for name, numbers_of in zip(subject.truth.inputs, subject.inputs, strict=True):
            place = f"{subject.name}-{name}"
            places[place] = keras.Input((), name=place)
            values[place] = tf.constant(numbers_of, tf.float32)
            mine.append(places[place])
        parameters = subject.parameters
        results[f"{subject.name} function"] = subject.function(*mine, **parameters)
        results[f"{subject.name} layer"] = subject.layer(**parameters)(subject.for_layer(mine))
    model = keras.Model(places, results)
    kept = {f"in {name}": np.asarray(value) for name, value in values.items()}
    kept |= {f"out {name}": np.asarray(value) for name, value in model(values).items()}
    model.save(file)
    np.savez(file.with_suffix(".npz"), **kept)


def reloaded(folder: Path, package: str) -> dict[str, dict[str, str]]:
    """What is wrong with each saved model of a folder in a fresh process. Raises RuntimeError where that dies."""
    script = Path(__file__).with_name("reload.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder), package], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    found: dict[str, dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return found
