"""A derivative as a person would write it: like terms collected, factors cancelled, branches merged.

What comes out equals what goes in wherever that is defined; it may be defined at more points (x/x becomes 1). It is for
reading: nothing is computed with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

from actc.model import algebra
from actc.model.activation import Activation
from actc.model.expr import NAN, ONE, ZERO, Expr, apply, fold, number, postorder, rebuild, symbol
from actc.model.text import to_text
from actc.model.verdict import Gradient

Factors = dict[Expr, int]
"""Bases with their exponents, in the order in which they came up; none is a product, quotient or number."""

_LONGEST = 1000  # nodes of a formula that is still read
_EMITTED = frozenset({"nan", "inf", "undefined", "polygamma"})  # what no file can say
_LARGEST_EXPONENT = 64
_LARGEST_DENOMINATOR = 99  # beyond, a decimal fraction is not written as a quotient
_ORDER = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def readable(expr: Expr, inputs: Collection[str] = ()) -> Expr:
    """The same function, tidied: in products the inputs stand behind parameters.

    NaN outside the inputs' domains is left out.
    """
    if expr.op == "where" and expr.args[2] is NAN:
        expr = expr.args[1]
    return fold(expr, _Tidy(frozenset(inputs), frozenset(n.args[0] for n in postorder(expr) if n.op == "tanh")).visit)


@dataclass(frozen=True, slots=True)
class _Tidy:
    """What the order of factors and the choice between equal forms depend on."""

    inputs: frozenset[str]
    tanh: frozenset[Expr]  # of what the expression has a tanh

    def visit(self, node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if node.op in ("mul", "div", "neg") or (node.op == "pow" and _exponent(here) is not None):
            return self.product(*_factors(here))
        if node.op in ("add", "sub"):
            return self.sum(_terms(here))
        if node.op == "where":
            return _branches(*args)
        if node.op in _ORDER:
            return self.comparison(node.op, *args)
        if node.op in ("and", "or", "not", "min", "max"):
            return algebra.folded(here)
        return here

    def product(self, coefficient: Fraction, factors: Factors) -> Expr:
        """The quotient of two products: a number first, then symbols."""
        if not coefficient:
            return ZERO
        coefficient, factors = self.without_sigmoid_pairs(coefficient, _without_squared_roots(factors))
        if not factors:
            return number(coefficient)
        if len(factors) == 1 and next(iter(factors.values())) == 1:
            (base,) = factors
            if coefficient == 1:
                return base
            if coefficient == -1 and base.op in ("add", "sub"):
                return self.sum([(-c, f) for c, f in _terms(base)])
            if base.op == "where" and base.args[1].is_number and base.args[2].is_number:
                return algebra.where(base.args[0], *(number(coefficient * a.number) for a in base.args[1:]))
        above, below = abs(coefficient.numerator), coefficient.denominator
        size = abs(coefficient)
        if below > _LARGEST_DENOMINATOR and _is_decimal(below):
            top = self.joined(size, factors, 1)
            bottom = self.joined(Fraction(1), factors, -1)
        else:
            top = self.joined(Fraction(above), factors, 1)
            bottom = self.joined(Fraction(below), factors, -1)
        result = top if bottom is ONE else apply("div", top, bottom)
        return apply("neg", result) if coefficient < 0 else result

    def joined(self, coefficient: Fraction, factors: Factors, side: int) -> Expr:
        """The product of the number and of the powers whose exponents have the sign of ``side``."""
        result = None if coefficient == 1 else number(coefficient)
        for base in sorted((b for b, times in factors.items() if times * side > 0), key=self._place):
            times = abs(factors[base])
            part = base if times == 1 else apply("pow", base, number(times))
            result = part if result is None else apply("mul", result, part)
        return ONE if result is None else result

    def _place(self, base: Expr) -> int:
        if base.op in ("symbol", "constant"):
            return 1 if base.value in self.inputs else 0
        return 2

    def without_sigmoid_pairs(self, coefficient: Fraction, factors: Factors) -> tuple[Fraction, Factors]:
        """sigmoid(-u) beside sigmoid(u) is 1 - sigmoid(u), and 4*sigmoid(2*u)*sigmoid(-2*u) is 1 - tanh(u)**2."""
        for base, times in factors.items():
            if base.op != "sigmoid" or times < 0 or _leading(base.args[0]) < 0:
                continue
            opposite = apply("sigmoid", self.product(*_factors(algebra.negate(base.args[0]))))
            complement = apply("sub", ONE, base)
            both = min(times, factors.get(opposite, 0) + factors.get(complement, 0))
            half = self.product(*_factors(base.args[0] / 2))
            squared = half in self.tanh or ((coefficient / 4**both).denominator == 1 and _leading(base.args[0]) == 2)
            if both <= 0 or (not squared and not factors.get(opposite, 0)):
                continue
            rest = {b: t for b, t in factors.items() if b not in (base, opposite, complement)}
            if squared:
                slope = apply("sub", ONE, apply("pow", apply("tanh", half), number(2)))
                kept = {base: times - both}
                coefficient /= 4**both
            else:
                slope = complement
                kept = {base: times}
            more = factors.get(opposite, 0) + factors.get(complement, 0) - both
            if more:  # of the other factor, what has no partner
                return coefficient, factors
            rest = {b: t for b, t in (*rest.items(), *kept.items(), (slope, rest.get(slope, 0) + both)) if t}
            return self.without_sigmoid_pairs(coefficient, rest) if squared else (coefficient, rest)
        return coefficient, factors

    def sum(self, terms: list[tuple[Fraction, Factors]]) -> Expr:
        """The terms in their order, but a positive one first where there is one."""
        first = next((i for i, (c, _) in enumerate(terms) if c > 0), 0)
        result: Expr | None = None
        for coefficient, factors in [*terms[first : first + 1], *terms[:first], *terms[first + 1 :]]:
            if result is None:
                result = self.product(coefficient, factors)
            else:
                op = "add" if coefficient > 0 else "sub"
                result = apply(op, result, self.product(abs(coefficient), factors))
        return ZERO if result is None else result

    def comparison(self, op: str, a: Expr, b: Expr) -> Expr:
        """With a number on the right: positive factors and constant terms go there, and bounds that decide nothing."""
        while b.is_number:
            if a.op in ("max", "min"):
                rest = _without_bound(a, b.number)
                if rest is None:
                    break
                a = rest
                continue
            terms = _terms(a)
            constant = sum((c for c, factors in terms if not factors), Fraction(0))
            moving = [(c, factors) for c, factors in terms if factors]
            if len(moving) != 1 or (not constant and moving[0][0] == 1):
                break
            scale, factors = moving[0]
            op = op if scale > 0 else _ORDER[op]
            a, b = self.product(Fraction(1), factors), number((b.number - constant) / scale)
        return algebra.compare(op, a, b)


def _is_decimal(denominator: int) -> bool:
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


def _exponent(power: Expr) -> int | None:
    """The exponent of a power where it is a small integer."""
    given = power.args[1]
    if given.is_number and given.number.denominator == 1 and abs(given.number) <= _LARGEST_EXPONENT:
        return int(given.number)
    return None


def _factors(root: Expr) -> tuple[Fraction, Factors]:
    """The expression as a number times powers of factors."""
    coefficient = Fraction(1)
    found: Factors = {}
    todo = [(root, 1)]
    while todo:
        node, times = todo.pop()
        if node.is_number and (node.number or times > 0):
            coefficient *= node.number**times
        elif node.op == "mul":
            todo += [(node.args[1], times), (node.args[0], times)]
        elif node.op == "div" and node.args[1] is not ZERO:
            todo += [(node.args[1], -times), (node.args[0], times)]
        elif node.op == "neg":
            coefficient *= -1 if times % 2 else 1
            todo.append((node.args[0], times))
        elif node.op == "pow" and (exponent := _exponent(node)) is not None and abs(exponent * times) <= 1000:
            todo.append((node.args[0], exponent * times))
        else:
            found[node] = found.get(node, 0) + times
    return coefficient, {base: times for base, times in found.items() if times}


def _without_squared_roots(factors: Factors) -> Factors:
    """sqrt(u)**2 is u."""
    found: Factors = {}
    for base, times in factors.items():
        inside, count = (base.args[0], times // 2) if base.op == "sqrt" and times % 2 == 0 else (base, times)
        found[inside] = found.get(inside, 0) + count
    return {base: times for base, times in found.items() if times}


def _leading(expr: Expr) -> Fraction:
    """The numerical factor of the expression, or of the first term of a sum."""
    return next((c for c, _ in _terms(expr)), Fraction(0))


def _terms(root: Expr) -> list[tuple[Fraction, Factors]]:
    """The expression as a sum of products, with like ones collected."""
    order: dict[frozenset[tuple[Expr, int]], Factors] = {}
    total: dict[frozenset[tuple[Expr, int]], Fraction] = {}
    todo = [(root, Fraction(1))]
    while todo:
        node, sign = todo.pop()
        if node.op == "add":
            todo += [(node.args[1], sign), (node.args[0], sign)]
        elif node.op == "sub":
            todo += [(node.args[1], -sign), (node.args[0], sign)]
        elif node.op == "neg":
            todo.append((node.args[0], -sign))
        else:
            coefficient, factors = _factors(node)
            key = frozenset(factors.items())
            order.setdefault(key, factors)
            total[key] = total.get(key, Fraction(0)) + sign * coefficient
    return [(total[key], factors) for key, factors in order.items() if total[key]]


def _branches(condition: Expr, a: Expr, b: Expr) -> Expr:
    """Branches with one value become one."""
    if a.op == "where" and a.args[2] is b:
        return _branches(algebra.conjunction(condition, a.args[0]), a.args[1], b)
    if b.op == "where" and b.args[1] is a:
        return _branches(algebra.disjunction(condition, b.args[0]), a, b.args[2])
    return algebra.where(condition, a, b)


def _without_bound(extreme: Expr, bound: Fraction) -> Expr | None:
    """max(u, k) < n is u < n where k < n; None where the number in it, if one is, matters."""
    numbers = [arg for arg in extreme.args if arg.is_number]
    others = [arg for arg in extreme.args if not arg.is_number]
    if len(numbers) != 1:
        return None
    inside = numbers[0].number
    decided = inside < bound if extreme.op == "max" else inside > bound
    return others[0] if decided else None


def formula_text(activation: Activation, gradient: Gradient) -> str:
    """The gradient in the language: as the author wrote it, else as it was derived, in the author's names for parts.

    A derived one is without the values at kinks that depend on parameters. "" where it is too long to be read.
    """
    written = {**dict(activation.claims), **dict(activation.surrogates)}.get(gradient.variable)
    if written is not None:
        return " ".join(written.text.value.split())
    expr = without_ties(gradient.expr)
    if _length(expr) > _LONGEST:
        return ""
    inputs = [given.name for given in activation.inputs]
    expr = named(readable(expr, inputs), [(n, f.expr) for n, f in activation.let], inputs)
    return "" if any(node.op in _EMITTED for node in postorder(expr)) else to_text(expr)


def without_ties(expr: Expr) -> Expr:
    """Without the branches for single points in front that are no plain numbers: reports say what is used there."""
    if expr.op == "where" and expr.args[2] is NAN:
        expr = expr.args[1]
    while expr.op == "where" and expr.args[1].free and _is_equality(expr.args[0]):
        expr = expr.args[2]
    return expr


def _is_equality(condition: Expr) -> bool:
    """Whether it can hold at single points only, as far as its form tells."""
    return condition.op == "eq" or (condition.op == "and" and any(_is_equality(part) for part in condition.args))


def named(expr: Expr, names: Iterable[tuple[str, Expr]], inputs: Collection[str] = ()) -> Expr:
    """The expression with the author's names for its parts put back."""
    known = {readable(part, inputs): symbol(name) for name, part in names if part.args and _length(part) <= _LONGEST}
    return fold(expr, lambda node, args: known.get(node) or rebuild(node, args))


def _length(expr: Expr) -> int:
    """How many nodes a spelling of the expression has, shared ones each time; counted up to what is too long."""
    return fold(expr, lambda node, args: min(1 + sum(args), _LONGEST + 1))
