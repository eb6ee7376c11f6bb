"""The domains of inputs and parameters."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actc.diagnostics import Diagnostic, DiagnosticLog, Location
from actc.frontend import parse_domain
from actc.frontend.domains import pattern
from actc.model.domain import Domain
from actc.model.spec import Text


def parsed(value: str) -> tuple[Domain | None, list[Diagnostic]]:
    log = DiagnosticLog()
    domain = parse_domain(Text(value, Location("a.yaml", 3, 11)), log)
    assert (domain is None) == bool(log.found)
    return domain, log.found


ZERO, HALF, ONE, TWO = Fraction(0), Fraction(1, 2), Fraction(1), Fraction(2)

RIGHT = {
    "real": Domain("real"),
    "positive": Domain("positive", low=ZERO),
    "negative": Domain("negative", high=ZERO),
    "nonnegative": Domain("nonnegative", low=ZERO, low_open=False),
    "nonpositive": Domain("nonpositive", high=ZERO, high_open=False),
    "nonzero": Domain("nonzero", nonzero=True),
    "integer": Domain("integer", integer=True),
    "real integer": Domain("real integer", integer=True),
    "nonzero integer": Domain("nonzero integer", nonzero=True, integer=True),
    " positive \n integer": Domain("positive integer", low=ZERO, integer=True),
    "(0, 1)": Domain("(0, 1)", ZERO, ONE),
    "[0, 1)": Domain("[0, 1)", ZERO, ONE, low_open=False),
    "(0,1]": Domain("(0,1]", ZERO, ONE, high_open=False),
    "[1, 8] integer": Domain("[1, 8] integer", ONE, Fraction(8), False, False, integer=True),
    "[1, inf)": Domain("[1, inf)", ONE, low_open=False),
    "(-oo, 2]": Domain("(-oo, 2]", high=TWO, high_open=False),
    "(-inf, oo)": Domain("(-inf, oo)"),
    "(-inf, +inf)": Domain("(-inf, +inf)"),
    "( 1/2 , 2 )": Domain("( 1/2 , 2 )", HALF, TWO),
    "[.5, +1e0]": Domain("[.5, +1e0]", HALF, ONE, False, False),
    "(0.1, 1.)": Domain("(0.1, 1.)", Fraction(1, 10), ONE),
    "(1, 3) integer": Domain("(1, 3) integer", ONE, Fraction(3), integer=True),
    "(-1/2, 1/2) integer": Domain("(-1/2, 1/2) integer", -HALF, HALF, integer=True),
    "(-1.7976931348623157e308, 5e-324)": Domain(
        "(-1.7976931348623157e308, 5e-324)", -Fraction("1.7976931348623157e308"), Fraction("5e-324")
    ),
    "[0e99999999999, 1)": Domain("[0e99999999999, 1)", ZERO, ONE, low_open=False),
}


@pytest.mark.parametrize("value", RIGHT)
def test_a_domain_is_read_exactly(value: str) -> None:
    """Words and intervals give their ends as exact numbers, open at infinity, and the text as written."""
    domain, found = parsed(value)
    assert not found
    assert domain == RIGHT[value]


def test_an_infinite_domain_is_the_real_line() -> None:
    """Both spellings of all reals narrow nothing; `real integer` does."""
    for value, whole in (("real", True), ("(-inf, inf)", True), ("real integer", False), ("nonzero", False)):
        domain, _ = parsed(value)
        assert domain is not None
        assert domain.is_real_line == whole


WRONG = {
    # value: code, column of the caret (the text starts in 11), a part of the message, a part of the help
    "Positive": ("ACT130", 11, "unknown domain `Positive`", "`positive`"),
    "postive": ("ACT130", 11, "`postive`", "did you mean `positive`?"),
    "non-negative": ("ACT130", 11, "`non-negative`", "`nonnegative`"),
    "non negative integer": ("ACT130", 11, "`non negative integer`", "`nonnegative integer`"),
    "integer positive": ("ACT130", 11, "end of a domain", "`positive integer`"),
    "integers": ("ACT130", 11, "`integers`", "`integer`"),
    "> 0": ("ACT130", 11, "`> 0`", "`positive`"),
    "x": ("ACT130", 11, "`x`", "an interval such as"),
    "positive, integer": ("ACT130", 11, "`positive, integer`", ""),
    "]0, 1[": ("ACT131", 11, "begins with", "`(`"),
    "(0": ("ACT131", 13, "ends with", "quote an interval"),
    "(0, 1[": ("ACT131", 17, "ends with", "open end"),
    "(0 1)": ("ACT131", 11, "two ends", ""),
    "(0,5, 1)": ("ACT131", 11, "not 3", "points"),
    "(0, 1) integers": ("ACT131", 18, "`integers`", "`integer`"),
    "(0, 1)integer": ("ACT131", 17, "`integer`", "`integer`"),
    "(0, 1) (2, 3)": ("ACT131", 18, "`(2, 3)`", ""),
    "[1, inf]": ("ACT132", 18, "open at infinity", "`[1, inf)`"),
    "[-oo, 2] integer": ("ACT132", 11, "open at infinity", "`(-oo, 2] integer`"),
    "[-inf, inf]": ("ACT132", 11, "open at infinity", "`(-inf, inf)`"),
    "(2, 1]": ("ACT133", 11, "`(2, 1]` is empty", "`[1, 2)`"),
    "(inf, 0)": ("ACT133", 11, "empty", "`(0, inf)`"),
    "(0, -inf)": ("ACT133", 11, "empty", "`(-inf, 0)`"),
    "[1, 1]": ("ACT133", 11, "empty", ""),
    "(0.50, 1/2)": ("ACT133", 11, "empty", ""),
    "(0, 1) integer": ("ACT133", 11, "no integer", ""),
    "[0.2, 0.7] integer": ("ACT133", 11, "no integer", ""),
    "(0, pi)": ("ACT134", 15, "`pi` is not a number", "fraction"),
    "(, 1)": ("ACT134", 12, "missing", "decimal"),
    "(1_0, 20)": ("ACT134", 12, "`1_0`", ""),
    "(0x1, 20)": ("ACT134", 12, "`0x1`", ""),
    "(١, 20)": ("ACT134", 12, "not a number", ""),
    "(nan, 1)": ("ACT134", 12, "`nan`", ""),
    "(-1/0, 1)": ("ACT134", 12, "divides by zero", ""),
    "(1/2/3, 1)": ("ACT134", 12, "not a number", ""),
    "(0, 1e999999999999)": ("ACT134", 15, "range", "`inf`"),
    "(0, 1e309)": ("ACT134", 15, "range", "`inf`"),
    "(0, 1e-330)": ("ACT134", 15, "range", ""),
    "(0, 1e308/1e-308)": ("ACT134", 15, "range", ""),
    f"(0, {'1' * 1001})": ("ACT134", 15, "digits", ""),
}


@pytest.mark.parametrize("value", WRONG)
def test_what_is_wrong_with_a_domain_is_located(value: str) -> None:
    """One diagnostic, with its caret under the part that is wrong and what to write instead."""
    code, column, message, help = WRONG[value]
    _, found = parsed(value)
    assert [(d.code, d.location.line, d.location.column) for d in found] == [(code, 3, column)]
    assert message in found[0].message
    assert help in (found[0].help or "")


@pytest.mark.parametrize("value", [v for v in WRONG if WRONG[v][3].startswith("`") and WRONG[v][0] != "ACT134"])
def test_a_suggestion_is_itself_a_domain(value: str) -> None:
    """What the help says to write is accepted where it is written."""
    _, found = parsed(value)
    suggestion = re.search("write `(.*)`", found[0].help or "")
    if suggestion is not None:
        assert parsed(suggestion[1])[0] is not None


def test_both_ends_are_reported() -> None:
    """Two wrong ends are two diagnostics."""
    assert [d.location.column for d in parsed("(a, b)")[1]] == [12, 15]


def test_the_caret_follows_places() -> None:
    """Where the text is spread over lines, so is its location."""
    places = ((1, 3), (1, 4), (1, 5), (1, 6), (2, 2), (2, 3), (2, 4))
    log = DiagnosticLog()
    assert parse_domain(Text("(0, pi)", Location("a.yaml", 1, 3), places), log) is None
    assert [(d.location.line, d.location.column) for d in log.found] == [(2, 2)]


def test_the_pattern_accepts_what_is_rightly_written() -> None:
    """The schema's pattern agrees with the parser, but for ends that are in the wrong order or out of range."""
    assert json.loads(json.dumps(pattern())) == pattern()
    for value in RIGHT:
        assert re.search(pattern(), value), value
    for value, (code, *_) in WRONG.items():
        judged = (
            code == "ACT133" or "range" in WRONG[value][2] or "digits" in WRONG[value][2] or "zero" in WRONG[value][2]
        )
        if not judged or "inf" in value:
            assert not re.search(pattern(), value), value


@given(st.from_regex(pattern().replace("^", r"\A", 1)[:-1] + r"\Z"))
def test_what_the_pattern_accepts_is_at_most_empty_or_out_of_range(value: str) -> None:
    """Nothing of the right form is called malformed."""
    _, found = parsed(value)
    assert {d.code for d in found} <= {"ACT133", "ACT134"}
    assert all("range" in d.message or "zero" in d.message for d in found if d.code == "ACT134")


_ENDS = st.fractions(min_value=-20, max_value=20, max_denominator=6)


@given(_ENDS, _ENDS, st.sampled_from("[("), st.sampled_from(")]"), st.booleans(), _ENDS)
def test_membership_is_that_of_the_interval(
    low: Fraction, high: Fraction, opening: str, closing: str, integer: bool, point: Fraction
) -> None:
    """Any interval with low below high contains exactly the points that its brackets say."""
    domain, _ = parsed(f"{opening}{low}, {high}{closing}{' integer' if integer else ''}")
    above = point > low or (opening == "[" and point == low)
    below = point < high or (closing == "]" and point == high)
    inside = above and below and (not integer or point.denominator == 1)
    if domain is None:
        assert low >= high or (integer and not inside)
    else:
        assert low < high
        assert domain.contains(point) == inside
