"""A YAML document after aliases and merge keys are resolved: scalars, lists and mappings that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from actc.diagnostics import Location
from actc.model.spec import Text

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf. ``plain`` says that it was written without quotes and not as a block."""

    text: Text
    plain: bool

    @property
    def location(self) -> Location:
        """Of its first character."""
        return self.text.location

    @property
    def is_null(self) -> bool:
        """Whether YAML reads it as no value at all."""
        return self.plain and self.text.value in _NULLS


@dataclass(frozen=True, slots=True)
class Listing:
    """A YAML sequence."""

    location: Location
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its value."""

    key: Text
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    """A YAML mapping, its keys distinct and in order."""

    location: Location
    entries: tuple[Entry, ...]

    def get(self, key: str) -> Node | None:
        """The value of the key, None where it is absent."""
        return next((entry.value for entry in self.entries if entry.key.value == key), None)

    def key(self, key: str) -> Text | None:
        """The key as it stands in the file, None where it is absent."""
        return next((entry.key for entry in self.entries if entry.key.value == key), None)


Node: TypeAlias = Scalar | Listing | Mapping


def trimmed(text: Text) -> Text:
    """The text without white space around it; each character keeps its place."""
    value = text.value.strip(" \t\r\n")
    if value == text.value or not value:
        return Text(value, text.location, text.places if value else ())
    start = text.value.index(value)
    places = text.places[start : start + len(value)]
    return Text(value, text.at(start), places)
