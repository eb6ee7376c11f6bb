"""The cache: an unchanged source is not compiled again, and nothing that lies in it can do harm."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from workspace import Workspace, fake_compile

from actc.diagnostics import Diagnostic, Location
from actc.model.compiled import Accuracy, ActivationReport, CompiledFile, Declared, GradientReport
from actc.model.verdict import Counterexample, Deviation, Kink, Verdict
from actc.project.cache import Cache, cache_folder, compiler_fingerprint


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


def counted(space: Workspace, name: str, more: str = "") -> Path:
    """An activation that adds a letter to the file each time it is compiled."""
    marker = space.path / f"{name}.count"
    space.activation(name, f"# fake: count {marker}\n{more}")
    return marker


def test_an_unchanged_source_is_not_compiled_again(space: Workspace) -> None:
    """Neither by a second build, nor by a check after a build; a changed byte compiles that file alone."""
    first, second = counted(space, "a"), counted(space, "b")
    space.actc("build")
    space.actc("build")
    space.actc("check", "activations/a.yaml")
    assert (first.read_text(), second.read_text()) == ("x", "x")
    counted(space, "b", "# changed\n")
    space.actc("build")
    assert (first.read_text(), second.read_text()) == ("x", "xx")


def test_what_was_done_before_an_interruption_is_remembered(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of a long build: the next one goes on from there."""
    markers = [counted(space, name) for name in "abc"]

    def interrupted(_: object, done: int, of: int) -> None:
        if done == 2 < of:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("actc.cli.console.Console.progress", interrupted)
        assert space.actc("build", "--jobs", "1").code == 130
    assert [marker.exists() for marker in markers] == [True, True, False]
    assert space.actc("build", "--jobs", "1").code == 0
    assert [marker.read_text() for marker in markers] == ["x", "x", "x"]


def test_findings_are_remembered(space: Workspace) -> None:
    """A file with mistakes says the same from the cache, to the byte."""
    marker = counted(space, "a", "ACT404: wrong\n")
    first, second = space.actc("check"), space.actc("check")
    assert first == second
    assert first.code == 1
    assert marker.read_text() == "x"


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "foreign", "folder", "unreadable", "swapped"])
def test_damaged_entries_are_ignored(space: Workspace, damage: str) -> None:
    """Whatever became of an entry, the result is right."""
    space.activation("a")
    space.activation("b", "ACT404: wrong\n")
    wanted = space.actc("check")
    entries = sorted((space.cache / "actc/compiled").rglob("*.json"))
    assert len(entries) == 2
    if damage == "swapped":
        one, other = (entry.read_bytes() for entry in entries)
        entries[0].write_bytes(other)
        entries[1].write_bytes(one)
    for entry in entries:
        data = entry.read_bytes()
        if damage == "empty":
            entry.write_bytes(b"")
        elif damage == "cut":
            entry.write_bytes(data[:-7])
        elif damage == "flipped":
            entry.write_bytes(data.replace(b"proved", b"proven").replace(b"wrong", b"right"))
        elif damage == "foreign":
            entry.write_bytes(b"\xff\xfe not ours")
        elif damage == "folder":
            entry.unlink()
            entry.mkdir()
        elif damage == "unreadable":
            entry.chmod(0)
    assert space.actc("check") == wanted


def test_the_folder_may_go_or_be_closed(space: Workspace) -> None:
    """Deleting the cache, or putting a file in its place, changes nothing but time."""
    space.activation("a")
    wanted = space.actc("check")
    shutil.rmtree(space.cache)
    assert space.actc("check") == wanted
    shutil.rmtree(space.cache)
    space.cache.write_text("a file")
    assert space.actc("check") == wanted


def test_the_key_is_everything_that_decides(tmp_path: Path) -> None:
    """Other bytes, another path, another package, another compiler: each is another entry."""
    compiled = fake_compile("a.yaml", b"name: a\n", "p")
    cache = Cache(tmp_path, "compiler")
    cache.put(compiled, b"name: a\n", "p")
    assert cache.get("a.yaml", b"name: a\n", "p") == compiled
    assert cache.get("a.yaml", b"name: a\n#", "p") is None
    assert cache.get("b.yaml", b"name: a\n", "p") is None
    assert cache.get("a.yaml", b"name: a\n", "q") is None
    assert Cache(tmp_path, "other").get("a.yaml", b"name: a\n", "p") is None
    assert Cache(None, "compiler").get("a.yaml", b"name: a\n", "p") is None


def test_a_changed_template_is_another_compiler(tmp_path: Path) -> None:
    """Users who edit the templates of a checkout see the effect."""
    template = tmp_path / "module.py.jinja"
    template.write_text("one")
    before = compiler_fingerprint("1", [tmp_path])
    assert compiler_fingerprint("1", [tmp_path]) == before
    assert compiler_fingerprint("2", [tmp_path]) != before
    template.write_text("two")
    assert compiler_fingerprint("1", [tmp_path]) != before


def test_the_folder_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``XDG_CACHE_HOME`` is honoured where it is an absolute path, as its specification says."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "actc"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() != Path("relative/actc")
    folder = cache_folder()
    assert folder is None or folder.is_absolute()


def test_outcomes_survive_json() -> None:
    """Every field of an outcome comes back equal: exact fractions, infinities, absent values, any text."""
    place = Location("ä/\udc80.yaml", 3, 7)
    counterexample = Counterexample((("x", Fraction(1, 3)),), "0.1", "nan", "off by 2")
    deviation = Deviation((("x", Fraction(-(10**400))),), float("inf"), 0.5)
    gradients = (
        GradientReport("x", Verdict.REFUTED, "m", counterexample, None, place),
        GradientReport("b", Verdict.SURROGATE, "", None, deviation, place),
    )
    kinks = (
        Kink("jump", "sin(x) = 0", None, "x", None, float("-inf"), 0.0),
        Kink("kink", "x = 0", (("x", 0.0),), "x", 1.0, 2.0, 1.0),
    )
    accuracy = (Accuracy("float32", 1.5, (("x", 2.0),), 0),)
    alias = Declared("\u202e", place)
    report = ActivationReport(Declared("a", place), "A", (alias,), 1, gradients, kinks, accuracy)
    found = Diagnostic("ACT404", place, "m\n", "h", 3, "accepted")
    compiled = CompiledFile(place.file, "a", "text\n", (report,), (found, Diagnostic("ACT401", place, "m")))
    assert CompiledFile.from_json(compiled.to_json()) == compiled
    assert compiled.to_json().isascii()


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"file": 1}', "nan", '{"file":"a","stem":"a","module":3}'])
def test_other_json_is_refused(text: str) -> None:
    """What is no outcome is a ValueError, which readers of the cache expect."""
    with pytest.raises(ValueError, match=r"."):
        CompiledFile.from_json(text)
