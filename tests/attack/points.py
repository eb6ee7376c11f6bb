"""Where the attack looks: exact points, with those at which the formulas could bend."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from random import Random

from attack.subject import Subject
from attack.terms import CONDITIONS, Term, walk

_NICE = (
    "0",
    "1",
    "-1",
    "2",
    "-2",
    "1/2",
    "-1/2",
    "3",
    "-3",
    "1/3",
    "-7/5",
    "1/10",
    "-1/10",
    "5",
    "-6",
    "10",
    "-12",
    "37",
    "-40",
    "70",
    "-75",
    "1/1000",
)
_VALUES = ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3", "7/10", "5", "-5", "10", "1/100", "4", "-3/10")


def inside(value: Fraction, domain: str, strictly: bool = False) -> bool:
    """Whether a number lies in a domain; with ``strictly``, so does everything near it."""
    kind = domain
    if domain.endswith("integer"):
        if strictly or value.denominator != 1:
            return False
        kind = domain.removesuffix("integer").strip() or "real"
    match kind:
        case "real":
            return True
        case "positive":
            return value > 0
        case "negative":
            return value < 0
        case "nonnegative":
            return value > 0 or (value == 0 and not strictly)
        case "nonpositive":
            return value < 0 or (value == 0 and not strictly)
        case "nonzero":
            return value != 0
    low, high = kind[1:-1].split(",")
    for end, side, bracket in ((low.strip(), 1, kind[0]), (high.strip(), -1, kind[-1])):
        if end.lstrip("-") == "inf":
            continue
        gap = side * (value - Fraction(end))
        if gap < 0 or (gap == 0 and (strictly or bracket in "()")):
            return False
    return True


def exactly(term: Term, names: dict[str, Fraction]) -> Fraction | None:
    """The value of rational arithmetic; None for anything else."""
    if term.op == "num":
        return Fraction(term.name)
    if term.op == "sym":
        return names.get(term.name)
    args = [exactly(a, names) for a in term.args]
    if any(a is None for a in args):
        return None
    a = [v for v in args if v is not None]
    match term.op:
        case "+":
            return a[0] + a[1]
        case "-":
            return a[0] - a[1]
        case "*":
            return a[0] * a[1]
        case "/":
            return a[0] / a[1] if a[1] else None
        case "neg":
            return -a[0]
        case "**" if a[1].denominator == 1 and 0 <= a[1] <= 4:
            return a[0] ** int(a[1])
    return None


def ties(terms: Iterable[Term]) -> list[Term]:
    """What decides branches by its sign, or may be 0 where something is singular."""
    found: list[Term] = []
    for term in terms:
        for part in walk(term):
            a = part.args
            if part.op in (
                "Abs",
                "abs",
                "sign",
                "step",
                "Heaviside",
                "relu",
                "floor",
                "sqrt",
                "cbrt",
                "sinc",
                "ceiling",
                "log",
            ):
                found.append(a[0])
            elif part.op in ("Max", "Min", "max", "min", "clip") or (part.op in CONDITIONS and len(a) == 2):
                found += [a[0] - other for other in a[1:]]
            elif part.op == "hard_sigmoid":
                found += [a[0] - 3, a[0] + 3]
            elif part.op == "/":
                found.append(a[1])
            elif part.op == "**":
                found.append(a[0])
    return list(dict.fromkeys(found))


def tie_values(terms: Iterable[Term], name: str, names: dict[str, Fraction]) -> list[Fraction]:
    """Where linear arguments of branches vanish, exactly."""
    found: list[Fraction] = []
    for tie in ties(terms):
        values = [exactly(tie, {**names, name: Fraction(k)}) for k in (0, 1, 3)]
        if None in values:
            continue
        a, b, c = (v for v in values if v is not None)
        if b != a and c - a == 3 * (b - a):
            found.append(-a / (b - a))
    return list(dict.fromkeys(found))


def defaults(subject: Subject) -> dict[str, Fraction]:
    """The parameters' defaults."""
    return {name: Fraction(default) for name, (default, _) in subject.parameters.items()}


def domains(subject: Subject) -> dict[str, str]:
    """The domain of every input and parameter."""
    return subject.inputs | {name: domain for name, (_, domain) in subject.parameters.items()}


def sample(subject: Subject, by: str, terms: Iterable[Term], random: Random) -> list[dict[str, Fraction]]:
    """Points of the domains, those around which ``by`` can move."""
    every, start = domains(subject), defaults(subject)
    terms = list(terms)
    found: list[dict[str, Fraction]] = []

    def put(values: dict[str, Fraction]) -> None:
        if all(inside(v, every[n], n == by) for n, v in values.items()) and values not in found:
            found.append(values)

    inputs = list(subject.inputs)
    for i in range(26):
        point = dict(start)
        for name in inputs:
            point[name] = Fraction(random.choice(_NICE)) if len(inputs) > 1 or i >= len(_NICE) else Fraction(_NICE[i])
            if i >= 22:
                point[name] = Fraction(random.randint(-400, 400), random.randint(7, 99))
        put(point)
    for _ in range(24 if start else 0):
        point = {n: _value(every[n], random) for n in (*start, *inputs)}
        put(point)
        if random.random() < 0.5:
            put({**point, random.choice(list(start)): Fraction(0)})
    for name in inputs:
        for base in found[:1] + random.sample(found, min(len(found), 5)):
            for tie in tie_values(terms, name, base)[:8]:
                put({**base, name: tie})
    return found


def _value(domain: str, random: Random) -> Fraction:
    for _ in range(20):
        value = Fraction(random.choice(_VALUES))
        if random.random() < 0.3:
            value = Fraction(random.randint(-900, 900), random.randint(10, 300))
        if inside(value, domain):
            return value
    return Fraction(2) if inside(Fraction(2), domain) else Fraction(1, 2)
