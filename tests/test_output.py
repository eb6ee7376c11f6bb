"""The output folder: all or nothing, only our own files, and the same bytes whatever the circumstances."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest
from workspace import Workspace, program

from actc.backend.render import HEADER
from actc.output import writer
from actc.output.folder import MARKER, State, WantedFile, is_ours, make_plan
from actc.output.locking import locked
from actc.output.problems import WriteError
from actc.output.records import read_records
from actc.output.writer import write


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


def test_the_marker_is_the_header() -> None:
    """What the backend writes first is what tells our files from others."""
    assert HEADER.encode() == MARKER


def test_a_failed_build_changes_nothing(space: Workspace) -> None:
    """One wrong file keeps all the others from being written, and what was there stays to the byte."""
    space.activation("a")
    space.activation("b")
    assert space.actc("build").code == 0
    before = space.tree()
    space.activation("a", "# changed\n")
    space.activation("b", "ACT404: wrong\n")
    assert space.actc("build").code == 1
    assert space.tree() == before


def test_an_unchanged_folder_is_not_touched(space: Workspace) -> None:
    """A second build writes no file."""
    space.activation("a")
    space.actc("build")
    times = {p: p.stat().st_mtime_ns for p in (space.path / "generated").iterdir()}
    space.actc("build")
    assert {p: p.stat().st_mtime_ns for p in (space.path / "generated").iterdir()} == times


def test_a_module_goes_with_its_source(space: Workspace) -> None:
    """A build of the whole set removes what has no source any more; foreign files stay."""
    space.activation("a")
    space.activation("b")
    space.write("generated/notes.txt", "mine")
    space.actc("build")
    (space.path / "activations/b.yaml").unlink()
    got = space.actc("build")
    assert set(space.tree()) == {"__init__.py", "_support.py", "a.py", "notes.txt"}
    assert "1 file written to generated/ (2 unchanged, 1 removed)" in got.out
    assert "foreign: generated/notes.txt\n" in got.out
    assert "from .b import" not in space.read("generated/__init__.py")


def test_paths_leave_other_modules_in_place(space: Workspace) -> None:
    """A build of one file keeps the other modules, and the package goes on exporting them."""
    space.activation("a", "alias: first\n")
    space.activation("b")
    space.actc("build")
    before = space.tree()
    space.activation("b", "# changed\n")
    assert space.actc("build", "activations/b.yaml").code == 0
    after = space.tree()
    assert {name for name in after if after[name] != before[name]} == {"b.py"}
    init = space.read("generated/__init__.py")
    assert "from .a import A, a" in init
    assert '"first": a' in init.replace("'", '"')


def test_paths_remove_what_has_lost_its_source(space: Workspace) -> None:
    """A module whose file is gone is removed even if the build was of another file, or of the folder."""
    for name in ("a", "b", "c"):
        space.activation(name, folder="acts")
    space.actc("build", "acts")
    (space.path / "acts/b.yaml").unlink()
    space.actc("build", "acts/a.yaml")
    assert set(space.tree()) == {"__init__.py", "_support.py", "a.py", "c.py"}
    (space.path / "acts/c.yaml").unlink()
    space.actc("build", "acts")
    assert set(space.tree()) == {"__init__.py", "_support.py", "a.py"}


def test_sources_are_found_again_from_elsewhere(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is gone does not depend on the working directory, and a project may be moved as a whole."""
    space.activation("a")
    space.activation("b", folder="more")
    space.actc("build", "activations", "more")
    moved = space.path.with_name("moved")
    space.path.rename(moved)
    (moved / "below").mkdir()
    monkeypatch.chdir(moved / "below")
    assert space.actc("build", "../more", "--out", "../generated").code == 0
    assert {p.name for p in (moved / "generated").iterdir()} == {"__init__.py", "_support.py", "a.py", "b.py"}


def test_a_catalogue_module_stays(space: Workspace) -> None:
    """A shipped activation is found by its name, so a later build of something else keeps it."""
    space.activation("a")
    space.actc("build", "--catalogue", "mish")
    space.actc("build", "activations")
    assert set(space.tree()) == {"__init__.py", "_support.py", "a.py", "mish.py"}
    assert "catalogue:mish" in space.read("generated/__init__.py")


def test_names_of_modules_in_place_are_taken(space: Workspace) -> None:
    """A name that a module holds which the build keeps is an error, not a silent replacement."""
    space.write("activations/a.yaml", "name: swish\nalias: silu\n")
    space.actc("build")
    space.write("other/b.yaml", "name: swish\n")
    space.write("other/c.yaml", "name: silu\n")
    got = space.actc("build", "other")
    assert got.code == 1
    assert "other/b.yaml:1:7: error[ACT404] `swish` is taken, by generated/a.py" in got.err
    assert "other/c.yaml:1:7: error[ACT404] `silu` is taken, by generated/a.py" in got.err


@pytest.mark.parametrize(
    "damage", ["", "# Generated by actc 0\n", "# Generated by actc 0\n# actc module [oops\n", None]
)
def test_a_damaged_package_is_repaired(space: Workspace, damage: str | None) -> None:
    """Without the record of a module, what it exports is read from the module itself."""
    space.activation("soft_sign")
    space.activation("b")
    space.actc("build")
    init = space.path / "generated/__init__.py"
    wanted = init.read_text()
    if damage is None:
        init.unlink()
    else:
        init.write_text(damage)
    force = ["--force"] if damage == "" else []
    assert space.actc("build", "activations/b.yaml", *force).code == 0
    (record,) = [r for r in read_records(init.parent) if r.stem == "soft_sign"]
    assert record.names == ("soft_sign", "SoftSign")
    assert init.read_text().partition("# What each")[0] == wanted.partition("# What each")[0]


def test_foreign_files_in_the_way(space: Workspace) -> None:
    """A file that actc did not write is not overwritten without ``--force``, and nothing else is written either."""
    space.activation("a")
    space.activation("b")
    space.write("generated/a.py", "mine\n")
    got = space.actc("build")
    assert got.code == 1
    assert "generated/a.py:1:1: error[ACT410] a file that actc did not write is in the way" in got.err
    assert space.tree() == {"a.py": b"mine\n"}
    assert space.actc("build", "--force").code == 0
    assert is_ours(space.path / "generated/a.py")


def test_links_in_the_way(space: Workspace) -> None:
    """A symbolic link is never written through; ``--force`` replaces the link itself."""
    space.activation("a")
    target = space.write("target.py", MARKER.decode() + "\n")
    (space.path / "generated").mkdir()
    (space.path / "generated/a.py").symlink_to(target)
    got = space.actc("build")
    assert got.code == 1
    assert "error[ACT410] a symbolic link is in the way" in got.err
    assert space.actc("build", "--force").code == 0
    assert not (space.path / "generated/a.py").is_symlink()
    assert target.read_text() == MARKER.decode() + "\n"


def test_folders_in_the_way(space: Workspace) -> None:
    """A folder in a file's place, and a file in the folder's, are errors that ``--force`` does not overcome."""
    space.activation("a")
    (space.path / "generated/a.py").mkdir(parents=True)
    got = space.actc("build", "--force")
    assert got.code == 1
    assert "generated/a.py:1:1: error[ACT410] something that is no file is in the way" in got.err
    space.write("plain", "mine")
    got = space.actc("build", "--out", "plain", "--force")
    assert got.code == 1
    assert "plain:1:1: error[ACT411] it is a file, where the output folder should be" in got.err


def test_check_tells_what_is_not_up_to_date(space: Workspace) -> None:
    """``--check`` writes nothing, lists what is stale, missing and extra, and exits 1; foreign files do not count."""
    space.activation("a")
    space.activation("b")
    space.activation("c")
    assert "missing: generated/a.py\n" in space.actc("build", "--check").out
    assert not (space.path / "generated").exists()
    space.actc("build")
    space.write("generated/notes.txt", "mine")
    (space.path / "generated/__pycache__").mkdir()
    got = space.actc("build", "--check")
    assert got.code == 0
    assert got.out.endswith("generated/ is up to date (5 files)\n")
    assert "foreign: generated/notes.txt\n" in got.out
    assert "__pycache__" not in got.out
    space.write("generated/a.py", MARKER.decode() + "edited\n")
    (space.path / "generated/b.py").unlink()
    (space.path / "activations/c.yaml").unlink()
    before = space.tree()
    got = space.actc("build", "--check")
    assert got.code == 1
    listed = [line for line in got.out.splitlines() if line.startswith(("stale", "missing", "extra"))]
    assert listed == [
        "stale: generated/__init__.py", "stale: generated/a.py", "missing: generated/b.py", "extra: generated/c.py",
    ]  # fmt: skip
    assert got.out.endswith("generated/ is not up to date: 1 missing, 2 stale, 1 extra\n")
    assert space.tree() == before


def test_diff_shows_what_would_change(space: Workspace) -> None:
    """``--diff`` prints a unified diff, writes nothing, and exits as ``--check`` does."""
    space.activation("a")
    space.actc("build")
    assert space.actc("build", "--diff").code == 0
    text = space.read("generated/a.py")
    space.write("generated/a.py", text + "edited\n")
    got = space.actc("build", "--diff")
    assert got.code == 1
    assert "--- generated/a.py\n+++ generated/a.py\n" in got.out
    assert "\n-edited\n" in got.out
    (space.path / "generated/a.py").unlink()
    assert "--- /dev/null\n+++ generated/a.py\n" in space.actc("build", "--diff").out
    assert not (space.path / "generated/a.py").exists()


def test_the_same_bytes_whatever_the_circumstances(space: Workspace) -> None:
    """Neither the order of the files, nor the number of processes, nor the hash seed shows in the output."""
    names = ["relu", "mish", "swish", "gates"]
    source = "--catalogue"
    trees = []
    for seed, jobs, order in (("0", "1", names), ("1", "4", names[::-1]), ("77", "2", names[2:] + names[:2])):
        out = f"run{seed}/acts"
        cache = str(space.path / f"cache{seed}")
        argv = ["build", source, ",".join(order), "--out", out, "--jobs", jobs]
        got = program(*argv, cwd=space.path, PYTHONHASHSEED=seed, XDG_CACHE_HOME=cache)
        assert got.returncode == 0, got.stderr
        trees.append(space.tree(out))
    assert trees[0] == trees[1] == trees[2]
    assert len(trees[0]) == len(names) + 2


def plan_for(folder: Path, *files: tuple[str, str]) -> tuple[State, ...]:
    return tuple(f.state for f in make_plan(folder, "out", [WantedFile(*file) for file in files]).files)


def unable(*_: object) -> None:
    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


@pytest.mark.parametrize("point", ["_stage", "_set_aside"])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_write_that_fails_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, step: int) -> None:
    """Whenever the disk fills up, the folder is as it was, and no temporary file stays."""
    ours = MARKER.decode()
    (tmp_path / "a.py").write_text(ours + "old a")
    (tmp_path / "gone.py").write_text(ours + "old")
    before = {p.name: p.read_text() for p in tmp_path.iterdir()}
    wanted = [WantedFile("a.py", ours + "new a"), WantedFile("b.py", ours + "b"), WantedFile("__init__.py", ours)]
    real, calls = getattr(writer, point), []

    def failing(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == step:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments)

    monkeypatch.setattr(writer, "exchange", unable)
    monkeypatch.setattr(writer, point, failing)
    with pytest.raises(WriteError, match="No space left"):
        write(make_plan(tmp_path, "out", wanted))
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == before
    monkeypatch.undo()
    write(make_plan(tmp_path, "out", wanted))
    assert {p.name for p in tmp_path.iterdir()} == {"a.py", "b.py", "__init__.py"}
    assert (tmp_path / "a.py").read_text() == ours + "new a"


def test_new_files_have_the_usual_permissions(tmp_path: Path) -> None:
    """Generated files are readable by whom the user's mask allows."""
    mask = os.umask(0o027)
    try:
        write(make_plan(tmp_path, "out", [WantedFile("a.py", MARKER.decode())]))
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o640


def test_builds_at_once_follow_one_another(tmp_path: Path) -> None:
    """The second holder of the folder waits for the first."""
    folder = tmp_path / "out"
    inside = threading.Event()
    order: list[str] = []

    def second() -> None:
        inside.wait(10)
        with locked(folder):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with locked(folder):
        inside.set()
        thread.join(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_a_folder_that_cannot_be_made(space: Workspace) -> None:
    """An output below a file is an error of the output, not a crash."""
    space.activation("a")
    space.write("plain", "mine")
    got = space.actc("build", "--out", "plain/acts")
    assert got.code == 1
    assert "error[ACT411]" in got.err


def test_nothing_is_left_of_a_folder_that_stays_empty(tmp_path: Path) -> None:
    """A folder that was made for a build that wrote nothing is taken away; one that was there stays."""
    with locked(tmp_path / "new"):
        pass
    assert not (tmp_path / "new").exists()
    (tmp_path / "old").mkdir()
    with locked(tmp_path / "old"):
        pass
    assert (tmp_path / "old").is_dir()
