"""The commands that help an author: ``new``, ``explain``, ``schema`` and ``completion``."""

from __future__ import annotations

import argparse
import glob
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from actc.cli.console import Console
from actc.cli.parser import Options, argument_parser
from actc.diagnostics import CODES, DiagnosticLog
from actc.project.config import Config, read_config, working_directory
from actc.project.sources import SUFFIXES, printed
from actc.project.usage import UsageError, did_you_mean

DONE = 0


def run(options: Options, console: Console) -> int:
    """Run the command and return its exit code. Raises UsageError where it was misused."""
    if options.command == "new":
        _new(options, console)
    elif options.command == "explain":
        _explain(options, console)
    elif options.command == "completion":
        console.write(_completion(options.shell))
    else:
        console.write(_schema())
    return DONE


def _schema() -> str:
    """The JSON Schema of the activation file, as text."""
    from actc.frontend.json_schema import json_schema

    return json.dumps(json_schema(), indent=2) + "\n"


def _completion(shell: str) -> str:
    """The script that completes our commands and options, and paths where they stand."""
    try:
        import shtab
    except ModuleNotFoundError:
        raise UsageError("shell completion needs the package shtab", "`pip install actc[completion]`") from None
    parser = argument_parser()
    for action in _actions(parser):
        if action.dest in ("paths", "out"):
            action.complete = shtab.FILE if action.dest == "paths" else shtab.DIR  # type: ignore[attr-defined]
    return shtab.complete(parser, shell).rstrip("\n") + "\n"


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The arguments of the parser and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _actions(sub)


def _new(options: Options, console: Console) -> None:
    from actc.project.catalogue import lookup_shipped
    from actc.project.starter import SCHEMA, like_shipped, starter

    cwd = working_directory()
    config = read_config(cwd)
    text = starter(options.name) if options.like is None else like_shipped(options.name, options.like)
    _check_name(options.name, text)
    folder = _sources_folder(config)
    path = folder / f"{options.name}.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise UsageError(f"{printed(path, cwd)} is there already", "choose another name, or move it away") from None
    except OSError as error:
        raise UsageError(f"{printed(path, cwd)} cannot be written: {error.strerror}") from None
    schema = folder / SCHEMA
    with suppress(OSError), schema.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(_schema())  # an editor does without it, if need be
        if not console.quiet:
            console.print(f"{printed(schema, cwd)} written, for completion in editors")
    if not console.quiet:
        console.print(f"{printed(path, cwd)} written; `actc build` compiles it")
        if options.like is None and lookup_shipped(options.name) is not None:
            console.print(f"`{options.name}` is shipped: to start from it, `actc new NAME --like {options.name}`")


def _check_name(name: str, text: str) -> None:
    """Let the loader judge the name; whatever it finds in a starter file is the name's fault."""
    from actc.frontend import load

    log = DiagnosticLog()
    specs = load(f"{name}.yaml", text.encode("utf-8", errors="backslashreplace"), log)
    for found in log.found:
        if found.is_error:
            raise UsageError(found.message, found.help)
    if [spec.name.value for spec in specs] != [name]:  # it was YAML's to change: a line break, a comment
        raise UsageError(f"{name!r} cannot be the name of an activation")


def _sources_folder(config: Config) -> Path:
    """The first folder among the configured sources, which need not exist yet."""
    for source in config.sources:
        path = Path(os.path.abspath(config.root / Path(source).expanduser()))  # noqa: PTH100 - links stay as named
        if path.is_dir() or not (path.exists() or glob.has_magic(source) or source.lower().endswith(SUFFIXES)):
            return path
    raise UsageError(f"the `sources` of [tool.actc] in {config.file} name no folder to write to")


def _explain(options: Options, console: Console) -> None:
    code = options.code.upper()
    row = CODES.get(code)
    if row is None:
        raise UsageError(f"there is no diagnostic {options.code}", did_you_mean(code, CODES))
    example = "\n".join(f"    {line}".rstrip() for line in row.example.splitlines())
    console.print(f"{row.code} ({row.severity.value}): {row.title}\n\n{row.explanation}")
    if example:
        console.print(f"\nAn example:\n\n{example}")
