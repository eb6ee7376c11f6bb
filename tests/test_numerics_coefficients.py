"""Sums by the powers of what stands in them as a factor: each coefficient by itself has no digits to lose."""

from __future__ import annotations

import mpmath
import pytest
from test_numerics_cancellation import Function, programs, ulps
from test_prove import read

from actc.calculus.prove import prove_same
from actc.numerics.coefficients import by_plain_symbols, by_roots, by_symbols, with_differences
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.rational import quotient
from actc.numerics.vocabulary import Writer, rewritten


@pytest.mark.parametrize(("writer", "formula", "wanted"), [
    (by_plain_symbols, "sigmoid(x)*(x + 2*a) - a", "x*sigmoid(x) + a*tanh(x/2)"),
    (by_plain_symbols, "a*exp(x) - a + b", "b + a*expm1(x)"),
    (by_symbols, "(a*exp(b*a) + x*exp(b*x))/(exp(b*a) + exp(b*x))", "x*sigmoid(b*x - b*a) + a*sigmoid(b*a - b*x)"),
    (by_symbols, "x*exp(x)/(1 + exp(x))**2 - a*exp(x)/(1 + exp(x))**2", "(x - a)*(sigmoid(x)*sigmoid(-x))"),
    (by_roots, "sqrt(a)*x - sqrt(x**2 + 1)*x + sqrt(x**2 + 1)*a", "sqrt(a)*x + sqrt(x**2 + 1)*(a - x)"),
])  # fmt: skip
def test_coefficients_get_their_names(writer: Writer, formula: str, wanted: str) -> None:
    """The prover shows the sum equal to the formula, and to what it is expected to be, which has as many nodes."""
    found = rewritten(read(formula), writer, whole=True)
    assert prove_same(found, read(formula), {}).holds, found
    assert prove_same(found, read(wanted), {}).holds, found
    assert str(found).count("(") <= str(read(wanted)).count("(") + 2


@pytest.mark.parametrize("writer", [by_plain_symbols, by_symbols, by_roots])
@pytest.mark.parametrize("formula", [
    "x*(1 + exp(-a*x))/(2 + exp(x))",
    "(x*sqrt(x**2 + a) + a*sqrt(x**2 + b))/(1 + exp(x))",
    "x**2*tanh(x) - 2*x*tanh(x) + a*x*sigmoid(2*x)",
    "x*exp(a)/(exp(a) + exp(b) + exp(x)) - b*exp(b)/(exp(a) + exp(b) + exp(x))",
    "a*x - b",
])  # fmt: skip
def test_every_sum_is_an_identity(writer: Writer, formula: str) -> None:
    """The prover shows every spelling equal to the formula."""
    assert prove_same(rewritten(read(formula), writer, whole=True), read(formula), {}).holds


def test_exponentials_of_differences() -> None:
    """What has exponentials of one degree alone loses one of them; all else stays as it is."""
    value = quotient(read("exp(a)/(exp(a) + exp(b))"))
    assert value is not None
    assert with_differences(value).exponents == (read("a - b"),)
    other = quotient(read("exp(a)/(1 + exp(a) + exp(b))"))
    assert other is not None
    assert with_differences(other) is other


@pytest.mark.parametrize(("text", "names", "points", "true"), [
    ("parameters: {a: 0.1}\nexpression: sigmoid(x)*(x + 2*a) - a", "xa",
     [(0.08704560250043869, -1.1029433012008667), (0.25, -1.0625), (-0.5, 7.0), (3.0, -2.5)],
     lambda x, a: x / (1 + mpmath.exp(-x)) + a * mpmath.tanh(x / 2)),
    ("inputs: [x, b]\nparameters: {a: 1.0}\nexpression: (x*exp(a*x) + b*exp(a*b))/(exp(a*x) + exp(a*b))", "xba",
     [(7.099541272084636, 4.818173642357317, 1.0), (0.5, -0.25, 3.0), (300.0, -2.0, 1.0)],
     lambda x, b, a: (x * mpmath.exp(a * x) + b * mpmath.exp(a * b)) / (mpmath.exp(a * x) + mpmath.exp(a * b))),
])  # fmt: skip
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_values_keep_their_digits(
    text: str, names: str, points: list[tuple[float, ...]], true: Function, form: Format
) -> None:
    """Places at which the formula as it is written was off by more than 8 ULP."""
    value = programs(f"name: a\n{text}\n")[0]
    for point in points:
        assert ulps(value, form, names, point, true) <= 8, point
