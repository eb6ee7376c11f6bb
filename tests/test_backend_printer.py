"""The printer: every operation has a spelling, parentheses are minimal and right, literals are typed."""

from __future__ import annotations

import ast
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actc.backend.printer import UnknownOperationError, print_number, print_text
from actc.model.expr import INFINITY, NAN, UNDEFINED, Expr, apply, constant, number, symbol
from actc.model.operations import OPERATIONS

X, Y, Z = map(symbol, "xyz")
HALF = number(Fraction(1, 2))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_of_the_table_is_printed(name: str) -> None:
    """A row added to the table fails here until the printer knows it, and what is printed is Python."""
    row = OPERATIONS[name]
    truth = apply("gt", X, Y)
    arguments: list[Expr] = [X, Y, Z][: row.most]
    if name in ("and", "or", "not"):
        arguments = [truth] * row.most
    elif name == "where":
        arguments[0] = truth
    elif name == "polygamma":
        arguments[0] = number(1)
    ast.parse(print_text(apply(name, *arguments)), mode="eval")


@pytest.mark.parametrize(
    "expr",
    [UNDEFINED, apply("polygamma", number(2), X), apply("polygamma", X, X)],
    ids=["undefined", "second order", "symbolic order"],
)
def test_what_is_not_known_is_loud(expr: Expr) -> None:
    """No text is better than a wrong one."""
    with pytest.raises(UnknownOperationError):
        print_text(apply("exp", expr))


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (apply("add", apply("add", X, Y), Z), "x + y + z"),
        (apply("add", X, apply("add", Y, Z)), "x + (y + z)"),
        (apply("sub", X, apply("sub", Y, Z)), "x - (y - z)"),
        (apply("mul", apply("div", X, Y), Z), "x / y * z"),
        (apply("div", X, apply("mul", Y, Z)), "x / (y * z)"),
        (apply("mul", apply("add", X, Y), Z), "(x + y) * z"),
        (apply("neg", apply("mul", X, Y)), "-(x * y)"),
        (apply("mul", apply("neg", X), Y), "-x * y"),
        (apply("neg", apply("neg", X)), "--x"),
        (apply("mod", X, apply("mod", Y, Z)), "x % (y % z)"),
        (apply("mul", X, number(Fraction(-1, 2))), "x * -0.5"),
        (apply("pow", X, number(2)), "tf.square(x)"),
        (apply("pow", apply("neg", X), number(-2)), "1.0 / tf.square(-x)"),
        (apply("pow", X, number(3)), "_support.integer_power(x, 3)"),
        (apply("mul", Y, apply("pow", X, number(-1))), "y * (1.0 / x)"),
        (apply("pow", apply("add", X, Y), number(-1)), "1.0 / (x + y)"),
        (apply("pow", X, number(Fraction(3, 10))), "tf.pow(x, 0.3)"),
        (apply("pow", number(2), X), "tf.pow(tf.constant(2.0, dtype), x)"),
        (apply("and", apply("gt", X, Y), apply("not", apply("eq", X, Z))), "(x > y) & ~tf.equal(x, z)"),
        (
            apply("and", apply("or", apply("gt", X, Y), apply("lt", X, Y)), apply("le", X, Z)),
            "((x > y) | (x < y)) & (x <= z)",
        ),
        (
            apply("where", apply("gt", X, number(0)), number(1), number(0)),
            "tf.where(x > 0.0, tf.constant(1.0, dtype), 0.0)",
        ),
        (apply("where", apply("lt", number(0), X), X, NAN), "tf.where(0.0 < x, x, _support.NAN)"),
        (
            apply("where", apply("eq", X, number(0)), INFINITY, X),
            "tf.where(tf.equal(x, 0.0), tf.constant(_support.INFINITY, dtype), x)",
        ),
        (apply("where", apply("gt", number(1), number(0)), X, Y), "tf.where(tf.constant(1.0, dtype) > 0.0, x, y)"),
        (apply("max", number(0), X), "tf.maximum(tf.constant(0.0, dtype), x)"),
        (apply("max", X, number(0)), "tf.maximum(x, 0.0)"),
        (
            apply("sqrt", apply("mul", number(2), constant("pi"))),
            "tf.sqrt(tf.constant(2.0 * 3.141592653589793, dtype))",
        ),
        (apply("atan2", X, number(1)), "_support.atan2(x, tf.constant(1.0, dtype))"),
        (apply("polygamma", number(1), X), "_support.trigamma(x)"),
    ],
)
def test_spelling(expr: Expr, text: str) -> None:
    """Python groups what is printed as the graph does, and no parenthesis is superfluous."""
    assert print_text(expr) == text


@given(st.fractions(max_denominator=10**30).filter(lambda q: abs(q) < 10**300))
def test_numbers_are_the_nearest_float64(value: Fraction) -> None:
    """A literal is the correctly rounded float64 of the exact number, in its shortest digits."""
    read = float(print_number(value))
    assert read == value.numerator / value.denominator
    if value:
        below, above = math.nextafter(read, -math.inf), math.nextafter(read, math.inf)
        assert abs(Fraction(read) - value) <= min(abs(Fraction(below) - value), abs(Fraction(above) - value))


def test_decimal_fractions_keep_their_digits() -> None:
    """0.044715 is printed as it was written, not as what float32 makes of it."""
    assert [print_number(Fraction(t)) for t in ("0.044715", "1e-6", "0.1", "3", "1/3")] == [
        "0.044715",
        "1e-06",
        "0.1",
        "3.0",
        "0.3333333333333333",
    ]


def test_large_numbers_are_spelled_as_formatters_do() -> None:
    """The exponent has no plus sign, so that ``ruff format`` and ``black`` change nothing."""
    numbers = [Fraction(10) ** 30, Fraction(-15) * 10**299, Fraction(10) ** 15]
    assert [print_number(value) for value in numbers] == ["1e30", "-1.5e300", "1000000000000000.0"]


_BINARY = {"add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "div": ast.Div, "mod": ast.Mod}


def _trees() -> st.SearchStrategy[Expr]:
    return st.recursive(
        st.sampled_from([X, Y, Z, HALF]),
        lambda inner: st.one_of(
            st.builds(apply, st.sampled_from(sorted(_BINARY)), inner, inner),
            st.builds(apply, st.sampled_from(["neg", "exp"]), inner),
        ),
        max_leaves=12,
    )


def _same(expr: Expr, node: ast.expr) -> bool:
    """Whether Python's own parser reads the graph's structure."""
    if expr.op == "symbol":
        return isinstance(node, ast.Name) and node.id == expr.name
    if expr.op == "number":
        return isinstance(node, ast.Constant) and node.value == 0.5
    if expr.op == "neg":
        return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and _same(expr.args[0], node.operand)
    if expr.op == "exp":
        if not isinstance(node, ast.Call):
            return False
        argument = node.args[0]
        if isinstance(argument, ast.Call) and ast.unparse(argument.func) == "tf.constant":
            argument = argument.args[0]
        return _same(expr.args[0], argument)
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, _BINARY[expr.op])):
        return False
    return _same(expr.args[0], node.left) and _same(expr.args[1], node.right)


@given(_trees())
def test_python_reads_the_graph_back(expr: Expr) -> None:
    """The order of operations survives printing, because rounding depends on it."""
    assert _same(expr, ast.parse(print_text(expr), mode="eval").body)
