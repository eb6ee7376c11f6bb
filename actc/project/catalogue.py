"""The activation files that ship with the compiler, found by what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from actc import resources
from actc.project.sources import Source, read_sources
from actc.project.usage import UsageError, did_you_mean

ORIGIN = "catalogue:"
"""How the source of a shipped activation begins in records: its name finds it wherever actc is installed."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """One shipped activation, in the text of its file."""

    path: Path
    name: str  # "swiglu"
    aliases: tuple[str, ...]
    text: str  # of the whole file
    root: yaml.MappingNode

    def entry(self, key: str) -> tuple[yaml.Node, yaml.Node] | None:
        """The nodes of a key and its value; None where the document has no such key."""
        return next(((k, v) for k, v in self.root.value if k.value == key), None)


def shipped_stems() -> tuple[str, ...]:
    """The stems of the shipped files, which are the names of the modules that they become."""
    return tuple(sorted(path.stem for path in resources.activations().glob("*.yaml")))


def shipped_texts() -> Iterator[tuple[Path, bytes]]:
    """Every shipped file with its bytes."""
    for path in sorted(resources.activations().glob("*.yaml")):
        yield path, path.read_bytes()


def shipped_activations() -> Iterator[Shipped]:
    """Every shipped activation, by file and then in the order of the file."""
    for path in sorted(resources.activations().glob("*.yaml")):
        text = path.read_text("utf-8")
        for root in yaml.compose_all(text, Loader=yaml.SafeLoader):
            if isinstance(root, yaml.MappingNode):
                values = {key.value: value for key, value in root.value}
                aliases = tuple(node.value for node in values["aliases"].value) if "aliases" in values else ()
                yield Shipped(path, values["name"].value, aliases, text, root)


def find_shipped(name: str) -> Shipped:
    """The shipped activation of that name or alias. Raises UsageError where there is none."""
    known: list[str] = []
    for found in shipped_activations():
        names = (found.name, *found.aliases)
        if name in names:
            return found
        known.extend(names)
    raise UsageError(f"no activation `{name}` is shipped", did_you_mean(name, known))


def shipped_sources(names: tuple[str, ...], cwd: Path) -> tuple[Source, ...]:
    """The shipped files that hold these activations, or bear these names."""
    folder, stems = resources.activations(), shipped_stems()
    paths = [folder / f"{name}.yaml" if name in stems else find_shipped(name).path for name in names]
    files = read_sources(dict.fromkeys(paths), cwd).files
    return tuple(Source(f.path, f.file, f.stem, f.data, ORIGIN + f.stem) for f in files)
