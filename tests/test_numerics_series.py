"""Formulas that cancel over long stretches, by series in what they really depend on, held to mpmath."""

from __future__ import annotations

import mpmath
import pytest
from test_numerics_cancellation import Function, programs, ulps

from actc.numerics.formats import FLOAT32, FLOAT64, Format

ALONG = [sign * m * 10.0**k for k in range(-6, 9, 2) for m in (1.3, 2.7, 6.1) for sign in (1, -1)]
A = "parameters: {a: {default: 2.0, domain: positive}}\n"


def cauchy(x: mpmath.mpf, a: mpmath.mpf = 1) -> mpmath.mpf:
    """1/2 + atan(x/a)/pi without cancellation."""
    return mpmath.atan2(a, -x) / mpmath.pi


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
@pytest.mark.parametrize(("text", "which", "names", "true"), [
    ("expression: 1/2 + atan(x)/pi\n", 0, "x", cauchy),
    ("expression: x*(1/2 + atan(x)/pi)\n", 0, "x", lambda x: x * cauchy(x)),
    ("expression: atan(x) - pi/2\n", 0, "x", lambda x: -mpmath.pi * cauchy(-x)),
    (A + "expression: x/2 + x/pi*atan(x/a)\n", 0, "xa", lambda x, a: x * cauchy(x, a)),
])  # fmt: skip
def test_right_angles_cancel_exactly(form: Format, text: str, which: int, names: str, true: Function) -> None:
    """The tail of an arctangent that begins at a right angle."""
    program = programs("name: a\n" + text)[which]
    for x in ALONG:
        assert ulps(program, form, names, (x, 1.75)[: len(names)], true) <= 8, x


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
@pytest.mark.parametrize("a", [0.5, 2.0, 5.0])
def test_positive_quantities_by_their_shares(form: Format, a: float) -> None:
    """log(1 + q) - q/(1 + q) for q from next to nothing to beyond 1, as the derivative by a parameter has it."""
    program = programs("name: a\n" + A + "expression: 1 - (1 + a*exp(x))**(-1/a)\n")[2]

    def true(x: mpmath.mpf, a: mpmath.mpf) -> mpmath.mpf:
        q = a * mpmath.exp(x)
        return -((1 + q) ** (-1 / a)) * (mpmath.log1p(q) - q / (1 + q)) / a**2

    for x in (-12.0, -5.5, -3.3, -2.25, -1.5, -1.0, -0.65, -0.4, -0.1, 0.2, 0.6, 1.1, 2.0, 4.5):
        assert ulps(program, form, "xa", (x, a), true) <= 8, x


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
@pytest.mark.parametrize(("text", "which", "true"), [
    ("sqrt(log(1 + x**2))", 0, lambda x: mpmath.sqrt(mpmath.log1p(x**2))),
    ("sqrt(log(1 + x**2))", 1, lambda x: x / (1 + x**2) / mpmath.sqrt(mpmath.log1p(x**2))),
    ("exp(-x**2) - 1/(1 + x**2)", 1, lambda x: -2 * x * mpmath.exp(-(x**2)) + 2 * x / (1 + x**2) ** 2),
])  # fmt: skip
def test_even_powers_under_roots_and_far_ends(form: Format, text: str, which: int, true: Function) -> None:
    """Near 0, in between and far out each, with a program of their own."""
    program = programs(f"name: a\nexpression: {text}\n")[which]
    for x in (*ALONG, 3.9e-31, -1.3e-20, 3.4e10, 6.5e17):
        assert ulps(program, form, "x", (x,), true) <= 8, x


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
@pytest.mark.parametrize("which", [0, 1])
def test_norms_far_out(form: Format, which: int) -> None:
    """(1 + abs(x)**a)**(1/a) far from 0 is abs(x) with a factor next to 1."""
    program = programs("name: a\n" + A.replace("2.0", "0.75") + "expression: x/(1 + Abs(x)**a)**(1/a)\n")[which]

    def true(x: mpmath.mpf, a: mpmath.mpf) -> mpmath.mpf:
        power = 1 + abs(x) ** a
        return power ** (-1 / a - 1) if which else x * power ** (-1 / a)

    for x in (*ALONG, 1.6e38, -4.5e9, 2.2e21):
        assert ulps(program, form, "xa", (x, 0.75), true) <= 8, x


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_sigmoids_near_1(form: Format) -> None:
    """A kernel of s = sigmoid(x) times s*(1 - s), both where s is small and where 1 - s is."""
    program = programs("name: a\nlet: {s: 1/(1 + exp(-x))}\nexpression: sin(s)/s\n")[1]

    def true(x: mpmath.mpf) -> mpmath.mpf:
        s = 1 / (1 + mpmath.exp(-x))
        return (s * mpmath.cos(s) - mpmath.sin(s)) / s**2 * s / (1 + mpmath.exp(x))

    for x in (-40.0, -9.3, -2.1, -0.7, 0.01, 0.5, 1.3047397240187877, 1.3334602012617185, 2.4, 3.7, 8.8, 20.0, 60.0):
        assert ulps(program, form, "x", (x,), true) <= 8, x


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
@pytest.mark.parametrize(("text", "scale"), [("tanh(x) - tanh(z)", 1), ("1/(1 + exp(-x)) - 1/(1 + exp(-z))", 2)])
def test_one_function_at_two_inputs(form: Format, text: str, scale: int) -> None:
    """The difference keeps its digits where both are nearly 1, and where they are nearly the same."""
    program = programs(f"name: a\ninputs: [x, z]\nexpression: {text}\n")[0]

    def true(x: mpmath.mpf, z: mpmath.mpf) -> mpmath.mpf:
        u, v = x / scale, z / scale
        return mpmath.sinh(u - v) / (mpmath.cosh(u) * mpmath.cosh(v)) / scale

    for point in ((-1817.0, -9.03), (30.0, 12.5), (9.25, 9.2500019), (-0.3, 0.2), (5e-9, -3e-9), (1.0, 1.0000001)):
        assert ulps(program, form, "xz", point, true) <= 8, point
