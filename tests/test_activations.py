"""The shipped activation files: which there are, what each says of itself, and that the compiler proves it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import keras
import pytest
import yaml
from conftest import Run
from mpmath import mp, mpf
from oracle import Activation, exact
from shipped import ACTIVATIONS, CORE_FILES, core_activations, entries

OVER_AN_AXIS = {"softmax", "log_softmax", "sparsemax"}
"""The functions of keras.activations that are not elementwise."""

SHIPPED = core_activations()
DOCUMENTS = {entry.name: yaml.safe_load(entry.text) for entry in entries() if entry.name in SHIPPED}

EXAMPLES = [
    pytest.param(activation, example, id=f"{name}-{number}")
    for name, activation in SHIPPED.items()
    for number, example in enumerate(activation.examples)
]


def _agrees(text: str, truth: Any) -> bool:
    """An integer or constant expression is exact; a decimal is within one unit of its last printed digit."""
    decimal = re.fullmatch(r"[-+]?\d*\.(\d*)(?:[eE]([-+]?\d+))?", text)
    with mp.workdps(60):
        unit = mpf(10) ** (int(decimal[2] or 0) - len(decimal[1])) if decimal else mpf(0)
        return bool(abs(exact(text) - truth) <= unit + mpf(10) ** -30)


@pytest.fixture(scope="module")
def checked(run_actc: Callable[..., Run]) -> tuple[Run, dict[str, Any]]:
    """What ``actc check --strict`` says of the shipped files."""
    run = run_actc("check", *(ACTIVATIONS / f"{stem}.yaml" for stem in CORE_FILES), "--strict", "--format", "json")
    document = json.loads(run.out)
    return run, {entry["name"]: entry for entry in document["activations"]} | {"": document["diagnostics"]}


def test_every_elementwise_activation_of_keras_is_shipped() -> None:
    """Nothing that is called an activation in Keras is missing, under any of the names that Keras gives it."""
    names = {name for name in dir(keras.activations) if callable(getattr(keras.activations, name))}
    names -= {"get", "serialize", "deserialize", *OVER_AN_AXIS}
    known = set(SHIPPED) | {alias for entry in DOCUMENTS.values() for alias in entry.get("aliases", [])}
    assert names - known == set()


@pytest.mark.parametrize("name", SHIPPED)
def test_an_entry_documents_itself(name: str) -> None:
    """Each says in one line what it is, where it comes from and what it does at two points at least."""
    entry = DOCUMENTS[name]
    assert len(entry["summary"]) <= 110
    assert "\n" not in entry["summary"]
    references = entry["reference"] if isinstance(entry["reference"], list) else [entry["reference"]]
    assert all(re.fullmatch(r"https?://\S+", reference) for reference in references)
    assert len(entry["examples"]) >= 2
    assert entry["tags"]
    assert all("summary" in parameter for parameter in (entry.get("parameters") or {}).values())


@pytest.mark.parametrize(("activation", "example"), EXAMPLES)
def test_an_example_is_true(activation: Activation, example: dict[str, Any]) -> None:
    """The printed value and derivatives are those of the formula, by mpmath, to their last digit."""
    point = {name: text for name, text in example.items() if name not in ("value", "derivative")}
    assert _agrees(example["value"], activation.value(point))
    given = example.get("derivative", {})
    given = given if isinstance(given, dict) else {activation.inputs[0]: given}
    for of, text in given.items():
        assert _agrees(text, activation.gradient(of, point)), of


@pytest.mark.parametrize("name", [name for name, activation in SHIPPED.items() if activation.claims])
def test_a_published_derivative_is_the_slope_of_its_function(name: str) -> None:
    """The claim agrees with the difference quotient at 15 digits over inputs and parameters."""
    activation = SHIPPED[name]
    for scale in ("1", "1.75"):
        parameters = {p: exact(text) * exact(scale) for p, text in activation.defaults.items()}
        for x in ("-31", "-4.4", "-1.3", "-0.35", "0.02", "0.45", "1.1", "2.9", "8", "33"):
            point = dict.fromkeys(activation.inputs, x) | parameters
            for of in activation.claims:
                true = activation.derived(of, point)
                assert abs(activation.claim(of, point) - true) <= mpf(10) ** -15 * abs(true) + mpf(10) ** -44, point


def test_the_shipped_files_pass_the_strict_check(checked: tuple[Run, dict[str, Any]]) -> None:
    """No error, and no warning that the file does not accept with a reason."""
    run, found = checked
    assert run.code == 0, run.err
    assert [d for d in found[""] if not d.get("accepted")] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_claim_is_proved(name: str, checked: tuple[Run, dict[str, Any]]) -> None:
    """A published derivative is proved, not sampled; a surrogate is called one; the rest is derived."""
    activation, verdicts = SHIPPED[name], checked[1][name]["gradients"]
    assert set(verdicts) == set(activation.names)
    for of, gradient in verdicts.items():
        expected = "proved" if of in activation.claims else "surrogate" if of in activation.surrogates else "derived"
        assert gradient["verdict"] == expected, of
