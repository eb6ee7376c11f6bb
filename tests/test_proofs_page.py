"""The page on proofs: what it shows of methods and limits is what the prover has."""

from __future__ import annotations

import re

import pytest
from analysed import gradient, right
from conftest import ROOT

from actc.calculus.normal_form import LIMIT
from actc.model.verdict import Verdict

PAGE = (ROOT / "docs" / "proofs.md").read_text("utf-8")
ROWS = re.findall(
    r"^\| `(.*?)` \| `(.*?)` \| (.*?) \|$", PAGE.partition("<!-- methods -->")[2].partition("\n## ")[0], re.MULTILINE
)


def test_the_table_of_methods_is_there() -> None:
    """Else the next test would have nothing to look at."""
    assert len(ROWS) >= 10


@pytest.mark.parametrize(("activation", "claim", "words"), ROWS, ids=[claim for _, claim, _ in ROWS])
def test_methods_are_reported_as_the_page_says(activation: str, claim: str, words: str) -> None:
    """Each example of the table is proved, in just those words."""
    found = gradient(right(f"name: f\nexpression: {activation}\nderivative: {claim}\n"), "x")
    assert (found.verdict, found.method) == (Verdict.PROVED, words)


def test_the_limit_is_the_provers() -> None:
    """The number of steps that the page gives is the one that is counted."""
    assert f"A proof may take {LIMIT:,} of them" in PAGE
