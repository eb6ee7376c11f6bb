"""What the printer's operations compute in TensorFlow, against mpmath: precision, special points, finite gradients."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from test_generated_programs import PACKAGE, acts

from actc.backend.printer import print_text
from actc.model.expr import Expr, apply, number, symbol

__all__ = ["acts"]  # a fixture

tf = pytest.importorskip("tensorflow")
X, Y = symbol("x"), symbol("y")
LIMIT = 8.0  # the accuracy contract's ULPs


def computed(expr: Expr, mode: str, **arguments: Any) -> Any:
    """The value of the printed expression in x and y, which are tensors of one dtype."""
    dtype = next(iter(arguments.values())).dtype
    scope = {"tf": tf, "_support": sys.modules[f"{PACKAGE}._support"], "dtype": dtype}
    code = compile(print_text(expr), "<printed>", "eval")

    def evaluate(*tensors: Any) -> Any:
        return eval(code, {**scope, **dict(zip(arguments, tensors, strict=True))})  # noqa: S307 - our own text

    do_not_convert = tf.autograph.experimental.do_not_convert(evaluate)
    return {"eager": evaluate, "xla": tf.function(do_not_convert, jit_compile=True)}[mode](*arguments.values())


def points(low: float, high: float, dtype: str, signs: tuple[int, ...] = (1, -1), count: int = 60) -> Any:
    """Magnitudes spread over all exponents between the ends, which are among them."""
    sizes = np.exp2(np.linspace(math.log2(low), math.log2(high), count))
    with np.errstate(over="ignore"):
        return np.concatenate([sign * sizes for sign in signs]).astype(dtype)


def worst(expr: Expr, truth: Callable[[Any], Any], x: Any, mode: str) -> tuple[float, float]:
    """The largest error in units of the contract, and where."""
    info = np.finfo(x.dtype)
    found = np.asarray(computed(expr, mode, x=tf.constant(x)))
    largest = (0.0, 0.0)
    with mpmath.workdps(60):
        for argument, result in zip(x, found, strict=True):
            exact = truth(mpmath.mpf(float(argument)))
            error = abs(mpmath.mpf(float(result)) - exact) if math.isfinite(result) else mpmath.inf
            if abs(exact) > info.max or error < 128 * float(info.tiny):
                continue
            slope = abs(mpmath.diff(truth, mpmath.mpf(float(argument))))
            unit = max(np.spacing(np.abs(x.dtype.type(float(exact)))), slope * float(np.spacing(np.abs(argument))))
            largest = max(largest, (float(error / unit), float(argument)))
    return largest


def _gamma_points(dtype: str) -> Any:
    x = points(1e-6, 34.0 if dtype == "float32" else 170.0, dtype)
    return x[np.floor(x) != x]


def _range(of32: float, of64: float) -> Callable[[str], Any]:
    return lambda dtype: points(1e-30, of32 if dtype == "float32" else of64, dtype)


def _whole(dtype: str) -> Any:
    return points(1e-37 if dtype == "float32" else 1e-300, 3e38 if dtype == "float32" else 1e300, dtype)


def _inside(dtype: str) -> Any:
    return points(1e-30, 0.999, dtype)


SMOOTH: dict[str, tuple[Callable[[Any], Any], Callable[[str], Any]]] = {
    "exp": (mpmath.exp, _range(88, 709)),
    "log": (mpmath.log, lambda dtype: np.abs(_whole(dtype))),
    "sqrt": (mpmath.sqrt, lambda dtype: np.abs(_whole(dtype))),
    "cbrt": (lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), _whole),
    "sin": (mpmath.sin, _range(1e4, 1e4)),
    "cos": (mpmath.cos, _range(1e4, 1e4)),
    "tan": (mpmath.tan, _range(1e3, 1e3)),
    "asin": (mpmath.asin, _inside),
    "acos": (mpmath.acos, _inside),
    "atan": (mpmath.atan, _whole),
    "sinh": (mpmath.sinh, _range(89.3, 710.3)),
    "cosh": (mpmath.cosh, _range(89.3, 710.3)),
    "tanh": (mpmath.tanh, _whole),
    "asinh": (mpmath.asinh, _whole),
    "acosh": (mpmath.acosh, lambda dtype: 1 + points(1e-6, 1e6, dtype, (1,))),
    "atanh": (mpmath.atanh, _inside),
    "erf": (mpmath.erf, _whole),
    "erfc": (mpmath.erfc, _range(10, 27)),
    "normal_cdf": (mpmath.ncdf, _range(14, 38)),
    "gamma": (mpmath.gamma, _gamma_points),
    "digamma": (mpmath.digamma, _gamma_points),
    "sinc": (lambda x: mpmath.sin(x) / x, _range(1e3, 1e3)),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), _range(88, 708)),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), _range(1e30, 1e30)),
    "log_sigmoid": (lambda x: -mpmath.log1p(mpmath.exp(-x)), _range(1e30, 1e30)),
    "log1p": (mpmath.log1p, lambda dtype: np.concatenate([_inside(dtype), np.abs(_whole(dtype))])),
    "expm1": (mpmath.expm1, _range(88, 709)),
}


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize("mode", ["eager", "xla"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SMOOTH)
def test_operations_keep_the_accuracy_contract(name: str, dtype: str, mode: str) -> None:
    """Within 8 ULP over the whole range, eager and under XLA, though TensorFlow's own functions are not."""
    truth, where = SMOOTH[name]
    error, place = worst(apply(name, X), truth, where(dtype), mode)
    assert error <= LIMIT, f"{error} at {place!r}"


def compiled(name: str, x: Any) -> Any:
    """A helper's value and slope as in a pass that XLA compiles."""
    support: Any = sys.modules[f"{PACKAGE}._support"]

    def run(v: Any) -> Any:
        support._tracing.compiled = True
        try:
            with tf.GradientTape() as tape:
                tape.watch(v)
                value = getattr(support, name)(v)
            return value, tape.gradient(value, v)
        finally:
            support._tracing.compiled = False

    return [np.asarray(v) for v in tf.function(run, autograph=False, jit_compile=True)(tf.constant(x, tf.float32))]


def _logistic(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _density(x: Any) -> Any:
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def _many(high: float) -> Any:
    return points(1e-37, high, "float32", count=900)


OWN: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], Any, dict[float, float]]] = {
    "log1p": (
        mpmath.log1p,
        lambda x: 1 / (1 + x),
        np.concatenate([points(1e-37, 3.4e38, "float32", (1,), 900), -points(1e-37, 0.9999999, "float32", (1,), 900)]),
        {-1.0: -math.inf, math.inf: math.inf, -2.0: math.nan, -math.inf: math.nan, -0.0: -0.0},
    ),
    "softplus": (
        lambda x: mpmath.log1p(mpmath.exp(x)),
        _logistic,
        _many(80.0),
        {math.inf: math.inf, -math.inf: 0.0, 3e38: 3e38},
    ),
    "log_sigmoid": (
        lambda x: -mpmath.log1p(mpmath.exp(-x)),
        lambda x: _logistic(-x),
        _many(80.0),
        {-math.inf: -math.inf, -3e38: -3e38},
    ),
    "sigmoid": (
        _logistic,
        lambda x: _logistic(x) * _logistic(-x),
        _many(80.0),
        {math.inf: 1.0, -math.inf: 0.0},
    ),
    "falling_sigmoid": (
        lambda x: _logistic(-x),
        lambda x: -_logistic(x) * _logistic(-x),
        _many(80.0),
        {math.inf: 0.0, -math.inf: 1.0},
    ),
    "normal_cdf": (mpmath.ncdf, _density, _many(12.5), {math.inf: 1.0, -math.inf: 0.0, -3e38: 0.0, 3e38: 1.0}),
    "erfc": (
        mpmath.erfc,
        lambda x: -2 * mpmath.exp(-x * x) / mpmath.sqrt(mpmath.pi),
        _many(9.0),
        {math.inf: 0.0, -math.inf: 2.0, -3e38: 2.0, 3e38: 0.0},
    ),
}
"""What is computed otherwise inside of compiled passes: truth, slope, points of all magnitudes, and special points."""


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize("name", OWN)
def test_functions_of_compiled_passes(name: str) -> None:
    """Within 3 units of the contract of float32 at all magnitudes, right at the ends, and differentiated right."""
    truth, slope, x, special = OWN[name]
    x = np.append(x, np.float32(0.0))
    found, slopes = compiled(name, x)
    worst = (0.0, 0.0)
    with mpmath.workdps(40):
        for argument, value, by in zip(x, found, slopes, strict=True):
            v = mpmath.mpf(float(argument))
            exact, tilt = truth(v), slope(v)
            assert float(by) == pytest.approx(float(tilt), rel=3e-5, abs=1e-36), argument
            if abs(exact) > 128 * float(np.finfo("float32").tiny):
                unit = max(np.spacing(np.abs(np.float32(float(exact)))), abs(tilt) * float(np.spacing(abs(argument))))
                worst = max(worst, (float(abs(mpmath.mpf(float(value)) - exact) / unit), float(argument)))
    assert worst[0] <= 3.0, worst
    ends, _ = compiled(name, np.array([*special, math.nan], "float32"))
    assert math.isnan(ends[-1])
    for (at, due), value in zip(special.items(), ends[:-1], strict=True):
        assert float(value) == pytest.approx(due, rel=2e-7, nan_ok=True), at
        assert math.isnan(due) or np.signbit(value) == np.signbit(np.float32(due)), at


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize(("name", "low"), [("normal_cdf", -12.5), ("erfc", 8.5)])
def test_tails_of_compiled_passes_keep_their_digits(name: str, low: float) -> None:
    """Far out, where the function changes by hundreds of units with its input's last bit, it is within 12 ULP."""
    x = np.linspace(low / 4, low, 600).astype("float32")
    found, _ = compiled(name, x)
    with mpmath.workdps(40):
        for argument, value in zip(x, found, strict=True):
            exact = OWN[name][0](mpmath.mpf(float(argument)))
            error = abs(mpmath.mpf(float(value)) - exact) / float(np.spacing(np.float32(float(exact))))
            assert error <= 12.0, argument


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("exponent", [-3, -2, -1, 0, 2, 3, 4, 5, 7, 8, 9, 13, 20])
def test_whole_powers(exponent: int, dtype: str) -> None:
    """Whole powers of negative and positive numbers are right, those of 0 too: 0**0 is 1."""
    x = points(1e-2, 1e2, dtype, count=25)
    expr = apply("pow", X, number(exponent))
    error, place = worst(expr, lambda v: v**exponent, x, "eager")
    assert error <= LIMIT, f"{error} at {place!r}"
    if exponent >= 0:
        assert float(computed(expr, "eager", x=tf.constant(0.0, dtype))) == (1.0 if exponent == 0 else 0.0)


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize("mode", ["eager", "xla"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_special_points(dtype: str, mode: str) -> None:
    """Signs, ties, zeros and infinities are the language's, in both precisions and modes."""
    inf = math.inf
    cases: list[tuple[Expr, float, float]] = [
        (apply("gamma", X), -0.5, -2 * math.sqrt(math.pi)),
        (apply("gamma", X), -1.5, 4 / 3 * math.sqrt(math.pi)),
        (apply("gamma", X), 5.0, 24.0),
        (apply("gamma", X), 200.0, inf),
        (apply("loggamma", X), -0.5, math.log(2 * math.sqrt(math.pi))),
        (apply("polygamma", number(1), X), -0.5, math.pi**2 / 2 + 4),
        (apply("polygamma", number(1), X), 1.0, math.pi**2 / 6),
        (apply("sinc", X), 0.0, 1.0),
        (apply("cbrt", X), -8.0, -2.0),
        (apply("cbrt", X), 0.0, 0.0),
        (apply("sign", X), 0.0, 0.0),
        (apply("erf", X), 1e30, 1.0),
        (apply("erf", X), -inf, -1.0),
        (apply("erfc", X), inf, 0.0),
        (apply("erfc", X), -1e30, 2.0),
        (apply("normal_cdf", X), -inf, 0.0),
        (apply("normal_cdf", X), inf, 1.0),
        (apply("sinh", X), -inf, -inf),
        (apply("cosh", X), -inf, inf),
        (apply("log1p", X), inf, inf),
        (apply("log_sigmoid", X), -1e30, -1e30),
        (apply("mod", X, number(3)), -1.0, 2.0),
        (apply("mod", X, number(-3)), 1.0, -2.0),
        (apply("pow", X, symbol("x")), 0.0, 1.0),
        (apply("max", number(0), X), -2.0, 0.0),
        (apply("min", number(0), X), -2.0, -2.0),
        (apply("floor", X), -0.5, -1.0),
        (apply("ceiling", X), 0.5, 1.0),
        (apply("where", apply("not", apply("eq", X, number(1))), number(2), X), 1.0, 1.0),
        (apply("atan2", X, number(0)), 0.0, 0.0),
        (apply("atan2", X, number(-1)), 0.0, math.pi),
        *((apply("round", X), half, float(round(half))) for half in (0.5, 1.5, 2.5, -0.5, -1.5)),
    ]
    close = 1e-6 if dtype == "float32" else 1e-14
    for expr, at, expected in cases:
        found = float(computed(expr, mode, x=tf.constant(at, dtype)))
        assert found == pytest.approx(expected, rel=close), (expr, at)


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize("name", sorted(set(SMOOTH) | {"abs", "sign", "floor", "round"}))
def test_nan_stays_nan(name: str) -> None:
    """No helper turns NaN into a number by a comparison."""
    assert math.isnan(float(computed(apply(name, X), "eager", x=tf.constant(math.nan))))


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("expr", "slope", "at"),
    [
        (apply("sinc", X), lambda x: 0.0 if x == 0 else (math.cos(x) - math.sin(x) / x) / x, (0.0, 1.0, -30.0)),
        (apply("cbrt", X), lambda x: 1 / (3 * abs(x) ** (2 / 3)), (8.0, -8.0, 1e-20)),
        (apply("sinh", X), math.cosh, (0.0, 0.5, -1.0, 1.0, 20.0, -20.0)),
        (apply("cosh", X), math.sinh, (0.0, 2.0, -2.0)),
        (apply("erf", X), lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x), (0.0, 1.0, 20.0, -1e30)),
        (apply("erfc", X), lambda x: -2 / math.sqrt(math.pi) * math.exp(-x * x), (0.0, 1.0, 30.0, -1e30)),
        (apply("normal_cdf", X), lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi), (0.0, -3.0, 1e30, -1e30)),
        (apply("log1p", X), lambda x: 1 / (1 + x), (0.0, 1e-10, -0.5, 1e30)),
        (apply("atanh", X), lambda x: 1 / (1 - x * x), (0.0, 0.5, -0.5)),
        (apply("log_sigmoid", X), lambda x: 1 / (1 + math.exp(x)), (0.0, -1e30, 700.0)),
        (apply("gamma", X), lambda x: float(mpmath.gamma(x) * mpmath.digamma(x)), (0.5, 3.0, 20.0, -0.5, -3.3)),
        (apply("loggamma", X), lambda x: float(mpmath.digamma(x)), (0.5, 3.0, 20.0, -0.5)),
        (apply("polygamma", number(1), X), lambda x: float(mpmath.polygamma(2, x)), (0.75, 3.0, -0.25)),
        (apply("atan2", X, number(0)), lambda _: 0.0, (2.0, -2.0)),
        (apply("pow", X, number(5)), lambda x: 5 * x**4, (0.0, -2.0, 3.0)),
        (apply("pow", X, number(9)), lambda x: 9 * x**8, (0.0, -2.0, 3.0)),
    ],
    ids=lambda value: repr(value) if isinstance(value, Expr) else "",
)
def test_helpers_can_be_differentiated(
    expr: Expr, slope: Callable[[float], float], at: tuple[float, ...], dtype: str
) -> None:
    """Second order rests on TensorFlow differentiating the helpers: finite and right, guarded branches included."""
    x = tf.constant(at, dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = computed(expr, "eager", x=x)
    with np.errstate(over="ignore"):
        expected = [slope(float(v)) for v in np.asarray(x, "float64")]
    close = 2e-5 if dtype == "float32" else 1e-12
    assert [float(v) for v in tape.gradient(value, x)] == pytest.approx(expected, rel=close, abs=1e-30)
