"""Claims and surrogates in whole files: verdicts, counterexamples held to mpmath, hints, domains."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from analysed import analysed, codes, gradient, right, slope

from actc.model.verdict import Gradient, Verdict
from actc.pipeline import compile_source

mp = mpmath.mp


def judged(text: str, variable: str = "x") -> tuple[Gradient, list[str]]:
    """What is known of one gradient, and every code reported."""
    gradients, found = analysed(text)
    assert gradients is not None, found
    return gradient(gradients, variable), [d.code for d in found]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


PROVED = [
    ("the output in a claim", "expression: tanh(x)\nderivative: 1 - y**2\n"),
    ("let in a claim", "let: {s: sigmoid(x)}\nexpression: x*s\nderivative: s + x*s*(1 - s)\n"),
    ("a let above a let", "let: {s: sigmoid(x), t: x*s}\nexpression: t + s\nderivative: s + (x + 1)*s*(1 - s)\n"),
    (
        "a condition in let",
        "let: {c: x > 0, d: c and x < 1}\nexpression: x**2 if d else x\nderivative: 2*x if d else 1\n",
    ),
    ("a mapping", "expression: tanh(x)\nderivative: {x: 1 - tanh(x)**2}\n"),
    ("all branches", "expression: clip(x, -1, 2)\nderivative: 1 if -1 <= x <= 2 else 0\n"),
    ("a domain of the input", "inputs: {x: positive}\nexpression: sqrt(x**2)\nderivative: 1\n"),
    ("an interval", 'inputs: {x: "(0, 1)"}\nexpression: Abs(x - 2)\nderivative: -1\n'),
    ("beyond the domain", "inputs: {x: positive}\nexpression: log(x)\nderivative: 1/x if x > 0 else 7\n"),
    ("of the parameter", "parameters: {b: {default: 1, domain: positive}}\nexpression: sqrt(b**2)*x\nderivative: b\n"),
    (
        "an interval of the parameter",
        'parameters: {b: {default: 0.1, domain: "(0, 1)"}}\nexpression: Max(x, b*x)\nderivative: 1 if x > 0 else b\n',
    ),
    (
        "an integer",
        "parameters: {n: {default: 2, domain: positive integer}}\nexpression: x**n\nderivative: n*x**(n - 1)\n",
    ),
    (
        "an even one",
        "parameters: {n: {default: 2, domain: positive integer}}\nexpression: Abs(x)**(2*n)\nderivative: 2*n*y/x\n",
    ),
    ("exact decimals", "expression: 0.1*x + 0.2*x\nderivative: 0.3\n"),
]


@pytest.mark.parametrize("text", [p[1] for p in PROVED], ids=[p[0] for p in PROVED])
def test_right_claims_are_proved(text: str) -> None:
    """With ``let``, with ``y``, on the declared domains and only there."""
    verdict, found = judged("name: a\n" + text)
    assert (verdict.verdict, found) == (Verdict.PROVED, [])
    assert verdict.method


REFUTED: list[tuple[str, str, str, Callable[..., Any], Callable[..., Any]]] = [
    ("a sign", "expression: cos(x)\nderivative: sin(x)\n", "x", lambda x: mp.sin(x), lambda x: mp.cos(x)),
    ("a factor", "expression: x**2\nderivative: x\n", "x", lambda x: x, lambda x: x * x),
    (
        "only at b = 1",
        "parameters: {b: 1}\nlet: {s: sigmoid(b*x)}\nexpression: x*s\nderivative: s + x*s*(1 - s)\n",
        "x",
        lambda x, b: sigmoid(b * x) + x * sigmoid(b * x) * (1 - sigmoid(b * x)),
        lambda x, b: x * sigmoid(b * x),
    ),
    (
        "only where b > 0",
        "parameters: {b: 1}\nexpression: sqrt(b**2)*x\nderivative: b\n",
        "x",
        lambda x, b: b,
        lambda x, b: mp.sqrt(b**2) * x,
    ),
    (
        "only where alpha < 1",
        "parameters: {alpha: 0.1}\nexpression: Max(x, alpha*x)\nderivative: 1 if x > 0 else alpha\n",
        "x",
        lambda x, alpha: mp.mpf(1) if x > 0 else alpha,
        lambda x, alpha: max(x, alpha * x),
    ),
    (
        "only where x > 0",
        "expression: sqrt(x**2)\nderivative: 1\n",
        "x",
        lambda x: mp.mpf(1),
        lambda x: mp.sqrt(x**2),
    ),
    (
        "past x = 60",
        "expression: tanh(x)\nderivative: 1 - tanh(x)**2 if x < 60 else 0.1\n",
        "x",
        lambda x: mp.sech(x) ** 2 if x < 60 else mp.mpf(1) / 10,
        mp.tanh,
    ),
    (
        "a threshold off by 0.001",
        "expression: clip(x, -1, 1)\nderivative: 1 if -1 <= x <= 1.001 else 0\n",
        "x",
        lambda x: mp.mpf(-1 <= x <= mp.mpf(1001) / 1000),
        lambda x: min(max(x, mp.mpf(-1)), mp.mpf(1)),
    ),
    (
        "a constant of six digits",
        "expression: sqrt(2/pi)*x\nderivative: 0.797885\n",
        "x",
        lambda x: mp.mpf(797885) / 10**6,
        lambda x: mp.sqrt(2 / mp.pi) * x,
    ),
    (
        "by a parameter",
        "parameters: {b: 2}\nexpression: exp(b*x)\nderivative: {x: b*y, b: b*y}\n",
        "b",
        lambda x, b: b * mp.exp(b * x),
        lambda x, b: mp.exp(b * x),
    ),
    (
        "by one of two inputs",
        "inputs: [u, v]\nexpression: u*v**2\nderivative: {v: u*v}\n",
        "v",
        lambda u, v: u * v,
        lambda u, v: u * v**2,
    ),
]


@pytest.mark.parametrize(("text", "variable", "claim", "value"), [r[1:] for r in REFUTED], ids=[r[0] for r in REFUTED])
def test_wrong_claims_are_refuted(
    text: str, variable: str, claim: Callable[..., Any], value: Callable[..., Any]
) -> None:
    """The counterexample lies in the domains and differs: both of its numbers are mpmath's, there."""
    verdict, found = judged("name: a\n" + text, variable)
    assert (verdict.verdict, found) == (Verdict.REFUTED, ["ACT201"])
    example = verdict.counterexample
    assert example is not None
    with mpmath.workdps(60):
        point = {name: mp.mpf(v.numerator) / v.denominator for name, v in example.at}
        claimed = claim(**point)
        actual = mp.diff(lambda t: value(**{**point, variable: t}), point[variable])
        assert abs(claimed - actual) > mp.mpf(10) ** -40
        assert mp.almosteq(mp.mpf(example.claimed), claimed, rel_eps=1e-4, abs_eps=mp.mpf(10) ** -70)
        assert mp.almosteq(mp.mpf(example.actual), actual, rel_eps=1e-4, abs_eps=mp.mpf(10) ** -50)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("expression: x**2\nderivative: x\n", "claimed is 1/2 of the derivative"),
        ("expression: sin(x)**2\nderivative: sin(2*x)*3\n", "claimed is 3 times the derivative"),
        (
            "parameters: {beta: 1}\nexpression: tanh(beta*x)\nderivative: 1 - y**2\n",
            "true only at beta = 1",
        ),
        ("parameters: {b: 1}\nexpression: sqrt(b**2)*x\nderivative: b\n", "wrong only where b < 0"),
    ],
)
def test_what_is_wrong_is_said(text: str, hint: str) -> None:
    """A constant ratio, a parameter's only right value, the region; and that a choice is called ``surrogate``."""
    _, found = analysed("name: a\n" + text)
    assert [d.code for d in found] == ["ACT201"]
    assert found[0].help is not None
    assert hint in found[0].help
    assert found[0].help.endswith("if it is meant to differ, call it `surrogate`")


def test_a_wrong_claim_fails_the_build() -> None:
    """No module is written, and the verdict and its counterexample are reported all the same."""
    compiled = compile_source("a.yaml", b"name: a\nexpression: x**2\nderivative: x\n", "p")
    assert compiled.module is None
    (report,) = compiled.activations
    assert report.gradients[0].verdict is Verdict.REFUTED
    assert report.gradients[0].counterexample is not None


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("positive", Verdict.PROVED),
        ("nonnegative", Verdict.PROVED),
        ("real", Verdict.REFUTED),
        ("nonzero", Verdict.REFUTED),
    ],
)
def test_proofs_assume_the_declared_domain(declared: str, expected: Verdict) -> None:
    """A claim that needs alpha >= 0 is proved where that is declared and refuted where it is not."""
    text = (
        f"name: a\nparameters: {{alpha: {{default: 1, domain: {declared}}}}}\n"
        "expression: Max(x, -alpha*x)\nderivative: 1 if x > 0 else -alpha\n"
    )
    assert judged(text)[0].verdict is expected


def test_whatever_is_not_claimed_is_derived() -> None:
    """A mapping may give some of the partial derivatives; a text speaks of the only input."""
    text = "name: a\nparameters: {b: 2, c: 1}\nexpression: b*x**2 + c\nderivative: {b: x**2}\n"
    found = right(text)
    verdicts = {g.variable: g.verdict for g in found.gradients}
    assert verdicts == {"x": Verdict.DERIVED, "b": Verdict.PROVED, "c": Verdict.DERIVED}
    assert [slope(found, v, x=3) for v in ("x", "b", "c")] == [12, 9, 1]
    only = right(text.replace("{b: x**2}", "2*b*x"))
    assert {g.variable: g.verdict for g in only.gradients}["x"] is Verdict.PROVED


def test_a_surrogate_need_not_equal_the_derivative() -> None:
    """It is what is emitted, may use ``y`` and ``let``, and the report says how far it is off."""
    text = "name: a\nlet: {s: sigmoid(4*x)}\nexpression: tanh(x)\nsurrogate: s*(1 - s) + 0*y\n"
    found = right(text)
    chosen = gradient(found, "x")
    assert chosen.verdict is Verdict.SURROGATE
    assert slope(found, "x", x=0) == Fraction(1, 4)
    assert chosen.deviation is not None
    at = dict(chosen.deviation.at)["x"]
    with mpmath.workdps(30):
        x = mp.mpf(at.numerator) / at.denominator
        s = sigmoid(4 * x)
        assert chosen.deviation.surrogate == pytest.approx(float(s * (1 - s)), rel=1e-9)
        assert chosen.deviation.derivative == pytest.approx(float(mp.sech(x) ** 2), rel=1e-9)
    assert chosen.deviation.derivative - chosen.deviation.surrogate >= 0.74  # at 0 it is 3/4


def test_claims_and_surrogates_for_different_names() -> None:
    """One input may be claimed, another chosen; a parameter may have a surrogate."""
    text = "name: a\ninputs: [u, v]\nparameters: {b: 2}\nexpression: b*u*v\n"
    text += "derivative: {u: b*v}\nsurrogate: {v: 1, b: u}\n"
    verdicts = {g.variable: g.verdict for g in right(text).gradients}
    assert verdicts == {"u": Verdict.PROVED, "v": Verdict.SURROGATE, "b": Verdict.SURROGATE}


@pytest.mark.parametrize(
    ("derivative", "surrogate", "line"),
    [("1 - y**2", "1", 4), ("{x: 1 - y**2}", "{x: 1}", 4), ("1 - y**2", "{x: 1}", 4), ("{x: 1 - y**2}", "1", 4)],
)
def test_a_name_has_one_or_the_other(derivative: str, surrogate: str, line: int) -> None:
    """A name may not be in both, in whichever form."""
    _, found = analysed(f"name: a\nexpression: tanh(x)\nderivative: {derivative}\nsurrogate: {surrogate}\n")
    assert [(d.code, d.location.line) for d in found] == [("ACT163", line)]


def test_an_integer_parameter_has_no_gradient() -> None:
    """It gets none, none may be claimed or chosen, and it is not trainable."""
    start = "name: a\nparameters: {n: {default: 2, domain: integer%s}}\nexpression: x + n\n"
    assert [g.variable for g in right(start % "").gradients] == ["x"]
    assert codes(start % "" + "derivative: {n: 1}\n") == ["ACT162"]
    assert codes(start % "" + "surrogate: {n: 1}\n") == ["ACT162"]
    assert codes(start % ", trainable: true") == ["ACT160"]


def test_a_verified_claim_is_a_warning_and_emitted_as_written() -> None:
    """What was not proved is never called so: it agreed at many points, to many digits."""
    text = "name: a\nparameters: {n: {default: 2, domain: positive integer}}\nexpression: x**(2*n)\n"
    verdict, found = judged(text + "derivative: 2*n*Abs(x)**(2*n - 1)*sign(x)\n")
    if verdict.verdict is not Verdict.PROVED:  # should the prover learn to do it
        assert (verdict.verdict, found) == (Verdict.VERIFIED, ["ACT301"])
        assert "points" in verdict.method
        assert "digits" in verdict.method


def test_zero_gradients_are_meant_or_reported() -> None:
    """By each input and each trainable parameter; silenced by ``derivative: 0`` for that name, or by a surrogate."""
    two = "name: a\ninputs: [u, v]\nexpression: step(u) + step(v)\n"
    assert codes(two) == ["ACT302", "ACT302"]
    assert codes(two + "derivative: {u: 0}\n") == ["ACT302"]
    assert codes(two + "derivative: {u: 0}\nsurrogate: {v: 1}\n") == []
    trained = "name: a\nparameters: {b: {default: 1, trainable: true}}\nexpression: x + step(b)\n"
    assert codes(trained) == ["ACT302"]
    assert codes(trained + "derivative: {b: 0}\n") == []
    assert codes(trained + "surrogate: {b: sigmoid(b)}\n") == []
    assert codes(trained.replace(", trainable: true", "")) == []
    _, found = analysed(two)
    assert all(d.help is not None and "surrogate" in d.help for d in found)
