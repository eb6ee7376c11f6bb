"""Signs that follow from derivatives, held to values in mpmath, and claims that rest on them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from mpmath import mpf
from oracle_language import Formula
from test_prove import domains, prove, read

from actc.calculus.balls import sign_of
from actc.calculus.monotone import sign_along
from actc.calculus.work import Work
from actc.model.expr import ONE

KNOWN = [
    ("x - tanh(x)", ""),
    ("tanh(2*x) - 2*x", ""),
    ("x - sin(x)", ""),
    ("exp(x) - 1 - x", ""),
    ("cosh(x) - 1 - x**2/2", ""),
    ("softplus(x) - log(2)", ""),
    ("x*exp(1 - x) - 1", ""),
    ("log(1 + x**2) - x**2", ""),
    ("x - atan(x)", ""),
    ("log(x) + 1 - x", "x: positive"),
    ("x**3 + exp(x) - 1", ""),
]
UNKNOWN = ["2*erf(x) - x", "exp(x) - 2 - x", "sin(x) - x/2", "x*exp(-x) - 1/5", "tanh(x) - x/2"]


@pytest.mark.parametrize(("text", "spec"), KNOWN)
def test_signs_along_the_line(text: str, spec: str) -> None:
    """The function has the sign of its factor, near 0 and far out."""
    found = sign_along(read(text), domains(spec), Work(2_000_000))
    assert found is not None
    factor, direction = found
    formula = Formula.parse(text)
    for k in range(-60, 61):
        point = Fraction(k, 7) if abs(k) < 50 else Fraction(k)
        if spec and point <= 0:
            continue
        value = formula.at({"x": mpf(point.numerator) / point.denominator})
        wanted = direction * (1 if factor is ONE else sign_of(factor, {"x": point}) or 0)
        assert (value > 0) - (value < 0) in ((wanted,) if wanted and abs(value) > 1e-30 else (wanted, 0)), point


@pytest.mark.parametrize("text", UNKNOWN)
def test_nothing_is_said_of_functions_with_more_zeros(text: str) -> None:
    """Two zeros or three are no single factor."""
    assert sign_along(read(text), {}, Work(2_000_000)) is None


@pytest.mark.parametrize(
    ("function", "claim"),
    [
        ("Max(x, tanh(x))", "1 if x > 0 else 1 - y**2"),
        ("Max(exp(x), 1 + x)", "exp(x)"),
        ("Max(softplus(x), log(2))", "sigmoid(x)*step(x)"),
        ("Abs(x - atan(x))", "x*Abs(x)/(1 + x**2)"),
        ("Max(x**2, sin(x)**2)", "2*x"),
    ],
)
def test_claims_that_rest_on_inequalities(function: str, claim: str) -> None:
    """Which branch is taken follows from an inequality between functions."""
    assert prove(function, claim).holds


@pytest.mark.parametrize(
    ("function", "claim"),
    [
        ("Max(x, tanh(x) + 1e-4)", "1 if x > 0 else 1 - tanh(x)**2"),
        ("Max(exp(x), 1.0001 + x)", "exp(x)"),
        ("Max(softplus(x), 0.6932)", "sigmoid(x)*step(x)"),
        ("Max(x**2, sin(x)**2 + 1e-9)", "2*x"),
    ],
)
def test_nearly_true_inequalities(function: str, claim: str) -> None:
    """What holds but for a small interval is not proved."""
    assert not prove(function, claim).holds
