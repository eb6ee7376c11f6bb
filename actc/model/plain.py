"""Frozen dataclasses as plain JSON values and back: what the cache keeps and what worker processes send home.

The annotations say everything, so a field that is added to a dataclass needs no line here.
"""

from __future__ import annotations

import types
import typing
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from actc.model.expr import Expr, apply, constant, number, postorder, symbol

T = TypeVar("T")


def to_plain(value: object) -> Any:
    """Lists, dicts, strings, numbers, booleans and None that say the same; raises TypeError for anything unknown."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Expr):
        return _rows(value)
    if isinstance(value, tuple):
        return [to_plain(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    raise TypeError(f"{type(value).__name__} has no plain form")


def from_plain(kind: type[T], plain: object) -> T:
    """The value of type ``kind`` that ``to_plain`` was given; raises ValueError where ``plain`` is none."""
    value: T = _decode(kind, plain)
    return value


def _decode(kind: Any, plain: object) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _decode_optional(typing.get_args(kind), plain)
    if origin is tuple:
        return _decode_tuple(typing.get_args(kind), plain)
    if kind is float and isinstance(plain, int | float) and not isinstance(plain, bool):
        return float(plain)
    if kind in (str, int, bool) and type(plain) is kind:
        return plain
    if kind is Fraction and isinstance(plain, str):
        return Fraction(plain)
    if kind is Expr:
        return _expression(plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(plain, dict):
        hints = _hints(kind)
        if set(plain) != set(hints):
            raise ValueError(f"fields of {kind.__name__} are missing or unknown")
        return kind(**{name: _decode(hint, plain[name]) for name, hint in hints.items()})
    raise ValueError(f"expected {kind}, not {type(plain).__name__}")


def _rows(root: Expr) -> list[list[Any]]:
    """An expression as a list of its nodes, each after its arguments: operation, places of the arguments, value."""
    order = list(postorder(root))
    place = {node: i for i, node in enumerate(order)}
    return [[node.op, [place[a] for a in node.args], to_plain(node.value)] for node in order]


def _expression(plain: object) -> Expr:
    nodes: list[Expr] = []
    if not isinstance(plain, list) or not plain:
        raise ValueError("an expression is a list of nodes")
    try:
        for op, places, value in plain:
            nodes.append(_node(op, tuple(nodes[i] for i in places), value))
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError(f"not a node of an expression: {error}") from None
    return nodes[-1]


def _node(op: str, args: tuple[Expr, ...], value: str | None) -> Expr:
    if value is None:
        return apply(op, *args)
    if op == "number":
        return number(Fraction(value))
    if op not in ("constant", "symbol"):
        raise ValueError(f"{op} has no value")
    return constant(value) if op == "constant" else symbol(value)


def _decode_optional(kinds: tuple[Any, ...], plain: object) -> Any:
    """A value or None. Other unions have no plain form: nothing would say which of them was meant."""
    rest = [kind for kind in kinds if kind is not types.NoneType]
    if len(rest) != 1:
        raise TypeError(f"a union of {len(rest)} types has no plain form")
    return None if plain is None else _decode(rest[0], plain)


def _decode_tuple(kinds: tuple[Any, ...], plain: object) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise ValueError(f"expected a list, not {type(plain).__name__}")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_decode(kinds[0], part) for part in plain)
    if len(plain) != len(kinds):
        raise ValueError(f"expected {len(kinds)} values, not {len(plain)}")
    return tuple(_decode(kind, part) for kind, part in zip(kinds, plain, strict=True))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
