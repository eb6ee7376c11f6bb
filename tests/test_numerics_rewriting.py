"""Every rewriting is an identity, and does away with what it is meant to do away with."""

from __future__ import annotations

import pytest
from test_prove import read

from actc.calculus.prove import prove_same
from actc.model.expr import Expr, postorder, size
from actc.numerics.candidates import equivalents, variants
from actc.numerics.far import split_at_one
from actc.numerics.forms import balanced, vocabulary
from actc.numerics.products import decaying_first
from actc.numerics.rational import quotient
from actc.numerics.roots import conjugate
from actc.numerics.vocabulary import rewritten, stable

FORMULAS = (
    "1/(1 + exp(-x))",
    "exp(x)/(1 + exp(x))",
    "x/(1 + exp(-x))",
    "exp(-x)/(1 + exp(-x))**2",
    "(exp(x) - exp(-x))/(exp(x) + exp(-x))",
    "(1 - exp(-x))/(1 + exp(-x))",
    "2/(1 + exp(-2*x)) - 1",
    "1 - tanh(x)**2",
    "sigmoid(x)*(1 - sigmoid(x))",
    "sigmoid(x) + x*(1 - sigmoid(x))*sigmoid(x)",
    "x*tanh(softplus(x))",
    "tanh(log(1 + exp(x)))",
    "x*((1 + exp(x))**2 - 1)/((1 + exp(x))**2 + 1)",
    "2/(exp(x) + exp(-x))",
    "1/cosh(x)**2",
    "(exp(x) - 1)/x",
    "x/(exp(x) - 1)",
    "1/(1 + exp(-a*(x - b)))",
    "x/(x/2 + exp(-x/3))",
    "(1 + x/3)*exp(-x/3)/(x/2 + exp(-x/3))**2",
    "log(1 + exp(x))",
    "log(1 + exp(-x))",
    "log(1/(1 + exp(-x)))",
    "log(cosh(x))",
    "x*log(1 + sigmoid(x))",
    "1 - exp(-exp(x))",
    "x/2*(1 + erf(x/sqrt(2)))",
    "1 - erf(x)",
    "1 - normal_cdf(x)",
    "x*tanh(exp(x))",
    "x/(1 + Abs(x))",
    "1/(1 + Abs(x)) - x/(1 + Abs(x))**2*sign(x)",
    "x/(1 + x**2)",
    "x/sqrt(1 + a**2*x**2)",
    "(x + sqrt(x**2 + 4))/2",
    "(1 + x/sqrt(x**2 + 4))/2",
    "((1 + a)*x + sqrt((1 - a)**2*x**2 + b**2))/2",
    "tanh(x + 0.044715*x**3)*x/2 + x/2",
    "x**3*exp(-x**2)*(1 + x**2)",
    "exp(-exp(2*x))*exp(x)*x",
    "(1 + exp(-x))**(-1/3)",
    "(1 + 2*exp(-3*x))**(-a)",
    "2**x - 1",
    "log(exp(a) + exp(b))",
    "log(exp(a) + exp(b) + exp(a + b))",
    "log(h**2 + exp(x))",
    "sqrt(x**2 + 1) - 1",
    "1 - cos(x)",
    "1 + sin(2*a*x)",
    "x - 2*x*sin(a*x)*cos(a*x)",
    "sqrt(1 - sin(x)**2)",
    "log(1 + tanh(exp(x)))",
    "x*tanh(b*exp(a*x))",
    "4*sigmoid(2*b*exp(a*x))*sigmoid(-2*b*exp(a*x))*exp(a*x)*x",
    "x/(1 + Abs(x)**a)",
    "log(1 + b**2*Abs(x))",
    "x*(sign(x)*x - a)/(x**2 - a**2)",
    "x if 1 - x < 1 + x else -x",
)


@pytest.mark.parametrize("formula", FORMULAS)
def test_equivalents_are_equal(formula: str) -> None:
    """The prover shows every spelling in the stable vocabulary equal to the formula."""
    expr = read(formula)
    found = list(dict.fromkeys(equivalents(expr)))
    assert all(prove_same(other, expr, {}).holds for other in found), found


@pytest.mark.parametrize("formula", FORMULAS)
def test_variants_are_equal(formula: str) -> None:
    """The prover shows every rearrangement equal to the formula, away from 0 where it divides by x."""
    expr = read(formula)
    for other in dict.fromkeys(variants(expr, ("x",))):
        if size(other) < 60:
            assert prove_same(other, expr, {}).holds, other


def spelled(formula: str) -> Expr:
    return rewritten(read(formula), stable, whole=True)


@pytest.mark.parametrize(("formula", "wanted"), [
    ("1/(1 + exp(-x))", "sigmoid(x)"),
    ("exp(x)/(1 + exp(x))", "sigmoid(x)"),
    ("1 - 1/(1 + exp(-x))", "sigmoid(-x)"),
    ("x/(1 + exp(-x))", "x*sigmoid(x)"),
    ("exp(-x)/(1 + exp(-x))**2", "sigmoid(x)*sigmoid(-x)"),
    ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "tanh(x)"),
    ("2/(1 + exp(-2*x)) - 1", "tanh(x)"),
    ("1 - tanh(x)**2", "4*(sigmoid(2*x)*sigmoid(-2*x))"),
    ("exp(x) - 1", "expm1(x)"),
    ("log(1 + exp(x))", "softplus(x)"),
    ("log(1 + exp(-x))", "softplus(-x)"),
    ("log(sigmoid(x))", "log_sigmoid(x)"),
    ("log(1 + x**2)", "log1p(x**2)"),
    ("1 - erf(x)", "erfc(x)"),
    ("1 - exp(-x**2)", "-expm1(-x**2)"),
    ("1 - normal_cdf(x)", "normal_cdf(-x)"),
    ("1/(1 + Abs(x)) - x/(1 + Abs(x))**2*sign(x)", "1/(1 + Abs(x))**2"),
    ("a*exp(x/a)/a", "exp(x/a)"),
])  # fmt: skip
def test_textbook_formulas_get_their_names(formula: str, wanted: str) -> None:
    """What has a stable function of its own is spelled with it."""
    found = spelled(formula)
    assert prove_same(found, read(wanted), {}).holds
    assert sorted(n.op for n in postorder(found)) == sorted(n.op for n in postorder(read(wanted)))


def test_balanced_form_has_no_growing_exponential() -> None:
    """Every exponential in the balanced form of Mish is of something that is not positive."""
    found = balanced(quotient(read("x*tanh(softplus(x))")))  # type: ignore[arg-type]
    assert found is not None
    exponents = {n.args[0] for n in postorder(found) if n.op == "exp"}
    assert exponents == {read("-Abs(x)")}


def test_what_cancels_cancels_exactly() -> None:
    """tanh(x/2) - 2*sigmoid(x) + 1 is zero, not a small number."""
    value = quotient(read("tanh(x/2) - 2*sigmoid(x) + 1"))
    assert value is not None
    assert vocabulary(value) is read("0")


def test_far_form_has_no_square_that_overflows() -> None:
    """Beyond 1 the root of a square is computed from 1/x**2."""
    found = split_at_one(read("sqrt(x**2 + 4)"), "x")
    assert found.op == "where"
    far = found.args[1]
    assert all(n.args[0].op == "div" for n in postorder(far) if n.op == "pow")


def test_conjugate_only_where_terms_cancel() -> None:
    """x + sqrt(x**2 + 4) is kept for x >= 0 and is a quotient without difference for x < 0."""
    found = conjugate(read("x + sqrt(x**2 + 4)"))
    assert found.op == "where"
    assert found.args[0].op == "lt"
    assert found.args[0].args == (read("x"), read("0"))
    assert found.args[2] is read("Abs(x) + sqrt(x**2 + 4)")
    assert prove_same(found, read("x + sqrt(x**2 + 4)"), {}).holds
    assert not any(n.op == "sub" for n in postorder(found))


def test_decaying_factors_come_first() -> None:
    """A factor that vanishes multiplies each power before these multiply each other."""
    found = decaying_first(read("x**3*exp(-x**2)"))
    assert prove_same(found, read("x**3*exp(-x**2)"), {}).holds
    assert not any(n.op == "pow" and n.args[1] is read("3") for n in postorder(found))
