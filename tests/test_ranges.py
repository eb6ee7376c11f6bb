"""Ranges of expressions and conditions that hold in a box."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from flint import arb

from actc.calculus import balls
from actc.calculus.ball_operations import UNDEFINED
from actc.calculus.intervals import NEGATIVES, NONNEGATIVES, NONZERO, POSITIVES, REAL, Interval
from actc.calculus.ranges import holds, range_of
from actc.model import expr as ex
from actc.model.expr import Expr, apply, lift, number, postorder, symbol
from actc.model.operations import OPERATIONS

X, Y, A = symbol("x"), symbol("y"), symbol("a")
WHOLE = {"x": REAL, "y": REAL, "a": REAL}


def op(name: str, *args: Expr | int) -> Expr:
    return apply(name, *(lift(a) for a in args))


def ends(expr: Expr, **env: Interval) -> tuple[str, float, float, str] | None:
    found = range_of(expr, {**WHOLE, **env})
    return found and ("(" if found.low_open else "[", found.low, found.high, ")" if found.high_open else "]")


inf = math.inf
EXP = op("exp", X)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (EXP, ("(", 0, inf, ")")),
        (1 / (1 + 1 / EXP), ("(", 0, 1, ")")),
        (1 - op("tanh", X) ** 2, ("(", 0, 1, "]")),
        (X * X, ("[", 0, inf, ")")),
        (op("log", 1 - op("sigmoid", X)), ("(", -inf, 0, ")")),
        (op("acosh", op("cosh", X)), ("[", 0, inf, ")")),
        (op("mod", X, 2), ("[", 0, 2, ")")),
        (op("max", op("min", X, 3), -1), ("[", -1, 3, "]")),
        (op("sign", op("exp", X)), ("[", 1, 1, "]")),
        (op("erf", X) + 1, ("(", 0, 2, ")")),
        (1 / op("cosh", X), ("(", 0, 1, "]")),
        (op("sin", X) / 2, ("[", -0.5, 0.5, "]")),
    ],
)
def test_ranges_over_all_reals(expr: Expr, expected: tuple[str, float, float, str]) -> None:
    """Ends that are not attained are open, those that are attained are closed and exact."""
    assert ends(expr) == expected


@pytest.mark.parametrize(
    "expr",
    [
        op("log", X + op("sqrt", X**2 + 1)),
        1 / (X**2 + X + 1),
        1 / (X**2 - X * Y + Y**2 + 1),
        1 / (op("sqrt", X**2 + 1) - X),
        1 / (X**4 - 3 * X + 3),
        1 / (op("exp", 2 * X) - EXP + 1),
        op("where", op("gt", X, 0), op("log", X), 0),
        op("where", op("gt", X**3 - 2 * X, 0), op("log", X**3 - 2 * X), 0),
        op("where", op("ne", X, 3), 1 / (2 * X - 6), 0),
        op("where", op("ne", X, Y), 1 / (Y - X), 0),
        op("where", op("gt", X * Y, 0), 1 / X, 0),
        op("where", op("or", op("gt", X, 1), op("lt", X, -2)), 1 / X, 0),
        op("where", op("and", op("gt", X, 0), op("gt", 1 / X, 2)), X, 0),
        op("where", op("not", op("le", op("abs", X), 1)), op("acosh", op("abs", X)), 0),
        op("where", op("ge", X, 0), op("sqrt", X), op("where", op("lt", X, 0), op("sqrt", -X), ex.UNDEFINED)),
    ],
)
def test_what_is_defined_everywhere_is_seen_to_be(expr: Expr) -> None:
    """Completed squares, greater squares, branches and what their conditions say of other spellings."""
    assert range_of(expr, WHOLE) is not None


@pytest.mark.parametrize(
    "expr",
    [
        1 / X,
        op("log", X),
        op("where", op("ge", X, 0), op("log", X), 0),
        op("where", op("gt", X, 0), 1, op("where", op("lt", X, 0), 2, ex.UNDEFINED)),
        1 / (X**2 - 3 * X * Y + Y**2),
        op("where", op("gt", 1 / X, 0), 1, 0),
        op("tan", X),
        X**A,
        op("gamma", X),
    ],
)
def test_what_may_be_undefined_has_no_range(expr: Expr) -> None:
    """Poles, logarithms of 0 and uncovered branches are never overlooked, in conditions either."""
    assert range_of(expr, WHOLE) is None


def test_boxes_matter() -> None:
    """An interval of a symbol, an excluded zero and integers are made use of."""
    assert ends(1 / A, a=POSITIVES) == ("(", 0, inf, ")")
    assert range_of(1 / A, {"a": NONZERO}) is not None
    assert range_of(X**A, {"x": REAL, "a": Interval(1.0, inf, False, True, integer=True)}) is not None
    assert range_of(X**A, {"x": NONNEGATIVES, "a": NONNEGATIVES}) is not None
    assert ends(1 / (X - 1), x=Interval(1.0, 2.0, True)) == ("[", 1, inf, ")")
    assert ends(op("exp", X), x=NEGATIVES) == ("(", 0, 1, ")")
    assert ends(op("gamma", X), x=Interval(3.0, 5.0)) == ("[", 2, 24, "]")


def test_rounding_is_outward() -> None:
    """A tenth is no float; the range of x/10 holds it all the same."""
    found = range_of(number(Fraction(1, 10)) * X, {"x": Interval(1.0, 3.0)})
    assert found is not None
    assert Fraction(found.low) <= Fraction(1, 10)
    assert Fraction(found.high) >= Fraction(3, 10)
    assert found.low == pytest.approx(0.1, rel=1e-15)


def test_conditions() -> None:
    """A condition holds everywhere, nowhere, or here and there."""
    assert holds(op("ge", X**2 - 2 * X + 1, 0), WHOLE) is True
    assert holds(op("lt", op("exp", X), 0), WHOLE) is False
    assert holds(op("gt", X, 0), WHOLE) is None
    assert holds(op("and", op("gt", EXP, 0), op("le", op("abs", op("tanh", X)), 1)), WHOLE) is True


def test_deep_and_shared_graphs_end() -> None:
    """Hundreds of nested branches and 2**60 paths take bounded work."""
    deep: Expr = lift(0)
    for k in range(400):
        deep = op("where", op("gt", X, k), op("sqrt", X), deep)
    assert range_of(deep, WHOLE) is not None
    shared: Expr = X
    for k in range(60):
        shared = op("where", op("gt", shared, k), shared + 1, op("exp", shared))
    assert range_of(shared, WHOLE) is not None
    tall: Expr = X
    for _ in range(5000):
        tall = op("tanh", tall + 1)
    assert range_of(tall, WHOLE) is not None


_UNARY = tuple(row.name for row in OPERATIONS.values() if row.most == 1 and row.name != "not")
_BINARY = ("add", "sub", "mul", "div", "pow", "mod", "min", "max", "atan2", "add", "mul", "div")


def random_expr(draw: random.Random, depth: int) -> Expr:
    kind = draw.random()
    if depth == 0 or kind < 0.15:
        return draw.choice([X, X, Y, number(Fraction(draw.randint(-6, 6), draw.choice([1, 2, 3])))])
    if kind < 0.5:
        return op(draw.choice(_UNARY), random_expr(draw, depth - 1))
    if kind < 0.85:
        return op(draw.choice(_BINARY), random_expr(draw, depth - 1), random_expr(draw, depth - 1))
    comparison = (
        op(
            draw.choice(["lt", "le", "gt", "ge", "eq", "ne"]),
            random_expr(draw, depth - 1),
            random_expr(draw, depth - 2),
        )
        if depth > 1
        else op("gt", X, Y)
    )
    if draw.random() < 0.3:
        comparison = op(draw.choice(["and", "or"]), comparison, op(draw.choice(["gt", "le"]), X, draw.randint(-2, 2)))
    return op("where", comparison, random_expr(draw, depth - 1), random_expr(draw, depth - 1))


def random_interval(draw: random.Random) -> Interval:
    low, high = sorted(draw.choice([-inf, -3.0, -1.0, 0.0, 0.5, 1.0, 2.0, inf]) for _ in range(2))
    if low == high or inf in (low, -high):
        return REAL
    return Interval(low, high, low == -inf or draw.random() < 0.5, high == inf or draw.random() < 0.5)


def some_points(draw: random.Random, a: Interval) -> list[Fraction]:
    low, high = max(a.low, -1e3), min(a.high, 1e3)
    found = [Fraction(low) + (Fraction(high) - Fraction(low)) * Fraction(draw.randint(0, 24), 24) for _ in range(3)]
    found.extend(Fraction(n) for n in range(-2, 3))
    return [x for x in found if x in a]


@pytest.mark.parametrize("seed", range(8))
def test_no_value_lies_outside_its_range(seed: int) -> None:
    """Ball arithmetic at points of random boxes never leaves the range of random expressions, nor is it undefined."""
    draw = random.Random(seed)  # noqa: S311  # reproducible, no secret
    checked = 0
    for _ in range(250):
        expr = random_expr(draw, 4)
        env = {"x": random_interval(draw), "y": random_interval(draw)}
        found = range_of(expr, env)
        if found is None or not any(node.op == "symbol" for node in postorder(expr)):
            continue
        for x in some_points(draw, env["x"]):
            for y in some_points(draw, env["y"])[:3]:
                value = balls.evaluate(expr, {"x": x, "y": y}, 256)
                assert value is not UNDEFINED, (expr, env, x, y)
                if isinstance(value, Fraction):
                    assert value in found, (expr, env, x, y, found)
                    checked += 1
                elif isinstance(value, arb):
                    assert not value < found.low, (expr, env, x, y, found)
                    assert not value > found.high, (expr, env, x, y, found)
                    assert not (found.low_open and value <= found.low), (expr, env, x, y, found)
                    assert not (found.high_open and value >= found.high), (expr, env, x, y, found)
                    checked += 1
    assert checked > 300
