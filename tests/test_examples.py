"""The examples run as a reader would run them, and what they print is held to what they promise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the quickstart prints, run from a copy of the folder."""
    folder = tmp_path_factory.mktemp("quickstart")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("generated", "__pycache__"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, str(folder / "examples" / "quickstart.py")],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _percent(pattern: str, story: str) -> float:
    found = re.search(pattern.replace("PERCENT", r"(\d+\.\d)%"), story)
    assert found, story
    return float(found[1])


def test_an_authored_activation_reads_digits(story: str) -> None:
    """A classifier whose hidden layers use the example's own activation reaches 95% on held-out images."""
    assert _percent(r"A classifier with it reads PERCENT of the held-out digits", story) >= 95


def test_it_comes_back_in_another_process(story: str) -> None:
    """Loaded where only the generated package is imported, the model predicts the same; the compiler is not needed."""
    assert re.search(r"the same predictions \(actc imported there: False\)", story)


def test_threshold_units_learn_through_a_surrogate(story: str) -> None:
    """A deep network of them reaches 90%, and its hidden weights have moved."""
    assert _percent(r"With the surrogate, six such layers read PERCENT", story) >= 90
    moved = re.search(r"With the surrogate.*moved by at most (\S+)\.\n", story)
    assert moved
    assert float(moved[1]) > 0.05


def test_with_the_true_derivative_they_do_not(story: str) -> None:
    """The derivative is 0, so no hidden weight moves and the network does clearly worse."""
    assert re.search(r"With the true derivative.*moved by at most 0\.\n", story)
    assert _percent(r"With the true derivative, six such layers read PERCENT", story) <= 70
