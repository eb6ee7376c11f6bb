"""The JSON Schema of the activation file, printed from the table of fields: for editors, and ``actc schema``."""

from __future__ import annotations

from typing import Any, TypeAlias

from actc.diagnostics import CODES, Severity
from actc.frontend.conform import VERSIONS
from actc.frontend.domains import pattern
from actc.frontend.fields import DOCUMENT, Either, ListOf, MappingOf, Record, ScalarKind, Shape
from actc.frontend.names import ACTIVATION_NAME, ALIAS, IDENTIFIER, RESERVED_ACTIVATIONS
from actc.frontend.reserved import GENERATED_ARGUMENTS, KEYWORDS, LAYER_NAMES, VARIABLE_NAMES
from actc.frontend.yaml_source import ENTRY_LIMIT
from actc.model.operations import CONSTANT_NAMES, FUNCTION_NAMES

Schema: TypeAlias = dict[str, Any]

IDENTIFIER_OF_SCHEMA = "urn:actc:activation:1"

_UNQUOTED = ("number", "boolean")  # how other readers of YAML see what the language takes as text
_NOT_BLANK = "[^ \\t\\r\\n]"
_BREAK = "\\n\\r\\u0085\\u2028\\u2029"
_VARIABLE = KEYWORDS | CONSTANT_NAMES | VARIABLE_NAMES


def json_schema() -> Schema:
    """The schema, in draft 2020-12, of one YAML document of an activation file.

    It says all that can be said of one value by itself. That names differ, that a domain is not empty and that what
    refers to a name finds it, only the compiler can tell.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER_OF_SCHEMA,
        "title": "Activation",
        "description": "One activation function, for the compiler actc.",
        **_schema(DOCUMENT),
        "$defs": {kind.name.lower(): _definition(kind) for kind in ScalarKind},
    }


def _schema(shape: Shape) -> Schema:
    if isinstance(shape, ScalarKind):
        return {"$ref": f"#/$defs/{shape.name.lower()}"}
    if isinstance(shape, Either):
        return {"anyOf": [_schema(option) for option in shape.options]}
    if isinstance(shape, ListOf):
        return {"type": "array", "items": _schema(shape.item), **_limits("Items", shape.least)}
    if isinstance(shape, MappingOf):
        return {
            "type": "object",
            "propertyNames": _schema(shape.key),
            "additionalProperties": _schema(shape.value),
            **_limits("Properties", shape.least),
        }
    return _record(shape)


def _record(shape: Record) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {
            field.name: {"title": field.name, "description": field.meaning, **_schema(field.shape)}
            for field in shape.fields
        },
        "required": [field.name for field in shape.fields if field.required],
        "additionalProperties": False,
    }
    if shape.others is not None:
        schema["additionalProperties"] = _schema(shape.others.value)
        schema["propertyNames"] = _schema(shape.others.key)
    return schema


def _limits(of: str, least: int) -> Schema:
    limits = {f"max{of}": ENTRY_LIMIT}
    return {f"min{of}": least, **limits} if least else limits


def _definition(kind: ScalarKind) -> Schema:
    definition = {"enum": _accepted()} if kind is ScalarKind.WARNING_CODE else _DEFINITIONS[kind]
    return {"title": kind.value.replace("`", ""), **definition}


def _words(pattern: str, taken: frozenset[str]) -> Schema:
    return {"type": "string", "pattern": f"^{pattern}$", "not": {"enum": sorted(taken)}}


def _accepted() -> list[str]:
    return sorted(code for code, row in CODES.items() if row.severity is Severity.WARNING)


_DEFINITIONS: dict[ScalarKind, Schema] = {
    ScalarKind.MATHEMATICS: {"type": ["string", *_UNQUOTED], "pattern": _NOT_BLANK},
    ScalarKind.PARAGRAPHS: {"type": ["string", *_UNQUOTED]},
    ScalarKind.LINE: {"type": ["string", *_UNQUOTED], "pattern": f"^[ \\t\\r\\n]*[^{_BREAK}]*[ \\t\\r\\n]*$"},
    ScalarKind.PHRASE: {"type": ["string", *_UNQUOTED], "pattern": _NOT_BLANK},
    ScalarKind.ACTIVATION_NAME: _words(ACTIVATION_NAME, RESERVED_ACTIVATIONS),
    ScalarKind.ALIAS: {"type": "string", "pattern": f"^{ALIAS}$"},
    ScalarKind.INPUT_NAME: _words(IDENTIFIER, _VARIABLE | FUNCTION_NAMES),
    ScalarKind.PARAMETER_NAME: _words(IDENTIFIER, _VARIABLE | LAYER_NAMES | GENERATED_ARGUMENTS),
    ScalarKind.LET_NAME: _words(IDENTIFIER, _VARIABLE | FUNCTION_NAMES),
    ScalarKind.VARIABLE: {"type": "string", "pattern": f"^{IDENTIFIER}$"},
    ScalarKind.DOMAIN: {"type": "string", "pattern": pattern()},
    ScalarKind.FLAG: {"type": "boolean"},
    ScalarKind.VERSION: {"enum": [*sorted(map(int, VERSIONS)), *sorted(VERSIONS)]},
}
