"""The table of codes: the page on it is up to date, and every example is reported with its code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from workspace import REPOSITORY

from actc.diagnostics import CODES
from actc.project.cache import Cache
from actc.project.check import Settings, check
from actc.project.sources import Source, Sources
from actc.reporting.codes_page import codes_page

WITHOUT_EXAMPLE = {
    "ACT101": "it would not be text",
    "ACT103": "it would be too long",
    "ACT204": "it depends on what the prover cannot do",
    "ACT301": "as ACT204",
    "ACT311": "as ACT204",
    "ACT312": "as ACT204",
    "ACT408": "how much memory a compilation takes differs between machines",
    "ACT409": "the system decides which process dies",
    "ACT901": "none is known",
}
"""Findings that no file and no command shows at will; tests of the workers make them happen."""


def test_the_page_is_up_to_date() -> None:
    """``docs/diagnostics.md`` is what ``python -m actc.cli.docs`` prints."""
    assert (REPOSITORY / "docs/diagnostics.md").read_text("utf-8") == codes_page()


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained(code: str) -> None:
    """A code has its number's form, a title, an explanation in sentences, and an example unless none is possible."""
    row = CODES[code]
    assert re.fullmatch("ACT[12349][0-9]{2}", row.code)
    assert row.title
    assert not row.title.endswith(".")
    assert row.explanation.endswith((".", "`", ")"))
    assert bool(row.example) != (code in WITHOUT_EXAMPLE)


@pytest.mark.parametrize("code", sorted(code for code, row in CODES.items() if row.example[:2] not in ("", "$ ")))
def test_every_file_in_the_table_has_its_finding(code: str) -> None:
    """What the documentation shows as an example is reported with the code that it is an example of."""
    row = CODES[code]
    source = Source(Path("example.yaml"), "example.yaml", "example", row.example.encode())
    checked = check(Sources((source,), ()), Settings("examples"), Cache(None, ""))
    found = {d.code: d.severity for d in checked.diagnostics}
    assert found.get(code) is row.severity, found


@pytest.mark.parametrize("code", sorted(code for code, row in CODES.items() if row.example.startswith("$ ")))
def test_every_command_in_the_table_has_its_finding(tmp_path: Path, code: str) -> None:
    """The commands do too, in a project with one activation."""
    (tmp_path / "activations").mkdir()
    (tmp_path / "activations/swish.yaml").write_text("name: swish\nexpression: x * sigmoid(x)\n")
    command = re.sub(r"\bactc (build|check)\b", rf"{sys.executable} -m actc \1 --format json", CODES[code].example[2:])
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    run = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 1, run.stderr
    assert code in [d["code"] for d in json.loads(run.stdout)["diagnostics"]]
