"""Authors' text inside Python source: it imports, it reads as written, and nothing in it is code or invisible."""

from __future__ import annotations

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actc.backend.text import docstring, literal, one_line, visible

HOSTILE = (
    '"""',
    '"',
    '""',
    "ends with a backslash \\",
    '\\"""\nimport os\n"""',
    "\\N{BULLET} \\x41 \\u0041 {{ name }} {% if %} %s {0}",
    "two\n\n  lines\t tab",
    "nul \x00 bell \x07 form \x0c next \x85 line \u2028 para \u2029",
    "bidi \u202e\u2066 zero width \u200b\u200d mark \ufeff",
    "lone \ud800 surrogate",
    "\r\nold\rends",
    "greek β and 漢字 and 😀",
)
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)


def read(source: str) -> str:
    """What Python makes of a docstring's source; it must be storable as UTF-8."""
    source.encode("utf-8")
    module = ast.parse("def f():\n    " + source + "\n    return 1\n")
    function = module.body[0]
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 2
    return ast.get_docstring(function, clean=True) or ""


@pytest.mark.parametrize("text", HOSTILE)
def test_docstrings_hold_anything(text: str) -> None:
    """The text is one docstring and no code, and it says what the author wrote, hidden characters spelled out."""
    assert read(docstring(("Summary.", text), 1)).split() == ["Summary.", *visible(text).split()]
    assert read(docstring((text,), 1)).split() == visible(text).split()


@given(ANY)
@example("\x0c")
def test_docstrings_hold_any_text(text: str) -> None:
    """Whatever the characters are, they are words of the docstring, in their order."""
    assert read(docstring((text, "end"), 1)).split() == [*visible(text).split(), "end"]
    assert read(docstring((text,), 1)).split() == visible(text).split()


@given(ANY)
def test_literals_are_read_back(text: str) -> None:
    """A string literal evaluates to the very text, surrogates included, on one visible line."""
    source = literal(text)
    source.encode("utf-8")
    assert ast.literal_eval(source) == text
    assert source == visible(source).replace("\n", "")


@given(ANY)
def test_one_line_is_one_line(text: str) -> None:
    """Comments cannot be left by any kind of line end."""
    assert len(one_line(text).splitlines()) <= 1
    ast.parse("# " + one_line(text) + "\nx = 1")


def test_hidden_characters_are_spelled_out() -> None:
    """What a reader of the source or of help() would not see, or see in another order, has its code instead."""
    assert visible("a\u202eb\x00\u200b\ud800\U000e0041") == r"a\u202eb\x00\u200b\ud800\U000e0041"
    assert visible("β\t漢\r\n") == "β   漢\n"
