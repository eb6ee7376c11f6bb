"""Templates of the user's own: used by name, recorded in what is generated, and their mistakes located."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from workspace import REPOSITORY, Workspace

from actc import resources
from actc.backend.context import ActivationContext, ModuleContext, PackageContext, SupportContext
from actc.backend.templates import CONTEXT_VERSION
from actc.project.workers import compile_file

PAGE = REPOSITORY / "docs" / "templates.md"
MODULE = "mine/tensorflow/module.py.jinja"


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A project with templates of its own, and the real compiler."""
    project = Workspace(tmp_path, monkeypatch)
    monkeypatch.setattr("actc.cli.compiling.COMPILER", compile_file)
    project.activation("double", "expression: 2*x\n")
    project.write("pyproject.toml", "[tool.actc]\ntemplates = 'mine'\n")
    (project.path / "mine" / "tensorflow").mkdir(parents=True)
    return project


def shipped(name: str) -> str:
    """The text of a template of ours."""
    return (resources.templates() / "tensorflow" / name).read_text("utf-8")


MISTAKES = [
    ("module.py.jinja", "{{ header }}\n\n{{ headre }}\n", 3, "'headre' is undefined"),
    ("module.py.jinja", "{{ header }}\n{% for a in activations %}\n{{ a.forwrad }}\n{% endfor %}\n", 3, "forwrad"),
    ("module.py.jinja", "{{ header }\n", 1, "unexpected '}'"),
    ("module.py.jinja", "{{ header }}\n{% if x %}\n", 2, "Unexpected end of template"),
    ("module.py.jinja", "{{ header }}\n{% include 'no.jinja' %}\n", 2, "there is no template `no.jinja`"),
    ("module.py.jinja", "{{ header }}\n\n\n{{ 1/0 }}\n", 4, "division by zero"),
    ("module.py.jinja", "{{ header }}\n{{ ''.__class__.__mro__ }}\n", 2, "unsafe"),
    ("module.py.jinja", "x = 1\n", 1, "does not begin with the header"),
    ("module.py.jinja", "{{ header }}\nx = = 1\n", 1, "is not Python: invalid syntax, in the line `x = = 1`"),
    ("module.py.jinja", "{{ header }}\n{# actc templates 99 #}\n", 2, "written for version 99"),
    ("module.py.jinja", b"\xff", 1, "it cannot be read"),
    ("activation.py.jinja", "{{ nothing }}\n", 1, "'nothing' is undefined"),
    ("package.py.jinja", "{{ header }}\n{{ nothing }}\n", 2, "'nothing' is undefined"),
    ("support.py.jinja", "{{ header }}\n{{ nothing }}\n", 2, "'nothing' is undefined"),
    ("support/layers.py.jinja", "\n{{ nothing }}\n", 2, "'nothing' is undefined"),
    ("modul.py.jinja", "{{ header }}\n", 1, "actc has no template `modul.py.jinja`"),
    ("../module.py.jinja", "{{ header }}\n", 1, "templates lie in the folder `tensorflow`"),
]


@pytest.mark.parametrize(("name", "text", "line", "message"), MISTAKES)
def test_a_mistake_has_its_file_and_line(
    space: Workspace, name: str, text: str | bytes, line: int, message: str
) -> None:
    """A diagnostic and exit code 1; nothing is written and nothing is called our mistake."""
    path = space.path / "mine" / "tensorflow" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    got = space.actc("build")
    place = path.resolve().relative_to(space.path).as_posix()
    assert (got.code, f"{place}:{line}:1: error[ACT412] " in got.err) == (1, True), got.err
    assert message in got.err
    assert "internal" not in got.err
    assert got.err.count("ACT412") == 1
    assert not (space.path / "generated").exists()


def test_a_name_that_is_nearly_ours_is_suggested(space: Workspace) -> None:
    """A file that overrides nothing would otherwise be overlooked."""
    space.write("mine/tensorflow/modul.py.jinja", shipped("module.py.jinja"))
    assert "did you mean `module.py.jinja`?" in space.actc("build").err


def test_templates_may_include_templates_of_their_own(space: Workspace) -> None:
    """A part with a name of its own is used by the one that includes it."""
    space.write("mine/tensorflow/parts/style.jinja", "# House style.")
    text = shipped("module.py.jinja").replace("{{ header }}", '{{ header }}\n{% include "parts/style.jinja" %}\n', 1)
    space.write(MODULE, text)
    got = space.actc("build")
    assert (got.code, got.err) == (0, "")
    assert "# House style." in space.read("generated/double.py")


def test_check_notices_every_change_of_a_template(space: Workspace) -> None:
    """Also one that changes nothing but the hash in the headers, in a file that no rendering reads."""
    space.write(MODULE, shipped("module.py.jinja"))
    assert space.actc("build").code == 0
    header = space.read("generated/double.py").splitlines()[2]
    assert re.fullmatch(
        rf"# With templates of its project: [0-9a-f]{{16}}; context version {CONTEXT_VERSION}\.", header
    )
    assert space.actc("build", "--check").code == 0
    space.write(MODULE, "{# A remark. #}\n" + shipped("module.py.jinja"))
    got = space.actc("build", "--check")
    assert got.code == 1
    assert "stale: generated/double.py" in got.out
    space.write(MODULE, shipped("module.py.jinja"))
    assert space.actc("build", "--check").code == 0
    space.write("pyproject.toml", "")
    assert space.actc("build", "--check").code == 1


def test_the_folder_s_place_is_not_in_what_is_generated(space: Workspace) -> None:
    """Two checkouts of a project generate the same bytes."""
    space.write(MODULE, shipped("module.py.jinja"))
    assert space.actc("build").code == 0
    before = space.tree()
    (space.path / "mine").rename(space.path / "other")
    space.write("pyproject.toml", "[tool.actc]\ntemplates = 'other'\n")
    assert space.actc("build").code == 0
    assert space.tree() == before


def test_the_page_s_example_works(space: Workspace) -> None:
    """Its lines stand after the header in every module."""
    found = re.search(r"<!-- template: templates/(\S+) -->\n```jinja\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    space.write(f"mine/{found[1]}", found[2])
    got = space.actc("build")
    assert (got.code, got.err) == (0, "")
    assert "# Copyright the Example project." in space.read("generated/double.py")


def test_the_page_names_all_that_templates_are_given() -> None:
    """Every field of every context, no other, and the version; and every template."""
    text = PAGE.read_text("utf-8")
    named = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    given = [
        f.name for kind in (ModuleContext, ActivationContext, PackageContext, SupportContext) for f in fields(kind)
    ]
    assert named == given
    assert f"This is version {CONTEXT_VERSION}." in text
    ours = resources.templates() / "tensorflow"
    for path in ours.rglob("*.jinja"):
        assert f"`{path.relative_to(ours).as_posix()}`" in text
