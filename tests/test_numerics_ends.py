"""At infinite inputs programs give the limit of the value and of every gradient, where there is one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import gmpy2
import mpmath
import pytest
from analysed import right

from actc.diagnostics import DiagnosticLog
from actc.model.expr import Expr
from actc.numerics.ends import ends, missed
from actc.numerics.formats import FLOAT32, FLOAT64, Format
from actc.numerics.points import PointSet
from actc.numerics.shortfall import report_shortfalls
from actc.numerics.simulate import simulate
from actc.numerics.stabilise import stabilise, stabilise_measured


def at_infinity(program: Expr, form: Format, side: int, **parameters: float) -> float:
    point = {name: gmpy2.mpfr(value) for name, value in parameters.items()}
    return float(simulate(program, form, [{"x": gmpy2.inf() * side, **point}])[0])


@pytest.mark.parametrize(("expression", "true"), [
    ("x/(1 + exp(-x))", lambda x: x / (1 + mpmath.exp(-x))),
    ("x*tanh(softplus(x))", lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x)))),
    ("x*normal_cdf(x)", lambda x: x * mpmath.ncdf(x)),
    ("x/(1 + Abs(x))", lambda x: x / (1 + abs(x))),
    ("x/sqrt(1 + x**2)", lambda x: x / mpmath.sqrt(1 + x**2)),
    ("x*exp(-x**2)", lambda x: x * mpmath.exp(-(x**2))),
    ("x*exp(x) if x < 0 else x", lambda x: x * mpmath.exp(x) if x < 0 else x),
    ("1/(1 + x**2)", lambda x: 1 / (1 + x**2)),
    ("atan(x) + x*sigmoid(x)", lambda x: mpmath.atan(x) + x / (1 + mpmath.exp(-x))),
    ("log(1 + x**2)/(1 + Abs(x))", lambda x: mpmath.log1p(x**2) / (1 + abs(x))),
])  # fmt: skip
def test_limits_at_both_ends(expression: str, true: object) -> None:
    """The value and the derivative are the limits that mpmath reads off far out, in both formats."""
    found = stabilise(right(f"name: a\nexpression: {expression}\n"))
    for side in (1, -1):
        with mpmath.workdps(60):
            far, farther = side * mpmath.mpf(10) ** 40, side * mpmath.mpf(10) ** 80
            value, later = true(far), true(farther)  # type: ignore[operator]
            slope = mpmath.diff(true, far, h=mpmath.mpf(10) ** 15)
        wanted = float(later) if abs(later - value) < 1e-30 * max(1, abs(later)) else None
        for form in (FLOAT32, FLOAT64):
            near = at_infinity(found.value, form, side)
            if wanted is None:
                grows = abs(later) > abs(value)
                assert near == (float("inf") * int(mpmath.sign(later)) if grows else 0)
            else:
                assert near == pytest.approx(wanted, rel=2.0 ** (4 - form.precision), abs=1e-30)
            near = at_infinity(found.gradients[0].expr, form, side)
            assert near == pytest.approx(float(slope), rel=1e-6, abs=1e-12)


def test_limits_that_parameters_change() -> None:
    """Where the limit depends on a parameter, its value is the one at the given parameter."""
    text = "name: a\nparameters: {b: {default: 2.0, domain: positive}}\nexpression: b*x/(1 + Abs(x)) + x*exp(-x**2)\n"
    found = stabilise(right(text))
    for form in (FLOAT32, FLOAT64):
        for b in (0.5, 2.0, 3.0):
            assert at_infinity(found.value, form, 1, b=b) == b
            assert at_infinity(found.value, form, -1, b=b) == -b


def test_limits_for_parameters_of_either_sign() -> None:
    """x*sigmoid(b*x) tends to 0 on the side that the sign of b tells, and is infinite on the other."""
    found = stabilise(right("name: a\nparameters: {b: 1.0}\nexpression: x*sigmoid(b*x)\n"))
    for form in (FLOAT32, FLOAT64):
        for b in (1.0, -1.0, 0.3, -2.5):
            side = 1 if b > 0 else -1
            assert at_infinity(found.value, form, side, b=b) == float("inf") * side
            assert at_infinity(found.value, form, -side, b=b) == 0
            assert [at_infinity(found.gradients[0].expr, form, k * side, b=b) for k in (1, -1)] == [1, 0]
            assert [at_infinity(found.gradients[1].expr, form, k, b=b) for k in (1, -1)] == [0, 0]


@pytest.mark.parametrize("expression", [
    "v*x*sigmoid(x)",
    "v*max(x, 0)",
    "v*x*normal_cdf(x)",
])  # fmt: skip
def test_limits_along_each_of_several_inputs(expression: str) -> None:
    """A gate that is closed lets nothing through, infinite as it or the signal may be."""
    found = stabilise(right(f"name: a\ninputs: [x, v]\nexpression: {expression}\n"))
    for form in (FLOAT32, FLOAT64):
        for v in (0.7, -1.3):
            assert at_infinity(found.value, form, -1, v=v) == 0
            assert at_infinity(found.gradients[0].expr, form, -1, v=v) == 0
            assert at_infinity(found.gradients[0].expr, form, 1, v=v) == pytest.approx(v, rel=1e-6)
            assert at_infinity(found.value, form, 1, v=v) == float("inf") * (1 if v > 0 else -1)


def test_limits_are_judged_as_results_are() -> None:
    """Where other inputs' last bits move a limit, as they do in a difference, it may be off as far as that."""
    found = stabilise_measured(right("name: a\ninputs: [x, f, c, i]\nexpression: sigmoid(f)*c + sigmoid(i)*tanh(x)\n"))
    assert all(m.missed == () for m in found.measured)
    wrong = right("name: a\ninputs: [x, f, c, i]\nexpression: sigmoid(f)*c + sigmoid(i)*tanh(x)*9999/10000\n")
    assert all(m.missed == () for m in stabilise_measured(wrong).measured)
    points = {n: Fraction(v) for n, v in {"x": 1, "f": 2, "c": Fraction(3, 4), "i": Fraction(3, 4)}.items()}
    wanted = ends(found.gradients.value, "x", found.gradients.activation, (PointSet(FLOAT32, (points,)),))
    assert wanted
    assert missed(found.gradients.value, "x", wanted) == ()
    assert missed(wrong.value, "x", wanted) == tuple(range(len(wanted)))


def test_where_there_is_no_limit_nothing_is_said() -> None:
    """What oscillates, or tends to nothing there, has no limit; a domain that ends has no infinite inputs."""
    sets = (PointSet(FLOAT32, ({"x": Fraction(1)},)),)
    for expression in ("sin(x)", "x*cos(x)", "x - floor(x)"):
        before = right(f"name: a\nexpression: {expression}\n")
        assert ends(before.value, "x", before.activation, sets) == ()
    inside = right("name: a\ninputs: {x: '(-1, 1)'}\nexpression: atanh(x)\n")
    assert ends(inside.value, "x", inside.activation, sets) == ()


def test_a_missed_limit_is_reported() -> None:
    """The warning names the infinite input; without a missed limit there is none."""
    found = stabilise_measured(right("name: a\nexpression: x*sigmoid(x)\n"))
    assert all(m.missed == () for m in found.measured)
    for lacking, message in [((("x", -1),), ["the gradient by `x` is not the limit at x = -inf"]), ((), [])]:
        measured = tuple(replace(m, missed=lacking) if m.variable == "x" else m for m in found.measured)
        log = DiagnosticLog()
        report_shortfalls(replace(found, measured=measured), log)
        assert [d.message for d in log.found] == message


def test_finite_inputs_are_as_exact_as_before() -> None:
    """What is done for infinite inputs costs no accuracy at finite ones."""
    for expression in ("x/(1 + exp(-x))", "x/(1 + Abs(x))", "1/(1 + x**2)", "x*exp(-x**2)"):
        for measured in stabilise_measured(right(f"name: a\nexpression: {expression}\n")).accuracy:
            assert measured.nonfinite == 0
            assert measured.value_ulp <= 8
            assert all(error <= 8 for _, error in measured.gradient_ulp)


def test_inputs_are_not_held_where_a_parameter_is_tiny() -> None:
    """x*sigmoid(beta*x) is 0 at minus infinity, and goes on growing up to there where beta is next to nothing."""
    found = stabilise(right("name: a\nparameters: {beta: 1.0}\nexpression: x/(1 + exp(-beta*x))\n"))
    for program in (found.value, found.gradients[0].expr):
        assert at_infinity(program, FLOAT32, -1, beta=1.0) == 0
    for x in (-3e38, -2.5e37, 3e38):
        beta = FLOAT32.nearest(Fraction(3, 10**38))
        point = {"x": FLOAT32.nearest(Fraction(x)), "beta": beta}
        got = float(simulate(found.value, FLOAT32, [point])[0])
        wanted = mpmath.mpf(float(point["x"])) / (1 + mpmath.exp(-mpmath.mpf(float(beta)) * float(point["x"])))
        assert got == pytest.approx(float(wanted), rel=1e-6)
