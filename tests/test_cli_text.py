"""Diagnostics as text: the caret stands below what is meant, and no file can drive the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import SupportsIndex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actc.diagnostics import Diagnostic, Location
from actc.reporting.diagnostics_text import DiagnosticPrinter
from actc.reporting.terminal import Palette, snippet, visible, width

PLAIN = Palette(on=False)


def rendered(text: str, line: int, column: int, length: int = 1, message: str = "wrong") -> list[str]:
    found = Diagnostic("ACT404", Location("a.yaml", line, column), message, None, length)
    return DiagnosticPrinter({"a.yaml": text.encode()}, PLAIN).render(found).splitlines()


@pytest.mark.parametrize(
    ("line", "column", "length", "shown", "caret"),
    [
        ("name: swish", 7, 5, "name: swish", "      ^^^^^"),
        ("\tname: x", 2, 4, "    name: x", "    ^^^^"),
        ("日本: ab", 5, 2, "日本: ab", "      ^^"),
        ("日本: ab", 1, 2, "日本: ab", "^^^^"),
        ("e\u0301x: 1", 3, 1, "e\u0301x: 1", " ^"),
        ("e\u0301x: 1", 2, 1, "e\u0301x: 1", " ^"),
        ("a\x1b[2Jb", 6, 1, "a\\x1b[2Jb", "        ^"),
        ("a\u202eb", 3, 1, "a\\u202eb", "       ^"),
        ("abc", 4, 1, "abc", "   ^"),
        ("abc", 40, 9, "abc", "   ^"),
        ("abc", 2, 99, "abc", " ^^"),
        ("", 1, 1, "", "^"),
    ],
)
def test_the_caret_stands_below_what_is_meant(line: str, column: int, length: int, shown: str, caret: str) -> None:
    """Columns count characters; the terminal shows tabs, wide, combining and hidden ones otherwise."""
    head, source, marks = rendered(line + "\n", 1, column, length)
    assert head == f"a.yaml:1:{column}: error[ACT404] wrong"
    assert source == f"    1 | {shown}".rstrip()
    assert marks == f"      | {caret}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_editors_count_them(end: str) -> None:
    """All three line ends count, and only those: a Unicode line separator is an escaped character of its line."""
    assert rendered(end.join(["a", "b\u2028c", "d"]), 3, 1)[1] == "    3 | d"
    assert rendered(end.join(["a", "b\u2028c", "d"]), 2, 3)[1] == "    2 | b\\u2028c"


def test_a_byte_order_mark_is_no_character() -> None:
    """The first line's columns count from after it."""
    assert rendered("\ufeffname: x", 1, 1)[1] == "    1 | name: x"


def test_a_place_without_a_line_has_no_excerpt() -> None:
    """A file that is gone, empty or shorter than the place still gets its message."""
    assert rendered("", 1, 1) == ["a.yaml:1:1: error[ACT404] wrong"]
    assert rendered("a\n", 7, 1) == ["a.yaml:7:1: error[ACT404] wrong"]


def test_messages_and_paths_are_made_visible() -> None:
    """What a message or a file's name quotes cannot turn the text around or add lines to it."""
    found = Diagnostic("ACT404", Location("a\x1b]0;x\x07.yaml", 1, 1), "no\nsuch \u2066name", "try\x08 this")
    text = DiagnosticPrinter({}, PLAIN).render(found)
    assert text.splitlines() == [
        "a\\x1b]0;x\\x07.yaml:1:1: error[ACT404] no\\x0asuch \\u2066name",
        "  help: try\\x08 this",
    ]


def test_bytes_that_are_no_text_are_shown() -> None:
    """A file that is not UTF-8 has an excerpt all the same."""
    found = Diagnostic("ACT404", Location("a.yaml", 1, 3), "wrong")
    text = DiagnosticPrinter({"a.yaml": b"a\xffb\n"}, PLAIN).render(found)
    assert text.splitlines()[1:] == ["    1 | a\ufffdb", "      |   ^"]


@pytest.mark.parametrize("column", [1, 60, 5000, 9990])
def test_a_long_line_is_cut_around_the_place(column: int) -> None:
    """An excerpt stays within a terminal's width, with the mark below the right character."""
    line = "".join(chr(ord("a") + i % 26) for i in range(10_000))
    found = snippet(line, column, 3)
    assert width(found.line) <= 112
    assert found.line[found.before : found.before + found.marked] == line[column - 1 : column + 2]


@settings(deadline=None)  # how fast the machine is does not matter
@given(st.text(alphabet=st.characters(exclude_characters="\r\n"), max_size=60), st.integers(1, 70), st.integers(1, 70))
def test_nothing_hidden_reaches_the_terminal(line: str, column: int, length: int) -> None:
    """Whatever a line holds, what is printed has no control, format or surrogate character, and a mark inside it."""
    found = snippet(line, column, length)
    assert not {unicodedata.category(c) for c in found.line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert found.marked >= 1
    assert found.before <= width(found.line)
    assert visible(found.line) == found.line


def test_many_mistakes_in_one_long_line_are_shown_in_no_time() -> None:
    """What is shown of a line costs what is shown: the command prints outside the limits of a file."""
    line = "x" * 4_000_000
    counted = CountedText(line)
    for column in range(1, 1001):
        assert snippet(counted, 2000 * column, 3).line == "…" + "x" * 110 + "…"
    assert counted.seen < 1000 * 1000


def test_characters_without_width_do_not_make_a_line_endless() -> None:
    line = "e" + "\N{COMBINING ACUTE ACCENT}" * 100_000
    found = snippet(line, 1, 1)
    assert len(found.line) < 1000
    assert (found.before, found.marked, found.line[-1]) == (0, 1, "…")
    inner = snippet(line, 50_000, 1)
    assert len(inner.line) < 1000
    assert inner.line[0] == inner.line[-1] == "…"


class CountedText(str):
    """Counts the characters that are looked at."""

    seen = 0

    def __iter__(self) -> Iterator[str]:
        self.seen += len(self)
        return super().__iter__()

    def __getitem__(self, index: SupportsIndex | slice) -> str:
        found = super().__getitem__(index)
        self.seen += len(found)
        return found
