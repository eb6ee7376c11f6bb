"""Activation files against the table of fields: what a spec holds, and what is reported."""

from __future__ import annotations

import pytest

from actc.diagnostics import CODES, Code, Diagnostic, DiagnosticLog, Severity
from actc.frontend import load
from actc.frontend.conform import noun
from actc.frontend.fields import DOCUMENT, Either, ListOf, MappingOf, Record, ScalarKind, Shape
from actc.model.spec import ActivationSpec, Named, Text


def loaded(data: str) -> tuple[list[ActivationSpec], list[Diagnostic]]:
    log = DiagnosticLog()
    specs = load("a.yaml", data.encode(), log)
    return [spec for spec in specs if spec.sound], log.found


def right(data: str) -> ActivationSpec:
    specs, found = loaded(data)
    assert not found
    assert len(specs) == 1
    return specs[0]


def values(texts: tuple[Text, ...]) -> list[str]:
    return [text.value for text in texts]


def pairs(named: Text | tuple[Named, ...] | None) -> list[tuple[str, str]]:
    assert isinstance(named, tuple)
    return [(entry.name.value, entry.value.value) for entry in named]


FULL = """\
format: 1
name: swish
aliases: [silu, SiLU]
summary: >
  Self-gated unit;
  beta moves it.
description: |
  First.

  Second.
reference: https://arxiv.org/abs/1710.05941
tags: [gated, 2017]
inputs: [x, gate]
parameters:
  beta: {default: 1.0, domain: positive, trainable: true, summary: how steep}
  n: {default: 2, domain: "[1, 8] integer", trainable: False}
  gamma: log(2)
let:
  s: sigmoid(beta * x)
  near: x < 1
expression: |
  x * s
    if near else
  gate
derivative: {x: s, gate: 1 - s}
surrogate:
  beta: x
examples:
  - {x: 0, gate: 1, value: 0}
  - {x: 1, gate: -1, beta: 2, value: 0.88, derivative: {x: 0.5, gate: 1}}
accept: {ACT399: as published}
"""


@pytest.fixture
def a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """A warning's code, whatever the table has."""
    monkeypatch.setitem(CODES, "ACT399", Code("ACT399", Severity.WARNING, "", "", ""))


@pytest.mark.usefixtures("a_warning")
def test_every_key_reaches_the_spec() -> None:
    """Each field of the file is found in the spec under its name, as its text, in order."""
    spec = right(FULL)
    assert (spec.location.line, spec.location.column) == (1, 1)
    assert spec.name.value == "swish"
    assert values(spec.aliases) == ["silu", "SiLU"]
    assert spec.summary is not None
    assert spec.summary.value == "Self-gated unit; beta moves it."
    assert spec.description is not None
    assert spec.description.value == "First.\n\nSecond."
    assert values(spec.reference) == ["https://arxiv.org/abs/1710.05941"]
    assert values(spec.tags) == ["gated", "2017"]
    assert [(i.name.value, i.domain) for i in spec.inputs] == [("x", None), ("gate", None)]
    beta, n, gamma = spec.parameters
    assert (beta.name.value, beta.default.value, beta.trainable) == ("beta", "1.0", True)
    assert beta.domain is not None
    assert beta.summary is not None
    assert (beta.domain.value, beta.summary.value) == ("positive", "how steep")
    assert n.domain is not None
    assert (n.domain.value, n.trainable, n.summary) == ("[1, 8] integer", False, None)
    assert (gamma.default.value, gamma.domain, gamma.trainable) == ("log(2)", None, False)
    assert pairs(spec.let) == [("s", "sigmoid(beta * x)"), ("near", "x < 1")]
    assert spec.expression.value == "x * s\n  if near else\ngate"
    assert (spec.expression.at(8).line, spec.expression.at(8).column) == (23, 5)
    assert pairs(spec.derivative) == [("x", "s"), ("gate", "1 - s")]
    assert pairs(spec.surrogate) == [("beta", "x")]
    assert spec.derivative_key is not None
    assert (spec.derivative_key.line, spec.derivative_key.column) == (25, 1)
    first, second = spec.examples
    assert (first.location.line, pairs(first.values), first.value.value, first.derivative) == (
        29,
        [("x", "0"), ("gate", "1")],
        "0",
        None,
    )
    assert pairs(second.values) == [("x", "1"), ("gate", "-1"), ("beta", "2")]
    assert pairs(second.derivative) == [("x", "0.5"), ("gate", "1")]
    assert pairs(spec.accept) == [("ACT399", "as published")]


def test_what_a_short_file_leaves_out() -> None:
    """The input is x, at the document's first key; everything else is empty."""
    spec = right("# short\nname: a\nexpression: x\n")
    assert [(i.name.value, i.name.location.line, i.domain) for i in spec.inputs] == [("x", 2, None)]
    assert (spec.parameters, spec.let, spec.examples, spec.accept) == ((), (), (), ())
    assert (spec.aliases, spec.reference, spec.tags, spec.summary, spec.description) == ((), (), (), None, None)
    assert (spec.derivative, spec.surrogate, spec.derivative_key, spec.surrogate_key) == (None, None, None, None)


def test_inputs_with_domains() -> None:
    """A mapping gives each input its domain; the two forms are otherwise alike."""
    spec = right('name: a\ninputs: {x: positive, b: "(0, 1)"}\nexpression: x * b\n')
    assert [(i.name.value, i.domain and i.domain.value) for i in spec.inputs] == [("x", "positive"), ("b", "(0, 1)")]


def test_single_forms() -> None:
    """A derivative without a mapping is a text, a reference without a list is one."""
    spec = right("name: a\nexpression: x\nderivative: 1\nsurrogate: 2\nexamples: [{x: 0, value: 0, derivative: 1}]\n")
    assert isinstance(spec.derivative, Text)
    assert isinstance(spec.surrogate, Text)
    assert isinstance(spec.examples[0].derivative, Text)


@pytest.mark.parametrize(
    "text", ["'a: b'", '"\\"\\"\\" {0} %s \\\\"', "<b>", "'${x}'", "'# no comment'", "2016", "''", '" "']
)
def test_documentation_is_any_text(text: str) -> None:
    """What documents an activation is not looked into; blank text is none."""
    spec = right(f"name: a\nexpression: x\nsummary: {text}\ndescription: {text}\n")
    assert (spec.summary is None) == (text in ("''", '" "'))


@pytest.mark.parametrize("word", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_spellings_of_flags(word: str) -> None:
    """YAML's spellings of true and false, in three cases."""
    spec = right(f"name: a\nparameters: {{b: {{default: 1, trainable: {word}}}}}\nexpression: b * x\n")
    assert spec.parameters[0].trainable == (word.lower() == "true")


@pytest.mark.parametrize("word", ["yes", "on", "1", "'true'", "tRUE", "no"])
def test_other_words_are_no_flags(word: str) -> None:
    """YAML 1.1's further booleans, numbers and quoted words are refused, with what to write."""
    _, found = loaded(f"name: a\nparameters: {{b: {{default: 1, trainable: {word}}}}}\nexpression: b * x\n")
    assert [d.code for d in found] == ["ACT115"]
    assert found[0].help == f"write `{'false' if word == 'no' else 'true'}`, without quotes"


@pytest.mark.parametrize(
    ("text", "whole"),
    [("Max(x, 0)", "Max(x, 0)"), ("clip(x,  0,1) - 2", "clip(x, 0,1) - 2"), ("f((x, 1), 2)", "f((x, 1), 2)")],
)
def test_a_text_that_yaml_cut_is_one_mistake(text: str, whole: str) -> None:
    """A call in a flow mapping is told as what it is, also twice in one mapping, not as unknown or duplicate keys."""
    _, found = loaded(f"name: a\nlet: {{s: {text}, t: {text}}}\nexpression: s\n")
    assert [d.code for d in found] == ["ACT118", "ACT118"]
    assert found[0].location.column == 10
    assert found[0].help == f'quote it: `"{whole}"`'


def test_an_open_bracket_alone_is_no_cut() -> None:
    """What follows must be keys without values, up to the bracket that closes."""
    for data in ("{s: (x, t: 1)}", "{s: (x, t, u: 1)}", "{s: (x, t)}"):
        _, found = loaded(f"name: a\nlet: {data}\nexpression: x\n")
        assert ("ACT118" in [d.code for d in found]) == (data == "{s: (x, t)}")


def _records(shape: Shape) -> list[Record]:
    if isinstance(shape, Either):
        return [record for option in shape.options for record in _records(option)]
    if isinstance(shape, ListOf):
        return _records(shape.item)
    if isinstance(shape, MappingOf):
        return _records(shape.value)
    if isinstance(shape, Record):
        return [shape, *(record for field in shape.fields for record in _records(field.shape))]
    return []


def test_the_table_is_well_made() -> None:
    """Keys are distinct, each says what it means in one line, and no choice offers two shapes of one kind."""
    records = _records(DOCUMENT)
    assert len(records) == 3
    for record in records:
        names = [field.name for field in record.fields]
        assert len(set(names)) == len(names)
        for field in record.fields:
            assert field.meaning.endswith(".")
            assert "\n" not in field.meaning
            assert noun(field.shape)
            if isinstance(field.shape, Either):
                kinds = [
                    "mapping" if isinstance(o, MappingOf | Record) else "list" if isinstance(o, ListOf) else "scalar"
                    for o in field.shape.options
                ]
                assert len(set(kinds)) == len(kinds)
                assert sum(isinstance(o, ScalarKind) for o in field.shape.options) <= 1
