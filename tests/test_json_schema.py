"""The JSON Schema says of a document what the loader says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from actc.diagnostics import CODES, Code, DiagnosticLog, Severity
from actc.frontend import json_schema, load
from actc.frontend.fields import DOCUMENT

HEAD = "name: a\nexpression: x\n"


@pytest.fixture(autouse=True)
def a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """A warning's code, whatever the table has."""
    monkeypatch.setitem(CODES, "ACT399", Code("ACT399", Severity.WARNING, "", "", ""))


def accepted_by_schema(data: str) -> bool:
    schema = json_schema()
    return Draft202012Validator(schema).is_valid(yaml.safe_load(data))


def accepted_by_loader(data: str) -> bool:
    log = DiagnosticLog()
    specs = [spec for spec in load("a.yaml", data.encode(), log) if spec.sound]
    return bool(specs) and not log.has_errors


GOOD = [
    HEAD,
    "format: 1\n" + HEAD,
    "format: '1'\n" + HEAD,
    "name: relu6\nexpression: clip(x, 0, 6)\n",
    "name: zero\nexpression: 0\n",
    "name: half\nexpression: 0.5\n",
    "name: quoted\nexpression: 'x'\n",
    "name: block\nexpression: |\n  x +\n  1\n",
    "name: truth\nexpression: x\nlet: {c: True}\n",
    HEAD + "aliases: []\n",
    HEAD + "aliases: [b, SiLU, a-b.c_1]\n",
    HEAD + "summary: b\n",
    HEAD + "summary: 2016\n",
    HEAD + "summary: ''\n",
    HEAD + "summary: |\n  b\n",
    HEAD + "summary: >\n  b\n  c\n",
    HEAD + "description: |\n  b\n  c\n",
    HEAD + "description: ''\n",
    HEAD + "reference: https://example.org\n",
    HEAD + "reference: [a, b]\n",
    HEAD + "reference: []\n",
    HEAD + "tags: [gated, 2016, two words]\n",
    HEAD + "inputs: [x]\n",
    HEAD + "inputs: [x, b_1]\n",
    HEAD + "inputs: {x: positive, b: '(0, 1)'}\n",
    HEAD + "parameters: {}\n",
    HEAD + "parameters: {b: 1, c: 0.5, d: log(2), gamma: 1e-6}\n",
    HEAD + "parameters: {b: {default: 1}}\n",
    HEAD + "parameters: {b: {default: 1, domain: positive integer, trainable: false, summary: c}}\n",
    HEAD + "parameters: {b: {default: 1, domain: '[1, inf)', trainable: true}}\n",
    HEAD + "let: {}\n",
    HEAD + "let: {s: 1, t: s}\n",
    HEAD + "derivative: 1\n",
    HEAD + "derivative: {x: 1}\n",
    HEAD + "derivative: {}\n",
    HEAD + "surrogate: x > 0\n",
    HEAD + "surrogate: {x: 1}\n",
    HEAD + "examples: []\n",
    HEAD + "examples: [{x: 0, value: 0}, {x: 1/2, value: 0.5, derivative: 1}]\n",
    HEAD + "examples: [{x: 0, value: 0, derivative: {x: 1}}]\n",
    HEAD + "accept: {}\n",
    HEAD + "accept: {ACT399: as published}\n",
    HEAD + "let: {s: &s x}\nderivative: *s\n",
    HEAD + "parameters: {b: &b {default: 1}, c: {<<: *b, domain: real}}\n",
]

BAD = [
    "a\n",
    "[a]\n",
    "{}\n",
    "name: a\n",
    "expression: x\n",
    "name: A\nexpression: x\n",
    "name: a_\nexpression: x\n",
    "name: max\nexpression: x\n",
    "name: none\nexpression: x\n",
    "name: get\nexpression: x\n",
    "name: [a]\nexpression: x\n",
    "name:\nexpression: x\n",
    "name: a\nexpression:\n",
    "name: a\nexpression: ''\n",
    "name: a\nexpression: ' '\n",
    "name: a\nexpression: [x]\n",
    "name: a\nexpression: {x: 1}\n",
    HEAD + "foo: 1\n",
    HEAD + "Format: 1\n",
    HEAD + "format: 2\n",
    HEAD + "format: one\n",
    HEAD + "format:\n",
    HEAD + "aliases: b\n",
    HEAD + "aliases: [b c]\n",
    HEAD + "aliases: ['']\n",
    HEAD + "aliases: [1]\n",
    HEAD + "summary: [a]\n",
    HEAD + "summary:\n",
    HEAD + "summary: |\n  a\n  b\n",
    HEAD + 'summary: "a\\u2028b"\n',
    HEAD + "description: {a: b}\n",
    HEAD + "reference: {a: b}\n",
    HEAD + "reference: ''\n",
    HEAD + "reference: [[a]]\n",
    HEAD + "reference: ['']\n",
    HEAD + "tags: gated\n",
    HEAD + "tags: [{a: b}]\n",
    HEAD + "tags: [null]\n",
    HEAD + "inputs: x\n",
    HEAD + "inputs: []\n",
    HEAD + "inputs: {}\n",
    HEAD + "inputs: [y]\n",
    HEAD + "inputs: [exp]\n",
    HEAD + "inputs: [_x]\n",
    HEAD + "inputs: [x, [b]]\n",
    HEAD + "inputs: {x: }\n",
    HEAD + "inputs: {x: big}\n",
    HEAD + "inputs: {x: [0, 1]}\n",
    HEAD + "inputs: {pi: real}\n",
    HEAD + "parameters: [b]\n",
    HEAD + "parameters: b\n",
    HEAD + "parameters:\n",
    HEAD + "parameters: {b: }\n",
    HEAD + "parameters: {b: [1]}\n",
    HEAD + "parameters: {b: {}}\n",
    HEAD + "parameters: {b: {domain: real}}\n",
    HEAD + "parameters: {b: {default: 1, initial: 2}}\n",
    HEAD + "parameters: {b: {default: {a: 1}}}\n",
    HEAD + "parameters: {b: {default: 1, trainable: 1}}\n",
    HEAD + "parameters: {b: {default: 1, trainable: 'true'}}\n",
    HEAD + "parameters: {b: {default: 1, domain: '[0, inf]'}}\n",
    HEAD + "parameters: {b: {default: 1, domain: integer positive}}\n",
    HEAD + "parameters: {b: {default: 1, domain: 1}}\n",
    HEAD + "parameters: {weights: 1}\n",
    HEAD + "parameters: {shared_axes: 1}\n",
    HEAD + "parameters: {lambda: 1}\n",
    HEAD + "parameters: {β: 1}\n",
    HEAD + "let: [s]\n",
    HEAD + "let: {s: [x]}\n",
    HEAD + "let: {s: }\n",
    HEAD + "let: {sigmoid: x}\n",
    HEAD + "let: {E: x}\n",
    HEAD + "derivative: [x]\n",
    HEAD + "derivative:\n",
    HEAD + "derivative: {x: {x: 1}}\n",
    HEAD + "derivative: {x: }\n",
    HEAD + "surrogate: [x]\n",
    HEAD + "examples: {x: 0, value: 0}\n",
    HEAD + "examples: [0]\n",
    HEAD + "examples: [{x: 0}]\n",
    HEAD + "examples: [{x: [0], value: 0}]\n",
    HEAD + "examples: [{x: 0, value: }]\n",
    HEAD + "examples: [{x: 0, value: {x: 1}}]\n",
    HEAD + "examples: [{x: 0, value: 0, derivative: [1]}]\n",
    HEAD + "accept: [ACT399]\n",
    HEAD + "accept: {ACT399: }\n",
    HEAD + "accept: {ACT399: ''}\n",
    HEAD + "tags: [" + "a, " * 1001 + "]\n",
]

# Right by themselves and wrong together, or wrong in a way that takes arithmetic or the rest of the file to see.
BEYOND_THE_SCHEMA = [
    HEAD + "parameters: {x: 1}\n",
    HEAD + "parameters: {b: 1}\nlet: {b: x}\n",
    HEAD + "inputs: [x, x]\n",
    HEAD + "aliases: [a]\n",
    HEAD + "parameters: {b: {default: 1, trainable: true}, b_constraint: 1}\n",
    HEAD + "inputs: {x: '(1, 0)'}\n",
    HEAD + "inputs: {x: '(0, 1) integer'}\n",
    HEAD + "inputs: {x: '(0, 1e400)'}\n",
    "name: a\nexpression: value\ninputs: [value]\nexamples: [{value: 0}]\n",
]


def test_the_schema_is_one() -> None:
    """It is valid by its own meta-schema, is JSON, and says what it is."""
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"]
    assert schema["title"]
    assert schema["additionalProperties"] is False


def test_every_key_of_the_table_is_described() -> None:
    """The schema has the table's keys, each with its meaning, and requires what the table does."""
    schema = json_schema()
    assert list(schema["properties"]) == [field.name for field in DOCUMENT.fields]
    for field in DOCUMENT.fields:
        assert schema["properties"][field.name]["description"] == field.meaning
    assert schema["required"] == ["name", "expression"]


def test_references_lead_somewhere() -> None:
    """Each `$ref` names a definition, and each definition is referred to."""
    schema = json_schema()
    seen: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                seen.add(node["$ref"].removeprefix("#/$defs/"))
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(schema)
    assert seen == set(schema["$defs"])


@pytest.mark.parametrize("data", GOOD)
def test_both_accept(data: str) -> None:
    """What is rightly written is accepted by the schema and by the loader."""
    assert accepted_by_loader(data)
    assert accepted_by_schema(data)


@pytest.mark.parametrize("data", BAD)
def test_both_refuse(data: str) -> None:
    """What has a wrong shape, name or word is refused by the schema and by the loader."""
    assert not accepted_by_loader(data)
    assert not accepted_by_schema(data)


@pytest.mark.parametrize("data", BEYOND_THE_SCHEMA)
def test_only_the_loader_refuses(data: str) -> None:
    """What no schema can express is left to the loader."""
    assert not accepted_by_loader(data)
    assert accepted_by_schema(data)
