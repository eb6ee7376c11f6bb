"""Values and gradients of the generated functions against 50-digit truth, point by point, and the rule at kinks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType

import numpy as np
import pytest
import tensorflow as tf
from _pytest.mark import ParameterSet
from compiled import always_compiled
from mpmath import mp, mpf
from numpy.typing import NDArray
from oracle import Activation, exact
from shipped import core_activations

SHIPPED = core_activations()

ULPS = 8
"""float32: 8 * 2**-23 is 1e-6 relative."""

FLOOR = {np.float32: 1e-46, np.float64: 1e-310}

OTHER_PARAMETERS = {
    "leaky_relu": {"negative_slope": -0.5},
    "elu": {"alpha": 2.5},
    "celu": {"alpha": 0.25},
    "soft_shrink": {"threshold": 1.75},
    "hard_shrink": {"threshold": 0.0},
    "squareplus": {"b": 0.25},
    "threshold": {"threshold": -2.0, "default_value": 20.0},
    "swish": {"beta": -1.5},
    "prelu": {"alpha": 1.5},
    "snake": {"a": 3.0},
    "sign_ste": {"clip_value": 2.0},
    "spike_atan": {"alpha": 5.0},
    "spike_fast_sigmoid": {"slope": 100.0},
}


FLUSHES = {
    "gelu_tanh": "two factors under the smallest normal number are flushed to 0 before a large one comes",
    "tanh_shrink": "its polynomial loses more than 8 ULP at a point near 0 in float32",
}
"""Losses of float32 alone that are known, and not mended yet."""


def known(names: Iterable[str], *tables: Mapping[str, str]) -> list[ParameterSet | str]:
    """The names, those in a table marked as expected to fail for the reason given there."""
    reasons = {name: reason for table in tables for name, reason in table.items()}
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=reasons[name])) if name in reasons else name for name in names
    ]


def gradients(
    function: Callable[..., tf.Tensor], arguments: Mapping[str, NDArray]
) -> tuple[NDArray, dict[str, NDArray]]:
    """The value, and the gradient for every argument, element by element."""
    tensors = {name: tf.constant(values) for name, values in arguments.items()}
    with tf.GradientTape() as tape:
        tape.watch(list(tensors.values()))
        value = function(**tensors)
    found = tape.gradient(value, tensors, unconnected_gradients="zero")
    return value.numpy(), {name: gradient.numpy() for name, gradient in found.items()}


def points(dtype: type, count: int) -> NDArray:
    """Inputs over all magnitudes of the type, both signs, and densely where activations bend."""
    rng = np.random.default_rng(20240229)
    info = np.finfo(dtype)
    exponents = rng.uniform(np.log2(info.smallest_normal), np.log2(info.max) - 1, count // 2)
    wide = np.exp2(exponents) * rng.choice([-1.0, 1.0], count // 2)
    return np.concatenate([wide, rng.uniform(-12, 12, count - count // 2 - 8), [0, 1, -1, 3, -3, 0.5, -0.5, 6]]).astype(
        dtype
    )


def _ulp(truth: float, dtype: type) -> float:
    info = np.finfo(dtype)
    return float(np.spacing(dtype(min(max(abs(truth), float(info.smallest_normal)), float(info.max) / 2))))


def judge(
    got: NDArray, truth: Callable[[dict], mpf], inputs: Sequence[str], arguments: Mapping[str, NDArray], dtype: type
) -> list[str]:
    """The points where the error exceeds 8 of the larger of an ULP of the result and what an ULP of an input changes.

    Results beyond the type's range may be infinite, and below 128 of the smallest normal number nothing is asked; with
    several inputs, one of them may be multiplied by an intermediate result that was as small and flushed to zero.
    """
    info = np.finfo(dtype)
    wrong = []
    for index in range(got.size):
        point = {name: values[index] for name, values in arguments.items()}
        true = truth({name: float(v) for name, v in point.items()})
        value = float(got[index])
        if abs(true) > float(info.max) * (1 - 2 * float(info.eps)):
            ok = (np.isinf(value) and (value > 0) == (true > 0)) or abs(value) > float(info.max) / 2
        else:
            error = abs(mpf(value) - true) if np.isfinite(value) else mp.inf
            factor = max([1.0, *(abs(float(point[name])) for name in inputs)]) if len(inputs) > 1 else 1.0
            allowed = ULPS * _ulp(float(true), dtype) + 128 * float(info.smallest_normal) * factor
            ok = error <= allowed
            for name, at in point.items():
                if ok:
                    break
                for near in (np.nextafter(at, dtype(-np.inf)), np.nextafter(at, dtype(np.inf))):
                    moved = truth({**{k: float(v) for k, v in point.items()}, name: float(near)})
                    ok = ok or error <= ULPS * abs(moved - true)
        if not ok:
            wrong.append(f"{ {k: float(v) for k, v in point.items()} }: {value} for {mp.nstr(true, 12)}")
    return wrong


def _check(shipped: ModuleType, activation: Activation, arguments: dict[str, NDArray], dtype: type) -> None:
    value, slopes = gradients(getattr(shipped, activation.name), arguments)
    assert value.dtype == dtype
    assert judge(value, activation.value, activation.inputs, arguments, dtype) == []
    for of in activation.names:
        truth = lambda point, of=of: activation.gradient(of, point, FLOOR[dtype])  # noqa: E731
        if of not in activation.inputs and of in activation.claims:
            truth = lambda point, of=of: activation.claim(of, point)  # noqa: E731 - cheaper, and itself held to truth
        assert judge(slopes[of], truth, activation.inputs, arguments, dtype) == [], of


def _arguments(activation: Activation, dtype: type, count: int, parameters: Mapping[str, float]) -> dict[str, NDArray]:
    xs = points(dtype, count)
    arguments = {name: np.roll(xs, 17 * i) for i, name in enumerate(activation.inputs)}
    for name, text in activation.defaults.items():
        arguments[name] = np.full_like(xs, dtype(parameters.get(name, float(exact(text)))))
    return arguments


@pytest.mark.parametrize("name", known(SHIPPED, FLUSHES))
def test_float32_at_the_defaults(name: str, shipped: ModuleType) -> None:
    """Value and every gradient are right to 1e-6 wherever the input itself is not the larger uncertainty."""
    activation = SHIPPED[name]
    _check(shipped, activation, _arguments(activation, np.float32, 120, {}), np.float32)


@pytest.mark.parametrize("name", known(SHIPPED, {"gelu_tanh": FLUSHES["gelu_tanh"]}))
def test_float32_where_xla_compiles_the_passes(name: str, shipped: ModuleType) -> None:
    """The same holds for what large tensors are computed by, in eager code."""
    activation = SHIPPED[name]
    with always_compiled(shipped, name) as passes:
        _check(shipped, activation, _arguments(activation, np.float32, 120, {}), np.float32)
        assert any(p._compiled for p in passes)


@pytest.mark.parametrize("name", known(SHIPPED))
def test_float64_at_the_defaults(name: str, shipped: ModuleType) -> None:
    """Value and every gradient are right to 2e-15, so nothing inside is computed in float32."""
    activation = SHIPPED[name]
    _check(shipped, activation, _arguments(activation, np.float64, 60, {}), np.float64)


@pytest.mark.parametrize("name", known(OTHER_PARAMETERS))
def test_float32_at_other_parameters(name: str, shipped: ModuleType) -> None:
    """The same where the parameters are tensors of other values."""
    activation = SHIPPED[name]
    _check(shipped, activation, _arguments(activation, np.float32, 60, OTHER_PARAMETERS[name]), np.float32)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_gradient_near_the_origin(name: str, shipped: ModuleType) -> None:
    """Whatever is lost far out or close to 0, between -4 and 4 every gradient is right to five decimals."""
    activation = SHIPPED[name]
    xs = np.linspace(-3.9, 4.1, 57, dtype=np.float32)
    arguments = {of: np.roll(xs, 5 * i) for i, of in enumerate(activation.inputs)}
    for of, text in activation.defaults.items():
        arguments[of] = np.full_like(xs, float(exact(text)))
    _, slopes = gradients(getattr(shipped, name), arguments)
    for of in activation.names:
        for index in range(xs.size):
            point = {key: float(values[index]) for key, values in arguments.items()}
            truth = float(activation.gradient(of, point))
            assert float(slopes[of][index]) == pytest.approx(truth, rel=1e-5, abs=5e-6), (of, point)


def test_every_parameter_is_tried_at_another_value() -> None:
    """The table above leaves out no activation that has parameters."""
    assert set(OTHER_PARAMETERS) == {name for name, activation in SHIPPED.items() if activation.defaults}


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("relu", {"x": 0.0}, 0.0),
        ("relu", {"x": -0.0}, 0.0),
        ("relu6", {"x": 0.0}, 0.0),
        ("relu6", {"x": 6.0}, 0.0),
        ("leaky_relu", {"x": 0.0}, np.float32(0.2)),
        ("leaky_relu", {"x": -0.0}, np.float32(0.2)),
        ("elu", {"x": 0.0}, 1.0),
        ("elu", {"x": 0.0, "alpha": 2.0}, 2.0),  # the claim's own branch
        ("selu", {"x": 0.0}, np.float32(1.0507009873554805)),
        ("celu", {"x": 0.0, "alpha": 2.0}, 1.0),
        ("soft_shrink", {"x": 0.5}, 0.0),
        ("soft_shrink", {"x": -0.5}, 0.0),
        ("hard_shrink", {"x": 0.5}, 0.0),
        ("hard_shrink", {"x": -0.5}, 0.0),
        ("sparse_plus", {"x": -1.0}, 0.0),
        ("sparse_plus", {"x": 1.0}, 1.0),
        ("hard_sigmoid", {"x": 3.0}, 0.0),
        ("hard_sigmoid", {"x": -3.0}, 0.0),
        ("sparse_sigmoid", {"x": 1.0}, 0.0),
        ("sparse_sigmoid", {"x": -1.0}, 0.0),
        ("hard_silu", {"x": -3.0}, 0.0),  # between 0 and -1/2
        ("hard_silu", {"x": 3.0}, 1.0),  # between 1 and 3/2
        ("hard_tanh", {"x": 1.0}, 0.0),
        ("hard_tanh", {"x": -1.0}, 0.0),
        ("threshold", {"x": 1.0}, 0.0),
        ("prelu", {"x": 0.0}, 0.25),
        ("sign_ste", {"x": 1.0}, 1.0),
        ("sign_ste", {"x": -1.0}, 1.0),
        ("spike_atan", {"x": 0.0}, 1.0),
        ("spike_fast_sigmoid", {"x": 0.0}, 1.0),
    ],
)
def test_the_gradient_at_a_kink(name: str, arguments: dict[str, float], expected: float, shipped: ModuleType) -> None:
    """It is the one-sided derivative of smallest magnitude, or what the claim or surrogate says there."""
    tensors = {key: tf.constant([value], tf.float32) for key, value in arguments.items()}
    with tf.GradientTape() as tape:
        tape.watch(tensors["x"])
        value = getattr(shipped, name)(**tensors)
    assert tape.gradient(value, tensors["x"]).numpy().tolist() == [expected]
