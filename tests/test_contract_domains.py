"""Where generated code gives NaN, what it refuses, and its values at the points that the language fixes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import actc

tf = pytest.importorskip("tensorflow")
NAN, INF = math.nan, math.inf


def module(text: str, package: str = "contract_domains") -> ModuleType:
    """The module of an activation, warnings aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return actc.compile(text, package=package)


def run(text: str, *inputs: Sequence[float], dtype: str = "float32", **parameters: float) -> list[Any]:
    """The value, then the gradients by inputs and parameters, of the activation ``a``; eagerly."""
    function = module(text).a
    tensors = [tf.constant(i, dtype) for i in inputs]
    more = {name: tf.constant(v, dtype) for name, v in parameters.items()}
    with tf.GradientTape() as tape:
        for tensor in (*tensors, *more.values()):
            tape.watch(tensor)
        value = function(*tensors, **more)
    found = tape.gradient(value, [*tensors, *more.values()])
    return [value.numpy().astype("float64"), *(g.numpy().astype("float64") for g in found)]


def same(found: Any, expected: Sequence[float]) -> bool:
    return bool(np.array_equal(found, np.array(expected, "float64"), equal_nan=True))


INPUTS: list[tuple[str, list[float], list[float]]] = [
    ("real", [-1, 0, 2], []),
    ("positive", [0.5, 3], [0, -1, -INF]),
    ("negative", [-0.5, -3], [0, 1, INF]),
    ("nonnegative", [0, 3], [-0.5, -INF]),
    ("nonpositive", [0, -3], [0.5, INF]),
    ("nonzero", [-1, 3], [0, -0.0]),
    ("(0, 1)", [0.5, 0.75], [0, 1, -1, 2]),
    ("[0, 1)", [0, 0.75], [-0.25, 1, 2]),
    ("(0, 1]", [0.25, 1], [0, -1, 1.25]),
    ("[-1, 1/2]", [-1, 0.5], [-1.25, 0.75]),
    ("[1, inf)", [1, 9], [0.5, -INF]),
    ("(1, oo)", [1.5, 9], [1]),
    ("(-inf, 2]", [2, -9], [2.5, INF]),
    ("integer", [-2, 0, 3], [0.5, -1.25]),
    ("positive integer", [1, 2], [0, 0.5, -1]),
    ("nonzero integer", [1, -2], [0, 0.5]),
    ("[2, 4] integer", [2, 3, 4], [1, 5, 2.5]),
]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize(("domain", "inside", "outside"), INPUTS, ids=[row[0] for row in INPUTS])
def test_outside_an_inputs_domain_all_is_nan(
    domain: str, inside: list[float], outside: list[float], dtype: str
) -> None:
    """Value and gradient are x**2 and 2*x within the domain and NaN outside it, in every floating-point type."""
    text = f'name: a\ninputs: {{x: "{domain}"}}\nexpression: x**2\n'
    value, slope = run(text, [*inside, *outside, NAN], dtype=dtype)
    nothing = [NAN] * (len(outside) + 1)
    assert same(value, [*(x * x for x in inside), *nothing])
    assert same(slope, [*(2 * x for x in inside), *nothing])


def test_any_input_outside_makes_all_nan() -> None:
    """Of several inputs one outside its domain is enough, for every gradient, the parameter's too."""
    text = "name: a\ninputs: {u: positive, v: real}\nparameters: {b: 2}\nexpression: b*log(u)*v\n"
    value, by_u, by_v, by_b = run(text, [-1.0, 1.0, 1.0, NAN], [1.0, 2.0, NAN, 1.0], dtype="float64", b=3.0)
    assert same(value, [NAN, 0, NAN, NAN])
    assert same(by_u, [NAN, 6, NAN, NAN])
    assert math.isnan(by_v[0])
    assert by_v[1] == 0
    assert math.isnan(by_b)


PARAMETERS: list[tuple[str, list[float], list[float]]] = [
    ("real", [-3, 0, 2.5], []),
    *[row for row in INPUTS if row[0] != "real"],
]


@pytest.mark.parametrize(("domain", "inside", "outside"), PARAMETERS, ids=[row[0] for row in PARAMETERS])
def test_a_number_outside_a_parameters_domain_is_refused(
    domain: str, inside: list[float], outside: list[float]
) -> None:
    """A ValueError names the parameter, in function and layer alike; neither NaN nor infinity is in any domain."""
    text = f'name: a\nparameters: {{size: {{default: {inside[0]}, domain: "{domain}"}}}}\nexpression: x + size\n'
    made = module(text)
    for number in inside:
        assert float(made.a(0.0, number)) == number
        assert float(made.A(size=number)(np.zeros(1, "float32"))[0]) == number
    for number in (*outside, NAN, INF, -INF):
        for call in (made.a, made.A):
            arguments = {"size": number} if call is made.A else {"x": 0.0, "size": number}
            with pytest.raises(ValueError, match="size"):
                call(**arguments)
        with pytest.raises(ValueError, match="size"):
            made.a(0.0, np.float32(number))


def test_tensors_and_variables_are_not_checked() -> None:
    """What is no Python number is taken as it is."""
    made = module("name: a\nparameters: {size: {default: 1, domain: positive}}\nexpression: x + size\n")
    assert float(made.a(0.0, tf.constant(-7.0))) == -7
    assert float(made.a(0.0, tf.Variable(-7.0))) == -7
    with pytest.raises(ValueError, match="size"):
        made.a(0.0, -7)


FIXED: list[tuple[str, str, float, float]] = [
    ("x**0", "real", 0, 1),
    ("0**x", "nonnegative", 0, 1),
    ("0**x", "nonnegative", 2, 0),
    ("x**x", "nonnegative", 0, 1),
    ("atan2(0*x, 0)", "real", 3, 0),
    ("atan2(x, x)", "real", 0, 0),
    ("atan2(x, 0)", "real", 0, 0),
    ("atan2(0, -1 + 0*x)", "real", 0, math.pi),
    ("sign(x)", "real", 0, 0),
    ("Heaviside(x)", "real", 0, 0.5),
    ("step(x)", "real", 0, 0),
    ("step(x)", "real", 1e-30, 1),
    ("round(x)", "real", 0.5, 0),
    ("round(x)", "real", 1.5, 2),
    ("round(x)", "real", 2.5, 2),
    ("round(x)", "real", -0.5, 0),
    ("round(x)", "real", -1.5, -2),
    ("round(x)", "real", -2.5, -2),
    ("x % 3", "real", -1, 2),
    ("x % 3", "real", -3, 0),
    ("x % 3", "real", 7, 1),
    ("x % -3", "real", 1, -2),
    ("x % -3", "real", -4, -1),
    ("floor(x)", "real", -0.5, -1),
    ("ceiling(x)", "real", -1.5, -1),
    ("cbrt(x)", "real", -27, -3),
    ("sinc(x)", "real", 0, 1),
    ("sinc(x)", "real", math.pi / 2, 2 / math.pi),
    ("loggamma(x)", "(-1, 0)", -0.5, math.log(2 * math.sqrt(math.pi))),
    ("log(x, 10)", "positive", 1000, 3),
    ("hard_sigmoid(x)", "real", -3, 0),
    ("hard_sigmoid(x)", "real", 1.5, 0.75),
    ("gelu(x)", "real", 1, 0.8413447460685429),
    ("sin(x)/x", "real", 0, 1),
    ("(1 - cos(x))/x**2", "real", 0, 0.5),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("expression", "domain", "x", "expected"), FIXED)
def test_points_that_the_language_fixes(expression: str, domain: str, x: float, expected: float, dtype: str) -> None:
    """0**0, atan2(0, 0), ties of ``round``, signs of ``%``, limits: generated code has the language's values."""
    value, _ = run(f'name: a\ninputs: {{x: "{domain}"}}\nexpression: "{expression}"\n', [x], dtype=dtype)
    assert value[0] == pytest.approx(expected, rel=1e-6 if dtype == "float32" else 1e-15)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_powers_with_an_integer_parameter(n: int) -> None:
    """x**n and its gradient at 0 and below."""
    text = "name: a\nparameters: {n: {default: 2, domain: nonnegative integer}}\nexpression: x**n\n"
    function = module(text).a
    x = tf.constant([-2.0, 0.0, 3.0], "float64")
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x, n=n)
    assert same(value.numpy(), [(-2.0) ** n, 0.0**n, 3.0**n])
    assert same(tape.gradient(value, x).numpy(), [n * v ** (n - 1) for v in (-2.0, 0.0, 3.0)])


NOT_LOST = (
    *("step(x)", "sign(x)", "x if x > 0 else 0", "Max(x, 0)", "Min(x, 1)", "clip(x, 0, 1)", "Heaviside(x)", "floor(x)"),
    *("1", "x*0", "x**0", "exp(x)**0", "5 if x != 1 else x", "min(x, 1) if x < 3 else 4", "atan2(0, x)", "x % 2"),
    *(
        "Piecewise((1, x > 0), (2, x < 0), (3, True))",
        "1 if not x > 0 else 2",
        "1**x",
        "round(x)",
        "2 if x == x else x",
    ),
)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("expression", NOT_LOST)
def test_the_value_at_nan_is_nan(expression: str, dtype: str) -> None:
    """NaN is not lost in branches, steps and powers; the gradient is NaN too, unless it is a constant."""
    value, slope = run(f'name: a\nexpression: "{expression}"\n', [NAN, 1.0], dtype=dtype)
    assert math.isnan(value[0])
    assert not math.isnan(value[1])
    varies = ("x if x", "Max", "Min", "clip", "min", "5 if", "1**x")
    assert math.isnan(slope[0]) == expression.startswith(varies)


@pytest.mark.parametrize("compiled", [False, True], ids=["graph", "xla"])
def test_the_value_at_nan_is_nan_in_graphs(compiled: bool) -> None:
    """Under tf.function and XLA as well."""
    documents = [f'name: a{index}\nexpression: "{e}"\n' for index, e in enumerate(NOT_LOST)]
    made = module("---\n".join(documents), "contract_graphs")
    functions = [getattr(made, f"a{index}") for index in range(len(NOT_LOST))]

    @tf.function(jit_compile=compiled)
    def everything(x: Any) -> Any:
        return [function(x) for function in functions]

    found = [v.numpy() for v in everything(tf.constant([NAN, 1.0]))]
    assert [e for e, v in zip(NOT_LOST, found, strict=True) if not math.isnan(v[0]) or math.isnan(v[1])] == []


def test_a_gradient_by_a_parameter_may_be_nan() -> None:
    """x**n by n is not real for x < 0: the gradient is NaN there and right elsewhere; the value is not touched."""
    text = "name: a\nparameters: {n: 2}\nexpression: x**n\n"
    for x, expected in ((-3.0, NAN), (3.0, 9 * math.log(3))):
        value, by_x, by_n = run(text, [x], dtype="float64", n=2.0)
        assert value[0] == 9
        assert by_x[0] == 2 * x
        assert by_n == pytest.approx(expected, rel=1e-14, nan_ok=True)
