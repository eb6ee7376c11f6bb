"""Wrong derivatives are refuted at a certified point, right ones are not; mpmath says which is which."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from actc.calculus.differentiate import differentiate
from actc.calculus.refute import Search, deviation, search
from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.expressions import Scope, parse_number
from actc.model.domain import Domain
from actc.model.expr import Expr, apply, symbol
from actc.model.operations import MACROS
from actc.model.spec import Text

REAL = Domain()
POSITIVE = Domain("positive", Fraction(0))
LOCATION = Location("test.yaml", 1, 1)

# The language's functions for mpmath. Python's own grammar reads the rest.
MP: dict[str, Any] = {
    name: getattr(mpmath, name)
    for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "erf", "atan", "pi", "gamma", "digamma", "expm1", "floor")
}
MP |= {
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
    "softplus": lambda u: mpmath.log(1 + mpmath.exp(u)),
    "Abs": abs,
    "Max": max,
    "Min": min,
    "round": mpmath.nint,
    "normal_cdf": mpmath.ncdf,
    "normal_pdf": mpmath.npdf,
    "clip": lambda v, low, high: min(max(v, low), high),
}


def parse(source: str, names: Mapping[str, Expr], output: Expr | None = None) -> Expr:
    log = DiagnosticLog()
    expr = parse_number(Text(source, LOCATION), Scope(names, frozenset(), output), log)
    assert expr is not None, log.found
    return expr


class Case:
    """A value, a claim and the parameters' defaults, as an author writes them."""

    def __init__(
        self,
        value: str,
        claim: str,
        parameters: Mapping[str, str] | None = None,
        inputs: tuple[str, ...] = ("x",),
        by: str = "x",
        domains: Mapping[str, Domain] | None = None,
    ) -> None:
        self.value, self.claim, self.by, self.inputs = value, claim, by, inputs
        self.parameters = dict(parameters or {})
        names = {n: symbol(n) for n in (*inputs, *self.parameters)}
        self.defaults = {n: parse(d, {}) for n, d in self.parameters.items()}
        self.domains = dict.fromkeys(names, REAL) | dict(domains or {})
        self.value_expr = parse(value, names)
        self.actual = differentiate(self.value_expr, by)
        self.claimed = parse(claim, names, self.value_expr)

    def search(self) -> Search:
        return search(
            self.claimed,
            self.actual,
            self.domains,
            self.defaults,
            self.inputs,
            variable=self.by,
            value=self.value_expr,
        )

    def truth(self, at: Mapping[str, Fraction]) -> tuple[mpmath.mpf, mpmath.mpf]:
        """The claim and a numerical derivative of the value, by mpmath."""
        point = {n: mpmath.mpf(v.numerator) / v.denominator for n, v in at.items()}

        def value(by: mpmath.mpf) -> mpmath.mpf:
            return mpmath.mpf(eval(_python(self.value), MP, {**point, self.by: by}))  # noqa: S307  # our own text

        step = mpmath.mpf(10) ** -60
        slope = (value(point[self.by] + step) - value(point[self.by] - step)) / (2 * step)
        claimed = eval(_python(self.claim), MP, {**point, "y": value(point[self.by])})  # noqa: S307
        return mpmath.mpf(claimed), slope


def _python(source: str) -> str:
    """Decimal literals in full precision."""
    import re

    return re.sub(r"\b(\d+\.?\d*(?:e-?\d+)?)\b", r"(1/pi*pi*\1 if False else mpf('\1'))", source)


MP["mpf"] = mpmath.mpf

HARD = "c*x + c*w if x < -w else (c*x - c*w + 1 if x > w else x/(2*w) + 1/2)"
HARD_PARAMETERS = {"w": "1", "c": "0.01"}
ELU = "x if x > 0 else alpha*expm1(x)"
SELU = "scale*(x if x > 0 else alpha*expm1(x))"
SELU_PARAMETERS = {"scale": "1.0507009873554805", "alpha": "1.6732632423543772"}
GELU_TANH = "x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))"
U = "sqrt(2/pi)*(x + 0.044715*x**3)"

WRONG: list[tuple[Case, str]] = [
    (Case("x/(1 + Abs(x))", "1 - y**2"), ""),
    (
        Case(SELU, "scale if x > 0 else scale*(y + alpha)", SELU_PARAMETERS),
        "true only at scale = 1 or scale = 0 or alpha = 0; wrong only where x < 0",
    ),
    (
        Case(ELU, "1 if x > 0 else alpha*(y + alpha)", {"alpha": "1"}),
        "true only at alpha = 1 or alpha = 0; wrong only where x < 0; there claimed is alpha times the derivative",
    ),
    (
        Case(HARD, "1/w if Abs(x) <= w else c", HARD_PARAMETERS, domains={"w": POSITIVE, "c": POSITIVE}),
        "wrong only where Abs(x) < w; there claimed is 2 times the derivative",
    ),
    (Case("sigmoid(x)", "y*(1 - y)/2"), "claimed is 1/2 of the derivative"),
    (Case("sigmoid(x)", "-y*(1 - y)"), "the sign is wrong"),
    (Case("sigmoid(x)", "y"), "claimed is the activation itself"),
    (Case("atan(x)*2/pi", "2/(1 + x**2)"), "claimed is pi times the derivative"),
    (Case("erf(x)", "exp(-x**2)"), "claimed is sqrt(pi)/2 times the derivative"),
    (Case("tanh(alpha*x)", "1 - y**2", {"alpha": "2"}), "a factor alpha is missing; true only at alpha = 1"),
    (Case("tanh(x)", "1 - y**2 + 1e-7"), "claimed is the derivative plus 1e-07"),
    (Case("x**3", "3*x**2 + 1/2"), "claimed is the derivative plus 1/2"),
    (
        Case("x*sigmoid(beta*x)", "sigmoid(beta*x) + x*sigmoid(beta*x)*(1 - sigmoid(beta*x))", {"beta": "1"}),
        "the inner derivative of beta*x is missing (chain rule); true only at beta = 1",
    ),
    (
        Case(GELU_TANH, f"1/2*(1 + tanh({U})) + x/2*(1 - tanh({U})**2)"),
        "the inner derivative of sqrt(2/pi)*(x + 0.044715*x**3) is missing (chain rule)",
    ),
    (Case("x*sigmoid(x)", "x*sigmoid(x)*(1 - sigmoid(x))"), "one term of the product rule is missing"),
    (
        Case("x if x > 0 else alpha*x", "1 if x > 0 else 0.01", {"alpha": "0.01"}),
        "true only at alpha = 0.01; wrong only where x < 0",
    ),
    (
        Case("x if x > 0 else alpha*x", "1 if x < 0 else alpha", {"alpha": "0.01"}),
        "true only at alpha = 1; right with `x > 0`",
    ),
    (Case("Abs(alpha)*x", "alpha", {"alpha": "1"}), "wrong only where alpha < 0; there the sign is wrong"),
    (
        Case("x*normal_cdf(x)", "normal_cdf(x) + x*0.3989423*exp(-x**2/2)"),
        "0.3989423 should be 1/sqrt(2*pi) = 0.3989422804",
    ),
    (
        Case("x*clip(x + 3, 0, 6)/6", "0 if x < -3 else (0.3333*x + 0.5 if x <= 3 else 1)"),
        "wrong only where Abs(x) < 3; 0.3333 should be 1/3",
    ),
    (Case("clip(x, 0, 6)", "1 if 0 < x < 6.0001 else 0"), "wrong only where 6 < x < 6.0001"),
    (Case("clip(x, 0, 6)", "1 if 0 < x < 5.9999 else 0"), "wrong only where 5.9999 < x < 6"),
    (Case("tanh(x)", "1 if Abs(x) > 60 else 1 - y**2"), "wrong only where Abs(x) > 60"),
    (Case("x", "2 if 2 < exp(x) < 2.00001 else 1"), "wrong only where 2 < exp(x) < 2.00001"),
    (Case("x", "2 if sin(x) > 0.9999999 else 1"), "wrong only where sin(x) > 0.9999999"),
    (
        Case("beta*x", "beta + 1 if 2.5 < beta < 2.5001 else beta", {"beta": "1"}),
        "wrong only where 5/2 < beta < 2.5001",
    ),
    (Case("x", "1 + exp(-1e6*(x - 0.7)**2)"), "right without the term"),
    (Case("a*sigmoid(b)", "y*(1 - sigmoid(a))", inputs=("a", "b"), by="b"), "right with `sigmoid(b)`"),
    (Case("Max(a, b)", "1 if a > b else 0.1", inputs=("a", "b"), by="a"), "wrong only where a < b"),
    (Case("log(x)", "1/x + 1e-9", domains={"x": POSITIVE}), "claimed is the derivative plus 1e-09"),
    (
        Case("x if x > 0 else alpha*x", "Max(x, 0)", {"alpha": "0.25"}, by="alpha"),
        "right with `Min(x, 0)` for `Max(x, 0)`",
    ),
    (Case("clip(x + 3, 0, 6)/6", "1/6"), "wrong only where Abs(x) > 3; there the derivative is 0"),
    (Case("sigmoid(x)", "x*(1 - x)"), "right if it is in the activation's output: `y` for `x`"),
    (Case("tanh(x)", "1 - tanh(y)**2"), "right if it is in the input: `x` for `y`"),
    (Case("softplus(x)", "sigmoid(-x)"), "claimed is 1 minus the derivative"),
    (Case("x*sigmoid(x)", "sigmoid(-x) - x*sigmoid(x)*sigmoid(-x)"), "claimed is 1 minus the derivative"),
    (Case("exp(x)", "exp(-x)"), "claimed is 1 divided by the derivative"),
    (Case("exp(x) + x**2", "exp(-x) - 2*x"), "claimed is the derivative at -x"),
    (Case("sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))*exp(x)"), "right without the factor exp(x)"),
    (Case("x*round(x)", "floor(x)"), "where it is wrong, claimed is the derivative minus 1"),
]


@pytest.mark.parametrize(("case", "hint"), WRONG, ids=lambda c: c.claim if isinstance(c, Case) else "")
def test_wrong_derivatives_are_refuted(case: Case, hint: str) -> None:
    """The point shown is one at which mpmath finds the two different, with the digits that are shown."""
    found = case.search().counterexample
    assert found is not None
    assert [n for n, _ in found.at] == [*case.inputs, *case.parameters]
    with mpmath.workdps(200):
        claimed, actual = case.truth(dict(found.at))
        for shown, true in ((found.claimed, claimed), (found.actual, actual)):
            digits = len(shown.split("e")[0].replace(".", "").lstrip("-0")) or 1
            assert (
                abs(mpmath.mpf(shown) - true)
                <= abs(true) * mpmath.mpf(10) ** (1 - max(digits, 6)) + mpmath.mpf(10) ** -50
            )
        assert abs(claimed - actual) > mpmath.mpf(10) ** -40
    assert found.claimed != found.actual
    assert found.hint.startswith(hint)
    assert hint or not found.hint


RIGHT = [
    Case("x/(1 + Abs(x))", "1/(1 + Abs(x))**2"),
    Case(SELU, "scale if x > 0 else y + scale*alpha", SELU_PARAMETERS),
    Case(ELU, "1 if x > 0 else y + alpha", {"alpha": "1"}),
    Case(HARD, "1/(2*w) if Abs(x) <= w else c", HARD_PARAMETERS, domains={"w": POSITIVE, "c": POSITIVE}),
    Case("x*sigmoid(beta*x)", "sigmoid(beta*x) + beta*x*sigmoid(beta*x)*(1 - sigmoid(beta*x))", {"beta": "1"}),
    Case("x*normal_cdf(x)", "normal_cdf(x) + x*normal_pdf(x)"),
    Case("tanh(x)", "1 - y**2"),
    Case("x*tanh(softplus(x))", "tanh(softplus(x)) + x*sigmoid(x)*(1 - tanh(softplus(x))**2)"),
    Case("clip(x, 0, 6)", "1 if 0 <= x <= 6 else 0"),
    Case("Max(x, 0)", "y/x"),
    Case("Abs(x)", "x/Abs(x)"),
    Case("x - floor(x)", "1"),
    Case("x*floor(x)", "round(x - 1/2)"),
    Case("x % 3", "1"),
    Case("Max(a, b)", "1 if a >= b else 0", inputs=("a", "b"), by="a"),
    Case("a*sigmoid(b)", "y*(1 - sigmoid(b))", inputs=("a", "b"), by="b"),
    Case("x if x > 0 else alpha*x", "Min(x, 0)", {"alpha": "0.25"}, by="alpha"),
    Case("gamma(softplus(x))", "y*digamma(softplus(x))*sigmoid(x)"),
    Case("x**n", "n*x**(n - 1)", {"n": "3"}, domains={"n": Domain("positive integer", Fraction(0), integer=True)}),
    Case("x if beta == 0 else expm1(beta*x)/beta", "exp(beta*x)", {"beta": "1"}),
    Case("tanh(alpha*x)", "alpha*(1 - y**2)", {"alpha": "log(2)"}),
    Case("1 if Max(x, 0) == 0 else 1 + x", "0 if x < 0 else 1"),
]


@pytest.mark.parametrize("case", RIGHT, ids=lambda c: c.claim)
def test_right_derivatives_are_not_refuted(case: Case) -> None:
    """However a claim is spelled: it agrees at hundreds of points, and quickly."""
    case.search()
    started = time.process_time()
    found = case.search()
    assert time.process_time() - started < 2
    assert found.counterexample is None
    assert found.undefined_claim is None
    assert found.points > 250
    assert found.digits == 30


@pytest.mark.parametrize("claim", ["1 - y**2 + exp(-1000)", "1 - y**2 + (exp(-1000) if x > 3 else 0)"])
def test_differences_beyond_all_digits_are_found(claim: str) -> None:
    """1e-435 beside 1: only thousands of bits tell, and the message gives the difference."""
    found = Case("tanh(x)", claim).search().counterexample
    assert found is not None
    assert found.hint.startswith("they differ by 5.08e-435")


def test_the_nicest_point_is_shown() -> None:
    """Few digits, the parameters at their defaults where the claim is wrong there, a difference that can be seen."""
    case = Case("x*sigmoid(beta*x)", "sigmoid(beta*x) + beta*x*sigmoid(beta*x)", {"beta": "1"})
    found = case.search().counterexample
    assert found is not None
    assert dict(found.at) == {"x": 1, "beta": 1}
    assert found.shown == ("1.46212", "0.927671")
    narrow = Case("x", "1 + (1 if 3 < x < 3.0001 else 0)").search().counterexample
    assert narrow is not None
    assert dict(narrow.at)["x"] in (Fraction("3.00005"), Fraction("3.00003"), Fraction("3.00007"))


def test_idle_parameters_are_named_at_their_defaults() -> None:
    """A counterexample is complete even where a parameter plays no part in it."""
    found = Case("x**2 + 0*beta", "x", {"beta": "5"}).search().counterexample
    assert found is not None
    assert dict(found.at)["beta"] == 5


def test_a_claim_that_is_not_real_is_reported() -> None:
    """log(x) for x < 0 beside a finite derivative; an isolated gap like y/x at 0 is none."""
    found = Case("x**2", "2*x*exp(log(x)*0)").search()
    assert found.undefined_claim is not None
    assert dict(found.undefined_claim)["x"] < 0
    at_default = Case("x*beta", "sqrt(beta - 2)**2 + 2", {"beta": "1"}).search()
    assert at_default.undefined_claim is not None
    assert dict(at_default.undefined_claim)["beta"] == 1


def test_nothing_is_judged_where_the_activation_is_not_defined() -> None:
    """At alpha = -1 log(1 + alpha*x**2) ends at 1; what a claim says beyond is no matter."""
    case = Case("log(1 + alpha*x**2)", "2*alpha*x*exp(-y)", {"alpha": "1"})
    found = case.search()
    assert found.counterexample is None
    assert found.undefined_claim is None


def test_points_at_a_kink_are_skipped() -> None:
    """The value that a claim has at the kink itself is judged elsewhere."""
    assert Case("Abs(x)", "1 if x >= 0 else -1").search().counterexample is None
    assert Case("Abs(x)", "7 if x == 0 else x/Abs(x)").search().counterexample is None


def test_searches_do_not_change() -> None:
    """The same question has the same answer, also after others were asked."""
    first = [case.search() for case, _ in WRONG[:6]]
    RIGHT[0].search()
    assert [case.search() for case, _ in WRONG[:6]] == first


def test_large_expressions_end() -> None:
    """Two thousand nested functions take a counted amount of work."""
    deep = symbol("x")
    for _ in range(1000):
        deep = apply("tanh", deep + 1)
    slope = differentiate(deep, "x")
    started = time.process_time()
    found = search(2 * slope, slope, {"x": REAL}, {}, ("x",))
    assert time.process_time() - started < 20
    assert found.counterexample is not None


def test_deviation_of_a_surrogate() -> None:
    """The greatest distance from the derivative, at a point of the sample, where both are real."""
    x = symbol("x")
    step = parse("step(x)", {"x": x})
    surrogate = MACROS["normal_pdf"].expand(x)
    found = deviation(surrogate, differentiate(step, "x"), {"x": REAL}, {}, ("x",))
    assert found is not None
    assert found.at == (("x", Fraction(0)),)
    assert found.surrogate == pytest.approx(float(mpmath.npdf(0)), rel=1e-15)
    assert found.derivative == 0
    assert deviation(parse("log(-1 - x**2)", {"x": x}), x, {"x": REAL}, {}, ("x",)) is None
