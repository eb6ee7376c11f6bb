"""Published derivatives in many forms are proved, and near misses are not."""

from __future__ import annotations

import pytest

from actc.calculus.prove import Proof, prove_equal, prove_same
from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.domains import parse_domain
from actc.frontend.expressions import Scope, parse_number
from actc.model.domain import Domain
from actc.model.expr import Expr, symbol
from actc.model.spec import Text

NAMES = ("x", "z", "a", "b", "c", "n", "beta", "alpha", "p", "q", "t", "h")


def text(source: str) -> Text:
    return Text(source, Location("test", 1, 1))


def read(source: str, output: Expr | None = None) -> Expr:
    log = DiagnosticLog()
    found = parse_number(text(source), Scope({name: symbol(name) for name in NAMES}, frozenset(), output), log)
    if found is None:
        raise ValueError([d.message for d in log.found])
    return found


def domains(spec: str) -> dict[str, Domain]:
    """Domains from ``a: positive; b: (0, 1)``."""
    found = {}
    for part in filter(None, spec.split(";")):
        name, domain = part.split(":")
        known = parse_domain(text(domain.strip()), DiagnosticLog())
        if known is None:
            raise ValueError(domain)
        found[name.strip()] = known
    return found


def prove(function: str, claim: str, spec: str = "", variable: str = "x") -> Proof:
    f = read(function)
    return prove_equal(read(claim, f), f, variable, domains(spec))


SQRT_2_PI = "sqrt(2*pi)"
GELU_TANH = "0.5*x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))"
MISH = "x*tanh(softplus(x))"

TRUE: list[tuple[str, str, str]] = [
    # sigmoids
    ("sigmoid(x)", "y*(1 - y)", ""),
    ("sigmoid(x)", "exp(-x)/(1 + exp(-x))**2", ""),
    ("1/(1 + exp(-x))", "sigmoid(x)*sigmoid(-x)", ""),
    ("sigmoid(x)", "1/(4*cosh(x/2)**2)", ""),
    ("sigmoid(x)", "1/(2 + exp(x) + exp(-x))", ""),
    ("sigmoid(x)", "(1 - tanh(x/2)**2)/4", ""),
    ("tanh(x)", "1 - y**2", ""),
    ("tanh(x)", "1/cosh(x)**2", ""),
    ("tanh(x)", "sech(x)**2", ""),
    ("tanh(x)", "4*exp(2*x)/(1 + exp(2*x))**2", ""),
    ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "1 - tanh(x)**2", ""),
    ("2*sigmoid(2*x) - 1", "(1 + y)*(1 - y)", ""),
    ("1.7159*tanh(2*x/3)", "1.7159*2/3*(1 - (y/1.7159)**2)", ""),
    ("log_sigmoid(x)", "1 - sigmoid(x)", ""),
    ("log_sigmoid(x)", "1/(1 + exp(x))", ""),
    ("-softplus(-x)", "1 - exp(y)", ""),
    ("softplus(x)", "1 - exp(-y)", ""),
    ("log(1 + exp(x))", "sigmoid(x)", ""),
    ("Max(x, 0) + log1p(exp(-Abs(x)))", "sigmoid(x)", ""),
    ("log(1 + exp(beta*x))/beta", "sigmoid(beta*x)", "beta: positive"),
    # self-gated
    ("x*sigmoid(x)", "y + sigmoid(x)*(1 - y)", ""),
    ("x*sigmoid(x)", "(1 + exp(-x) + x*exp(-x))/(1 + exp(-x))**2", ""),
    ("x*sigmoid(beta*x)", "beta*y + sigmoid(beta*x)*(1 - beta*y)", ""),
    ("x/(1 + exp(-1.702*x))", "sigmoid(1.702*x)*(1 + 1.702*x*(1 - sigmoid(1.702*x)))", ""),
    ("gelu(x)", f"normal_cdf(x) + x*exp(-x**2/2)/{SQRT_2_PI}", ""),
    ("x/2*(1 + erf(x/sqrt(2)))", "normal_cdf(x) + x*normal_pdf(x)", ""),
    ("x*erfc(-x/sqrt(2))/2", "(1 + erf(x/sqrt(2)))/2 + x/sqrt(2*pi)*exp(-x*x/2)", ""),
    (
        GELU_TANH,
        "0.5*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))"
        " + 0.5*x*(1 - tanh(sqrt(2/pi)*(x + 0.044715*x**3))**2)*sqrt(2/pi)*(1 + 3*0.044715*x**2)",
        "",
    ),
    (MISH, "tanh(softplus(x)) + x*sigmoid(x)*(1 - tanh(softplus(x))**2)", ""),
    (MISH, "exp(x)*(4*(x + 1) + 4*exp(2*x) + exp(3*x) + exp(x)*(4*x + 6))/(2*exp(x) + exp(2*x) + 2)**2", ""),
    (MISH, "sech(softplus(x))**2*x*sigmoid(x) + y/x", ""),
    (MISH, "((1 + exp(x))**2 - 1)/((1 + exp(x))**2 + 1) + 4*x*exp(x)*(1 + exp(x))/((1 + exp(x))**2 + 1)**2", ""),
    (
        "x*(exp(x)**2 + 2*exp(x))/(exp(x)**2 + 2*exp(x) + 2)",
        "tanh(softplus(x)) + x*sigmoid(x)*sech(softplus(x))**2",
        "",
    ),
    ("x*tanh(exp(x))", "tanh(exp(x)) - x*exp(x)*(tanh(exp(x))**2 - 1)", ""),
    ("x*erf(log(1 + exp(x)))", "erf(softplus(x)) + 2/sqrt(pi)*x*exp(-softplus(x)**2)*sigmoid(x)", ""),
    ("x*log(1 + sigmoid(x))", "log(1 + sigmoid(x)) + x*sigmoid(x)*(1 - sigmoid(x))/(1 + sigmoid(x))", ""),
    ("x*tanh(x)", "tanh(x) + x/cosh(x)**2", ""),
    ("x - tanh(x)", "tanh(x)**2", ""),
    ("x*sigmoid(x) + x*tanh(x)", "sigmoid(x) + x*sigmoid(x)*sigmoid(-x) + tanh(x) + x*sech(x)**2", ""),
    ("x*exp(-exp(-x))", "exp(-exp(-x))*(1 + x*exp(-x))", ""),
    ("x*tanh(log(1 + exp(x)))*sigmoid(x)", "y*(1/x + sigmoid(-x)) + x*sigmoid(x)**2*(1 - tanh(softplus(x))**2)", ""),
    ("x*cos(x)", "cos(x) - x*sin(x)", ""),
    # rectifiers
    ("relu(x)", "step(x)", ""),
    ("relu(x)", "(1 + sign(x))/2", ""),
    ("(x + Abs(x))/2", "Heaviside(x)", ""),
    ("relu(x)", "y/x", ""),
    ("Max(x, a*x)", "1 if x > 0 else a", "a: (0, 1)"),
    ("Max(0, x) + alpha*Min(0, x)", "Piecewise((1, x > 0), (alpha, True))", ""),
    ("clip(x, 0, 6)", "1 if 0 < x and x < 6 else 0", ""),
    ("Min(Max(x, 0), 6)", "step(x) - step(x - 6)", ""),
    ("clip(x, a, a + b)", "1 if x > a and x - a < b else 0", "b: positive"),
    ("Max(0, x)**2", "2*relu(x)", ""),
    ("x if x > 0 else alpha*(exp(x) - 1)", "1 if x > 0 else y + alpha", ""),
    ("x if x > 0 else alpha*(exp(x) - 1)", "1 if x > 0 else alpha*exp(x)", ""),
    ("1.0507*Max(0, x) + 1.0507*Min(0, 1.67326*expm1(x))", "1.0507 if x > 0 else y + 1.0507*1.67326", ""),
    ("Max(0, x) + Min(0, alpha*expm1(x/alpha))", "1 if x > 0 else exp(x/alpha)", "alpha: positive"),
    ("x if x >= 0 else alpha*expm1(x/alpha)", "Min(1, exp(x/alpha))", "alpha: positive"),
    ("hard_sigmoid(x)", "(1 if x > -3 else 0)*(1 if x < 3 else 0)/6", ""),
    ("x*Min(Max(0, x + 3), 6)/6", "0 if x <= -3 else (1 if x >= 3 else (2*x + 3)/6)", ""),
    ("clip(x, -1, 1)", "1 if Abs(x) < 1 else 0", ""),
    ("x if Abs(x) > h else 0", "1 if x**2 > h**2 else 0", "h: positive"),
    ("sign(x)*Max(Abs(x) - h, 0)", "1 if Abs(x) > h else 0", "h: positive"),
    ("x if x > t else 0", "step(x - t)", ""),
    ("x/(1 + Abs(x))", "1/(1 + Abs(x))**2", ""),
    ("x/(1 + Abs(x))", "(1 - Abs(y))**2", ""),
    ("sign(x)*log(1 + Abs(x))", "1/(1 + Abs(x))", ""),
    ("x*Abs(x)", "2*Abs(x)", ""),
    ("Abs(x)**p", "p*Abs(x)**p/x", ""),
    ("Abs(x)**p", "p*sign(x)*Abs(x)**(p - 1)", "p: positive"),
    ("sign(x)*sqrt(Abs(x))", "1/(2*sqrt(Abs(x)))", ""),
    (
        "Piecewise((x - x**2/4, And(x >= 0, x <= 2)), (x + x**2/4, And(x >= -2, x < 0)), (sign(x), True))",
        "Max(0, 1 - Abs(x)/2)",
        "",
    ),
    ("x if x > 0 else (exp(x) - 1 if x > -1 else -1/x - 1)", "1 if x > 0 else (exp(x) if x >= -1 else x**-2)", ""),
    # algebraic
    ("(x + sqrt(x**2 + b))/2", "(1 + x/sqrt(x**2 + b))/2", "b: positive"),
    ("(x + sqrt(x**2 + b))/2", "y/sqrt(x**2 + b)", "b: positive"),
    ("(x + sqrt(x**2 + b))/2", "y**2/(y**2 + b/4)", "b: positive"),
    ("(sqrt(x**2 + 1) - 1)/2 + x", "x/(2*sqrt(x**2 + 1)) + 1", ""),
    ("x/sqrt(1 + a*x**2)", "(1/sqrt(1 + a*x**2))**3", "a: positive"),
    ("x/sqrt(1 + a*x**2)", "(y/x)**3", "a: positive"),
    ("x if x >= 0 else x/sqrt(1 + a*x**2)", "1 if x >= 0 else 1/sqrt(1 + a*x**2)**3", "a: positive"),
    ("x/(1 + x**2)**(1/2)", "(1 + x**2)**(-3/2)", ""),
    ("sqrt(x**2)", "sign(x)", ""),
    ("sqrt(x**2 + 1) + x", "y/sqrt(x**2 + 1)", ""),
    ("cbrt(x)", "1/(3*cbrt(x**2))", ""),
    ("cbrt(x)", "cbrt(x)/(3*x)", ""),
    ("cbrt(1 + x**3)", "x**2/cbrt((1 + x**3)**2)", ""),
    ("x**n", "n*x**(n - 1)", "n: positive integer"),
    ("x**n", "n*x**n/x", ""),
    ("x**1.3", "1.3*x**0.3", "x: positive"),
    ("x**a*x**b", "(a + b)*x**(a + b - 1)", "x: positive"),
    ("(x + 1)**100000000", "100000000*(x + 1)**99999999", ""),
    ("x**1000000001", "1000000001*x**1000000000", ""),
    ("x*(x**2 - 3)/(2*(x**2 + 1)) + x/2", "1 - 2*(1 - x**2)/(1 + x**2)**2", ""),
    # exponentials and logarithms
    ("exp(-x**2)", "-2*x*y", ""),
    ("exp(-(x - c)**2/(2*a**2))", "y*(c - x)/a**2", "a: positive"),
    ("asinh(x)", "1/sqrt(1 + x**2)", ""),
    ("log(x + sqrt(x**2 + 1))", "1/sqrt(1 + x**2)", ""),
    ("asinh(x)", "1/cosh(y)", ""),
    ("asinh(a*x)/a", "1/cosh(asinh(a*x))", "a: positive"),
    ("acosh(x)", "1/sinh(y)", "x: (1, inf)"),
    ("atanh(x)", "1/(1 - x**2)", "x: (-1, 1)"),
    ("log(cosh(x))", "tanh(x)", ""),
    ("a**x", "y*log(a)", "a: positive"),
    ("2**x - 1", "(y + 1)*log(2)", ""),
    ("E**x", "exp(x)", ""),
    ("log(x**2 + 1)/log(2)", "2*x/(log(2)*(1 + x**2))", ""),
    (
        "Piecewise((-log(1 - a*(x + a))/a, a < 0), (x, a == 0), ((exp(a*x) - 1)/a + a, True))",
        "Piecewise((1/(1 - a*(a + x)), a < 0), (exp(a*x), True))",
        "",
    ),
    ("x**x", "y*(1 + log(x))", "x: positive"),
    ("1 - exp(-exp(x))", "exp(x)*(1 - y)", ""),
    ("log(1 + exp(x))**2", "2*softplus(x)*sigmoid(x)", ""),
    ("log(exp(a*x) + exp(b*x))", "(a*exp(a*x) + b*exp(b*x))/(exp(a*x) + exp(b*x))", ""),
    ("exp(x + 1) - exp(1)", "E*exp(x)", ""),
    ("sigmoid(x + 0.5) - sigmoid(x - 0.5)", "(1/cosh((2*x + 1)/4)**2 - 1/cosh((2*x - 1)/4)**2)/4", ""),
    # circular
    ("atan(x)", "1/(1 + x**2)", ""),
    ("atan(x)", "cos(y)**2", ""),
    ("2/pi*atan(pi*x/2)", "1/(1 + (pi*x/2)**2)", ""),
    ("x + sin(a*x)**2/a", "1 + sin(2*a*x)", "a: positive"),
    ("x + (1 - cos(2*a*x))/(2*a)", "1 + 2*sin(a*x)*cos(a*x)", "a: nonzero"),
    ("sin(x)**2 + cos(x)**2", "0", ""),
    ("sin(3*x)", "12*cos(x)**3 - 9*cos(x)", ""),
    ("sin(x + pi/4)", "(cos(x) - sin(x))/sqrt(2)", ""),
    ("sin(x) + cos(x)", "sqrt(2)*cos(x + pi/4)", ""),
    ("tan(x)", "1/cos(x)**2", "x: (-1, 1)"),
    ("sinc(x)", "(x*cos(x) - sin(x))/x**2", ""),
    ("sinc(x)", "0 if x == 0 else cos(x)/x - sin(x)/x**2", ""),
    ("asin(x)", "1/sqrt(1 - x**2)", "x: (-1, 1)"),
    ("acos(x)", "-1/sqrt((1 - x)*(1 + x))", "x: (-1, 1)"),
    ("asin(tanh(x))", "sech(x)", ""),
    ("2*atan(tanh(x/2))", "1/cosh(x)", ""),
    ("x*sin(x)/2", "(sin(x) + x*cos(x))/2", ""),
    ("atan2(x, 1)", "1/(1 + x**2)", ""),
    ("atan2(1, x)", "-1/(1 + x**2)", ""),
    # special functions and rounding
    ("erf(x)", "2/sqrt(pi)*exp(-x**2)", ""),
    ("loggamma(x)", "digamma(x)", "x: positive"),
    ("gamma(x)", "y*digamma(x)", "x: positive"),
    ("loggamma(x + 1)", "digamma(x) + 1/x", "x: positive"),
    ("x - floor(x)", "1", ""),
    ("x % 1", "ceiling(x) - floor(x)", ""),
    ("x*floor(x)", "ceiling(x) - 1", ""),
    ("x*round(x)", "floor(x + 1/2)", ""),
]


@pytest.mark.parametrize(("function", "claim", "spec"), TRUE)
def test_true_claims_are_proved(function: str, claim: str, spec: str) -> None:
    """A published derivative, in whichever algebraic form, is proved."""
    proof = prove(function, claim, spec)
    assert proof.holds, proof
    assert proof.method.startswith("rational normal form")
