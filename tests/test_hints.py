"""What a refuted claim's message says beyond the counterexample is true, and it says what a person would.

Each hint is taken apart and held against mpmath: its derivative comes from differences of the function, and what the
hint says of the claim (where it is wrong, by which factor, which edit makes it right) has to follow from the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from analysed import analysed
from test_refute import MP

import actc.model.verdict as verdicts
from actc.model.text import coordinate_text, point_text
from actc.reporting.results_text import kink_text

SPELLED: dict[str, Any] = {
    **MP,
    "sign": lambda u: mpmath.sign(u),
    "step": lambda u: 1 if u > 0 else 0,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "sech": mpmath.sech,
    "asinh": mpmath.asinh,
    "atan2": mpmath.atan2,
    "mpf": mpmath.mpf,
}
SIZES = ("0.3", "0.7", "1.1", "1.9", "2.7", "3.3", "5.3", "0.00005", "0.99995", "6.00005", "22.5", "61.5")
VALUES = ("0.6", "1.7", "2.3", "4.1", "-1.3", "-3.7")


class Wrong:
    """An activation with a wrong claim. ``repaired`` is the claim after the edit that the hint should name."""

    def __init__(
        self,
        value: str,
        claim: str,
        hint: str,
        repaired: str = "",
        parameters: Mapping[str, str] | None = None,
        inputs: tuple[str, ...] = ("x",),
        by: str = "x",
    ) -> None:
        self.value, self.claim, self.hint, self.repaired = value, claim, hint, repaired
        self.parameters, self.inputs, self.by = dict(parameters or {}), inputs, by

    @property
    def text(self) -> str:
        """The activation file."""
        lines = ["name: a", f"inputs: [{', '.join(self.inputs)}]"]
        if self.parameters:
            lines += ["parameters:", *(f"  {name}: {default}" for name, default in self.parameters.items())]
        return "\n".join([*lines, f'expression: "{self.value}"', f'derivative: {{{self.by}: "{self.claim}"}}', ""])

    def points(self) -> Iterator[dict[str, mpmath.mpf]]:
        """Both signs of the sizes, with several values of the parameters and the other inputs."""
        positive = {n for n, default in self.parameters.items() if "positive" in default}
        others = [*self.inputs[1:], *self.parameters]
        for i, size in enumerate(SIZES):
            for sign in (1, -1):
                for turn in range(len(VALUES) if others else 1):
                    point = {self.inputs[0]: sign * mpmath.mpf(size)}
                    for k, name in enumerate(others):
                        drawn = mpmath.mpf(VALUES[(turn + i * k + 2 * k) % len(VALUES)])
                        point[name] = abs(drawn) if name in positive else drawn
                    yield point

    def derivative(self, point: Mapping[str, mpmath.mpf]) -> mpmath.mpf:
        """From a central difference of the function."""
        step = mpmath.mpf(10) ** -50
        high, low = (evaluated(self.value, {**point, self.by: point[self.by] + s}) for s in (step, -step))
        return (high - low) / (2 * step)

    def claimed(self, claim: str, point: Mapping[str, mpmath.mpf]) -> mpmath.mpf:
        """The value of a claim, which may use ``y``."""
        return evaluated(claim, {**point, "y": evaluated(self.value, point)})


def evaluated(text: str, point: Mapping[str, mpmath.mpf]) -> mpmath.mpf:
    exact = re.sub(r"(?<![\w.])(\d+\.?\d*(?:e-?\d+)?)(?![\w.])", r"mpf('\1')", text)
    return mpmath.mpf(eval(exact, SPELLED, dict(point)))  # noqa: S307  # our own text


def close(a: mpmath.mpf, b: mpmath.mpf) -> bool:
    return bool(abs(a - b) <= mpmath.mpf(10) ** -35 * (1 + max(abs(a), abs(b))))


BETA = {"beta": "{default: 1.0, domain: positive}"}
ALPHA = {"alpha": "{default: 1.0, domain: positive}"}
LEAKY = {"alpha": "0.01"}
ELU = "x if x > 0 else alpha*(exp(x) - 1)"
GELU = "x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))"
ROUNDED = "1/2*(1 + tanh({0}*(x + 0.044715*x**3))) + x/2*(1 - tanh({0}*(x + 0.044715*x**3))**2)*{0}*(1 + 0.134145*x**2)"
EXPANDED = "1/2*tanh({0}*x**3 + {1}*x) + ({2}*x**3 + {3}*x)*(1 - tanh({0}*x**3 + {1}*x)**2) + 1/2"

CASES = [
    Wrong("tanh(x)", "1 + tanh(x)**2", "right with `1 - tanh(x)**2` for `1 + tanh(x)**2`", "1 - tanh(x)**2"),
    Wrong("tanh(x)", "1 - y", "right with `tanh(x)**2` for `tanh(x)`", "1 - tanh(x)**2"),
    Wrong("tanh(x)", "y**2 - 1", "the sign is wrong", "1 - y**2"),
    Wrong("tanh(x)", "1 - x**2", "right if it is in the activation's output: `y` for `x`", "1 - y**2"),
    Wrong("tanh(2*x)", "1 - y**2", "claimed is 1/2 of the derivative", "2*(1 - y**2)"),
    Wrong(
        "1.7159*tanh(2*x/3)",
        "2/3*(1 - tanh(2*x/3)**2)",
        "a factor 1.7159 is missing",
        "1.7159*2/3*(1 - tanh(2*x/3)**2)",
    ),
    Wrong("sigmoid(x)", "y*(1 + y)", "right with `1 - sigmoid(x)` for `1 + sigmoid(x)`", "y*(1 - y)"),
    Wrong(
        "sigmoid(x)",
        "exp(-x)/(1 + exp(-x))",
        "right with `(1 + exp(-x))**2` for `1 + exp(-x)`",
        "exp(-x)/(1 + exp(-x))**2",
    ),
    Wrong("x*sigmoid(x)", "sigmoid(x)", "one term of the product rule is missing"),
    Wrong(
        "x*sigmoid(x)",
        "sigmoid(x) + x*sigmoid(x)",
        "a factor 1 - sigmoid(x) is missing from `x*sigmoid(x)`",
        "sigmoid(x) + x*sigmoid(x)*(1 - sigmoid(x))",
    ),
    Wrong(
        "x*tanh(softplus(x))",
        "tanh(softplus(x)) + x*sigmoid(x)",
        "a factor 1 - tanh(softplus(x))**2 is missing from `x*sigmoid(x)`",
        "tanh(softplus(x)) + x*sigmoid(x)*(1 - tanh(softplus(x))**2)",
    ),
    Wrong(
        "x*sigmoid(beta*x)",
        "sigmoid(beta*x) + x*sigmoid(beta*x)*(1 - sigmoid(beta*x))",
        "the inner derivative of beta*x is missing (chain rule); true only at beta = 1",
        parameters=BETA,
    ),
    Wrong("sigmoid(beta*x)", "y*(1 - y)", "a factor beta is missing; true only at beta = 1", "beta*y*(1 - y)", BETA),
    Wrong(
        "sigmoid(beta*x)",
        "1.5*y*(1 - y)",
        "true only at beta = 1.5; right with `beta*sigmoid(beta*x)` for `3/2*sigmoid(beta*x)`",
        "beta*y*(1 - y)",
        {"beta": "1.5"},
    ),
    Wrong(
        GELU, ROUNDED.format("0.797885"), "0.797885 should be sqrt(2/pi) = 0.7978845608", ROUNDED.format("sqrt(2/pi)")
    ),
    Wrong(
        GELU,
        EXPANDED.format("0.0356774", "0.797885", "0.0535161", "0.398942"),
        "0.0356774 should be 0.044715*sqrt(2/pi) = 0.0356774081363, 0.797885 should be sqrt(2/pi) = 0.7978845608, "
        "0.0535161 should be 0.0670725*sqrt(2/pi) = 0.0535161122045, 0.398942 should be 1/sqrt(2*pi) = 0.3989422804",
        EXPANDED.format("0.044715*sqrt(2/pi)", "sqrt(2/pi)", "0.0670725*sqrt(2/pi)", "1/sqrt(2*pi)"),
    ),
    Wrong("x*sigmoid(1.702*x)", "sigmoid(1.7*x) + 1.7*x*sigmoid(1.7*x)*(1 - sigmoid(1.7*x))", "1.7 should be 1.702"),
    Wrong("erf(x)", "1.1283792*exp(-x**2)", "1.1283792 should be 2/sqrt(pi) = 1.1283791671", "2/sqrt(pi)*exp(-x**2)"),
    Wrong("tanh(x)", "1 - y**2 + 1e-7", "claimed is the derivative plus 1e-07", "1 - y**2"),
    Wrong("Max(x, 0)", "1 if x < 0 else 0", "right with `x > 0` for `x < 0`", "1 if x > 0 else 0"),
    Wrong(
        "Max(x, 0)",
        "1 if x > 0.0001 else 0",
        "wrong only where 0 < x < 0.0001; right with `x > 0` for `x > 0.0001`",
        "1 if x > 0 else 0",
    ),
    Wrong("Max(x, 0)", "1", "wrong only where x < 0; there the derivative is 0"),
    Wrong("Max(x, 0)", "step(x) if x < 60 else 2", "wrong only where x > 60; there claimed is 2 times the derivative"),
    Wrong("Min(Max(x, 0), 6)", "1 if x > 0 else 0", "wrong only where x > 6; there the derivative is 0"),
    Wrong(
        "Min(Max(x, 0), 6)", "0 if 0 < x and x < 6 else 1", "the branches are swapped", "1 if 0 < x and x < 6 else 0"
    ),
    Wrong(
        "x if x > 0 else alpha*x",
        "1 if x > 0 else 0.01",
        "true only at alpha = 0.01; wrong only where x < 0; "
        "right with `1 if x > 0 else alpha` for `1 if x > 0 else 0.01`",
        "1 if x > 0 else alpha",
        LEAKY,
    ),
    Wrong(
        "Max(x, alpha*x)",
        "1 if x > 0 else alpha",
        "wrong only where alpha > 1; there claimed is the derivative at -x",
        parameters=LEAKY,
    ),
    Wrong(
        ELU,
        "1 if x > 0 else y + 1",
        "true only at alpha = 1; wrong only where x < 0; right with `y + alpha` for `y + 1`",
        "1 if x > 0 else y + alpha",
        ALPHA,
    ),
    Wrong(
        ELU,
        "1 if x > 0 else exp(x)",
        "true only at alpha = 1; wrong only where x < 0; there a factor alpha is missing",
        "1 if x > 0 else alpha*exp(x)",
        ALPHA,
    ),
    Wrong("x/(1 + Abs(x))", "1/(1 + Abs(x))", "right with `(1 + Abs(x))**2` for `1 + Abs(x)`", "1/(1 + Abs(x))**2"),
    Wrong(
        "x/(1 + Abs(x))",
        "1/(1 + x)**2",
        "wrong only where x < 0; right with `1 + Abs(x)` for `1 + x`",
        "1/(1 + Abs(x))**2",
    ),
    Wrong("atan(x)", "1/(1 - x**2)", "right with `1 + x**2` for `1 - x**2`", "1/(1 + x**2)"),
    Wrong("x/sqrt(1 + x**2)", "1/sqrt(1 + x**2)", "a factor 1/(1 + x**2) is missing", "1/sqrt(1 + x**2)/(1 + x**2)"),
    Wrong("x**5 - x**3", "5*x**4 - 3*x", "right with `3*x**2` for `3*x`", "5*x**4 - 3*x**2"),
    Wrong("x**5 - x**3", "4*x**4 - 3*x**2", "right with `5*x**4` for `4*x**4`", "5*x**4 - 3*x**2"),
    Wrong("atan2(x, 2)", "2/(x**2 + 2)", "right with `x**2 + 4` for `x**2 + 2`", "2/(x**2 + 4)"),
    Wrong(
        "u*tanh(v)",
        "u*(1 - tanh(u)**2)",
        "right with `tanh(v)` for `tanh(u)`",
        "u*(1 - tanh(v)**2)",
        None,
        ("u", "v"),
        "v",
    ),
    Wrong("Max(u, v)", "1", "wrong only where u < v; there the derivative is 0", "", None, ("u", "v"), "u"),
    Wrong("Abs(b)*x", "b", "wrong only where b < 0; there the sign is wrong", "", {"b": "1"}),
    Wrong("a*log(x**2 + 1)", "2*x*a/(x**2 + 1)", "claimed is the derivative by `x`", "", {"a": "1/2"}, ("x",), "a"),
    Wrong(
        "a*tanh(b*x)",
        "b/a*(a**2 - y**2) + step(a - 3)*step(-3 - b)",
        "wrong only where b < -3 and a > 3; right without the term `(1 if a - 3 > 0 else 0)*(1 if -3 - b > 0 else 0)`",
        "b/a*(a**2 - y**2)",
        {"a": "1", "b": "1"},
    ),
    Wrong(
        "tanh(x)",
        "1 - tanh(x)**2 + (1 if 1 < x and x < 1.0001 else 0)",
        "wrong only where 1 < x < 1.0001; right without the term `1 if 1 < x and x < 1.0001 else 0`",
        "1 - tanh(x)**2",
    ),
    Wrong("tanh(x)", "1 - y**2 + exp(-1000)*step(x)", "they differ by 5.08e-435; wrong only where x > 0"),
    Wrong("step(x)", "exp(-x**2)", "the derivative is 0 everywhere"),
    Wrong(
        "a*Min(0, x)",
        "Min(0, y)",
        "right if it is in the input: `x` for `y`; true only at a = 1",
        "Min(0, x)",
        {"a": "1"},
        ("x",),
        "a",
    ),
    Wrong(
        "tanh(Min(g, lim))*Min(u, lim)",
        "tanh(Min(g, lim))",
        "wrong only where u > lim; there the derivative is 0",
        "",
        {"lim": "{default: 7, domain: positive}"},
        ("u", "g"),
        "u",
    ),
    Wrong(
        "(p - q)*x*sigmoid(x)",
        "(p - q)**2*(sigmoid(x) + x*sigmoid(x)*sigmoid(-x))",
        "right with `p - q` for `(p - q)**2`",
        "(p - q)*(sigmoid(x) + x*sigmoid(x)*sigmoid(-x))",
        {"p": "1.2", "q": "-0.8"},
    ),
    Wrong(
        "Max(x, 0) - alpha*Max(-x, 0)",
        "1 if y >= 0 else alpha",
        "right if it is in the input: `x` for `y`",
        "1 if x >= 0 else alpha",
        {"alpha": "{default: 0.1, domain: nonnegative}"},
    ),
    Wrong(
        "o*tanh(sigmoid(i)*g + sigmoid(f)*c)",
        "o*sigmoid(i)*(1 - y**2)",
        "right with `y/o` for `y`",
        "o*sigmoid(i)*(1 - (y/o)**2)",
        None,
        ("o", "i", "g", "f", "c"),
        "g",
    ),
]

NOTHING_TO_SAY = [
    Wrong(
        "tanh(a*x/b)",
        "(1 - y**2)*b/a",
        "a = b",
        parameters={"a": BETA["beta"], "b": "{default: 2.0, domain: positive}"},
    ),
    Wrong("(a + b)*x**2/2 + softplus(x)", "x + sigmoid(x)", "a + b = 1", parameters={"a": "0.3", "b": "0.7"}),
    Wrong("x*(r*s - 1) + tanh(x)", "1 - tanh(x)**2", "r*s = 1", parameters={"r": "2", "s": "0.5"}),
    Wrong(
        "(a - 1)*(a - b)*x + sigmoid(x)", "sigmoid(x)*sigmoid(-x)", "a = 1 or a = b", parameters={"a": "1", "b": "2"}
    ),
    Wrong(
        "floor(a*x)/a",
        "x/a - floor(a*x)/a**2",
        "a factor 0",
        parameters={"a": "{default: 2.0, domain: positive}"},
        by="a",
    ),
]


def refuted(case: Wrong) -> verdicts.Counterexample:
    found, reported = analysed(case.text)
    assert [d.code for d in reported if d.is_error] == ["ACT201"]
    assert found is not None
    counterexample = next(g.counterexample for g in found.gradients if g.variable == case.by)
    assert counterexample is not None
    return counterexample


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.claim)
def test_a_hint_says_what_is_wrong_and_is_true(case: Wrong) -> None:
    """The words are those expected, and mpmath bears them out."""
    assert refuted(case).hint == case.hint
    with mpmath.workdps(120):
        for point in case.points():
            true, claimed = case.derivative(point), case.claimed(case.claim, point)
            if case.repaired:
                assert close(case.claimed(case.repaired, point), true), point
            inside = True
            for part in case.hint.split("; "):
                inside = _holds(case, part, point, claimed, true, inside)


def _holds(
    case: Wrong, part: str, point: Mapping[str, mpmath.mpf], claimed: mpmath.mpf, true: mpmath.mpf, inside: bool
) -> bool:
    """Assert what one part of a hint says of one point; returns whether the next part is said of it."""
    if part.startswith("wrong only where "):
        within = bool(evaluated(part.removeprefix("wrong only where "), point))
        assert within or close(claimed, true), point
        return within
    if part.startswith("true only at "):
        name, value = part.removeprefix("true only at ").split(" = ")
        at = {**point, name: mpmath.mpf(value)}
        assert close(case.claimed(case.claim, at), case.derivative(at)), at
    elif part in ("there the derivative is 0", "the derivative is 0 everywhere"):
        assert not inside or true == 0, point
    elif part in ("the sign is wrong", "there the sign is wrong"):
        assert not inside or close(claimed, -true), point
    elif part == "there claimed is 2 times the derivative":
        assert not inside or close(claimed, 2 * true), point
    elif part == "there claimed is the derivative at -x":
        assert not inside or close(claimed, case.derivative({**point, "x": -point["x"]})), point
    elif part == "claimed is the derivative by `x`":
        step = mpmath.mpf(10) ** -50
        ends = [evaluated(case.value, {**point, "x": point["x"] + s}) for s in (step, -step)]
        assert close(claimed, (ends[0] - ends[1]) / (2 * step)), point
    return inside


@pytest.mark.parametrize("case", NOTHING_TO_SAY, ids=lambda case: case.hint)
def test_what_is_no_value_of_one_parameter_is_not_called_one(case: Wrong) -> None:
    """Where a claim is true on a line of parameters, no single value of one is named, nor a factor 0."""
    assert refuted(case).hint == ""


@pytest.mark.parametrize(
    ("value", "claim"),
    [
        ("softplus(x)", "sigmoid(x) if x < 20 else 1"),
        ("log(cosh(x))", "tanh(x) if Abs(x) < 20 else sign(x)"),
        ("tanh(x)", "1 - tanh(x)**2 if x < 12 else 0"),
    ],
)
def test_a_cut_off_is_no_rounded_constant(value: str, claim: str) -> None:
    """The hint names the place alone, outside of which the claim is right."""
    case = Wrong(value, claim, "")
    hint = refuted(case).hint
    assert hint.startswith("wrong only where ")
    with mpmath.workdps(120):
        for point in case.points():
            _holds(case, hint.split("; ")[0], point, case.claimed(claim, point), case.derivative(point), True)
    assert "rounded" not in hint


@pytest.mark.parametrize(
    ("value", "claim", "repaired"),
    [
        ("Max(0, x)", "step(x) + exp(-1000)*step(-x)", "step(x)"),
        ("sigmoid(x)", "Max(y*(1 - y), exp(-1000))", "y*(1 - y)"),
    ],
)
def test_no_repair_loses_what_is_tiny(value: str, claim: str, repaired: str) -> None:
    """What is right to 400 digits near 0 alone is no repair."""
    hint = refuted(Wrong(value, claim, "")).hint
    assert "the branches are swapped" not in hint
    assert "Abs" not in hint
    case = Wrong(value, repaired, "")
    with mpmath.workdps(3000):
        for x in (-1500, -2, 3):
            point = {"x": mpmath.mpf(x)}
            step = mpmath.mpf(10) ** -2000
            high, low = (evaluated(value, {"x": point["x"] + s}) for s in (step, -step))
            slope = (high - low) / (2 * step)
            assert abs(case.claimed(repaired, point) - slope) < mpmath.mpf(10) ** -900


def test_no_branches_within_the_output_are_swapped() -> None:
    """The author writes ``y``: what it is made of is not in the claim."""
    case = Wrong("x if x > 0 else x*exp(x)", "1 if y > 0 else exp(x)*(1 + y)", "")
    assert refuted(case).hint == "right if it is in the input: `x` for `y`"
    with mpmath.workdps(120):
        for point in case.points():
            assert close(case.claimed("1 if x > 0 else exp(x)*(1 + x)", point), case.derivative(point))


@pytest.mark.parametrize(
    ("value", "claim", "unsaid"),
    [
        ("tanh(a*x)", "Max(a*(1 - y**2), -100)", "2/3"),
        ("Max(a*x + b, c*x + d)", "a if x > (d - b)/(a - c) else c", "d > -1"),
        ("Max(a*x + b, c*x + d)", "a if x > (d - b)/(a - c) else c", "true only"),
    ],
)
def test_what_holds_at_the_samples_alone_is_not_said(value: str, claim: str, unsaid: str) -> None:
    """A ratio at the one value that was sampled, and a bound that the samples happen to keep."""
    given = {"a": "1", "b": "0", "c": "-1", "d": "0.5"}
    parameters = {name: default for name, default in given.items() if re.search(rf"\b{name}\b", value)}
    assert unsaid not in refuted(Wrong(value, claim, "", parameters=parameters)).hint


def test_the_derivative_is_told_where_a_claim_has_no_value() -> None:
    found, reported = analysed(Wrong("x**2", "2*sqrt(x)**2", "").text)
    assert [d.code for d in reported] == ["ACT203"]
    assert found is not None
    counterexample = found.gradients[0].counterexample
    assert counterexample is not None
    x = dict(counterexample.at)["x"]
    assert counterexample.shown[0] == counterexample.claimed == "nan"
    assert x < 0
    assert Fraction(counterexample.actual) == 2 * x


def test_one_side_of_a_kink_is_not_told_alone() -> None:
    assert kink_text(verdicts.Kink("kink", "a = 0", None, "a", 0.0, None, None)) == "kink at a = 0"
    assert kink_text(verdicts.Kink("kink", "a = 0", None, "a", 0.0, 1.0, None)) == "kink at a = 0: left 0, right 1"


@pytest.mark.parametrize(
    ("value", "claim", "shown"),
    [
        (GELU, ROUNDED.format("0.797885"), {"x": 1}),
        ("exp(x)", "exp(x) + 1e-7", {"x": 1}),
        ("exp(-x**2)", "-2*x*y + 1e-7", {"x": 1}),
        ("Max(x, 0)", "sigmoid(10000*x)", {"x": Fraction(3, 1000)}),
        ("tanh(x)", "1 - tanh(x)**2 if x < 20 else 0", {"x": 22}),
        ("x*exp(-x**2/2)", "exp(-x**2/2) - 2*x**2*exp(-x**2/2)", {"x": 2}),
    ],
)
def test_the_point_shown_is_of_middling_size(value: str, claim: str, shown: Mapping[str, int | Fraction]) -> None:
    """Where both values are not tiny, and neither is 0 by cancellation."""
    found = refuted(Wrong(value, claim, ""))
    assert dict(found.at) == shown
    assert "nan" not in (found.claimed, found.actual)


def test_one_spelling_of_a_point() -> None:
    """The message and the result line write 3/2 as 1.5 both, and 1/3 as itself."""
    assert point_text((("x", Fraction(3, 2)), ("a", Fraction(1, 3)))) == "x = 1.5, a = 1/3"
    assert [coordinate_text(Fraction(v)) for v in ("6.00005", "-1", "1e-30", "100")] == [
        "6.00005",
        "-1",
        "1e-30",
        "100",
    ]


@pytest.mark.parametrize(
    ("value", "claim", "message"),
    [
        (
            "Max(x, 0)",
            "Piecewise((1, x > 0), (0, x < 0), (2, True))",
            "is 2 at x = 0, which is not between 0 on the left and 1 on the right",
        ),
        ("x**2", "2*x + (1 if x == 1 else 0)", "is 3 at x = 1, where the derivative is 2"),
        (
            "Max(x, 0)",
            "Piecewise((1, x > 0), (0, x < 0), (1.0000001, True))",
            "is 1.0000001 at x = 0, which is not between 0 on the left and 1 on the right",
        ),
        (
            "x**2",
            "2*x + (exp(-1000) if x == 1 else 0)",
            "is close to 2, but not equal, at x = 1, where the derivative is 2",
        ),
    ],
)
def test_a_wrong_value_at_a_kink_is_told_beside_its_sides(value: str, claim: str, message: str) -> None:
    """With as many digits as tell it from them."""
    _, reported = analysed(Wrong(value, claim, "").text)
    assert [d.code for d in reported] == ["ACT202"]
    assert reported[0].message == f"the claimed derivative by `x` {message}"
