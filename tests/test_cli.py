"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from workspace import REPOSITORY, Workspace, program

import actc
from actc.cli import main
from actc.diagnostics import CODES


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


def test_no_arguments_print_help(space: Workspace) -> None:
    """``actc`` alone is a question, not a mistake."""
    got = space.actc()
    assert got.code == 0
    assert got.out.startswith("usage: actc")
    assert got.err == ""
    assert got == space.actc("--help")


def test_module_is_the_same_program(tmp_path: Path) -> None:
    """``python -m actc`` prints and returns what ``actc`` does."""
    got = program("--version", cwd=tmp_path)
    assert (got.returncode, got.stdout, got.stderr) == (0, f"actc {actc.__version__}\n", "")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["biuld"], "did you mean `build`?"),
        (["build", "--chek"], "did you mean `--check`?"),
        (["build", "--jobs", "0"], "'0' is not a whole number above 0"),
        (["build", "--jobs", "many"], "'many' is not a whole number above 0"),
        (["check", "--format", "xml"], "invalid choice: 'xml'"),
        (["check", "--out", "x"], "unrecognized arguments: --out"),
        (["build", "--form", "json"], "unrecognized arguments: --form"),
        (["build", "nowhere.yaml"], "no such file or folder: nowhere.yaml"),
        (["build", "no*.yaml"], "no activation file (*.yaml, *.yml) matches no*.yaml"),
        (["build", ""], "'' is not a path"),
        (["build"], "no such file or folder: activations"),
        (["build", "--catalogue", "swich"], "did you mean `swish`?"),
        (["build", "--catalogue", ","], "is not a list of names"),
        (["explain", "ACT40x"], "there is no diagnostic ACT40x"),
        (["explain"], "the following arguments are required: CODE"),
        (["new"], "the following arguments are required: NAME"),
        (["-q"], "no command given"),
        (["-q", "-v", "check"], "not allowed with argument"),
    ],
)
def test_misuse_exits_2(space: Workspace, argv: list[str], message: str) -> None:
    """A command that was misused says so on standard error, and prints no result."""
    got = space.actc(*argv)
    assert (got.code, got.out) == (2, "")
    assert message in got.err
    assert got.err.startswith("actc: error: ")


def test_a_folder_without_activations_is_misuse(space: Workspace) -> None:
    """A folder that holds no activation is told from one that holds right ones."""
    (space.path / "activations").mkdir()
    got = space.actc("build")
    assert got.code == 2
    assert "no activation file (*.yaml, *.yml) in activations" in got.err


def test_build_writes_and_reports(space: Workspace) -> None:
    """One line for each activation with its verdicts, its kinks, and a closing line; nothing on standard error."""
    space.activation("swish")
    space.activation("relu6")
    got = space.actc("build")
    assert got.code == 0
    assert got.err == ""
    assert got.out == textwrap.dedent("""\
        relu6  x: proved (by decree)
               kink at x = 0: left 0.2, right 1, used 0.2
        swish  x: proved (by decree)
               kink at x = 0: left 0.2, right 1, used 0.2
        2 activations; gradients: 2 proved; 0 warnings; 4 files written to generated/
        """)
    assert set(space.tree()) == {"__init__.py", "_support.py", "relu6.py", "swish.py"}
    again = space.actc("build")
    assert again.out.endswith("0 files written to generated/ (4 unchanged)\n")


def test_check_writes_nothing(space: Workspace) -> None:
    """``check`` leaves no trace in the project."""
    space.activation("swish")
    got = space.actc("check")
    assert got.code == 0
    assert got.out.endswith("1 activation; gradients: 1 proved; 0 warnings\n")
    assert sorted(p.name for p in space.path.iterdir()) == ["activations"]


def test_all_mistakes_of_all_files_are_shown_in_order(space: Workspace) -> None:
    """One run shows everything, sorted by file, line and column; files that are right are reported too."""
    space.activation("b", "ACT404: third\nACT405: fourth\n")
    space.activation("a", "ACT405: first\nACT404: second\n")
    space.activation("c")
    got = space.actc("check")
    assert got.code == 1
    assert re.findall(r"^(\S+): error\[(ACT\d+)\] (\w+)", got.err, re.M) == [
        ("activations/a.yaml:2:1", "ACT405", "first"),
        ("activations/a.yaml:3:1", "ACT404", "second"),
        ("activations/b.yaml:2:1", "ACT404", "third"),
        ("activations/b.yaml:3:1", "ACT405", "fourth"),
    ]
    assert "c  x: proved" in got.out
    assert got.out.endswith("3 activations; gradients: 3 proved; 4 errors; 0 warnings\n")


def test_a_diagnostic_shows_its_line_and_a_caret(space: Workspace) -> None:
    """The place, the code, the message, the source line with what is meant underlined, and help."""
    space.write("activations/two.yaml", "name: swish\n---\nname: swish\n")
    got = space.actc("check")
    assert got.err == textwrap.dedent("""\
        activations/two.yaml:3:7: error[ACT404] `swish` is taken, by activations/two.yaml:1:7
            3 | name: swish
              |       ^^^^^
          help: Keras registers one object by a name; rename one of the two
        """)


@pytest.mark.parametrize(
    ("first", "second", "code", "where"),
    [
        ("name: swish\n", "name: swish\n", "ACT404", "b.yaml:1:7"),
        ("name: relu6\n", "name: relu_6\n", "ACT405", "b.yaml:1:7"),
        ("name: swish\nalias: silu\n", "name: silu\n", "ACT404", "b.yaml:1:7"),
        ("name: silu\n", "name: swish\nalias: silu\n", "ACT406", "b.yaml:2:8"),
        ("name: a\nalias: c\n", "name: b\nalias: c\n", "ACT406", "b.yaml:2:8"),
        ("name: mish\n", "name: swish\nalias: Mish\n", "ACT406", "b.yaml:2:8"),
    ],
)
def test_names_are_unique_in_the_build(space: Workspace, first: str, second: str, code: str, where: str) -> None:
    """Names, layers' names and aliases each belong to one activation; the later place is reported, nothing written."""
    space.write("activations/a.yaml", first)
    space.write("activations/b.yaml", second)
    got = space.actc("build")
    assert got.code == 1
    assert f"activations/{where}: error[{code}]" in got.err
    assert "by activations/a.yaml:" in got.err
    assert not (space.path / "generated").exists()


def test_an_alias_may_be_the_name_of_its_own_layer(space: Workspace) -> None:
    """No two activations claim one name there."""
    space.write("activations/a.yaml", "name: mish\nalias: Mish\n")
    assert space.actc("check").code == 0


def test_warnings_pass_unless_strict(space: Workspace) -> None:
    """A warning does not fail a build; under ``--strict`` one that is not accepted is an error."""
    warning = _a_warning()
    space.activation("swish", f"{warning}: odd\n{warning} accepted: pole\n")
    lax, strict = space.actc("build"), space.actc("build", "--strict", "--out", "other")
    assert lax.code == 0
    assert f"activations/swish.yaml:2:1: warning[{warning}] odd\n" in lax.err
    assert f"activations/swish.yaml:3:1: accepted[{warning}] pole (as published)\n" in lax.err
    assert "1 warning (1 accepted)" in lax.out
    assert strict.code == 1
    assert f"activations/swish.yaml:2:1: error[{warning}] odd\n" in strict.err
    assert not (space.path / "other").exists()


def test_strict_accepts_what_the_file_accepts(space: Workspace) -> None:
    """A warning with a reason in ``accept`` does not count."""
    space.activation("swish", f"{_a_warning()} accepted: pole\n")
    assert space.actc("build", "--strict").code == 0


def test_strict_wants_proofs(space: Workspace) -> None:
    """A claim that is only verified passes, but not under ``--strict``."""
    space.activation("swish", "ACT301: only verified\n")
    assert space.actc("check").code == 0
    got = space.actc("check", "--strict")
    assert got.code == 1
    assert "activations/swish.yaml:2:1: error[ACT301] only verified" in got.err


def test_quiet_says_errors_only(space: Workspace) -> None:
    """``-q`` before or after the command leaves errors and nothing else."""
    space.activation("swish", f"{_a_warning()}: odd\n")
    assert space.actc("-q", "check") == space.actc("check", "-q")
    assert space.actc("-q", "check").err == space.actc("-q", "check").out == ""
    space.activation("bad", "ACT404: wrong\n")
    got = space.actc("check", "-q")
    assert (got.code, got.out) == (1, "")
    assert [line for line in got.err.splitlines() if "[" in line] == ["activations/bad.yaml:2:1: error[ACT404] wrong"]


def test_verbose_lists_files(space: Workspace) -> None:
    """``-v`` says of each file what became of it."""
    space.activation("swish")
    assert "missing: generated/swish.py\n" in space.actc("build", "-v").out
    assert "unchanged: generated/swish.py\n" in space.actc("build", "-v").out


def test_json(space: Workspace) -> None:
    """The document has the promised fields, for activations that failed too, and nothing goes to standard error."""
    space.write("activations/swish.yaml", "name: swish\nACT404: wrong\n")
    got = space.actc("check", "--format", "json")
    assert (got.code, got.err) == (1, "")
    document = json.loads(got.out)
    (activation,) = document["activations"]
    assert document["version"] == 1
    assert activation["name"] == "swish"
    assert (activation["file"], activation["line"]) == ("activations/swish.yaml", 1)
    assert activation["gradients"]["x"] == {
        "verdict": "proved", "method": "by decree", "counterexample": None, "deviation": None,
    }  # fmt: skip
    assert activation["kinks"] == [
        {"kind": "kink", "where": "x = 0", "at": {"x": 0.0}, "of": "x", "left": 0.2, "right": 1.0, "used": 0.2}
    ]
    assert activation["accuracy"] is None
    (found,) = document["diagnostics"]
    wanted = {"code": "ACT404", "severity": "error", "file": "activations/swish.yaml", "line": 2, "column": 1}
    assert wanted.items() <= found.items()
    assert found["message"] == "wrong"


def test_build_json_says_what_was_written(space: Workspace) -> None:
    """The document of ``build`` has the files with their states, and the foreign ones."""
    space.activation("swish")
    space.write("generated/notes.txt", "mine")
    document = json.loads(space.actc("build", "--format", "json").out)
    states = {f["path"]: f["state"] for f in document["files"]}
    assert states["generated/swish.py"] == "missing"
    assert document["foreign"] == ["generated/notes.txt"]


def test_github_annotations(space: Workspace) -> None:
    """One workflow command for each finding, escaped as GitHub wants it."""
    space.activation("swish", "ACT404: 100% wrong\n")
    got = space.actc("check", "--format", "github")
    place = "file=activations/swish.yaml,line=2,col=1,endColumn=6"
    assert (got.code, got.out) == (1, f"::error {place},title=ACT404::100%25 wrong\n")


def test_sarif(space: Workspace) -> None:
    """A run with a rule for each code, a place for each result, and accepted warnings as suppressed."""
    warning = _a_warning()
    space.activation("swish", f"ACT404: wrong\n{warning} accepted: pole\n")
    document = json.loads(space.actc("check", "--format", "sarif").out)
    (run,) = document["runs"]
    assert document["version"] == "2.1.0"
    first, second = sorted(run["results"], key=lambda r: r["locations"][0]["physicalLocation"]["region"]["startLine"])
    assert [run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] for r in (first, second)] == ["ACT404", warning]
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 1, "endColumn": 7}
    assert (first["level"], second["level"]) == ("error", "warning")
    assert second["suppressions"] == [{"kind": "inSource", "justification": "as published"}]


def test_explain(space: Workspace) -> None:
    """A code is explained from the table, in whatever case it is typed."""
    got = space.actc("explain", "act404")
    assert got.code == 0
    assert CODES["ACT404"].explanation in got.out
    assert "name: swish" in got.out


def test_schema(space: Workspace) -> None:
    """The JSON Schema is printed as JSON."""
    schema = json.loads(space.actc("schema").out)
    assert "json-schema.org" in schema["$schema"]


def test_new_writes_a_file_once(space: Workspace) -> None:
    """A starter file appears in the sources folder and is never overwritten."""
    got = space.actc("new", "my_act")
    assert (got.code, got.err) == (0, "")
    assert space.read("activations/my_act.yaml").splitlines()[3] == "name: my_act"
    space.write("activations/my_act.yaml", "mine")
    again = space.actc("new", "my_act")
    assert again.code == 2
    assert "activations/my_act.yaml is there already" in again.err
    assert space.read("activations/my_act.yaml") == "mine"


def test_new_like_a_shipped_one(space: Workspace) -> None:
    """``--like`` copies the one document of that name, from among several in a file too, under the new name."""
    assert space.actc("new", "my_gate", "--like", "swiglu").code == 0
    text = space.read("activations/my_gate.yaml")
    assert text.startswith("# yaml-language-server: $schema=activation.schema.json\nname: my_gate\n")
    assert "silu(gate)*signal" in text
    assert "---" not in text
    assert "did you mean `swish`?" in space.actc("new", "x1", "--like", "swich").err


def test_new_tells_of_a_shipped_activation_of_that_name(space: Workspace) -> None:
    """The starter is written all the same; whoever meant the shipped one is told how to begin with it."""
    got = space.actc("new", "gelu")
    assert got.code == 0
    assert "`gelu` is shipped: to start from it, `actc new NAME --like gelu`" in got.out
    assert "shipped" not in space.actc("new", "gelu_of_mine").out


@pytest.mark.parametrize("name", ["Foo", "2x", "class", "keras", "a-b", "../up", "a/b", "", "abs", "x\n"])
def test_new_refuses_names(space: Workspace, name: str) -> None:
    """What cannot be an activation's name makes no file, inside the folder or outside."""
    got = space.actc("new", name)
    assert got.code == 2
    assert not list(space.path.rglob("*.yaml"))


def test_new_goes_to_the_configured_folder(space: Workspace) -> None:
    """The first folder among the configured sources receives the file."""
    space.write("pyproject.toml", "[tool.actc]\nsources = ['*.yml', 'acts']\n")
    assert "\nacts/my_act.yaml written" in space.actc("new", "my_act").out
    assert (space.path / "acts" / "my_act.yaml").is_file()


def test_an_internal_error_exits_70(space: Workspace) -> None:
    """A crash of the compiler is a finding on its file; the others go on; no traceback is printed, but one is kept."""
    space.activation("bad", "# fake: crash\n")
    space.activation("good")
    got = space.actc("build")
    assert got.code == 70
    assert "activations/bad.yaml:1:1: error[ACT901] internal error: ZeroDivisionError: of a test" in got.err
    assert "please report it at" in got.err
    assert "Traceback" not in got.err + got.out
    assert "good  x: proved" in got.out
    (kept,) = (space.cache / "actc" / "crashes").iterdir()
    assert "Traceback" in kept.read_text()
    assert not (space.path / "generated").exists()


def test_an_internal_error_of_the_command_exits_70(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is one outside of any file."""
    space.activation("swish")
    monkeypatch.setattr("actc.cli.compiling.read_config", lambda _: 1 / 0)
    got = space.actc("build")
    assert (got.code, got.out) == (70, "")
    assert "internal error: ZeroDivisionError" in got.err
    assert "Traceback" not in got.err


def test_an_internal_error_is_told_whatever_is_wrong(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where even the cache folder cannot be found, the details are lost, and the message is not."""
    monkeypatch.setattr("actc.cli.compiling.read_config", lambda _: 1 / 0)
    monkeypatch.setattr("actc.cli.crash.cache_folder", lambda: 1 / 0)
    got = space.actc("build")
    assert got.code == 70
    assert "internal error: ZeroDivisionError" in got.err
    assert "please report it at" in got.err
    assert "The details are in" not in got.err


def test_colour_only_on_a_terminal(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Escape sequences appear on a terminal, and not there either with ``NO_COLOR``."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    space.activation("bad", "ACT404: wrong\n")
    shown = []
    for value in ("", "1"):
        monkeypatch.setenv("NO_COLOR", value)
        err = Terminal()
        assert main(["check"], io.StringIO(), err) == 1
        shown.append(err.getvalue())
    assert "\x1b[1;31merror[ACT404]\x1b[0m" in shown[0]
    assert "\x1b" not in shown[1]


def test_a_reader_that_goes_away(space: Workspace) -> None:
    """A broken pipe on standard output is silent and does not change the exit code."""
    space.activation("swish")
    command = f"{sys.executable} -m actc schema; echo $? >&2"
    run = subprocess.run(
        ["bash", "-c", f"({command}) | true"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stderr == "0\n"


def test_streams_that_are_closed(tmp_path: Path) -> None:
    """Started without standard streams, a command does its work and returns its code."""
    command = f"{sys.executable} -m actc"
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    for arguments, code in (
        ("schema >&-", 0),
        ("check nowhere 2>&-", 2),
        ("new closed >&- 2>&- <&-", 0),
        ("build >&- 2>&- <&-", 0),
    ):
        run = subprocess.run(
            ["bash", "-c", f"{command} {arguments}"],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (run.returncode, run.stdout, run.stderr) == (code, b"", b"")
    assert (tmp_path / "activations/closed.yaml").exists()


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    """A command that stands nowhere says so."""
    script = f"mkdir gone; cd gone; rmdir ../gone; {sys.executable} -m actc check"
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    run = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 2
    assert run.stderr == "actc: error: the working directory is not there any more\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    """Results that cannot be written are not passed over."""
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "actc", "schema"],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert run.returncode == 1
    assert "standard output cannot be written" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_encoding_without_the_characters(tmp_path: Path) -> None:
    """A terminal that knows ASCII alone gets escapes, not an exception."""
    (tmp_path / "é.yaml").write_text("nam: ü\n", encoding="utf-8")
    got = program(
        "check", "é.yaml", cwd=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0", XDG_CACHE_HOME=str(tmp_path)
    )
    assert got.returncode == 1
    assert r"\xe9.yaml:1:1: error[" in got.stderr
    assert r"nam: \xfc" in got.stderr


def test_interrupt_is_clean(space: Workspace) -> None:
    """Ctrl-C ends the command with 130 and one line, at once, and leaves neither workers nor output."""
    begun = space.path / "begun"
    space.activation("slow", f"# fake: count {begun}\n# fake: hang\n")
    script = f"import signal, sys; sys.path[:0] = [{str(REPOSITORY)!r}, {str(Path(__file__).parent)!r}]\n"
    # A shell starts what runs in its background with the signal ignored; a terminal does not.
    script += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    script += "from workspace import compiling, fake_compile, main\ncompiling.COMPILER = fake_compile\n"
    script += "sys.exit(main(['build']))\n"
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=space.path,
    )
    for _ in range(600):
        if begun.exists():
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "actc: error: interrupted\n")
    assert not (space.path / "generated").exists()
    for _ in range(50):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("a process of the command's group is still alive")


def _a_warning() -> str:
    """Any code that is a warning."""
    return next(code for code, row in CODES.items() if row.severity.value == "warning")
