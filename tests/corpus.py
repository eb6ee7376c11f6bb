"""Reads the corpus of claims, ``tests/claims/*.yaml``: activations, each with right and wrong derivatives.

A YAML document is an activation in actc's own keys, and beside them

- ``source``: where the formula and the claims come from;
- ``of``: the input or parameter that the claims differentiate by; the only input, where it is left out;
- ``right``: forms that equal the derivative wherever there is one, and lie between the two sides at a kink;
- ``wrong``: forms that do not, each with the slip that it shows and a point ``at`` which it is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CLAIMS = Path(__file__).parent / "claims"

SLIPS = {
    "lost chain factor": "chain factor",
    "sign": "sign",
    "swapped branch": "swapped branch",
    "moved threshold": "threshold moved",
    "rounded constant": "constant rounded",
    "added epsilon": "addend of 1e-7",
    "tiny term": "addend of exp",
    "far tail": "only past",
    "narrow interval": "inside an interval",
    "only at a default": "true only at",
    "only for one sign": "true only for one sign",
    "only in one order": "true only where",
    "two parameters": "together",
    "surface": "surface",
    "single point": "wrong value at a",
    "product rule": "product rule",
    "quotient rule": "quotient rule",
    "degree": "degree",
    "lost half": "half",
    "output for input": "using x for y",
    "undefined claim": "undefined",
}
"""Kinds of slips, each with words by which it is known in the data, where a slip is described freely."""


@dataclass(frozen=True)
class Claim:
    """One form of a derivative."""

    text: str  # "1 - y**2"
    source: str  # where it is written so; "" where it is ours
    slip: str  # what went wrong: "sign", "threshold moved by 0.0001"; "" for a right form
    at: tuple[tuple[str, str], ...]  # the witness, names and exact numbers; () for a right form


@dataclass(frozen=True)
class Document:
    """An activation with claims about one of its derivatives."""

    file: str  # "smooth_sigmoids.yaml"
    name: str
    fields: Mapping[str, Any]  # the keys of an activation file, every scalar as its text
    of: str
    right: tuple[Claim, ...]
    wrong: tuple[Claim, ...]

    @property
    def inputs(self) -> dict[str, str]:
        """Inputs and their domains."""
        given = self.fields.get("inputs", ["x"])
        return dict(given) if isinstance(given, dict) else dict.fromkeys(given, "real")

    @property
    def parameters(self) -> dict[str, tuple[str, str]]:
        """Parameters, each with its default and its domain."""
        given = self.fields.get("parameters") or {}
        return {
            name: (entry["default"], entry.get("domain", "real")) if isinstance(entry, dict) else (entry, "real")
            for name, entry in given.items()
        }

    def text(self, claim: Claim | None = None) -> str:
        """An activation file: the activation alone, or with a claim as its derivative."""
        fields = dict(self.fields)
        if claim is not None:
            fields["derivative"] = {self.of: claim.text}
        return yaml.safe_dump(fields, sort_keys=False, width=10**6)


def _claim(entry: Any, right: bool) -> Claim:
    given: dict[str, Any] = {"claim": entry} if isinstance(entry, str) else dict(entry)
    text, source = given.pop("claim"), given.pop("source", "")
    slip: str = "" if right else given.pop("slip")
    at: dict[str, str] = {} if right else given.pop("at")
    assert not given, f"unknown keys {sorted(given)} beside {text!r}"
    assert right or (slip and at), f"{text!r} has neither slip nor witness"
    return Claim(text, source, slip, tuple(at.items()))


def read(file: str, text: str) -> list[Document]:
    """The documents of a file's text, in their order. Raises AssertionError where a key is missing or unknown."""
    found = []
    for document in yaml.load_all(text, Loader=yaml.BaseLoader):  # 0.1 stays the text that it is
        fields: dict[str, Any] = dict(document)
        right = tuple(_claim(entry, right=True) for entry in fields.pop("right"))
        wrong = tuple(_claim(entry, right=False) for entry in fields.pop("wrong"))
        of = fields.pop("of", None)
        assert fields.pop("source"), document["name"]
        assert not set(fields) - {"name", "inputs", "parameters", "let", "expression"}, sorted(fields)
        only = list(fields.get("inputs", ["x"]))
        assert of is not None or len(only) == 1, f"{document['name']}: by which input?"
        found.append(Document(file, fields["name"], fields, of or only[0], right, wrong))
    return found


def corpus() -> list[Document]:
    """All documents, by file and place."""
    return [document for path in sorted(CLAIMS.glob("*.yaml")) for document in read(path.name, path.read_text("utf-8"))]
