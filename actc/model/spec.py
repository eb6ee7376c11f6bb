"""What an activation file says, checked for shape but not yet for meaning. Every text knows where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from actc.diagnostics import Location


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar of the file: its value after YAML's quoting and folding, and where each character of it came from."""

    value: str  # "x * sigmoid(beta * x)"
    location: Location  # of the first character of the value
    places: tuple[tuple[int, int], ...] = ()  # (line, column) of each character; () where they follow in one line

    def at(self, index: int) -> Location:
        """The place of the character ``value[index]``; one past the end is the place after the last."""
        if not self.places:
            return Location(self.location.file, self.location.line, self.location.column + index)
        if index < len(self.places):
            line, column = self.places[index]
            return Location(self.location.file, line, column)
        line, column = self.places[-1]
        return Location(self.location.file, line, column + 1)


@dataclass(frozen=True, slots=True)
class Named:
    """A key with its text: one ``let``, one partial derivative, one accepted warning, one field of an example."""

    name: Text
    value: Text


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """One parameter as written."""

    name: Text  # "beta"
    default: Text  # "1.0", "log(2)"
    domain: Text | None  # "positive", "(0, 1)", "positive integer"
    trainable: bool
    summary: Text | None


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input as written."""

    name: Text  # "x"
    domain: Text | None


@dataclass(frozen=True, slots=True)
class ExampleSpec:
    """A known point as written."""

    location: Location
    values: tuple[Named, ...]  # inputs and parameters by name
    value: Text  # what the activation is there
    derivative: Text | tuple[Named, ...] | None  # the emitted gradient there


@dataclass(frozen=True, slots=True)
class ActivationSpec:
    """One YAML document."""

    location: Location  # of the document's first key
    name: Text
    expression: Text
    derivative: Text | tuple[Named, ...] | None
    surrogate: Text | tuple[Named, ...] | None
    derivative_key: Location | None  # of the key itself, for messages about the whole
    surrogate_key: Location | None
    parameters: tuple[ParameterSpec, ...]
    let: tuple[Named, ...]
    inputs: tuple[InputSpec, ...]  # ("x",) at the document's location where the file gives none
    examples: tuple[ExampleSpec, ...]
    accept: tuple[Named, ...]  # code -> reason
    aliases: tuple[Text, ...]
    summary: Text | None
    description: Text | None
    reference: tuple[Text, ...]
    tags: tuple[Text, ...]
    sound: bool = True  # False where something was reported and left out: then only its expressions' syntax is judged
