"""The expression language: what it means, and what is said of what it does not have."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from flint import arb

from actc.calculus.balls import evaluate_sure
from actc.diagnostics import Diagnostic, DiagnosticLog, Location
from actc.frontend.expressions import Scope, parse_either, parse_number
from actc.model.expr import Expr, apply, symbol
from actc.model.operations import FUNCTION_NAMES
from actc.model.spec import Text
from actc.model.text import to_text

X, A = symbol("x"), symbol("a")
SCOPE = Scope({"x": X, "a": A})


def parse(text: str, scope: Scope = SCOPE) -> tuple[Expr | None, list[Diagnostic]]:
    log = DiagnosticLog()
    return parse_number(Text(text, Location("a.yaml", 1, 1)), scope, log), log.found


def number(text: str, x: Fraction | int = 0) -> mpmath.mpf | None:
    """The value of a right expression, None where it has none, at 30 digits and more."""
    expr, found = parse(text)
    assert expr is not None, found
    value = evaluate_sure(expr, {"x": Fraction(x), "a": Fraction(3)}, good=120)
    if isinstance(value, Fraction):
        return mpmath.mpf(value.numerator) / value.denominator
    return mpmath.mpf(value.mid().str(40, radius=False)) if isinstance(value, arb) else None


MEANINGS: list[tuple[str, Fraction | int, object]] = [
    ("1 + 2*3 - 4/8", 0, 6.5),
    ("2**3**2", 0, 512),
    ("-x**2", 3, -9),
    ("2**-1", 0, 0.5),
    ("-x % 3", 1, 2),
    ("x % -3", 1, -2),
    ("x % 3", Fraction(-7, 2), 2.5),
    ("0**x", 0, 1),
    ("x**0", 0, 1),
    ("010 + 007", 0, 17),
    (".5 + 5. + 1e1 + 1E-1", 0, 15.6),
    ("0.1 + 0.2 - 0.3", 0, 0),
    ("1e-6*1000000", 0, 1),
    ("atan2(0, 0)", 0, 0),
    ("atan2(x, -1)", 0, lambda: mpmath.pi),
    ("cbrt(x)", -8, -2),
    ("log(8, 2)", 0, 3),
    ("log2(x)", 8, 3),
    ("Heaviside(x)", 0, 0.5),
    ("Heaviside(x)", -1, 0),
    ("sign(x)", 0, 0),
    ("step(x)", 0, 0),
    ("step(x)", 1, 1),
    ("round(x)", Fraction(5, 2), 2),
    ("round(x)", Fraction(7, 2), 4),
    ("round(x)", Fraction(-1, 2), 0),
    ("floor(x)", Fraction(-1, 2), -1),
    ("ceiling(x)", Fraction(-1, 2), 0),
    ("sinc(x)", 0, 1),
    ("sinc(x)", 2, lambda: mpmath.sin(2) / 2),
    ("loggamma(x)", Fraction(-1, 2), lambda: mpmath.log(abs(mpmath.gamma(mpmath.mpf(-1) / 2)))),
    ("gamma(x)", 5, 24),
    ("digamma(x)", 1, lambda: -mpmath.euler),
    ("clip(x, -1, 2)", 5, 2),
    ("clip(x, -1, 2)", -5, -1),
    ("hard_sigmoid(x)", 1, lambda: mpmath.mpf(2) / 3),
    ("hard_sigmoid(x)", -4, 0),
    ("gelu(x)", 1, lambda: mpmath.ncdf(1)),
    ("silu(x)", 1, lambda: 1 / (1 + mpmath.exp(-1))),
    ("relu(x)", -1, 0),
    ("normal_pdf(x)", 1, lambda: mpmath.npdf(1)),
    ("normal_cdf(x)", -2, lambda: mpmath.ncdf(-2)),
    ("log_sigmoid(x)", 1, lambda: -mpmath.log(1 + mpmath.exp(-1))),
    ("softplus(x)", 1, lambda: mpmath.log(1 + mpmath.e)),
    ("expm1(x) + log1p(x)", 1, lambda: mpmath.e - 1 + mpmath.log(2)),
    ("sec(x)*sech(x)", 1, lambda: mpmath.sec(1) * mpmath.sech(1)),
    ("erf(x) + erfc(x)", 3, 1),
    ("pi + E + EulerGamma + GoldenRatio", 0, lambda: mpmath.pi + mpmath.e + mpmath.euler + mpmath.phi),
    ("Max(1, x, 3) - min(x, 1) + max(x, 1) - Min(x, 1)", 2, 3),
    ("Abs(x) + abs(x)", -2, 4),
    ("1 if x > 0 else 2 if x < 0 else 3", 0, 3),
    ("1 if 0 < x < 2 else 0", 1, 1),
    ("1 if 0 < x < 2 else 0", 2, 0),
    ("1 if x == 1 else 0", 1, 1),
    ("1 if x != 1 else 0", 1, 0),
    ("1 if (x > 0) & ~(x > 1) | (x < -5) else 0", 1, 1),
    ("1 if not x > 0 or x > 5 and x < 7 else 0", 6, 1),
    ("Piecewise((1, x > 0), (2, x > -1), (3, True))", Fraction(-1, 2), 2),
    ("Piecewise((1, And(x > 0, x < 1)), (2, Or(x > 5, Not(x > -3))), (3, True))", -4, 2),
    ("sqrt(x) + x**0.5 + x**(1/2)", 4, 6),
    ("x**(-1/2)", 4, 0.5),
    ("E**x", 1, lambda: mpmath.e),
    ("asinh(x) + acosh(x + 2) + atanh(x/2)", 1, lambda: mpmath.asinh(1) + mpmath.acosh(3) + mpmath.atanh(0.5)),
    ("asin(x) + acos(x) + atan(x)", 1, lambda: 3 * mpmath.pi / 4),
    ("sinh(x) + cosh(x) + tanh(x) + tan(x)", 1, lambda: mpmath.e + mpmath.tanh(1) + mpmath.tan(1)),
]


@pytest.mark.parametrize(("text", "x", "expected"), MEANINGS)
def test_expressions_mean_what_the_language_says(text: str, x: Fraction | int, expected: object) -> None:
    """Operators, numbers, constants and functions have their documented values, to 30 digits."""
    with mpmath.workdps(45):
        wanted = expected() if callable(expected) else mpmath.mpf(repr(expected))
        got = number(text, x)
        assert got is not None
        assert abs(got - wanted) <= mpmath.mpf(10) ** -30


@pytest.mark.parametrize("text", ["sqrt(x)", "log(x)", "x**0.5", "asin(x - 1)", "acosh(x)", "1/(x + 1)", "x**(1/3)"])
def test_what_is_not_real_has_no_value(text: str) -> None:
    """At -1 none of these is a real number; a cube root is spelled ``cbrt``."""
    assert number(text, -1) is None


def test_every_function_name_is_met() -> None:
    """Every name of the language occurs in the table of meanings above."""
    text = " ".join(m[0] for m in MEANINGS) + " exp( sin( cos( sigmoid( "
    assert [name for name in sorted(FUNCTION_NAMES) if f"{name}(" not in text] == []


MISTAKES: list[tuple[str, int, str, str, str | None]] = [
    ("x^2", 2, "ACT151", "`^` is not in the language", "a power is written `**`"),
    ("2x", 2, "ACT150", "an operator is missing after the number", "write the `*` of a product"),
    ("2 x", 3, "ACT150", "an operator is missing here", "write the `*` of a product"),
    ("x a", 3, "ACT150", "an operator is missing here", "write the `*` of a product"),
    ("2(x + 1)", 1, "ACT150", "only a function can be called", "write the `*` of a product"),
    ("(x + 1", 1, "ACT150", "this parenthesis is never closed", None),
    ("x + 1)", 6, "ACT150", "this parenthesis was never opened", None),
    ("x) + (x", 2, "ACT150", "this parenthesis was never opened", None),
    ("x +", 4, "ACT150", "the expression ends too early", None),
    ("", 1, "ACT150", "an expression is expected here", None),
    ("lambda*x", 1, "ACT150", "`lambda` is a keyword of Python and cannot stand here", "spell the parameter `lam`"),
    ("x if x > 0", 1, "ACT150", "`if` needs an `else`", "write `a if condition else b`"),
    ("sigmod(x)", 1, "ACT153", "`sigmod` is no function of the language", "did you mean `sigmoid`?"),
    ("ln(x)", 1, "ACT153", "`ln` is no function of the language", "write `log`"),
    ("np.exp(x)", 1, "ACT151", "names of modules are not in the language", "write `exp(...)`"),
    ("beta*x", 1, "ACT153", "`beta` is not defined", None),
    ("e*x", 1, "ACT153", "`e` is not defined", "write `E`"),
    ("y*x", 1, "ACT153", "`y`, the output, may stand only in `derivative` and `surrogate`", None),
    ("tanh", 1, "ACT153", "`tanh` is a function", "call it, as in `tanh(x)`"),
    ("clip(x)", 1, "ACT154", "`clip` takes 3 arguments, not 1", "write `clip(v, low, high)`"),
    ("a(x)", 1, "ACT154", "`a` is a number and cannot be called", "for a product, write `a*(...)`"),
    ("pi(x)", 1, "ACT153", "`pi` is a constant and cannot be called", None),
    ("x*(x > 0)", 4, "ACT155", "a number is expected, this is a condition", "write `a if condition else b`"),
    ("1 if x else 2", 6, "ACT155", "a condition is expected, this is a number", "compare it, as in `x > 0`"),
    ("1 if x > 0 & x < 1 else 0", 12, "ACT155", "`&` joins conditions", None),
    ("[x]", 1, "ACT151", "brackets do not group", "use parentheses"),
    ("x = 2", 3, "ACT151", "`=` assigns nothing here", None),
    ("1,5*x", 1, "ACT151", "a comma separates nothing here", "a decimal point is written `.`"),
    ("x // 2", 3, "ACT151", "`//` is not in the language", "write `floor(a/b)`"),
    ("x # two", 3, "ACT151", "a comment cannot stand inside an expression", None),
    ("'x'", 1, "ACT151", "`'` (U+0027) is not in the language", None),
    ("x \N{MINUS SIGN} 1", 3, "ACT151", "`\N{MINUS SIGN}` (U+2212) is not in the language", "write `-`"),
    (
        "\N{GREEK SMALL LETTER ALPHA}*x",
        1,
        "ACT151",
        "`\N{GREEK SMALL LETTER ALPHA}` (U+03B1) is not in the language",
        None,
    ),
    ("1e400*x", 1, "ACT152", "the number is beyond float64's range", None),
    ("1e-400*x", 1, "ACT152", "the number is beyond float64's range", None),
    ("1e999999999*x", 1, "ACT152", "the number is beyond float64's range", None),
    ("0.0e999999999*x", 1, "ACT152", "the number is beyond float64's range", None),
    ("1_000*x", 1, "ACT152", "a number has no underscores", None),
    ("3" * 1001, 1, "ACT152", "a number has at most 1000 digits", None),
    ("(" * 150 + "x" + ")" * 150 + "+ f()", 304, "ACT153", "`f` is no function of the language", None),
    ("(" * 5000 + "x", 1, "ACT156", "the expression is nested too deeply or too long", "name parts in `let`"),
    ("-" * 400 + "x", 1, "ACT156", "the expression is nested too deeply or too long", "name parts in `let`"),
    ("None", 1, "ACT151", "`None` is not in the language", None),
    ("2j*x", 2, "ACT150", "an operator is missing after the number", None),
    ("0x10", 2, "ACT150", "an operator is missing after the number", None),
    ("x.real", 1, "ACT151", "names of modules are not in the language", None),
    ("Piecewise(x, x > 0)", 11, "ACT154", "a pair `(value, condition)` is expected", None),
    ("exp(*x)", 5, "ACT151", "`*` cannot unpack here", None),
    ("(lambda: x)()", 8, "ACT151", "`:` is not in the language", None),
    ("__import__(x)", 1, "ACT153", "`__import__` is no function of the language", None),
]


@pytest.mark.parametrize(("text", "column", "code", "message", "help_"), MISTAKES)
def test_mistakes_are_named_at_their_place(text: str, column: int, code: str, message: str, help_: str | None) -> None:
    """Each mistake gets its code, its column, a terse message and, where listed, this help."""
    expr, found = parse(text)
    assert expr is None
    first = found[0]
    assert (first.location.column, first.code, first.message) == (column, code, message)
    if help_ is not None:
        assert first.help == help_


def test_all_mistakes_of_an_expression_are_reported() -> None:
    """One run shows every unknown name."""
    _, found = parse("sigmod(x) + beto*x + foo(x)")
    assert [d.location.column for d in found] == [1, 13, 22]


def test_a_parameter_hides_the_function_of_its_name() -> None:
    """A paper's gamma is a number in its document; calling it is an error."""
    gamma = symbol("gamma")
    scope = Scope({"x": X, "gamma": gamma}, frozenset({"gamma"}))
    assert parse("gamma*x", scope)[0] is apply("mul", gamma, X)
    _, found = parse("gamma(x)", scope)
    assert [d.code for d in found] == ["ACT154"]
    assert found[0].message == "`gamma` is a parameter here and cannot be called"


def test_conditions_stand_where_conditions_may() -> None:
    """A part may be a condition, and be used as one."""
    log = DiagnosticLog()
    condition = parse_either(Text("x > 0 and x < 1", Location("a.yaml", 1, 1)), SCOPE, log)
    assert condition is not None
    assert condition.is_condition
    expr, found = parse("2 if c else 3", Scope({"c": condition}))
    assert not found
    assert expr is not None
    assert evaluate_sure(expr, {"x": Fraction(1, 2)}) == 2


def test_expressions_may_be_folded_over_lines() -> None:
    """White space, line breaks included, has no meaning; the caret still finds its line."""
    expr, found = parse("  x +\n  1 ")
    assert not found
    assert expr is X + 1
    text = Text("x +\nfoo", Location("a.yaml", 3, 5), ((3, 5), (3, 6), (3, 7), (3, 8), (4, 5), (4, 6), (4, 7)))
    log = DiagnosticLog()
    parse_number(text, SCOPE, log)
    assert str(log.found[0].location) == "a.yaml:4:5"


def test_a_sum_of_many_terms_is_read_without_recursion() -> None:
    """Long sums lean to one side and are no deep nesting."""
    expr, found = parse("+".join(["x"] * 900))
    assert not found
    assert expr is not None
    assert evaluate_sure(expr, {"x": Fraction(2)}) == 1800


@pytest.mark.parametrize(
    "text",
    ["x - (a - x)", "x/(a/x)", "(-x)**2", "2**(x + 1)", "(x + 1)*a", "x*(a if x > 0 else 2)", "-(x + a)", "1/3*x"],
)
def test_printing_and_reading_again_keeps_the_value(text: str) -> None:
    """The language's own spelling of an expression means the same."""
    expr, _ = parse(text)
    assert expr is not None
    again, found = parse(to_text(expr))
    assert again is not None, found
    point = {"x": Fraction(7, 3), "a": Fraction(-2, 5)}
    a, b = evaluate_sure(expr, point), evaluate_sure(again, point)
    assert a == b if isinstance(a, Fraction) else a.overlaps(b)
