"""From a spec to an activation: which names are known where, what hides what, and what is still judged after a slip."""

from __future__ import annotations

from fractions import Fraction

import pytest

from actc.calculus.balls import evaluate_sure
from actc.diagnostics import Diagnostic, DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.model.activation import Activation
from actc.model.expr import Expr, symbol


def resolved(text: str) -> tuple[Activation | None, list[Diagnostic]]:
    """The only activation of a file, and what was reported of it after loading."""
    log = DiagnosticLog()
    (spec,) = load("a.yaml", text.encode(), log)
    return resolve(spec, log), log.found


def right(text: str) -> Activation:
    """An activation of which nothing is reported."""
    activation, found = resolved(text)
    assert not found
    assert activation is not None
    return activation


def codes(text: str) -> list[str]:
    return [d.code for d in resolved(text)[1]]


def value(expr: Expr, **point: int | str) -> Fraction:
    found = evaluate_sure(expr, {name: Fraction(v) for name, v in point.items()})
    assert isinstance(found, Fraction)
    return found


def test_the_parts_of_an_activation() -> None:
    """Inputs, parameters, let names, claims, surrogates and examples are found under their names, in order."""
    found = right(
        "name: gated_unit\ninputs: {a: real, b: positive}\n"
        'parameters:\n  beta: {default: 1/2, domain: "(0, 1)", trainable: true, summary: how}\n'
        "  n: {default: 3, domain: integer}\n"
        "let: {c: a > 0, s: a*b}\nexpression: s if c else beta*n\n"
        "derivative: {a: b if c else 0}\nsurrogate: {b: a, beta: 1}\n"
        "examples: [{a: 1, b: 2, value: 2.0}, {a: -1, b: 2, beta: 1/3, value: 1, derivative: {a: 0}}]\n"
    )
    assert (found.name, found.layer_name) == ("gated_unit", "GatedUnit")
    assert [(i.name, i.domain.text) for i in found.inputs] == [("a", "real"), ("b", "positive")]
    beta, n = found.parameters
    assert (beta.name, value(beta.default), beta.domain.text, beta.trainable, beta.summary) == (
        "beta", Fraction(1, 2), "(0, 1)", True, "how",
    )  # fmt: skip
    assert (n.name, n.domain.integer, n.trainable, n.summary) == ("n", True, False, "")
    assert [name for name, _ in found.let] == ["c", "s"]
    assert [name for name, _ in found.claims] == ["a"]
    assert [name for name, _ in found.surrogates] == ["b", "beta"]
    assert found.variables == ("a", "b", "beta")
    first, second = found.examples
    assert [name for name, _ in first.at] == ["a", "b"]
    assert first.value.tolerance is not None
    assert value(first.value.tolerance) == Fraction(1, 10)
    assert [name for name, _ in second.at] == ["a", "b", "beta"]
    assert second.value.tolerance is None
    assert [name for name, _ in second.derivatives] == ["a"]


def test_let_uses_what_stands_above_it() -> None:
    """Each name may use the inputs, the parameters and the names above it, and none below."""
    found = right(
        "name: a\nparameters: {b: 2}\nlet: {s: b*x, t: s + 1, u: s*t}\nexpression: u\nderivative: t*b + b*s\n"
    )
    assert value(found.value.expr, x=3, b=2) == 42
    assert value(found.claims[0][1].expr, x=3, b=2) == 26
    assert codes("name: a\nlet: {t: s, s: x}\nexpression: t\n") == ["ACT153"]
    assert codes("name: a\nlet: {s: s + 1}\nexpression: s\n") == ["ACT153"]
    assert codes("name: a\nlet: {s: y}\nexpression: s\n") == ["ACT153"]


def test_a_let_may_be_a_condition() -> None:
    """It stands where conditions may, in let, expression, derivative and surrogate, and nowhere else."""
    start = "name: a\nlet: {c: x > 0, d: c and x < 1 or not c}\n"
    found = right(start + "expression: Piecewise((x, d), (2*x, True))\nderivative: 1 if d else 2\n")
    assert [value(found.value.expr, x=v) for v in (-1, "1/2", 3)] == [-1, Fraction(1, 2), 6]
    right(start + "expression: x\nsurrogate: 1 if c else 0\n")
    for wrong in ("c", "c*x", "-c", "c + 1", "exp(c)", "x if c > 0 else 0", "max(c, 0)", "x**c"):
        assert codes(f'{start}expression: "{wrong}"\n') == ["ACT155"], wrong


def test_y_is_the_output() -> None:
    """It may stand in derivative and surrogate, by whatever variable, and in no other place."""
    found = right("name: a\nparameters: {b: 2}\nexpression: b*x + 1\nderivative: {b: (y - 1)/b}\nsurrogate: {x: y}\n")
    assert value(found.claims[0][1].expr, x=3, b=2) == 3
    assert value(found.surrogates[0][1].expr, x=3, b=2) == 7
    for text in (
        "name: a\nexpression: y\n",
        "name: a\nlet: {s: y}\nexpression: x\n",
        "name: a\nparameters: {b: y}\nexpression: x\n",
        "name: a\nexpression: x\nexamples: [{x: y, value: 0}]\n",
        "name: a\nexpression: x\nexamples: [{x: 0, value: y}]\n",
    ):
        assert codes(text) == ["ACT153"], text


def test_defaults_are_constant_expressions() -> None:
    """Functions and constants, no input, parameter or let name."""
    found = right("name: a\nparameters: {b: 1/3 + 0.1, c: {default: gamma(4)*2**-1}}\nexpression: x\n")
    assert [value(p.default) for p in found.parameters] == [Fraction(13, 30), 3]
    for default in ("x", "c", "s", "y", "b"):
        assert codes(f"name: a\nparameters: {{b: {default}, c: 1}}\nlet: {{s: 1}}\nexpression: x\n") == ["ACT153"]
    assert codes("name: a\nparameters: {b: 1 > 0}\nexpression: x\n") == ["ACT155"]


def test_a_parameter_hides_a_function() -> None:
    """A paper's gamma is a number wherever parameters are known; calling it is an error, in let and claims too."""
    text = "name: a\nparameters: {gamma: 2}\nlet: {s: gamma*x}\nexpression: s\nderivative: gamma\n"
    assert value(right(text).value.expr, x=3, gamma=2) == 6
    assert codes(text.replace("gamma*x", "gamma(x)")) == ["ACT154"]
    assert codes(text.replace("derivative: gamma", "derivative: gamma(x)")) == ["ACT154"]
    right(text + "examples: [{x: gamma(3), value: 4}]\n")


def test_inputs_may_be_named_at_will() -> None:
    """A list, a mapping, or x where nothing is said."""
    assert [i.name for i in right("name: a\nexpression: 2*x\n").inputs] == ["x"]
    assert [i.name for i in right("name: a\ninputs: [z]\nexpression: 2*z\n").inputs] == ["z"]
    assert codes("name: a\ninputs: [z]\nexpression: 2*x\n") == ["ACT153"]


@pytest.mark.parametrize("key", ["derivative", "surrogate"])
def test_forms_of_partial_derivatives(key: str) -> None:
    """Text for the only input; a mapping from inputs and parameters, required where there are several inputs."""
    one = f"name: a\nparameters: {{b: 1}}\nexpression: b*x\n{key}: "
    for given, names in (("b", ["x"]), ("{x: b}", ["x"]), ("{b: x}", ["b"]), ("{b: x, x: b}", ["b", "x"])):
        found = right(one + given + "\n")
        assert [name for name, _ in (found.claims or found.surrogates)] == names
    assert codes(one + "{z: 1}\n") == ["ACT162"]
    assert codes(one + "{b: x > 0}\n") == ["ACT155"]
    several = f"name: a\ninputs: [u, v]\nexpression: u*v\n{key}: "
    assert codes(several + "v\n") == ["ACT161"]
    right(several + "{v: u}\n")


def test_one_slip_is_reported_once() -> None:
    """Names that failed stay known: what uses them is not reported as well."""
    assert codes("name: a\nlet: {s: sigmod(x)}\nexpression: s*x\nderivative: s\n") == ["ACT153"]
    assert codes("name: a\nparameters: {b: 1/}\nexpression: b*x\n") == ["ACT150"]
    assert codes("name: a\nexpression: x +\nderivative: y\n") == ["ACT150"]


def test_all_slips_are_reported() -> None:
    """Of one document: every expression is read, whatever is wrong with the others."""
    text = (
        "name: a\nparameters: {b: c}\nlet: {s: foo(x)}\nexpression: bar*x\nderivative: {x: baz, q: 1}\n"
        "examples: [{x: 0, value: qux}, {z: 0, value: 1}]\naccept: {ACT201: no}\n"
    )
    assert codes(text) == ["ACT153", "ACT153", "ACT153", "ACT153", "ACT162", "ACT153", "ACT164", "ACT165"]


def test_examples_and_acceptances_do_not_stop_the_analysis() -> None:
    """With a wrong example or acceptance the claims are still judged; the right examples are kept."""
    text = "name: a\nexpression: x\nexamples: [{z: 0, value: 1}, {x: 1, value: 1}]\naccept: {ACT201: no}\n"
    activation, found = resolved(text)
    assert [d.code for d in found] == ["ACT164", "ACT165"]
    assert activation is not None
    assert len(activation.examples) == 1
    assert resolved("name: a\nexpression: x\nderivative: {q: 1}\n")[0] is None


def test_of_an_unsound_document_only_the_syntax_is_judged() -> None:
    """Where a key is misspelt a name may seem unknown just because of that; a slip of grammar stays one."""
    log = DiagnosticLog()
    (spec,) = load("a.yaml", b"name: a\nparametres: {b: 1}\nexpression: b*x +\nderivative: c\n", log)
    assert [d.code for d in log.found] == ["ACT110"]
    assert resolve(spec, log) is None
    assert [d.code for d in log.found] == ["ACT110", "ACT150"]


def test_numbers_are_exact() -> None:
    """Quoted or not, decimal, whatever YAML would make of them."""
    for written in ("0.1", "'0.1'", '"0.10"', "1e-1", ".1", "00.1"):
        assert value(
            right(f"name: a\nparameters: {{b: {written}}}\nexpression: b\n").parameters[0].default
        ) == Fraction(1, 10)
    for written, meant in (
        ("010", 10),
        ("1:30", None),
        ("0x10", None),
        ("yes", None),
        ("2001-01-01", 1999),
        ("1_0", None),
    ):
        text = f"name: a\nexpression: {written}\n"
        if meant is None:
            assert resolved(text)[0] is None
        else:
            assert value(right(text).value.expr) == meant


def test_names_are_those_of_the_language_alone() -> None:
    """Nothing of Python is reachable, and x stays the symbol x."""
    assert right("name: a\nexpression: x\n").value.expr is symbol("x")
    for text in ("open(x)", "x.__class__", "__builtins__", "print", "sum(x, 1)", "id(x)", "math.exp(x)", "float(x)"):
        assert resolved(f'name: a\nexpression: "{text}"\n')[0] is None, text
