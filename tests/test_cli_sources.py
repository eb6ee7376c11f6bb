"""Which files a command is about, and what is told of those that cannot be compiled."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from workspace import Workspace


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


def names(out: str) -> list[str]:
    return re.findall(r"^(\w+) +x:", out, re.M)


def test_files_folders_and_globs(space: Workspace) -> None:
    """All three name files; a file that is named twice is compiled once."""
    for name in ("a", "b", "c", "d"):
        space.activation(name, folder="acts")
    space.activation("e", folder="acts/deep")
    space.write("acts/f.yml", "name: f\n")
    space.write("acts/README.md", "name: readme\n")
    space.write("acts/.hidden.yaml", "name: hidden\n")
    space.write("acts/.git/g.yaml", "name: g\n")
    assert names(space.actc("check", "acts").out) == ["a", "b", "c", "d", "e", "f"]
    assert names(space.actc("check", "acts/b.yaml", "acts/a.yaml", "./acts/../acts/b.yaml").out) == ["a", "b"]
    assert names(space.actc("check", "acts/[ab].yaml").out) == ["a", "b"]
    assert names(space.actc("check", "acts/*").out) == ["a", "b", "c", "d", "e", "f"]
    assert names(space.actc("check", "**/e.yaml").out) == ["e"]


def test_a_file_whose_name_looks_like_a_glob(space: Workspace) -> None:
    """A path that exists is that path."""
    space.write("acts/[a].yaml", "name: a\n")
    got = space.actc("check", "acts/[a].yaml")
    assert "acts/[a].yaml:1:1: error[ACT402] `[a]` cannot name a Python module" in got.err


def test_paths_outside_are_printed_in_full(space: Workspace) -> None:
    """Inside the working directory paths are relative to it, whatever way they were named."""
    outside = space.path.parent / "else.yaml"
    outside.write_text("ACT404: wrong\n")
    space.write("in.yaml", "ACT404: wrong\n")
    got = space.actc("check", "../else.yaml", str(space.path / "in.yaml"))
    assert f"{outside.as_posix()}:1:1: error[ACT404]" in got.err
    assert "\nin.yaml:1:1: error[ACT404]" in got.err


@pytest.mark.parametrize(
    ("stem", "problem"),
    [
        ("2swish", "it is no identifier"),
        ("my-swish", "it is no identifier"),
        ("class", "it is a Python keyword"),
        ("_swish", "it begins with `_`"),
        ("__init__", "it begins with `_`"),
        ("swish.v2", "it is no identifier"),
        ("ﬁne", "it is no identifier"),
    ],
)
def test_stems_must_name_modules(space: Workspace, stem: str, problem: str) -> None:
    """A file whose stem is no module's name is an error at its first line; the rest of it is checked too."""
    space.write(f"activations/{stem}.yaml", "name: ok\nACT404: wrong\n")
    got = space.actc("build")
    assert got.code == 1
    assert f"activations/{stem}.yaml:1:1: error[ACT402] `{stem}` cannot name a Python module: {problem}" in got.err
    assert f"activations/{stem}.yaml:2:1: error[ACT404] wrong" in got.err


def test_stems_are_unique(space: Workspace) -> None:
    """Sub-folders are flattened, and some file systems know no case."""
    space.write("activations/a/gelu.yaml", "name: one\n")
    space.write("activations/b/gelu.yml", "name: two\n")
    space.write("activations/b/Gelu.yaml", "name: three\n")
    got = space.actc("build")
    assert got.code == 1
    assert "activations/b/Gelu.yaml:1:1: error[ACT403] `Gelu` is also the module of activations/a/gelu.yaml" in got.err
    assert "activations/b/gelu.yml:1:1: error[ACT403]" in got.err
    assert names(got.out) == ["one", "three", "two"]


def test_files_that_cannot_be_read(space: Workspace) -> None:
    """A dangling link, a pipe and a folder in a file's place are errors there; the others go on."""
    space.activation("good")
    (space.path / "activations/gone.yaml").symlink_to("nowhere")
    os.mkfifo(space.path / "activations/pipe.yaml")
    got = space.actc("check")
    assert got.code == 1
    assert "activations/gone.yaml:1:1: error[ACT401] the file cannot be read: No such file or directory" in got.err
    assert "activations/pipe.yaml:1:1: error[ACT401] the file cannot be read: it is not a plain file" in got.err
    assert names(got.out) == ["good"]


def test_links_in_a_circle_end(space: Workspace) -> None:
    """A link to a folder above is not followed."""
    space.activation("good")
    (space.path / "activations/up").symlink_to(space.path, target_is_directory=True)
    assert names(space.actc("check").out) == ["good"]


def test_shipped_activations_by_name(space: Workspace) -> None:
    """``--catalogue`` compiles shipped activations, alone or beside others, and nothing else of their files."""
    space.activation("own")
    got = space.actc("build", "activations", "--catalogue", "relu,mish")
    assert got.code == 0
    assert set(space.tree()) == {"__init__.py", "_support.py", "mish.py", "own.py", "relu.py"}
    assert space.actc("build", "--catalogue", "swiglu,geglu", "--out", "some").code == 0
    assert set(space.tree("some")) == {"__init__.py", "_support.py", "geglu.py", "swiglu.py"}


def test_a_whole_shipped_file_by_its_name(space: Workspace) -> None:
    """A name that only a shipped file has brings all activations of the file in one module, which later builds keep."""
    got = space.actc("build", "--catalogue", "gates,glu")
    assert got.code == 0
    assert set(names(got.out)) == {"glu", "swiglu", "geglu"}
    assert set(space.tree()) == {"__init__.py", "_support.py", "gates.py"}
    assert space.actc("build", "--catalogue", "relu").code == 0
    assert set(space.tree()) == {"__init__.py", "_support.py", "gates.py", "relu.py"}


def test_an_own_file_beside_a_shipped_one_of_its_name(space: Workspace) -> None:
    """They would be one module."""
    space.activation("mish")
    got = space.actc("build", "activations", "--catalogue", "mish")
    assert got.code == 1
    assert "error[ACT403] `mish` is also the module of" in got.err
