"""What is seen while a command works: the watch, the bar, plain lines; and what completes commands in a shell."""

from __future__ import annotations

import io
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from workspace import REPOSITORY, Workspace

from actc.cli import progress
from actc.cli.console import Console

WATCH = f"""\
import signal, sys
sys.path[:0] = [{str(REPOSITORY)!r}, {str(Path(__file__).parent)!r}]
signal.signal(signal.SIGINT, signal.default_int_handler)
from workspace import compiling, fake_compile, main
compiling.COMPILER = fake_compile
sys.exit(main(["build", "--watch", *sys.argv[1:]]))
"""


class Watch:
    """A watch in a process of its own, as a terminal starts it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.out = folder / "out.txt"
        with self.out.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WATCH, *arguments],
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, times: int) -> str:
        """All that was printed until it waits for a change for that many times."""
        for _ in range(600):
            text = self.out.read_text("utf-8")
            if text.count("Ctrl-C ends\n") >= times or self.process.poll() is not None:
                return text
            time.sleep(0.05)
        raise AssertionError(self.out.read_text("utf-8"))

    def interrupt(self) -> int:
        """Ctrl-C, and the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(20)

    def is_gone(self) -> bool:
        """Whether no process of its group is left."""
        for _ in range(100):
            try:
                os.killpg(self.process.pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.1)
        return False


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


@pytest.fixture
def watch(space: Workspace) -> Iterator[Callable[..., Watch]]:
    """Starts a watch in the working directory; none outlives the test."""
    started: list[Watch] = []

    def start(*arguments: str) -> Watch:
        started.append(Watch(space.path.parent, *arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
            one.process.wait()


def test_each_change_is_built_and_told(space: Workspace, watch: Callable[..., Watch]) -> None:
    """Only what changed is told again; a mistake, a removal and a broken configuration do not end the watch."""
    space.activation("one")
    space.activation("two")
    space.write("pyproject.toml", "[tool.actc]\n")
    running = watch()
    assert "2 files" not in running.wait(1)
    space.activation("two", "# changed\n")
    told = running.wait(2).split("Ctrl-C ends\n")[1]
    assert told.startswith("changed: activations/two.yaml\ntwo ")
    assert "wrote generated/two.py" in told
    assert "one" not in told
    space.activation("two", "ACT404: wrong\n")
    assert "error[ACT404]" in running.wait(3).split("Ctrl-C ends\n")[2]
    (space.path / "activations" / "two.yaml").unlink()
    assert "removed generated/two.py" in running.wait(4).split("Ctrl-C ends\n")[3]
    space.write("pyproject.toml", "[tool.actc]\nsauces = 1\n")
    assert "unknown key `sauces`" in running.wait(5).split("Ctrl-C ends\n")[4]
    space.write("pyproject.toml", "[tool.actc]\nout = 'elsewhere'\n")
    assert "wrote elsewhere/one.py" in running.wait(6).split("Ctrl-C ends\n")[5]
    assert running.interrupt() == 130
    assert "Traceback" not in running.out.read_text("utf-8")
    assert running.is_gone()


def test_files_beside_the_sources_are_nobody_s_business(space: Workspace, watch: Callable[..., Watch]) -> None:
    """A single file is watched without its neighbours, and through a rename that replaces it."""
    space.activation("one")
    running = watch("activations/one.yaml")
    running.wait(1)
    space.activation("two")
    space.write("activations/.one.yaml.swp", "")
    time.sleep(1)
    assert running.wait(1).count("Ctrl-C ends") == 1
    space.write("new", "name: one\n# changed\n").replace(space.path / "activations" / "one.yaml")
    assert "wrote generated/one.py" in running.wait(2)
    assert running.interrupt() == 130


@pytest.mark.parametrize("flag", ["--check", "--diff", "--format=json"])
def test_a_watch_builds_and_prints_text(space: Workspace, flag: str) -> None:
    """Whatever else is asked for is a misuse, told before anything is done."""
    space.activation("one")
    got = space.actc("build", "--watch", flag)
    assert got.code == 2
    assert "`--watch` builds and prints text" in got.err
    assert not (space.path / "generated").exists()


def test_a_watch_without_its_library(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is told."""
    space.activation("one")
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    got = space.actc("build", "--watch")
    assert (got.code, "pip install actc[watch]" in got.err) == (2, True)


def test_a_bar_on_a_terminal_and_nothing_of_it_left(space: Workspace) -> None:
    """On a real terminal a bar is drawn and erased; the results stand alone on standard output."""
    for name in ("one", "two", "three"):
        space.activation(name)
    ours, theirs = pty.openpty()
    script = WATCH.replace('["build", "--watch", *sys.argv[1:]]', '["check", "--jobs", "1"]')
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"},
    )
    out, _ = process.communicate(timeout=60)
    os.set_blocking(ours, False)
    shown = os.read(ours, 65536)
    os.close(theirs)
    os.close(ours)
    assert process.returncode == 0
    text = shown.decode()
    assert "compiling 0/3" in text
    assert "compiling 3/3" in text
    assert "\x1b[3" not in text  # no colour
    assert text.rpartition("\r")[2].strip() == ""
    assert "\r" not in out
    assert out.startswith("one")


def test_plain_lines_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody could see a bar, work that takes long says so now and then; short work says nothing."""
    err = io.StringIO()
    console = Console(io.StringIO(), err)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 30.0)
    clock = iter([0.0, 10.0, 29.0, 31.0, 32.0, 62.0, 93.0, 100.0, 101.0, 3600.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    for done in (0, 1, 2, 3, 4, 5, 5):
        console.progress(done, 9)
    lines = ["compiling 3/9, 31 s", "compiling 5/9, 62 s", "compiling 5/9, 93 s"]  # none repeats another
    assert err.getvalue().splitlines() == lines
    console.progress(0, 2)
    console.progress(1, 2)
    assert err.getvalue().splitlines() == lines
    console.clear_progress()  # the work is over; what comes an hour later is other work
    console.progress(1, 2)
    assert err.getvalue().splitlines() == lines
    console.set_verbosity(quiet=True, verbose=False)
    console.progress(2, 2)
    assert err.getvalue().splitlines() == lines


@pytest.mark.skipif(shutil.which("bash") is None, reason="completion of bash is tried in bash")
def test_bash_completes_commands_and_options(space: Workspace) -> None:
    """The script is sourced by the shell itself, which then knows our words."""
    got = space.actc("completion", "bash")
    assert (got.code, got.err) == (0, "")
    script = space.write("complete.sh", got.out)
    ask = (
        f"source {script}; COMP_WORDS=(actc $1 $2); COMP_CWORD=$3; complete -p actc >&2;"
        ' $(complete -p actc | sed "s/.*-F \\([^ ]*\\).*/\\1/"); echo "${COMPREPLY[@]}"'
    )

    def words(first: str, second: str, at: str) -> list[str]:
        run = subprocess.run(
            ["bash", "-c", ask, "bash", first, second, at], capture_output=True, text=True, timeout=20, check=True
        )
        return run.stdout.split()

    assert {"build", "check"} <= {*words("b", "", "1"), *words("ch", "", "1")}
    assert "--watch" in words("build", "--w", "2")


@pytest.mark.parametrize("shell", ["zsh", "tcsh", "fish"])
def test_other_shells_have_a_script_that_names_our_commands(space: Workspace, shell: str) -> None:
    """Each is printed, ends with a newline and knows the commands."""
    got = space.actc("completion", shell)
    assert got.code == 0
    assert got.out.endswith("\n")
    assert "completion" in got.out


def test_completion_without_its_library(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is told."""
    monkeypatch.setitem(sys.modules, "shtab", None)
    got = space.actc("completion", "bash")
    assert (got.code, "pip install actc[completion]" in got.err) == (2, True)
