"""Derivatives as they come out when a rule is applied wrongly, to be recognized in a claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from actc.calculus.differentiate import differentiate
from actc.model.algebra import multiply
from actc.model.expr import Expr, postorder, size, substitute, symbol
from actc.model.operations import OPERATIONS
from actc.model.text import to_text

_MOST_NODES = 400  # of an activation whose slips are tried
_MOST_SLIPS = 24
_LONGEST = 60  # characters of a subexpression that a message quotes
_INNER = "0inner"  # no symbol of the language begins with a digit


def slips(value: Expr, variable: str) -> Iterator[tuple[Expr, str]]:
    """What forgetting one step of the chain rule or of the product rule gives, and how to say it."""
    if size(value) > _MOST_NODES:
        return
    tried = 0
    for inner in _arguments(value, variable):
        outer = substitute(value, {inner: symbol(_INNER)})
        if _INNER not in outer.free or not _is_differentiable(outer) or tried >= _MOST_SLIPS:
            continue
        tried += 1
        forgotten = differentiate(outer, variable) + differentiate(outer, _INNER)
        text = to_text(inner)
        of = f"of {text} " if len(text) <= _LONGEST else ""
        yield substitute(forgotten, {symbol(_INNER): inner}), f"the inner derivative {of}is missing (chain rule)"
    if value.op == "mul" and _is_differentiable(value):
        a, b = value.args
        for term in (multiply(differentiate(a, variable), b), multiply(a, differentiate(b, variable))):
            yield term, "one term of the product rule is missing"


def repairs(claimed: Expr, value: Expr, inputs: Sequence[str]) -> Iterator[tuple[Expr, str]]:
    """Claims that took the activation's output for its input or the other way round, repaired."""
    if max(size(claimed), size(value)) > _MOST_NODES or len(inputs) != 1:
        return
    name = inputs[0]
    x = symbol(name)
    if name in claimed.free:
        yield substitute(claimed, {x: value}), f"right if it is in the activation's output: `y` for `{name}`"
    if value is not x and value in postorder(claimed):
        yield substitute(claimed, {value: x}), f"right if it is in the input: `{name}` for `y`"


def _arguments(value: Expr, variable: str) -> Iterator[Expr]:
    """The arguments of functions that are more than the variable itself, outermost first."""
    found: dict[Expr, None] = {}
    for node in reversed(list(postorder(value))):
        row = OPERATIONS.get(node.op)
        if row is not None and row.partials is not None and (row.callable or node.op == "pow"):
            found.update(dict.fromkeys(a for a in node.args if variable in a.free and a.op != "symbol"))
    return iter(found)


def _is_differentiable(value: Expr) -> bool:
    return all(node.op != "polygamma" for node in postorder(value))
