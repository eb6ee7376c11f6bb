"""Guards, their atoms, and what an expression is where the signs are known."""

from __future__ import annotations

from fractions import Fraction

import pytest

from actc.calculus.branches import atoms, digest, guards, orient, resolve, sign_of
from actc.model.expr import ONE, UNDEFINED, ZERO, Expr, apply, constant, lift, number, symbol

X, Y, A = symbol("x"), symbol("y"), symbol("a")


def op(name: str, *args: Expr | int) -> Expr:
    return apply(name, *(lift(a) for a in args))


@pytest.mark.parametrize(
    ("guard", "constant_sign", "expected"),
    [
        (-X, -1, (X,)),
        (2 * X, 1, (X,)),
        (op("sub", 0, X), -1, (X,)),
        (X / 6 + number(Fraction(1, 2)), 1, (X + 3,)),
        (X**3, 1, (X,)),
        (X**2, 1, (X, X)),
        (op("tanh", -2 * X), -1, (X,)),
        (X * op("exp", -X), 1, (X,)),
        (op("sub", X * Y, Y * X), 0, ()),
        (X**2 + 1, 1, ()),
        (op("abs", X), 1, (X, X)),
        (op("log", X), 1, (X - 1,)),
        (constant("pi") - X, -1, (X - constant("pi"),)),
        (number(-3), -1, ()),
    ],
)
def test_spellings_of_one_question_share_an_atom(guard: Expr, constant_sign: int, expected: tuple[Expr, ...]) -> None:
    """Scaled, negated, squared and odd increasing spellings all come down to the same atom."""
    sign = orient(guard)
    assert (sign.constant, sign.atoms) == (constant_sign, expected)


def test_products_and_polynomials_split_into_factors() -> None:
    """The sign of a product is the product of its factors' signs, also where the product was expanded."""
    assert set(orient(X**2 - 1).atoms) == {X - 1, X + 1}
    assert set(orient(A * X - A).atoms) == {A, X - 1}
    assert sign_of(A * X - A, {A: -1, X - 1: 1}) == -1


def test_a_guard_too_large_to_expand_is_its_own_atom() -> None:
    """Work on a guard is bounded: a huge power is left as it stands."""
    big = (X + 1) ** 100000000 - Y
    assert len(orient(big).atoms) == 1


def test_guards_come_innermost_first_and_once() -> None:
    """Each guard is listed once, before the guards of what is built on it."""
    root = op("max", op("abs", X), Y) + op("abs", X)
    assert guards(root) == (X, op("abs", X) - Y)
    assert atoms(op("gt", X, 0), op("lt", 3 * X, 0)) == (X,)


@pytest.mark.parametrize(("sign", "expected"), [(-1, -X), (0, ZERO), (1, X)])
def test_the_absolute_value_on_each_side(sign: int, expected: Expr) -> None:
    """|x| is -x, 0 or x."""
    assert resolve(op("abs", X), {X: sign}) is expected


@pytest.mark.parametrize(
    ("comparison", "holds"),
    [("lt", "-"), ("le", "-0"), ("gt", "+"), ("ge", "0+"), ("eq", "0"), ("ne", "-+")],
)
def test_comparisons_follow_the_sign_of_the_difference(comparison: str, holds: str) -> None:
    """Each comparison chooses the first branch exactly at its signs."""
    branch = op("where", op(comparison, X, 1), 7, 8)
    for sign, letter in ((-1, "-"), (0, "0"), (1, "+")):
        assert resolve(branch, {X - 1: sign}) is number(7 if letter in holds else 8)


def test_missing_signs_leave_a_branch_and_known_parts_still_decide() -> None:
    """``false and ?`` is false, ``true and ?`` waits for the other."""
    condition = op("and", op("gt", X, 0), op("gt", Y, 0))
    branch = op("where", condition, X, Y)
    assert resolve(branch, {X: -1}) is Y
    assert resolve(branch, {X: 1}) is op("where", op("gt", Y, 0), X, Y)
    assert resolve(branch, {}) is branch


def test_nested_guards_are_read_with_their_insides_resolved() -> None:
    """|x| - 1 becomes -x - 1 on the left, whose sign is then the one asked for."""
    nested = op("max", op("abs", X) - 1, 0)
    assert resolve(nested, {X: -1, X + 1: -1}) is op("sub", -X, ONE)
    assert resolve(nested, {X: 1, X - 1: -1}) is ZERO


def test_steps_and_uncovered_branches_stay() -> None:
    """Rounding is decided by integers and an uncovered branch stays undefined."""
    root = op("floor", op("abs", X))
    assert resolve(root, {X: -1}) is op("floor", -X)
    assert resolve(op("where", op("gt", X, 0), ONE, UNDEFINED), {X: -1}) is UNDEFINED


def test_digests_do_not_depend_on_how_often_a_node_is_shared() -> None:
    """A graph whose text would have 2**200 letters has a digest at once."""
    root = X
    for _ in range(200):
        root = root * root
    assert digest(root) != digest(root * root)
