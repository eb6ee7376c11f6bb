"""Shipped activations that an activation equals are named, and none that it does not equal.

The formulas are from papers and libraries. Each relation that is expected is held against mpmath first, by the tests'
own evaluator, and so is each difference where none is expected.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import oracle
import pytest
from mpmath import mp, mpf
from workspace import REPOSITORY

from actc.calculus.fingerprints import Measured
from actc.calculus.recognise import monomials, recognise
from actc.calculus.relatives import MOST, relatives
from actc.calculus.shipped_values import Catalogue
from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.frontend.shipped import shipped_activations
from actc.model.activation import Activation
from actc.model.compiled import CompiledFile
from actc.model.expr import number
from actc.model.relative import Relative
from actc.model.text import to_text
from actc.pipeline import compile_source
from actc.project.cache import compiler_fingerprint
from actc.reporting.results_text import relatives_text

NAMES = """
    celu elu exponential gelu gelu_tanh geglu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear
    log_sigmoid mish prelu relu relu6 selu sigmoid sign_ste silu snake soft_shrink softplus softsign sparse_plus
    sparse_sigmoid spike_atan spike_fast_sigmoid squareplus swiglu swish tanh tanh_shrink threshold
""".split()  # noqa: SIM905 - a list of three lines, not of thirty-six
"""What may be found here; more that ships later would be named as well."""

XS = ("-70.5", "-6.25", "-3.1", "-2", "-1", "-0.4", "-0.01", "0", "0.03", "0.5", "1", "2.75", "3", "6.5", "80")
ALIKE = mpf(10) ** -25
NOTHING = mpf(10) ** -50  # as two ways to an exact 0 leave it

Number = Any
Shipped = dict[str, oracle.Activation]


@dataclass(frozen=True)
class Case:
    """A formula, the relations that are to be found, and the first of them in mpmath."""

    expression: str
    relations: tuple[str, ...]
    same: Callable[[Callable[..., Number], Number, dict[str, Number]], Number]  # (shipped, x, parameters)
    parameters: str = ""
    at: tuple[tuple[str, str], ...] = ()  # the parameters for which the first relation is to hold
    source: str = ""


def case(expression: str, relation: str, same: Callable[..., Number], parameters: str = "", **at: str) -> Case:
    """A case with one relation."""
    return Case(expression, (relation,), same, parameters, tuple(at.items()))


CASES = [
    case("1/(1 + exp(-x))", "equals sigmoid", lambda s, x, p: s("sigmoid", x)),
    case("exp(x)/(1 + exp(x))", "equals sigmoid", lambda s, x, p: s("sigmoid", x)),
    case("(1 + tanh(x/2))/2", "equals sigmoid", lambda s, x, p: s("sigmoid", x)),
    case("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "equals tanh", lambda s, x, p: s("tanh", x)),
    case("2/(1 + exp(-2*x)) - 1", "equals tanh", lambda s, x, p: s("tanh", x)),
    case("(1 - exp(-x))/(1 + exp(-x))", "equals tanh(x/2)", lambda s, x, p: s("tanh", x / 2)),
    case("4*sigmoid(x) - 2", "equals 2*tanh(x/2)", lambda s, x, p: 2 * s("tanh", x / 2)),
    case("1.7159*tanh(2*x/3)", "equals 1.7159*tanh(2*x/3)", lambda s, x, p: mpf("1.7159") * s("tanh", 2 * x / 3)),
    case("x*sigmoid(x)", "equals silu", lambda s, x, p: s("silu", x)),
    case("x/(1 + exp(-x))", "equals silu", lambda s, x, p: s("silu", x)),
    case(
        "x*sigmoid(1.702*x)", "equals swish at beta = 1.702", lambda s, x, p: s("swish", x, beta=mpf("1.702"))
    ),
    case("x*sigmoid(x/t)", "equals swish with beta = 1/t", lambda s, x, p: s("swish", x, beta=1 / p["t"]),
         "{t: {default: 1, domain: positive}}"),
    case("x/(1 + exp(-t**2*x))", "equals swish with beta = t**2", lambda s, x, p: s("swish", x, beta=p["t"] ** 2),
         "{t: 1}"),
    case("b*x*sigmoid(x)", "equals b*silu(x)", lambda s, x, p: p["b"] * s("silu", x), "{b: 1.5}"),
    case("x*sigmoid(b*x)*b", "equals silu(b*x)", lambda s, x, p: s("silu", p["b"] * x), "{b: 1.5}"),
    case("x/2*(1 + erf(x/sqrt(2)))", "equals gelu", lambda s, x, p: s("gelu", x)),
    case("0.5*x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))", "equals gelu_tanh", lambda s, x, p: s("gelu_tanh", x)),
    case("x*tanh(log(1 + exp(x)))", "equals mish", lambda s, x, p: s("mish", x)),
    case("x*((1 + exp(x))**2 - 1)/((1 + exp(x))**2 + 1)", "equals mish", lambda s, x, p: s("mish", x)),
    case("log(1 + exp(x))", "equals softplus", lambda s, x, p: s("softplus", x)),
    case("log(1 + exp(b*x))/b", "equals softplus(b*x)/b", lambda s, x, p: s("softplus", p["b"] * x) / p["b"],
         "{b: {default: 2, domain: positive}}"),
    case("-log(1 + exp(-x))", "equals log_sigmoid", lambda s, x, p: s("log_sigmoid", x)),
    case("softplus(x) - log(2)", "equals softplus(x) - log(2)", lambda s, x, p: s("softplus", x) - mp.log(2)),
    case("(x + Abs(x))/2", "equals relu", lambda s, x, p: s("relu", x)),
    case("Piecewise((0, x <= 0), (x, True))", "equals relu", lambda s, x, p: s("relu", x)),
    case("3*max(0, -x)", "equals 3*relu(-x)", lambda s, x, p: 3 * s("relu", -x)),
    case("max(x, 0) + a*min(x, 0)", "equals leaky_relu with negative_slope = a",
         lambda s, x, p: s("leaky_relu", x, negative_slope=p["a"]), "{a: 0.3}"),
    case("(1 - alpha)/2*Abs(x) + (1 + alpha)/2*x", "equals prelu", lambda s, x, p: s("prelu", x, alpha=p["alpha"]),
         "{alpha: 0.3}"),
    case("x if x >= 0 else x/a", "equals leaky_relu with negative_slope = 1/a",
         lambda s, x, p: s("leaky_relu", x, negative_slope=1 / p["a"]), "{a: {default: 5, domain: positive}}"),
    case("min(max(x, 0), 6)", "equals relu6", lambda s, x, p: s("relu6", x)),
    case("x*min(max(x + 3, 0), 6)/6", "equals hard_silu", lambda s, x, p: s("hard_silu", x)),
    case("(Abs(x + 1) - Abs(x - 1))/2", "equals hard_tanh", lambda s, x, p: s("hard_tanh", x)),
    case("max(-1, min(1, x))", "equals hard_tanh", lambda s, x, p: s("hard_tanh", x)),
    case("clip(0.2*x + 0.5, 0, 1)", "equals hard_sigmoid(1.2*x)", lambda s, x, p: s("hard_sigmoid", mpf("1.2") * x)),
    case("x if x > 0 else exp(x) - 1", "equals celu at alpha = 1", lambda s, x, p: s("celu", x, alpha=1)),
    case("max(0, x) + min(0, a*(exp(x) - 1))", "equals elu with alpha = a",
         lambda s, x, p: s("elu", x, alpha=p["a"]), "{a: {default: 1, domain: positive}}"),
    case("max(0, x) + min(0, a*(exp(x/a) - 1))", "equals celu with alpha = a",
         lambda s, x, p: s("celu", x, alpha=p["a"]), "{a: {default: 1, domain: positive}}"),
    case("a/b*x if x >= 0 else a*(exp(x/b) - 1)", "equals a/b*celu(x, alpha = b)",
         lambda s, x, p: p["a"] / p["b"] * s("celu", x, alpha=p["b"]),
         "{a: {default: 1, domain: positive}, b: {default: 1, domain: positive}}"),
    case("l*(x if x > 0 else a*(exp(x) - 1))", "equals l*elu(x, alpha = a)",
         lambda s, x, p: p["l"] * s("elu", x, alpha=p["a"]),
         "{l: 1.05, a: {default: 1.67, domain: positive}}"),
    case("(x + sqrt(x**2 + 4*a**2))/2", "equals squareplus with b = 4*a**2",
         lambda s, x, p: s("squareplus", x, b=4 * p["a"] ** 2), "{a: 1}"),
    case("sign(x)*max(Abs(x) - l, 0)", "equals soft_shrink with threshold = l",
         lambda s, x, p: s("soft_shrink", x, threshold=p["l"]), "{l: {default: 0.5, domain: nonnegative}}"),
    case("x + (1 - cos(2*x))/2", "equals snake at a = 1", lambda s, x, p: s("snake", x, a=1)),
    case("x + (1 - cos(2*w*x))/(2*w)", "equals snake with a = w", lambda s, x, p: s("snake", x, a=p["w"]),
         "{w: {default: 1, domain: positive}}"),
    case("exp(-x)", "equals exponential(-x)", lambda s, x, p: s("exponential", -x)),
    case("x", "equals linear", lambda s, x, p: x),
    case("x/(a + Abs(x))", "equals softsign(x/a)", lambda s, x, p: s("softsign", x / p["a"]),
         "{a: {default: 2, domain: positive}}"),
    case("x*sigmoid(x) + a*sin(x)", "equals silu at a = 0", lambda s, x, p: s("silu", x), "{a: 1}", a="0"),
    case("x*(1/(1 + l*exp(-k*x)))**(1/l)", "equals swish with beta = k, when l = 1",
         lambda s, x, p: s("swish", x, beta=p["k"]),
         "{l: {default: 0.75, domain: positive}, k: {default: 1.2, domain: positive}}", l="1"),
    case("max(x, 0) if x > 0 else a*(exp(x) - 1)", "equals elu with alpha = a where a is positive",
         lambda s, x, p: s("elu", x, alpha=abs(p["a"])), "{a: 1}", a="3"),
]  # fmt: skip


DIFFERENT = [
    ("x*sigmoid(1.0001*x)", "equals silu", lambda s, x: s("silu", x), "1"),
    ("x*sigmoid(1.7020000001*x)", "equals swish at beta = 1.702", lambda s, x: s("swish", x, beta=mpf("1.702")), "1"),
    ("x/2*(1 + tanh(0.79788*(x + 0.044715*x**3)))", "equals gelu_tanh", lambda s, x: s("gelu_tanh", x), "1"),
    ("x/2*(1 + erf(0.70711*x))", "equals gelu", lambda s, x: s("gelu", x), "1"),
    ("x*sigmoid(x) if x < 60 else x", "equals silu", lambda s, x: s("silu", x), "61"),
    ("tanh(x) + 1e-30*x", "equals tanh", lambda s, x: s("tanh", x), "1000"),
    ("max(x, 0) if Abs(x - 200.5) > 0.001 else x + 1", "equals relu", lambda s, x: s("relu", x), "200.5"),
    ("max(x, 0) + exp(-1000)*step(x)", "equals relu", lambda s, x: s("relu", x), "1"),
    ("max(x, 0) + (1 if x == 2 else 0)", "equals relu", lambda s, x: s("relu", x), "2"),
    ("clip(x, 0, 5.999)", "equals relu6", lambda s, x: s("relu6", x), "6"),
    ("x if x > 0.0001 else 0", "equals relu", lambda s, x: s("relu", x), "0.00005"),
    ("1.0507*x if x > 0 else 1.7581*(exp(x) - 1)", "equals selu", lambda s, x: s("selu", x), "-1"),
    ("x*clip(0.1666667*x + 0.5, 0, 1)", "equals hard_silu", lambda s, x: s("hard_silu", x), "1"),
    ("log(1 + exp(x)) - 0.693147", "equals softplus(x) - log(2)", lambda s, x: s("softplus", x) - mp.log(2), "0"),
    ("x if x > 0 else (0.3 if x == -1 else 0.2*x)", "equals leaky_relu at negative_slope = 0.2",
     lambda s, x: s("leaky_relu", x), "-1"),
    ("sigmoid(1.5*x) - 1e-9", "equals sigmoid(3*x/2)", lambda s, x: s("sigmoid", 3 * x / 2), "1"),
]  # fmt: skip
"""A formula, a relation that it nearly has, and an input at which it has not."""


@cache
def catalogue() -> Catalogue:
    found = [a for a in shipped_activations() if a.name in NAMES]
    assert sorted(a.name for a in found) == sorted(NAMES)
    return Catalogue(found)


@cache
def shipped() -> Shipped:
    return oracle.read_folder(REPOSITORY / "activations")


def text_of(expression: str, parameters: str = "", name: str = "subject", more: str = "") -> str:
    written = f"parameters: {parameters}\n" if parameters else ""
    return f"name: {name}\n{written}{more}expression: {expression}\n"


def resolved(text: str) -> Activation:
    log = DiagnosticLog()
    (spec,) = load("subject.yaml", text.encode(), log)
    activation = resolve(spec, log)
    assert activation is not None, log.found
    return activation


def found(text: str) -> list[str]:
    return [r.relation for r in relatives(resolved(text), catalogue())]


def value(name: str, x: Number, **parameters: Number) -> Number:
    """A shipped activation of one input, by mpmath."""
    activation = shipped()[name]
    return activation.value({activation.inputs[0]: x, **parameters})


def points(one: Case) -> Iterator[dict[str, Number]]:
    """Inputs, and values of the parameters, of which those that the relation fixes have their values."""
    (subject,) = oracle.read(text_of(one.expression, one.parameters))
    tried = dict.fromkeys(subject.defaults, ("0.35", "1", "2.6")) | {name: (v,) for name, v in one.at}
    for x, *values in product(XS, *tried.values()):
        yield {"x": oracle.exact(x)} | {n: oracle.exact(v) for n, v in zip(tried, values, strict=True)}


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.expression)
def test_a_relative_is_named(one: Case) -> None:
    """The relation holds by mpmath wherever it is said to, and it is what the compiler says."""
    text = text_of(one.expression, one.parameters)
    (subject,) = oracle.read(text)
    with mp.workdps(60):
        for point in points(one):
            expected = one.same(value, point["x"], {k: v for k, v in point.items() if k != "x"})
            actual = subject.value(point)
            assert abs(actual - expected) <= ALIKE * max(abs(actual), abs(expected)) + NOTHING, point
    assert found(text)[: len(one.relations)] == list(one.relations)


@pytest.mark.parametrize(("expression", "relation", "same", "x"), DIFFERENT, ids=[row[0] for row in DIFFERENT])
def test_what_nearly_agrees_is_not_named(
    expression: str, relation: str, same: Callable[..., Number], x: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two differ at the input by mpmath, and the compiler does not call them equal."""
    monkeypatch.setattr(oracle, "VALUE_DIGITS", (500, 1100))
    (subject,) = oracle.read(text_of(expression))
    with mp.workdps(500):
        assert abs(subject.value({"x": x}) - same(value, oracle.exact(x))) > mpf(10) ** -450
    assert relation not in found(text_of(expression))


def test_gelu_and_its_approximation_are_not_equal() -> None:
    """They agree to three digits, and both ship."""
    by_name = {a.name: a for a in shipped_activations()}
    assert relatives(by_name["gelu"], catalogue()) == ()
    assert relatives(by_name["gelu_tanh"], catalogue()) == ()


@pytest.mark.parametrize("name", NAMES)
def test_none_is_its_own_relative(name: str) -> None:
    """A shipped activation names others only; a copy of it under another name names it."""
    by_name = {a.name: a for a in shipped_activations()}
    assert name not in {r.name for r in relatives(by_name[name], catalogue())}
    if name not in ("sign_ste", "spike_atan", "spike_fast_sigmoid"):
        copy = dataclasses.replace(by_name[name], name="copy")
        copied = relatives(copy, catalogue())
        assert len(copied) == 1
        assert copied[0].always


def test_the_value_at_a_jump_counts() -> None:
    """A threshold unit that is 1 at its threshold is not one that is 0 there."""
    surrogate = "surrogate: 1/(1 + slope*Abs(x))**2\n"
    parameters = "{slope: {default: 25, domain: positive}}"
    assert found(text_of("1 if x > 0 else 0", parameters, more=surrogate)) == ["equals spike_fast_sigmoid"]
    assert found(text_of("1 if x >= 0 else 0", parameters, more=surrogate)) == []
    threshold = "{c: {default: 1, domain: positive}}"
    assert found(text_of("x if x > c else 0", threshold)) == ["equals threshold with threshold = c, default_value = 0"]
    assert found(text_of("x if x >= c else 0", threshold)) == []


def test_one_value_of_a_parameter_counts() -> None:
    """What is another function for one value of its parameter does not equal one for all of them."""
    positive = "{a: {default: 1.5, domain: positive}}"
    shrunk = "(x - a if x > a else x + a if x < -a else 0)"
    assert found(text_of(shrunk, positive)) == ["equals soft_shrink with threshold = a"]
    for wrong in (
        f"{shrunk} if a != 7 else 0",
        f"0 if a == 7 else {shrunk}",
        f"{shrunk} + (1 if x > 9 and a == 7 else 0)",
    ):
        assert "equals soft_shrink with threshold = a" not in found(text_of(wrong, positive))
    assert found(text_of(f"{shrunk} if a != 0 else 3", positive)) == ["equals soft_shrink with threshold = a"]


def test_another_gradient_is_another_activation() -> None:
    """Two with equal values and different surrogates do not equal one another."""
    assert found(text_of("1 if x > 0 else 0", more="surrogate: 1/(1 + 24*Abs(x))**2\n")) == []
    assert found(text_of("1 if x > 0 else 0")) == []
    assert found(text_of("max(x, 0)", more="surrogate: sigmoid(x)\n")) == []


def test_a_narrower_domain_is_said() -> None:
    """What holds on the activation's own inputs only, or for the shipped one's parameters only, says so."""
    assert found(text_of("x", more="inputs: {x: positive}\n")) == ["equals linear where x is positive"]
    assert found(text_of("x if x > 0 else a*expm1(x)", "{a: {default: 1, domain: nonzero}}")) == [
        "equals elu with alpha = a where a is positive"
    ]


def test_several_inputs_may_be_exchanged() -> None:
    """The names say which is which; in the shipped one's own order nothing has to be said."""
    gate = "inputs: [a, b]\n"
    assert found(text_of("a*sigmoid(b)", more=gate)) == ["equals glu"]
    assert found(text_of("b*sigmoid(a)", more=gate)) == ["equals glu with signal = b, gate = a"]
    assert found(text_of("a*b*sigmoid(a)", more=gate)) == ["equals swiglu"]
    assert found(text_of("a*b*sigmoid(t*b)", "{t: 2}", more=gate)) == [
        "equals swiglu with gate = b, signal = a, when t = 1"
    ]
    assert found(text_of("a*tanh(b)", more=gate)) == []


def test_what_is_no_activation_of_theirs_has_none() -> None:
    """Constants, and functions like none that ships."""
    for expression in ("1", "0*x", "x**2", "sin(x)", "exp(-x**2)", "atan(x)", "x**3/(1 + x**2)", "floor(x)"):
        assert found(text_of(expression)) == []


def test_what_follows_is_not_repeated() -> None:
    """One that is a shipped one for all parameters has no further relatives, and no list is longer than four."""
    assert found(text_of("x*sigmoid(b*x)", "{b: 1}")) == ["equals swish with beta = b"]
    assert found(text_of("x*sigmoid(b*x + c*x**2)", "{b: 1, c: 1}")) == ["equals swish with beta = b, when c = 0"]
    assert len(found(text_of("a*x + b*max(x, 0) + c*tanh(x) + d*sigmoid(x)", "{a: 1, b: 1, c: 1, d: 1}"))) <= MOST


def test_the_same_parameter_on_both_sides() -> None:
    """It is said whose parameter has the value."""
    by_name = {a.name: a for a in shipped_activations()}
    (one,) = relatives(by_name["elu"], catalogue())
    expected = Relative("celu", "equals celu, both at alpha = 1", False, (("alpha", "1"),), (("alpha", "1"),))
    assert one == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.702, "1.702"), (0.044715, "8943/200000"), (2 / 3, "2/3"), (0.371117 / 2, "a/2"), (1 / 0.371117, "1/a"),
        (0.371117**2, "a**2"), (-0.371117, "-a"), (1 - 0.371117, "1 - a"), (3.141592653589793 / 2, "pi/2"),
        (0.7978845608028654, "sqrt(2/pi)"), (1.0507009873554805, "1.0507009873554804934193349852946"),
    ],
)  # fmt: skip
def test_numbers_are_recognised(value: float, text: str) -> None:
    """Rationals, parameters in simple formulas, everyday constants, and numbers of the formula itself."""
    scale = number(Fraction("1.0507009873554804934193349852946"))
    constants = ((scale, 1.0507009873554805), (number(Fraction("0.044715")), 0.044715))
    forms = monomials({"a": Fraction(371117, 1000000)})
    assert to_text(next(recognise(value, forms, constants))) in (text, "0.044715" if text == "8943/200000" else text)


def test_the_report_carries_them_and_the_module_does_not() -> None:
    """They go through JSON with the rest of the outcome; the module's text is the same without them."""
    text = "name: gate_unit\nexpression: x/(1 + exp(-x))\n"
    compiled = compile_source("gate_unit.yaml", text.encode(), "p")
    (report,) = compiled.activations
    assert "equals silu" in [r.relation for r in report.relatives]
    assert CompiledFile.from_json(compiled.to_json()) == compiled
    assert compiled.module is not None
    assert "silu" not in compiled.module


def test_they_are_the_same_whatever_was_computed_before() -> None:
    """Neither the order of questions nor a fresh start changes an answer."""
    texts = [text_of(one.expression, one.parameters) for one in CASES[::5]]
    before = [found(text) for text in texts]
    fresh = Catalogue(member.activation for member in catalogue().members)
    assert [[r.relation for r in relatives(resolved(t), fresh)] for t in reversed(texts)] == before[::-1]


def test_a_changed_catalogue_is_another_compiler(tmp_path: Path) -> None:
    """What was remembered was compared with activations that may have changed."""
    file = tmp_path / "one.yaml"
    file.write_text("name: one\nexpression: x\n")
    before = compiler_fingerprint("1", [], tmp_path)
    assert compiler_fingerprint("1", [], tmp_path) == before
    file.write_text("name: one\nexpression: 2*x\n")
    assert compiler_fingerprint("1", [], tmp_path) != before


def test_several_relatives_are_one_line() -> None:
    """``equals`` is said once."""
    one = Relative("a", "equals a", True, (), ())
    other = Relative("b", "equals b at t = 1", False, (("t", "1"),), ())
    assert relatives_text([one]) == "equals a"
    assert relatives_text([one, other]) == "equals a; b at t = 1"


def test_values_are_kept() -> None:
    """A shipped activation is evaluated once at the points at which all are compared."""
    measured = Measured(resolved(text_of("tanh(x)")))
    at = ((Fraction(1),), (Fraction(-2),))
    assert measured.row(at, ()) is measured.row(at, ())
