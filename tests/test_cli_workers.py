"""Files are compiled in processes that may hang, starve or die; each is a located error and nothing else suffers."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from workspace import Workspace, fake_compile

from actc.model.compiled import CompiledFile
from actc.project.config import Limits
from actc.project.workers import Failure, FailureKind, Job, run_jobs


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("spin", "error[ACT407] not done after 1 s; compiling this file was stopped"),
        ("hang", "error[ACT407] not done after 1 s; compiling this file was stopped"),
        ("eat", "error[ACT408] compiling this file needs more than 4 GiB of memory"),
        ("kill", "error[ACT409] the process that compiled this file died (signal SIGKILL)"),
        ("exit", "error[ACT409] the process that compiled this file died (exit status 3)"),
    ],
)
def test_a_file_that_takes_too_much(space: Workspace, order: str, message: str) -> None:
    """The limit is reported at the file's first line, the others are compiled, and nothing is written."""
    space.write("pyproject.toml", "[tool.actc]\nlimits = {seconds = 1}\n")
    space.activation("bad", f"# fake: {order}\n")
    for name in ("a", "z"):
        space.activation(name)
    got = space.actc("build")
    assert got.code == 1
    assert f"activations/bad.yaml:1:1: {message}" in got.err
    assert "a    x: proved" in got.out
    assert "z    x: proved" in got.out
    assert not (space.path / "generated").exists()


def test_what_a_stopped_file_holds_is_undecided(space: Workspace) -> None:
    """Its activations stay in the results, with nothing decided; an integer parameter has no gradient."""
    space.write(
        "activations/bad.yaml",
        "name: slow\naliases: [slower]\nparameters: {n: {default: 2, domain: positive integer}, b: 1}\n"
        "expression: b*x**n\n# fake: kill\n",
    )
    document = json.loads(space.actc("check", "--format", "json").out)
    (activation,) = document["activations"]
    assert (activation["name"], activation["aliases"]) == ("slow", ["slower"])
    assert {v: g["verdict"] for v, g in activation["gradients"].items()} == {"x": "undecided", "b": "undecided"}


def test_failures_are_not_remembered(space: Workspace) -> None:
    """A file that was stopped once gets another chance."""
    marker = space.path / "tries"
    space.activation("bad", f"# fake: count {marker}\n# fake: kill\n")
    space.actc("check")
    space.actc("check")
    assert marker.read_text() == "xx"


def test_workers_are_silent(space: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    """What a library prints while a file is compiled reaches neither stream."""
    space.activation("loud", "# fake: print\n")
    assert space.actc("check").code == 0
    assert capfd.readouterr() == ("", "")


def test_hanging_files_are_stopped_side_by_side() -> None:
    """The clock of each file runs by itself, and the outcomes stand in the order of the jobs."""
    texts = [b"name: a\n# fake: hang\n", b"name: b\n", b"name: c\n# fake: hang\n"]
    jobs = [Job(f"{i}.yaml", text, "p") for i, text in enumerate(texts)]
    begun = time.monotonic()
    done: list[int] = []
    outcomes = run_jobs(jobs, fake_compile, Limits(seconds=1), 2, done.append)
    assert time.monotonic() - begun < 20
    assert [type(o) for o in outcomes] == [Failure, CompiledFile, Failure]
    assert outcomes[0] == Failure(FailureKind.TIME, "1 s")
    assert done == sorted(done)
    assert set(done) == {0, 1, 2, 3}


def test_a_busy_machine_stops_no_file() -> None:
    """What counts is the time of the processor: a file that waits longer than the limit for its turn is compiled."""
    (outcome,) = run_jobs([Job("a.yaml", b"# fake: wait 2\n", "p")], fake_compile, Limits(seconds=1), 1, lambda _: None)
    assert isinstance(outcome, CompiledFile)


def test_every_file_has_a_fresh_process() -> None:
    """Nothing that one file leaves behind reaches the next."""
    jobs = [Job(f"{i}.yaml", b"", "p") for i in range(3)]
    outcomes = run_jobs(jobs, remembering, Limits(), 1, lambda _: None)
    assert [o.stem for o in outcomes if isinstance(o, CompiledFile)] == ["seen1", "seen1", "seen1"]


_SEEN: list[str] = []


def remembering(file: str, data: bytes, package: str) -> CompiledFile:
    del data, package
    _SEEN.append(file)
    return CompiledFile(file, f"seen{len(_SEEN)}", None, (), ())
