"""The signs of guards as products of signs of atoms.

An *atom* is a canonical expression that all spellings of one question share: an irreducible polynomial in symbols and
opaque functions whose first term has the coefficient 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from actc.calculus.balls import sign_of as ball_sign
from actc.model.algebra import add, divide, multiply, power, subtract
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, postorder

# A sign that is the argument's: increasing functions with their only zero at 0 (a root where it is defined).
_LIKE_ARGUMENT = frozenset(
    {"sqrt", "cbrt", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf", "log1p", "expm1", "sign"}
)
_POSITIVE = frozenset({"exp", "cosh", "sigmoid", "softplus", "normal_cdf", "erfc"})

_MOST_TERMS = 256  # of a polynomial guard; beyond, it is an atom as it stands
_MOST_DEGREE = 24
_MOST_BITS = 512  # of precision to tell the sign of a number


@dataclass(frozen=True, slots=True)
class Sign:
    """The sign of a guard: a constant (-1, 0, 1) times the signs of the atoms; one that stands twice is squared.

    Where one of the ``poles``, atoms that it is divided by, is zero, the guard has no sign.
    """

    constant: int
    atoms: tuple[Expr, ...]
    poles: frozenset[Expr] = frozenset()


class _Part(NamedTuple):
    """A factor of a guard, and whether the guard is divided by it."""

    expr: Expr
    below: bool


@lru_cache(maxsize=4096)  # guards are made anew for every question, so a weak dictionary would forget them
def orient(guard: Expr) -> Sign:
    """The guard's sign as a product of signs of atoms.

    An atom is an irreducible polynomial in symbols and opaque functions with its first term's coefficient 1:
    ``0 - x`` and ``tanh(2*x)`` give ``x``, ``x**2 - 1`` gives ``x - 1`` and ``x + 1``, ``exp(x)*x`` gives ``x``.
    """
    constant = 1
    parts: list[_Part] = []
    todo = [_Part(guard, False)]
    # Every step goes from a guard to something inside it, so this ends.
    while todo and constant:
        part = todo.pop()
        sign, inner, finished = _split(part.expr)
        constant *= sign
        todo.extend(_Part(e, below or part.below) for e, below in reversed(inner))
        parts.extend(_Part(e, below or part.below) for e, below in finished)
    if not constant:
        return Sign(0, ())
    return Sign(constant, _reduced([part.expr for part in parts]), frozenset(p.expr for p in parts if p.below))


def _reduced(parts: list[Expr]) -> tuple[Expr, ...]:
    """Each atom once, or twice where it occurs an even number of times."""
    count: dict[Expr, int] = {}
    for atom in parts:
        count[atom] = count.get(atom, 0) + 1
    return tuple(atom for atom, times in count.items() for _ in range(2 - times % 2))


def _split(guard: Expr) -> tuple[int, list[_Part], list[_Part]]:
    """A sign, guards that are yet to be split, and finished atoms; the guard has the sign of their product."""
    if not guard.free:
        sign = ball_sign(guard, {}, most=_MOST_BITS)
        if sign is not None:
            return sign, [], []
    leaves = _leaves(guard)
    if leaves == [guard]:
        return _split_leaf(guard)
    form = _quotient(guard, leaves)
    if form is None:
        return 1, [], [_Part(guard, False)]
    sign = 1
    inner: list[_Part] = []
    finished: list[_Part] = []
    for below, part in enumerate(form):
        if part.is_zero():
            return 0, [], []
        unit, factors = part.factor()
        sign *= 1 if unit > 0 else -1
        for factor, times in factors:
            first = fmpq(factor.leading_coefficient())
            sign *= (1 if first > 0 else -1) ** int(times)
            monic = factor / first
            shifted = _inverted(monic, leaves)
            if monic in part.context().gens():
                inner.extend([_Part(leaves[part.context().gens().index(monic)], bool(below))] * int(times))
            elif shifted is not None:
                inner.extend([_Part(shifted, bool(below))] * int(times))
            elif not _is_positive(monic, leaves):
                finished.extend([_Part(_expression(monic, leaves), bool(below))] * int(times))
    return sign, inner, finished


def _split_leaf(leaf: Expr) -> tuple[int, list[_Part], list[_Part]]:
    op, args = leaf.op, leaf.args
    if op in _POSITIVE:
        return 1, [], []
    if op == "log_sigmoid":
        return -1, [], []
    if op in _LIKE_ARGUMENT:
        return 1, [_Part(args[0], False)], []
    if op == "abs":
        return 1, [_Part(args[0], False)] * 2, []
    if op == "log":
        return 1, [_Part(subtract(args[0], ONE), False)], []
    return 1, [], [_Part(leaf, False)]


def _inverted(poly: fmpq_mpoly, leaves: list[Expr]) -> Expr | None:
    """For an increasing function less a number, what has the same sign without the function: exp(x) - 2, x - log(2)."""
    if len(poly) != 2 or poly.total_degree() != 1:
        return None
    terms = [(leaves[list(powers).index(1)] if any(powers) else None, -c) for powers, c in poly.to_dict().items()]
    (first, _), (second, level) = terms
    if first is None:
        return None
    if second is not None:
        same = first.op == second.op and first.op in _INCREASING and level == 1
        return subtract(first.args[0], second.args[0]) if same else None
    inverse = _INVERSES.get(first.op)
    value = None if inverse is None else inverse(Fraction(int(level.p), int(level.q)))
    return None if value is None else subtract(first.args[0], value)


def _log_of(level: Fraction) -> Expr | None:
    if level <= 0:
        return None
    return ZERO if level == 1 else apply("log", number(level))


_INCREASING = frozenset({"exp", "log", "cbrt", "sinh", "tanh", "asinh", "atan", "erf", "sigmoid", "softplus", "expm1"})
_INVERSES: dict[str, Callable[[Fraction], Expr | None]] = {
    "exp": _log_of,
    "log": lambda level: apply("exp", number(level)),
    "sqrt": lambda level: number(level**2) if level >= 0 else None,
    "cbrt": lambda level: number(level**3),
    "sigmoid": lambda level: ZERO if level == Fraction(1, 2) else None,
}


def _leaves(guard: Expr) -> list[Expr]:
    """The symbols and functions that the guard is a rational expression of, symbols first."""
    found: dict[Expr, None] = {}
    stack, seen = [guard], {guard}
    while stack:
        node = stack.pop()
        if _is_rational(node):
            fresh = [a for a in node.args if a not in seen]
            if node.op == "pow":
                fresh = [a for a in fresh if a is node.args[0]]
            seen.update(fresh)
            stack.extend(fresh)
        elif node.op != "number" or node is guard:
            found[node] = None
    # Inputs tend to have late letters, so an atom reads x - threshold rather than threshold - x.
    symbols = sorted((leaf for leaf in found if leaf.op == "symbol"), key=lambda leaf: leaf.name, reverse=True)
    return symbols + sorted((leaf for leaf in found if leaf.op != "symbol"), key=digest)


def _is_rational(node: Expr) -> bool:
    if node.op == "pow":
        exponent = node.args[1]
        return exponent.is_number and exponent.number.denominator == 1 and abs(exponent.number) <= _MOST_DEGREE
    return node.op in ("add", "sub", "mul", "div", "neg")


def _quotient(guard: Expr, leaves: list[Expr]) -> tuple[fmpq_mpoly, fmpq_mpoly] | None:
    """Numerator and denominator in the leaves; None where that grows too large or divides by zero."""
    context = fmpq_mpoly_ctx.get([f"g{i}" for i in range(len(leaves))], "lex")
    one = context.constant(1)
    known = {leaf: (gen, one) for leaf, gen in zip(leaves, context.gens(), strict=True)}
    for node in postorder(guard):
        if node in known:
            continue
        if node.is_number:
            known[node] = context.constant(fmpq(node.number.numerator, node.number.denominator)), one
        elif _is_rational(node) and all(a in known for a in node.args):
            value = _operate(node, [known[a] for a in node.args])
            if value is None or any(len(p) > _MOST_TERMS or p.total_degree() > _MOST_DEGREE for p in value):
                return None
            known[node] = value
    return known.get(guard)


def _operate(node: Expr, args: list[tuple[fmpq_mpoly, fmpq_mpoly]]) -> tuple[fmpq_mpoly, fmpq_mpoly] | None:
    a, b = args[0]
    if node.op == "neg":
        return -a, b
    if node.op == "pow":
        exponent = int(node.args[1].number)
        if exponent < 0:
            a, b, exponent = b, a, -exponent
        return (
            None
            if b.is_zero() or max(len(a), len(b)) ** min(exponent, 8) > _MOST_TERMS**2
            else (a**exponent, b**exponent)
        )
    c, d = args[1]
    if node.op == "mul":
        return a * c, b * d
    if node.op == "div":
        return None if c.is_zero() else (a * d, b * c)
    if b == d:
        return (a + c if node.op == "add" else a - c), b
    return (a * d + c * b if node.op == "add" else a * d - c * b), b * d


def _is_positive(poly: fmpq_mpoly, leaves: list[Expr]) -> bool:
    """Whether it plainly is: positive coefficients, nonnegative monomials, one of them positive."""
    some = False
    for powers, coefficient in poly.to_dict().items():
        if coefficient < 0:
            return False
        strict = True
        for leaf, times in zip(leaves, powers, strict=True):
            if times and leaf.op not in _POSITIVE and leaf.op != "constant":
                strict = False
                if times % 2 and leaf.op not in ("abs", "sqrt"):
                    return False
        some = some or strict
    return some


def _expression(poly: fmpq_mpoly, leaves: list[Expr]) -> Expr:
    total = ZERO
    for powers, coefficient in poly.to_dict().items():
        term = ONE
        for leaf, times in zip(leaves, powers, strict=True):
            if times:
                factor = leaf if times == 1 else power(leaf, number(int(times)))
                term = factor if term is ONE else multiply(term, factor)
        scaled = multiply(_fraction(coefficient), term)
        total = scaled if total is ZERO else add(total, scaled)
    return total


def _fraction(value: fmpq) -> Expr:
    return divide(number(int(value.p)), number(int(value.q)))


_digests: WeakKeyDictionary[Expr, str] = WeakKeyDictionary()


def digest(root: Expr) -> str:
    """A key to sort expressions by that depends on nothing but their structure (a text could be exponentially long)."""

    def visit(node: Expr, args: tuple[str, ...]) -> str:
        known = _digests.get(node)
        if known is None:
            text = "\0".join((node.op, str(node.value), *args))
            known = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
            _digests[node] = known
        return known

    return _digests.get(root) or fold(root, visit)


@lru_cache(maxsize=1024)
def polynomial(atom: Expr) -> dict[tuple[tuple[Expr, int], ...], Fraction] | None:
    """The terms of a polynomial in symbols and opaque functions; None for what is none, or is too large to expand."""
    leaves = _leaves(atom)
    form = _quotient(atom, leaves)
    if form is None or not form[1].is_constant():
        return None
    scale = 1 / fmpq(form[1].leading_coefficient())
    terms = {}
    for powers, coefficient in (form[0] * scale).to_dict().items():
        factors = tuple((leaf, int(times)) for leaf, times in zip(leaves, powers, strict=True) if times)
        terms[factors] = Fraction(int(coefficient.p), int(coefficient.q))
    return terms
