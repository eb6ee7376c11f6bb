"""A factor that vanishes and one that is huge: what they make together is kept."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

import mpmath
import pytest
from analysed import right
from test_numerics_cancellation import programs

from actc.model.expr import Expr
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.normal_tails import with_tails
from actc.numerics.pairings import great_parameters, pairings
from actc.numerics.points import PointSet
from actc.numerics.simulate import Simulator

Function = Callable[..., mpmath.mpf]
_GATED = "name: a\ninputs: [x, s]\nexpression: "


def ulps(program: Expr, form: Format, point: dict[str, float], true: Function) -> mpmath.mpf:
    """The error in ULP, or in what the last bit of an input changes; results of the program's steps are flushed."""
    exact = {n: form.exact(Fraction(v)) or Fraction(0) for n, v in point.items()}
    run = Simulator(form, [{n: form.nearest(v) for n, v in exact.items()}], flush=True)
    computed = mpmath.mpf(float(run.run(program)[0]))
    with mpmath.workdps(60):
        given = [mpmath.mpf(v.numerator) / v.denominator for v in exact.values()]
        value = true(*given)
        if abs(value) < 128 * mpmath.mpf(2) ** form.least:
            return mpmath.mpf(0)
        scale = mpmath.mpf(2) ** (mpmath.floor(mpmath.log(abs(value), 2)) - form.precision + 1)
        for k, v in enumerate(exact.values()):
            step = form.ulp(v)
            moved = [*given[:k], given[k] + mpmath.mpf(step.numerator) / step.denominator, *given[k + 1 :]]
            scale = max(scale, abs(true(*moved) - value))
        return abs(computed - value) / scale


def tail(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def logistic(x: mpmath.mpf) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-x))


def density(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.exp(-(x**2) / 2) / mpmath.sqrt(2 * mpmath.pi)


@pytest.mark.parametrize(("text", "which", "form", "x", "s", "true"), [
    ("silu(x)*s", 0, FLOAT32, -103.387039, 2.70119271e26, lambda x, s: x * logistic(x) * s),
    ("silu(x)*s", 1, FLOAT32, -101.5, -3.1e20, lambda x, s: s * logistic(x) * (1 + x * logistic(-x))),
    ("silu(x)*s", 0, FLOAT64, -800.25, 2.7e280, lambda x, s: x * logistic(x) * s),
    ("gelu(x)*s", 0, FLOAT32, 2.136e-38, 834916992.0, lambda x, s: x * tail(x) * s),
    ("gelu(x)*s", 0, FLOAT32, -15.75, -8e36, lambda x, s: x * tail(x) * s),
    ("gelu(x)*s", 1, FLOAT32, -13.8462553, -1.67284e29, lambda x, s: s * (tail(x) + x * density(x))),
    ("gelu(x)*s", 1, FLOAT64, -40.25, 1e250, lambda x, s: s * (tail(x) + x * density(x))),
])  # fmt: skip
def test_gates(text: str, which: int, form: Format, x: float, s: float, true: Function) -> None:
    program = programs(f"{_GATED}{text}\n")[which]
    assert ulps(program, form, {"x": x, "s": s}, true) <= 8


@pytest.mark.parametrize(("text", "true", "span"), [
    ("erfc(x)*s", lambda x, s: mpmath.erfc(x) * s, (5.0, 13.0)),
    ("s*exp(-x**2/2)", lambda x, s: mpmath.exp(-(x**2) / 2) * s, (10.0, 18.0)),
    ("softplus(x)*s", lambda x, s: mpmath.log1p(mpmath.exp(x)) * s, (-170.0, -60.0)),
    ("s/(1 + x**2)", lambda x, s: s / (1 + x**2), (1e10, 1e27)),
    ("relu(s)*sigmoid(-x)*x", lambda x, s: s * logistic(-x) * x, (60.0, 170.0)),
])  # fmt: skip
def test_products_with_a_tail(text: str, true: Function, span: tuple[float, float]) -> None:
    """At pairs drawn at random, near all of which a factor is no float32."""
    random = Random(text)  # noqa: S311 - nothing is secret
    program = programs(f"{_GATED}{text}\n")[0]
    for _ in range(60):
        point = {"x": random.uniform(*span), "s": 2.0 ** random.uniform(40, 127)}
        assert ulps(program, FLOAT32, point, true) <= 8, point


def test_great_parameters() -> None:
    """What costs next to nothing holds for parameters that nobody uses, too."""
    _, slope, _ = programs("name: a\nparameters: {alpha: 1.0}\nexpression: x if x > 0 else alpha*expm1(x)\n")
    point = {"x": -100.5, "alpha": 3e9}
    assert ulps(slope, FLOAT32, point, lambda x, a: a * mpmath.exp(x)) <= 8


def test_pairs_have_an_ordinary_product() -> None:
    """Of some of them a factor is below the smallest normal number, and the result far above it."""
    found = right(f"{_GATED}silu(x)*s\n")
    (points,) = pairings((found.value,), found.activation, (PointSet(FLOAT32, ()),))
    assert any(logistic(float(p["x"])) < 2.0**-126 for p in points)
    for point in points:
        x, s = (float(point[n]) for n in "xs")
        assert abs(mpmath.mpf(x) * logistic(mpmath.mpf(x)) * s) > 2.0**-103
    assert not great_parameters((found.value,), found.activation, (PointSet(FLOAT32, ()),))[0].points


@pytest.mark.parametrize(("text", "true", "places"), [
    ("normal_cdf(x)", tail, (-12.5, -20.0, -36.0)),
    ("erfc(x)", mpmath.erfc, (8.75, 14.0, 25.0)),
])  # fmt: skip
def test_tails_of_the_normal_distribution(text: str, true: Function, places: tuple[float, ...]) -> None:
    found = right(f"name: a\nexpression: {text}\n")
    program = next(with_tails(found.value, ("x",), {}))
    for x in places:
        assert ulps(program, FLOAT64, {"x": x}, true) <= 1, x


@pytest.mark.parametrize(("gate", "true"), [
    ("x*sigmoid(x)", lambda x: x * logistic(x)),
    ("x*normal_cdf(x)", lambda x: x * tail(x)),
    ("x*tanh(softplus(x))", lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x)))),
])  # fmt: skip
def test_no_step_overflows_before_the_result(gate: str, true: Function) -> None:
    """2.7e38*1.25 is no float32; with a third factor below 1 it is one."""
    (program, *_) = programs(f"{_GATED}{gate}*s\n")
    for form, greatest in ((FLOAT32, mpmath.mpf(2) ** 128), (FLOAT64, mpmath.mpf(2) ** 1024)):
        for x in (0.25, 0.75, 1.25, 3.0):
            size = mpmath.mpf("0.97") * greatest * min(1, 1 / true(mpmath.mpf(x)))
            for s in (size, -size):
                assert ulps(program, form, {"x": x, "s": float(s)}, lambda x, s: true(x) * s) <= 8
