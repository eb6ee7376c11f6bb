"""Documents, their scalars' places and what is not YAML."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actc.diagnostics import Diagnostic, DiagnosticLog
from actc.frontend import load
from actc.frontend.scalar_places import BREAKS
from actc.frontend.source_text import SIZE_LIMIT, decode
from actc.frontend.tree import Mapping, Scalar
from actc.frontend.yaml_composer import DEPTH_LIMIT
from actc.frontend.yaml_source import ENTRY_LIMIT, Document, documents
from actc.model.spec import ActivationSpec, Text

HEAD = "name: a\nexpression: x\n"


def loaded(data: str | bytes) -> tuple[list[ActivationSpec], list[Diagnostic]]:
    log = DiagnosticLog()
    specs = load("a.yaml", data.encode() if isinstance(data, str) else data, log)
    return [spec for spec in specs if spec.sound], log.found


def only(data: str | bytes) -> Diagnostic:
    specs, found = loaded(data)
    assert not specs
    assert len(found) == 1
    return found[0]


def where(diagnostic: Diagnostic) -> tuple[str, int, int]:
    return diagnostic.code, diagnostic.location.line, diagnostic.location.column


def trees(data: str) -> list[Document]:
    log = DiagnosticLog()
    source = decode("a.yaml", data.encode(), log)
    assert source is not None
    read = list(documents(source, log))
    assert not log.found
    return read


def root_of(data: str) -> Mapping:
    (document,) = trees(data)
    assert isinstance(document.root, Mapping)
    return document.root


def value_of(data: str, key: str = "e") -> Text:
    node = root_of(data).get(key)
    assert isinstance(node, Scalar)
    return node.text


def places_of(text: Text) -> list[tuple[int, int]]:
    return [(text.at(index).line, text.at(index).column) for index in range(len(text.value))]


@pytest.mark.parametrize(
    ("data", "value", "places"),
    [
        ("e: a*b\n", "a*b", [(1, 4), (1, 5), (1, 6)]),
        ("e:  &anchor   ab\n", "ab", [(1, 15), (1, 16)]),
        ("e: a\n  b\n", "a b", [(1, 4), (1, 5), (2, 3)]),
        ("e: a   # not folded\n", "a", [(1, 4)]),
        ("e: a \n\n  b\n", "a\nb", [(1, 4), (2, 1), (3, 3)]),
        ("e:\n   a\n  b\n", "a b", [(2, 4), (2, 5), (3, 3)]),
        ("e: 'a''b'\n", "a'b", [(1, 5), (1, 6), (1, 8)]),
        ("e: 'a\n  b'\n", "a b", [(1, 5), (1, 6), (2, 3)]),
        ('e: "a\\tb\\x41\\u0041\\U00000041c"\n', "a\tbAAAc", [(1, c) for c in (5, 6, 8, 9, 13, 19, 29)]),
        ('e: "a\tb"\n', "a\tb", [(1, 5), (1, 6), (1, 7)]),
        ('e: "a\\\n   b"\n', "ab", [(1, 5), (2, 4)]),
        ('e: "a \\\n   \\ b"\n', "a  b", [(1, 5), (1, 6), (2, 4), (2, 6)]),
        ("e: |\n  ab\n   c\n", "ab\n c\n", [(2, 3), (2, 4), (2, 5), (3, 3), (3, 4), (3, 5)]),
        ("e: |-  # why\n\n  a\n", "\na", [(2, 1), (3, 3)]),
        ("e: |1\n   a\n", "  a\n", [(2, 2), (2, 3), (2, 4), (2, 5)]),
        ("e: |+\n  a\n\n", "a\n\n", [(2, 3), (2, 4), (3, 1)]),
        ("e: |\n  a\tb\n", "a\tb\n", [(2, 3), (2, 4), (2, 5), (2, 6)]),
        ("e: >\n  a\n  b\n\n  c\n", "a b\nc\n", [(2, 3), (2, 4), (3, 3), (4, 1), (5, 3), (5, 4)]),
        ("e: >-\n  a\n   b\n  c\n", "a\n b\nc", [(2, 3), (2, 4), (3, 3), (3, 4), (3, 5), (4, 3)]),
        ("e: >+2\n    a\n   b\n", "  a\n b\n", [(2, 3), (2, 4), (2, 5), (2, 6), (3, 3), (3, 4), (3, 5)]),
        ("é: 1\nλ: {ß: ü, e: ab}\n", "ab", [(2, 14), (2, 15)]),
        ("e: 'λ𝛽c'\n", "λ𝛽c", [(1, 5), (1, 6), (1, 7)]),
        ("d: 1\r\ne: a\r\n  b\r\n", "a b", [(2, 4), (2, 5), (3, 3)]),
        ("e: |\r\n  a\r\n  b\r\n", "a\nb\n", [(2, 3), (2, 4), (3, 3), (3, 4)]),
        ("d: 1\re: |\r  a\r", "a\n", [(3, 3), (3, 4)]),
        ("\ufeffe: ab\n", "ab", [(1, 4), (1, 5)]),
        ("# c\n---\ne: >\n a\n b\n", "a b\n", [(4, 2), (4, 3), (5, 2), (5, 3)]),
    ],
)
def test_each_character_of_a_scalar_is_placed(data: str, value: str, places: list[tuple[int, int]]) -> None:
    """In every style, a caret under the n-th character of the value stands under it in the file."""
    if data.startswith("é: 1\nλ"):
        inner = root_of(data).get("λ")
        assert isinstance(inner, Mapping)
        node = inner.get("e")
        assert isinstance(node, Scalar)
        text = node.text
    else:
        text = value_of(data)
    assert text.value == value
    assert places_of(text) == places
    assert (text.location.line, text.location.column) == places[0]


def _random_scalar(choose: random.Random) -> str:
    """YAML for one key whose scalar has each letter at most once, in a random style, with odd blanks and breaks."""
    letters = list(string.ascii_letters)
    choose.shuffle(letters)
    line_break = choose.choice(["\n", "\r\n", "\r", "\n"])

    def words(blanks: str) -> str:
        line = ""
        for _ in range(choose.randint(1, 4)):
            line += letters.pop() + choose.choice(["", "", *blanks]) * choose.randint(1, 3)
        return line

    def lines(blanks: str, indents: list[int], least: int = 1) -> list[str]:
        found = []
        for _ in range(choose.randint(1, 5)):
            indent = choose.choice(indents)
            blank = choose.random() < 0.25
            found.append(" " * choose.randint(0, least) if blank else " " * indent + words(blanks))
        return found

    style = choose.choice(["plain", "'", '"', "|", ">"])
    comment = choose.choice(["", "# c" + line_break])
    parent = choose.choice([0, 2])
    head = comment + ("k:" + line_break + "  " if parent else "") + "e:" + choose.choice([" ", "  ", " &a "])
    if style == "plain":
        body = letters.pop() + line_break.join(["", *lines(" ", [parent + 1, parent + 3])])
    elif style in "'\"":
        escapes = ["''"] if style == "'" else ["\\t", "\\x20", "\\u0041", "\\\\", '\\"', "\\" + line_break]
        pieces = line_break.join(["", *lines(" \t", [parent + 1, parent + 3]), ""])
        body = style
        for character in pieces:
            body += character
            if character.isalpha() and choose.random() < 0.2:
                body += choose.choice(escapes)
        body += " " * (parent + 1) + style
    else:
        explicit = choose.random() < 0.3
        indent = parent + choose.randint(1, 3)
        first = lines(" \t", [indent], indent if not explicit else parent)
        rest = lines(" \t", [indent, indent, indent + 2], indent)
        header = style + choose.choice(["", "-", "+"]) + (str(indent - parent) if explicit else "")
        body = header + line_break + line_break.join(first + rest)
    return head + body + line_break * choose.randint(0, 3)


def test_places_agree_with_the_characters_there() -> None:
    """Over thousands of scalars in all styles each letter is where its place says, and places never go back."""
    choose = random.Random(20)  # noqa: S311 -- a test that can be repeated
    styles = dict.fromkeys(("'", '"', "|", ">", "plain"), 0)
    for _ in range(6000):
        data = _random_scalar(choose)
        log = DiagnosticLog()
        source = decode("a.yaml", data.encode(), log)
        assert source is not None
        read = list(documents(source, log))
        if log.found:  # a few are not YAML, such as a plain scalar that a tab ends
            continue
        root = read[0].root
        assert isinstance(root, Mapping)
        if (inner := root.get("k")) is not None:
            assert isinstance(inner, Mapping)
            root = inner
        node = root.get("e")
        assert isinstance(node, Scalar)
        text = node.text
        styles[next((s for s in ("'", '"', "|", ">") if s in data), "plain")] += 1
        places = places_of(text)
        assert places == sorted(set(places)), repr(data)
        lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for character, (line, column) in zip(text.value, places, strict=True):
            there = (lines[line - 1] + "\n")[column - 1]
            if character.isalpha() and there != "\\":
                assert there == character, repr(data)
            elif there not in "'\"\\":
                assert there in " \t\n", repr(data)
    assert min(styles.values()) > 300


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab:-?[]{},&*#|>!%@`'\"\\ \t\n\r\x85\u2028é~<=.0")), max_size=60))
def test_any_text_ends_in_diagnostics(data: str) -> None:
    """Whatever the characters are, loading ends without an exception and says something or yields a spec."""
    specs, found = loaded(data)
    assert specs or found


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_end_in_diagnostics(data: bytes) -> None:
    """Whatever the bytes are, loading ends without an exception."""
    specs, found = loaded(data)
    assert specs or found


def test_every_break_of_yaml_folds() -> None:
    """The further line breaks of YAML 1.1 are no lines of an editor, yet characters behind them are placed rightly."""
    for character in set(BREAKS) - {"\r", "\n"}:
        text = value_of(f"e: 'a{character} b'\n")
        assert text.at(len(text.value) - 1).line == 1
        assert text.at(len(text.value) - 1).column == 8


def test_documents_are_numbered_by_the_lines_of_the_file() -> None:
    """Several documents, empty ones among them, give one spec each, located in the file as a whole."""
    specs, found = loaded(
        "# first\n---\n---\nname: a\nexpression: x\n---\n# empty\n---\n\nname: b\nexpression: -x\n...\n"
    )
    assert not found
    assert [(s.name.value, s.location.line) for s in specs] == [("a", 4), ("b", 10)]
    assert specs[1].expression.at(1).line == 11
    assert specs[1].expression.at(1).column == 14


def test_documents_behind_a_broken_one_are_read() -> None:
    """A document that is not YAML is reported once; those before and behind it are compiled."""
    specs, found = loaded(f"{HEAD}---\nname: 'b\nexpression: x\n---\nname: c\nexpression: x\n---\n@\n---\n{HEAD}")
    assert [s.name.value for s in specs] == ["a", "c", "a"]
    assert [where(d) for d in found] == [("ACT104", 4, 7), ("ACT104", 10, 1)]


def test_a_file_of_broken_documents_is_given_up() -> None:
    """Beyond a number of documents that are not YAML the rest is not tried."""
    _, found = loaded("---\n@\n" * 500)
    assert len(found) == 20


@pytest.mark.parametrize("data", ["", "\n", "# nothing\n", "---\n---\n", "\ufeff", "~\n", "---\nnull\n..."])
def test_a_file_without_activation_is_an_error(data: str) -> None:
    """Comments and empty documents alone are no activation."""
    assert where(only(data)) == ("ACT109", 1, 1)


def test_bytes_that_are_not_utf8_are_located() -> None:
    """The line and column are those of the first byte that is wrong, counted in characters."""
    assert where(only("name: a\nsummary: é".encode() + b"\xff\n")) == ("ACT101", 2, 11)
    assert where(only(b"\xef\xbb\xbfab\xe9")) == ("ACT101", 1, 3)
    assert where(only(b"\xff\xfen\x00")) == ("ACT101", 1, 1)


def test_characters_that_yaml_forbids_are_located() -> None:
    """A null or another control character is refused where it stands, raw or escaped."""
    assert where(only(b"name: a\nexpression: x\x00y\n")) == ("ACT102", 2, 14)
    assert where(only(b"name: a\nexpression: x\x1b[31m\n")) == ("ACT102", 2, 14)
    assert where(only(HEAD + 'summary: "a\\0b"\n')) == ("ACT102", 3, 12)
    assert where(only(HEAD + 'summary: "a\\ud83db"\n')) == ("ACT102", 3, 12)
    assert where(only(HEAD + 'summary: "a\\Uffffffffb"\n'))[:2] == ("ACT104", 3)


def test_what_is_too_large_is_refused() -> None:
    """A file over the limit is not read; one just under it is."""
    assert where(only(b"#" * (SIZE_LIMIT + 1))) == ("ACT103", 1, 1)
    text = HEAD + "#"
    specs, _ = loaded(text + "c" * (SIZE_LIMIT - len(text)))
    assert len(specs) == 1


def test_depth_and_recursion_are_refused() -> None:
    """Neither a hundred thousand brackets nor a value within itself exhausts the stack."""
    for opening in ("[", "{a: ", "- ", "? "):
        assert only("name: " + opening * 100_000).code in ("ACT104", "ACT106")
    assert where(only(HEAD + "tags: " + "[" * (DEPTH_LIMIT + 1))) == ("ACT106", 3, 6 + DEPTH_LIMIT)
    assert where(only(HEAD + "tags: &a [b, *a]\n")) == ("ACT106", 3, 14)
    assert where(only(HEAD + "let: &a {<<: *a}\n")) == ("ACT106", 3, 14)


def test_aliases_do_not_multiply_work() -> None:
    """Nested lists of aliases and merges, each doubling the last, are read in linear time."""
    levels = "".join(f"  - &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, 40))
    assert {d.code for d in loaded(HEAD + "tags:\n  - &l0 [a]\n" + levels)[1]} == {"ACT113"}
    merges = "".join(f"  p{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}\n" for n in range(1, 40))
    specs, found = loaded(HEAD + "parameters:\n  p0: &m0 {default: 1}\n" + merges)
    assert not found
    assert len(specs[0].parameters) == 40


def test_large_collections_are_refused() -> None:
    """A list or mapping has a greatest length, also when merge keys make it."""
    assert where(only(HEAD + f"tags: [{'a, ' * (ENTRY_LIMIT + 1)}]\n")) == ("ACT107", 3, 7)
    many = "".join(f"  p{n}: 1\n" for n in range(ENTRY_LIMIT + 1))
    assert where(only(HEAD + "parameters:\n" + many)) == ("ACT107", 4, 3)
    specs, found = loaded(HEAD + f"tags: [{'a, ' * ENTRY_LIMIT}]\n")
    assert not found
    assert len(specs[0].tags) == ENTRY_LIMIT


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("tags: !!seq [a]", 7),
        ("summary: &a !!str b", 13),
        ("summary: ! b", 10),
        ("tags: [!<x> a]", 8),
        ("!!str tags: [a]", 1),
    ],
)
def test_tags_are_refused(line: str, column: int) -> None:
    """A tag is reported where it stands, behind an anchor too."""
    assert where(only(f"{HEAD}{line}\n")) == ("ACT105", 3, column)


def test_duplicate_keys_are_located_at_the_second() -> None:
    """The message gives the first one's line; a third is reported too."""
    _, found = loaded("name: a\nexpression: x\nname: b\n'name': c\n")
    assert [where(d) for d in found] == [("ACT111", 3, 1), ("ACT111", 4, 2)]
    assert found[0].message == "`name` is given twice, first on line 1"
    assert found[0].length == 4
    assert where(only(HEAD + "let: {<<: {a: x}, <<: {b: x}}\n")) == ("ACT111", 3, 19)


def test_anchors_aliases_and_merge_keys() -> None:
    """An alias stands for its node; a merge key gives what the mapping does not, the first of several sources first."""
    specs, found = loaded(
        "name: a\n"
        "parameters:\n"
        "  alpha: &p {default: 1, domain: positive, trainable: true}\n"
        "  beta: {<<: *p, default: 2}\n"
        "  gain: {trainable: false, <<: [{default: 3}, *p]}\n"
        "let: &l {s: tanh(x), t: &e s + 1}\n"
        "expression: *e\n"
        "surrogate: {x: *e}\n"
    )
    assert not found
    (spec,) = specs
    alpha, beta, gain = spec.parameters
    assert (alpha.default.value, beta.default.value, gain.default.value) == ("1", "2", "3")
    assert beta.domain is not None
    assert beta.domain.value == "positive"
    assert (alpha.trainable, beta.trainable, gain.trainable) == (True, True, False)
    assert (spec.expression.value, spec.expression.location.line, spec.expression.location.column) == ("s + 1", 6, 28)


def test_merged_keys_stand_where_the_merge_key_does() -> None:
    """Order matters for `let`: what is merged comes at the merge key, what is given keeps its own place."""
    root = root_of("b: &b {p: 1, q: 2}\nm: {a: 0, <<: *b, z: 3, p: 4}\n")
    merged = root.get("m")
    assert isinstance(merged, Mapping)
    scalars = [(e.key.value, e.value.text.value) for e in merged.entries if isinstance(e.value, Scalar)]
    assert scalars == [("a", "0"), ("q", "2"), ("z", "3"), ("p", "4")]
    quoted = root_of("m: {'<<': 1}\n").get("m")
    assert isinstance(quoted, Mapping)
    assert quoted.key("<<") is not None


def test_merge_keys_take_mappings() -> None:
    """Text, a list of text or a list of lists cannot be merged."""
    assert where(only(HEAD + "let: {<<: a}\n")) == ("ACT108", 3, 11)
    assert where(only(HEAD + "let: {<<: [{a: x}, b]}\n")) == ("ACT108", 3, 20)


def test_plain_scalars_are_their_text() -> None:
    """YAML's octal, sexagesimal, date, boolean and float readings do not apply."""
    for text in ("010", "1:30", "2001-01-01", "no", "1e-6", "0x1F", ".5", "1_000", "=", "y"):
        assert value_of(f"e: {text}\n").value == text


@pytest.mark.parametrize(
    ("data", "place", "words", "help"),
    [
        ("name: a\nexpresion\nsummary: b\n", (2, 1), "`:`", "colon"),
        ("name: a: b\n", (1, 8), "mapping values", "`: `"),
        ("expression: x *\ty\n", (1, 16), "`\\t`", "tabs"),
        ("expression: |x|\n", (1, 14), "indentation", "`|`"),
        ("expression: 'x' + 2\n", (1, 17), "<scalar>", "whole"),
        ("expression: *x\n", (1, 13), "alias", "`*`"),
        ("summary: 'a\nname: b\n", (1, 10), "unexpected", "quote"),
        ("parameters: {a: 1\nname: b\n", (2, 5), "opened on line 1", None),
        ("parameters:\n  a: {default: 0.5, domain: [0, 1)}\n", (2, 29), "expected", "quote an interval"),
        ("name: a\n b: c\n", (2, 3), "mapping values", None),
        ("expression: @x\n", (1, 13), "`@`", "quote"),
    ],
)
def test_what_is_not_yaml_is_explained(data: str, place: tuple[int, int], words: str, help: str | None) -> None:
    """The message points at the place, repeats the reason and, for common slips, says what to write."""
    found = only(data)
    assert where(found) == ("ACT104", *place)
    assert words in found.message
    if help is not None:
        assert found.help is not None
        assert help in found.help


def test_diagnostics_come_in_the_order_of_the_file() -> None:
    """All that is wrong with a file is reported in one run, from top to bottom."""
    _, found = loaded("name: A B\nfoo: 1\nexpression:\nlet: [a]\n---\nname: b\n---\nname: pi\nexpression: x\ntags: b\n")
    assert [(d.code, d.location.line) for d in found] == [
        ("ACT120", 1),
        ("ACT110", 2),
        ("ACT114", 3),
        ("ACT113", 4),
        ("ACT112", 6),
        ("ACT113", 10),
    ]
