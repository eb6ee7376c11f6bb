"""The grammar of the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from actc.project.usage import did_you_mean

_DESCRIPTION = "Compile activation functions declared in YAML into Keras modules whose derivatives are proved."
_EPILOG = """\
exit codes:
  0   done
  1   an activation is wrong, or a generated file is stale
  2   the command was misused: a bad flag, a missing path, a bad configuration
  70  internal error
  130 interrupted
"""


@dataclass(frozen=True, slots=True)
class Options:
    """A command as it was typed; what a command has no flag for keeps its default."""

    command: str  # "build", "check", "show", "plot", "gallery", "new", "explain", "schema", "completion"
    paths: tuple[str, ...] = ()
    out: str | None = None
    package: str | None = None
    check: bool = False
    diff: bool = False
    strict: bool = False
    jobs: int | None = None
    force: bool = False
    watch: bool = False
    shell: str = ""
    catalogue: tuple[str, ...] = ()
    format: str = "text"
    name: str = ""
    names: tuple[str, ...] = ()
    latex: bool = False
    set: tuple[str, ...] = ()  # "beta=0.5,1,2"
    range: str | None = None  # "-6,6"
    output: str | None = None  # "gelu.png"
    like: str | None = None
    code: str = ""
    quiet: bool = False
    verbose: bool = False


SHELLS = ("bash", "zsh", "tcsh", "fish")
"""Those that completion is written for."""


class Usage(Exception):  # noqa: N818 - help that was asked for is no error
    """Help or the version was asked for (code 0), or the command line makes no sense (code 2)."""

    def __init__(self, code: int, text: str, help: str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.help = help


def parse(argv: Sequence[str]) -> Options:
    """The options; raises Usage where there is nothing to run."""
    parser, commands = _parsers()
    if not argv:
        raise Usage(0, parser.format_help().rstrip("\n"))
    found = vars(parser.parse_args(_joined(argv)))
    verbosity = {"quiet": found.pop("quiet_before") or found.get("quiet", False)}
    verbosity["verbose"] = found.pop("verbose_before") or found.get("verbose", False)
    found.update(verbosity)
    if found["command"] is None:
        raise Usage(2, "no command given", f"the commands are {', '.join(commands)}")
    for key in ("paths", "catalogue", "names", "set"):
        found[key] = tuple(found.get(key) or ())
    return Options(**found)


def argument_parser() -> argparse.ArgumentParser:
    """The grammar itself, for what describes it to a shell."""
    return _parsers()[0]


def _joined(argv: Sequence[str]) -> list[str]:
    """With ``--range -6,6`` as one word: argparse would take the second for a flag."""
    words = list(argv)
    for i in range(len(words) - 2, -1, -1):
        if words[i] == "--range" and re.match("-[0-9.]", words[i + 1]):
            words[i : i + 2] = [f"{words[i]}={words[i + 1]}"]
    return words


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing and exiting."""

    def __init__(self, **keywords: object) -> None:
        super().__init__(allow_abbrev=False, **keywords)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise Usage(2, message, self._suggestion(message) or f"see `{self.prog} --help`")

    def print_help(self, file: object = None) -> None:  # noqa: ARG002 - argparse's signature
        raise Usage(0, self.format_help().rstrip("\n"))

    def _suggestion(self, message: str) -> str | None:
        unknown = re.search(r"unrecognized arguments: (-\S+)|invalid choice: '([^']*)'", message)
        if unknown is None:
            return None
        choices = re.search(r"choose from (.*)\)", message)
        known = re.findall(r"[\w-]+", choices.group(1)) if choices else list(self._flags())
        return did_you_mean(unknown.group(1) or unknown.group(2), known)

    def _flags(self) -> list[str]:
        flags = [flag for action in self._actions for flag in action.option_strings]
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                flags.extend(flag for parser in action.choices.values() for flag in parser._flags())
        return flags


class _Version(argparse.Action):
    def __call__(self, *_: object) -> None:
        from actc import __version__

        raise Usage(0, f"actc {__version__}")


def _parsers() -> tuple[_Parser, list[str]]:
    parser = _Parser(
        prog="actc",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, dest=argparse.SUPPRESS, help="print the version")
    _verbosity(parser, suffix="_before")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    build = commands.add_parser("build", help="check everything, then write one module per file")
    _paths(build)
    build.add_argument("--out", metavar="DIR", help="the output folder (default: generated)")
    build.add_argument("--package", metavar="NAME", help="the name under which Keras registers everything")
    build.add_argument("--check", action="store_true", help="write nothing; exit 1 where the folder is not up to date")
    build.add_argument("--diff", action="store_true", help="as --check, and show what would change")
    _checking(build)
    build.add_argument("--force", action="store_true", help="replace files that actc did not write")
    build.add_argument(
        "--catalogue", metavar="NAME,…", type=_names, action="extend", help="compile shipped activations"
    )
    build.add_argument("--watch", action="store_true", help="build again whenever a source changes, until Ctrl-C")
    build.add_argument("--format", choices=("text", "json"), default="text", help="of the results")

    check = commands.add_parser("check", help="the checks alone: format, claims, examples")
    _paths(check)
    _checking(check)
    formats = ("text", "json", "github", "sarif")
    check.add_argument("--format", choices=formats, default="text", help="of the results")

    show = commands.add_parser("show", help="formula, gradient and verdict of activations")
    show.add_argument("names", metavar="NAME", nargs="+", help="names or aliases, of your sources or shipped ones")
    show.add_argument("--latex", action="store_true", help="the formulas in LaTeX")
    show.add_argument("--format", choices=("text", "json"), default="text", help="of the results")

    plot = commands.add_parser("plot", help="value and gradient of activations over a range")
    plot.add_argument("names", metavar="NAME", nargs="+", help="names or aliases, of your sources or shipped ones")
    plot.add_argument(
        "--set", metavar="NAME=V,…", action="append", help="values of a parameter, or of an input that is held"
    )
    plot.add_argument("--range", metavar="LOW,HIGH", help="from where to where (default: about -6,6)")
    plot.add_argument("-o", "--output", metavar="FILE", help="a file that ends with .png or .svg; else the terminal")

    gallery = commands.add_parser("gallery", help="a page that shows all of them, to be opened in a browser")
    _paths(gallery)
    gallery.add_argument("--out", metavar="DIR", help="the folder of its index.html (default: gallery)")
    _checking(gallery)
    gallery.add_argument("--force", action="store_true", help="replace an index.html that actc did not write")
    gallery.add_argument("--catalogue", metavar="NAME,…", type=_names, action="extend", help="show shipped activations")

    new = commands.add_parser("new", help="write a commented starter file")
    new.add_argument("name", metavar="NAME", help="the activation's name")
    new.add_argument("--like", metavar="NAME", help="start from a shipped activation")

    explain = commands.add_parser("explain", help="explain a diagnostic")
    explain.add_argument("code", metavar="CODE", help="such as ACT201")

    commands.add_parser("schema", help="print the JSON Schema of the activation file")
    completion = commands.add_parser("completion", help="print what completes commands in a shell")
    completion.add_argument("shell", choices=SHELLS, help="which shell")
    for sub in commands.choices.values():
        _verbosity(sub)
    return parser, list(commands.choices)


def _paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="files, folders and globs (default: [tool.actc], else activations)"
    )


def _checking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--strict", action="store_true", help="claims not proved and warnings not accepted are errors")
    parser.add_argument("--jobs", metavar="N", type=_positive, help="processes at once (default: one per core)")


def _verbosity(parser: argparse.ArgumentParser, suffix: str = "") -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("-q", "--quiet", dest=f"quiet{suffix}", action="store_true", help="errors only")
    group.add_argument("-v", "--verbose", dest=f"verbose{suffix}", action="store_true", help="say more")


def _positive(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of names")
    return names
