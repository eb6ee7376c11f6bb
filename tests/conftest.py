"""What the tests share: the program run in a folder of its own, and the shipped activations built once and imported."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from filelock import FileLock
from hypothesis import settings
from shipped import ACTIVATIONS, CORE_FILES, write_sample

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = "shipped_activations"
"""The package's name, and so the prefix under which Keras registers what is in it."""

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# A change is judged on the same examples each time; at a desk new ones are looked for.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@dataclass(frozen=True)
class Run:
    """How a run of the program ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def no_lines_of_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared with what a command prints must not depend on how fast the machine is."""
    monkeypatch.setattr("actc.cli.progress.SECONDS_BETWEEN_LINES", 1e9)


@pytest.fixture(scope="session")
def run_actc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Run]]:
    """Runs the program in this process, with a cache of the tests' own."""
    from actc.cli import main

    def run(*arguments: str | Path) -> Run:
        out, err = io.StringIO(), io.StringIO()
        code = main([str(argument) for argument in arguments], out, err)
        return Run(code, out.getvalue(), err.getvalue())

    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield run
    os.environ.pop("XDG_CACHE_HOME")
    if before is not None:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.fixture(scope="session")
def shipped_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the shipped activations that are looked at, built once however many processes the tests run in."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = base / SHIPPED
    with FileLock(str(base / f"{SHIPPED}.lock")):
        if not folder.exists():
            files = [str(ACTIVATIONS / f"{stem}.yaml") for stem in CORE_FILES]
            write_sample(base / "sample")
            command = [sys.executable, "-m", "actc", "build", *files, str(base / "sample"), "--out", str(folder)]
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(base / "cache")}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def shipped(shipped_folder: Path) -> Iterator[ModuleType]:
    """The generated package, imported."""
    sys.path.insert(0, str(shipped_folder.parent))
    yield importlib.import_module(SHIPPED)
    with contextlib.suppress(ValueError):
        sys.path.remove(str(shipped_folder.parent))
