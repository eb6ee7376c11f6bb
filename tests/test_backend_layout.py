"""Line breaking: within 88 columns wherever that is possible, the same code, as the usual formatter would have it."""

from __future__ import annotations

import ast
import random
import subprocess
import sys

import pytest

from actc.backend.layout import WIDTH, Atom, Call, Chain, statement
from actc.backend.printer import print_expression, print_text
from actc.model.expr import Expr, apply, number, symbol


def _expression(source: random.Random, depth: int) -> Expr:
    if depth == 0 or source.random() < 0.1:
        return source.choice([symbol("x"), symbol("threshold"), symbol("beta"), number(2)])
    op = source.choice(["add", "sub", "mul", "mul", "div", "exp", "tanh", "neg", "where", "max", "atan2"])
    if op == "where":
        condition = apply("gt", _expression(source, depth - 2 if depth > 1 else 0), number(0))
        return apply("where", condition, _expression(source, depth - 1), _expression(source, depth - 1))
    count = 1 if op in ("exp", "tanh", "neg") else 2
    return apply(op, *(_expression(source, depth - 1) for _ in range(count)))


def _statements(count: int) -> list[tuple[Expr, list[str]]]:
    source = random.Random(20240501)  # noqa: S311 - a fixed sample
    found = []
    while len(found) < count:
        expr = _expression(source, source.choice([3, 4, 5, 6]))
        found.append((expr, statement("value = ", print_expression(expr).node, 2)))
    return found


def test_statements_are_what_they_were_and_fit() -> None:
    """Breaking lines changes neither the code nor, with names as short as these, its width."""
    for expr, lines in _statements(300):
        code = "def f():\n    if x:\n" + "\n".join(lines)
        body = ast.parse(code).body[0]
        assert ast.unparse(body).split("value = ", 1)[1] == ast.unparse(ast.parse(print_text(expr), mode="eval"))
        assert max(map(len, lines)) <= WIDTH


def test_the_formatter_agrees() -> None:
    """Nearly all statements are laid out as ``ruff format`` lays them out; none is refused by it."""
    pytest.importorskip("ruff")
    statements = _statements(150)
    parts = ["    if x:\n" + "\n".join(lines) + "\n" for _, lines in statements]
    code = "".join(f"def f{i}():\n{part}\n\n" for i, part in enumerate(parts)).rstrip("\n") + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--stdin-filename", "f.py", "-"],
        input=code,
        capture_output=True,
        text=True,
        check=True,
    )
    formatted = done.stdout.split("\n\n\n")
    agreed = sum(a.strip() == b.strip() for a, b in zip(code.split("\n\n\n"), formatted, strict=True))
    assert agreed >= 0.95 * len(statements)


def test_a_long_call_is_opened() -> None:
    """Arguments go on one line of their own if they fit, else one a line with a comma after each."""
    short, long = Atom("s" * 35), Atom("l" * 50)
    assert statement("value = ", Call("function", (short, short)), 0) == [
        "value = function(",
        f"    {short.text}, {short.text}",
        ")",
    ]
    assert statement("value = ", Call("function", (long, long)), 1) == [
        "    value = function(",
        f"        {long.text},",
        f"        {long.text},",
        "    )",
    ]


def test_a_long_sum_is_broken_before_its_operators() -> None:
    """An operation is put into parentheses, one operand a line, each with its operator before it."""
    term = Atom("t" * 40)
    assert statement("value = ", Chain((term, term, term), ("+", "-")), 0) == [
        "value = (",
        f"    {term.text}",
        f"    + {term.text}",
        f"    - {term.text}",
        ")",
    ]
