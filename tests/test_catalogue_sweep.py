"""The sweep over the catalogue: that it finds what is wrong, on functions made by hand, and that its result is told."""

from __future__ import annotations

import importlib
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from shipped import entries, sample

from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve

sys.path.insert(0, str(ROOT / "benchmarks"))

import catalogue_sweep

tf = pytest.importorskip("tensorflow")
pytest.importorskip("keras")

# Keras's own, wherever it makes an array of a variable.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SWEPT, MEASURE, GUARANTEES, TRUTH, POINTS = (
    importlib.import_module(f"evidence.{name}") for name in ("swept", "generated_code", "guarantees", "truth", "points")
)


def truth_of(text: str) -> Any:
    log = DiagnosticLog()
    (spec,) = load("f.yaml", text.encode(), log)
    activation = resolve(spec, log)
    assert activation is not None, log.found
    return TRUTH.Truth(activation)


def package_of(**functions: Callable[..., Any]) -> ModuleType:
    """A package with these functions and nothing else."""
    package = ModuleType("made_by_hand")
    vars(package).update(functions)
    return package


def judged(truth: Any, function: Callable[..., Any]) -> dict[tuple[str, str], Any]:
    found = MEASURE.measure(truth, package_of(f=function))
    return {(one.form, one.of): one for one in found}


SQUARE = "name: f\nexpression: x**2/4\n"


def test_what_is_right_holds_in_every_format() -> None:
    """A square computed in float32 inside the half types is within the contract, eager and compiled."""

    def square(x: Any) -> Any:
        wide = tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x
        return tf.cast(tf.square(wide / 2), x.dtype)

    found = judged(truth_of(SQUARE), square)
    assert set(found) == {(form, of) for form in SWEPT.FORMATS for of in ("value", "x")}
    for one in found.values():
        assert one.holds, one
        assert one.points > 350


@pytest.mark.parametrize(
    ("what", "wrong", "where"),
    [
        ("a few ULP too much", lambda x: tf.square(x / 2) * (1 + 2.0**-19), "beyond"),
        ("NaN for large inputs", lambda x: tf.where(x > 100, x * math.nan, tf.square(x / 2)), "nonfinite"),
        ("overflow on the way", lambda x: tf.square(x) / 4, "nonfinite"),
        ("NaN at infinity", lambda x: tf.square(x / 2) + 0 * x, "limits"),
        ("a number for NaN", lambda x: tf.where(x != x, tf.ones_like(x), tf.square(x / 2)), "limits"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(what: str, wrong: Callable[[Any], Any], where: str) -> None:
    """Each fault is counted as what it is, with a place where it can be seen again."""
    one = judged(truth_of(SQUARE), wrong)["float32", "value"]
    assert getattr(one, where) > 0, what
    at = {"beyond": one.worst_at, "nonfinite": one.nonfinite_at, "limits": one.limits_at}[where]
    got = float(wrong(tf.constant(at.at["x"], tf.float32)))
    assert got == at.got or (math.isnan(got) and math.isnan(at.got))
    assert at.expected != at.got


def test_a_wrong_gradient_of_a_parameter_is_found() -> None:
    """Also where it is wrong at another setting than the default alone."""
    truth = truth_of("name: f\nparameters: {a: {default: 2, domain: positive}}\nexpression: a*x\n")

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def times(x: Any, a: Any) -> Any:
        return a * x, lambda upstream: (upstream * a, upstream * tf.where(a == 2, x, 2 * x))

    found = judged(truth, lambda x, a: times(x, a))
    assert found["float32", "value"].holds
    assert found["float32", "x"].holds
    assert found["float16", "a"].holds
    assert found["float32", "a"].beyond > 100
    assert found["float32", "a"].worst_at.at["a"] != 2


def test_what_swings_has_no_limit() -> None:
    """x*sin(x) has none, x + sin(x) an infinite one, sin(x)/x is 0."""
    due = {"x*sin(x)": math.nan, "x + sin(x)": -math.inf, "sin(x)/x": 0.0, "exp(-x)": math.inf, "atan(x)": -math.pi / 2}
    for text, limit in due.items():
        found = truth_of(f"name: f\nexpression: {text}\n").limits(-1)["value"]
        assert found == pytest.approx(limit, rel=1e-12, nan_ok=True), text


def test_where_the_last_bit_decides_everything_nothing_is_asked() -> None:
    """By a, sin(a*x) has the slope x*cos(a*x); at 1e308 the last bit of x changes it by more than any float64."""
    truth = truth_of("name: f\nparameters: {a: {default: 1, domain: positive}}\nexpression: sin(a*x)\n")
    form = MEASURE.FLOAT64
    far, near = ({"x": np.array([x]), "a": np.array([1.0])} for x in (1e308, 0.5))
    assert truth.scale("a", far, truth.at(far)["a"], form)[0] == math.inf
    assert truth.scale("a", near, truth.at(near)["a"], form)[0] < 1e-15


@pytest.mark.parametrize(
    ("domain", "inside"),
    [
        ("[2, 8] integer", lambda v: v == int(v) and 2 <= v <= 8),
        ("[100, 101]", lambda v: 100 <= v <= 101),
        ("(0.001, 0.002)", lambda v: 0.001 < v < 0.002),
        ("(-inf, -1000)", lambda v: v < -1000),
    ],
)
def test_settings_lie_in_the_domain(domain: str, inside: Callable[[float], bool]) -> None:
    """Of integers too, and where a domain is small or far away."""
    default = {"[2, 8] integer": 4, "[100, 101]": 100, "(0.001, 0.002)": 0.0015, "(-inf, -1000)": -2000}[domain]
    truth = truth_of(f'name: f\nparameters: {{a: {{default: {default}, domain: "{domain}"}}}}\nexpression: a*x\n')
    found = POINTS.settings(truth)
    assert len(found) == 3
    assert all(inside(setting["a"]) for setting in found)


def test_a_gradient_that_keywords_lose_is_found() -> None:
    """``tf.custom_gradient`` called by keyword falls back on autodiff, or raises: the reason for trying (K1)."""
    truth = truth_of("name: f\nexpression: step(x)\nsurrogate: 1/(1 + x**2)\n")

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def spike(x: Any) -> Any:
        return tf.cast(x > 0, x.dtype), lambda upstream: upstream / (1 + x**2)

    subject = GUARANTEES.Subject(truth, package_of(f=spike))
    with pytest.raises((GUARANTEES.BrokenError, TypeError, ValueError)):
        GUARANTEES.calls(subject)
    by_position = GUARANTEES.Subject(truth, package_of(f=lambda x: spike(x)))
    GUARANTEES.calls(by_position)


def test_a_wrong_second_derivative_is_found() -> None:
    """A gradient kept from the forward pass has none of its own (K9)."""
    truth = truth_of(SQUARE)

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def cached(x: Any) -> Any:
        slope = tf.stop_gradient(x / 2)
        return tf.square(x / 2), lambda upstream: upstream * slope

    with pytest.raises(GUARANTEES.BrokenError, match="by x and x"):
        GUARANTEES.second_order(GUARANTEES.Subject(truth, package_of(f=lambda x: cached(x))))
    GUARANTEES.second_order(GUARANTEES.Subject(truth, package_of(f=lambda x: tf.square(x / 2))))


def test_a_parameters_gradient_of_the_wrong_shape_is_found() -> None:
    """One that is not summed over what was broadcast (K3)."""
    truth = truth_of("name: f\nparameters: {a: {default: 2, domain: positive}}\nexpression: a*x\n")

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def times(x: Any, a: Any) -> Any:
        return a * x, lambda upstream: (upstream * a, upstream * x)

    with pytest.raises(GUARANTEES.BrokenError, match="shape"):
        GUARANTEES.shapes(GUARANTEES.Subject(truth, package_of(f=lambda x, a: times(x, a))))
    GUARANTEES.shapes(GUARANTEES.Subject(truth, package_of(f=lambda x, a: a * x)))


@pytest.mark.parametrize("entry", sample(), ids=lambda entry: entry.name)
def test_guarantees_hold_for_the_sample(entry: Any, shipped: ModuleType) -> None:
    """What was promised to TensorFlow and Keras, for activations that no other test looks at."""
    assert GUARANTEES.failures(GUARANTEES.Subject(truth_of(entry.text), shipped)) == {}


def test_saved_models_of_the_sample_reload(shipped: ModuleType, tmp_path: Path, shipped_folder: Path) -> None:
    """Functions and layers of several activations in one model, in a process of its own; what differs is told."""
    subjects = [GUARANTEES.Subject(truth_of(entry.text), shipped) for entry in sample()]
    folder = shipped_folder.parent / f"models_{tmp_path.name}"
    folder.mkdir()
    GUARANTEES.save(subjects[:6], folder / "first.keras")
    GUARANTEES.save(subjects[6:], folder / "second.keras")
    kept = dict(np.load(folder / "second.npz"))
    kept[f"out {subjects[6].name} layer"] += 1
    np.savez(folder / "second.npz", **kept)
    found = GUARANTEES.reloaded(folder, shipped.__name__)
    assert found["first"] == {}
    assert list(found["second"]) == [f"{subjects[6].name} layer"]


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    """Records are kept line by line; one that was cut off is as if it had not been written."""
    file = tmp_path / "results.jsonl"
    kept = SWEPT.Kept(file)
    first = SWEPT.Record("f", "text", "code", (), {"calls": "why"}, "with this")
    kept.add(first)
    kept.add(SWEPT.Record("g", "text", "code", (), {}, "with this"))
    kept.add(first.and_reloads("not loaded"))
    file.write_text(file.read_text("utf-8") + '{"name": "h", "te', "utf-8")
    again = SWEPT.Kept(file).records
    assert set(again) == {"f", "g"}
    assert (again["f"].reloads, again["g"].reloads) == ("not loaded", None)
    assert not again["f"].keeps
    assert again["g"].keeps


def test_the_page_tells_of_as_many_as_there_are() -> None:
    """The recorded result is about the catalogue as it is."""
    page = catalogue_sweep.catalogue.PAGE.read_text("utf-8")
    section = page.split(f"<!-- {catalogue_sweep.MARK}: begin -->")[1].split(f"<!-- {catalogue_sweep.MARK}: end -->")[0]
    found = re.search(r"The generated code of (\d+) of the (\d+) activations was run", " ".join(section.split()))
    assert found is not None
    assert int(found[2]) == len(entries())
    assert 0 < int(found[1]) <= len(entries())
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) <= {entry.name for entry in entries()}
