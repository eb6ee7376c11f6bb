"""Expressions far out, as a power of the input times what depends on its reciprocal.

(a*x**3 + b)/(c*x**2 + d) is x*(a + b*t**3)/(c + d*t**2) with t = 1/x, in which nothing overflows unless the result
does; sqrt(x**2 + b) is abs(x)*sqrt(1 + b*t**2). The order of sums is kept, nothing is expanded.
"""

from __future__ import annotations

from actc.model.algebra import add, compare, divide, folded, multiply, negate, power, subtract, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, rebuild, symbol

_MOST_POWER = 24

Scaled = tuple[int, Expr]
"""A power of the input, and what it multiplies."""


def inverted_outside(root: Expr, variable: str) -> Expr:
    """The form in 1/x where abs(x) > 1, else the expression; the expression itself where nothing changes."""
    far = inverted(root, variable)
    if far is root:
        return root
    return where(compare("gt", apply("abs", symbol(variable)), ONE), far, root)


def inverted(root: Expr, variable: str) -> Expr:
    """An equal expression for abs(x) > 1."""
    x = symbol(variable)
    if variable not in root.free:
        return root
    rule = _Inversion(x)
    found = rule.written(fold(root, rule.visit))
    return found if rule.used else root


class _Inversion:
    def __init__(self, x: Expr) -> None:
        self.x = x
        self.t = divide(ONE, x)
        self.size = apply("abs", x)
        self.used = False  # whether any power was taken out of a sum

    def written(self, value: Scaled) -> Expr:
        """The product, the power multiplied in one by one."""
        exponent, part = value
        self.used = self.used or (exponent > 1 and part is not ONE)
        if exponent < 0:
            return multiply(part, power(self.t, number(-exponent)))
        for _ in range(exponent):
            part = multiply(part, self.x)
        return part

    def visit(self, node: Expr, args: tuple[Scaled, ...]) -> Scaled:
        if node is self.x:
            return 1, ONE
        if not node.args:
            return 0, node
        match node.op:
            case "add" | "sub":
                return self.summed(node.op, *args)
            case "neg":
                return args[0][0], negate(args[0][1])
            case "mul":
                return args[0][0] + args[1][0], multiply(args[0][1], args[1][1])
            case "div":
                return args[0][0] - args[1][0], divide(args[0][1], args[1][1])
            case "pow" if _is_count(node.args[1]):
                count = int(node.args[1].number)
                return args[0][0] * count, power(args[0][1], node.args[1])
            case "abs":
                exponent, part = args[0]
                inner = apply("abs", part)
                return exponent, multiply(apply("sign", self.x), inner) if exponent % 2 else inner
            case "sign" if args[0][0]:
                exponent, part = args[0]
                inner = ONE if part is ONE else apply("sign", part)
                return 0, multiply(apply("sign", self.x), inner) if exponent % 2 else inner
            case "sqrt" if args[0][0] and args[0][0] % 2 == 0:
                exponent, part = args[0]
                half = exponent // 2
                root = apply("sqrt", part)
                return half, multiply(apply("sign", self.x), root) if half % 2 else root
            case "log" | "log1p" if args[0][0] > 0:
                exponent, part = args[0]
                if node.op == "log1p":
                    part = add(part, power(self.t, number(exponent)))
                self.used = True
                inside = multiply(apply("sign", self.x), part) if exponent % 2 else part
                return 0, add(multiply(number(exponent), apply("log", self.size)), apply("log", inside))
            case "where":
                return self.chosen(args)
        if node.is_condition or node.op in ("min", "max"):
            return 0, rebuild(node, tuple(self.written(a) for a in args))
        return 0, folded(rebuild(node, tuple(self.written(a) for a in args)))

    def summed(self, op: str, a: Scaled, b: Scaled) -> Scaled:
        join = add if op == "add" else subtract
        if a[1] is ZERO or b[1] is ZERO:
            return b if a[1] is ZERO and op == "add" else (b[0], negate(b[1])) if a[1] is ZERO else a
        most = max(a[0], b[0])
        self.used = self.used or a[0] != b[0] or most != 0
        left, right = (multiply(v[1], power(self.t, number(most - v[0]))) if v[0] < most else v[1] for v in (a, b))
        return most, join(left, right)

    def chosen(self, args: tuple[Scaled, ...]) -> Scaled:
        condition = args[0][1]
        a, b = args[1], args[2]
        if a[0] == b[0]:
            return a[0], where(condition, a[1], b[1])
        return 0, where(condition, self.written(a), self.written(b))


def _is_count(exponent: Expr) -> bool:
    return exponent.is_number and exponent.number.denominator == 1 and abs(exponent.number) <= _MOST_POWER
