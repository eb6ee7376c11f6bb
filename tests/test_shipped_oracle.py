"""The oracle itself, against values from tables and from rules that can be checked by hand."""

from __future__ import annotations

import pytest
from mpmath import inf, mp, mpf
from oracle import UndefinedError, read


def _one(expression: str, more: str = ""):
    return read(f"name: it\nexpression: {expression}\n{more}")[0]


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("sigmoid(x)", "0", "0.5"),
        ("softplus(x)", "0", "0.69314718055994530941723212145818"),  # log 2
        ("normal_cdf(x)", "1.96", "0.97500210485177956586"),  # DLMF 7.2, tables of the normal distribution
        ("erf(x)", "0.5", "0.52049987781304653768"),  # Abramowitz and Stegun, table 7.1
        ("gamma(x)", "0.5", "1.7724538509055160273"),  # sqrt(pi)
        ("loggamma(x)", "-0.5", "1.2655121234846454"),  # log|gamma(-1/2)| = log(2*sqrt(pi))
        ("cbrt(x)", "-8", "-2"),
        ("round(x)", "2.5", "2"),
        ("round(x)", "-1.5", "-2"),
        ("x % 3", "-1", "2"),
        ("Heaviside(x)", "0", "0.5"),
        ("step(x)", "0", "0"),
        ("sign(x)", "-3", "-1"),
        ("0**x", "0", "1"),
        ("atan2(x, 0)", "0", "0"),
        ("hard_sigmoid(x)", "1", "0.66666666666666666667"),
        ("1 if 0 < x <= 1 else 2", "1", "1"),
        ("Piecewise((1, (x > 0) & ~(x > 1)), (3, x > 1), (5, True))", "2", "3"),
        ("0.1 + 0.2 - x", "0.3", "0"),  # literals are exact
    ],
)
def test_a_function_has_its_documented_value(expression: str, at: str, expected: str) -> None:
    """The functions of the language mean what their definition says."""
    assert abs(_one(expression).value({"x": at}) - mpf(expected)) < mpf(10) ** -15


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("Abs(x)", 0, 0),
        ("max(x, 0)", 0, 0),
        ("3*x if x > 0 else 2*x", 0, 2),
        ("sign(x)*log(1 + Abs(x))", 0, 1),
        ("Max(x, 0) + Min(x, 0)", 0, 1),
        ("floor(x)", 2, 0),
        ("x + floor(x)", 2, 1),
        ("sqrt(Abs(x))", 0, 0),
        ("cbrt(x)", 0, inf),
        ("x**2", 0, 0),
        ("Abs(x)**1.5", 0, 0),
        ("sin(x)/x", 0, 0),
    ],
)
def test_the_rule_for_kinks(expression: str, at: int, expected: float) -> None:
    """At a kink or jump it is the side of smallest magnitude, 0 where the sides have opposite signs."""
    found = _one(expression).derived("x", {"x": at})
    assert found == expected or abs(found - expected) < mpf(10) ** -30


@pytest.mark.parametrize(
    ("expression", "x", "value", "slope"),
    [
        ("x + sqrt(x**2 + 4)", "-1e30", "2e-30", None),
        ("x - tanh(x)", "1e-12", "3.3333333333333333333333332e-37", "1e-24"),
        ("1 - tanh(x)", "50", "7.4401519520416e-44", "-1.4880303904083e-43"),
        ("x*normal_cdf(x)", "-12", "-2.1317785344932148e-32", None),  # SciPy's ndtr
    ],
)
def test_cancellation_is_seen_through(expression: str, x: str, value: str, slope: str | None) -> None:
    """Tails where every digit of double precision is lost come out to twelve digits."""
    activation = _one(expression)
    assert abs(activation.value({"x": x}) / mpf(value) - 1) < mpf(10) ** -12
    if slope is not None:
        assert abs(activation.derived("x", {"x": x}, floor=1e-60) / mpf(slope) - 1) < mpf(10) ** -12


def test_ties_of_several_inputs() -> None:
    """At a tie it is the shortest vector in the hull of the neighbouring gradients."""
    pair = read("name: it\ninputs: [a, b]\nexpression: max(a, b)\n")[0]
    assert [mp.nstr(v, 20) for v in pair.shortest({"a": 1.5, "b": 1.5}).values()] == ["0.5", "0.5"]
    triple = read("name: it\ninputs: [a, b, c]\nexpression: max(a, b, c)\n")[0]
    shortest = triple.shortest({"a": 0, "b": 0, "c": 0})
    assert all(abs(v - mpf(1) / 3) < mpf(10) ** -9 for v in shortest.values())


def test_claims_see_the_output_and_the_shared_names() -> None:
    """``y`` is the output, ``let`` and parameters are in reach, and a value may override a default."""
    activation = _one("a*s", "parameters: {a: 2}\nlet: {s: tanh(x)}\nderivative: a - y**2/a\n")
    assert abs(activation.claim("x", {"x": 1, "a": 3}) - 3 * mp.sech(1) ** 2) < mpf(10) ** -14


def test_what_is_not_real_is_refused() -> None:
    """A logarithm or root of a negative number is no number."""
    with pytest.raises(UndefinedError):
        _one("log(x)").value({"x": -1})
    with pytest.raises(UndefinedError):
        _one("x**0.5").value({"x": -1})
