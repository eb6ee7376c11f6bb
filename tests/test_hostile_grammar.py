"""Files of the language's own grammar, drawn at random: each is answered, within bounds, without an exception."""

from __future__ import annotations

import json

from fuzz.targets import check, loader, parser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actc.model.operations import CONSTANT_NAMES, FUNCTION_NAMES

_NUMBERS = st.one_of(
    st.integers(-9, 99).map(str),
    st.fractions(-9, 9, max_denominator=9).map(str),
    st.decimals(-99, 99, places=2, allow_nan=False).map(str),
    st.sampled_from(["1e308", "1e-308", "1e309", "0.1", "1e400", "00.5", "9**9**9"]),
)
_LEAVES = st.one_of(
    _NUMBERS, st.sampled_from(["x", "b", "s", "y", "gamma", "undefined", *sorted(CONSTANT_NAMES)]), st.just("x")
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "**", "%", " < ", " >= ", " == ", " and ", " or ", " & "])
    names = st.sampled_from(sorted(FUNCTION_NAMES))
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(inner, operators, inner).map(lambda t: f"{t[0]}{t[1]}{t[2]}"),
        st.tuples(names, st.lists(inner, max_size=3)).map(lambda t: f"{t[0]}({', '.join(t[1])})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} > 0 else {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"Piecewise(({t[0]}, {t[1]} > 0), ({t[2]}, True))"),
        st.tuples(st.sampled_from(["-", "+", "not ", "~"]), inner).map("".join),
    )


EXPRESSIONS = st.recursive(_LEAVES, _grown, max_leaves=5)
_TEXTS = st.text(max_size=12).map(lambda text: json.dumps(text.encode("utf-8", "replace").decode()))
_DOMAINS = st.sampled_from(
    ["real", "positive", "nonzero", '"[0, 1)"', '"(0, inf)"', "positive integer", "none", '"[1, 0]"']
)
_NAMES = st.sampled_from(["a", "b", "s", "gamma", "x", "y", "print", "tf", "_a", "Größe", "call"])


@st.composite
def files(draw: st.DrawFn) -> str:
    """An activation file, more often right than wrong in its form."""
    quoted = EXPRESSIONS.map(json.dumps)
    rows = [f"name: {draw(_NAMES)}", f"expression: {draw(quoted)}"]
    options = {
        "parameters": lambda: f"{{{draw(_NAMES)}: {{default: {draw(quoted)}, domain: {draw(_DOMAINS)}}}}}",
        "let": lambda: f"{{s: {draw(quoted)}}}",
        "derivative": lambda: draw(quoted),
        "surrogate": lambda: f"{{x: {draw(quoted)}}}",
        "inputs": lambda: f"{{x: {draw(_DOMAINS)}}}",
        "examples": lambda: f"[{{x: {draw(_NUMBERS)}, value: {draw(_NUMBERS)}}}]",
        "summary": lambda: draw(_TEXTS),
        "tags": lambda: f"[{draw(_TEXTS)}]",
        "accept": lambda: f"{{ACT302: {draw(_TEXTS)}}}",
    }
    keys = draw(st.lists(st.sampled_from(sorted(options)), max_size=3, unique=True))
    rows += [f"{key}: {options[key]()}" for key in keys]
    return "\n".join([*draw(st.permutations(rows)), ""])


_quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(_quick, max_examples=300)
@given(st.recursive(_LEAVES, _grown, max_leaves=40))
def test_expressions_are_read_or_refused(text: str) -> None:
    """Every expression of the grammar is one of the language, or there is a finding in it."""
    parser(text.encode())


@settings(_quick, max_examples=150)
@given(st.one_of(files(), st.text(max_size=200), st.lists(files(), max_size=3).map("---\n".join)))
def test_files_are_read_or_refused(text: str) -> None:
    """So is every file."""
    loader(text.encode("utf-8", "replace"))


@settings(_quick, max_examples=25)
@given(files())
def test_files_are_compiled_or_refused(text: str) -> None:
    """And every file that can be read is compiled, or there is a finding in it."""
    check(text.encode())
