"""Normal forms find what is identically zero and nothing else."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from actc.calculus.cells import feasible_signs
from actc.calculus.normal_form import LIMIT, Outcome, is_zero
from actc.calculus.normal_form.evaluate import check_functions
from actc.calculus.normal_form.facts import Contradiction, Facts
from actc.calculus.normal_form.field import Field, Undefined
from actc.calculus.normal_form.linear import combination
from actc.calculus.work import GaveUp, Work
from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.domains import parse_domain
from actc.frontend.expressions import Scope, parse_number
from actc.model.domain import Domain
from actc.model.expr import Expr, symbol
from actc.model.spec import Text

X, A, B = symbol("x"), symbol("a"), symbol("b")


def read(source: str) -> Expr:
    names = {name: symbol(name) for name in ("x", "a", "b", "n", "k")}
    found = parse_number(Text(source, Location("test", 1, 1)), Scope(names), DiagnosticLog())
    if found is None:
        raise ValueError(source)
    return found


def domain(source: str) -> Domain:
    found = parse_domain(Text(source, Location("test", 1, 1)), DiagnosticLog())
    if found is None:
        raise ValueError(source)
    return found


def outcome(source: str, **domains: str) -> Outcome:
    return is_zero(read(source), {name: domain(text) for name, text in domains.items()}, {})


ZEROS = [
    ("(x + 1)**3 - x**3 - 3*x**2 - 3*x - 1", {}),
    ("1/(x - 1) - 1/(x + 1) - 2/(x**2 - 1)", {}),
    ("exp(x)*exp(a) - exp(x + a)", {}),
    ("exp(x/2)**2 - exp(x)", {}),
    ("exp(x/2)*exp(x/3) - exp(5*x/6)", {}),
    ("exp(x/(1 + a))*exp(-1) - exp((x - a - 1)/(1 + a))", {}),
    ("exp(1) - E", {}),
    ("E**(2*x) - exp(x)**2", {}),
    ("tanh(2*x) - 2*tanh(x)/(1 + tanh(x)**2)", {}),
    ("tanh(x/2) - (2*sigmoid(x) - 1)", {}),
    ("cosh(3*x) - 4*cosh(x)**3 + 3*cosh(x)", {}),
    ("sinh(x) + cosh(x) - exp(x)", {}),
    ("expm1(2*x) - expm1(x)*(expm1(x) + 2)", {}),
    ("softplus(x) - softplus(-x) - x", {}),
    ("log_sigmoid(x) - log(sigmoid(x))", {}),
    ("tanh(softplus(x)) - (exp(2*x) + 2*exp(x))/(exp(2*x) + 2*exp(x) + 2)", {}),
    ("log(x**2 - 1) - log(Abs(x - 1)*1) - log(Abs(x + 1)*1)", {"x": "(1, inf)"}),
    ("log(12) - 2*log(2) - log(3)", {}),
    ("log(8)/log(2) - 3", {}),
    ("log(exp(x)*a) - x - log(a)", {"a": "positive"}),
    ("log1p(x) - log(1 + x)", {}),
    ("log2(x) - log(x)/log(2)", {}),
    ("log(x + sqrt(x**2 + 1)) + log(sqrt(x**2 + 1) - x)", {}),
    ("asinh(x) - log(x + sqrt(1 + x**2))", {}),
    ("asinh(-x) + asinh(x)", {}),
    ("asinh(sinh(x)) - x", {}),
    ("sinh(asinh(x)) - x", {}),
    ("cosh(acosh(x)) - x", {}),
    ("tanh(atanh(x)) - x", {}),
    ("atanh(tanh(x)) - x", {}),
    ("sqrt(x**2)*sqrt(x**2) - x**2", {}),
    ("sqrt(x)*sqrt(a) - sqrt(x*a)", {"x": "positive", "a": "positive"}),
    ("sqrt(8) - 2*sqrt(2)", {}),
    ("sqrt(6) - sqrt(2)*sqrt(3)", {}),
    ("1/(sqrt(x + 1) + sqrt(x)) - sqrt(x + 1) + sqrt(x)", {"x": "positive"}),
    ("sqrt(2)*x + 2*b - sqrt(2)*(x + sqrt(2)*b)", {}),
    ("x**0.5 - sqrt(x)", {}),
    ("x**(1/3)*x**(1/6) - sqrt(x)", {"x": "positive"}),
    ("cbrt(x)**3 - x", {}),
    ("cbrt(-x) + cbrt(x)", {}),
    ("cbrt(x**2) - cbrt(x)**2", {}),
    ("(x**2)**(1/3) - cbrt(x)**2", {}),
    ("x**a*x**(1 - a) - x", {"x": "positive"}),
    ("x**n*x - x**(n + 1)", {"n": "integer"}),
    ("(-x)**(2*n) - x**(2*n)", {"n": "integer", "x": "positive"}),
    ("(a*x)**n - a**n*x**n", {"a": "positive", "x": "positive"}),
    ("exp(n*log(x)) - x**n", {"x": "positive"}),
    ("x**0.044715*x**0.955285 - x", {"x": "positive"}),
    ("(x + 1)**100000000*(x + 1) - (x + 1)**100000001", {}),
    ("sin(2*x) - 2*sin(x)*cos(x)", {}),
    ("sin(x + a) - sin(x)*cos(a) - cos(x)*sin(a)", {}),
    ("tan(x) - sin(2*x)/(1 + cos(2*x))", {}),
    ("cos(x/2)**2 - (1 + cos(x))/2", {}),
    ("sin(x + pi) + sin(x)", {}),
    ("cos(pi/3) - 1/2", {}),
    ("sin(pi/12) - (sqrt(6) - sqrt(2))/4", {}),
    ("cos(x + pi/2) + sin(x)", {}),
    ("sin(atan(x)) - x/sqrt(1 + x**2)", {}),
    ("cos(asin(x)) - sqrt(1 - x**2)", {}),
    ("tan(atan(x) + atan(a)) - (x + a)/(1 - x*a)", {}),
    ("acos(x) + asin(x) - pi/2", {}),
    ("acos(-x) + acos(x) - pi", {}),
    ("atan(1/x) + atan(x) - pi/2", {"x": "positive"}),
    ("atan2(x, a) - atan(x/a)", {"a": "positive"}),
    ("atan2(x, a) + atan(a/x) - pi/2", {"x": "positive"}),
    ("sinc(x)*x - sin(x)", {}),
    ("erf(-x) + erf(x)", {}),
    ("erfc(x) + erf(x) - 1", {}),
    ("normal_cdf(x) + normal_cdf(-x) - 1", {}),
    ("gamma(x + 3) - (x + 2)*(x + 1)*x*gamma(x)", {}),
    ("loggamma(x + 1) - loggamma(x) - log(x)", {"x": "positive"}),
    ("digamma(x + 2) - digamma(x) - 1/x - 1/(x + 1)", {}),
    ("GoldenRatio**2 - GoldenRatio - 1", {}),
    ("floor(x + 3) - floor(x) - 3", {}),
    ("floor(n/2 + k) - k - floor(n/2)", {"n": "integer", "k": "integer"}),
    ("x % 2 - x + 2*floor(x/2)", {}),
    ("ceiling(x) + floor(-x)", {}),
    ("round(n) - n", {"n": "integer"}),
    ("(-1)**(2*n + 1) + 1", {"n": "integer"}),
    ("(-1)**(n + k) - (-1)**(n + 3*k)", {"n": "integer", "k": "integer"}),
]


@pytest.mark.parametrize(("source", "domains"), ZEROS)
def test_identities(source: str, domains: dict[str, str]) -> None:
    """An identity that holds in the whole domain is found."""
    plain = source.replace("Abs(x - 1)*1", "(x - 1)").replace("Abs(x + 1)*1", "(x + 1)")
    assert outcome(plain, **domains) is Outcome.ZERO


NOT_ZERO = [
    "sqrt(x**2) - x",
    "log(x**2) - 2*log(-x) + x",
    "asin(sin(x)) - x",
    "acos(cos(x)) - x",
    "atan(tan(x)) - x",
    "acosh(cosh(x)) - x",
    "atan(1/x) + atan(x) - pi/2",
    "atan(x) + atan(a) - atan((x + a)/(1 - x*a))",
    "atan2(x, a) - atan(x/a)",
    "(x**2)**(a/2) - x**a",
    "((-x)**n)**2 - x**n*x**n*(-1)**n",
    "x**n - (-1)**n*x**n",
    "cbrt(x**2) - cbrt(x)",
    "(x**3)**(1/3) - cbrt(x) - x",
    "ceiling(x) - floor(x) - 1 + 1/1000",
    "ceiling(a) - floor(a) - 1",
    "round(x) - floor(x + 1/2)",
    "floor(2*x) - 2*floor(x)",
    "exp(x) - 2.718281828459045**x",
    "log(3)/log(2) - 1.584962500721156",
    "sin(x) - x + x**3/6",
    "erf(x) - tanh(1.2*x)",
    "gamma(x + 1) - gamma(x)",
    "sqrt(2) - 1.4142135623730951",
    "pi - 355/113",
    "EulerGamma - 0.5772156649015329",
]


@pytest.mark.parametrize("source", NOT_ZERO)
def test_what_is_not_zero_everywhere_is_never_called_zero(source: str) -> None:
    """Half-true identities of inverse functions, roots and rounding are not identities."""
    assert outcome(source) is not Outcome.ZERO


def test_signs_decide_roots() -> None:
    """sqrt(x**2) is x on the right, -x on the left."""
    difference = read("sqrt(x**2) - x")
    assert is_zero(difference, {}, {X: 1}) is Outcome.ZERO
    assert is_zero(difference, {}, {X: -1}) is Outcome.NONZERO
    assert is_zero(read("sqrt(x**2) + x"), {}, {X: -1}) is Outcome.ZERO


def test_signs_that_nothing_has_prove_everything() -> None:
    """Under a contradiction there is nothing to show."""
    assert is_zero(read("x - 7 + sqrt(-exp(x))"), {}, {X: 1}) is Outcome.ZERO


def test_a_division_by_zero_is_not_an_identity() -> None:
    """1/(x - x) is no function, and nothing is claimed of it."""
    assert outcome("1/((x + 1)**2 - x**2 - 2*x - 1)") is Outcome.UNKNOWN


def test_work_is_limited() -> None:
    """What is too large to expand comes back as unknown."""
    large = "*".join(f"(x**{k} + a*x + b*x**{k + 1} + a**{k}*b)" for k in range(1, 25))
    assert outcome(f"{large} - 1 - x") in (Outcome.UNKNOWN, Outcome.NONZERO)
    assert LIMIT > 0


def test_every_smooth_operation_has_a_normal_form() -> None:
    """The table of operations and the evaluation agree; ``check_functions`` raises otherwise."""
    check_functions()


def test_relations_hold_numerically() -> None:
    """Each identity is true: mpmath evaluates a sample of them at points of their domains."""
    mpmath.mp.dps = 40
    x, a = mpmath.mpf("1.3"), mpmath.mpf("0.7")
    assert mpmath.almosteq(mpmath.tan(mpmath.atan(x) + mpmath.atan(a)), (x + a) / (1 - x * a), 1e-35)
    assert mpmath.almosteq(mpmath.digamma(x + 2), mpmath.digamma(x) + 1 / x + 1 / (x + 1))
    assert mpmath.almosteq(mpmath.tanh(mpmath.log(1 + mpmath.exp(x))), 1 - 2 / ((1 + mpmath.exp(x)) ** 2 + 1))
    assert outcome("tanh(log(1 + exp(x))) - 1 + 2/((1 + exp(x))**2 + 1)") is Outcome.ZERO


def test_facts_are_linear_algebra_over_signs() -> None:
    """From p*q > 0 and q < 0 follows p < 0; p > 0 then contradicts."""
    facts = Facts()
    facts.assume(("p", "q"), negative=False)
    assert facts.sign(("p",)) is None
    facts.assume(("q",), negative=True)
    assert facts.sign(("p",)) == -1
    assert facts.settled() == {"p": -1, "q": -1}
    with pytest.raises(Contradiction):
        facts.assume(("p",), negative=False)


def test_the_field_keeps_lowest_terms_and_relations() -> None:
    """(x**2 - 1)/(x - 1) is x + 1, r**2 is what it is said to be, and r leaves denominators."""
    field = Field(4, Work(10_000))
    x, r = field.generator(0), field.generator(1)
    field.adjoin_root(1, 2, (x.num * x.num + 1))
    quotient = field.divide(field.subtract(field.multiply(x, x), field.one), field.subtract(x, field.one))
    assert field.same(quotient, field.add(x, field.one))
    assert field.same(field.multiply(r, r), field.add(field.multiply(x, x), field.one))
    assert field.invert(r).num == r.num
    assert field.same(field.invert(field.add(x, r)), field.subtract(r, x))
    with pytest.raises(Undefined):
        field.invert(field.zero)


def test_the_field_counts_its_work() -> None:
    """A budget that is used up raises instead of going on."""
    field = Field(4, Work(60))
    x = field.add(field.generator(0), field.generator(1))
    with pytest.raises(GaveUp):
        field.power(x, 40)


def test_linear_dependence() -> None:
    """x/(1 + x) is 1 less 1/(1 + x); x**2 is no combination of x and 1."""
    field = Field(2, Work(10_000))
    x = field.generator(0)
    below = field.invert(field.add(field.one, x))
    assert combination(field, field.multiply(x, below), [field.one, below]) == [Fraction(1), Fraction(-1)]
    assert combination(field, field.multiply(x, x), [x, field.one]) is None


@pytest.mark.parametrize(
    ("signs", "domains", "possible"),
    [
        ({"x": 1, "x + 1": -1}, {}, False),
        ({"x": 1, "x - 1": -1}, {}, True),
        ({"x + a": -1, "x": 1}, {"a": "positive"}, False),
        ({"x + a": -1, "x": 1}, {}, True),
        ({"x**2 - 2*x + 2": -1}, {}, False),
        ({"x**2 - 2": -1, "x - 2": 1}, {}, False),
        ({"x**2 - 2": -1, "x - 1": 1}, {}, True),
        ({"x - pi": 1, "x - 3": -1}, {}, False),
        ({"x - pi": -1, "x - 3": 1}, {}, True),
        ({"a*x": 1, "x": -1}, {"a": "positive"}, False),
        ({"x - a": 1, "a - b": 1, "b - x": 1}, {}, False),
        ({"x - a": 1}, {"x": "(0, 1)", "a": "[1, inf)"}, False),
        ({"x - log(2)": 1, "x - 0.693": -1}, {}, False),
        ({"x - log(2)": 1, "x - 0.6932": -1}, {}, True),
        ({"x**4 + a**2*x**2 + 1": -1}, {}, False),
    ],
)
def test_impossible_signs_are_recognised(signs: dict[str, int], domains: dict[str, str], possible: bool) -> None:
    """Real roots, linear inequalities and domains rule regions out."""
    asked = {read(source): sign for source, sign in signs.items()}
    assert feasible_signs(asked, {n: domain(t) for n, t in domains.items()}, Work(100_000)) is possible
