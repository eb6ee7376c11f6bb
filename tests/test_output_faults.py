"""Faults while the output folder is written: nothing is lost, nothing is half, and the message says what to do."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import py_compile
import resource
import subprocess
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from workspace import REPOSITORY, Workspace, fake_compile

from actc.cli import compiling
from actc.model.compiled import CompiledFile
from actc.output import build, locking, writer
from actc.output.folder import MARKER, WantedFile, make_plan
from actc.output.locking import locked
from actc.output.problems import WriteError
from actc.output.writer import write
from actc.project.workers import compile_file

OURS = MARKER.decode()


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


def restricted(space: Workspace, *argv: str, setup: Callable[[], None]) -> subprocess.CompletedProcess[str]:
    """Run the program in a process that ``setup`` has taken something away from."""
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "actc", *argv]
    return subprocess.run(
        command, cwd=space.path, env=variables, capture_output=True, text=True, timeout=300, check=False,
        preexec_fn=setup,
    )  # fmt: skip


def without_privileges() -> None:
    """Let the superuser, too, be held to what permissions say."""
    if os.geteuid() == 0:
        for capability in range(64):
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def beside(space: Workspace) -> list[str]:
    """What lies in the project that should not."""
    return sorted(p.name for p in space.path.iterdir() if p.name.startswith("."))


def test_killed_at_a_hundred_moments() -> None:
    """Whenever a build is killed, the package is the whole old or the whole new one; the next build clears up."""
    command = [sys.executable, str(REPOSITORY / "tests/kill_builds.py"), "--kills", "100"]
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 mixed, 0 with a file of others lost" in done.stdout


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_full_disk_leaves_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Whichever file finds no room, the folder is as it was, with nothing beside it."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.py").write_text(OURS + "old")
    (folder / "notes").write_text("mine")
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == step:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(writer.os, "fsync", full)
    wanted = [WantedFile(f"{name}.py", OURS + "new") for name in ("a", "b", "c")]
    with pytest.raises(WriteError, match="No space left") as raised:
        write(make_plan(folder, "out", wanted))
    assert "make room on the disk" in str(raised.value.help)
    assert {p.name: p.read_text() for p in folder.iterdir()} == {"a.py": OURS + "old", "notes": "mine"}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_files_that_may_not_grow(space: Workspace) -> None:
    """A limit of the system's on the size of files, struck for real: the old package stays, and help is given."""
    space.write("activations/a.yaml", "name: a\nexpression: 2*x\n")
    space.write("activations/b.yaml", "name: b\nexpression: 3*x\n")
    assert restricted(space, "build", setup=lambda: None).returncode == 0
    before = space.tree()
    space.write("activations/a.yaml", "name: a\nexpression: 4*x\n")
    space.write("activations/b.yaml", "name: b\nexpression: 5*x\n")
    got = restricted(space, "build", setup=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert got.returncode == 1
    assert "error[ACT411] it cannot be written: File too large" in got.stderr
    assert "help: raise the limit" in got.stderr
    assert space.tree() == before
    assert beside(space) == []
    assert restricted(space, "build", setup=lambda: None).returncode == 0
    assert space.tree() != before


@pytest.mark.parametrize("protected", ["generated", "."])
def test_no_permission(space: Workspace, protected: str) -> None:
    """A folder that may not be written is not replaced as a whole either."""
    space.write("activations/a.yaml", "name: a\nexpression: 2*x\n")
    (space.path / "generated").mkdir()
    (space.path / "generated/notes").touch()
    (space.path / "generated").chmod(0o555)
    (space.path / protected).chmod(0o555)
    try:
        got = restricted(space, "build", setup=without_privileges)
        assert got.returncode == 1
        assert "error[ACT411] it cannot be written: Permission denied" in got.stderr
        assert "choose another `--out`" in got.stderr
        assert set(space.tree()) == {"notes"}
    finally:
        for path in (protected, "generated"):
            (space.path / path).chmod(0o755)
    assert beside(space) == []


def test_a_folder_whose_parent_may_not_be_written(space: Workspace) -> None:
    """Files are then put in place one by one."""
    space.write("activations/a.yaml", "name: a\nexpression: 2*x\n")
    (space.path / "generated").mkdir()
    space.path.chmod(0o555)
    try:
        got = restricted(space, "build", setup=without_privileges)
    finally:
        space.path.chmod(0o755)
    assert got.returncode == 0, got.stderr
    assert set(space.tree()) == {"__init__.py", "_support.py", "a.py"}


@pytest.mark.parametrize("moment", ["_stage_whole", "_write_each", "_new_file"])
def test_the_folder_is_removed_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Either the whole new folder stands there afterwards, or none; what to do is said."""
    folder = tmp_path / "out"
    write(make_plan(folder, "out", [WantedFile("a.py", OURS), WantedFile("b.py", OURS)]))
    real = getattr(writer, moment)

    def removing(*arguments: object) -> object:
        for path in folder.iterdir() if folder.exists() else ():
            path.unlink()
        if folder.exists():
            folder.rmdir()
        return real(*arguments)

    if moment == "_write_each":
        monkeypatch.setattr(writer, "exchange", _unable)
    monkeypatch.setattr(writer, moment, removing)
    try:
        write(make_plan(folder, "out", [WantedFile("a.py", OURS + "1"), WantedFile("b.py", OURS + "1")]))
    except WriteError as error:
        assert "build again" in str(error.help)  # noqa: PT017 - raised or not, both are right
        assert not folder.exists()
    else:
        assert {p.name: p.read_text() for p in folder.iterdir()} == {"a.py": OURS + "1", "b.py": OURS + "1"}
    assert [p.name for p in tmp_path.iterdir()] in (["out"], [])


def test_what_others_do_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign file that is added, replaced or removed in the very moment of the exchange stays so."""
    folder = tmp_path / "out"
    write(make_plan(folder, "out", [WantedFile("a.py", OURS), WantedFile("b.py", OURS)]))
    for name in ("same", "link", "replaced"):
        (folder / name).write_text("mine")
    (folder / "link").unlink()
    (folder / "link").symlink_to("same")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/a.pyc").touch()
    inode = (folder / "same").stat().st_ino
    real = writer.exchange

    def late(one: Path, other: Path) -> None:
        (folder / "added").write_text("late")
        real(one, other)

    monkeypatch.setattr(writer, "exchange", late)
    write(make_plan(folder, "out", [WantedFile("a.py", OURS + "1"), WantedFile("c.py", OURS)]))
    assert {p.name for p in folder.iterdir()} == {
        "a.py", "c.py", "same", "link", "replaced", "added", "__pycache__"
    }  # fmt: skip
    assert (folder / "same").stat().st_ino == inode
    assert (folder / "link").is_symlink()
    assert (folder / "added").read_text() == "late"
    assert (folder / "__pycache__/a.pyc").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """The next build finds the folder that was to take the other's place, or did, and loses nothing of others."""
    folder = tmp_path / "out"
    write(make_plan(folder, "out", [WantedFile("a.py", OURS), WantedFile("b.py", OURS)]))
    (folder / "notes").write_text("mine")
    real = writer.exchange

    class KilledError(BaseException):
        pass

    def killed(one: Path, other: Path) -> None:
        if when == "after":
            real(one, other)
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(writer, "exchange", killed)
        patched.setattr(writer, "_dissolve", lambda *_: None)
        with pytest.raises(KilledError):
            write(make_plan(folder, "out", [WantedFile("a.py", OURS + "1"), WantedFile("b.py", OURS + "1")]))
    (aside,) = (p for p in tmp_path.iterdir() if p != folder)
    assert not writer.is_tidy(folder)
    (folder / "notes").unlink()  # its owner removes it: an aside that was never in use must not bring it back
    if when == "after":
        (aside / "written").write_text("by others, just before")
    writer.tidy(folder)
    assert writer.is_tidy(folder)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert (folder / "a.py").read_text() == OURS + ("1" if when == "after" else "")
    assert ("written" in {p.name for p in folder.iterdir()}) == (when == "after")
    assert ("notes" in {p.name for p in folder.iterdir()}) == (when == "after")  # nothing is lost, if in doubt


def test_folders_of_others_stay_where_they_are(tmp_path: Path) -> None:
    """A folder within ours cannot stand in two places, so files are put in place one by one around it."""
    folder = tmp_path / "out"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/x").write_text("mine")
    inode = folder.stat().st_ino
    write(make_plan(folder, "out", [WantedFile("a.py", OURS), WantedFile("b.py", OURS)]))
    assert folder.stat().st_ino == inode
    assert {p.name for p in folder.iterdir()} == {"a.py", "b.py", "sub"}
    assert (folder / "sub/x").read_text() == "mine"


def test_temporary_files_of_a_killed_build_go(space: Workspace) -> None:
    """Also one that was cut short before it said whose it is."""
    space.activation("a")
    space.actc("build")
    space.write("generated/.actc-0123456789abcdef.tmp", "")
    space.write("generated/.actc-mine.tmp", "")
    space.actc("build")
    assert set(space.tree()) == {"__init__.py", "_support.py", "a.py", ".actc-mine.tmp"}


def test_two_builds_of_different_sources_keep_both(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that another build puts there after this one has looked is kept and exported."""
    space.activation("a")
    space.activation("b")
    real = build.locked

    def second_comes_first(folder: Path) -> object:
        monkeypatch.setattr(build, "locked", real)
        assert space.actc("build", "activations/b.yaml").code == 0
        return real(folder)

    monkeypatch.setattr(build, "locked", second_comes_first)
    assert space.actc("build", "activations/a.yaml").code == 0
    assert set(space.tree()) == {"__init__.py", "_support.py", "a.py", "b.py"}
    assert "from .a import" in space.read("generated/__init__.py")
    assert "from .b import" in space.read("generated/__init__.py")


def test_two_builds_cannot_both_take_a_name(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are compared again once the folder is held."""
    space.write("activations/a.yaml", "name: swish\n")
    space.write("activations/b.yaml", "name: swish\n")
    real = build.locked

    def second_comes_first(folder: Path) -> object:
        monkeypatch.setattr(build, "locked", real)
        assert space.actc("build", "activations/b.yaml").code == 0
        return real(folder)

    monkeypatch.setattr(build, "locked", second_comes_first)
    got = space.actc("build", "activations/a.yaml")
    assert got.code == 1
    assert "`swish` is taken, by generated/b.py" in got.err
    assert set(space.tree()) == {"__init__.py", "_support.py", "b.py"}


def test_builds_at_once_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without locks on folders a file for temporary use is locked, outside of the folder."""
    import fcntl

    def locking_of_windows(descriptor: int, mode: int, size: int) -> None:
        assert (mode, size) == (2, 1)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "Permission denied") from None

    fake = types.SimpleNamespace(locking=locking_of_windows, LK_NBLCK=2)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "fcntl", None)  # type: ignore[arg-type]
    monkeypatch.setattr(locking.tempfile, "gettempdir", lambda: str(tmp_path))
    folder, inside, order = tmp_path / "out", threading.Event(), list[str]()

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
    assert not folder.exists()


def test_a_system_without_an_exchange(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: the result is the same, file by file."""
    space.activation("a")
    space.activation("b")
    monkeypatch.setattr(writer, "exchange", _unable)
    monkeypatch.setattr(writer.os, "link", _unable)
    for more in ("", "# changed\n"):
        space.activation("a", more)
        space.activation("b", more)
        assert space.actc("build").code == 0
        assert space.actc("build", "--check").code == 0
    assert set(space.tree()) == {"__init__.py", "_support.py", "a.py", "b.py"}
    assert beside(space) == []


def test_a_clock_set_back_does_not_bring_back_old_code(tmp_path: Path) -> None:
    """A module is always later than the one it replaces, so that Python's cache of compiled modules never serves it."""
    folder = tmp_path / "out"
    write(make_plan(folder, "out", [WantedFile("a.py", OURS + "\nx = 1\n")]))
    file = folder / "a.py"
    future = file.stat().st_mtime + 10_000
    for value in (2, 3):
        os.utime(file, (future, future))
        py_compile.compile(str(file))
        write(make_plan(folder, "out", [WantedFile("a.py", OURS + f"\nx = {value}\n")]))
        assert int(file.stat().st_mtime) > int(future)
        shown = subprocess.run(
            [sys.executable, "-c", "import a; print(a.x)"], cwd=folder, capture_output=True, text=True
        )
        assert shown.stdout == f"{value}\n"


def test_times_of_sources_do_not_matter(space: Workspace) -> None:
    """A source of another time is the same; a changed one of the same time and size is another."""
    path = space.activation("a", "# one\n")
    space.actc("build")
    before, times = space.tree(), path.stat()
    os.utime(path, (0, 0))
    assert space.actc("build", "--check").code == 0
    space.activation("a", "alias: b\n"[: len("# one\n")])
    space.write("activations/a.yaml", "name: b\n# one\n")
    os.utime(path, (times.st_atime, times.st_mtime))
    space.actc("build")
    assert space.tree() != before


def test_a_link_that_leads_out_of_the_project(space: Workspace) -> None:
    """An output folder that lies in the project by its name has to lie there in truth; a link within it may be."""
    space.activation("a")
    outside = space.path.with_name("outside")
    outside.mkdir()
    (space.path / "generated").symlink_to(outside, target_is_directory=True)
    for argv in ([], ["--force"], ["--out", "generated"], ["--out", "generated/deeper"]):
        got = space.actc("build", *argv)
        assert got.code == 2
        assert "is a symbolic link that leads out of" in got.err
    assert list(outside.iterdir()) == []
    assert space.actc("build", "--out", str(outside)).code == 0
    (space.path / "real").mkdir()
    (space.path / "inner").symlink_to("real", target_is_directory=True)
    assert space.actc("build", "--out", "inner").code == 0
    assert (space.path / "inner").is_symlink()
    assert (space.path / "real/a.py").exists()
    (space.path / "round").symlink_to("round")
    assert space.actc("build", "--out", "round").code in (1, 2)


def test_pictures_stay_within_too(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the gallery nor a plot is written through a link that leads out of the project."""
    monkeypatch.setattr(compiling, "COMPILER", compile_file)
    space.write("activations/a.yaml", "name: a\nexpression: 2*x\n")
    outside = space.path.with_name("outside")
    outside.mkdir()
    (space.path / "gallery").symlink_to(outside, target_is_directory=True)
    (space.path / "a.svg").symlink_to(outside / "a.svg")
    for argv in (["gallery"], ["plot", "a", "-o", "a.svg"]):
        got = space.actc(*argv)
        assert got.code == 2, got
        assert "is a symbolic link that leads out of" in got.err
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("name", ["a/__init__.py", "a.so", "a.abi3.so", "a.cpython-311-x86_64-linux-gnu.so", "a.pyd"])
def test_what_python_would_import_instead(space: Workspace, name: str) -> None:
    """A package or a library with a module's name would run in its place: ``--check`` must not call that up to date."""
    space.activation("a")
    space.actc("build")
    space.write(f"generated/{name}", "")
    got = space.actc("build", "--check")
    assert got.code == 1
    assert "error[ACT410] Python would import this instead of a.py" in got.err


def test_a_folder_of_documents_is_harmless(space: Workspace) -> None:
    """A folder that is no package hides nothing."""
    space.activation("a")
    space.write("generated/a/plot.svg", "")
    assert space.actc("build").code == 0


@pytest.mark.parametrize(
    "names",
    [
        ["b", "B, os; os.system('touch hacked')"],
        ["b", "B\nimport os"],
        ["b; import os", "B"],
        ["b", "B", 'x"]; import os #'],
        ["None", "None"],
        ["b", 1],
        "b",
        [],
    ],
)
def test_records_cannot_bring_code(space: Workspace, names: object) -> None:
    """What a hand has put into the package's comments becomes no import of the next build."""
    space.activation("a")
    space.activation("b")
    space.actc("build")
    right = space.read("generated/__init__.py")
    init = right.replace('[["b", "B"]]', json.dumps([names]))
    assert init != right
    space.write("generated/__init__.py", init)
    assert space.actc("build", "activations/a.yaml").code == 0
    assert space.read("generated/__init__.py").partition("# What each")[0] == right.partition("# What each")[0]


def test_module_names_cannot_bring_code(space: Workspace) -> None:
    """A file with our header and an odd name, or an odd ``__all__``, is not imported by the next build."""
    space.activation("a")
    space.actc("build")
    space.write("generated/b; import os.py", OURS + "\n__all__ = ['b', 'B']\n")
    space.write("generated/c.py", OURS + "\n__all__ = ['c', 'C; import os', 'None', 'none', 3]\n")
    assert space.actc("build", "activations/a.yaml").code == 0
    init = space.read("generated/__init__.py")
    assert "import os" not in init
    compile(init, "init", "exec")


def test_a_worker_server_that_dies_is_an_error_of_the_file() -> None:
    """Even the process that workers are forked from may be killed: what was running is reported, the rest goes on."""
    from actc.project.config import Limits
    from actc.project.workers import Failure, FailureKind, Job, run_jobs

    jobs = [Job("kill.yaml", b"", "p"), Job("a.yaml", b"name: a\n", "p")]
    outcomes = run_jobs(jobs, killing_the_server, Limits(), 1, lambda _: None)
    assert isinstance(outcomes[0], Failure)
    assert outcomes[0].kind is FailureKind.DIED
    assert isinstance(outcomes[1], CompiledFile)


def killing_the_server(file: str, data: bytes, package: str) -> CompiledFile:
    if file == "kill.yaml":
        os.kill(os.getppid(), 9)
        os.kill(os.getpid(), 9)
    return fake_compile(file, data, package)


def _unable(*_: object, **__: object) -> None:
    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
