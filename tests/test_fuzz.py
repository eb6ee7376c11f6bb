"""A short run of what ``python -m tests.fuzz`` does for hours; and all that such runs have found worth keeping."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz.seeds import RECORDED
from fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name[:8]}")
def test_recorded_inputs(path: Path) -> None:
    """Inputs that once reached a branch which no other had, or that once failed, are answered."""
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("target", ["loader", "parser"])
def test_a_short_run(target: str, tmp_path: Path) -> None:
    """New inputs, looked for by coverage, for some seconds."""
    command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", "6", "--corpus", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failures" in done.stdout
    assert int(done.stdout.split()[1]) > 100
