"""The benchmark of speed: its contenders compute one function, its figures mean what they say, and it runs."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from workspace import REPOSITORY

BENCHMARKS = REPOSITORY / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def _found() -> Any:
    """The modules of the benchmark can be imported."""
    sys.path.insert(0, str(BENCHMARKS))
    yield
    sys.path.remove(str(BENCHMARKS))


def timing(name: str) -> Any:
    return importlib.import_module(f"timing.{name}")


def test_all_contenders_compute_the_formula() -> None:
    """Values and gradients of everyone agree with autodiff of the formula as one would write it."""
    subjects = timing("subjects")
    rng = np.random.default_rng(5)
    assert len(subjects.SUBJECTS) >= 24
    for subject in subjects.SUBJECTS:
        xs = [tf.constant(rng.normal(0.0, 2.0, 97), tf.float32) for _ in range(subject.inputs)]
        upstream = tf.constant(rng.normal(size=97), tf.float32)
        package = SimpleNamespace(**{subject.name: lambda *inputs, **_: tf.zeros_like(inputs[0])})
        functions = subject.functions(package)
        assert {subjects.GENERATED, subjects.AUTODIFF, subjects.EXPERT, subjects.COPY} <= set(functions)
        due = _with_gradients(functions[subjects.AUTODIFF], xs, upstream)
        for who in subjects.OTHERS:
            if who in functions:
                found = _with_gradients(functions[who], xs, upstream)
                for a, b in zip(found, due, strict=True):
                    np.testing.assert_allclose(a, b, rtol=1e-3, atol=2e-6, err_msg=f"{subject.name} by {who}")


def _with_gradients(function: Any, xs: list[Any], upstream: Any) -> list[Any]:
    with tf.GradientTape() as tape:
        tape.watch(xs)
        value = function(*xs)
    return [value, *tape.gradient(value, xs, upstream)]


def test_a_cell_is_read_from_the_rounds() -> None:
    """Ratios are taken round by round, against the others alone; copies are how many copies it takes."""
    seconds = {"actc": [2.0, 4.0, 2.0], "Keras": [4.0, 8.0, 6.0], "expert": [2.0, 2.0, 3.0], "copy": [1.0, 1.0, 1.0]}
    cell = timing("records").cell(("f", "eager", "forward", 10, "float32"), seconds, "code")
    assert cell.milliseconds == {"actc": 2000.0, "Keras": 6000.0, "expert": 2000.0, "copy": 1000.0}
    assert cell.best == "expert"
    assert cell.ratio == 1.0
    assert cell.against["Keras"] == (2.0, 2.0, 2.5)
    assert cell.copies == 2.0


def test_what_is_kept_is_counted() -> None:
    """A square keeps its input, a negative nothing, an exponential its output, and a tanh of that one more."""
    memory = timing("memory")
    for function, due in ((tf.square, 1.0), (tf.negative, 0.0), (lambda x: tf.tanh(tf.exp(x)), 2.0)):
        assert memory.kept(function, 1, 1 << 18) == pytest.approx(due, abs=0.01)
    stack = [memory.peak(tf.exp, 1, "eager", 1 << 18, layers) for layers in (2, 6)]
    assert stack[1] - stack[0] == pytest.approx(4.0, abs=0.1)


def test_it_runs_and_goes_on(tmp_path: Path) -> None:
    """One command makes records, tables and plots; a second one measures nothing that is known."""
    first = _run(tmp_path, "--parts", "time,memory,training")
    lines = (tmp_path / "cells.jsonl").read_text("utf-8").splitlines()
    keys = {tuple(json.loads(line)[k] for k in ("name", "mode", "passes", "elements")) for line in lines}
    assert len(keys) == len(lines) == 2 * 2 * 2 * 1
    assert "8/8" in first
    for name in ("speed-ratios.png", "speed-memory.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    for heading in ("geometric mean", "peak, eager", "ms a step"):
        assert heading in first
    with (tmp_path / "cells.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"name": "cut of')
    second = _run(tmp_path, "--parts", "time")
    assert "8/8" not in second
    assert (tmp_path / "cells.jsonl").read_text("utf-8").splitlines()[:8] == lines


def _run(folder: Path, *more: str) -> str:
    command = [sys.executable, str(BENCHMARKS / "speed.py"), "--out", str(folder), "--only", "relu,swiglu"]
    command += ["--modes", "eager,jit_compile", "--elements", "40", "--dtypes", "float32", "--seconds", "0"]
    command += ["--memory-elements", "5000", "--layers", "2", "--width", "4", *more]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
