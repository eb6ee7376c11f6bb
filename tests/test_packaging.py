"""The wheel: it holds what it needs, works in an empty folder, and says what it is."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from workspace import REPOSITORY

import actc


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    run = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_what_it_needs(wheel: Path) -> None:
    """Every module, template and shipped activation, the licence and the typing marker; no tests."""
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {p.relative_to(REPOSITORY).as_posix() for p in (REPOSITORY / "actc").rglob("*.py")}
    assert sources <= names
    for folder, pattern in (("templates", "*.jinja"), ("activations", "*.yaml")):
        shipped = {f"actc/_data/{p.relative_to(REPOSITORY).as_posix()}" for p in (REPOSITORY / folder).rglob(pattern)}
        assert shipped
        assert shipped <= names
    assert "actc/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.partition("/")[0] for name in names} == {"actc", f"actc-{actc.__version__}.dist-info"}


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    """The version is the program's, the licence Apache-2.0, and TensorFlow an extra."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = email.message_from_bytes(archive.read(f"actc-{actc.__version__}.dist-info/METADATA"))
    assert metadata["Version"] == actc.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == "<3.14,>=3.11"
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert not any(re.match("tensorflow|keras|numpy", line) for line in needed)
    assert any(
        "tensorflow" in line and "extra == 'tensorflow'" in line for line in metadata.get_all("Requires-Dist", [])
    )


def test_the_wheel_works_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """Templates and shipped activations are found where there is no checkout, and a starter file builds as it is."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    folder = tmp_path / "empty"
    folder.mkdir()
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run(*argv: str) -> str:
        got = subprocess.run(
            [sys.executable, "-m", "actc", *argv],
            cwd=folder, env=variables, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert (got.returncode, got.stderr) == (0, "")
        return got.stdout

    where = subprocess.run(
        [sys.executable, "-c", "import actc; print(actc.__file__)"],
        cwd=folder, env=variables, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert where.stdout.strip() == str(site / "actc/__init__.py")
    run("build", "--catalogue", "swish,relu")
    run("new", "first")
    run("new", "second", "--like", "mish")
    run("build", "activations", "--strict")
    assert {p.name for p in (folder / "generated").iterdir()} == {
        "__init__.py", "_support.py", "first.py", "relu.py", "second.py", "swish.py",
    }  # fmt: skip
    run("build", "activations", "--check")


def test_constraints_cover_the_requirements() -> None:
    """Everything that pyproject.toml asks for is pinned, to a version that it allows, without addresses or hashes."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (REPOSITORY / "constraints.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line) for line in lines)
    pinned = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in lines}
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = [text for group in project["optional-dependencies"].values() for text in group]
    for text in [*project["dependencies"], *extras]:
        requirement = Requirement(text)
        if requirement.name != "actc":
            assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), text


def test_public_names() -> None:
    """The package offers what its ``__all__`` says, and imports nothing heavy."""
    assert set(actc.__all__) == {"ActivationError", "__version__", "compile"}
    assert all(hasattr(actc, name) for name in actc.__all__)
    script = "import sys, actc; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(REPOSITORY)}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert not {"sympy", "yaml", "tensorflow", "jinja2"} & set(run.stdout.split())
