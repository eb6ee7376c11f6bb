"""From YAML text to one tree for each document, as far as YAML alone can tell right from wrong.

PyYAML composes the nodes, but constructs nothing from them: a plain scalar is its text, never a date, an octal number
or a ``no`` that means false.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yaml import MappingNode, ScalarNode, SequenceNode
from yaml.error import MarkedYAMLError, YAMLError

from actc.diagnostics import DiagnosticLog
from actc.frontend.source_text import SourceText
from actc.frontend.tree import Entry, Listing, Mapping, Node, Scalar
from actc.frontend.wording import quoted
from actc.frontend.yaml_composer import DocumentComposer, RefusedError
from actc.model.spec import Text

if TYPE_CHECKING:
    from yaml.nodes import Node as YamlNode

ENTRY_LIMIT = 1000
DOCUMENT_LIMIT = 1000
_BROKEN_LIMIT = 20  # documents that are not YAML, after which a file is given up

_SEPARATOR = re.compile(r"^---(?=[ \t\r\n]|$)", re.MULTILINE)
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")

# What an author may have meant by what YAML refused: part of PyYAML's message, and the help.
_HELP = (
    ("mapping values are not allowed", "quote a text that contains `: `"),
    ("found character '\\t'", "YAML's indentation and plain text are written with spaces, not tabs"),
    ("that cannot start any token", "quote a text that begins with such a character"),
    ("expected chomping or indentation", "quote a text that begins with `|` or `>`"),
    ("found undefined alias", "quote a text that begins with `*`"),
    ("expected alphabetic or numeric", "quote a text that begins with `*` or `&`"),
    ("but found '<scalar>'", "quote the whole text, not a part of it"),
    ("expected <block end>", "check the indentation of this line"),
    ("could not find expected ':'", "a key is followed by a colon, a space and its value"),
    ("found unexpected", "the quote that opens here is not closed"),
    ("sequence entries are not allowed", "quote a text that begins with `- `"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document. ``sound`` is False where something in it was reported and left out of the tree."""

    root: Node | None
    sound: bool


def documents(source: SourceText, log: DiagnosticLog) -> Iterator[Document]:
    """Every document of the file that is not empty; after one that is not YAML, the ones behind it too."""
    start, count = 0, 0
    for _ in range(_BROKEN_LIMIT):
        composer = DocumentComposer(source, start, log)
        while True:
            found = len(log.found)
            try:
                node = composer.get_node() if composer.check_node() else None
            except (YAMLError, ValueError, OverflowError, IndexError) as problem:
                # Beside its own errors PyYAML lets some of Python's escape, for "\UFFFFFFFF" and its like.
                stopped = _report(source, start, composer, problem, log)
                break
            if node is None:
                return
            count += 1
            if count > DOCUMENT_LIMIT:
                location = source.location(start + node.start_mark.index)
                log.report("ACT107", location, f"a file of more than {DOCUMENT_LIMIT:,} documents")
                yield Document(None, False)
                return
            root = _TreeReader(source, start, log).read(node)
            if not (isinstance(root, Scalar) and root.is_null):
                yield Document(root, len(log.found) == found)
        yield Document(None, False)
        separators = _SEPARATOR.finditer(source.text, max(source.line_start(stopped), start))
        resumed = next((s.start() for s in separators if s.start() > start), None)
        if resumed is None:
            return
        start = resumed


class _TreeReader:
    """Turns composed nodes into a tree: merge keys are put in, duplicate keys reported."""

    def __init__(self, source: SourceText, start: int, log: DiagnosticLog) -> None:
        self._source = source
        self._start = start
        self._log = log
        self._done: dict[int, Node] = {}  # an aliased node is read, and reported, once

    def read(self, node: YamlNode) -> Node:
        if id(node) not in self._done:
            self._done[id(node)] = self._read(node)
        return self._done[id(node)]

    def _read(self, node: YamlNode) -> Node:
        location = self._source.location(self._start + node.start_mark.index)
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if isinstance(node, SequenceNode):
            if len(node.value) > ENTRY_LIMIT:
                self._log.report("ACT107", location, f"a list of more than {ENTRY_LIMIT:,} items")
            return Listing(location, tuple(self.read(item) for item in node.value[:ENTRY_LIMIT]))
        if isinstance(node, MappingNode):
            return Mapping(location, tuple(self._entries(node)))
        raise ValueError(f"PyYAML composed a {type(node).__name__}")

    def _scalar(self, node: ScalarNode) -> Scalar:
        start, end = self._start + node.start_mark.index, self._start + node.end_mark.index
        text = self._source.scalar(node.value, start, end, node.style or None)
        forbidden = _NOT_TEXT.search(node.value)
        if forbidden is not None:
            message = f"the character {quoted(forbidden.group())} may not stand in a text"
            self._log.report("ACT102", text.at(forbidden.start()), message)
        return Scalar(text, not node.style)

    def _entries(self, node: MappingNode) -> list[Entry]:
        """The entries in order; those of a merge key come where it stands, unless the mapping gives them itself."""
        own: list[Entry | list[Entry]] = []
        first: dict[str, Entry] = {}
        merged: Entry | None = None
        for key, value in self._pairs(node):
            if not isinstance(key, Scalar):
                self._log.report("ACT113", key.location, f"a key must be text, not {shape_of(key)}")
                continue
            entry = Entry(key.text, value)
            merging = key.plain and key.text.value == "<<"
            earlier = merged if merging else first.get(key.text.value)
            if earlier is not None:
                line = earlier.key.location.line
                message = f"{quoted(key.text.value)} is given twice, first on line {line}"
                self._log.report("ACT111", key.location, message, length=len(key.text.value))
            elif merging:
                merged = entry
                own.append(self._merged(value))
            else:
                first[key.text.value] = entry
                own.append(entry)
        entries: dict[str, Entry] = {}
        for item in own:
            for entry in [item] if isinstance(item, Entry) else item:
                if isinstance(item, Entry) or entry.key.value not in first:
                    entries.setdefault(entry.key.value, entry)
        if max(len(entries), len(node.value)) > ENTRY_LIMIT:
            location = self._source.location(self._start + node.start_mark.index)
            self._log.report("ACT107", location, f"a mapping of more than {ENTRY_LIMIT:,} keys")
        return list(entries.values())[:ENTRY_LIMIT]

    def _pairs(self, node: MappingNode) -> Iterator[tuple[Node, Node]]:
        """Keys and values. A value that YAML cut at its commas, ``{s: Max(x, 0)}``, is reported and made whole."""
        pairs = [(self.read(key), self.read(value)) for key, value in node.value[:ENTRY_LIMIT]]
        at = 0
        while at < len(pairs):
            key, value = pairs[at]
            pieces = _pieces(pairs[at:]) if node.flow_style else 0
            if pieces and isinstance(value, Scalar):
                start = self._start + node.value[at][1].start_mark.index
                end = self._start + node.value[at + pieces][0].end_mark.index
                whole = " ".join(self._source.text[start:end].split())
                message = f"YAML cuts {quoted(whole)} at the comma"
                self._log.report("ACT118", value.location, message, f"""quote it: {quoted(f'"{whole}"')}""")
                value = Scalar(Text(whole, value.location), plain=False)
            yield key, value
            at += 1 + pieces

    def _merged(self, value: Node) -> list[Entry]:
        """What a merge key brings in: a mapping, or several of which the first that has a key gives it."""
        sources = value.items if isinstance(value, Listing) else (value,)
        entries: dict[str, Entry] = {}
        for source in {id(source): source for source in sources}.values():
            if isinstance(source, Mapping):
                for entry in source.entries:
                    entries.setdefault(entry.key.value, entry)
            else:
                message = f"`<<` takes a mapping or a list of mappings, not {shape_of(source)}"
                self._log.report("ACT108", source.location, message)
        return list(entries.values())


def _pieces(pairs: list[tuple[Node, Node]]) -> int:
    """How many of the keys behind the first pair are what a comma cut off its value: those up to the bracket's end."""
    value = pairs[0][1]
    if not isinstance(value, Scalar) or not value.plain:
        return 0
    depth = _open_brackets(value)
    for count, (key, nothing) in enumerate(pairs[1:], 1):
        if depth <= 0 or not isinstance(key, Scalar) or not isinstance(nothing, Scalar) or nothing.text.value:
            return 0
        depth += _open_brackets(key)
        if depth <= 0:
            return count
    return 0


def _open_brackets(scalar: Scalar) -> int:
    text = scalar.text.value
    return text.count("(") - text.count(")")


def shape_of(node: Node) -> str:
    """What a message calls the node: ``text``, ``a list`` or ``a mapping``."""
    return {Scalar: "text", Listing: "a list", Mapping: "a mapping"}[type(node)]


def _report(source: SourceText, start: int, composer: DocumentComposer, problem: Exception, log: DiagnosticLog) -> int:
    """Report why a document could not be composed. Returns the offset at which reading stopped."""
    if isinstance(problem, RefusedError):
        log.report(problem.code, source.location(problem.offset), problem.message)
        return problem.offset
    if not isinstance(problem, MarkedYAMLError) or problem.problem_mark is None:
        offset = start + composer.get_mark().index
        log.report("ACT104", source.location(offset), f"not valid YAML: {_sentence(str(problem))}")
        return offset
    stopped = start + problem.problem_mark.index
    text = problem.problem or ""
    offset, context, help = stopped, "", next((h for part, h in _HELP if part in text), None)
    if problem.context_mark is not None:
        opened = start + problem.context_mark.index
        flow = source.text[opened : opened + 1] in ("[", "{")
        if flow and source.text[source.line_start(opened) : opened].rstrip().endswith("domain:"):
            offset, help = opened, 'quote an interval: `domain: "[0, 1)"`'
        elif "simple key" in (problem.context or "") or "unexpected" in text:
            offset = opened
        elif flow:
            context = f", in the {quoted(source.text[opened])} opened on line {source.place(opened)[0]}"
            help = "quote a text that contains a comma or a bracket"
    log.report("ACT104", source.location(offset), f"not valid YAML: {_sentence(text)}{context}", help)
    return stopped


def _sentence(text: str) -> str:
    """PyYAML's words with the quotes of our messages."""
    return re.sub(r"'([^']*)'", r"`\1`", " ".join(text.split()))
