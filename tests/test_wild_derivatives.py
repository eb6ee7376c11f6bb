"""Wrong derivatives that were published or shipped: each is refuted with a counterexample that the oracle confirms."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from mpmath import mpf
from oracle import read_file

CASES = sorted((Path(__file__).parent / "cases" / "wild").glob("*.yaml"))


@pytest.fixture(scope="module", params=CASES, ids=[case.stem for case in CASES])
def case(request: pytest.FixtureRequest, run_actc: Callable[..., Run]) -> tuple[Path, Run, dict[str, Any]]:
    """A file, how its check ended, and what was found out about each of its two activations."""
    run = run_actc("check", request.param, "--format", "json")
    return request.param, run, json.loads(run.out)


def _gradient(document: dict[str, Any], name: str) -> tuple[str, dict[str, Any]]:
    claimed = {a.name: next(iter(a.claims)) for case in CASES for a in read_file(case)}[name]
    entry = next(entry for entry in document["activations"] if entry["name"] == name)
    return claimed, entry["gradients"][claimed]


def test_the_wrong_derivative_fails_the_check(case: tuple[Path, Run, dict[str, Any]]) -> None:
    """Exit code 1, one error, and it stands at the claim."""
    path, run, document = case
    assert run.code == 1
    (error,) = [d for d in document["diagnostics"] if d["severity"] == "error"]
    line = path.read_text(encoding="utf-8").splitlines()[error["line"] - 1]
    assert error["line"] < path.read_text(encoding="utf-8").splitlines().index("---") + 1
    assert line.lstrip().startswith(("derivative:", "beta: x"))


def test_the_counterexample_is_one(case: tuple[Path, Run, dict[str, Any]]) -> None:
    """At the point shown the claim differs from the difference quotient, and both numbers are as shown."""
    path, _, document = case
    activation = read_file(path)[0]
    of, gradient = _gradient(document, activation.name)
    assert gradient["verdict"] == "refuted"
    shown = dict(gradient["counterexample"])
    claimed, actual = mpf(str(shown.pop("claimed"))), mpf(str(shown.pop("actual")))
    assert set(shown) == set(activation.names)
    point = {name: mpf(str(value)) for name, value in shown.items()}
    true_claim, truth = activation.claim(of, point), activation.derived(of, point)
    assert abs(true_claim - truth) > mpf(10) ** -9 * max(abs(true_claim), abs(truth))
    assert abs(claimed - true_claim) <= mpf(10) ** -4 * abs(true_claim)
    assert abs(actual - truth) <= mpf(10) ** -4 * abs(truth)


def test_the_repair_is_proved(case: tuple[Path, Run, dict[str, Any]]) -> None:
    """The right form, as written beside the wrong one, passes by proof."""
    path, _, document = case
    _, gradient = _gradient(document, read_file(path)[1].name)
    assert gradient["verdict"] == "proved"


def test_a_wrong_claim_writes_nothing(run_actc: Callable[..., Run], tmp_path: Path) -> None:
    """A build of a file with a wrong claim leaves no folder behind."""
    run = run_actc("build", CASES[0], "--out", tmp_path / "generated")
    assert run.code == 1
    assert not (tmp_path / "generated").exists()


def test_all_of_them_in_one_run(run_actc: Callable[..., Run]) -> None:
    """One run over the folder reports every wrong claim, none of them twice."""
    run = run_actc("check", CASES[0].parent, "--format", "json")
    document = json.loads(run.out)
    errors = [d["file"] for d in document["diagnostics"] if d["severity"] == "error"]
    assert run.code == 1
    assert sorted(Path(file).stem for file in errors) == [case.stem for case in CASES]
