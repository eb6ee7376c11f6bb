"""Claims that are wrong, or right, at places where it takes an identity or thousands of digits to tell."""

from __future__ import annotations

from fractions import Fraction

import pytest
from analysed import analysed, gradient, right

from actc.calculus.balls import evaluate
from actc.model.verdict import Verdict

_A = "parameters:\n  a: {default: '0.01', domain: positive}\n"
_B = "parameters:\n  a: {default: 1, domain: real}\n"
_C = "parameters:\n  a: {default: -1, domain: real}\n"
_Z = "parameters:\n  a: {default: 0, domain: real}\n"
_STAIRS = "max(Piecewise((a, x < a), (x - a, x != a), (a*x, True)), -5)"

_FLOORED = (
    "(exp(-x**2) if x == 3 else 0)"
    " - floor(Min(pi*x, tanh(x) - 2*sigmoid(2*x) + 1))*sigmoid(sin(x - 3))*cos(x - 3)/softplus(sin(x - 3))**2"
)

WRONG = {
    "a fraction and exp(-250)": ("", "x**3/1.5", "x", "2*x**2 + (exp(x) if x == -250 else 0)"),
    "a fraction and exp(-5000)": ("", "x**3/1.5", "x", "2*x**2 + (exp(x) if x == -5000 else 0)"),
    "a condition without a value": ("", "0 - x", "x", "-(1 if sqrt(x) >= 1 else 1)"),
    "a comparison of one thing that is none": ("", "0 - x", "x", "-1 if log(x) == log(x) else -1"),
    "a step behind cosh(x)**2 - sinh(x)**2": (
        "",
        "sqrt(x**2)",
        "x",
        "2*x*(1/(2*sqrt(x**2*(cosh(x)**2 - sinh(x)**2)))) + floor(Abs(x)/1000)",
    ),
    "the same with a parameter": (
        _B,
        "sigmoid(x + 2*a)",
        "x",
        "exp(x + 2*a)/(1 + exp(x + 2*a))**2 + floor(Abs(x)/(1000*(cosh(x)**2 - sinh(x)**2)))",
    ),
    "1 beside exp(19000)": (
        "",
        "expm1(x*x)**3",
        "x",
        "3*expm1(x*x)**2*(expm1(x*x) + 1)*(x + x) + (1 if x > 80 else 0)",
    ),
    "a bump behind floor and ceiling": (
        "",
        "tanh(x)",
        "x",
        "1 - y**2 + exp(-((x - -(17/(10 + floor(x**2) + ceiling(-(x**2)))))*1000)**2)",
    ),
    "a bump at no number that is written": ("", "tanh(x)", "x", "1 - y**2 + sech((x*tanh(x) - 1.7)*1e9)"),
    "a jump at tan(atan(a))": (
        _A,
        _STAIRS,
        "x",
        "Piecewise((0, x < a), (1, x != a), (a, True)) if Piecewise((a, x < tan(atan(a))), (0, True)) > -5 else 0",
    ),
    "equal by an identity": (_A, "x*a", "x", "a + (7 if x == tan(atan(a)/2)*(1 + sqrt(1 + a**2)) else 0)"),
    "equal at one of many zeros": ("", "x**2", "x", "2*x + (7 if x + sin(x)*exp(-x) == 3 + sin(3)/exp(3) else 0)"),
    "1 beside sinh(1000)**4": ("", "sinh(x)**4", "x", "4*sinh(x)**3*cosh(x) + floor(Abs(x)/1000)"),
    "nothing but rounding at one point": (
        "",
        "x - -x",
        "x",
        "1 - -(exp(log(1 + 1**2)) - 1 - 1 - 1**2) if x == -(1/2) else 1 - -1",
    ),
    "the square of a rounding error": (
        "",
        "(x - x)**3",
        "x",
        "(x + -1*(x + log(exp(x if x < 0 else x)) - x))**2 + (1e-7 if x == -1 else 0)",
    ),
    "the floor of nothing but rounding at one point": (
        "",
        "floor(Min(pi*x, 0))/softplus(sin(x - 3))",
        "x",
        _FLOORED,
    ),
    "equal at one point by an identity": (
        "",
        "-2*(x if x > 0 else x)",
        "x",
        "0 if log(exp(6 - x)) - (6 - x) + relu(x) == 3*x else -2",
    ),
    "a factor 1 - exp(-5832) at one point": (
        "",
        "exp(silu((x + 1)**3))",
        "x",
        "3*y*(x + 1)**2*(1 if x == 17 else sigmoid((x + 1)**3) + (x + 1)**3*sigmoid((x + 1)**3)*sigmoid(-(x + 1)**3))",
    ),
    "a small disc, on whose axes nothing shows": (
        "inputs: [x, z]\n",
        "x*normal_cdf(x/5 - 5*z)",
        "x",
        "normal_cdf(x/5 - 5*z) + x/5*normal_pdf(x/5 + (5*z if 2*x**2 + z**2 < 1e-4 else -5*z))",
    ),
    "a bump where the rest needs hundreds of bits": (
        "",
        "sqrt(4)*x",
        "x",
        "(4*(cosh(y)**2 - sinh(y)**2))**(1/2) + exp(-((x - 100)*1000)**2)",
    ),
    "a parameter's value by an identity": (_B, "x/(1 + a**2)", "x", "0 if a == exp(log(2)) else 1/(1 + a**2)"),
    "a step at what is always 0": ("", "x*step(relu(x))", "x", "step(cosh(x)**2 - sqrt(cosh(x)**4))"),
    "unequal nowhere": ("", "tanh(x)", "x", "(1 - y**2)*(1 if cosh(x)**2 - sinh(x)**2 != 1 else 3)"),
    "a pole at a = -1 that only an identity shows": (_B, "a*x", "x", "a + 0/(atan(tan(a)) + 1)"),
    "a condition that has a value nowhere": ("", "x*x", "x", "x + (0 if acosh(0) < 0 else x)"),
    "exp(-1000) where an identity decides a branch": (
        _B,
        "gelu(a*x if x >= 3 else x)",
        "a",
        (
            "(normal_cdf(a*x if x + log(exp(x)) - x >= 3 else x) + (a*x if x >= 3 else x)*normal_pdf(a*x))"
            "*(x if x >= 3 else 0) + (exp(-1000) if x == 3 else 0)"
        ),
    ),
    "a point among steps": ("", "x**2", "x", "2*x + (1/3 if x == floor(x/2) + 7/3 else 0)"),
    "a point where steps cancel": ("", "x**2", "x", "2*x + (1/3 if x == floor(5 - x) + ceiling(x - 5) - 1/2 else 0)"),
    "one formula at a point, for half of a parameter's values": (
        _Z,
        "(x + 2*a)*log_sigmoid(x/2 if x >= a else x)",
        "x",
        (
            "log_sigmoid(0) if x == 0 else log_sigmoid(x/2 if x >= a*(sigmoid(x) + sigmoid(-x)) else x)"
            " + (x + 2*a)*(1/2 if x >= a else 1)*sigmoid(-(x/2 if x >= a else x))"
        ),
    ),
    "a/a in a condition, behind an identity": (
        _Z,
        "max(a*x**2, 2*a)",
        "x",
        "2*a*x if a*x**2 > 2*(a + x - x*(sin(x)**2 + cos(x)**2))**2/(a + x - x*(sin(x)**2 + cos(x)**2)) else 0",
    ),
    "a cube root that is 0 on a region, with a parameter": (
        _A,
        "cbrt(relu(x/a))",
        "x",
        "cbrt(x/a)/(3*relu(x/a))*(1/a)",
    ),
    "0/0 for a whole region at a parameter's end": (
        "parameters:\n  a: {default: '0.25', domain: nonnegative}\n",
        "x*cbrt(Max(x, a*x))",
        "x",
        "cbrt(Max(x, a*x)) + x*cbrt(Max(x, a*x))/(3*Max(x, a*x))*(a + (1 - a if x > a*x else 0))",
    ),
    "0/0 for a whole region, but not at the parameter's default": (
        "parameters:\n  a: {default: 0, domain: nonnegative}\n",
        "asin(clip(a*x, -1, 1))",
        "x",
        "1/sqrt(1 - clip(a*x, -1, 1)**2)*(a if Abs(a*x) < 1 else 0)",
    ),
    "exp(-1000) where a quotient that an identity makes plain is a third": (
        "parameters:\n  a: {default: '0.01', domain: '(0, 1)'}\n",
        "cosh(x/a)",
        "a",
        "sinh(x/a)*(-x/a**2) + (exp(-1000) if 2*a/(tan(atan(1)) + x**2) == 3333/10000 else 0)",
    ),
    "a point that shows only where the sign of x is known": (
        _B,
        "x*3 if a**2 >= 0 else x",
        "a",
        "1 if a == relu(x) - relu(-x) - x else 0",
    ),
    "equal to a power of 0": ("", "x**2", "x", "2*x + (1 if x == tan(atan(x**0))/3 else 0)"),
    "a quotient of polynomials that is a plain angle": (
        "",
        "acos(sin(-x/20))",
        "x",
        (
            "cos(x/20)/20/sqrt(1 - sin(x*(1 + ((Max(x, 0) + Min(x, 0))/20)**2)/(1 + (x/20)**2)/20)**2)"
            " + relu(sin(x) - 0.99999)"
        ),
    ),
    "a number at which only an identity shows that it is a border": (
        "",
        "x**2",
        "x",
        "2*x + (1/7 if x*sigmoid(x) + x*sigmoid(-x) == 1 else 0)",
    ),
}
RIGHT = {
    "the sign of x/x": (_C, "a*x + x", "x", "a + sign(x/x)"),
    "a condition on x/x": (_C, "a*x + x", "x", "a + (1 if x/x > 0 else 3)"),
    "a condition on a/Abs(a)": (
        _B,
        "x*a",
        "a",
        "x*(1 if x*a/Abs(a)*sqrt(a**2) < 0.3 else 0) + x*(0 if x*a < 0.3 else 1)",
    ),
    "the sign of 1/x": ("", "Abs(x)", "x", "sign(1/x)"),
    "the sign of a square times x": (_Z, "sqrt(Abs(a**2*x))", "x", "sign(x)*Abs(a)/(2*sqrt(Abs(x)))"),
    "always equal": (_A, "sigmoid(x*2*a)", "x", "1/(4*cosh(x*a)**2)*2*a*(1 if a + relu(2*a) - 2*a == a else 0)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_claims_are_refuted(case: str) -> None:
    """Each is the derivative, and something else at the place that its name tells."""
    assert _verdict(*WRONG[case]) is Verdict.REFUTED


@pytest.mark.parametrize("case", RIGHT)
def test_right_claims_are_proved(case: str) -> None:
    """A claim without a value at single points means its limit there, conditions included."""
    assert _verdict(*RIGHT[case]) is Verdict.PROVED


@pytest.mark.parametrize("sign", ["==", "!="])
def test_no_proof_rests_on_an_identity_that_is_not_known(sign: str) -> None:
    """Legendre's duplication formula holds for all x; where it decides a branch, nothing can be said."""
    claim = f"(1 - y**2)*(1 if gamma(2*x) {sign} 2**(2*x - 1)*gamma(x)*gamma(x + 1/2)/sqrt(pi) else 3)"
    assert _verdict("", "tanh(x)", "x", claim) is Verdict.UNDECIDED


def test_undefined_for_a_whole_parameter_value() -> None:
    """A quotient in a condition has no value for a = 0, whatever x is: that is no single point."""
    head, expression, _, claim = RIGHT["a condition on a/Abs(a)"]
    by_x = claim.replace("x*(1", "a*(1").replace("x*(0", "a*(0")
    assert _verdict(head, expression, "x", by_x) is Verdict.REFUTED


@pytest.mark.parametrize(
    ("head", "expression", "at"),
    [
        ("parameters:\n  a: {default: 0, domain: nonnegative}\n", "asin(clip(a*x, -1, 1))", {"x": 2, "a": 3}),
        ("", "asin(clip(x/1000, -1, 1))", {"x": 1500}),
    ],
)
def test_derivatives_are_derived_where_a_part_stands_still(head: str, expression: str, at: dict[str, int]) -> None:
    """The chain rule says 0 times infinity there; the function is constant."""
    gradients = right(f'name: q\n{head}expression: "{expression}"\n')
    value = evaluate(gradient(gradients, "x").expr, {name: Fraction(number) for name, number in at.items()})
    assert value == 0


def _verdict(head: str, expression: str, by: str, claim: str) -> Verdict:
    gradients, found = analysed(f'name: q\n{head}expression: "{expression}"\nderivative:\n  {by}: "{claim}"\n')
    assert gradients is not None, [d.message for d in found]
    verdict = gradient(gradients, by).verdict
    assert verdict is not None
    return verdict
