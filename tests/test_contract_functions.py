"""Every function of the language in generated code: value and gradient in TensorFlow against mpmath."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import mpmath
import pytest

import actc
from actc.model.operations import CONSTANT_NAMES, FUNCTION_NAMES

tf = pytest.importorskip("tensorflow")
mp = mpmath.mp

ANY = (-7.3, -2.4, -1.25, -0.5, -1e-3, 1e-3, 0.3, 0.75, 1.5, 3.25, 9.1)
UNIT = (-0.99, -0.5, -1e-3, 1e-3, 0.4, 0.98)
POSITIVE = (1e-3, 0.3, 1.0, 2.5, 12.0)
BELOW_0 = (-0.9, -0.45, -0.1)
STEEP = (-1.5, -0.3, 0.3, 1.5)


@dataclass(frozen=True)
class Case:
    """One expression, what it means, where it is looked at and, if that is not everywhere, where it is defined."""

    expression: str
    truth: Callable[[Any], Any]
    points: tuple[float, ...] = ANY
    domain: str = "real"


def middle(value: Any, low: Any, high: Any) -> Any:
    return sorted([value, mp.mpf(low), mp.mpf(high)])[1]


def modulo(a: Any, b: Any) -> Any:
    """Python's: the sign is the divisor's."""
    return a - b * mp.floor(a / b)


def log_gamma(x: Any) -> Any:
    return mp.log(abs(mp.gamma(x)))


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def piecewise(x: Any) -> Any:
    return x * x if 0 < x <= 1 else mp.sin(x) if x > 3 or x < -2 else x


def banded(x: Any) -> Any:
    return x if x > 2 else x * x if x > -2 else mp.sin(x)


CASES = (
    Case("exp(x)", mp.exp),
    Case("log(x)", mp.log, POSITIVE, "positive"),
    Case("log(x, 3)", lambda x: mp.log(x, 3), POSITIVE, "positive"),
    Case("log(2, x)", lambda x: mp.log(2) / mp.log(x), (1.5, 2.5, 40.0), "(1, inf)"),
    Case("sqrt(x)", mp.sqrt, POSITIVE, "nonnegative"),
    Case("cbrt(x)", lambda x: mp.sign(x) * mp.cbrt(abs(x))),
    Case("sin(x)", mp.sin),
    Case("cos(x)", mp.cos),
    Case("tan(x)", mp.tan, STEEP, "(-1.55, 1.55)"),
    Case("sec(x)", mp.sec, STEEP, "(-1.55, 1.55)"),
    Case("asin(x)", mp.asin, UNIT, "(-1, 1)"),
    Case("acos(x)", mp.acos, UNIT, "(-1, 1)"),
    Case("atan(x)", mp.atan),
    Case("atan2(x, -2)", lambda x: mp.atan2(x, -2)),
    Case("atan2(2, x)", lambda x: mp.atan2(2, x)),
    Case("atan2(x, x**2 - 1)", lambda x: mp.atan2(x, x * x - 1), (-7.3, -0.5, 0.3, 0.75, 1.5)),
    Case("sinh(x)", mp.sinh),
    Case("cosh(x)", mp.cosh),
    Case("tanh(x)", mp.tanh),
    Case("sech(x)", mp.sech),
    Case("asinh(x)", mp.asinh),
    Case("acosh(x)", mp.acosh, (1.01, 2.0, 40.0), "(1, inf)"),
    Case("atanh(x)", mp.atanh, UNIT, "(-1, 1)"),
    Case("erf(x)", mp.erf),
    Case("erfc(x)", mp.erfc),
    Case("gamma(x)", mp.gamma, POSITIVE, "positive"),
    Case("1 + gamma(x)", lambda x: 1 + mp.gamma(x), BELOW_0, "(-1, 0)"),
    Case("loggamma(x)", log_gamma, POSITIVE, "positive"),
    Case("1 + loggamma(x)", lambda x: 1 + log_gamma(x), BELOW_0, "(-1, 0)"),
    Case("digamma(x)", mp.digamma, POSITIVE, "positive"),
    Case("1 + digamma(x)", lambda x: 1 + mp.digamma(x), BELOW_0, "(-1, 0)"),
    Case("sinc(x)", lambda x: mp.sin(x) / x, (-7.3, -0.5, 0.3, 1.5, 9.1)),
    Case("Abs(x)", abs),
    Case("abs(x)*x", lambda x: abs(x) * x),
    Case("sign(x)*x**2", lambda x: mp.sign(x) * x**2),
    Case("Heaviside(x)*x", lambda x: max(x, 0 * x)),
    Case("floor(x)*x", lambda x: mp.floor(x) * x),
    Case("ceiling(x)*x", lambda x: mp.ceil(x) * x),
    Case("round(x)*x", lambda x: mp.nint(x) * x, (-7.3, -2.4, -1.25, 0.3, 0.75, 3.25)),
    Case("Min(x, x**2, 2)", lambda x: min(x, x * x, mp.mpf(2))),
    Case("max(x, x**2, 2)", lambda x: max(x, x * x, mp.mpf(2))),
    Case("Max(x, -x/2) + min(x, 1)", lambda x: max(x, -x / 2) + min(x, mp.mpf(1))),
    Case("Piecewise((x**2, And(x > 0, Not(x > 1))), (sin(x), Or(x > 3, x < -2)), (x, True))", piecewise),
    Case("Piecewise((x**3, x > 1), (x**2, x <= 1))", lambda x: x**3 if x > 1 else x * x),
    Case("Piecewise((x, x > 2), (x**2, -2 < x <= 2), (sin(x), x <= -2))", banded),
    Case("sigmoid(x)", sigmoid),
    Case("softplus(x)", lambda x: mp.log1p(mp.exp(x))),
    Case("relu(x)", lambda x: max(x, 0 * x)),
    Case("log1p(x)", mp.log1p, (-0.99, -1e-3, 1e-3, 5.0), "(-1, inf)"),
    Case("expm1(x)", mp.expm1),
    Case("log2(x)", lambda x: mp.log(x, 2), POSITIVE, "positive"),
    Case("log_sigmoid(x)", lambda x: -mp.log1p(mp.exp(-x))),
    Case("step(x)*x", lambda x: max(x, 0 * x)),
    Case("clip(x**2, 1, 4)", lambda x: middle(x * x, 1, 4)),
    Case("hard_sigmoid(x)", lambda x: middle(x / 6 + mp.mpf(1) / 2, 0, 1)),
    Case("gelu(x)", lambda x: x * mp.ncdf(x)),
    Case("silu(x)", lambda x: x * sigmoid(x)),
    Case("normal_cdf(x)", mp.ncdf),
    Case("normal_pdf(x)", mp.npdf),
    Case("x*(x % 3)", lambda x: x * modulo(x, 3)),
    Case("x*(x % -3)", lambda x: x * modulo(x, -3)),
    Case("x*(-x % 1.5)", lambda x: x * modulo(-x, mp.mpf(1.5)), (-7.3, -2.4, -0.5, 0.3, 3.25)),
    Case("5 % x", lambda x: modulo(mp.mpf(5), x), (-7.3, -2.4, -1.2, 0.3, 0.75, 1.5, 9.1), "nonzero"),
    Case("x**3 - x/7 - 2", lambda x: x**3 - x / 7 - 2),
    Case("x**-3", lambda x: x**-3, ANY, "nonzero"),
    Case("x**1.5", lambda x: x ** mp.mpf(1.5), POSITIVE, "nonnegative"),
    Case("x**x", lambda x: x**x, POSITIVE, "positive"),
    Case("2**x", lambda x: mp.mpf(2) ** x),
    Case(
        "E**x + pi*x + EulerGamma*x**2 + GoldenRatio",
        lambda x: mp.exp(x) + mp.pi * x + mp.euler * x**2 + mp.phi,
    ),
    Case("x**2 if 0 < x <= 1 else -x if not x > 0 else 3*x", lambda x: x**2 if 0 < x <= 1 else 3 * x if x > 1 else -x),
    Case("x**2 if (x > 0) & (x < 1) | ~(x > -2) else x", lambda x: x**2 if 0 < x < 1 or x <= -2 else x),
    Case("x**2 if x == 1.5 or x != x + 1 and x >= 2 else x", lambda x: x**2 if x >= 2 else x, (-7.3, 0.3, 3.25)),
    Case("x**2 if True else -x", lambda x: x**2),
)


@pytest.fixture(scope="module")
def package() -> Iterator[ModuleType]:
    """A module with one activation for each case, ``case_0`` and so on."""
    documents = [
        f'name: case_{index}\ninputs: {{x: "{case.domain}"}}\nexpression: "{case.expression}"\n'
        for index, case in enumerate(CASES)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield actc.compile("---\n".join(documents), package="contract_functions")


def slopes(function: Callable[[Any], Any], points: tuple[float, ...], dtype: str) -> tuple[Any, Any, Any]:
    """The points in that precision, the values and the gradients."""
    x = tf.constant(points, dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x)
    return x.numpy(), value.numpy(), tape.gradient(value, x).numpy()


@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-14), ("float32", 4e-6)])
@pytest.mark.parametrize("index", range(len(CASES)), ids=lambda index: CASES[index].expression)
def test_functions_compute_what_they_mean(package: ModuleType, index: int, dtype: str, close: float) -> None:
    """Value and gradient agree with mpmath, up to what the last bit of the input is worth; negative arguments too."""
    case = CASES[index]
    xs, values, gradients = slopes(getattr(package, f"case_{index}"), case.points, dtype)
    with mpmath.workdps(40):
        for x, value, gradient in zip(xs, values, gradients, strict=True):
            at = mp.mpf(float(x))
            true, slope, bend = case.truth(at), mp.diff(case.truth, at), mp.diff(case.truth, at, 2)
            assert abs(value - true) <= close * max(abs(true), abs(slope * at)), (x, value, true)
            assert abs(gradient - slope) <= close * max(abs(slope), abs(bend * at)), (x, gradient, slope)


def test_no_function_is_left_out() -> None:
    """Every function and constant of the language stands in some case."""
    words = set(re.findall(r"[A-Za-z]\w*", " ".join(case.expression for case in CASES)))
    assert (FUNCTION_NAMES | CONSTANT_NAMES) - words == set()
