"""Differences of a function at two places: what vanishes where the places meet is a factor, and loses no digit."""

from __future__ import annotations

import mpmath
import pytest
from test_numerics_cancellation import Function, programs, ulps
from test_prove import read

from actc.calculus.prove import prove_same
from actc.model.expr import postorder
from actc.numerics.coefficients import by_symbols_in_differences
from actc.numerics.differences import in_differences, with_products
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.vocabulary import rewritten


@pytest.mark.parametrize("formula", [
    "tanh(x + b) - tanh(b)",
    "sigmoid(x + a) - sigmoid(x - a)",
    "(x - a)*sigmoid(b*(x - a)) + a*sigmoid(-b*a)",
    "exp(x + a) - exp(a)",
    "1/(1 + exp(-a*(x - b))) - 1/(1 + exp(a*b))",
    "x*tanh(x + a)",
    "tanh(x + 1) - tanh(1)",
    "cosh(x - a) - cosh(a) + sinh(x + b)",
    "expm1(a*x - b)/(1 + exp(a*x + b))",
    "exp(-(x - a)**2) - exp(-a**2)",
])  # fmt: skip
def test_every_spelling_is_an_identity(formula: str) -> None:
    """The prover shows products and quotients equal to the formula."""
    apart = with_products(read(formula))
    assert prove_same(apart, read(formula), {}).holds
    for writer in (in_differences, by_symbols_in_differences):
        assert prove_same(rewritten(apart, writer, whole=True), read(formula), {}).holds, writer


@pytest.mark.parametrize(("formula", "functions"), [
    ("tanh(x + b) - tanh(b)", {"expm1", "sigmoid"}),
    ("sigmoid(a*x - b) - sigmoid(-b)", {"expm1", "sigmoid"}),
    ("exp(x + a) - exp(a)", {"expm1", "exp"}),
])  # fmt: skip
def test_no_exponential_is_left_to_overflow(formula: str, functions: set[str]) -> None:
    """Sigmoids take up what exponentials stand apart."""
    found = rewritten(with_products(read(formula)), in_differences, whole=True)
    assert {n.op for n in postorder(found)} & {"exp", "expm1", "sigmoid", "tanh"} == functions


POINTS = [
    (1e-30, 0.5, 1.5),
    (-3e-7, 2.0, 0.75),
    (0.01, -1.25, 3.0),
    (0.7, 0.5, 1.0),
    (-5.5, 2.0, 2.0),
    (40.0, -3.0, 1.0),
]


@pytest.mark.parametrize(("text", "true"), [
    ("tanh(x + a) - tanh(a) + b - b", lambda x, a, b: mpmath.tanh(x + a) - mpmath.tanh(a)),
    ("(x - a)*sigmoid(b*(x - a)) + a*sigmoid(-b*a)",
     lambda x, a, b: (x - a) / (1 + mpmath.exp(-b * (x - a))) + a / (1 + mpmath.exp(b * a))),
    ("1/(1 + exp(-b*(x - a))) - 1/(1 + exp(a*b))",
     lambda x, a, b: 1 / (1 + mpmath.exp(-b * (x - a))) - 1 / (1 + mpmath.exp(a * b))),
])  # fmt: skip
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_values_keep_their_digits(text: str, true: Function, form: Format) -> None:
    """All sizes of the input, near the place where the difference vanishes and far from it."""
    value = programs(f"name: a\nparameters: {{a: 0.5, b: {{default: 1.5, domain: positive}}}}\nexpression: {text}\n")[0]
    for point in POINTS:
        assert ulps(value, form, "xab", point, true) <= 8, point
