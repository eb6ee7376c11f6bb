"""README and docs: what they show is what the program does."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from conftest import ROOT, Run

from actc.cli.parser import _parsers
from actc.diagnostics import CODES
from actc.frontend.fields import DOCUMENT, EXAMPLE, PARAMETER
from actc.model.operations import CONSTANT_NAMES, FUNCTION_NAMES
from actc.model.verdict import Verdict
from actc.pipeline import compile_source
from actc.project.config import Limits, read_config

GENERATED_PAGE = ROOT / "docs" / "diagnostics.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [page for page in PAGES if page != GENERATED_PAGE]
RUN = [
    ROOT / "README.md",
    ROOT / "docs" / "keras.md",
    *sorted((ROOT / "docs" / "keras").glob("*.md")),
    ROOT / "docs" / "tutorial.md",
    *(ROOT / "docs" / "how-to" / f"{name}.md" for name in (
        "several-inputs", "share-a-parameter", "surrogates", "trainable-parameters"
    )),
]  # fmt: skip

_BLOCK = re.compile(
    r"(?P<marks>(?:^<!-- [^\n]* -->\n)*)^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


COMMON = {"--help", "--quiet", "--verbose"}  # every command's, so no synopsis has them


@dataclass(frozen=True)
class Block:
    """One fenced block and the marks above it."""

    page: Path
    line: int
    language: str
    marks: dict[str, str]  # "wrong" -> "ACT210", "run" -> ""
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text("utf-8")
    for match in _BLOCK.finditer(text):
        found = re.findall(r"<!-- (\w+)(?:: ([^\n]*))? -->", match["marks"])
        line = text.count("\n", 0, match.start("language")) + 1
        yield Block(page, line, match["language"], dict(found), match["text"])


YAML = [b for page in WRITTEN for b in blocks(page) if b.language == "yaml"]


@pytest.mark.parametrize("block", YAML, ids=str)
def test_activation_files_compile_as_the_page_says(block: Block) -> None:
    """Without a mark nothing at all is reported; with one, exactly that code."""
    compiled = compile_source("shown.yaml", block.text.encode(), "generated")
    expected = [code for mark in ("wrong", "warns") if (code := block.marks.get(mark))]
    assert [d.code for d in compiled.diagnostics if d.accepted is None] == expected
    assert (compiled.module is None) == ("wrong" in block.marks)


def follow(page: Path, folder: Path, run_actc: Callable[..., Run]) -> None:
    """Do in the folder what the page says, in its order: write its files, run its commands, compare what they print."""
    for block in blocks(page):
        if name := block.marks.get("file"):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        if "output" in block.marks:
            command, _, shown = block.text.partition("\n")
            if block.marks["output"]:
                command, shown = f"$ {block.marks['output']}", block.text
            assert command.startswith("$ actc ")
            run = run_actc(*command.split()[2:])
            assert run.err + run.out == shown, block
        if block.language == "console" and block.marks.get("run") == "shell":
            commands = "\n".join(line.removeprefix("$ ") for line in block.text.splitlines())
            (folder / "activations").mkdir(exist_ok=True)
            path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
            environment = {**os.environ, "PATH": path, "HOME": str(folder), "PYTHONPATH": str(ROOT)}
            shell = ["bash", "-euo", "pipefail", "-c", commands]
            done = subprocess.run(shell, env=environment, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        if name := block.marks.get("excerpt"):
            assert block.text in (folder / "generated" / name).read_text("utf-8"), block


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_outputs_are_the_programs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_actc: Callable[..., Run]
) -> None:
    """Each command that is shown with its output prints just that, and excerpts are in what it generates."""
    monkeypatch.chdir(tmp_path)
    follow(page, tmp_path, run_actc)


_DRIVER = """
import os, runpy, sys
import keras, tensorflow

for folder in sys.argv[1:]:
    for script in ("run.py", "fresh.py"):
        if os.path.exists(os.path.join(folder, script)):
            sys.stdout.flush()
            child = os.fork()  # TensorFlow is imported, and nothing has been run in it: as good as a new process
            if child == 0:
                os.chdir(folder)
                sys.path.insert(0, folder)
                runpy.run_path(script)
                sys.stdout.flush()
                os._exit(0)
            if os.waitpid(child, 0)[1]:
                sys.exit(f"{folder}/{script} failed")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="one import of TensorFlow serves all pages")
def test_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_actc: Callable[..., Run]) -> None:
    """The Python of a page runs from top to bottom against the package of its activations, in fresh processes too."""
    folders = []
    for page in RUN:
        folder = tmp_path / page.stem
        folder.mkdir()
        folders.append(str(folder))
        monkeypatch.chdir(folder)
        follow(page, folder, run_actc)
        if not (folder / "generated").exists():
            assert run_actc("build").code == 0
        for script, mark in (("run.py", ""), ("fresh.py", "fresh")):
            shown = [b for b in blocks(page) if b.language == "python" and b.marks.get("run") == mark]
            if not shown and mark:
                continue
            assert shown
            # Lines keep their numbers, so that a traceback points into the page.
            lines = [""] * max(b.line + b.text.count("\n") for b in shown)
            for block in shown:
                lines[block.line : block.line + block.text.count("\n")] = block.text.splitlines()
            (folder / script).write_text("\n".join(lines), "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _DRIVER, *folders],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    """Every page is in the navigation, and every link and anchor leads somewhere."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    pages = [page.relative_to(ROOT / "docs").with_suffix("") for page in (ROOT / "docs").rglob("*.md")]
    built = tmp_path / "site"
    assert [p for p in pages if not (built / (p if p.name != "index" else p.parent) / "index.html").is_file()] == []


def test_every_python_block_is_marked() -> None:
    """A block is run or is an excerpt; none is shown that nobody tries."""
    shown = [b for page in WRITTEN for b in blocks(page) if b.language == "python"]
    assert [b for b in shown if not {"run", "excerpt"} & set(b.marks)] == []
    assert {b.page for b in shown if "run" in b.marks} == set(RUN)


def test_every_command_is_tried() -> None:
    """Its output is compared, a shell runs it, it is the synopsis of a command, or a file named there runs it."""
    for page in WRITTEN:
        for block in (b for b in blocks(page) if b.language == "console"):
            ways = {"output", "run", "synopsis", "elsewhere"} & set(block.marks)
            assert len(ways) == 1, block
            if ways == {"elsewhere"}:
                text = (ROOT / block.marks["elsewhere"]).read_text("utf-8")
                for verb in re.findall(r"run\.py (\w+)", block.text):
                    assert re.search(rf"\b{verb}\b", text), f"{block}: {verb}"


def test_synopses_are_the_commands() -> None:
    """What is printed above the page of a command has its flags, all of them and no other."""
    (commands,) = (a.choices for a in _parsers()[0]._actions if isinstance(a, argparse._SubParsersAction))
    shown = [b for page in WRITTEN for b in blocks(page) if "synopsis" in b.marks]
    for block in shown:
        command = commands[block.text.split()[2]]
        ways = [a.option_strings for a in command._actions if a.option_strings and a.help != argparse.SUPPRESS]
        given = set(re.findall(r"(?<![\w-])--?[a-z]+", block.text))
        assert given <= {flag for flags in ways for flag in flags}, block
        assert [flags for flags in ways if not given & set(flags) and not COMMON & set(flags)] == [], block


@pytest.mark.parametrize("block", [b for page in WRITTEN for b in blocks(page) if b.language == "toml"], ids=str)
def test_configurations_are_understood(block: Block, tmp_path: Path) -> None:
    """Every table of configuration that is shown is one, with keys that there are."""
    (tmp_path / "pyproject.toml").write_text(block.text, "utf-8")
    (tmp_path / "templates").mkdir()
    given = tomllib.loads(block.text)["tool"]["actc"]
    found = read_config(tmp_path)
    for key in set(given) - {"limits"}:
        value = getattr(found, key)
        assert (value.name if isinstance(value, Path) else list(value) if isinstance(value, tuple) else value) == given[
            key
        ]
    assert asdict(found.limits) == asdict(Limits()) | given.get("limits", {})


def test_python_is_clean(tmp_path: Path) -> None:
    """Each page's Python passes the linter and the formatter with the repository's configuration."""
    ruff = [sys.executable, "-m", "ruff"]
    for page in RUN:
        for mark in ("", "fresh"):
            shown = [b.text for b in blocks(page) if b.language == "python" and b.marks.get("run") == mark]
            if shown:
                text = '"""Shown."""\n\n' + "\n".join(shown)
                (tmp_path / f"{page.stem}_{mark or 'run'}.py").write_text(text, "utf-8")
    # Blocks stand one after the other: imports come where they are needed, one only registers, scripts assert. Keras
    # gives `build` a shape.
    check = ["check", "--extend-ignore", "S101,E402,F401,I001,D103,ARG002", "--no-cache"]
    for command in (check, ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [*ruff, *command, "--config", str(ROOT / "pyproject.toml"), str(tmp_path)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def _slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


def _prose(page: Path) -> str:
    return _BLOCK.sub("", page.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page: Path) -> None:
    """Every link within the repository leads to a file that is there, and to a heading in it."""
    for link in re.findall(r"\]\(([^)\s]+)\)", _prose(page)):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            anchors = {_slug(h) for h in re.findall(r"^#+ (.*)$", _prose(target), re.MULTILINE)}
            anchors |= set(re.findall(r'<a (?:id|name)="([^"]+)"', target.read_text("utf-8")))
            assert anchor in anchors, link


def test_codes_exist() -> None:
    """No page speaks of a diagnostic that the table does not have."""
    for page in WRITTEN:
        assert set(re.findall(r"\bACT[1-9]\d\d\b", page.read_text("utf-8"))) <= set(CODES), page.name


def test_the_language_is_covered() -> None:
    """The page on the activation file names every key, function and constant of the language."""
    text = (ROOT / "docs" / "activation-file.md").read_text("utf-8")
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", text))))
    keys = {field.name for record in (DOCUMENT, PARAMETER, EXAMPLE) for field in record.fields}
    assert (keys | FUNCTION_NAMES | CONSTANT_NAMES) - words == set()


def test_the_command_line_is_covered() -> None:
    """Its page names every command, flag and verdict that there is, and no flag that there is not."""
    text = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    parser, commands = _parsers()
    assert all(f"`actc {command}" in text for command in commands)
    assert {v.value for v in Verdict} <= set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert set(re.findall(r"(?<![\w-])--[a-z]+", text)) == {f for f in parser._flags() if f.startswith("--")}
