"""``[tool.actc]``: what it decides, relative to what, and which mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspace import Workspace

from actc import resources


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


def test_paths_are_relative_to_the_file(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a folder below, the same files are built to the same place, and printed in full where they lie outside."""
    space.write("pyproject.toml", "[tool.actc]\nsources = ['acts', 'more/*.yaml']\nout = 'src/acts'\n")
    space.activation("swish", folder="acts/deep")
    space.activation("mish", folder="more")
    (space.path / "below").mkdir()
    monkeypatch.chdir(space.path / "below")
    got = space.actc("build")
    assert got.code == 0
    assert set(space.tree("src/acts")) == {"__init__.py", "_support.py", "mish.py", "swish.py"}
    assert f"files written to {space.path.as_posix()}/src/acts/" in got.out


def test_flags_go_before_the_configuration(space: Workspace) -> None:
    """``--out`` is relative to the working directory; paths replace the sources."""
    space.write("pyproject.toml", "[tool.actc]\nsources = ['nowhere']\nout = 'there'\npackage = 'configured'\n")
    space.activation("swish", folder="x")
    assert space.actc("build", "x", "--out", "here").code == 0
    assert "PACKAGE = 'configured'" in space.read("here/_support.py").replace('"', "'")
    assert space.actc("build", "x", "--package", "flag").code == 0
    assert "PACKAGE = 'flag'" in space.read("there/_support.py").replace('"', "'")


def test_the_package_is_named_after_the_folder(space: Workspace) -> None:
    """Without a name, the output folder's is taken; one that Python cannot import is misuse."""
    space.activation("swish")
    assert space.actc("build", "--out", "deep/acts").code == 0
    assert "PACKAGE = 'acts'" in space.read("deep/acts/_support.py").replace('"', "'")
    got = space.actc("build", "--out", "my-acts")
    assert got.code == 2
    assert "`my-acts` is not the name of a Python package" in got.err
    assert "--package" in got.err
    assert space.actc("build", "--out", "my-acts", "--package", "acts").code == 0


def test_strict_and_limits_hold(space: Workspace) -> None:
    """``strict`` is the flag; ``limits`` stop a file, at its place, while the others go on."""
    space.write("pyproject.toml", "[tool.actc]\nstrict = true\nlimits = {seconds = 0.5}\n")
    space.activation("maybe", "ACT301: only verified\n")
    space.activation("slow", "# fake: hang\n")
    got = space.actc("check")
    assert got.code == 1
    assert "error[ACT301]" in got.err
    assert "activations/slow.yaml:1:1: error[ACT407] not done after 0.5 s" in got.err


def test_another_tools_file_changes_nothing(space: Workspace) -> None:
    """The nearest pyproject.toml without the table leaves the defaults, whatever one further up says."""
    space.write("pyproject.toml", "[tool.other]\nx = 1\n")
    (space.path.parent / "pyproject.toml").write_text("[tool.actc]\nout = 'far'\n")
    space.activation("swish")
    assert space.actc("build").code == 0
    assert (space.path / "generated").is_dir()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.actc]\nsource = ['a']\n", "unknown key `source` in [tool.actc]\n  help: did you mean `sources`?"),
        (
            "[tool.actc.limits]\nsecond = 1\n",
            "unknown key `second` in [tool.actc.limits]\n  help: did you mean `seconds`?",
        ),
        (
            "[tool.actc]\nzzz = 1\n",
            "help: the keys are `limits`, `out`, `package`, `sources`, `strict`, `templates`, `xla`",
        ),
        ("[tool.actc]\nsources = []\n", "`sources` of [tool.actc] must be a list of files, folders and globs"),
        ("[tool.actc]\nsources = [1]\n", "`sources` of [tool.actc] must be a list"),
        ("[tool.actc]\nout = 1\n", "`out` of [tool.actc] must be a text"),
        ("[tool.actc]\npackage = 'a-b'\n", "`a-b` is not the name of a Python package"),
        ("[tool.actc]\ntemplates = 'mine'\n", "`templates` of [tool.actc] names no folder: mine"),
        ("[tool.actc]\nstrict = 'yes'\n", "`strict` of [tool.actc] must be true or false"),
        ("[tool.actc]\nxla = 0\n", "`xla` of [tool.actc] must be true or false"),
        ("[tool.actc]\nlimits = 3\n", "`tool.actc.limits` must be a table"),
        ("[tool.actc.limits]\nseconds = 0\n", "`seconds` of [tool.actc.limits] must be a number above 0"),
        ("[tool.actc.limits]\nmemory_gib = true\n", "`memory_gib` of [tool.actc.limits] must be a number above 0"),
        ("[tool.actc.limits]\nseconds = nan\n", "`seconds` of [tool.actc.limits] must be a number above 0"),
        ("[tool]\nactc = 3\n", "`tool.actc` must be a table"),
        ("[tool.actc\n", "not valid TOML"),
        ("[tool.actc]\nsources = ['gone']\n", "no such file or folder: gone"),
    ],
)
def test_mistakes_are_misuse(space: Workspace, text: str, message: str) -> None:
    """A configuration that makes no sense exits 2 and says what is wrong, and where."""
    file = space.write("pyproject.toml", text)
    space.activation("swish")
    got = space.actc("check")
    assert (got.code, got.out) == (2, "")
    assert message in got.err
    if "gone" not in text and "a-b" not in text:
        assert str(file) in got.err


def test_templates_of_ones_own_come_before_the_compilers(space: Workspace) -> None:
    """A template in the configured folder is used; what it does not have comes from the compiler."""
    ours = (resources.templates() / "tensorflow" / "module.py.jinja").read_text(encoding="utf-8")
    space.write("mine/tensorflow/module.py.jinja", ours.replace("{{ header }}", "{{ header }}\n# House style."))
    space.activation("double", "expression: 2*x\n")
    space.write("pyproject.toml", "[tool.actc]\ntemplates = 'mine'\n")
    assert space.actc("build").code == 0
    assert "# House style." in space.read("generated/double.py")
    assert "# House style." not in space.read("generated/_support.py")
    space.write("pyproject.toml", "[tool.actc]\n")
    assert space.actc("build", "--check").code == 1
