"""Formulas that lose their digits at places which are no floats, or in sums whose terms are known together."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache

import mpmath
import pytest
from analysed import right
from flint import arb

from actc.model.expr import ONE, Expr, apply, symbol
from actc.numerics.accuracy import Judge, simulators
from actc.numerics.centres import enclosed_roots
from actc.numerics.climbing import climbed
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.points import PointSet
from actc.numerics.simulate import simulate
from actc.numerics.stabilise import stabilise

Function = Callable[..., mpmath.mpf]


@cache
def programs(text: str) -> tuple[Expr, ...]:
    """The program for the value and those for the gradients."""
    found = stabilise(right(text))
    return found.value, *(g.expr for g in found.gradients)


def ulps(program: Expr, form: Format, names: str, point: tuple[float, ...], true: Function) -> mpmath.mpf:
    """The error at a point in ULP, or in what the last bit of an input changes, as mpmath has it."""
    exact = [form.exact(Fraction(v)) or Fraction(0) for v in point]
    rounded = {n: form.nearest(v) for n, v in zip(names, exact, strict=True)}
    computed = mpmath.mpf(float(simulate(program, form, [rounded])[0]))
    with mpmath.workdps(400):
        given = [mpmath.mpf(v.numerator) / v.denominator for v in exact]
        value = true(*given)
        if abs(computed - value) < 128 * mpmath.mpf(2) ** form.least:
            return mpmath.mpf(0)  # flushed
        scale = mpmath.mpf(2) ** (mpmath.floor(mpmath.log(abs(value), 2)) - form.precision + 1)
        for k, v in enumerate(exact):
            step = form.ulp(v)
            moved = [*given[:k], given[k] + mpmath.mpf(step.numerator) / step.denominator, *given[k + 1 :]]
            scale = max(scale, abs(true(*moved) - value))
        return abs(computed - value) / scale


def distances(root: float) -> list[float]:
    """Numbers ever nearer to a place, on both sides."""
    return [root + sign * 2.0**-k for k in range(1, 40) for sign in (1, -1)]


@pytest.mark.parametrize(("text", "true", "root"), [
    ("1 - 2*exp(-0.7*exp(x))", lambda x: 1 - 2 * mpmath.exp(-mpmath.mpf(7) / 10 * mpmath.exp(x)),
     float(mpmath.log(mpmath.log(2) / mpmath.mpf("0.7")))),
    ("exp(x) - 3*x", lambda x: mpmath.exp(x) - 3 * x, 0.6190612867359451),
    ("sin(x) + 1", lambda x: mpmath.sin(x) + 1, -float(mpmath.pi / 2)),
    ("tanh(x) - x/3", lambda x: mpmath.tanh(x) - x / 3, 2.984704583871543),
])  # fmt: skip
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_values_are_exact_around_irrational_roots(text: str, true: Function, root: float, form: Format) -> None:
    """A value keeps its digits where it vanishes, though no float is the root."""
    value = programs(f"name: a\nexpression: {text}\n")[0]
    for x in distances(root):
        assert ulps(value, form, "x", (x,), true) <= 8, x


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_gradients_are_exact_around_gaps_at_irrational_places(form: Format) -> None:
    """The slope of sin(x - pi)/(x - pi) around pi, where top and bottom vanish twice."""
    slope = programs("name: a\nexpression: 'Piecewise((1, x == pi), (sin(x - pi)/(x - pi), True))'\n")[1]

    def true(x: mpmath.mpf) -> mpmath.mpf:
        u = x - mpmath.pi
        return (u * mpmath.cos(u) - mpmath.sin(u)) / u**2

    for x in distances(float(mpmath.pi)):
        assert ulps(slope, form, "x", (x,), true) <= 8, x


@pytest.mark.parametrize(("point"), [
    (-4.5e-13, -123.75), (30.0, -1e30), (-1e30, 30.0), (-0.6931472, -0.6931472), (5e-18, -22.0), (-90.0, -90.5),
    (1e30, 1e30), (88.0, -3.0), (-2.0, -0.1454135),
])  # fmt: skip
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_logarithms_of_sums_keep_small_results(form: Format, point: tuple[float, float]) -> None:
    """log(exp(a) + exp(b)) beside its roots, and where one exponential is next to nothing."""
    value, slope, other = programs("name: c\ninputs: [a, b]\nexpression: log(exp(a) + exp(b))\n")

    def true(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
        return max(a, b) + mpmath.log1p(mpmath.exp(-abs(a - b)))

    assert ulps(value, form, "ab", point, true) <= 8
    assert ulps(slope, form, "ab", point, lambda a, b: mpmath.exp(a - true(a, b))) <= 8
    assert ulps(other, form, "ab", point, lambda a, b: mpmath.exp(b - true(a, b))) <= 8


@pytest.mark.parametrize(("point"), [(-10.0, 1.0), (-1.0, 1.0), (0.5, -3.0), (20.0, -100.0), (-5e-13, -124.0)])
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_steps_by_error_functions_keep_the_side_that_is_left(form: Format, point: tuple[float, float]) -> None:
    """The greater of two numbers, smoothed by an error function, where that is next to 1 or -1."""
    value, slope, _ = programs("name: m\ninputs: [a, b]\nexpression: ((a + b) + (a - b)*erf(a - b))/2\n")

    def true(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
        return (a * mpmath.erfc(b - a) + b * mpmath.erfc(a - b)) / 2

    def rise(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
        return mpmath.erfc(b - a) / 2 + (a - b) * mpmath.exp(-((a - b) ** 2)) / mpmath.sqrt(mpmath.pi)

    assert ulps(value, form, "ab", point, true) <= 8
    assert ulps(slope, form, "ab", point, rise) <= 8


@pytest.mark.parametrize("x", [-1e-30, -1e-6, -0.01, -0.3, -1.7, -3.9])
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_slopes_by_an_exponent_are_exact_at_small_inputs(form: Format, x: float) -> None:
    """The deformed exponential (1 + (1 - t)*x)**(1/(1 - t)) by t, in which two terms cancel at small (1 - t)*x."""
    found = programs(
        "name: p\nexpression: x if x > 0 else max(0, 1 + (1 - t)*x)**(1/(1 - t)) - 1\n"
        "parameters:\n  t: {default: 0.75, domain: '(0, 1)'}\n"
    )

    def true(x: mpmath.mpf, t: mpmath.mpf) -> mpmath.mpf:
        s, base = 1 - t, 1 + (1 - t) * x
        return base ** (1 / s) * (mpmath.log(base) / s**2 - x / (s * base))

    assert ulps(found[-1], form, "xt", (x, 0.75), true) <= 8


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_climbing_finds_where_a_program_fails(form: Format) -> None:
    """exp(x) - 1 is within the contract at points from 1/6 on, and more than 8 ULP off where the climb leads."""
    program = apply("exp", symbol("x")) - ONE
    exact = apply("expm1", symbol("x"))
    activation = right("name: a\nexpression: expm1(x)\n").activation
    known = PointSet(form, tuple({"x": form.exact(Fraction(k, 97)) or Fraction(0)} for k in range(16, 97)))
    errors = Judge(exact, (known,), simulators((known,))).errors(program)[0]
    assert max(errors) <= 8
    found = climbed(exact, program, known, errors, {i.name: i.domain for i in activation.inputs})
    assert found
    assert all(ulps(program, form, "x", (float(p["x"]),), mpmath.expm1) > 8 for p in found)
    assert climbed(exact, exact, known, Judge(exact, (known,), simulators((known,))).errors(exact)[0],
                   {i.name: i.domain for i in activation.inputs}) == ()  # fmt: skip


@pytest.mark.parametrize("x", [1e-30, -1e-12, 0.001, -0.5, 3.0, -40.0, 1000.0])
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_differences_of_softplus_keep_what_the_arguments_differ_by(form: Format, x: float) -> None:
    """log(1 + exp(2*x + b)) - log(1 + exp(b - x)), whose arguments are equal at 0."""
    value = programs(
        "name: d\nexpression: log(1 + exp(2*x + b)) - log(1 + exp(b - x))\nparameters:\n  b: 0.75\n"
    )[0]  # fmt: skip

    def true(x: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
        return mpmath.log1p(mpmath.exp(2 * x + b)) - mpmath.log1p(mpmath.exp(b - x))

    assert ulps(value, form, "xb", (x, 0.75), true) <= 8


def test_flat_brackets_of_roots_end() -> None:
    """Where the slope next to a root is all but 0, steps by it lead far off; the search for the root gives up."""
    x = symbol("x")
    cubic = apply("exp", x * x * x) - ONE  # its slope is 0 at its root
    bracket = (Fraction(-3, 2), Fraction(7, 4))
    assert enclosed_roots(cubic, "x", [bracket]) == []
    (found,) = enclosed_roots(apply("exp", x) - ONE - ONE, "x", [bracket])
    assert arb(2).log().contains(found)
    assert found.rad() < 1e-80


@pytest.mark.parametrize(("text", "true"), [
    ("softplus(x + a) - softplus(x - a)",
     lambda x, a: mpmath.log1p(mpmath.exp(x + a)) - mpmath.log1p(mpmath.exp(x - a))),
    ("x - a*log(1 + x**2/a)", lambda x, a: x - a * mpmath.log1p(x**2 / a)),
    ("((1 + x**2)**a - 1)/a", lambda x, a: mpmath.expm1(a * mpmath.log1p(x**2)) / a),
])  # fmt: skip
@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_gradients_by_parameters_keep_their_digits(text: str, true: Function, form: Format) -> None:
    """Differences that vanish with a power or logarithm of the input, and gaps between softplus far out."""
    value, by_x, by_a = programs(f"name: a\nparameters: {{a: {{default: 1, domain: positive}}}}\nexpression: {text}\n")
    for x in (1e-9, -3e-4, 0.03, 0.7, -2.5, 17.0, -60.0, 4000.0):
        for a in (1.0, 0.5, 1.75):
            assert ulps(value, form, "xa", (x, a), true) <= 8, (x, a)
            assert ulps(by_x, form, "xa", (x, a), lambda x, a: mpmath.diff(lambda t: true(t, a), x)) <= 8, (x, a)
            assert ulps(by_a, form, "xa", (x, a), lambda x, a: mpmath.diff(lambda t: true(x, t), a)) <= 8, (x, a)
