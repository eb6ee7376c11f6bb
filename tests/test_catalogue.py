"""All activations that ship: names, documentation, examples, and what the page says of them."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import ROOT, Run
from mpmath import mp, mpf
from oracle import Activation, Formula, exact, read
from shipped import CORE_FILES, Entry, entries, sample, sampled_activations, write_sample
from test_shipped_values import gradients

sys.path.insert(0, str(ROOT / "benchmarks"))

import catalogue as benchmark

FAMILIES = frozenset([
    "algebraic", "arctangent", "bounded-rectifier", "exponential", "exponential-linear", "gate", "leaky-rectifier",
    "logarithmic", "pair", "periodic", "piecewise-linear", "polynomial", "quadratic", "quantiser", "radial",
    "rational", "rectifier", "self-gated", "shrinkage", "sigmoidal", "softplus", "spiking", "step",
    "straight-through", "tanh",
])  # fmt: skip
"""One of these tags says of what kind an activation is; the others say what it has."""

NAMES = (Path(__file__).parent / "catalogue_names.txt").read_text("utf-8").split()
"""Published activations that are found in the catalogue, under this name or as an alias."""

SAMPLE = sampled_activations()


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Every entry as YAML reads it, numbers as their text."""
    return {entry.name: yaml.load(entry.text, Loader=yaml.BaseLoader) for entry in entries()}  # noqa: S506 - text only


def test_names_and_aliases_are_unique() -> None:
    """No name is given twice, not as an alias either, nor does the layer's name leave two of them apart by case."""
    names = [name for entry in documents().values() for name in (entry["name"], *entry.get("aliases", []))]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    layers = Counter("".join(part.capitalize() for part in name.split("_")) for name in documents())
    assert [name for name, count in layers.items() if count > 1] == []


def test_every_published_activation_is_found() -> None:
    """Each name of the list is a name or an alias; the list has no name twice."""
    known = {name for entry in documents().values() for name in (entry["name"], *entry.get("aliases", []))}
    assert len(NAMES) == len(set(NAMES)) == 385
    assert sorted(set(NAMES) - known) == []


@pytest.mark.parametrize("stem", sorted({entry.stem for entry in entries()}))
def test_entries_document_themselves(stem: str) -> None:
    """Each says in a line what it is, where it is from, of which family, and what it does at two points at least."""
    for entry in (e for e in entries() if e.stem == stem):
        document = documents()[entry.name]
        assert 10 < len(document["summary"]) <= 110, entry.name
        references = document["reference"]
        for reference in references if isinstance(references, list) else [references]:
            assert re.fullmatch(r"https?://[\w.-]+\.\w+(/\S*)?", reference), (entry.name, reference)
            if "arxiv.org" in reference:
                assert re.fullmatch(r"https://arxiv\.org/abs/(\d{4}\.\d{4,5}|[a-z-]+/\d{7})", reference), entry.name
        assert FAMILIES & set(document["tags"]) or entry.stem in CORE_FILES, entry.name
        assert len(document["tags"]) == len(set(document["tags"])), entry.name
        assert len(document["examples"]) >= 2, entry.name
        for name, parameter in document.get("parameters", {}).items():
            assert len(parameter["summary"]) > 3, (entry.name, name)
        for code, reason in document.get("accept", {}).items():
            assert re.fullmatch(r"ACT3\d\d", code), entry.name
            assert len(reason) > 10, entry.name


def _agrees(text: str, truth: Any) -> bool:
    """An integer or constant expression is exact; a decimal is within one unit of its last printed digit."""
    if mp.isinf(truth):
        return text in ("inf", "-inf", "oo", "-oo") and (text[0] == "-") == (truth < 0)
    decimal = re.fullmatch(r"[-+]?\d*\.(\d*)(?:[eE]([-+]?\d+))?", text)
    with mp.workdps(60):
        unit = mpf(10) ** (int(decimal[2] or 0) - len(decimal[1])) if decimal else mpf(0)
        return bool(abs(exact(text) - truth) <= unit + mpf(10) ** -30)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_examples_are_true(entry: Entry) -> None:
    """Values and gradients are those of the formula, by mpmath, to their last digit; one example is not at 0."""
    (activation,) = read(entry.text)
    elsewhere = False
    for example in activation.examples:
        point = {name: text for name, text in example.items() if name not in ("value", "derivative")}
        elsewhere = elsewhere or any(exact(point[name]) != 0 for name in activation.inputs)
        assert _agrees(example["value"], activation.value(point)), point
        given = example.get("derivative", {})
        given = given if isinstance(given, dict) else {activation.inputs[0]: given}
        for of, text in given.items():
            assert _agrees(text, _gradient(activation, of, point)), (of, point)
    assert elsewhere


def _gradient(activation: Activation, of: str, point: dict[str, Any]) -> Any:
    """What is emitted; at a tie of several inputs, the shortest of what is around it."""
    chosen = of in activation.surrogates or of in activation.claims
    if len(activation.inputs) > 1 and of in activation.inputs and not chosen and activation.is_kink(of, point):
        return activation.shortest(point)[of]
    return activation.gradient(of, point)


@pytest.mark.parametrize("entry", [e for e in entries() if "derivative" in documents()[e.name]], ids=lambda e: e.name)
def test_published_derivatives_are_slopes(entry: Entry) -> None:
    """A claim agrees with difference quotients at twelve digits, kinks aside."""
    (activation,) = read(entry.text)
    for number, x in enumerate(("-2.3", "-0.6", "0.45", "1.7")):
        point = {name: str(exact(x) * (1 + 3 * k) / 2) if k else x for k, name in enumerate(activation.inputs)}
        for of in activation.claims:
            left, right = activation.sides(of, point)
            if abs(left - right) < mpf(10) ** -10 * (1 + abs(right)):
                assert abs(activation.claim(of, point) - right) <= mpf(10) ** -12 * (1 + abs(right)), (of, number)


def test_what_is_sampled_passes_the_strict_check(tmp_path: Path, run_actc: Callable[..., Run]) -> None:
    """No error and no warning but accepted ones; a claim is proved, a surrogate called one, the rest derived."""
    write_sample(tmp_path / "sample")
    run = run_actc("check", tmp_path / "sample", "--strict", "--format", "json")
    assert run.code == 0, run.out + run.err
    found = {entry["name"]: entry["gradients"] for entry in json.loads(run.out)["activations"]}
    assert set(found) == set(SAMPLE)
    for name, activation in SAMPLE.items():
        for of, gradient in found[name].items():
            expected = "proved" if of in activation.claims else "derived"
            assert gradient["verdict"] == ("surrogate" if of in activation.surrogates else expected), (name, of)


@pytest.mark.parametrize("name", SAMPLE)
def test_what_is_sampled_computes_its_formula(name: str, shipped: ModuleType) -> None:
    """Value and every gradient of the generated function, in float32, against mpmath between -4 and 4."""
    activation = SAMPLE[name]
    xs = np.linspace(-3.9, 4.1, 33, dtype=np.float32)
    arguments = {of: np.roll(xs, 5 * i) for i, of in enumerate(activation.inputs)}
    for of, text in activation.defaults.items():
        arguments[of] = np.full_like(xs, float(exact(text)))
    value, slopes = gradients(getattr(shipped, name), arguments)
    for index in range(xs.size):
        point = {key: float(values[index]) for key, values in arguments.items()}
        assert float(value[index]) == pytest.approx(float(activation.value(point)), rel=1e-5, abs=5e-6), point
        for of in slopes:
            truth = float(activation.gradient(of, point))
            assert float(slopes[of][index]) == pytest.approx(truth, rel=1e-5, abs=5e-6), (of, point)


def test_the_page_is_about_these_files() -> None:
    """The table has every entry once, judged in the text that it has now, and none failed."""
    rows = benchmark.rows_of(benchmark.PAGE.read_text("utf-8"))
    now = [(e.name, e.stem, e.digest) for e in benchmark.entries()]
    assert [(row.name, row.stem, row.digest) for row in rows] == now
    assert [row.name for row in rows if row.failed or row.count("verified") or row.count("undecided")] == []


@pytest.mark.parametrize("page", [benchmark.PAGE, benchmark.README], ids=lambda page: page.name)
def test_the_figures_are_those_of_the_table(page: Path) -> None:
    """Page and README say what ``benchmarks/catalogue.py --figures`` says, and its counts are those of the files."""
    rows = benchmark.rows_of(benchmark.PAGE.read_text("utf-8"))
    text = benchmark.figures(rows)
    assert text in " ".join(page.read_text("utf-8").split())
    claims = sum(len(_claims(entry["derivative"])) for entry in documents().values() if "derivative" in entry)
    surrogates = sum("surrogate" in entry for entry in documents().values())
    assert text.startswith(f"{len(documents())} activations are shipped, {surrogates} of them with")
    assert f"All {claims} published derivatives" in text


def _claims(given: Any) -> list[Formula]:
    return [Formula.parse(text) for text in (given.values() if isinstance(given, dict) else [given])]


def test_accepted_warnings_are_in_the_table() -> None:
    """What a file accepts is what its row says."""
    rows = {row.name: row.accepted for row in benchmark.rows_of(benchmark.PAGE.read_text("utf-8"))}
    accepted = {name: ", ".join(sorted(entry.get("accept", {}))) for name, entry in documents().items()}
    assert rows == accepted


def test_the_pages_name_what_there_is() -> None:
    """Names in the text of the two pages on the catalogue are names or aliases of it."""
    known = {name for entry in documents().values() for name in (entry["name"], *entry.get("aliases", []))}
    errata = (ROOT / "docs" / "errata.md").read_text("utf-8")
    for first in re.findall(r"^\| (`[^|]*`) \|", errata, re.MULTILINE):
        assert set(re.findall(r"`(\w+)`", first)) <= known, first


def test_the_sample_is_not_empty() -> None:
    """It has entries of several files, with parameters and without."""
    assert len({entry.stem for entry in sample()}) > 4
    assert {bool(activation.defaults) for activation in SAMPLE.values()} == {True, False}
