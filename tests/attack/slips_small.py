"""Errors in small places, for some parameters, or too small to be seen."""

from __future__ import annotations

from fractions import Fraction

from attack.points import defaults, tie_values
from attack.scene import Scene, Slip
from attack.slips_pen import PEN
from attack.terms import (
    ONE,
    ZERO,
    Term,
    call,
    choose,
    compare,
    num,
    sym,
)


def _both(*parts: Term) -> Term:
    result = parts[0]
    for part in parts[1:]:
        result = Term("and", (result, part))
    return result


def _window(s: Scene) -> tuple[Term, list[dict[str, Fraction]]]:
    """A condition that holds in a small place, and a point of it."""
    r = s.random
    free = s.inputs() + s.free_parameters() * 2
    name = r.choice(free)
    c = s.value_for(name)
    v = sym(name)
    style = r.choice(
        (
            "half",
            "half",
            "interval",
            "interval",
            "corner",
            "negative",
            "surface",
            "point",
            "between",
            "curved",
            "tail",
            "tie",
        )
    )
    match style:
        case "half":
            up = r.random() < 0.5
            edge = compare(r.choice((">", ">=") if up else ("<", "<=")), v, num(c))
            return edge, [{name: c + (1 if up else -1) * Fraction(k)} for k in ("0", "1", "1/1000", "20")]
        case "interval":
            width = Fraction(1, r.choice((2, 10, 1000, 10**4, 10**5, 10**7)))
            return _both(compare(">", v, num(c)), compare("<", v, num(c + width))), [
                {name: c + width / 2},
                {name: c + width / 3},
            ]
        case "corner":
            other = r.choice(free)
            d = s.value_for(other)
            up, down = r.random() < 0.5, r.random() < 0.5
            both = _both(compare(">" if up else "<", v, num(c)), compare(">" if down else "<", sym(other), num(d)))
            return both, [
                {name: c + (1 if up else -1) * Fraction(k), other: d + (1 if down else -1) * Fraction(k)}
                for k in (1, 2, 9)
            ]
        case "negative":
            return compare("<", v, 0), [{name: Fraction(-1)}, {name: Fraction(-1, 10)}]
        case "surface" if len(free) > 1:
            other = r.choice([n for n in free if n != name] or free)
            k = r.choice((1, 2, -1, 3))
            return compare("==", v, num(k) * sym(other)), [
                {other: c2, name: c2 * k} for c2 in (s.value_for(other), s.value_for(other))
            ]
        case "point":
            return compare("==", v, num(c)), [{name: c}]
        case "between" if len(free) > 1:
            other = r.choice(free)
            return _both(compare("<", v, sym(other)), compare("<", sym(other), v + num("0.01"))), [
                {name: c, other: c + Fraction(1, 200)}
            ]
        case "curved":
            return compare("<", v**2 + sum_of_squares(s), num(Fraction(1, r.choice((1, 4, 10**4))))), [
                {n: Fraction(1, 10**5) for n in free},
                {n: Fraction(1, 4) for n in free},
            ]
        case "tail":
            x = r.choice(s.inputs())
            far = r.choice((60, 90, 300, 1000, 20000))
            return compare(">", call("Abs", sym(x)), num(far)), [
                {x: Fraction(far + 1)},
                {x: Fraction(-far - 7)},
                {x: Fraction(far * 3)},
            ]
        case "tie":
            x = r.choice(s.inputs())
            ties = tie_values([s.subject.expression, s.claim], x, defaults(s.subject)) or [Fraction(0)]
            t = r.choice(ties)
            return compare("==", sym(x), num(t)), [{x: t}]
    return compare(">", v, num(c)), [{name: c + 1}]


def sum_of_squares(s: Scene) -> Term:
    """Of the inputs."""
    total: Term = ZERO
    for name in s.inputs():
        total = total + sym(name) ** 2
    return total


def _error(s: Scene) -> Term:
    x = sym(s.by)
    r = s.random
    return r.choice(
        (
            num("0.01"),
            ONE,
            num("0.0000001"),
            x,
            call("exp", -num(1000)),
            num("1e-30"),
            num("1e-200"),
            call("exp", -(x**2)),
            call("tanh", x) / 1000,
            call("exp", -num(40)) * x,
            sym("y"),
            num(-1) / 3,
        )
    )


def local_error(s: Scene) -> Slip:
    where, hints = _window(s)
    return Slip("local error", s.claim + choose(where, _error(s), ZERO), hints)


def local_other(s: Scene) -> Slip | None:
    """Another slip, but in a small place alone."""
    inner = s.random.choice(PEN)(s)
    if inner is None:
        return None
    where, hints = _window(s)
    return Slip(f"local {inner.kind}", choose(where, inner.claim, s.claim), hints)


def smooth_error(s: Scene) -> Slip:
    r = s.random
    x, c = sym(r.choice(s.inputs())), num(s.value_for(s.by))
    error = r.choice(
        (
            call("exp", -num(1000)) * call("step", x - c),
            call("exp", -num(1000)),
            call("relu", x - num(60)),
            call("Min", x + num(75), ZERO),
            call("exp", -(((x - c) * num(1000)) ** 2)),
            call("exp", -(x**2) - 100),
            num("1e-15"),
            num("1e-40") * x,
            call("relu", num("0.0001") - call("Abs", x - c)),
            call("Max", ZERO, x - c) ** 3 / 10**6,
            call("floor", call("sech", x)) * call("step", x),
            call("step", x - c) * call("step", c + num("0.0001") - x),
            call("sigmoid", -num(200) - x**2),
            call("softplus", -num(400)) * x,
            call("floor", call("Abs", x) / 1000),
            call("exp", -call("exp", x + 3)),
            call("erfc", num(12) + x**2),
            1 - call("tanh", 50 + x**2),
            call("relu", call("sin", x) - num("0.99999")),
            call("Abs", x) - call("sqrt", x**2 + num("1e-30")),
            call("floor", x) + call("floor", -x) + 1,
            call("step", call("sin", x) - num("0.999999")),
        )
    )
    hints = [{x.name: Fraction(v)} for v in ("61", "-76", "0", "1000", "1571/1000", "-4712/1000", "1.5707963267948966")]
    hints += [{x.name: exact + Fraction(k)} for exact in [_exact(c)] for k in ("0", "0.00005", "0.0005", "1")]
    return Slip("small error", s.claim + error, hints)


def _exact(c: Term) -> Fraction:
    if c.op == "neg":
        return -_exact(c.args[0])
    return Fraction(c.name) if c.op == "num" else _exact(c.args[0]) / _exact(c.args[1])


def parameter_error(s: Scene) -> Slip | None:
    """Right at the default, or for one sign of a parameter, or off a corner."""
    free = s.free_parameters()
    if not free:
        return None
    r = s.random
    a = r.choice(free)
    start = defaults(s.subject)[a]
    p = sym(a)
    b = r.choice(free)
    corner = call("relu", p - num(start) - 3) * call("relu", sym(b) - num(defaults(s.subject)[b]) - 3)
    lower = call("relu", num(start) - p - 1) * call("relu", num(defaults(s.subject)[b]) - sym(b) - 1)
    wrong: list[tuple[str, Term]] = [
        ("default alone", s.claim + (p - num(start))),
        ("default alone", s.claim + (p - num(start)) ** 2 / 1000),
        ("one sign", s.claim + (p - call("Abs", p)) / 2),
        ("one sign", s.claim * call("Abs", p) / p),
        ("corner", s.claim + corner),
        ("corner", s.claim + lower),
        ("parameter at 0", s.claim * (p / p)),
        ("parameter at 0", s.claim + choose(compare("==", p, 0), ONE, ZERO)),
        ("narrow parameter", s.claim + call("relu", num("0.001") - call("Abs", p - num(start) - num("0.37")))),
        ("whole parameters", s.claim + call("sin", sym("pi") * (p - num(start)))),
        (
            "whole parameters",
            s.claim + call("floor", p) + call("floor", -p) + choose(compare("==", p, num(start)), ZERO, ONE),
        ),
    ]
    kind, claim = r.choice(wrong)
    hints = [
        {a: start + Fraction(k), b: defaults(s.subject)[b] + Fraction(k)} for k in ("1", "4", "-2", "-5", "0.37", "0.5")
    ]
    return Slip(kind, claim, [*hints, {a: Fraction(0)}, {a: Fraction(-1)}])


def mixed_branch(s: Scene) -> Slip:
    """One side of a threshold taken for both."""
    wrong = s.random.choice(PEN)(s)
    v, c = sym(s.by), s.value_for(s.by)
    other = s.claim * 2 if wrong is None else wrong.claim
    return Slip("one side", choose(compare(">", v, num(c)), s.claim, other), [{s.by: c - 1}, {s.by: c}, {s.by: c - 30}])


def constant(s: Scene) -> Slip:
    return Slip(
        "constant", s.random.choice((ZERO, ONE, sym("y"), sym(s.by), sym("y") * (1 - sym("y")), 1 - sym("y") ** 2))
    )
