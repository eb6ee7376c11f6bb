"""From the bytes of an activation file to one spec for each activation in it."""

from __future__ import annotations

from collections.abc import Iterator

from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.conform import TRUE, conform_document
from actc.frontend.domains import parse_domain
from actc.frontend.names import (
    check_activation_name,
    check_aliases,
    check_distinct,
    check_input_name,
    check_inputs_in_examples,
    check_let_name,
    check_not_implied,
    check_parameter_name,
    check_weight_arguments,
)
from actc.frontend.source_text import decode
from actc.frontend.tree import Entry, Listing, Mapping, Node, Scalar
from actc.frontend.yaml_source import DOCUMENT_LIMIT, documents
from actc.model.spec import ActivationSpec, ExampleSpec, InputSpec, Named, ParameterSpec, Text

IMPLIED_INPUT = "x"


def load(file: str, data: bytes, log: DiagnosticLog) -> list[ActivationSpec]:
    """The activations of a file; those in which something was reported are marked as not ``sound``.

    Shapes, names and domains are checked; expressions, and whether what refers to a name finds it, are not. ``file`` is
    how messages name the file. Nothing is raised, whatever the bytes are.
    """
    found = DiagnosticLog()
    specs: list[ActivationSpec] = []
    source = decode(file, data, found)
    if source is not None:
        count = 0
        for document in documents(source, found):
            count += 1
            if document.root is None:
                continue
            before = len(found.found)
            mapping = conform_document(document.root, found)
            if mapping is None:
                continue
            contents = _Contents(mapping)
            contents.check(found)
            specs.append(contents.spec(sound=document.sound and len(found.found) == before))
        if count > DOCUMENT_LIMIT:
            specs.clear()  # which was reported: nothing is gained by work on the first ones
        if count == 0:
            message, help = "the file has no activation", "`actc new NAME` writes one to start from"
            found.report("ACT109", Location(file, 1, 1), message, help)
    log.extend(sorted(found.found, key=lambda diagnostic: diagnostic.location))
    return specs


class _Contents:
    """A document of the right shape, with its parts by name. Of a document with errors, what is right."""

    def __init__(self, root: Mapping) -> None:
        self._root = root
        self._start = root.entries[0].key.location if root.entries else root.location
        self._inputs = tuple(self._read_inputs())
        self._implied = root.key("inputs") is None
        self._parameters = tuple(_parameter(entry) for entry in _entries(root.get("parameters")))
        self._let = _named(root.get("let"))
        self._examples = tuple(self._read_examples())

    def spec(self, *, sound: bool) -> ActivationSpec:
        """What is there; a required text that is not is an empty one, which was reported."""
        root = self._root
        return ActivationSpec(
            location=self._start,
            name=_text(root, "name") or Text("", self._start),
            expression=_text(root, "expression") or Text("", self._start),
            derivative=_partials(root.get("derivative")),
            surrogate=_partials(root.get("surrogate")),
            derivative_key=_place(root.key("derivative")),
            surrogate_key=_place(root.key("surrogate")),
            parameters=self._parameters,
            let=self._let,
            inputs=self._inputs,
            examples=self._examples,
            accept=_named(root.get("accept")),
            aliases=_texts(root.get("aliases")),
            summary=_text(root, "summary"),
            description=_text(root, "description"),
            reference=_texts(root.get("reference")),
            tags=_texts(root.get("tags")),
            sound=sound,
        )

    def _read_inputs(self) -> Iterator[InputSpec]:
        inputs = self._root.get("inputs")
        if isinstance(inputs, Mapping):
            for entry in inputs.entries:
                yield InputSpec(entry.key, _text(inputs, entry.key.value))
        elif self._root.key("inputs") is None:
            yield InputSpec(Text(IMPLIED_INPUT, self._start), None)
        else:
            yield from (InputSpec(name, None) for name in _texts(inputs))

    def _read_examples(self) -> Iterator[ExampleSpec]:
        examples = self._root.get("examples")
        for item in examples.items if isinstance(examples, Listing) else ():
            if not isinstance(item, Mapping):
                continue
            value = _text(item, "value")
            point = tuple(named for named in _named(item) if named.name.value not in ("value", "derivative"))
            if value is not None:  # else its lack was reported
                yield ExampleSpec(item.location, point, value, _partials(item.get("derivative")))

    def check(self, log: DiagnosticLog) -> None:
        """The names that the file chooses, and the domains."""
        self._check_names(log)
        for domain in (*(item.domain for item in self._inputs), *(item.domain for item in self._parameters)):
            if domain is not None:
                parse_domain(domain, log)

    def _check_names(self, log: DiagnosticLog) -> None:
        name = _text(self._root, "name")
        if name is not None:
            check_activation_name(name, log)
        check_aliases(name, _texts(self._root.get("aliases")), log)
        inputs = [item.name for item in self._inputs]
        parameters = [item.name for item in self._parameters]
        let = [item.name for item in self._let]
        for text in inputs:
            check_input_name(text, log)
        for text in parameters:
            check_parameter_name(text, log)
        for text in let:
            check_let_name(text, log)
        check_weight_arguments(parameters, [item.name for item in self._parameters if item.trainable], log)
        if self._implied:
            check_not_implied([*parameters, *let], IMPLIED_INPUT, log)
            inputs = []
        check_distinct([*inputs, *parameters, *let], log)
        if self._root.key("examples") is not None:
            check_inputs_in_examples([item.name for item in self._inputs], log)


def _parameter(entry: Entry) -> ParameterSpec:
    """A parameter. Where its default was reported it has an empty one: its name is still checked."""
    fields = entry.value
    if not isinstance(fields, Mapping):
        default = fields.text if isinstance(fields, Scalar) else Text("", entry.key.location)
        return ParameterSpec(entry.key, default, None, False, None)
    default = _text(fields, "default") or Text("", entry.key.location)
    trainable = _text(fields, "trainable")
    return ParameterSpec(
        name=entry.key,
        default=default,
        domain=_text(fields, "domain"),
        trainable=trainable is not None and trainable.value in TRUE,
        summary=_text(fields, "summary"),
    )


def _text(mapping: Mapping, key: str) -> Text | None:
    """The scalar under the key, None where it is absent, blank or was reported."""
    node = mapping.get(key)
    return node.text if isinstance(node, Scalar) and node.text.value else None


def _texts(node: Node | None) -> tuple[Text, ...]:
    """A scalar or a list of them as a tuple."""
    if node is None:
        return ()
    nodes = node.items if isinstance(node, Listing) else (node,)
    return tuple(n.text for n in nodes if isinstance(n, Scalar) and n.text.value)


def _entries(node: Node | None) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _named(node: Node | None) -> tuple[Named, ...]:
    """The entries that are scalars."""
    return tuple(Named(e.key, e.value.text) for e in _entries(node) if isinstance(e.value, Scalar))


def _partials(node: Node | None) -> Text | tuple[Named, ...] | None:
    return node.text if isinstance(node, Scalar) else None if node is None else _named(node)


def _place(key: Text | None) -> Location | None:
    return None if key is None else key.location
