"""The activation files that ship with the compiler, found by what they are called.

There are hundreds of activations in them. To find one, files are searched as bytes, and only the document that is asked
for is read as YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from actc import resources
from actc.project.sources import Source, printed, read_sources
from actc.project.usage import UsageError, did_you_mean

ORIGIN = "catalogue:"
"""How the source of a shipped activation begins in records: its name finds it wherever actc is installed."""

_SEPARATOR = re.compile(rb"^---[ \t]*\r?\n", re.MULTILINE)
_NAME = re.compile(rb"^name:[ \t]*(\w+)[ \t]*\r?$", re.MULTILINE)
_ALIASES = re.compile(rb"^aliases:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shipped:
    """One shipped activation, in the text of its document."""

    path: Path  # of the file that holds it
    name: str  # "swiglu"
    aliases: tuple[str, ...]
    text: str
    root: yaml.MappingNode

    def entry(self, key: str) -> tuple[yaml.Node, yaml.Node] | None:
        """The nodes of a key and its value; None where the document has no such key."""
        return next(((k, v) for k, v in self.root.value if k.value == key), None)

    def source(self, cwd: Path) -> Source:
        """It alone, to be compiled to a module of its own name."""
        file = printed(self.path.with_name(f"{self.name}.yaml"), cwd)
        return Source(self.path, file, self.name, self.text.encode(), ORIGIN + self.name)


def shipped_modules() -> frozenset[str]:
    """What modules made of the catalogue may be called: an activation's name, or that of a whole file."""
    names = {found.decode() for _, document in _documents() for found in _NAME.findall(document)}
    return frozenset(names | set(_files()))


def shipped_names() -> list[str]:
    """Every name and alias, by file and then in the order of the file."""
    found = (shipped for path, document in _documents() if (shipped := _read(path, document)))
    return [name for shipped in found for name in (shipped.name, *shipped.aliases)]


def find_shipped(name: str) -> Shipped:
    """The shipped activation of that name or alias. Raises UsageError where there is none."""
    found = lookup_shipped(name)
    if found is None:
        raise UsageError(f"no activation `{name}` is shipped", did_you_mean(name, shipped_names()))
    return found


def lookup_shipped(name: str) -> Shipped | None:
    """The shipped activation of that name, else of that alias, else None."""
    word = name.encode("utf-8", errors="replace")
    mentioned = [(path, document) for path, document in _documents(word) if word in document]
    for path, document in mentioned:
        if word in _NAME.findall(document):
            return _read(path, document)
    for path, document in mentioned:
        found = _read(path, document) if _ALIASES.search(document) else None
        if found is not None and name in found.aliases:
            return found
    return None


def shipped_sources(names: tuple[str, ...], cwd: Path) -> tuple[Source, ...]:
    """A module for each of these activations; what names none of them but a file brings the whole file."""
    files = _files()
    whole: dict[Path, None] = {}
    found: dict[str, Source] = {}
    for name in names:
        shipped = lookup_shipped(name)
        if shipped is not None:
            found.setdefault(shipped.name, shipped.source(cwd))
        elif name in files:
            whole[files[name]] = None
        else:
            find_shipped(name)  # says what was meant
    read = read_sources(whole, cwd).files
    brought = {s.path for s in read}
    return (
        *(Source(f.path, f.file, f.stem, f.data, ORIGIN + f.stem) for f in read),
        *(source for source in found.values() if source.path not in brought),
    )


def _files() -> dict[str, Path]:
    """The shipped files by their stems."""
    return {path.stem: path for path in sorted(resources.activations().glob("*.yaml"))}


def _documents(word: bytes = b"") -> Iterator[tuple[Path, bytes]]:
    """The documents of all files in which the word stands anywhere."""
    for path in _files().values():
        data = path.read_bytes()
        if word in data:
            yield from ((path, document) for document in _SEPARATOR.split(data))


def _read(path: Path, document: bytes) -> Shipped | None:
    """None for an empty document."""
    text = document.decode("utf-8")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return None
    values = {key.value: value for key, value in root.value}
    aliases = tuple(node.value for node in values["aliases"].value) if "aliases" in values else ()
    return Shipped(path, values["name"].value, aliases, text, root)
