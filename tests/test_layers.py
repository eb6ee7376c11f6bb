"""The layers: lower never imports higher, and the command line never imports TensorFlow."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from workspace import REPOSITORY

PACKAGE = REPOSITORY / "actc"

LAYERS = {
    "diagnostics": 0,
    "model": 1,
    "resources": 1,
    "frontend": 2,
    "calculus": 2,
    "numerics": 2,
    "lowering": 2,
    "backend": 2,
    "pipeline": 3,
    "project": 4,
    "output": 5,
    "reporting": 6,
    "notebook": 6,
    "pictures": 7,
    "cli": 8,
    "__main__": 9,
}
"""design.md's order, with what lies between the pipeline and the command line."""

WITHIN = {("lowering", "calculus"), ("lowering", "numerics"), ("numerics", "calculus")}
"""Uses within one layer, each one way only; otherwise the parts of a layer know nothing of one another."""

FIRST = ("__version__",)


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """The parts of the package that a file imports, wherever in it, with the line."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            names = [f"{node.module}.{a.name}" if node.module == "actc" else str(node.module) for a in node.names]
        for name in names:
            top, _, rest = name.partition(".")
            if top == "actc" and rest and rest not in FIRST:
                yield rest.partition(".")[0], node.lineno


def test_lower_layers_do_not_import_higher_ones() -> None:
    """Imports inside functions count too."""
    wrong = []
    seen = 0
    for file in sorted(PACKAGE.rglob("*.py")):
        part = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if part == "__init__":
            continue  # the package's face: looks at everything
        assert part in LAYERS, f"{part} has no place among the layers"
        for other, line in imports(file):
            seen += 1
            allowed = LAYERS[other] < LAYERS[part] or other == part or (part, other) in WITHIN
            if not allowed:
                wrong.append(f"{file.relative_to(REPOSITORY)}:{line}: {part} imports {other}")
    assert seen > 50
    assert wrong == []


def test_only_the_command_line_prints() -> None:
    """No other part calls ``print`` or touches the standard streams."""
    wrong = []
    for file in sorted(PACKAGE.rglob("*.py")):
        if file.is_relative_to(PACKAGE / "cli") or file.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            printing = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            stream = isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr")
            if printing or stream:
                wrong.append(f"{file.relative_to(REPOSITORY)}:{node.lineno}")
    assert wrong == []


def test_modules_stay_readable() -> None:
    """No module of the compiler is longer than 500 lines."""
    lengths = {
        file.relative_to(REPOSITORY): len(file.read_text("utf-8").splitlines()) for file in PACKAGE.rglob("*.py")
    }
    assert {file: length for file, length in lengths.items() if length > 500} == {}


@pytest.mark.parametrize(
    "command", [["build", "--out", "{out}"], ["check"], ["schema"], ["explain", "ACT404"], ["--help"]]
)
def test_the_command_line_never_imports_tensorflow(tmp_path: Path, command: list[str]) -> None:
    """With imports of TensorFlow and Keras made to fail, in workers too, shipped activations compile."""
    blocker = tmp_path / "site"
    blocker.mkdir()
    (blocker / "sitecustomize.py").write_text(
        textwrap.dedent("""\
        import sys


        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in ("tensorflow", "keras", "jax", "torch", "numpy"):
                    raise RuntimeError(f"{name} was imported")


        sys.meta_path.insert(0, Refuse())
        """)
    )
    probe = subprocess.run(
        [sys.executable, "-c", "import keras"],
        env={"PYTHONPATH": str(blocker)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "keras was imported" in probe.stderr
    argv = [word.format(out=tmp_path / "acts") for word in command]
    paths = [str(REPOSITORY / "activations" / f"{name}.yaml") for name in ("relu", "swish")]
    argv += paths if command[0] in ("build", "check") else []
    run = subprocess.run(
        [sys.executable, "-m", "actc", *argv],
        env={"PYTHONPATH": f"{blocker}:{REPOSITORY}", "XDG_CACHE_HOME": str(tmp_path / "cache")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_help_is_quick_to_load() -> None:
    """Nothing heavy is imported before it is needed."""
    script = "import sys; from actc.cli import main; main(['--version']); print(*sys.modules)"
    env = {"PYTHONPATH": str(REPOSITORY)}
    run = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=60, check=True
    )
    assert {"sympy", "jinja2", "yaml", "flint", "gmpy2", "multiprocessing"} & set(run.stdout.split()) == set()
