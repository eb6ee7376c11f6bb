"""The benchmark of proofs: it counts what it judged, and says so where a claim was judged wrongly."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def proofs() -> Any:
    """The benchmark as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_proofs", ROOT / "benchmarks" / "proofs.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


TANH = "name: f\nexpression: tanh(x)\nderivative: {}\n"


def row(proofs: Any, kind: str, claim: str) -> Any:
    return proofs.judge(proofs.Case(kind, "f", "x", claim, TANH.format(claim)))


def test_claims_are_judged(proofs: Any) -> None:
    """Each has the compiler's verdict and method, and is held against what it should have been."""
    right, wrong = row(proofs, "right", "1 - y**2"), row(proofs, "wrong", "1 - y")
    assert (right.verdict, wrong.verdict) == ("proved", "refuted")
    assert right.method == "identity of rational functions in exp(2*x)"
    assert right.seconds > 0
    assert not right.mistaken
    assert not wrong.mistaken
    assert row(proofs, "wrong", "sech(x)**2").mistaken
    assert row(proofs, "right", "1 + y**2").mistaken


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("identical expressions", "identical expressions"),
        ("equal numbers, as rational functions of sqrt(2)", "equal numbers"),
        ("by cases on the sign of x: identity of polynomials in x", "identity of polynomials"),
        ("by 4 cases of signs: identical expressions", "identical expressions"),
        (
            "identity of polynomials in x, floor(x/2); floor taken as unknown",
            "identity of polynomials, some functions taken as unknown",
        ),
    ],
)
def test_methods_are_sorted_by_kind(proofs: Any, method: str, kind: str) -> None:
    """The functions and signs that a method names do not matter to the table."""
    assert proofs.method_kind(method) == kind


def test_the_tables_count(proofs: Any, tmp_path: Path) -> None:
    """Shares of verdicts and methods, quantiles of times, the slowest first; a wrong verdict is not hidden."""
    rows = [
        proofs.Row("right", "f", "x", "a", "proved", "identical expressions", 0.010, 0.001),
        proofs.Row("right", "f", "x", "b", "proved", "by cases on the sign of x: equal numbers", 0.030, 0.002),
        proofs.Row("right", "g", "x", "c", "verified", "agreement at 9 points to 30 digits", 0.020, 0.003),
        proofs.Row("wrong", "g", "x", "d", "verified", "agreement at 9 points to 30 digits", 0.500, 0.004),
    ]
    text = proofs.summary(rows, 8)
    assert text.startswith("4 claims (a part: there are 8) about 2 activations. **1 was judged wrongly**.")
    assert "| corpus, right | 3 | 2 (66.7 %) | 1 (33.3 %) | 0 | 0 |" in text
    assert "| corpus, wrong | 1 | 0 | 1 (100.0 %) | 0 | 0 |" in text
    assert "| equal numbers | 1 (50.0 %) |" in text
    assert "| by cases of signs | 1 (50.0 %) |" in text
    assert "| corpus, right: whole analysis | 20 | 30 | 30 |" in text
    slowest = text.split("| slowest |")[1].splitlines()[2:]
    assert slowest[0] == "| g by x | `d` | verified | 500 |"
    proofs.write(rows, text, tmp_path / "tables")
    with (tmp_path / "tables" / "proofs.csv").open(encoding="utf-8", newline="") as stream:
        assert [line["claim"] for line in csv.DictReader(stream)] == ["a", "b", "c", "d"]
    assert (tmp_path / "tables" / "proofs.md").read_text("utf-8") == text + "\n"


def test_the_page_keeps_what_stands_around(proofs: Any, tmp_path: Path) -> None:
    """Only what is between the marks is replaced; a page without them is an error."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{proofs.BEGIN}\nold\n{proofs.END}\nafter\n", "utf-8")
    proofs.update_docs("new", page)
    assert page.read_text("utf-8") == f"before\n{proofs.BEGIN}\n\nnew\n\n{proofs.END}\nafter\n"
    page.write_text("nothing\n", "utf-8")
    with pytest.raises(ValueError, match="has no"):
        proofs.update_docs("new", page)


def test_every_claim_is_found(proofs: Any) -> None:
    """What is shipped, right and wrong claims: each with a file that has it."""
    found = proofs.cases()
    assert {case.kind for case in found} == {"shipped", "right", "wrong"}
    assert ("swish", "beta") in {(case.name, case.of) for case in found if case.kind == "shipped"}
