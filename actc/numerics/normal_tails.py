"""The tails of the normal distribution as an exponential times what is algebraic, so that products bring them back.

normal_cdf(-14) is below the smallest float32, and no product with a great number helps afterwards. Beyond a bound

    normal_cdf(-w) = exp(-w**2/2)/(w*sqrt(2*pi))*(1 - t*q(t)),  t = 1/w**2,

where q has the asymptotic series 1 - 3*t + 15*t**2 - ...; its remainders are enclosed by their first terms (an
alternating series that envelops its sum), and within 2**-51 Chebyshev's polynomials leave few of its terms. The
exponential is then a factor like others and is taken by halves (``magnitudes``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache

from actc.calculus.intervals import Interval
from actc.model.algebra import compare, divide, multiply, negate, power, subtract, where
from actc.model.expr import ONE, Expr, apply, constant, fold, number, postorder, rebuild, substitute, symbol
from actc.numerics.exponents import scaled, times
from actc.numerics.magnitudes import by_magnitudes
from actc.numerics.products import bounded_first, factors
from actc.numerics.short_polynomials import SMALL, horner, shortened_on

_BOUNDS = {"normal_cdf": Fraction(12), "erfc": Fraction(17, 2)}
"""Beyond, the tail takes the function's place; in float32 that is subnormal from 12.9 and 9.2 on."""

_SERIES = 36  # terms; the next one is less than 2**-80 at the bounds
_EXACT = Fraction(1, 2**51)  # of the value: a part of what the last bit of an argument of this size changes
_REST = symbol("·q")  # the polynomial, while products are rearranged


def with_tails(root: Expr, inputs: tuple[str, ...], env: Mapping[str, Interval]) -> Iterator[Expr]:
    """The expression with a program for each tail; nothing where it has none."""
    found = dict.fromkeys(n for n in postorder(root) if n.op in _BOUNDS and not n.free.isdisjoint(inputs))
    sides = dict.fromkeys((n.op, scaled(n.args[0])) for n in found)
    bases = dict.fromkeys((op, base) for op, (_, base) in sides)
    if len(bases) != 1 or len({abs(steep) for _, (steep, _) in sides}) != 1:
        return
    squared = fold(root, lambda n, args: _square(rebuild(n, args)))
    halves = by_magnitudes(squared, inputs, env, logarithms=False)
    for plain in dict.fromkeys((root, bounded_first(root, inputs), halves)):
        program = plain
        for node in found:
            u, bound = node.args[0], number(_BOUNDS[node.op])
            small = compare("gt", u, bound) if node.op == "erfc" else compare("lt", u, negate(bound))
            program = where(small, _tail(squared, node, tuple(found), inputs, env), program)
        yield program


def _tail(
    root: Expr, node: Expr, nodes: tuple[Expr, ...], inputs: tuple[str, ...], env: Mapping[str, Interval]
) -> Expr:
    """The expression where one function is in its tail, and those of the opposite argument near their other limit."""
    w = node.args[0] if node.op == "erfc" else negate(node.args[0])
    steep, base = scaled(w)
    is_normal = node.op == "normal_cdf"
    factor, plain = scaled(_square(power(base, number(2))))
    square = times(steep**2 * factor, plain)
    exponential = apply("exp", negate(divide(square, number(2)) if is_normal else square))
    t = divide(ONE, square if is_normal else times(2 * steep**2 * factor, plain))
    scale = apply("sqrt", times(Fraction(2 if is_normal else 1), constant("pi")))
    value = divide(multiply(exponential, subtract(ONE, multiply(t, _REST))), multiply(w, scale))
    whole = ONE if is_normal else number(2)
    known = {n: value if scaled(n.args[0])[0] == scaled(node.args[0])[0] else subtract(whole, value) for n in nodes}
    apart = _cancelled(substitute(root, known))
    held = {**env, _REST.name: Interval(0.5, 1.0)}
    apart = by_magnitudes(apart, inputs, held, logarithms=False)
    bound = _BOUNDS[node.op]
    polynomial = horner(SMALL, _polynomial(1 / (bound**2 if is_normal else 2 * bound**2)))
    return substitute(apart, {_REST: substitute(polynomial, {SMALL: t})})


def _square(node: Expr) -> Expr:
    """A square without the roots of numbers in it: (x/sqrt(2))**2 is x**2/2."""
    if node.op != "pow" or node.args[1] is not number(2):
        return node
    top, bottom, _ = factors(node.args[0])
    factor, rest = Fraction(1), ONE
    for part in (*top, *bottom):
        above = part in top
        if part.op == "sqrt" and part.args[0].is_number and part.args[0].number > 0:
            factor *= part.args[0].number if above else 1 / part.args[0].number
        elif above:
            rest = part if rest is ONE else multiply(rest, part)
        else:
            rest = divide(rest, part)
    return node if factor == 1 else times(factor, power(rest, number(2)))


def _cancelled(root: Expr) -> Expr:
    """Products without what is above and below; the tail's argument is not 0 where it is used."""
    inside = {a for node in postorder(root) if node.op in ("mul", "div", "neg") for a in node.args[:2]}

    def visit(node: Expr, args: tuple[Expr, ...]) -> Expr:
        here = rebuild(node, args)
        if node.op not in ("mul", "div") or node in inside:
            return here
        top, bottom, sign = factors(here)
        both = [f for f in dict.fromkeys(top) if f in bottom and f.free]
        for factor in both:
            top.remove(factor)
            bottom.remove(factor)
        if not both:
            return here
        total = ONE
        for part in top:
            total = part if total is ONE else multiply(total, part)
        for part in bottom:
            total = divide(total, part)
        return total if sign > 0 else negate(total)

    return fold(root, visit)


@cache
def _polynomial(reach: Fraction) -> tuple[Fraction, ...]:
    """q on the interval from 0 to ``reach``."""
    terms = [Fraction(1)]
    for k in range(1, _SERIES + 1):
        terms.append(terms[-1] * -(2 * k + 1))
    rest = abs(terms.pop()) * reach**_SERIES
    return tuple(shortened_on(terms, reach, _EXACT / reach - rest))
