"""Logarithms of what is made of exponentials, and powers by way of them.

log(1 + exp(v)) is softplus(v), log(a*exp(u) + b*exp(v)) is u + log(a) + softplus(v - u + log(b/a)), and the logarithm
of a longer sum is taken relative to its greatest term: log(sum(exp(u_i))) = m + log(sum(exp(u_i - m))), m = max(u_i).
A factor of unknown sign is allowed once: where the product is positive, so is that factor.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import fmpq_mpoly

from actc.model.algebra import add, compare, folded, multiply, negate, subtract, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, postorder, rebuild
from actc.numerics.exponents import times
from actc.numerics.forms import Factored, factored, plain_product, polynomial, reversed_powers
from actc.numerics.rational import Quotient, quotient

_POSITIVE = frozenset({"exp", "sigmoid", "softplus", "cosh", "normal_cdf", "erfc", "abs", "sqrt"})
_BOUNDED = frozenset({"sigmoid", "tanh", "erf", "sin", "cos", "atan"})
_MOST_TERMS = 6
_FAR = number(64)  # beyond, exp of a difference may overflow, and the greater of two softplus hides the other


def logarithm(argument: Expr) -> Expr | None:
    """log of the argument as a sum of softplus, log_sigmoid, log1p and the like; None where nothing is gained."""
    other = next((a for a in argument.args if a is not ONE), ONE) if argument.op == "add" else ONE
    if ONE in argument.args and other.op in _BOUNDED:
        return apply("log1p", other)
    value = quotient(argument)
    if value is not None and value.exponents and not value.is_zero:
        found = _of_exponentials(value)
        if found is not None:
            return found
    if argument.op == "add" and ONE in argument.args:
        return apply("log1p", argument.args[0] if argument.args[1] is ONE else argument.args[1])
    if argument.op == "sub" and argument.args[0] is ONE:
        return apply("log1p", negate(argument.args[1]))
    return None


def general_power(base: Expr, exponent: Expr) -> Expr | None:
    """A power whose exponent is no integer, by the logarithm of a base that has exponentials in it."""
    if exponent.is_number and exponent.number.denominator == 1:
        return None
    if base is ZERO:
        return None
    if not base.free:
        return apply("exp", exponent if base.op == "constant" and base.name == "E" else apply("log", base) * exponent)
    if base.op == "abs":
        return apply("exp", exponent * apply("log", base))
    value = quotient(base)
    if value is None or not value.exponents:
        # With a real exponent the base is positive wherever there is a value, whole exponents aside.
        return apply("exp", exponent * (logarithm(base) or apply("log", base))) if exponent.free else None
    found = logarithm(base)
    return None if found is None else apply("exp", exponent * found)


def _of_exponentials(value: Quotient) -> Expr | None:
    parts = factored(value)
    count = len(parts.arguments)
    gens = value.top.context().gens()
    names = [apply("exp", v) for v in parts.arguments] + list(value.leaves)
    simple: dict[int, int] = {}
    total, uncertain = ZERO, 0
    exponents = dict(parts.exponents)
    for poly, exponent in parts.factors:
        index = next((j for j in range(count) if poly == gens[j] + 1), None)
        if index is not None:
            simple[index] = simple.get(index, 0) + exponent
            continue
        # The monomial goes with the first sum, so that log(1 + a/E) is not log(E + a) - v.
        share = {j: e / exponent for j, e in exponents.items()}
        exponents = dict.fromkeys(exponents, Fraction(0))
        if _is_positive(poly, value):
            found = _of_sum(poly, names, share)
        else:
            uncertain += 1
            found = _of_uncertain(poly, parts, share[0]) if abs(exponent) == 1 else None
        if found is None:
            return None
        total = add(total, times(Fraction(exponent), found))
    for leaf, exponent in parts.monomials.items():
        uncertain += leaf.op not in _POSITIVE
        if leaf.op not in _POSITIVE and abs(exponent) != 1:
            return None
        total = add(total, times(Fraction(exponent), logarithm(leaf) or apply("log", leaf)))
    if uncertain > 1 or parts.factor <= 0:
        return None
    for j in range(count):
        total = _with_exponential(total, parts.arguments[j], exponents[j], simple.get(j, 0))
    return total if parts.factor == 1 else add(total, apply("log", number(parts.factor)))


def _with_exponential(total: Expr, v: Expr, monomial: Fraction, plus: int) -> Expr:
    """total + monomial*v + plus*log(1 + exp(v))"""
    turned = max(0, min(int(monomial if plus < 0 else -monomial), abs(plus)))
    rising, falling = (turned, -plus - turned) if plus < 0 else (plus - turned, turned)
    name = "log_sigmoid" if plus < 0 else "softplus"
    for times_, argument in ((rising, v), (falling, negate(v))):
        if times_:
            total = add(total, multiply(number(times_), apply(name, argument)))
    rest = monomial - turned if plus < 0 else monomial + turned
    return add(total, times(rest, v)) if rest else total


def _is_positive(poly: fmpq_mpoly, value: Quotient) -> bool:
    leaves = [None] * len(value.exponents) + [leaf.op for leaf in value.leaves]
    for powers, coefficient in poly.to_dict().items():
        if coefficient < 0:
            return False
        if any(p and op is not None and op not in _POSITIVE for p, op in zip(powers, leaves, strict=True)):
            return False
    return True


def _of_sum(poly: fmpq_mpoly, names: list[Expr], share: dict[int, Fraction]) -> Expr | None:
    """The logarithm of a sum of positive terms that are exponentials, times powers of exponentials."""
    exponents: list[Expr] = []
    for powers, coefficient in sorted(poly.to_dict().items(), key=lambda item: (sum(item[0]), item[0])):
        total = ZERO
        for j, (name, power) in enumerate(zip(names, powers, strict=True)):
            scale = Fraction(int(power)) + share.get(j, 0)
            if scale:
                inner = name.args[0] if name.op == "exp" else apply("log", name)
                total = add(total, times(scale, inner))
        if coefficient != 1:
            total = add(total, apply("log", number(Fraction(int(coefficient.p), int(coefficient.q)))))
        exponents.append(total)
    if len(exponents) == 2:
        exponents.sort(key=lambda e: e is not ZERO)
        return add(exponents[0], apply("softplus", subtract(exponents[1], exponents[0])))
    if len(exponents) > _MOST_TERMS:
        return None
    greatest = exponents[0]
    for other in exponents[1:]:
        greatest = apply("max", greatest, other)
    total = ZERO
    for one in exponents:
        total = add(total, apply("exp", subtract(one, greatest)))
    return add(greatest, apply("log", total))


def greatest_first(root: Expr) -> Expr:
    """Logarithms of sums of exponentials with the 1 of the greatest left out of the sum, which keeps small results.

    u + softplus(v - u) is max(u, v) + log1p(exp(-abs(v - u))); of more, all but the greatest come from sorting. Nor
    does that overflow, as softplus(2*x) - x does.
    """
    inside = {a for node in postorder(root) if node.op in ("add", "sub", "neg") for a in node.args}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        if here.op == "log":
            return _without_greatest(here)
        return here if here.op not in ("add", "sub") or node in inside else _greatest_first(here)

    return fold(root, visit)


def _greatest_first(node: Expr) -> Expr:
    """A sum with one softplus, the terms that move as its argument does taken into the greatest."""
    terms = _terms(node)
    softs = [k for k, (sign, term) in enumerate(terms) if term.op == "softplus"]
    if len(softs) != 1 or terms[softs[0]][0] < 0:
        return node
    difference = terms[softs[0]][1].args[0]
    others = [t for k, t in enumerate(terms) if k != softs[0]]
    u = _sum([t for t in others if t[1].free & difference.free])
    later = None if u is ZERO else quotient(add(u, difference))
    if later is None or later.exponents:
        return node
    rest = _sum([t for t in others if not t[1].free & difference.free])
    tail = apply("log1p", apply("exp", negate(apply("abs", difference))))
    return add(rest, add(apply("max", u, plain_product(later)), tail))


def _sum(terms: list[tuple[int, Expr]]) -> Expr:
    total = ZERO
    for sign, term in terms:
        total = add(total, term) if sign > 0 else subtract(total, term)
    return total


def _without_greatest(node: Expr) -> Expr:
    """log(exp(u - m) + exp(v - m) + ...), as this module writes it."""
    terms = [term for _, term in _terms(node.args[0])]
    if len(terms) < 3 or any(t.op != "exp" or t.args[0].op != "sub" for t in terms):
        return node
    greatest = terms[0].args[0].args[1]
    if greatest.op != "max" or any(t.args[0].args[1] is not greatest for t in terms):
        return node
    total, so_far = ZERO, terms[0].args[0].args[0]
    for term in terms[1:]:
        other = term.args[0].args[0]
        total = add(total, apply("exp", subtract(apply("min", so_far, other), greatest)))
        so_far = apply("max", so_far, other)
    return apply("log1p", total) if so_far is greatest else node


def _of_uncertain(poly: fmpq_mpoly, parts: Factored, share: Fraction) -> Expr | None:
    """The logarithm of a polynomial in one exponential times a power of it, in exp(-abs(v))."""
    if len(parts.arguments) != 1:
        return None
    v = parts.arguments[0]
    degree = int(poly.degrees()[0])
    names = [apply("exp", negate(apply("abs", v))), *parts.quotient.leaves]
    below, above = _plain_log(polynomial(poly, names)), _plain_log(polynomial(reversed_powers(poly, 0, degree), names))
    below = add(times(share, v), below) if share else below
    above = add(times(share + degree, v), above) if share + degree else above
    return where(compare("gt", v, ZERO), above, below)


def _plain_log(argument: Expr) -> Expr:
    if argument.op == "add" and argument.args[0] is ONE:
        return apply("log1p", argument.args[1])
    return apply("log", argument)


def joined_near(root: Expr) -> Expr:
    """The same as ``joined``, where two arguments are near one another; their difference is in lowest terms."""
    return joined(root, _near_difference)


def _difference(u: Expr, v: Expr) -> Expr:
    """softplus(u) - softplus(v)"""
    return _by_gap(v, subtract(u, v))


def _near_difference(u: Expr, v: Expr) -> Expr:
    gap = _gap(u, v)
    return _difference(u, v) if gap is None else _split(u, v, gap, _by_gap(v, gap), ONE)


def joined_by_gap(root: Expr) -> Expr:
    """The same as ``joined`` by a difference in lowest terms, which may lie far from 0, and by its sign."""
    return joined(root, _signed_difference)


def _signed_difference(u: Expr, v: Expr) -> Expr:
    gap = _gap(u, v)
    if gap is None:
        return _difference(u, v)
    either = where(compare("gt", gap, ZERO), _by_gap(v, gap), negate(_by_gap(u, negate(gap))))
    return _split(u, v, gap, either, _FAR)


def _gap(u: Expr, v: Expr) -> Expr | None:
    """u - v in lowest terms, where that is a quotient without exponentials."""
    value = quotient(subtract(u, v))
    return None if value is None or value.exponents else plain_product(value)


def _by_gap(v: Expr, gap: Expr) -> Expr:
    """softplus(v + gap) - softplus(v)"""
    return apply("log1p", apply("sigmoid", v) * apply("expm1", gap))


def _split(u: Expr, v: Expr, gap: Expr, near: Expr, bound: Expr) -> Expr:
    far = apply("softplus", u) - apply("softplus", v)
    return where(compare("le", apply("abs", gap), bound), near, far)


def joined(root: Expr, difference: Callable[[Expr, Expr], Expr] | None = None) -> Expr:
    """Sums with softplus written without what cancels.

    u - softplus(u) is log_sigmoid(u), softplus(u) - u is softplus(-u), and softplus(u) - softplus(v) is
    log1p(sigmoid(v)*expm1(u - v)).
    """
    inside = {a for node in postorder(root) if node.op in ("add", "sub", "neg") for a in node.args}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        if node.op not in ("add", "sub", "neg") or node in inside:
            return here
        terms = _terms(here)
        while True:
            shorter = _shorter(terms, difference or _difference)
            if shorter is None:
                break
            terms = shorter
        return _sum(terms) if len(terms) < len(_terms(here)) else here

    return fold(root, visit)


def _terms(root: Expr) -> list[tuple[int, Expr]]:
    found: list[tuple[int, Expr]] = []
    stack = [(root, 1)]
    while stack:
        node, sign = stack.pop()
        if node.op in ("add", "sub"):
            stack += [(node.args[1], sign if node.op == "add" else -sign), (node.args[0], sign)]
        elif node.op == "neg":
            stack.append((node.args[0], -sign))
        else:
            found.append((sign, node))
    return found


def _shorter(terms: list[tuple[int, Expr]], difference: Callable[[Expr, Expr], Expr]) -> list[tuple[int, Expr]] | None:
    softs = [(sign, term) for sign, term in terms if term.op == "softplus"]
    for sign, term in softs:
        wanted = [(-sign * s, t) for s, t in _terms(term.args[0])]
        rest = [t for t in terms if t != (sign, term)]
        if all(w in rest for w in wanted):
            for one in wanted:
                rest.remove(one)
            name, argument = ("log_sigmoid", term.args[0]) if sign < 0 else ("softplus", negate(term.args[0]))
            return [(1, apply(name, argument)), *rest]
    for sign, term in softs:
        for other, second in softs:
            if sign > 0 > other:
                u, v = term.args[0], second.args[0]
                return [(1, difference(u, v)), *(t for t in terms if t not in ((sign, term), (other, second)))]
    return None
