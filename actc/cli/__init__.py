"""The command line: ``main(argv, stdout, stderr) -> exit code``. The only part of the compiler that prints."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from actc.cli.console import Console
from actc.cli.parser import Usage, parse
from actc.project.usage import UsageError

__all__ = ["main"]

DONE, WRONG, MISUSED, INTERRUPTED, INTERNAL = 0, 1, 2, 130, 70


def main(argv: Sequence[str] | None = None, stdout: TextIO | None = None, stderr: TextIO | None = None) -> int:
    """Run a command and return its exit code; no exception leaves, and no traceback is printed."""
    console = Console(sys.stdout if stdout is None else stdout, sys.stderr if stderr is None else stderr)
    try:
        code = _run(sys.argv[1:] if argv is None else argv, console)
    except KeyboardInterrupt:
        console.error("interrupted")
        code = INTERRUPTED
    except UsageError as error:
        console.error(error.message, error.help)
        code = MISUSED
    except Exception as error:
        code = _internal(error, console)
    return code if console.close() else max(code, WRONG)


def _run(argv: Sequence[str], console: Console) -> int:
    try:
        options = parse(argv)
    except Usage as usage:
        console.print(usage.text) if usage.code == DONE else console.error(usage.text, usage.help)
        return usage.code
    console.set_verbosity(quiet=options.quiet, verbose=options.verbose)
    if options.watch:
        from actc.cli import watching

        return watching.run(options, console)
    if options.command in ("build", "check"):
        from actc.cli import compiling

        return compiling.run(options, console)
    if options.command == "show":
        from actc.cli import showing

        return showing.run(options, console)
    if options.command == "plot":
        from actc.cli import plotting

        return plotting.run(options, console)
    if options.command == "gallery":
        from actc.cli import exhibiting

        return exhibiting.run(options, console)
    from actc.cli import authoring

    return authoring.run(options, console)


def _internal(error: Exception, console: Console) -> int:
    from actc.cli.crash import report_crash
    from actc.project.workers import describe_crash

    report_crash(describe_crash(error), [_trace(error)], console)
    return INTERNAL


def _trace(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(error))
