"""THE table of the activation file: every key, its shape, whether it is required and what it means.

The loader checks documents against it and the JSON Schema is printed from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class ScalarKind(Enum):
    """What a scalar is read as. The value is what a message calls it."""

    MATHEMATICS = "an expression"
    PARAGRAPHS = "text"
    LINE = "one line of text"
    PHRASE = "a text"  # a tag, a citation, the reason for accepting a warning
    ACTIVATION_NAME = "a name"
    ALIAS = "a further name"
    INPUT_NAME = "an input's name"
    PARAMETER_NAME = "a parameter's name"
    LET_NAME = "a name for a subexpression"
    VARIABLE = "the name of an input or a parameter"
    WARNING_CODE = "a warning's code"
    DOMAIN = "a domain"
    FLAG = "`true` or `false`"
    VERSION = "`1`"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A YAML sequence of scalars or records."""

    noun: str  # "a list of words"
    item: Shape
    least: int = 0


@dataclass(frozen=True, slots=True)
class MappingOf:
    """A YAML mapping whose keys the author chooses."""

    noun: str  # "a mapping from names to expressions"
    key: ScalarKind
    value: Shape
    least: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """One key."""

    name: str
    shape: Shape
    meaning: str  # one line
    required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A YAML mapping whose keys the language chooses, and perhaps further ones that the author does."""

    noun: str  # "an example"
    fields: tuple[Field, ...]
    others: MappingOf | None = None


@dataclass(frozen=True, slots=True)
class Either:
    """Any of several shapes, no two of them the same kind of YAML node."""

    options: tuple[Shape, ...]


Shape: TypeAlias = ScalarKind | ListOf | MappingOf | Record | Either

_MATHEMATICS = ScalarKind.MATHEMATICS

_PARTIALS = Either(
    (_MATHEMATICS, MappingOf("a mapping from inputs and parameters to expressions", ScalarKind.VARIABLE, _MATHEMATICS))
)

PARAMETER = Record(
    "a mapping with `default`",
    (
        Field("default", _MATHEMATICS, "A number or a constant expression; it lies in the domain.", required=True),
        Field("domain", ScalarKind.DOMAIN, "The values it may take; `real` when absent. Proofs may assume it."),
        Field("trainable", ScalarKind.FLAG, "Whether it is a weight of the layer; `false` when absent."),
        Field("summary", ScalarKind.LINE, "What it does, on one line."),
    ),
)

EXAMPLE = Record(
    "a mapping with `value`",
    (
        Field("value", _MATHEMATICS, "The activation's value there.", required=True),
        Field("derivative", _PARTIALS, "The gradient emitted there: of the only input, or by input and parameter."),
    ),
    others=MappingOf("a mapping from inputs and parameters to numbers", ScalarKind.VARIABLE, _MATHEMATICS),
)

DOCUMENT = Record(
    "a mapping with `name` and `expression`",
    (
        Field("format", ScalarKind.VERSION, "The version of this language."),
        Field("name", ScalarKind.ACTIVATION_NAME, "The function's name; the layer's is made of it.", required=True),
        Field(
            "aliases",
            ListOf("a list of names", ScalarKind.ALIAS),
            "Further names under which it is found; no second function is made.",
        ),
        Field("summary", ScalarKind.LINE, "What it is, on one line."),
        Field("description", ScalarKind.PARAGRAPHS, "What there is to say about it."),
        Field(
            "reference",
            Either((ScalarKind.PHRASE, ListOf("a list of citations", ScalarKind.PHRASE))),
            "A URL or citation, or a list of them.",
        ),
        Field("tags", ListOf("a list of words", ScalarKind.PHRASE), "Words to find it by."),
        Field(
            "inputs",
            Either(
                (
                    ListOf("a list of names", ScalarKind.INPUT_NAME, least=1),
                    MappingOf("a mapping from names to domains", ScalarKind.INPUT_NAME, ScalarKind.DOMAIN, least=1),
                )
            ),
            "Its inputs, in order, or a mapping from each to its domain; `[x]` when absent.",
        ),
        Field(
            "parameters",
            MappingOf(
                "a mapping from names to defaults",
                ScalarKind.PARAMETER_NAME,
                Either((_MATHEMATICS, PARAMETER)),
            ),
            "Name to a default, or to a mapping with `default`, `domain`, `trainable` and `summary`.",
        ),
        Field(
            "let",
            MappingOf("a mapping from names to expressions", ScalarKind.LET_NAME, _MATHEMATICS),
            "Shared subexpressions, each using only the ones above it.",
        ),
        Field("expression", _MATHEMATICS, "The activation, a number.", required=True),
        Field(
            "derivative",
            _PARTIALS,
            "A claim that is checked: the derivative by the only input, or the partial derivatives by name.",
        ),
        Field("surrogate", _PARTIALS, "What backpropagation uses instead of the true derivative; same form."),
        Field("examples", ListOf("a list of known points", EXAMPLE), "Known points, checked in every build."),
        Field(
            "accept",
            MappingOf("a mapping from warning codes to reasons", ScalarKind.WARNING_CODE, ScalarKind.PHRASE),
            "Warnings that are accepted: code to reason.",
        ),
    ),
)
