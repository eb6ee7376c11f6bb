"""``actc show``: formulas, verdicts and what else is known of activations, by their names."""

from __future__ import annotations

from actc.cli.console import Console
from actc.cli.named import Asked, CompiledNames, compile_named, exit_code, print_findings
from actc.cli.parser import Options
from actc.reporting.documents import shown_document
from actc.reporting.show_text import Page, Shown, show_latex, show_text
from actc.reporting.unicode_math import NEEDED


def run(options: Options, console: Console) -> int:
    """Run the command and return its exit code. Raises UsageError where it was misused or a name is unknown."""
    compiled = compile_named(options.names, console)
    if options.format == "json":
        shown = [(one.report, one.named.source.file) for one in compiled.asked]
        console.write(shown_document(shown, compiled.found))
    else:
        print_findings(compiled, console)
        page = Page(console.columns, console.can_show(NEEDED), console.out)
        pages = [_shown(one, compiled) for one in compiled.asked]
        console.write("\n".join(show_latex(one) if options.latex else show_text(one, page) for one in pages))
    return exit_code(compiled, console)


def _shown(one: Asked, compiled: CompiledNames) -> Shown:
    accepted = tuple(d for d in compiled.concerning(one) if d.accepted is not None)
    return Shown(one.spec, one.report, one.named.source.file, one.named.is_shipped, accepted)
