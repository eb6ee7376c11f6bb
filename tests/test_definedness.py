"""Where activations are real and finite: witnesses, proofs, removable singularities and suggested domains."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import arb

from actc.calculus.ball_operations import UNDEFINED
from actc.calculus.balls import evaluate
from actc.calculus.definedness import Definedness, judge, judge_expression
from actc.calculus.line import judge_line
from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.model.activation import Activation
from actc.model.domain import Domain
from actc.model.expr import Expr, apply, constant, lift, number, symbol
from actc.model.operations import OPERATIONS

X = symbol("x")


def activation(expression: str, parameters: str = "", inputs: str = "[x]") -> Activation:
    source = f"name: sample\nexpression: {expression}\nparameters: {{{parameters}}}\ninputs: {inputs}\n"
    log = DiagnosticLog()
    found = resolve(load("sample.yaml", source.encode(), log)[0], log)
    assert found is not None, log.found
    return found


def verdict(expression: str, parameters: str = "", inputs: str = "[x]") -> Definedness:
    return judge(activation(expression, parameters, inputs))


@pytest.mark.parametrize(
    ("expression", "inputs", "at", "reason"),
    [
        ("log(x)", "[x]", Fraction(-1), "`log` of -1"),
        ("sqrt(x)", "[x]", Fraction(-1), "the square root of a negative number"),
        ("1/x", "[x]", Fraction(0), "division by zero"),
        ("x/Abs(x)", "[x]", Fraction(0), "division by zero"),
        ("1/cbrt(x)", "[x]", Fraction(0), "division by zero"),
        ("acosh(x)", "[x]", Fraction(-1), "`acosh` of -1"),
        ("x**2.5", "[x]", Fraction(-1), "a fractional power of a negative number"),
        ("1/(8*x - 7)", "[x]", Fraction(7, 8), "division by zero"),
        ("log(x)", "{x: nonnegative}", Fraction(0), "`log` of 0"),
        ("log(1 - x)", '{x: "[-1, 1]"}', Fraction(1), "`log` of 0"),
        ("Piecewise((x, x > 0), (0, x < 0))", "[x]", Fraction(0), "no branch of Piecewise holds"),
        ("exp(1/x)", "[x]", Fraction(0), "division by zero"),
        ("floor(x)/x", "[x]", Fraction(0), "division by zero"),
    ],
)
def test_a_point_without_a_value_is_an_exact_witness(expression: str, inputs: str, at: Fraction, reason: str) -> None:
    """Regions and isolated poles are found, with the reason in a few words."""
    found = verdict(expression, inputs=inputs)
    assert found.witness is not None
    assert (found.witness.at, found.witness.reason) == ((("x", at),), reason)
    assert found.witness.is_exact
    assert not found.proved
    assert found.witness.is_uncovered == (reason == "no branch of Piecewise holds")


@pytest.mark.parametrize(
    ("expression", "square"),
    [("1/(x**2 - 2)", 2), ("log(x**2 - 3) if x**2 >= 3 else 0", 3)],
)
def test_irrational_poles_are_found_too(expression: str, square: int) -> None:
    """The witness is a ball around the pole; log(x**2 - 3) fails at its border and nowhere else."""
    found = verdict(expression)
    assert found.witness is not None
    assert not found.witness.is_exact
    x = found.witness.at[0][1]
    assert isinstance(x, arb)
    assert (x * x).contains(square)


def test_poles_without_a_closed_form_are_found() -> None:
    """x + exp(-x/3) vanishes at -3*W(1/3) = -0.7724...; tan has its first poles at -pi/2 and pi/2."""
    found = verdict("1/(x + exp(-x/3))")
    assert found.witness is not None
    x = found.witness.at[0][1]
    assert isinstance(x, arb)
    assert abs(float(x) + 1.8571838602078353) < 1e-12 or abs(float(x) + 0.7728829591492101) < 1e-12
    pole = verdict("tan(x)").witness
    assert pole is not None
    assert abs(abs(float(pole.at[0][1])) - 1.5707963267948966) < 1e-12


@pytest.mark.parametrize(
    ("expression", "gaps"),
    [
        ("sin(x)/x", [(0, 1)]),
        ("(exp(x) - 1)/x", [(0, 1)]),
        ("(1 - cos(x))/x**2", [(0, Fraction(1, 2))]),
        ("x*(sign(x)*x - 2)/(x**2 - 4)", [(-2, Fraction(-1, 2)), (2, Fraction(1, 2))]),
        ("(x**3 - 1)/(x - 1)", [(1, 3)]),
        ("x*log(Abs(x))", [(0, 0)]),
        ("exp(-1/x**2)", [(0, 0)]),
    ],
)
def test_removable_singularities_are_no_witnesses(expression: str, gaps: list[tuple[int, Fraction | int]]) -> None:
    """Both sides agree on a finite limit, so the point is filled; elsewhere there is a proof."""
    found = verdict(expression)
    assert found.witness is None
    assert [(gap.value, gap.limit) for gap in found.removable] == gaps
    assert found.proved_for_all


def test_a_removable_singularity_at_an_irrational_point() -> None:
    """(x - log(2))/(exp(x) - 2) tends to 1/2 at log(2), which is given in closed form."""
    found = verdict("(x - log(2))/(exp(x) - 2)")
    assert found.proved
    assert [(gap.location, gap.limit) for gap in found.removable] == [(apply("log", number(2)), Fraction(1, 2))]


def test_an_end_of_the_domain_has_one_side() -> None:
    """x*log(x) on [0, inf) is filled by 0, on (0, inf) there is nothing to fill."""
    assert [gap.limit for gap in verdict("x*log(x)", inputs="{x: nonnegative}").removable] == [0]
    assert verdict("x*log(x)", inputs="{x: positive}").removable == ()


def test_removable_singularities_that_move_with_a_parameter() -> None:
    """They are located in terms of the parameter, and every positive parameter is covered."""
    found = verdict("x*(sign(x)*x - a)/(x**2 - a**2)", "a: {default: 2, domain: positive}")
    assert {gap.location for gap in found.removable} == {symbol("a"), -symbol("a")}
    assert found.proved_for_all


@pytest.mark.parametrize(
    "expression",
    [
        "x/(1 + exp(-x))",
        "log(x + sqrt(x**2 + 1))",
        "1/(x**4 - 3*x + 3)",
        "1/(Abs(x) - x + 1)",
        "log(exp(x) - x)",
        "x/(exp(x) + exp(-x) - 1)",
        "1/(x**2 - 2*x*cos(x) + 1.5)",
        "sqrt(x - sin(x)) if x > 0 else 0",
        "sqrt(x**2 - 2) if x**2 >= 2 else 0",
        "1/(x**2 - 2) if x**2 > 2 else 0",
        "asin(x/sqrt(1 + x**2))",
        "atanh(x/(1 + Abs(x)))",
        "Piecewise((log(x), x > 1), (-log(-x), x < -1), (0, True))",
        "gamma(x**2 + 1)",
        "1/(x - 3) if x != 3 else 0",
        "sqrt(1 - sin(x))",
    ],
)
def test_ordinary_and_less_ordinary_ones_are_proved(expression: str) -> None:
    """No warning is raised where mathematics is on the author's side."""
    found = verdict(expression)
    assert found.proved_for_all
    assert found.removable == ()


@pytest.mark.parametrize(
    ("expression", "parameters", "suggested"),
    [
        ("x/(1 + a*x**2)", "a: 1", ("a", "nonnegative")),
        ("x/a", "a: 2", ("a", "nonzero")),
        ("log(1 + a*exp(x))", "a: 1", ("a", "nonnegative")),
        ("x/(Abs(x) + a)", "a: 1", ("a", "positive")),
        ("acos(a)*x", "a: 0.5", ("a", "[-1, 1]")),
        ("log(x + sqrt(x**2 + a))", "a: 1", ("a", "positive")),
        ("x**n", "n: 2", ("n", "nonnegative integer")),
        ("1/(a + sin(x))", "a: 2", ("a", "(1, inf)")),
        (
            "x/sqrt(x**2 + beta + d)",
            "beta: {default: 1, domain: nonnegative}, d: {default: 0, domain: nonnegative}",
            ("beta", "positive"),
        ),
    ],
)
def test_parameters_that_break_it_and_a_domain_that_cures(
    expression: str, parameters: str, suggested: tuple[str, str]
) -> None:
    """At the defaults all is well; the least restrictive simple domain that helps is suggested."""
    found = verdict(expression, parameters)
    assert found.proved
    assert not found.proved_for_all
    assert found.parameter_witness is not None
    assert found.suggested == suggested


@pytest.mark.parametrize(
    ("expression", "parameters"),
    [
        ("1/(1 + exp(-a*x))", "a: 1"),
        ("x**n", "n: {default: 2, domain: positive integer}"),
        ("x/(1 + Abs(x)**k)**(1/k)", "k: {default: 2, domain: positive}"),
        ("(exp(a*x) - 1)/a if a != 0 else x", "a: 1"),
        ("1/(exp(x) - k)", "k: {default: -1, domain: negative}"),
        ("sin(a*x)/x", "a: 2"),
    ],
)
def test_proofs_for_all_parameters(expression: str, parameters: str) -> None:
    """Domains of parameters are made use of; without any, every real value is covered."""
    assert verdict(expression, parameters).proved_for_all


def test_the_witness_moves_no_more_parameters_than_it_takes() -> None:
    """hi = lo is a pole of a clipped ramp: one of the two moves to the other's default."""
    found = verdict("clip((x - lo)/(hi - lo), 0, 1)", "lo: 0, hi: 1").parameter_witness
    assert found is not None
    assert dict(found.at).keys() == {"x", "lo"}
    assert dict(found.at)["lo"] == 1


def test_several_inputs() -> None:
    """Gates are proved, a quotient's pole is found, a filled one is proved around its gap."""
    assert verdict("a*sigmoid(b)", inputs="[a, b]").proved_for_all
    assert verdict("log(exp(a) + exp(b))", inputs="[a, b]").proved_for_all
    found = verdict("a/b", inputs="[a, b]").witness
    assert found is not None
    assert dict(found.at)["b"] == 0
    assert verdict("a/b", inputs="{a: real, b: positive}").proved_for_all
    quotient = verdict("sin(b)/b + a", inputs="[a, b]")
    assert quotient.proved
    assert [gap.variable for gap in quotient.removable] == ["b"]


def test_surrogates_are_judged_on_the_same_domains() -> None:
    """1/(1 + Abs(x)) will do, 1/x will not, unless 0 is no input."""
    step = activation("1 if x > 0 else 0")
    assert judge_expression(1 / (1 + apply("abs", X)), step).proved
    assert judge_expression(1 / X, step).witness is not None
    assert judge_expression(1 / X, activation("1 if x > 0 else 0", inputs="{x: nonzero}")).proved


def test_irrational_defaults_are_exact() -> None:
    """sin(x)/(p - x) is removable at p = pi because the default is pi, not a float near it."""
    found = verdict("sin(x)/(p - x)", "p: pi")
    assert found.witness is None
    assert found.proved
    assert [gap.location for gap in found.removable] == [symbol("p")]
    assert found.parameter_witness is not None
    assert judge_line(apply("sin", X) / (constant("pi") - X), "x", Domain()).proved


_UNARY = tuple(row.name for row in OPERATIONS.values() if row.most == 1 and row.name != "not")
_BINARY = ("add", "sub", "mul", "div", "pow", "min", "max", "add", "mul", "div")


def random_expr(draw: random.Random, depth: int) -> Expr:
    kind = draw.random()
    if depth == 0 or kind < 0.15:
        return draw.choice([X, X, X, number(Fraction(draw.randint(-6, 6), draw.choice([1, 2, 3])))])
    if kind < 0.5:
        return apply(draw.choice(_UNARY), random_expr(draw, depth - 1))
    if kind < 0.9:
        return apply(draw.choice(_BINARY), random_expr(draw, depth - 1), random_expr(draw, depth - 1))
    condition = apply(draw.choice(["lt", "le", "gt", "ne"]), random_expr(draw, depth - 1), lift(draw.randint(-2, 2)))
    return apply("where", condition, random_expr(draw, depth - 1), random_expr(draw, depth - 1))


@pytest.mark.parametrize("seed", range(4))
def test_random_expressions_are_never_judged_wrongly(seed: int) -> None:
    """What is proved has a value at every other sample; an exact witness has certainly none."""
    draw = random.Random(seed)  # noqa: S311  # reproducible, no secret
    points = [Fraction(draw.randint(-400, 400), draw.choice([1, 2, 3, 7, 16, 100])) for _ in range(60)]
    proofs = witnesses = 0
    for _ in range(60):
        expr = random_expr(draw, 3)
        if "x" not in expr.free:
            continue
        found = judge_line(expr, "x", Domain())
        if found.proved:
            proofs += 1
            filled = [gap.value for gap in found.gaps]
            for x in (*points, *(Fraction(n, 2) for n in range(-12, 13))):
                assert x in filled or evaluate(expr, {"x": x}, 256) is not UNDEFINED, (expr, x)
        elif found.witness is not None and isinstance(found.witness[0], Fraction):
            witnesses += 1
            assert evaluate(expr, {"x": found.witness[0]}, 256) is UNDEFINED
    assert proofs > 5
    assert witnesses > 5
