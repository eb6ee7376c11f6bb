"""Which of the shipped activations the tests look at in depth: always the same few, and a sample of the others.

Compiling all of them takes minutes; ``benchmarks/catalogue.py`` does that. What can be held of all
without compiling them is in ``tests/test_catalogue.py``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from oracle import Activation, read

ACTIVATIONS = Path(__file__).resolve().parent.parent / "activations"

CORE_FILES = """
    celu elu exponential gates gelu gelu_tanh hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid
    mish prelu relu relu6 selu sigmoid silu snake soft_shrink softplus softsign sparse_plus sparse_sigmoid squareplus
    surrogates swish tanh tanh_shrink threshold
""".split()  # noqa: SIM905 - a list of three lines, not of thirty-two
"""Those of Keras, gates and surrogates: held to 8 ULP at every magnitude, against Keras, on TFLite and in training."""

SAMPLE_SIZE = 12


@dataclass(frozen=True)
class Entry:
    """One shipped activation in the text of its document."""

    name: str
    stem: str  # of its file
    text: str


@cache
def entries() -> tuple[Entry, ...]:
    """All of them, by file and then in the order of the file."""
    found = []
    for path in sorted(ACTIVATIONS.glob("*.yaml")):
        for text in re.split(r"^---\n", path.read_text("utf-8"), flags=re.MULTILINE):
            (name,) = re.findall(r"^name: (\w+)$", text, re.MULTILINE)
            found.append(Entry(name, path.stem, text))
    return tuple(found)


@cache
def sample() -> tuple[Entry, ...]:
    """Some of those that are not looked at in depth, chosen by a hash of their names: any of them might be."""
    others = [entry for entry in entries() if entry.stem not in CORE_FILES]
    chosen = sorted(others, key=lambda entry: hashlib.sha256(entry.name.encode()).hexdigest())[:SAMPLE_SIZE]
    return tuple(sorted(chosen, key=lambda entry: entry.name))


@cache
def core_activations() -> dict[str, Activation]:
    """Those that are looked at in depth, as the tests' own evaluator reads them."""
    return {e.name: a for e in entries() if e.stem in CORE_FILES for a in read(e.text)}


@cache
def sampled_activations() -> dict[str, Activation]:
    """The sample, as the tests' own evaluator reads it."""
    return {e.name: a for e in sample() for a in read(e.text)}


def write_sample(folder: Path) -> None:
    """Each of the sample as a file of its own."""
    folder.mkdir(parents=True)
    for entry in sample():
        (folder / f"{entry.name}.yaml").write_text(entry.text, "utf-8")
