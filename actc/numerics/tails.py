"""Products with a factor that vanishes or overflows before the product does.

sigmoid(-100)*1e30 is 3.7e-14, but sigmoid(-100) is below the smallest float32. In its tail sigmoid(v) is exp(v), and
exp(v)*p is (exp(v/2)*p)*exp(v/2): halves of the exponent reach twice as far.
"""

from __future__ import annotations

from fractions import Fraction

from actc.model.algebra import add, compare, divide, folded, multiply, negate, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, postorder, rebuild
from actc.numerics.exponents import scaled, times
from actc.numerics.products import factors

_FAR = 64  # beyond, sigmoid(-v) is exp(-v) to far more digits than float64 has
_SLOW = frozenset({"log", "log1p", "softplus", "log_sigmoid", "sigmoid", "tanh", "atan", "asinh", "erf", "sin", "cos"})
"""Functions that an exponential is not large of."""

_TAILED = frozenset({"sigmoid", "exp", "sinh", "cosh", "expm1", "tanh"})


def halved(root: Expr) -> Expr:
    """Every product of exponentials and other factors by halves of the exponent."""
    inner = {a for node in postorder(root) if node.op in ("mul", "div", "neg") for a in node.args[:2]}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        if node.op not in ("mul", "div", "neg") or node in inner:
            return here
        return _by_halves(here)

    return fold(root, visit)


def powers_halved(root: Expr) -> Expr:
    """Every product of a power with a symbol in its exponent and other factors, by halves: (b**(e/2)*p)*b**(e/2)."""
    inner = {a for node in postorder(root) if node.op in ("mul", "div", "neg") for a in node.args[:2]}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = folded(rebuild(node, args))
        if node.op not in ("mul", "div") or node in inner:
            return here
        top, bottom, sign = factors(here)
        powers = [f for f in top if f.op == "pow" and f.args[1].free]
        if len(powers) != 1 or len(top) + len(bottom) < 2:
            return here
        base, exponent = powers[0].args
        half = apply("pow", base, divide(exponent, number(2)))
        rest = [f for f in top if f is not powers[0]]
        return multiply(multiply(number(sign), _product([half, *rest], bottom)), half)

    return fold(root, visit)


def _by_halves(root: Expr) -> Expr:
    top, bottom, sign = factors(root)
    if not any(f.op in _TAILED and f.op != "tanh" for f in top) or len(top) + len(bottom) < 2:
        return root
    bases: dict[Expr, None] = {}
    for factor in top:
        if factor.op in ("sigmoid", "sinh", "cosh", "expm1"):
            bases[scaled(factor.args[0])[1]] = None
    growing = [v for v in bases if v.op not in _SLOW] if len(bases) > 1 else list(bases)
    if len(growing) != (1 if bases else 0):
        return root
    if growing:
        others = [f for f in top if f.op in _TAILED and scaled(f.args[0])[1] is not growing[0] and f.op != "exp"]
        bases = dict.fromkeys(growing)
    else:
        others = []

    both = _both_tails(next(iter(bases)), top, others, bottom, sign) if bases else None
    if both is not None:
        return both

    def product(side: int) -> Expr:
        exponent = ZERO
        rest: list[Expr] = []
        scale = Fraction(sign)
        for factor in top:
            if factor.op == "exp":
                exponent = add(exponent, factor.args[0])
                continue
            v = factor.args[0] if factor.op in _TAILED and factor not in others else None
            if v is None or not side:
                rest.append(factor)
                continue
            rising = (scaled(v)[0] > 0) == (side > 0)
            if factor.op == "sigmoid":
                exponent = exponent if rising else add(exponent, v)
            elif factor.op in ("sinh", "cosh"):
                exponent = add(exponent, v if rising else negate(v))
                scale *= Fraction(-1 if factor.op == "sinh" and not rising else 1, 2)
            elif factor.op == "expm1":
                exponent, scale = (add(exponent, v), scale) if rising else (exponent, -scale)
            else:
                rest.append(factor)
        rest.sort(key=lambda f: bool(f.free))
        if exponent is ZERO:
            return multiply(number(scale), _product(rest, bottom))
        steepness, base = scaled(exponent)
        half = apply("exp", times(steepness / 2, base))
        total = multiply(_product([half, *rest], bottom), half)
        return multiply(number(scale), total)

    if not bases:
        return product(0)
    v = next(iter(bases))
    own = [f for f in top if f.op in ("sigmoid", "sinh", "cosh", "expm1") and f not in others]
    steep = max(abs(scaled(f.args[0])[0]) for f in own)
    bound = number(Fraction(_FAR) / steep)
    middle = product(0)
    low = where(compare("lt", v, negate(bound)), product(-1), middle)
    return where(compare("gt", v, bound), product(1), low)


def _product(top: list[Expr], bottom: list[Expr]) -> Expr:
    """One factor after the other."""
    total = ONE
    for part in top:
        total = part if total is ONE else multiply(total, part)
    for part in bottom:
        total = divide(total, part)
    return total


def _both_tails(v: Expr, top: list[Expr], others: list[Expr], bottom: list[Expr], sign: int) -> Expr | None:
    """sigmoid(v)*sigmoid(-v)*p as (h*p)*h/(1 + h**2)**2 with h = exp(-abs(v)/2), for one such pair."""
    tailed = [f for f in top if f.op in _TAILED and f.op != "tanh" and f not in others]
    if len(tailed) != 2 or any(f.op != "sigmoid" for f in tailed):
        return None
    first, second = (scaled(f.args[0])[0] for f in tailed)
    if first != -second:
        return None
    half = apply("exp", times(-abs(first) / 2, apply("abs", v)))
    rest = sorted((f for f in top if f not in tailed), key=lambda f: bool(f.free))
    total = multiply(_product([half, *rest], bottom), half)
    return multiply(number(sign), divide(total, (ONE + half * half) ** 2))
