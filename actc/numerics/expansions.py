"""Polynomials in place of formulas that cancel where something is small.

exp(u) - 1 - u loses all digits at small u, whatever the order of its operations. There it is u**2 times a polynomial.
The small quantity may be the input, or what a function is applied to, such as x/alpha; the expression is put in terms
of it and collected by the parameters that are left, so that what cancels is a function of one variable alone. Its
Taylor model (``taylor``) gives coefficients and a certain bound on the truncation; the polynomial is then made shorter
by Chebyshev's polynomials within the same bound (Lanczos' economisation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from flint import fmpq

from actc.model.algebra import add, compare, divide, folded, multiply, negate, power, where
from actc.model.expr import ONE, ZERO, Expr, apply, fold, number, postorder, rebuild, substitute, symbol
from actc.numerics.exponents import scaled
from actc.numerics.forms import plain_product, polynomial
from actc.numerics.preparation import powers_split
from actc.numerics.rational import Quotient, quotient
from actc.numerics.shares import in_shares, share, shared
from actc.numerics.short_polynomials import OFFSET, SMALL, Disc, factored_near, short_near

BOUNDS = tuple(Fraction(n, 16) for n in (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64))
"""Up to where a polynomial may replace a formula."""

_FUNCTIONS = frozenset(
    {
        *("exp", "expm1", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid", "softplus", "log_sigmoid", "log1p"),
        *("erf", "erfc", "normal_cdf", "atan", "asinh", "sinc", "asin", "atanh", "log"),
    }
)


_ATOMS = frozenset({"exp", "log", "log1p", "softplus", "log_sigmoid"})
_SHRINKING = frozenset({"exp", "sigmoid", "softplus", "normal_cdf", "erfc", "tanh", "sin"})


def small_quantities(root: Expr, name: str, is_positive: Callable[[Expr], bool] = lambda _: False) -> list[Expr]:
    """What may be small together with the input, or far out: the input, and products that functions are applied to.

    Those that are positive are followed by their shares (see ``shares``).
    """
    found: dict[Expr, None] = {}
    for node in postorder(root):
        if (node.op in _FUNCTIONS or node.op == "pow") and name in node.free:
            base = scaled(_without_constant(node.args[0]))[1]
            if base.op in _SHRINKING or (base.op in ("mul", "div") and _target(base, name) is not None):
                found[base] = None
                if base.op == "sigmoid":
                    found[apply("sigmoid", negate(base.args[0]))] = None  # far to the other side
    positive = [q for q in found if q.op in ("exp", "mul", "div") and is_positive(q)]
    return list(dict.fromkeys((symbol(name), *found, *(share(q) for q in positive))))


def expanded(root: Expr, small: Expr, name: str, disc: Disc) -> Iterator[Expr]:
    """The expression by polynomials where ``small`` is in the disc, on each side of its branches.

    Nothing where no polynomial is found.
    """
    # Near 1 it is sigmoid(-v) that is small, which then stays as it is.
    for mirrored in (True, False) if small.op == "sigmoid" else (True,):
        found = _branchwise(root, small, name, disc, mirrored=mirrored)
        if found is not root:
            yield found


def _branchwise(node: Expr, small: Expr, name: str, disc: Disc, *, mirrored: bool) -> Expr:
    if node.op == "where":
        sides = (_branchwise(side, small, name, disc, mirrored=mirrored) for side in node.args[1:])
        return where(node.args[0], *sides)
    if name not in node.free:
        return node
    return _smooth(node, small, name, disc, mirrored=mirrored) or node


def beside(small: Expr, bound: Fraction, near: Expr, far: Expr) -> Expr:
    """One program where a quantity is small, another elsewhere."""
    return where(compare("le", apply("abs", small), number(bound)), near, far)


def _without_constant(argument: Expr) -> Expr:
    """v of 1 + v or 1 - v: what is small where a logarithm or a root is near that of 1."""
    if argument.op in ("add", "sub"):
        a, b = argument.args
        if a.is_number:
            return b
        if b.is_number:
            return a
    return argument


def _target(base: Expr, name: str) -> Expr | None:
    """What to solve a product for: the input, a power or exponential of it or the like, if it is a single factor."""
    counts: dict[Expr, int] = {}
    stack = [(base, 1)]
    while stack:
        node, sign = stack.pop()
        if node.op in ("mul", "div"):
            stack += [(node.args[0], sign), (node.args[1], sign if node.op == "mul" else -sign)]
        elif node.op == "neg":
            stack.append((node.args[0], sign))
        elif node.op == "symbol" or (name in node.free and _is_atom(node)):
            counts[node] = counts.get(node, 0) + sign
        elif name in node.free:
            return None
    moving = [node for node in counts if name in node.free]
    return moving[0] if len(moving) == 1 and abs(counts[moving[0]]) == 1 else None


def _is_atom(node: Expr) -> bool:
    """What a product may be solved for as a whole: an exponential or logarithm, or a power with a count as exponent."""
    if node.op == "pow":
        return node.args[0].op == "symbol" and node.args[1].is_number and node.args[1].number.denominator == 1
    return node.op in _ATOMS


def _smooth(node: Expr, small: Expr, name: str, disc: Disc, *, mirrored: bool) -> Expr | None:
    inner = _in_terms_of(node, small, name, mirrored=mirrored)
    if inner is None or SMALL.name not in inner.free:
        return None
    inner = powers_split(inner)
    back = {SMALL: small, OFFSET: small - number(disc.float)}
    if inner.free == {SMALL.name}:
        if not _is_sum(inner):
            return None
        # What the last bit of a product moves, that of the input moves as far; not so of exp(x), where x is near 0.
        roots = small.op in ("symbol", "mul", "div")
        found = short_near(inner, disc) or short_near(_over_one_bottom(inner), disc)
        found = found or _by_roots(inner, disc) or (short_near(inner, disc, roots=True) if roots else None)
        return None if found is None else substitute(found, back)
    value = quotient(inner)
    if value is None or value.bottom.is_zero() or value.is_zero:
        return None
    total = _collected(value, disc)
    return None if total is None else substitute(total, back)


def _over_one_bottom(node: Expr) -> Expr:
    """The expression as one quotient, in which poles of its terms cancel."""
    value = quotient(node)
    if value is None or value.bottom.is_zero():
        return node
    names = [apply("exp", a) for a in value.exponents] + list(value.leaves)
    return divide(polynomial(value.top, names), polynomial(value.bottom, names))


def _by_roots(node: Expr, disc: Disc) -> Expr | None:
    """Roots of what vanishes like an even power: sqrt(log(1 + u**2)) is abs(u)*sqrt(1 - u**2/2 + ...)."""
    if disc.centre is not None:
        return None
    named: dict[Expr, Expr] = {}
    size = apply("abs", SMALL)

    def visit(inner: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(inner, args)
        if inner.op != "sqrt" or inner.free != {SMALL.name}:
            return here
        found = factored_near(inner.args[0], disc.bound)
        if found is None or found[0] % 2 or not found[0]:
            return here
        name = symbol(f"·r{len(named)}")
        named[name] = apply("sqrt", found[1])
        return multiply(power(size, number(found[0] // 2)), name)

    changed = fold(node, visit)
    value = quotient(changed) if named else None
    if value is None or value.exponents or value.bottom.is_zero():
        return None
    return substitute(plain_product(value), named)


def _is_sum(node: Expr) -> bool:
    """Whether anything may cancel."""
    return any(n.op in ("add", "sub") or n.op in _FUNCTIONS for n in postorder(node))


def _in_terms_of(node: Expr, small: Expr, name: str, *, mirrored: bool) -> Expr | None:
    """The expression in ``SMALL``; what else is in terms of a small function by it too, if ``mirrored``."""
    if small.op == "symbol":
        return substitute(node, {small: SMALL})
    if small.op in _SHRINKING:
        # Powers with parameters as exponents stay as they are: 1 - u has lost digits of u that they may bring back.
        kept = {n: n for n in postorder(node) if n.op == "pow" and n.args[1].free}
        return substitute(node, kept | _alike(small, mirrored=mirrored))
    base = shared(small) or small
    target = _target(base, name)
    if target is None:
        return None
    rest = fold(substitute(base, {target: ONE}), lambda n, args: folded(rebuild(n, args)))
    below = _is_below(base, target)

    def solved(product: Expr) -> Expr:
        return divide(rest, product) if below else divide(product, rest)

    if base is not small:
        return in_shares(node, name, SMALL, solved, target)
    known = {target: solved(SMALL), small: SMALL}
    return fold(node, lambda n, args: _reduced(rebuild(n, args)), known)


def _alike(small: Expr, *, mirrored: bool) -> dict[Expr, Expr]:
    """A function that is small, and what others of its argument are in terms of it."""
    v, u = small.args[0], SMALL
    known = {small: u}
    if small.op == "sigmoid":
        other = ONE - u if mirrored else apply("sigmoid", negate(v))
        known |= {apply("sigmoid", negate(v)): other, apply("exp", negate(v)): other / u}
        known |= {apply("exp", v): u / other, apply("softplus", v): negate(apply("log1p", negate(u)))}
    if small.op == "exp":
        known |= {apply("exp", negate(v)): ONE / u, apply("softplus", v): apply("log1p", u)}
        known |= {apply("sigmoid", v): u / (ONE + u), apply("sigmoid", negate(v)): ONE / (ONE + u)}
    return known


def _reduced(node: Expr) -> Expr:
    """A function of a product in lowest terms."""
    if (node.op not in _FUNCTIONS and node.op != "pow") or SMALL.name not in node.free:
        return node
    value = quotient(node.args[0])
    if value is None or value.exponents:
        return node
    return rebuild(node, (plain_product(value), *node.args[1:]))


def _is_below(small: Expr, target: Expr) -> bool:
    """Whether the target divides."""
    node, below = small, False
    while node is not target:
        if node.op == "div" and (target is node.args[1] or target in set(postorder(node.args[1]))):
            node, below = node.args[1], not below
        else:
            node = next(a for a in node.args if target in set(postorder(a)))
    return below


def _collected(value: Quotient, disc: Disc) -> Expr | None:
    """The sum over monomials in what is not small, each times a polynomial in what is."""
    names = [apply("exp", a) for a in value.exponents] + list(value.leaves)
    own = [n.free <= {SMALL.name} for n in names]
    outer, inner = ONE, ONE
    _, parts = value.bottom.factor()
    for poly, exponent in parts:
        degrees = poly.degrees()
        written = power(polynomial(poly, names), number(int(exponent)))
        if all(own[i] or not int(d) for i, d in enumerate(degrees)):
            inner = multiply(inner, written)
        else:
            outer = multiply(outer, written)
    lead, _ = value.bottom.factor()
    groups: dict[tuple[int, ...], dict[tuple[int, ...], fmpq]] = {}
    for powers, c in (value.top / lead).to_dict().items():
        key = tuple(0 if own[i] else int(p) for i, p in enumerate(powers))
        mine = tuple(int(p) if own[i] else 0 for i, p in enumerate(powers))
        groups.setdefault(key, {})[mine] = c
    total = ZERO
    changed = False
    for key in sorted(groups):
        part = value.top.context().from_dict(groups[key])
        kernel = divide(polynomial(part, names), inner)
        factor = ONE
        for written, exponent in zip(names, key, strict=True):
            if exponent:
                factor = multiply(factor, power(written, number(exponent)))
        if kernel.free and len(groups[key]) + (inner is not ONE) > 1:
            found = short_near(kernel, disc)
            if found is None:
                return None
            kernel, changed = found, True
        total = add(total, multiply(factor, kernel) if factor is not ONE else kernel)
    return divide(total, outer) if changed else None
