"""Random activations: formulas such as authors write, and odder ones, over the whole language."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from attack.subject import Subject
from attack.terms import HALF, ONE, TWO, ZERO, Term, call, choose, compare, names, num, size, sym

_DOMAINS = {
    "real": ["0", "1", "-1", "2", "0.5", "-0.3", "1.7159"],
    "positive": ["1", "0.5", "2", "1.702", "0.01", "3"],
    "negative": ["-1", "-0.5"],
    "nonnegative": ["0", "0.25", "1"],
    "nonpositive": ["0", "-1"],
    "nonzero": ["1", "-2", "0.1"],
    "(0, 1)": ["0.5", "0.01", "0.3"],
    "[0, 1]": ["0.2", "1", "0"],
    "[1, inf)": ["1", "2"],
    "(-1, 2)": ["0", "1"],
    "integer": ["2", "0", "-1", "3"],
    "positive integer": ["2", "3", "1"],
    "[2, 6] integer": ["2", "3"],
}
_COMMON = ("real", "real", "real", "positive", "positive", "nonnegative", "(0, 1)")
_INPUT_DOMAINS = ("positive", "(-1, inf)", "(-1, 1)", "[0, 1]", "nonnegative", "[1, inf)")


class _Grower:
    def __init__(self, random: Random, inputs: list[str], parameters: dict[str, str], odd: bool) -> None:
        self.random, self.inputs, self.parameters, self.odd = random, inputs, parameters, odd

    def pick(self, *choices: Term) -> Term:
        return self.random.choice(choices)

    def literal(self) -> Term:
        r = self.random
        written = ["0.5", "2", "3", "0.1", "1.702", "0.044715", "0.7978845608", "1.0507", "6", "0.25", "4", "0.01"]
        kinds = (
            lambda: num(r.choice(written)),
            lambda: num(r.randint(1, 5)),
            lambda: num(Fraction(r.randint(1, 7), r.randint(2, 9))),
            lambda: self.pick(
                sym("pi"), call("sqrt", TWO), sym("E"), call("log", TWO), sym("GoldenRatio"), call("sqrt", num(3))
            ),
        )
        return r.choices(kinds, (5, 4, 2, 0.6))[0]()

    def constant(self) -> Term:
        """A number or a parameter, perhaps with a sign."""
        r = self.random
        real = [n for n, d in self.parameters.items()]
        if real and r.random() < 0.6:
            name = sym(r.choice(real))
            return r.choices((name, -name, name**2, name + 1, 2 * name), (8, 1, 1, 1, 1))[0]
        value = self.literal()
        return -value if r.random() < 0.25 else value

    def positive_constant(self) -> Term:
        r = self.random
        safe = [n for n, d in self.parameters.items() if d in ("positive", "(0, 1)", "[1, inf)", "positive integer")]
        if safe and r.random() < 0.6:
            return sym(r.choice(safe))
        if self.parameters and r.random() < 0.15:
            name = sym(r.choice(list(self.parameters)))
            return self.pick(1 + name**2, call("exp", name), call("softplus", name), call("Abs", name) + HALF)
        return self.literal()

    def linear(self) -> Term:
        """An input, scaled and moved now and then."""
        r = self.random
        x: Term = sym(r.choice(self.inputs))
        if len(self.inputs) > 1 and r.random() < 0.25:
            other = sym(r.choice(self.inputs))
            x = self.pick(x + other, x * other, x - other) if other != x else x
        roll = r.random()
        if roll < 0.5:
            return x
        if roll < 0.7:
            return self.constant() * x
        if roll < 0.8:
            return x / self.positive_constant()
        return self.pick(x - self.constant(), x + self.constant(), -x, self.constant() - x)

    def number(self, depth: int) -> Term:
        """Any real number, defined everywhere unless odd."""
        r = self.random
        if depth <= 0:
            return self.linear() if r.random() < 0.85 else self.constant()
        roll = r.random()
        if self.odd and roll < 0.15:
            return self.anything(depth)
        if roll < 0.22:
            return call(r.choice(_TOTAL), self.number(depth - 1))
        if roll < 0.30:
            return call(r.choice(_BOUNDED), self.number(depth - 1))
        if roll < 0.38:
            return self.bending(depth)
        if roll < 0.46:
            return self.choice(depth)
        if roll < 0.54:
            return self.from_narrow(depth)
        if roll < 0.57:
            return self.stepping(depth)
        a = self.number(depth - 1)
        if roll < 0.68:
            return self.linear() * a
        if roll < 0.77:
            return self.pick(a + self.number(depth - 2), a - self.number(depth - 2))
        if roll < 0.85:
            return a * self.number(depth - 2)
        if roll < 0.93:
            return a / self.positive(depth - 1)
        return a ** r.choice((2, 2, 3, 3, 4))

    def positive(self, depth: int) -> Term:
        r = self.random
        if depth <= 0 or r.random() < 0.15:
            return self.positive_constant()
        u = self.number(depth - 1)
        c = self.positive_constant()
        return self.pick(
            1 + u**2,
            c + u**2,
            1 + call("Abs", u),
            call("exp", self.tame(depth - 1)),
            1 + call("exp", self.tame(depth - 1)),
            call("cosh", self.tame(depth - 1)),
            call("sigmoid", u),
            call("softplus", u),
            2 + call("sin", u),
            call("sqrt", 1 + u**2),
            call("Max", u, c),
            1 + call("relu", u),
            2 + call("tanh", u),
        )

    def tame(self, depth: int) -> Term:
        """An exponent: never towers of exponentials."""
        r = self.random
        if depth <= 1:
            return r.choices((self.linear(), -(self.linear() ** 2)), (4, 1))[0]
        return self.pick(self.linear(), call(r.choice(_BOUNDED), self.linear()), -call("Abs", self.linear()))

    def unit(self, depth: int) -> Term:
        """Strictly between -1 and 1, or at them in places."""
        u = self.number(depth - 1) if depth > 0 else self.linear()
        return self.pick(
            call("tanh", u), call("sin", u), call("erf", u), u / (1 + call("Abs", u)), call("clip", u, -ONE, ONE)
        )

    def from_narrow(self, depth: int) -> Term:
        """A function that is not defined everywhere, of an argument that suits it."""
        r, p = self.random, self.positive(depth - 1)
        n = self.pick(p, call("Abs", self.linear()), self.linear() ** 2, 1 - call("cos", self.linear()))
        return r.choices(
            (
                call("log", p),
                call("sqrt", n),
                call("log1p", n),
                call("log2", p),
                call("log", p, TWO + call("exp", ONE)),
                call("asin", self.unit(depth - 1)),
                call("acos", self.unit(depth - 1)),
                call("atanh", self.unit(depth - 1) / 2),
                call("acosh", 1 + n),
                p ** self.constant(),
                n ** num(Fraction(r.randint(1, 5), r.randint(2, 3))),
                self.positive_constant() ** self.linear(),
                call("loggamma", p),
                call("gamma", 1 + call("sigmoid", self.linear())),
                self.linear() ** self.integer(),
                call("tan", call("atan", self.linear()) / 2),
                call("digamma", self.positive_constant()) * self.linear(),
            ),
            (5, 6, 3, 1, 1, 1, 1, 1, 1, 3, 3, 2, 1, 2, 2, 0.5, 0.7),
        )[0]

    def integer(self) -> Term:
        whole = [n for n, d in self.parameters.items() if d in ("positive integer", "[2, 6] integer")]
        return sym(self.random.choice(whole)) if whole else num(self.random.randint(2, 5))

    def bending(self, depth: int) -> Term:
        r, u = self.random, self.number(depth - 1)
        c = self.constant()
        v = self.pick(c, ZERO, self.constant() * self.linear())
        low = self.literal()
        return r.choices(
            (
                call("Abs", u),
                call("relu", u),
                call("Max", u, v),
                call("Min", u, v),
                call("clip", u, -low, low),
                call("hard_sigmoid", u),
                call("Max", -low, call("Min", u, low)),
                call("Max", u, v, self.linear()),
                call("abs", u),
                call("min", u, v),
                call("max", u, v),
            ),
            (6, 4, 5, 4, 2, 1, 1, 1, 1, 1, 1),
        )[0]

    def stepping(self, depth: int) -> Term:
        u = self.linear() if depth < 2 else self.number(1)
        name = self.random.choice(("sign", "step", "Heaviside", "floor", "ceiling", "round", "%"))
        if name == "%":
            return Term("%", (u, self.positive_constant()))
        return call(name, u)

    def condition(self, depth: int = 1) -> Term:
        r = self.random
        left = self.linear() if depth < 2 or r.random() < 0.7 else self.number(1)
        plain = compare(r.choice(("<", "<=", ">", ">=")), left, r.choices((ZERO, self.constant()), (2, 1))[0])
        roll = r.random()
        if roll < 0.1:
            return Term(r.choice(("and", "or")), (plain, self.condition(0)))
        if roll < 0.14:
            return Term("not", (plain,))
        if roll < 0.17:
            return compare(r.choice(("==", "!=")), left, self.constant())
        return plain

    def choice(self, depth: int) -> Term:
        a, b = self.number(depth - 1), self.number(depth - 2)
        if self.random.random() < 0.25:
            c = self.number(depth - 2)
            return Term("Piecewise", (a, self.condition(depth), b, self.condition(), c))
        return choose(self.condition(depth), a, b)

    def anything(self, depth: int) -> Term:
        """Perhaps not defined everywhere."""
        u = self.number(depth - 1)
        return self.pick(
            call("log", u),
            call("sqrt", u),
            u ** self.constant(),
            1 / u,
            call("tan", u),
            call("atan2", u, self.number(depth - 2)),
            call("gamma", u),
            call("acosh", u),
            call("asin", u),
            call("atanh", u),
            call("sec", u),
            u / self.linear(),
            Term("%", (u, self.linear())),
            u ** self.linear(),
            call("log", u, self.linear()),
        )


_TOTAL = [
    "exp",
    "expm1",
    "cbrt",
    "sin",
    "cos",
    "sinh",
    "cosh",
    "asinh",
    "sinc",
    "softplus",
    "log_sigmoid",
    "silu",
    "gelu",
    "Abs",
    "relu",
    "softplus",
    "silu",
    "sigmoid",
    "tanh",
]
_BOUNDED = [
    "tanh",
    "tanh",
    "sigmoid",
    "sigmoid",
    "erf",
    "erfc",
    "atan",
    "sin",
    "cos",
    "sech",
    "normal_cdf",
    "normal_pdf",
    "hard_sigmoid",
]


def subject(random: Random) -> Subject:
    """An activation of moderate size that depends on its first input."""
    while True:
        made = _subject(random)
        if 2 <= size(made.expression) <= 22 and names(made.expression) & set(made.inputs):
            return made


def _subject(random: Random) -> Subject:
    count = random.choices((1, 2, 3), (20, 2, 0.2))[0]
    inputs = dict.fromkeys(("x", "z", "w")[:count], "real")
    odd = random.random() < 0.08
    if random.random() < 0.06:
        inputs["x"] = random.choice(_INPUT_DOMAINS)
    domains: dict[str, str] = {}
    for name in ("a", "b", "c")[: random.choices((0, 1, 2, 3), (6, 5, 1.5, 0.2))[0]]:
        domains[name] = random.choice(_COMMON) if random.random() < 0.7 else random.choice(list(_DOMAINS))
    grower = _Grower(random, list(inputs), domains, odd)
    depth = random.choices((1, 2, 3), (2, 5, 3))[0]
    expression = grower.number(depth)
    if random.random() < 0.2:
        expression = sym("x") * expression
    if random.random() < 0.1:
        expression = grower.constant() * expression
    used = names(expression)
    parameters = {n: (random.choice(_DOMAINS[d]), d) for n, d in domains.items() if n in used}
    kept = {n: d for n, d in inputs.items() if n in used} or {"x": "real"}
    return Subject(kept, parameters, expression, odd)
