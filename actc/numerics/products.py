"""Products in which a factor that vanishes meets the growing ones first, one by one, so that 0 never meets infinity."""

from __future__ import annotations

from collections.abc import Callable

from actc.model.algebra import add, divide, multiply, negate, subtract, where
from actc.model.expr import ONE, Expr, fold, postorder, rebuild

_DECAYING = frozenset({"exp", "sigmoid", "normal_cdf", "erfc"})
BOUNDED = frozenset({*_DECAYING, "tanh", "sin", "cos", "erf", "atan", "sinc"})
_MOST_POWER = 8
_MOST_NODES = 60


def decaying_first(root: Expr) -> Expr:
    """Every product with its exponentials in front, and what they multiply distributed over sums."""
    joined = _inside_products(root)

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if node.op in ("mul", "div", "neg") and node not in joined:
            return _reordered(here)
        return here

    return fold(root, visit)


def _inside_products(root: Expr) -> set[Expr]:
    """Products that are factors of others, which are put in order with them."""
    return {a for node in postorder(root) if node.op in ("mul", "div", "neg") for a in node.args[:2]}


def _reordered(root: Expr) -> Expr:
    """What decays, then the rest."""
    above, bottom, sign = factors(root)
    decaying = [part for part in above if _decays(part)]
    top = [part for part in above if not _decays(part)]
    if not decaying:
        return root
    result = ONE
    for part in decaying:
        result = part if result is ONE else multiply(result, part)
    for part in sorted(top, key=lambda p: p.op not in ("number", "constant")):
        result = spread(result, part)
    for part in bottom:
        result = divide(result, part)
    return negate(result) if sign < 0 else result


def _decays(node: Expr) -> bool:
    return node.op in _DECAYING or (node.op == "pow" and node.args[0].op in _DECAYING)


def spread(factor: Expr, other: Expr) -> Expr:
    """factor*other, from the left: over sums, and power by power."""
    budget = _MOST_NODES

    def go(left: Expr, node: Expr) -> Expr:
        nonlocal budget
        budget -= 1
        if budget < 0 or not node.free:
            return multiply(left, node)
        match node.op:
            case "mul":
                return go(go(left, node.args[0]), node.args[1])
            case "div":
                return divide(go(left, node.args[0]), node.args[1])
            case "neg":
                return negate(go(left, node.args[0]))
            case "add" | "sub" if _grows(node):
                join = add if node.op == "add" else subtract
                return join(go(left, node.args[0]), go(left, node.args[1]))
            case "pow" if _is_count(node.args[1]):
                result = left
                for _ in range(int(node.args[1].number)):
                    result = go(result, node.args[0])
                return result
        return multiply(left, node)

    return go(factor, other)


def _grows(node: Expr) -> bool:
    """Whether a sum has a power in it, which may overflow while the sum's product does not."""
    return any(n.op in ("pow", "mul") and n.free for n in postorder(node))


def _is_count(exponent: Expr) -> bool:
    return exponent.is_number and exponent.number.denominator == 1 and 2 <= exponent.number <= _MOST_POWER


def bounded_first(root: Expr, inputs: tuple[str, ...]) -> Expr:
    """Every product with its bounded factors in front, then other inputs, what they depend on, and parameters last."""
    joined = _inside_products(root)

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if node.op not in ("mul", "div", "neg") or node in joined:
            return here
        top, bottom, sign = factors(here)
        result = ONE
        own = frozenset().union(*(part.free for part in top if part.op in BOUNDED))
        for part in sorted(top, key=lambda p: _kind(p, inputs, own)):
            result = part if result is ONE else multiply(result, part)
        for part in bottom:
            result = divide(result, part)
        return negate(result) if sign < 0 else result

    return fold(root, visit)


def _kind(part: Expr, inputs: tuple[str, ...], own: frozenset[str]) -> int:
    """``own`` is what the bounded factors depend on: x*sigmoid(x) is tiny with x, whatever it is multiplied with."""
    if part.op in BOUNDED:
        return 0
    moving = [name for name in inputs if name in part.free]
    return 3 if not moving else 1 if own.isdisjoint(moving) else 2


def factors(root: Expr) -> tuple[list[Expr], list[Expr], int]:
    """What multiplies, what divides, and the sign."""
    top: list[Expr] = []
    bottom: list[Expr] = []
    sign = 1
    stack: list[tuple[Expr, bool]] = [(root, True)]
    while stack:
        node, above = stack.pop()
        if node.op == "mul":
            stack += [(node.args[1], above), (node.args[0], above)]
        elif node.op == "div":
            stack += [(node.args[1], not above), (node.args[0], above)]
        elif node.op == "neg":
            sign = -sign
            stack.append((node.args[0], above))
        else:
            (top if above else bottom).append(node)
    return top, bottom, sign


def shared_division(root: Expr) -> Expr:
    """Sums divided by a number term by term, so that the sum does not overflow before the quotient is taken."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if here.op == "div" and here.args[1].is_number:
            return _shared(here.args[0], lambda part: divide(part, here.args[1]))
        if here.op == "mul" and here.args[0].is_number:
            return _shared(here.args[1], lambda part: multiply(here.args[0], part))
        return here

    return fold(root, visit)


def _shared(root: Expr, scale: Callable[[Expr], Expr]) -> Expr:
    """The scale in every term, and on both sides of every choice."""

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node not in inside:
            return node
        return rebuild(node, args) if node.op in ("add", "sub") else where(node.args[0], args[1], args[2])

    inside: set[Expr] = set()
    known: dict[Expr, Expr] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node.op in ("add", "sub"):
            inside.add(node)
            stack.extend(node.args)
        elif node.op == "where":
            inside.add(node)
            known[node.args[0]] = node.args[0]
            stack.extend(node.args[1:])
        else:
            known[node] = scale(node)
    return fold(root, visit, known)
