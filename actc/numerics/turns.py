"""Products multiplied and divided by turns, so that no part of them overflows or vanishes before the whole does.

a/(b*c)**2*d**3 is a*d/(b*c)*d/(b*c)*d: squares of what is large or small are not formed. A sum above a quotient is
divided term by term, so that infinity is not divided by infinity: what is divided by it first is 0. Where the quotient
does not vanish far out, u/(1 + u) is 1/(1 + 1/u).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from actc.model.algebra import add, divide, multiply, negate, subtract, where
from actc.model.expr import ONE, ZERO, Expr, fold, postorder, rebuild, symbol
from actc.numerics.forms import plain_product
from actc.numerics.products import BOUNDED, factors
from actc.numerics.rational import quotient

_NEVER_LARGE = BOUNDED | {"sign"}
_MOST_POWER = 6
_MOST_FACTORS = 24
_MOST_TERMS = 8  # of a sum above a quotient
_LEAST_FACTORS = 2  # of a product that is distributed over a sum
_MOST_DISTRIBUTED = 3  # terms of that sum


def by_turns(root: Expr) -> Expr:
    """The expression with each of its products taken by turns, factor by factor."""
    return _outermost(root, _by_turns)


def terms_by_turns(root: Expr) -> Expr:
    """The same, sums above quotients term by term, and in each term what may be large first."""
    return _outermost(root, _terms_by_turns)


def plain_first(root: Expr, inputs: tuple[str, ...], *, middle: bool, back: bool = False) -> Expr:
    """Each product from what no input is in to what may vanish with one, powers written out: a*x*x for x**2*a.

    What divides comes before the last of them, or at the end, in its order or ``back`` to front.
    """

    def rule(node: Expr) -> Expr:
        top, bottom, sign = factors(node)
        above = sorted(_single(top), key=lambda f: (bool(f.free), not f.free.isdisjoint(inputs)))
        place = len(above) - 1 if middle else len(above)
        total = ONE
        for k in range(place + 1):
            if k == place:
                for part in _single(bottom)[:: -1 if back else 1]:
                    total = divide(total, part)
            if k < len(above):
                total = above[k] if total is ONE else multiply(total, above[k])
        return total if sign > 0 else negate(total)

    return _outermost(root, rule)


def nested(root: Expr, name: str) -> Expr:
    """A sum of powers of the input as Horner has it, which is not the difference of two infinities; else itself."""
    powers: dict[int, list[tuple[list[Expr], int]]] = {}
    for parts, sign in _signed(root):
        top, bottom, own = factors(parts[0]) if len(parts) == 1 else (parts, [], 1)
        rest = [f for f in _single(top) if f is not symbol(name)]
        if bottom or any(name in f.free for f in rest):
            return root
        powers.setdefault(len(_single(top)) - len(rest), []).append((rest or [ONE], sign * own))
    if len(powers) < 2 or max(powers) < 2:
        return root
    total = ZERO
    for power in range(max(powers), -1, -1):
        total = add(_sum(powers[power]) if power in powers else ZERO, multiply(symbol(name), total))
    return total


def distributed(root: Expr) -> Expr:
    """The same with each product of a difference or sum as a sum of products: f*a - f*b for f*(a - b).

    The difference of two great numbers of different signs overflows, which a product with a small one need not. What
    cancels is as well off: products differ from true ones by no more than a last bit of a or b makes.
    """
    return _outermost(root, _distributed)


def _outermost(root: Expr, rule: Callable[[Expr], Expr]) -> Expr:
    """The expression with a rule applied to its products that are no part of a longer one."""
    inside = {a for node in postorder(root) if node.op in ("mul", "div", "neg") for a in node.args}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        return rule(here) if node.op in ("mul", "div", "neg") and node not in inside else here

    return fold(root, visit)


def _terms_by_turns(root: Expr) -> Expr:
    top, bottom, sign = factors(root)
    below = _single(bottom)
    if not bottom and len(top) > 1 and any(f.op == "pow" for f in top):
        return _written_out(top, sign)
    if not any(divisor.op in ("add", "sub") and divisor.free for divisor in below):
        return root
    found = []
    for term, turn in _terms(top):
        part = ONE
        above = sorted(_single(term), key=lambda f: (not f.free, f.op in _NEVER_LARGE))
        for factor, divisor in zip_longest(above or [ONE], below):
            part = part if factor is None else multiply(part, factor)
            part = part if divisor is None else divide(part, divisor)
        found.append(([part], turn))
    total = _sum(found)
    return total if sign > 0 else negate(total)


def _distributed(root: Expr) -> Expr:
    top, bottom, sign = factors(root)
    sums = [k for k, f in enumerate(top) if len(_signed(f)) > 1]
    if len(sums) != 1 or len(top) + len(bottom) < _LEAST_FACTORS:
        return root
    (place,) = sums
    parts = _signed(top[place])
    if len(parts) > _MOST_DISTRIBUTED or not all(any(f.free for f in part) for part, _ in parts):
        return root
    below = ONE
    for part in bottom:
        below = part if below is ONE else multiply(below, part)
    products = [([*top[:place], *part, *top[place + 1 :]], turn * sign) for part, turn in parts]
    return _sum([([divide(_sum([(one, 1)]), below)], turn) for one, turn in products])


def _written_out(top: list[Expr], sign: int) -> Expr:
    """A product with powers, as a*x*x for a*x**2: where a is 0, it is 0 however large x is."""
    total = ONE
    for part in _single(sorted(top, key=lambda f: (bool(f.free), f.op == "pow"))):
        total = part if total is ONE else multiply(total, part)
    return total if sign > 0 else negate(total)


def _terms(top: list[Expr]) -> list[tuple[list[Expr], int]]:
    """The product of some factors as a sum of products, each with its sign; powers of sums stay."""
    found: list[tuple[list[Expr], int]] = [([], 1)]
    for factor in top:
        parts = _signed(factor)
        if len(found) * len(parts) > _MOST_TERMS:
            parts = [([factor], 1)]
        found = [([*one, *other], sign * turn) for one, sign in found for other, turn in parts]
    return found


def _signed(root: Expr) -> list[tuple[list[Expr], int]]:
    """The terms of a sum, as the factors of each and its sign; what is no sum is one term."""
    found = []
    stack = [(root, 1)]
    while stack:
        node, sign = stack.pop()
        if node.op in ("add", "sub"):
            left, right = node.args
            stack += [(right, sign if node.op == "add" else -sign), (left, sign)]
        elif node.op in ("mul", "neg"):
            top, bottom, own = factors(node)
            found.append(([node], sign) if bottom else (top, sign * own))
        else:
            found.append(([node], sign))
    return found


def saturated(root: Expr) -> Expr:
    """Quotients that tend to 1 or -1 far out, as 1/(1 + 1/u): where u overflows, they are 1."""
    return fold(root, lambda node, args: _saturated(rebuild(node, args)))


def _saturated(node: Expr) -> Expr:
    if node.op != "div":
        return node
    top, bottom = node.args
    terms = _signed(bottom) if bottom.op in ("add", "sub") else []
    if not 2 <= len(terms) <= _MOST_TERMS:
        return node
    for k, (small, sign) in enumerate(terms):
        great = _sum([*terms[:k], *terms[k + 1 :]])
        ratio = _ratio(top, great)
        if ratio is not None:
            least = _sum([(small, sign)])
            return divide(ratio, add(ONE, divide(least, great)))
    return node


def _sum(terms: list[tuple[list[Expr], int]]) -> Expr:
    total: Expr | None = None
    for parts, sign in terms:
        product = ONE
        for part in parts:
            product = part if product is ONE else multiply(product, part)
        if total is None:
            total = product if sign > 0 else negate(product)
        else:
            total = (add if sign > 0 else subtract)(total, product)
    return ZERO if total is None else total


def _ratio(top: Expr, great: Expr) -> Expr | None:
    """The quotient of a numerator and a part of the denominator where it is 1, -1 or a sign."""
    if not great.free or not top.free:
        return None
    value = quotient(divide(top, great))
    if value is None or value.exponents or value.is_zero:
        return None
    found = plain_product(value)
    size = found.args[0] if found.op == "neg" else found
    return found if size is ONE or size.op == "sign" else None


def _by_turns(root: Expr) -> Expr:
    top, bottom, sign = factors(root)
    found = _product(_single(top), _single(bottom))
    if found is None:
        return root
    return found if sign > 0 else negate(found)


def _product(top: list[Expr], bottom: list[Expr]) -> Expr | None:
    """What divides comes between what multiplies; the sides of a choice are multiplied apart."""
    choice = next((f for f in top if f.op == "where"), None)
    if choice is not None and (len(top) > 1 or bottom):
        rest = [f for f in top if f is not choice]
        condition, *sides = choice.args
        done = [_side(side, rest, bottom) for side in sides]
        return where(condition, *done)
    if not top or not bottom or len(top) + len(bottom) < 3:
        return None
    if not 2 <= sum(1 for f in (*top, *bottom) if f.free) <= _MOST_FACTORS:
        return None
    # What has no symbol comes last where it multiplies, first where it divides: sums and roots overflow by a few bits.
    top = sorted(top, key=lambda f: not f.free)
    bottom = sorted(bottom, key=lambda f: bool(f.free))
    total = ONE
    for factor, divisor in zip_longest(top, bottom):
        if factor is not None:
            total = factor if total is ONE else multiply(total, factor)
        if divisor is not None:
            total = divide(total, divisor)
    return total


def _side(side: Expr, top: list[Expr], bottom: list[Expr]) -> Expr:
    above, below, sign = factors(side)
    above, below = _single([*above, *top]), _single([*below, *bottom])
    found = _product(above, below)
    if found is None:
        found = ONE
        for factor in above:
            found = multiply(found, factor)
        for divisor in below:
            found = divide(found, divisor)
    return found if sign > 0 else negate(found)


def _single(parts: list[Expr]) -> list[Expr]:
    """Factors with their whole powers written out, ones left out: different ones by turns."""
    counts: dict[Expr, int] = {}
    for part in parts:
        base, count = part, 1
        if part.op == "pow" and part.args[1].is_number:
            exponent = part.args[1].number
            if exponent.denominator == 1 and 1 < exponent <= _MOST_POWER:
                base, count = part.args[0], int(exponent)
        if base is not ONE:
            counts[base] = counts.get(base, 0) + count
    return [base for turn in range(max(counts.values(), default=0)) for base, count in counts.items() if count > turn]
