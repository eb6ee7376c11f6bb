"""What is fuzzed. Each target takes any bytes and raises where the compiler does not answer as it promises."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

from actc.diagnostics import Diagnostic, DiagnosticLog, Location
from actc.frontend import load
from actc.frontend.expressions import Scope, parse_either
from actc.model.compiled import CompiledFile
from actc.model.expr import symbol
from actc.model.spec import Text
from actc.pipeline import compile_source

FILE = "a.yaml"
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def loader(data: bytes) -> None:
    """Bytes become specs and findings that lie in the file."""
    log = DiagnosticLog()
    specs = load(FILE, data, log)
    _lie_within(data, log.found)
    assert specs or log.found
    for spec in specs:
        for text in (spec.name, spec.expression, *(p.default for p in spec.parameters)):
            assert len(text.places) in (0, len(text.value))


def parser(data: bytes) -> None:
    """Text becomes an expression, or is refused with a reason that points into it."""
    text = data.decode("utf-8", errors="replace")
    log = DiagnosticLog()
    scope = Scope({name: symbol(name) for name in ("x", "beta", "gamma")}, frozenset({"gamma"}), symbol("y"))
    found = parse_either(Text(text, Location(FILE, 1, 1)), scope, log)
    assert (found is None) == log.has_errors
    for diagnostic in log.found:
        assert diagnostic.location.line == 1
        assert 1 <= diagnostic.location.column <= len(text) + 1
        _one_line(diagnostic)


def check(data: bytes) -> None:
    """A file becomes findings that lie in it, and a module that Python reads just where there is no error."""
    found = compile_source(FILE, data, "generated")
    _lie_within(data, found.diagnostics)
    assert (found.module is None) == any(d.is_error for d in found.diagnostics)
    assert CompiledFile.from_json(found.to_json()) == found
    if found.module is not None:
        compile(found.module, FILE, "exec", dont_inherit=True)
        assert _HIDDEN.search(found.module) is None
        assert _allowed(ast.parse(found.module))


TARGETS: dict[str, Callable[[bytes], None]] = {"loader": loader, "parser": parser, "check": check}


def _lie_within(data: bytes, found: Iterable[Diagnostic]) -> None:
    rows = re.split("\r\n|\r|\n", data.decode("utf-8-sig", errors="replace"))
    for diagnostic in found:
        line, column = diagnostic.location.line, diagnostic.location.column
        assert 1 <= line <= len(rows), diagnostic
        assert 1 <= column <= len(rows[line - 1]) + 1, diagnostic
        _one_line(diagnostic)


def _one_line(diagnostic: Diagnostic) -> None:
    assert "\n" not in diagnostic.message, diagnostic
    assert diagnostic.message, diagnostic


def _allowed(tree: ast.Module) -> bool:
    """Whether the module does nothing when it is imported but import, define and register."""
    return all(
        isinstance(node, ast.ImportFrom | ast.Import | ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in tree.body
    )
