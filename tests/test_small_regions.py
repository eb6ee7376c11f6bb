"""Claims that are wrong only in a small region of inputs and parameters, or only where something is equal.

Every one of them is the derivative plus something that is there in the small region alone, so it is plainly wrong there
and nowhere else: the counterexample is put into the region's own condition.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from analysed import analysed, gradient

from actc.calculus.half_spaces import linear_rows, nearest
from actc.calculus.regions import Region
from actc.calculus.witness import Finder, gaps
from actc.calculus.work import Work
from actc.model.domain import Domain
from actc.model.expr import Expr, apply, number, symbol
from actc.model.verdict import Verdict

X, A, B = symbol("x"), symbol("a"), symbol("b")

TINY = Fraction(1, 10**4)

Inside = Callable[..., bool]

REGIONS: list[tuple[str, str, Inside]] = [
    ("a > 3 and b < -3", "a: 1, b: 1", lambda x, a, b: a > 3 and b < -3),
    ("a > 300 and b < -1000 and a + b < -5000", "a: 1, b: 1", lambda x, a, b: a > 300 and a + b < -5000),
    ("a < x < b < a + 1e-4", "a: 0, b: 1", lambda x, a, b: a < x < b < a + TINY),
    ("a > 12 and b > 13 and x < -15 and x + a > -1", "a: 1, b: 1", lambda x, a, b: x < -15 and x + a > -1 and b > 13),
    (
        "(a - 31)**2 + (b + 17)**2 < 1e-4",
        "a: 1, b: 1",
        lambda x, a, b: (a - 31) ** 2 + (b + 17) ** 2 < TINY,
    ),
    ("x**2 + a**2 < 1e-6 and a > 0", "a: 1, b: 1", lambda x, a, b: x**2 + a**2 < Fraction("1e-6") and a > 0),
    ("a*b > 1e6 and a < 1", "a: 1, b: 1", lambda x, a, b: a * b > 10**6 and a < 1),
    ("Abs(x - 1/3) < 1e-25", "a: 1, b: 1", lambda x, a, b: abs(x - Fraction(1, 3)) < Fraction("1e-25")),
    ("x > 1e217", "a: 1, b: 1", lambda x, a, b: x > 10**217),
    ("a == 2*b", "a: 1, b: 1", lambda x, a, b: a == 2 * b),
    ("a*b == 6", "a: 1, b: 1", lambda x, a, b: a * b == 6),
    ("a**2 + b**2 == 25", "a: 1, b: 1", lambda x, a, b: a**2 + b**2 == 25),
]


@pytest.mark.parametrize(("condition", "parameters", "inside"), REGIONS, ids=[r[0] for r in REGIONS])
def test_wrong_in_a_small_region(condition: str, parameters: str, inside: Inside) -> None:
    """The counterexample lies in the region."""
    claim = f"2*a*b*x + (1 if {condition} else 0)"
    text = f"name: q\nparameters: {{{parameters}}}\nexpression: a*b*x**2\nderivative: {claim}\n"
    gradients, found = analysed(text)
    assert gradients is not None
    judged = gradient(gradients, "x")
    assert judged.verdict is Verdict.REFUTED, [d.message for d in found]
    assert judged.counterexample is not None
    assert inside(**dict(judged.counterexample.at))


POINTS = [
    "parameters: {a: 1}\nexpression: a*x**2\nderivative: 8 if a == 7 and x == 7 else 2*a*x\n",
    "parameters: {a: 1}\nexpression: a*x**2\nderivative: 7 if exp(a) == x else 2*a*x\n",
    "inputs: [u, v]\nexpression: u*v\nderivative: {u: 8 if u == 3 and v == 5 else v}\n",
    "inputs: [u, v]\nexpression: u*v\nderivative: {u: 8 if u == v**2 + 3 else v}\n",
    "expression: x**2\nderivative: 2*x + (1 if x == round(x) else 0)\n",
]


@pytest.mark.parametrize("text", POINTS)
def test_wrong_at_single_points(text: str) -> None:
    """An equality names the point, however many inputs and parameters it takes."""
    gradients, found = analysed("name: q\n" + text)
    assert gradients is not None
    assert gradient(gradients, gradients.activation.inputs[0].name).verdict is Verdict.REFUTED
    assert "ACT202" in [d.code for d in found]


GAPS = [
    "parameters: {a: 1}\nexpression: sqrt(1 - cos(a*x))\nderivative: a*sin(a*x)/2/sqrt(1 - cos(a*x))\n",
    "parameters: {a: 1, b: 2}\nexpression: sin((a - b)*x)\nderivative: (a - b)**2*cos((a - b)*x)/(a - b)\n",
    "parameters: {a: {default: 1, domain: nonnegative}}\nexpression: a*tanh(x)\nderivative: a - y**2/a\n",
]


@pytest.mark.parametrize("text", GAPS)
def test_no_value_where_a_parameter_has_one_value(text: str) -> None:
    """At a = 0 (or a = b) the activation is constant, and the claim is 0/0 at every input."""
    gradients, found = analysed("name: q\n" + text)
    assert gradients is not None
    assert gradient(gradients, "x").verdict is Verdict.REFUTED
    assert "ACT203" in [d.code for d in found]


def test_a_term_too_small_for_floats_is_wrong() -> None:
    """A claim speaks of real numbers: exp(-1000) is not 0, though float64 has no room for it."""
    gradients, found = analysed("name: q\nexpression: tanh(x)\nderivative: 1 - y**2 + exp(-1000)*step(x)\n")
    assert gradients is not None
    assert gradient(gradients, "x").verdict is Verdict.REFUTED
    assert [d.code for d in found] == ["ACT201"]


def _points(region: Region, domains: dict[str, Domain]) -> list[dict[str, Fraction]]:
    finder = Finder(domains, {"a": Fraction(1), "b": Fraction(1)}, ["x"], Work(1_000_000))
    return [{n: Fraction(v) for n, v in point.items() if isinstance(v, Fraction)} for point in finder.points(region, 3)]


def test_points_obey_signs_bindings_and_domains() -> None:
    """All that a region says holds at its points."""
    signs = ((X - A, 1), (apply("sub", X, A + number(Fraction(1, 1000))), -1), (apply("mul", A, A) - 2, -1))
    domains = {"x": Domain(), "a": Domain("positive", Fraction(0)), "b": Domain()}
    found = _points(Region(signs, ((B, A + 1),)), domains)
    assert found
    for point in found:
        assert point["a"] < point["x"] < point["a"] + Fraction(1, 1000)
        assert point["a"] > 0
        assert point["a"] ** 2 < 2
        assert point["b"] == point["a"] + 1


def test_an_integer_stays_one() -> None:
    """Points of a domain of integers are integers."""
    domain = Domain("positive integer", Fraction(0), integer=True)
    found = _points(Region(((A - 1000, 1),)), {"x": Domain(), "a": domain, "b": Domain()})
    assert found
    assert all(point["a"].denominator == 1 and point["a"] > 1000 for point in found)


def test_the_work_is_bounded() -> None:
    """A region that has no point ends the search."""
    finder = Finder({"x": Domain()}, {}, ["x"], Work(200_000))
    impossible: Expr = apply("sin", X) - 2
    assert list(finder.points(Region(((impossible, 1),)), 3)) == []


def test_half_spaces() -> None:
    """A point of a thin simplex; where there is none, whatever comes is no error."""
    signs = [(X - A, 1), (B - X, 1), (A + number(Fraction(1, 10**6)) - B, 1)]
    rows = linear_rows(signs, ("x", "a", "b"), {})
    start = {"x": Fraction(5), "a": Fraction(-3), "b": Fraction(2)}
    point = nearest(rows, start, {}, Work(10_000))
    assert point["a"] < point["x"] < point["b"] < point["a"] + Fraction(1, 10**6)
    nearest(linear_rows([(X, 1), (X, -1)], ("x",), {}), {"x": Fraction(0)}, {}, Work(10_000))


def test_gaps_cover_the_line() -> None:
    """One number between every two zeros and beyond the outermost, within the domain's reach."""
    found = gaps([Fraction(0), Fraction(1)], Domain())
    assert any(v < 0 for v in found)
    assert any(0 < v < 1 for v in found)
    assert any(v > 1 for v in found)
    assert gaps([], Domain()) == [1, -1]


@pytest.mark.parametrize("tiny", ["1e-6", "1e-60", "1e-200", "1e-300"])
@pytest.mark.parametrize("function", ["tanh(x)", "(exp(x) - exp(-x))/(exp(x) + exp(-x))"])
def test_a_floor_under_a_vanishing_tail(function: str, tiny: str) -> None:
    """A lower bound bites far out, where the roots that decide it lie 1e-300 from each other."""
    gradients, found = analysed(f"name: q\nexpression: {function}\nderivative: Max(1 - y**2, {tiny})\n")
    assert gradients is not None
    assert gradient(gradients, "x").verdict is Verdict.REFUTED
    assert [d.code for d in found] == ["ACT201"]


def test_a_power_of_zero_goes_by_its_exponent() -> None:
    """relu(x)**n is 1, not 0, for x < 0 at n = 0, so that x*relu(x)**n has slope 1 there."""
    head = "name: q\nparameters: {n: {default: 2, domain: nonnegative integer}}\nexpression: x*relu(x)**n\n"
    wrong, _ = analysed(head + "derivative: (n + 1)*x**n if x > 0 else 0\n")
    right, _ = analysed(head + "derivative: (n + 1)*x**n if x > 0 else (1 if n == 0 else 0)\n")
    assert wrong is not None
    assert right is not None
    assert gradient(wrong, "x").verdict is Verdict.REFUTED
    assert gradient(right, "x").verdict is Verdict.PROVED


def test_several_inputs_at_once() -> None:
    """A tie of four inputs; the sides of a maximum of three."""
    wrong, _ = analysed(
        "name: q\ninputs: [a, b, c, d]\nexpression: a*b + c*d\nderivative: {a: b + (1 if a == b == c == d else 0)}\n"
    )
    right, found = analysed(
        "name: q\ninputs: [a, b, c]\nexpression: max(a, b, c)\n"
        "derivative: {a: '1 if a > b and a > c else (1/3 if a == b == c else (1/2 if a >= b and a >= c else 0))'}\n"
    )
    assert wrong is not None
    assert right is not None
    assert gradient(wrong, "a").verdict is Verdict.REFUTED
    assert gradient(right, "a").verdict is Verdict.PROVED, found


def test_a_right_claim_written_without_overflow() -> None:
    """NumPy's logaddexp: at a = b two kinks of parts make none of the whole, and 1/2 is right."""
    gradients, _ = analysed(
        "name: q\ninputs: [a, b]\nexpression: Max(a, b) + log1p(exp(-Abs(a - b)))\n"
        "derivative: {a: '1/(1 + exp(-Abs(a - b))) if a >= b else exp(-Abs(a - b))/(1 + exp(-Abs(a - b)))'}\n"
    )
    assert gradients is not None
    assert gradient(gradients, "a").verdict is Verdict.PROVED


def test_values_that_take_thousands_of_bits_are_shown() -> None:
    """sin(sinh(2803)) has no digit with 4,000 bits; the derivative that is shown is a number all the same."""
    gradients, found = analysed(
        "name: q\nexpression: sin(sinh(3 - x))\nderivative: 0 if x < -2499 else -cos(sinh(3 - x))*cosh(3 - x)\n"
    )
    assert gradients is not None
    assert gradient(gradients, "x").verdict is Verdict.REFUTED
    assert "NaN" not in found[0].message


def test_a_zeroth_power_is_no_equation() -> None:
    """What is decided by 3/exp(z)**0 does not depend on z; it once ended the compiler."""
    gradients, _ = analysed("name: q\ninputs: [z]\nexpression: z*2\nderivative: 2 if 2 <= sqrt(5/exp(z)**0) else -1\n")
    assert gradients is not None
    assert gradient(gradients, "z").verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("head", "expression", "of", "claim"),
    [
        (
            "inputs: {x: nonnegative}\nparameters: {b: {default: 1, domain: positive}}",
            "x if x < b else b + log(1 + x - b)",
            "x",
            "exp(-Max(Abs(y) - b, 0))",
        ),
        (
            "parameters: {b: {default: 2, domain: positive}}",
            "x if Abs(x) < b else sign(x)*(b + log(1 + Abs(x) - b))",
            "x",
            "exp(-relu(Abs(y) - b))",
        ),
        ("parameters: {p: {default: 2, domain: positive}}", "sign(x)*Abs(x)**p", "p", "y*log(Abs(x))"),
    ],
)
def test_right_claims_are_not_refuted_where_nothing_is_asked(head: str, expression: str, of: str, claim: str) -> None:
    """A tie of a branch that is not taken is none, and a gap at one input is filled by a limit."""
    gradients, found = analysed(f"name: q\n{head}\nexpression: {expression}\nderivative: {{{of}: '{claim}'}}\n")
    assert gradients is not None
    assert gradient(gradients, of).verdict in (Verdict.PROVED, Verdict.VERIFIED), found
