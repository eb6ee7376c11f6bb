"""Expressions as exact quotients of polynomials in their parts, exponentials of one thing being powers of one unknown.

``sigmoid(u)`` is E/(1 + E), ``tanh(u)`` is (E**2 - 1)/(E**2 + 1), ``exp(-u)`` is 1/E and ``exp(softplus(u))`` is 1 + E
for E = exp(u). Besides, x = sign(x)*abs(x), sign(x)**2 = 1 (away from 0) and sqrt(w)**2 = w. What cancels, cancels
exactly. The forms in which quotients are written again are in ``forms``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from weakref import WeakKeyDictionary

from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from actc.model.expr import Expr, apply, postorder
from actc.numerics.exponents import scaled, times

_EXPONENTIAL = {"exp": 1, "sigmoid": 1, "tanh": 2, "sinh": 1, "cosh": 1, "expm1": 1}
"""Functions that are rational in the exponential of this many times their argument."""

_MOST_TERMS = 200
_MOST_DEGREE = 32
_MOST_POWER = 12

_known: WeakKeyDictionary[Expr, Quotient | None] = WeakKeyDictionary()

Pair = tuple[fmpq_mpoly, fmpq_mpoly]


@dataclass(frozen=True, slots=True)
class Quotient:
    """``top/bottom`` in lowest terms. The first ``len(exponents)`` unknowns are exponentials of these."""

    top: fmpq_mpoly
    bottom: fmpq_mpoly
    exponents: tuple[Expr, ...]
    leaves: tuple[Expr, ...]  # what the other unknowns stand for

    @property
    def is_zero(self) -> bool:
        return bool(self.top.is_zero())


def quotient(root: Expr) -> Quotient | None:
    """The expression as a quotient; None where it is no sum, product or the like, or grows too large."""
    if root not in _known:
        region = _Region(root)
        _known[root] = region.quotient() if region.inner else None
    return _known[root]


class _Region:
    """The part of an expression, from its root down, that is rational in what lies below."""

    def __init__(self, root: Expr) -> None:
        self._root = root
        self.inner: dict[Expr, None] = {}
        self._multiples: dict[Expr, set[Fraction]] = {}
        self._leaves: dict[Expr, None] = {}
        stack = [root]
        while stack:
            node = stack.pop()
            if node in self.inner or node in self._leaves:
                continue
            if node.op in _EXPONENTIAL and node.args[0].free:
                self.inner[node] = None
                self._note(node, stack)
            elif _is_rational(node):
                self.inner[node] = None
                stack.extend(reversed(node.args[:1] if node.op == "pow" else node.args))
            elif not node.is_number:
                self._leaves[node] = None
                if node.op == "sqrt" and node.free and _is_known(node.args[0]):
                    stack.append(node.args[0])  # its square is known

    def _note(self, node: Expr, stack: list[Expr]) -> None:
        factor, base = scaled(node.args[0])
        factor *= _EXPONENTIAL[node.op]
        match base.op:
            case "softplus" | "log_sigmoid" if factor.denominator == 1:
                inner, below = scaled(base.args[0])
                self._multiples.setdefault(below, set()).add(inner)
            case "log" if factor.denominator == 1:
                stack.append(base.args[0])
            case _:
                self._multiples.setdefault(base, set()).add(factor)

    def quotient(self) -> Quotient | None:
        """All of the region in one ring."""
        self._units = {base: _unit(found) for base, found in self._multiples.items()}
        bases = list(self._units)
        for leaf in [leaf for leaf in self._leaves if _splits(leaf) and leaf.args[0] in self._leaves]:
            self._leaves.setdefault(apply("sign", leaf.args[0]))
            self._leaves.setdefault(apply("abs", leaf.args[0]))
        leaves = list(self._leaves)
        context = fmpq_mpoly_ctx.get([f"g{i}" for i in range(len(bases) + len(leaves))], "lex")
        self._one = context.constant(1)
        gens = context.gens()
        self._powers = dict(zip(bases, gens, strict=False))
        known: dict[Expr, Pair] = {leaf: (gen, self._one) for leaf, gen in zip(leaves, gens[len(bases) :], strict=True)}
        self._split_signs(known)
        for node in postorder(self._root):
            if node in known or (node not in self.inner and not node.is_number):
                continue
            pair = self._value(node, known)
            if pair is None or max(len(pair[0]), len(pair[1])) > _MOST_TERMS:
                return None
            known[node] = pair
        top, bottom = known[self._root]
        for leaf in leaves:
            if leaf.op == "sign":
                top, bottom = (_lowered(p, known[leaf][0]) for p in (top, bottom))
            if leaf.op == "sqrt" and leaf.free and leaf.args[0] in known:
                top, bottom = self._without_squares(top, bottom, leaf, known)
        exponents = tuple(times(self._units[base], base) for base in bases)
        return lowest(Quotient(top, bottom, exponents, tuple(leaves)))

    def _without_squares(self, top: fmpq_mpoly, bottom: fmpq_mpoly, leaf: Expr, known: dict[Expr, Pair]) -> Pair:
        """The top with the root's square replaced; the bottom keeps its factors, which may cancel then."""
        gen = known[leaf][0]
        index = top.context().gens().index(gen)
        degree = int(top.degrees()[index]) if not top.is_zero() else 0
        if degree < 2:
            return top, bottom
        a, b = known[leaf.args[0]]
        total = self._one * 0
        for powers, coefficient in top.to_dict().items():
            count = int(powers[index])
            rest = tuple(count % 2 if i == index else int(p) for i, p in enumerate(powers))
            term = top.context().from_dict({rest: coefficient})
            total += term * a ** (count // 2) * b ** (degree // 2 - count // 2)
        return total, bottom * b ** (degree // 2)

    def _split_signs(self, known: dict[Expr, Pair]) -> None:
        for leaf in self._leaves:
            if leaf.op == "abs" and _splits(leaf) and leaf.args[0] in known:
                sign = known[apply("sign", leaf.args[0])][0]
                known[leaf.args[0]] = (sign * known[leaf][0], self._one)

    def _value(self, node: Expr, known: dict[Expr, Pair]) -> Pair | None:
        if node.is_number:
            return self._one * fmpq(node.number.numerator, node.number.denominator), self._one
        if node.op in _EXPONENTIAL:
            return self._exponential(node, known)
        pairs = [known[a] for a in node.args if a in known]
        return _operate(node, pairs)

    def _exponential(self, node: Expr, known: dict[Expr, Pair]) -> Pair | None:
        factor, base = scaled(node.args[0])
        whole = self._power(factor * _EXPONENTIAL[node.op], base, known)
        if whole is None:
            return None
        a, b = whole
        match node.op:
            case "exp":
                return a, b
            case "expm1":
                return a - b, b
            case "sigmoid":
                return a, a + b
            case "tanh":
                return a - b, a + b
            case "sinh":
                return a * a - b * b, 2 * a * b
        return a * a + b * b, 2 * a * b

    def _power(self, factor: Fraction, base: Expr, known: dict[Expr, Pair]) -> Pair | None:
        """exp(factor*base)"""
        if base in self._powers:
            return _raised(self._powers[base], self._one, factor / self._units[base])
        if base.op == "log":
            pair = known.get(base.args[0])
            return None if pair is None else _raised(*pair, factor)
        inner, below = scaled(base.args[0])
        pair = _raised(self._powers[below], self._one, inner / self._units[below])
        if pair is None:
            return None
        a, b = pair
        return _raised(*((a + b, b) if base.op == "softplus" else (a, a + b)), factor)


def _is_known(root: Expr) -> bool:
    return all(_is_rational(node) or not node.args or node.op in _EXPONENTIAL for node in postorder(root))


def _is_rational(node: Expr) -> bool:
    if node.op == "pow":
        exponent = node.args[1]
        return exponent.is_number and exponent.number.denominator == 1 and abs(exponent.number) <= _MOST_POWER
    return node.op in ("add", "sub", "mul", "div", "neg")


def _unit(multiples: set[Fraction]) -> Fraction:
    return Fraction(gcd(*(m.numerator for m in multiples)), lcm(*(m.denominator for m in multiples)))


def _raised(a: fmpq_mpoly, b: fmpq_mpoly, power: Fraction) -> Pair | None:
    if power.denominator != 1 or abs(power) > _MOST_DEGREE or (abs(power) > _MOST_POWER and len(a) + len(b) > 2):
        return None
    n = int(power)
    return (a**n, b**n) if n >= 0 else (b**-n, a**-n)


def _operate(node: Expr, pairs: list[Pair]) -> Pair | None:
    a, b = pairs[0]
    if node.op == "neg":
        return -a, b
    if node.op == "pow":
        return None if node.args[1].number < 0 and a.is_zero() else _raised(a, b, node.args[1].number)
    c, d = pairs[1]
    if node.op == "mul":
        return _cancelled(a * c, b * d)
    if node.op == "div":
        return None if c.is_zero() else _cancelled(a * d, b * c)
    top = a * d + c * b if node.op == "add" else a * d - c * b
    return _cancelled(top, b * d)


def _splits(leaf: Expr) -> bool:
    """Whether u is to be sign(u)*abs(u); a sign or a size is not split again."""
    return leaf.op in ("abs", "sign") and leaf.args[0].op not in ("abs", "sign")


def _cancelled(top: fmpq_mpoly, bottom: fmpq_mpoly) -> Pair:
    common = top.gcd(bottom)
    return (top, bottom) if common.is_constant() else (top // common, bottom // common)


def _lowered(poly: fmpq_mpoly, unknown: fmpq_mpoly) -> fmpq_mpoly:
    """The polynomial with the unknown's square replaced by 1."""
    index = poly.context().gens().index(unknown)
    terms: dict[tuple[int, ...], fmpq] = {}
    for powers, coefficient in poly.to_dict().items():
        key = tuple(p % 2 if i == index else p for i, p in enumerate(powers))
        terms[key] = terms.get(key, fmpq(0)) + coefficient
    return poly.context().from_dict({k: c for k, c in terms.items() if c != 0})


def lowest(value: Quotient) -> Quotient:
    """In lowest terms, with the bottom's leading coefficient 1."""
    top, bottom = value.top, value.bottom
    if bottom.is_zero():
        return value
    top, bottom = _cancelled(top, bottom)
    lead = bottom.leading_coefficient()
    return Quotient(top / lead, bottom / lead, value.exponents, value.leaves)


def terms_of_degree(poly: fmpq_mpoly, degrees: Mapping[int, int]) -> fmpq_mpoly:
    """What some unknowns, by their places, are multiplied with where they have these degrees; they are left out."""
    terms = {
        tuple(0 if i in degrees else int(p) for i, p in enumerate(powers)): c
        for powers, c in poly.to_dict().items()
        if all(int(powers[i]) == degree for i, degree in degrees.items())
    }
    return poly.context().from_dict(terms)
