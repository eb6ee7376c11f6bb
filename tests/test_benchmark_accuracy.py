"""The benchmark of accuracy: its measure, its truth and its points, held to mpmath; and the page that it fills."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from mpmath import mp, mpf
from oracle import read
from shipped import core_activations

from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve


def _module(path: str) -> Any:
    """A module of the benchmark, or one of what it is made of."""
    name = f"benchmark_{path}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{path}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


ACCURACY = _module("accuracy")
FORMATS, MEASURE, TRUTH, POINTS, CHECK, EVERY, HALF, CONTENDERS, TABLES = (
    importlib.import_module(f"evidence.{name}")
    for name in ("formats", "measure", "truth", "points", "check", "every_float32", "half", "contenders", "tables")
)
FLOAT32 = FORMATS.FLOAT32


def truth_of(text: str) -> Any:
    log = DiagnosticLog()
    (spec,) = load("f.yaml", text.encode(), log)
    activation = resolve(spec, log)
    assert activation is not None, log.found
    return TRUTH.Truth(activation)


def ulps(computed: float, truth: Any, bits: int = 24, least: int = -126) -> float:
    """The error in ULP by its definition: from the exponent of the truth, in mpmath's arithmetic."""
    exponent = max(int(mp.floor(mp.log(abs(truth), 2))), least)
    return float(abs(mpf(computed) - truth) / mpf(2) ** (exponent - bits + 1))


@pytest.mark.parametrize("x", [1.0, -3.5, 17.25, -60.0, 1e-30, 2.0**-126])
def test_errors_are_counted_in_ulps(x: float) -> None:
    """A float32 beside exp(x)/3, at any magnitude, is as far off as mpmath says."""
    with mp.workdps(60):
        truth = mp.exp(x) / 3
        computed = np.float32(float(truth)) * np.float32(1.000005)
        due = ulps(float(computed), truth)
        found = MEASURE.errors(np.array([float(computed)]), np.array([float(truth)]), FLOAT32)
    assert due > 10
    assert found[0] == pytest.approx(due, rel=1e-6)


def test_ulps_change_at_powers_of_two() -> None:
    """The numbers above 1 are twice as far apart as those below; below the smallest normal one they stay so."""
    one, below, tiny, zero = FLOAT32.ulp(np.array([1.0, 1 - 2.0**-24, 2.0**-140, 0.0]))
    assert (one, below, tiny, zero) == (2.0**-23, 2.0**-24, 2.0**-149, 2.0**-149)
    assert FORMATS.FLOAT16.ulp(np.array([-2.5]))[0] == np.spacing(np.float16(2.5))
    assert FORMATS.BFLOAT16.ulp(np.array([1.0]))[0] == 2.0**-7


def test_what_the_problem_magnifies_is_no_error() -> None:
    """Near its root at 1, an error of log(x) is divided by what the last bit of x changes, as mpmath gives it."""
    truth = truth_of("name: f\ninputs: {x: positive}\nexpression: log(x)\n")
    x = float(np.float32(1.0001))
    with mp.workdps(50):
        due = float(mp.diff(mp.log, mpf(x))) * 2.0**-23
    columns = {"x": np.array([x])}
    value = truth.at(columns)["value"]
    assert truth.scale("value", columns, value, FLOAT32)[0] == pytest.approx(due, rel=1e-6)
    wrong = value + 5 * 2.0**-23
    found = MEASURE.errors(wrong, value, FLOAT32, lambda _, some: truth.scale("value", columns, some, FLOAT32))
    assert found[0] == pytest.approx(5 / 0.9999, rel=1e-4)
    assert MEASURE.errors(wrong, value, FLOAT32)[0] > 1e4


def test_either_side_of_a_jump_is_right_and_nothing_else() -> None:
    """At 0 the step may be 0 or 1; next to it, and with any other value, it may not."""
    truth = truth_of("name: f\nexpression: step(x)\n")
    for x, value, right in ((0.0, 1.0, True), (0.0, 0.0, True), (0.0, 3.0, False), (2.0**-100, 0.0, False)):
        columns = {"x": np.array([x])}
        true = truth.at(columns)["value"]
        found = MEASURE.errors(
            np.array([value]), true, FLOAT32, lambda _, some, at=columns: truth.scale("value", at, some, FLOAT32)
        )
        assert (found[0] <= 1) == right, (x, value)


def test_what_is_not_finite_is_counted_where_the_truth_is() -> None:
    """An infinity is right where the truth overflows, NaN is not; tiny absolute errors are none in float32 alone."""
    computed = np.array([np.inf, np.nan, np.inf, np.nan, 1.0, 0.0])
    truth = np.array([1.0, 1.0, 1e39, 1e39, np.nan, 2.0**-120])
    found = MEASURE.errors(computed, truth, FLOAT32)
    assert found[:4].tolist() == [np.inf, np.inf, 0, np.inf]
    assert np.isnan(found[4])
    assert found[5] == 0
    assert MEASURE.summary(found, FLOAT32).nonfinite == 3
    assert MEASURE.errors(computed[5:], truth[5:], FORMATS.BFLOAT16)[0] > 1
    assert MEASURE.errors(computed[5:], np.array([2.0**-127]), FORMATS.BFLOAT16)[0] == 0


@pytest.mark.parametrize(
    ("expression", "value", "slope"),
    [
        ("gelu(x)", lambda x: x * mp.ncdf(x), lambda x: mp.ncdf(x) + x * mp.npdf(x)),
        ("x - tanh(x)", lambda x: x - mp.tanh(x), lambda x: mp.tanh(x) ** 2),
        ("log(1 + exp(x))", lambda x: mp.log1p(mp.exp(x)), lambda x: 1 / (1 + mp.exp(-x))),
    ],
)
def test_the_truth_is_mpmaths(expression: str, value: Any, slope: Any) -> None:
    """To the last bit of float64, where the formula cancels too."""
    truth = truth_of(f"name: f\nexpression: {expression}\n")
    xs = np.array([-12.5, -1e-6, 1e-12, 0.75, 90.0])
    found = truth.at({"x": xs})
    with mp.workdps(80):
        for k, x in enumerate(xs.tolist()):
            assert found["value"][k] == pytest.approx(float(value(mpf(x))), rel=2.0**-52)
            assert found["x"][k] == pytest.approx(float(slope(mpf(x))), rel=2.0**-52)


def test_the_truth_is_told_far_out() -> None:
    """Where thousands of bits are needed, and beyond what float64 holds."""
    tanh = truth_of("name: f\nexpression: (exp(x) - exp(-x))/(exp(x) + exp(-x))\n")
    assert tanh.at({"x": np.array([-1e28, 700.0, 4818791.0])})["value"].tolist() == [-1, 1, 1]
    found = truth_of("name: f\nexpression: exp(x)\n").at({"x": np.array([1e5, -1e5, 1e25])})["value"]
    assert found.tolist() == [np.inf, 0, np.inf]


def test_a_wrong_truth_is_found() -> None:
    """The comparison with mpmath is none that always passes."""
    text = "name: f\nexpression: tanh(x)\n"
    (written,) = read(text)
    assert CHECK.check(truth_of(text), written, 6).differing == ()
    wrong = truth_of("name: f\nexpression: tanh(x) + x/2**60\n")
    found = CHECK.check(wrong, written, 6)
    assert found.compared == 12
    assert found.differing


def test_points_are_everywhere() -> None:
    """Every exponent with both signs, kinks and roots with their neighbours, and no subnormal number."""
    truth = truth_of("name: f\nexpression: min(gelu(x), 2)\n")
    line = POINTS.columns(truth, {}, POINTS.Density.of(quick=True))["x"]
    for sign in (1, -1):
        _, exponents = np.frexp(line[line * sign > 0])
        assert set(range(-125, 129)) <= set(exponents.tolist())
    assert np.all((line == 0) | (np.abs(line) >= 2.0**-126))
    with mp.workdps(30):
        root = float(mp.findroot(lambda x: mp.ncdf(x) + x * mp.npdf(x), -0.75))
        kink = float(mp.findroot(lambda x: x * mp.ncdf(x) - 2, 2))
    for place in (root, kink):
        assert np.sum(np.abs(line - place) <= 2 * 2.0**-23 * abs(place)) >= 2


def test_half_types_are_gone_through_completely() -> None:
    """65,536 different bit patterns, and as many finite numbers as the formats have."""
    for form, finite in ((FORMATS.FLOAT16, 63488), (FORMATS.BFLOAT16, 65280)):
        numbers = HALF.every(form)
        assert numbers.size == 65536
        assert np.sum(np.isfinite(numbers)) == finite
        assert np.unique(numbers[np.isfinite(numbers)]).size == finite - 1  # 0 has two signs


@pytest.mark.parametrize(
    ("name", "value", "slope", "bend"),
    [
        (
            "gelu",
            lambda x: x * mp.ncdf(x),
            lambda x: mp.ncdf(x) + x * mp.npdf(x),
            lambda x: mp.npdf(x) * (2 - x * x),
        ),
        (
            "softplus",
            lambda x: mp.log1p(mp.exp(x)),
            lambda x: 1 / (1 + mp.exp(-x)),
            lambda x: mp.exp(-abs(x)) / (1 + mp.exp(-abs(x))) ** 2,
        ),
    ],
)
def test_the_float64_reference_is_near_the_truth(name: str, value: Any, slope: Any, bend: Any) -> None:
    """It is off by less than a thousandth of a float32's ULP, or of what the input's last bit changes."""
    xs = np.array([-13.0, -5.3, -0.7517916, -1e-9, 0.0, 1e-20, 0.4, 3.0, 18.0, 1e30])
    found = EVERY.REFERENCES[name](xs)
    with mp.workdps(50):
        for k, x in enumerate(xs.tolist()):
            for of, (true, step) in {"value": (value, slope), "x": (slope, bend)}.items():
                due, change = true(mpf(x)), abs(step(mpf(x))) * mpf(float(FLOAT32.ulp(np.array([x]))[0]))
                unit = max(mpf(float(FLOAT32.ulp(np.array([float(due)]))[0])), change)
                assert abs(mpf(float(found[of][0][k])) - due) < unit / 1000, (of, x)
                assert found[of][1][k] == pytest.approx(float(step(mpf(x))), rel=1e-7, abs=1e-40)


def test_contenders_compute_the_same_function() -> None:
    """Where nothing overflows or cancels, the formula under autodiff, SymPy's derivative and Keras give the truth."""
    text = "name: silu\nlet: {s: 1/(1 + exp(-x))}\nexpression: x*s if x > -50 else 0.25*max(x, -60)\n"
    (written,) = read(text)
    xs = np.linspace(-3, 3, 25)
    programs = {
        "autodiff": CONTENDERS.autodiff(written, ("value", "x")),
        "SymPy": CONTENDERS.sympy_diff(written, ("value", "x")),
        "Keras": CONTENDERS.keras_own("silu", ("x",), {}),
    }
    for name, program in programs.items():
        found = CONTENDERS.computed(program, {"x": xs}, CONTENDERS.EAGER, FLOAT32)
        for x, value, slope in zip(xs.tolist(), found["value"], found["x"], strict=True):
            at = mpf(float(np.float32(x)))
            assert value == pytest.approx(float(at / (1 + mp.exp(-at))), rel=1e-5, abs=1e-6), name
            assert slope == pytest.approx(float(mp.diff(lambda v: v / (1 + mp.exp(-v)), at)), rel=1e-5, abs=1e-6), name


def test_numbers_are_short() -> None:
    """Two or three digits below 100, one and an exponent above."""
    shown = [TABLES.number(v) for v in (0, 0.456, 3.14159, 42.4, 290_000.0, 9.7e8)]
    assert shown == ["0", "0.46", "3.14", "42", "3e5", "1e9"]


def test_parts_of_all_inputs_add_up() -> None:
    """The worst is the worst of the parts, with its place; counts are summed."""
    total = EVERY.Part()
    total.add(EVERY.Part(10, 1.5, -2.0, (3, 0, 0, 0), 1, 0, 4, 0))
    total.add(EVERY.Part(5, 0.5, 7.0, (1, 0, 0, 0), 0, 2, 4, 1))
    assert total == EVERY.Part(15, 1.5, -2.0, (4, 0, 0, 0), 1, 2, 8, 1)


PAGE = ROOT / "docs" / "accuracy.md"


@pytest.mark.parametrize("part", ["float32", "half"])
def test_the_page_has_every_activation_that_is_looked_at_in_depth(part: str) -> None:
    """A line for each in both tables."""
    text = PAGE.read_text("utf-8")
    section = text.partition(f"<!-- accuracy {part}: begin -->")[2].partition(f"<!-- accuracy {part}: end -->")[0]
    shown = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert set(core_activations()) - shown == set()


def test_only_what_is_between_the_marks_is_replaced(tmp_path: Path) -> None:
    """A page without the marks is an error."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- accuracy half: begin -->\nold\n<!-- accuracy half: end -->\nafter\n", "utf-8")
    ACCURACY.update_docs({"half": "new"}, page)
    text = "before\n<!-- accuracy half: begin -->\n\nnew\n\n<!-- accuracy half: end -->\nafter\n"
    assert page.read_text("utf-8") == text
    with pytest.raises(ValueError, match="has no"):
        ACCURACY.update_docs({"speed": "new"}, page)


def test_settings_are_in_their_domains() -> None:
    """The defaults first, then two others; all numbers of float32."""
    truth = truth_of("name: f\nparameters: {a: {default: 0.1, domain: '(0, 1)'}, b: 2}\nexpression: a*x + b\n")
    found = POINTS.settings(truth)
    assert found[0] == {"a": float(np.float32(0.1)), "b": 2}
    assert len(found) == 3
    assert all(0 < s["a"] < 1 and Fraction(s["a"]).denominator <= 2**30 for s in found)
