"""What fuzzing starts from: the tests' and the catalogue's activations, attacks, and the words of the language."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from actc.model.operations import CONSTANT_NAMES, FUNCTION_NAMES

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDED = Path(__file__).resolve().parent / "corpus"

KEYS = (
    *("name", "expression", "derivative", "surrogate", "parameters", "let", "inputs", "examples", "accept", "aliases"),
    *("summary", "description", "reference", "tags", "format", "default", "domain", "trainable", "value", "real"),
    *("positive", "negative", "nonnegative", "nonzero", "integer", '"[0, 1)"', '"(0, inf)"', "true", "ACT302"),
)
SIGNS = (
    *(" + ", " - ", "*", "/", "**", " % ", "-", "(", ")", ", ", " if ", " else ", " and ", " or ", " not ", " > "),
    *(" >= ", " == ", " != ", " & ", " | ", "~", ": ", "\n", "\n  ", "---\n", "{", "}", "[", "]", "&a ", "*a", "<<: "),
    *(
        "!!python/object/apply:os.system ",
        "!!binary ",
        "? ",
        "- ",
        "|\n  ",
        ">\n  ",
        "'",
        '"',
        "\\",
        '"""',
        "{{ ",
        "}}",
    ),
    *(
        "{% ",
        "\\N{DIGIT ONE}",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\x00",
        "\u2028",
        "\u0445",
        "\U0001f600",
        "\r",
        "\t",
        "# ",
    ),
    *("0", "1", "2", "1/3", "0.5", "1e9", "1e-300", "1e308", "1e999999999", "9**9**9", "nan", "inf", "0x1", "x", "y"),
    *("__import__('os')", ".__class__", "lambda: 0", "beta", "[x for x in y]", "f'{x}'", ":=", "Piecewise((x, x>0))"),
)
WORDS = (
    *KEYS,
    *SIGNS,
    *sorted(FUNCTION_NAMES),
    *sorted(CONSTANT_NAMES),
    *(f"{name}(" for name in sorted(FUNCTION_NAMES)),
)


def files() -> list[bytes]:
    """Whole activation files, small ones."""
    found = [document for path in sorted((ROOT / "activations").glob("*.yaml")) for document in _documents(path)[:3]]
    cases = [path.read_bytes() for path in sorted((ROOT / "tests/cases").rglob("*.yaml"))]
    return [data for data in (*found, *cases) if len(data) <= 1200]


def expressions() -> list[bytes]:
    """The expressions in them."""
    found = [m for data in files() for m in re.findall(rb"^(?:expression|derivative): *(.+)$", data, re.MULTILINE)]
    return sorted(set(found))


def recorded(target: str) -> list[bytes]:
    """What earlier runs found worth keeping."""
    return [path.read_bytes() for path in sorted((RECORDED / target).glob("*"))]


def write_seeds(target: str, folder: Path) -> None:
    """Put the target's seeds into the folder, each under a name made from its bytes."""
    for data in (*(expressions() if target == "parser" else files()), *recorded(target)):
        (folder / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)


def write_dictionary(file: Path) -> Path:
    """The words, as libFuzzer reads them."""
    spelled = ("".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass")) for word in WORDS)
    file.write_text("".join(f'"{word}"\n' for word in spelled), encoding="ascii")
    return file


def _documents(path: Path) -> list[bytes]:
    return re.split(rb"^---[ \t]*\r?\n", path.read_bytes(), flags=re.MULTILINE)
