"""What is measured is reported, and a program that is not within the contract gets a warning with its worst place."""

from __future__ import annotations

import math
import re

import mpmath

from actc.diagnostics import CODES
from actc.pipeline import compile_source


def test_accuracy_is_reported() -> None:
    """Each format has the greatest error of the value and of every gradient."""
    text = "name: a\nparameters: {beta: 1.0}\nexpression: x/(1 + exp(-beta*x))\n"
    compiled = compile_source("a.yaml", text.encode(), "generated")
    assert compiled.diagnostics == ()
    (report,) = compiled.activations
    assert report.accuracy is not None
    assert [a.dtype for a in report.accuracy] == ["float32", "float64"]
    for found in report.accuracy:
        assert [name for name, _ in found.gradient_ulp] == ["x", "beta"]
        assert 0 < found.value_ulp <= 8
        assert all(0 < ulp <= 8 for _, ulp in found.gradient_ulp)
        assert found.nonfinite == 0


def test_a_failed_activation_has_no_accuracy() -> None:
    """Where there is an error, nothing is measured."""
    compiled = compile_source("a.yaml", b"name: a\nexpression: x**2\nderivative: x\n", "generated")
    assert compiled.activations[0].accuracy is None


def test_the_worst_place_is_shown() -> None:
    """The formula in the table of codes really is that far off where the message says, by mpmath."""
    compiled = compile_source("a.yaml", CODES["ACT313"].example.encode(), "generated")
    (found,) = compiled.diagnostics
    number = r"(-?[\d.]+(?:e[+-]?\d+)?)"
    match = re.fullmatch(
        rf"the value is off by {number} ULP in (float32|float64) at x = {number}, a = {number}, more than 8",
        found.message,
    )
    assert match is not None, found.message
    assert match[2] == "float64"
    x, a = float(match[3]), float(match[4])
    computed = math.atan(x) - math.atan(a) - (x - a) / (1 + a**2)
    with mpmath.workdps(50):
        near, middle = mpmath.mpf(x), mpmath.mpf(a)
        true = mpmath.atan(near) - mpmath.atan(middle) - (near - middle) / (1 + middle**2)
        by_x = 1 / (1 + near**2) - 1 / (1 + middle**2)
        by_a = 2 * middle * (near - middle) / (1 + middle**2) ** 2
        scale = max(math.ulp(float(true)), abs(by_x) * math.ulp(x), abs(by_a) * math.ulp(a))
        # The place is shown to nine digits, so the error there is another of the same size.
        assert 0.1 < abs(computed - true) / scale / float(match[1]) < 10
    assert compiled.module is not None, "a warning, not an error"


def test_the_gradient_is_named() -> None:
    """A warning for a gradient points at the claim that it was written as."""
    text = "name: a\nparameters: {a: 1.5}\nexpression: x\nsurrogate: {x: tanh(x + a) - sinh(x + a) + a**3/3}\n"
    compiled = compile_source("a.yaml", text.encode(), "generated")
    (found,) = [d for d in compiled.diagnostics if d.code == "ACT313"]
    assert found.message.startswith("the gradient by `x` is ")
    assert (found.location.line, found.location.column) == (4, 16)
