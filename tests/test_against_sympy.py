"""SymPy reads the same expressions and must agree: the language takes its names from it."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy
from flint import arb

from actc.calculus.balls import evaluate_sure
from actc.calculus.differentiate import differentiate
from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.expressions import Scope, parse_number
from actc.model.expr import Expr, symbol
from actc.model.spec import Text

X = sympy.Symbol("x", real=True)

# What the language adds to SymPy's names, in SymPy's own terms.
ADDED = {
    "x": X,
    "sigmoid": lambda u: 1 / (1 + sympy.exp(-u)),
    "softplus": lambda u: sympy.log(1 + sympy.exp(u)),
    "log_sigmoid": lambda u: -sympy.log(1 + sympy.exp(-u)),
    "relu": lambda u: sympy.Max(u, 0),
    "log1p": lambda u: sympy.log(1 + u),
    "expm1": lambda u: sympy.exp(u) - 1,
    "log2": lambda u: sympy.log(u, 2),
    "cbrt": sympy.real_root,
    "gelu": lambda u: u * (1 + sympy.erf(u / sympy.sqrt(2))) / 2,
    "silu": lambda u: u / (1 + sympy.exp(-u)),
    "normal_cdf": lambda u: (1 + sympy.erf(u / sympy.sqrt(2))) / 2,
    "normal_pdf": lambda u: sympy.exp(-(u**2) / 2) / sympy.sqrt(2 * sympy.pi),
    "clip": lambda v, low, high: sympy.Min(sympy.Max(v, low), high),
    "hard_sigmoid": lambda u: sympy.Min(sympy.Max(u / 6 + sympy.Rational(1, 2), 0), 1),
    "step": lambda u: sympy.Piecewise((1, u > 0), (0, True)),
    "abs": sympy.Abs,
    "max": sympy.Max,
    "min": sympy.Min,
}

EXPRESSIONS = [
    "x*sigmoid(3*x/2)",
    "x*tanh(softplus(x))",
    "x/2*(1 + erf(x/sqrt(2)))",
    "x/2*(1 + tanh(sqrt(2/pi)*(x + 11*x**3/250)))",
    "Piecewise((x, x > 0), (2*(exp(x) - 1), True))",
    "Max(x, 0) - Min(x/3, 2)",
    "x/(1 + Abs(x))",
    "log(1 + exp(x))**2",
    "x + sin(3*x)**2/3",
    "atan(x)*cos(x) + tan(x/9)",
    "asinh(x) + acosh(2 + x**2) + atanh(x/90)",
    "asin(x/90) - acos(x/80)",
    "sinh(x/3)*cosh(x/5) - sech(x)",
    "atan2(x, 2) + atan2(3, x)",
    "gamma(2 + x**2/50) + loggamma(3 + x**2) + digamma(1 + x**2)",
    "erfc(x)*expm1(x/7) + log1p(x**2)",
    "sqrt(1 + x**2) + (1 + x**2)**(1/3)",
    "2**x + (1 + x**2)**x",
    "sinc(x) + sec(x/99)",
    "clip(x, -2, 1) + hard_sigmoid(x) + relu(x - 1)",
    "gelu(x) + silu(x) + normal_cdf(x) + normal_pdf(x)",
    "log_sigmoid(x) + log2(1 + x**2) + log(3 + x**2, 7)",
    "sign(x)*x**2 + Heaviside(x)*x + step(x)*x**3",
    "pi*x + E**x + EulerGamma - GoldenRatio*x",
]
POINTS = [Fraction(-17, 5), Fraction(-1, 3), Fraction(2, 7), Fraction(13, 4)]


SMOOTH_NOWHERE = ["x % 3 + floor(x/2)*x + ceiling(x)"]  # SymPy has no derivative of these


def read(text: str) -> Expr:
    """The expression in our own terms."""
    log = DiagnosticLog()
    expr = parse_number(Text(text, Location("a.yaml", 1, 1)), Scope({"x": symbol("x")}), log)
    assert expr is not None, log.found
    return expr


def agree(ours: Expr, theirs: sympy.Expr) -> None:
    """Hold both against each other at the points."""
    for point in POINTS:
        value = evaluate_sure(ours, {"x": point}, bits=256, good=120)
        at = {X: sympy.Rational(point.numerator, point.denominator)}
        wanted = mpmath.mpf(str(theirs.subs(at).doit().evalf(40)))
        if isinstance(value, Fraction):
            got = mpmath.mpf(value.numerator) / value.denominator
        else:
            assert isinstance(value, arb)
            got = mpmath.mpf(value.mid().str(40, radius=False))
        assert abs(got - wanted) <= mpmath.mpf(10) ** -25 * max(1, abs(wanted)), point


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_value_and_derivative_agree_with_sympy(text: str) -> None:
    """At points off kinks the value and the derivative are SymPy's, to 25 digits."""
    ours, theirs = read(text), sympy.sympify(text, locals=ADDED, rational=True)
    with mpmath.workdps(45):
        agree(ours, theirs)
        agree(differentiate(ours, "x"), sympy.diff(theirs, X))


@pytest.mark.parametrize("text", SMOOTH_NOWHERE)
def test_values_of_steps_agree_with_sympy(text: str) -> None:
    """``%``, ``floor`` and ``ceiling`` have SymPy's values for either sign."""
    with mpmath.workdps(45):
        agree(read(text), sympy.sympify(text, locals=ADDED, rational=True))
