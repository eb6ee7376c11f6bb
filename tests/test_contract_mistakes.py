"""Whole files with mistakes: everything that is wrong is reported in one run, word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actc.diagnostics import CODES, Diagnostic, Severity
from actc.pipeline import compile_source

CASES = sorted((Path(__file__).parent / "cases" / "bad").glob("*.yaml"))
EXPECTED = re.compile(r"# (?P<place>\d+:\d+) (?P<code>ACT\d+) (?P<message>.+)")

WITHOUT_FILE = {
    "ACT101": "is about bytes that are no text",
    "ACT102": "is about characters that an editor would hide",
    "ACT103": "would take 4 MiB",
    "ACT107": "would take a thousand keys",
    "ACT109": "is about files with nothing in them",
    "ACT156": "would take a very long line",
    "ACT204": "depends on what the search cannot do",
    "ACT301": "depends on what the prover cannot do",
    "ACT311": "depends on what the search cannot do",
    "ACT312": "depends on what the compiler finds no formula for",
    "ACT313": "depends on what the search cannot do",
}
"""Codes of activation files that no file of ``cases/bad`` shows; tests of their own make them happen."""


def reported(text: str) -> list[Diagnostic]:
    """What is found and not accepted, in the order in which it stands in the file."""
    found = compile_source("a.yaml", text.encode(), "generated").diagnostics
    return sorted((d for d in found if d.accepted is None), key=lambda d: d.location)


def expectations(text: str) -> list[tuple[str, str, str]]:
    """The leading comments: place, code and message."""
    expected = []
    for line in text.splitlines():
        match = EXPECTED.fullmatch(line)
        if match is None:
            break
        expected.append((match["place"], match["code"], match["message"]))
    return expected


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_bad_files_are_reported_word_for_word(path: Path) -> None:
    """The leading comments of each bad file are all that is reported; no module comes of a file with an error."""
    text = path.read_text(encoding="utf-8")
    found = reported(text)
    assert [(f"{d.location.line}:{d.location.column}", d.code, d.message) for d in found] == expectations(text)
    assert any(d.is_error for d in found)
    assert compile_source("a.yaml", text.encode(), "generated").module is None


def test_every_code_of_a_file_is_met() -> None:
    """Whatever can be wrong with an activation file is wrong in one of the bad files."""
    met = {code for path in CASES for _, code, _ in expectations(path.read_text("utf-8"))}
    assert {code for code in CODES if code < "ACT400"} - met == set(WITHOUT_FILE)


@pytest.mark.parametrize("code", sorted(code for code, row in CODES.items() if code < "ACT400" and row.example))
def test_an_example_has_its_finding_and_no_other(code: str) -> None:
    """What the documentation shows for a code is wrong in this one way."""
    found = reported(CODES[code].example)
    assert [d.code for d in found] == [code]
    assert found[0].severity is CODES[code].severity
    assert (CODES[code].severity is Severity.ERROR) == (code < "ACT300")


def test_messages_are_terse() -> None:
    """A message is one line that begins in lower case or with a name, without a full stop; so is its help."""
    texts = [CODES[code].example for code in CODES if code < "ACT400"]
    texts += [path.read_text("utf-8") for path in CASES]
    for text in texts:
        for diagnostic in reported(text) if text else ():
            for sentence in (diagnostic.message, diagnostic.help):
                if sentence is not None:
                    assert not sentence[0].isupper() or sentence.startswith(("YAML", "ASCII")), sentence
                    assert not sentence.endswith("."), sentence
                    assert "\n" not in sentence


def test_what_is_underlined_is_in_its_line() -> None:
    """A caret begins and ends within the line that is shown."""
    for path in CASES:
        text = path.read_text("utf-8")
        rows = text.splitlines()
        for diagnostic in reported(text):
            row = rows[diagnostic.location.line - 1]
            assert 1 <= diagnostic.location.column <= len(row) + 1
            assert diagnostic.length >= 1
