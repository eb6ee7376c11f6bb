"""Powers of sums with powers, far out: (1 + abs(x)**p)**(1/p) is abs(x)*(1 + abs(x)**-p)**(1/p).

A high power of a large sum loses as many digits as its exponent has, and its logarithm cancels with that of x. By
abs(x)**-p, which is small there, both are told apart exactly.
"""

from __future__ import annotations

from actc.model.algebra import add, compare, divide, multiply, negate, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, postorder, rebuild, substitute, symbol
from actc.numerics.forms import plain_product
from actc.numerics.preparation import powers_split
from actc.numerics.rational import quotient

_SMALL = symbol("·q")


def norms_far(root: Expr, variable: str) -> Expr:
    """The form in abs(x)**-p where abs(x) > 1, else the expression; the expression itself where it has no such sum."""
    size = apply("abs", symbol(variable))
    split = powers_split(root)
    powers = [n for n in postorder(split) if n.op == "pow" and n.args[0] is size and n.args[1].free]
    sums = [n for n in postorder(split) if n.op == "add" and ONE in n.args and any(a in powers for a in n.args)]
    if len(set(powers)) != 1 or not sums:
        return root
    exponent = powers[0].args[1]
    far = _by_small(split, size, powers[0], sums[0])
    value = quotient(far)
    if value is None or value.exponents or value.bottom.is_zero():
        return root
    other = apply("pow", size, negate(exponent))
    return where(compare("gt", size, ONE), substitute(plain_product(value), {_SMALL: other}), root)


def _by_small(root: Expr, size: Expr, power: Expr, total: Expr) -> Expr:
    """The expression in ``_SMALL`` for 1/power; ``total`` is 1 + power."""
    exponent = power.args[1]
    rest = add(ONE, _SMALL)
    own = {total, add(ONE, power), add(power, ONE)}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op == "pow" and node.args[0] in own and node.args[1].free:
            raised = quotient(multiply(exponent, node.args[1]))
            if raised is not None and not raised.exponents:
                return multiply(_power(size, plain_product(raised)), apply("pow", rest, node.args[1]))
        if node.op in ("log", "log1p") and (node.args[0] in own if node.op == "log" else node.args[0] is power):
            return add(multiply(exponent, apply("log", size)), apply("log1p", _SMALL))
        if node.op == "where" and node.args[0].op == "eq" and node.args[0].args in ((size, ZERO), (size.args[0], ZERO)):
            return args[2]
        return divide(ONE, _SMALL) if node is power else rebuild(node, args)

    return fold(root, visit)


def _power(size: Expr, exponent: Expr) -> Expr:
    return size if exponent is ONE else apply("pow", size, exponent)
