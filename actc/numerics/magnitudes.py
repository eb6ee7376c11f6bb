"""Expressions as a mantissa times an exponential, so that nothing overflows or vanishes before the whole does.

Each part is m*exp(e) with an exponent e that is kept exact: a sum of terms, and of sizes abs(v) of such sums. Products
add exponents, roots halve them, and a sum is taken relative to its greatest term:

    m1*exp(e1) + m2*exp(e2) = (m1*exp(min(d, 0)) + m2*exp(min(-d, 0)))*exp(max(e1, e2)),  d = e1 - e2.

What grows above and below a quotient is gone when the exponents are subtracted: nothing is neglected. A power with a
symbol in its exponent counts as the exponential of a logarithm, so that abs(x)**p/(1 + abs(x)**p)**2 is treated the
same. The step from m*exp(e) to a number is taken by halves, (m*exp(e/2))*exp(e/2), since m may be large where exp(e)
is small.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import zip_longest

from actc.calculus.intervals import Interval
from actc.calculus.ranges import range_of
from actc.model.algebra import add, compare, disjunction, divide, folded, multiply, negate, power, subtract, where
from actc.model.expr import FALSE, ONE, ZERO, Expr, apply, fold, number, postorder, rebuild
from actc.numerics.exponent_sums import NOTHING, Exponent, Exponents, multiple, of_logarithm
from actc.numerics.exponents import scaled, times
from actc.numerics.forms import plain_product
from actc.numerics.logarithms import logarithm
from actc.numerics.products import factors
from actc.numerics.rational import quotient

_FAR = number(64)  # softplus(-64) is exp(-64) to far more digits than float64 has
_BEYOND = Fraction(2) ** 100  # an exponent that is none
_GROWING = frozenset({"exp", "sigmoid", "softplus", "log_sigmoid", "sinh", "cosh", "expm1"})

_LINEAR = frozenset({"tanh", "atan", "asinh", "sin", "erf"})
"""Odd functions; as small as their argument where that is small."""

Magnitude = tuple[Expr, Exponent]
"""A mantissa, and the exponent of the exponential that it is multiplied with."""


def by_magnitudes(
    root: Expr, inputs: tuple[str, ...], env: Mapping[str, Interval], *, logarithms: bool, zeros: bool = False
) -> Expr:
    """An equal expression in mantissas and exponents; the expression itself where it has no exponentials.

    ``env`` says between what numbers each symbol lies. With ``logarithms`` factors of exponentials that are made of
    parameters alone and are not negative go into the exponents, so that 0 times what overflows is 0. With ``zeros``
    a term of a sum that vanishes with a parameter does not count where that parameter is 0.
    """
    if not any(n.op in _GROWING or (n.op == "pow" and n.args[1].free) for n in postorder(root)):
        return root
    rule = _Rule(inputs, env, logarithms, zeros)
    return rule.closed(fold(root, rule.visit))


class _Rule:
    def __init__(self, inputs: tuple[str, ...], env: Mapping[str, Interval], logarithms: bool, zeros: bool) -> None:
        self.inputs = inputs
        self.env = env
        self.logarithms = logarithms
        self.zeros = zeros
        self.exponents = Exponents(inputs)
        self.sums: dict[Magnitude, tuple[Exponent, Exponent]] = {}

    def visit(self, node: Expr, args: tuple[Magnitude, ...]) -> Magnitude:
        match node.op:
            case "mul" | "div":
                (a, e), (b, f) = args
                join = multiply if node.op == "mul" else divide
                return join(a, b), self.exponents.plus(e, f, 1 if node.op == "mul" else -1)
            case "neg":
                return negate(args[0][0]), args[0][1]
            case "abs":
                return apply("abs", args[0][0]), args[0][1]
            case "sign":
                return apply("sign", args[0][0]), NOTHING
            case "add" | "sub":
                return self.total(args[0], args[1], 1 if node.op == "add" else -1)
            case "sqrt" if args[0][0].op == "pow" and args[0][0].args[1] is number(2):
                return apply("abs", args[0][0].args[0]), multiple(args[0][1], Fraction(1, 2))
            case "sqrt":
                return apply("sqrt", args[0][0]), multiple(args[0][1], Fraction(1, 2))
            case "pow":
                return self.powered(args[0], args[1])
            case "log" if args[0] in self.sums:
                return self.logarithm_of_sum(*self.sums[args[0]]), NOTHING
            case "log" if self.logarithms and args[0][1].is_zero and args[0][0].op in ("abs", "mul", "div"):
                return self.exponents.spelled(self.logarithm_of_product(args[0][0])), NOTHING
            case "log" if not args[0][1].is_zero:
                return logarithm(node.args[0]) or add(
                    self.exponents.spelled(args[0][1]), apply("log", args[0][0])
                ), NOTHING
            case "log1p" if args[0][0] is ONE and not args[0][1].is_zero:
                return apply("softplus", self.exponents.spelled(args[0][1])), NOTHING
            case "eq" if args[1][0] is ZERO and node.args[0].op != "symbol":
                return self.vanishes(args[0]), NOTHING
            case op if op in _LINEAR and not args[0][1].is_zero:
                return self.nearly_linear(op, args[0])
            case op if op in _GROWING:
                return self.exponential(op, self.closed(args[0]))
            case "where" if args[1][1] == args[2][1] or ZERO in (args[1][0], args[2][0]):
                return where(args[0][0], args[1][0], args[2][0]), args[1 if args[2][0] is ZERO else 2][1]
        here = rebuild(node, tuple(self.closed(a) for a in args))
        return (here if node.is_condition else folded(here)), NOTHING

    def exponential(self, op: str, u: Expr) -> Magnitude:
        """A function that grows or vanishes like an exponential of ``u``."""
        exponent = self.exponents.parsed(u)
        if op == "exp":
            return ONE, exponent
        factor, base = scaled(u)
        size = times(abs(factor), base if base.op == "abs" else apply("abs", base))
        low = self.exponents.least(exponent)[0]
        up = multiple(self.exponents.least(multiple(exponent, Fraction(-1)))[0], Fraction(-1))
        match op:
            case "sigmoid":
                return apply("sigmoid", size), low
            case "softplus" | "log_sigmoid":
                held = apply("max", u if op == "softplus" else negate(u), negate(_FAR))
                part = multiply(apply("softplus", held), apply("exp", apply("max", negate(held), ZERO)))
                other = multiple(up, Fraction(-1))
                return (part, low) if op == "softplus" else (negate(part), other)
            case "expm1":
                return multiply(apply("sign", u), negate(apply("expm1", negate(size)))), up
        grown = self.exponents.plus(up, low, -1)  # abs(u)
        if op == "cosh":
            return divide(add(ONE, apply("exp", negate(number(2) * size))), number(2)), grown
        half = divide(negate(apply("expm1", negate(number(2) * size))), number(2))
        return multiply(apply("sign", u), half), grown

    def nearly_linear(self, op: str, value: Magnitude) -> Magnitude:
        """A function that is as small as its argument, where an exponential makes that small."""
        part, e = value
        low = self.exponents.least(e)[0]
        if low.is_zero:
            return apply(op, self.closed(value)), NOTHING
        held = apply("max", self.exponents.spelled(low), negate(_FAR))
        inside = multiply(self.closed((part, self.exponents.plus(e, low, -1))), apply("exp", held))
        return multiply(apply(op, inside), apply("exp", negate(held))), low

    def powered(self, base: Magnitude, exponent: Magnitude) -> Magnitude:
        part, e = base
        c = self.closed(exponent)
        if c.is_number:
            return power(part, c), multiple(e, c.number)
        if not e.is_zero:
            return power(part, c), self.exponents.parsed(_simple(multiply(c, self.exponents.spelled(e))))
        if not self.is_positive(part):
            return power(part, c), e
        for factor, sign in self.apart(part) if self.logarithms else [(part, 1)]:
            e = self.exponents.plus(e, self.exponents.parsed(multiply(c, apply("log", factor))), sign)
        return ONE, e

    def apart(self, part: Expr) -> list[tuple[Expr, int]]:
        """Positive factors of a positive product; their logarithms do not overflow."""
        top, bottom, sign = factors(part.args[0] if part.op == "abs" else part)
        if part.op == "abs":
            top, bottom = ([apply("abs", f) for f in side if f is not ONE] for side in (top, bottom))
        if sign < 0 or not all(self.is_positive(f) for f in (*top, *bottom)):
            return [(part, 1)]
        return [(f, 1) for f in top if f is not ONE] + [(f, -1) for f in bottom]

    def logarithm_of_product(self, part: Expr) -> Exponent:
        """log(part) as a sum of logarithms."""
        e = NOTHING
        for base, sign in self.apart(part):
            e = self.exponents.plus(e, self.exponents.parsed(apply("log", base)), sign)
        return e

    def is_positive(self, part: Expr) -> bool:
        found = range_of(part, self.env)
        return found is not None and found.low >= 0

    def total(self, a: Magnitude, b: Magnitude, sign: int) -> Magnitude:
        if a[0] is ZERO or b[0] is ZERO:
            return a if b[0] is ZERO else (b[0] if sign > 0 else negate(b[0]), b[1])
        join = add if sign > 0 else subtract
        if a[1] == b[1]:
            return join(a[0], b[0]), a[1]
        (m, e), (n, f) = (self.absorbed(v) for v in (a, b)) if self.logarithms else (a, b)
        if e == f:
            return join(m, n), e
        difference = self.exponents.plus(e, f, -1)
        same = self.of_powers(difference)
        if same is not None:
            c, u, v = same
            most = apply("max", u, v)
            top = self.exponents.plus(f, self.exponents.parsed(multiply(c, apply("log", v))), -1)
            top = self.exponents.plus(top, self.exponents.parsed(multiply(c, apply("log", most))), 1)
            return join(m * power(u / _safe(most), c), n * power(v / _safe(most), c)), top
        if self.zeros and (sides := self.vanishing((m, e), (n, f))) is not None:
            greater = apply("max", *sides)
            under, over = (apply("exp", subtract(side, greater)) for side in sides)
            return join(multiply(m, under), multiply(n, over)), self.exponents.parsed(greater)
        below, under = self.exponents.least(difference)
        above, over = self.exponents.least(multiple(difference, Fraction(-1)))
        top = self.exponents.plus(f, multiple(above, Fraction(-1)), 1)
        if m is n and sign < 0:
            size = self.exponents.spelled(self.exponents.plus(below, above, 1))  # -abs(d)
            side = apply("sign", self.exponents.spelled(difference))
            return multiply(multiply(side, negate(apply("expm1", size))), m), top
        found = join(multiply(m, under), multiply(n, over)), top
        if m is ONE and n is ONE:
            self.sums[found] = e, f
        return found

    def vanishing(self, a: Magnitude, b: Magnitude) -> tuple[Expr, Expr] | None:
        """Both exponents, that of a term which vanishes with a parameter as good as none where it does."""
        spelled = [self.exponents.spelled(e) for _, e in (a, b)]
        zeros = [self.parameter_of(part) if e.is_zero else None for part, e in (a, b)]
        if zeros == [None, None]:
            return None
        held = [
            where(compare("eq", zero, ZERO), number(-_BEYOND), side) if zero is not None else side
            for zero, side in zip(zeros, spelled, strict=True)
        ]
        return held[0], held[1]

    def parameter_of(self, part: Expr) -> Expr | None:
        """A parameter that is a factor of a mantissa."""
        top, _, _ = factors(part)
        return next((f for f in top if f.op == "symbol" and f.name not in self.inputs), None)

    def of_powers(self, difference: Exponent) -> tuple[Expr, Expr, Expr] | None:
        """c, u and v where the difference is c*log(u) - c*log(v) with a positive c."""
        if difference.sizes or len(difference.terms) != 2:
            return None
        (s, p), (t, q) = difference.terms
        found = [of_logarithm(s), of_logarithm(t)]
        if p != -q or found[0] is None or found[1] is None or found[0][0] is not found[1][0]:
            return None
        if not self.is_positive(found[0][0]):
            return None
        return (times(p, found[0][0]), found[0][1], found[1][1]) if p > 0 else None

    def absorbed(self, value: Magnitude) -> Magnitude:
        """A factor of parameters alone in the exponent."""
        part, e = value
        if not part.free or part.op == "exp" or not self.is_constant(part):
            return value
        return ONE, self.exponents.plus(e, self.exponents.parsed(apply("log", part)), 1)

    def is_constant(self, part: Expr) -> bool:
        return part.free.isdisjoint(self.inputs) and self.is_positive(part)

    def logarithm_of_sum(self, e: Exponent, f: Exponent) -> Expr:
        """log(exp(e) + exp(f)), of which one may be 0."""
        if e.is_zero or f.is_zero:
            return apply("softplus", self.exponents.spelled(f if e.is_zero else e))
        difference = apply("abs", self.exponents.spelled(self.exponents.plus(e, f, -1)))
        tail = apply("log1p", apply("exp", negate(difference)))
        return add(apply("max", self.exponents.spelled(e), self.exponents.spelled(f)), tail)

    def vanishes(self, value: Magnitude) -> Expr:
        """Whether a product is 0: not where it is only too small."""
        part, e = value
        top, _, _ = factors(part)
        logs = [found[1] for term, c in e.terms if c > 0 and (found := of_logarithm(term)) is not None]
        result = FALSE
        for factor in (*top, *logs):
            inner = factor
            while inner.op in ("abs", "neg", "div") or (inner.op == "mul" and inner.args[0].is_number):
                inner = inner.args[1 if inner.op == "mul" else 0]
            if inner.op not in ("exp", "sigmoid", "softplus", "cosh"):
                result = disjunction(result, compare("eq", inner, ZERO))
        return result

    def closed(self, value: Magnitude) -> Expr:
        """The number itself."""
        part, e = value
        if e.is_zero:
            return part
        sized = {t for v, _ in e.sizes for t, _ in v}
        powers: dict[Expr, Expr] = {}
        rest = []
        for term, c in e.terms:
            found = None if term in sized else of_logarithm(term)
            if found is None:
                rest.append((term, c))
            else:
                # u**c*v**-c is one power: apart, both may overflow.
                other = found[1] if c > 0 else divide(ONE, _safe(found[1]))
                exponent = times(abs(c), found[0])
                powers[exponent] = multiply(powers[exponent], other) if exponent in powers else other
        e = Exponent(tuple(rest), e.sizes)
        for exponent, base in powers.items():
            raised = power(base, exponent)
            part = raised if part is ONE else multiply(part, raised)
        if e.is_zero:
            return part
        if not part.free:
            return multiply(part, self.exponents.exponential(e))
        total = half = self.exponents.exponential(multiple(e, Fraction(1, 2)))
        top, bottom, sign = factors(part)
        above, below = (_single(sorted(side, key=lambda f: f.free.isdisjoint(self.inputs))) for side in (top, bottom))
        # By turns, so that a long product does not overflow before it is divided.
        for factor, divisor in zip_longest(above, below):
            total = total if factor is None else multiply(total, factor)
            total = total if divisor is None else divide(total, divisor)
        total = multiply(total, half)
        return total if sign > 0 else negate(total)


def _safe(most: Expr) -> Expr:
    """What is not 0; where the greatest of several sizes is, all are, and what is divided is 0."""
    return where(compare("gt", most, ZERO), most, ONE) if most.op == "max" else most


def _single(parts: list[Expr]) -> list[Expr]:
    """Factors with their small powers written out."""
    found: list[Expr] = []
    for part in parts:
        exponent = part.args[1] if part.op == "pow" else ONE
        whole = exponent.is_number and exponent.number.denominator == 1 and 1 < exponent.number <= 4
        found += [part.args[0]] * int(exponent.number) if whole else [part]
    return found


def _simple(node: Expr) -> Expr:
    value = quotient(node)
    return node if value is None or value.exponents or value.bottom.is_zero() else plain_product(value)
