"""Reads formulas in LaTeX back, as a person would: a parser and an evaluator on mpmath that know nothing of actc."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from mpmath import mp, mpf

Tree = tuple[Any, ...]
"""An operation and its arguments."""

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\\\|\\,|[0-9]+(?:\.[0-9]+)?|[a-zA-Z]|\S")
_WORDS = {
    r"\_": "_", r"\text{ and }": r"\wedge ", r"\text{ or }": r"\vee ", r"\text{not }": r"\neg ",
    r"\text{if }": r"\if ", r"\text{otherwise}": r"\otherwise ",
}  # fmt: skip
_FUNCTIONS = {
    r"\log": mp.log, r"\sin": mp.sin, r"\cos": mp.cos, r"\tan": mp.tan, r"\arcsin": mp.asin, r"\arccos": mp.acos,
    r"\arctan": mp.atan, r"\sinh": mp.sinh, r"\cosh": mp.cosh, r"\tanh": mp.tanh, r"\min": min, r"\max": max,
    r"\sigma": lambda t: 1 / (1 + mp.exp(-t)), r"\Phi": mp.ncdf, r"\Gamma": mp.gamma, r"\psi": mp.digamma,
    "erf": mp.erf, "erfc": mp.erfc, "sign": mp.sign, "softplus": lambda t: mp.log1p(mp.exp(t)),
    "asinh": mp.asinh, "acosh": mp.acosh, "atanh": mp.atanh, "atan2": mp.atan2, "round": mp.nint,
    "sigmoid": lambda t: 1 / (1 + mp.exp(-t)), "sinc": mp.sinc, "loggamma": lambda t: mp.log(abs(mp.gamma(t))),
}  # fmt: skip
_RELATIONS = {
    "<": lambda a, b: a < b, ">": lambda a, b: a > b, r"\le": lambda a, b: a <= b, r"\ge": lambda a, b: a >= b,
    "=": lambda a, b: a == b, r"\ne": lambda a, b: a != b,
}  # fmt: skip
_CLOSED = {"(": ")", r"\lvert": r"\rvert", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
_ENCLOSED = {"(": lambda v: v, r"\lvert": abs, r"\lfloor": mp.floor, r"\lceil": mp.ceil}
_ENDS = {
    "", "+", "-", "}", "]", ",", "&", r"\right", r"\\", r"\end", r"\wedge", r"\vee", r"\bmod", r"\if", r"\otherwise",
    *_RELATIONS,
}  # fmt: skip


class LatexError(ValueError):
    """The text is no formula of this kind."""


def value(text: str, names: Mapping[str, Any]) -> Any:
    r"""The number that a formula is, with names as they are set: ``\beta``, ``x``, ``slope`` for a word."""
    reader = _Reader(text, names)
    tree = reader.disjunction()
    if reader.peek():
        raise LatexError(f"{reader.peek()!r} is left over")
    return _evaluate(tree, names)


def _evaluate(tree: Tree, names: Mapping[str, Any]) -> Any:
    op, *args = tree
    if op == "number":
        return mpf(args[0])
    if op == "euler":
        return +mp.e
    if op == "name":
        if args[0] in names:
            return mpf(names[args[0]])
        return {r"\pi": +mp.pi, "e": +mp.e, "EulerGamma": +mp.euler, r"\gamma": +mp.euler, r"\varphi": +mp.phi}[args[0]]
    if op == "cases":
        for case, condition in args:
            if condition is None or _evaluate(condition, names):
                return _evaluate(case, names)
        raise LatexError("no case applies")
    if op == "call":
        return _FUNCTIONS[args[0]](*(_evaluate(a, names) for a in args[1]))
    if op == "chain":
        values = [_evaluate(a, names) for a in args[0]]
        return all(_RELATIONS[sign](a, b) for sign, a, b in zip(args[1], values, values[1:], strict=False))
    values = [_evaluate(a, names) for a in args]
    match op:
        case "+":
            return values[0] + values[1]
        case "-":
            return values[0] - values[1]
        case "neg":
            return -values[0]
        case "*":
            return values[0] * values[1]
        case "/":
            return values[0] / values[1]
        case "^":
            return values[0] ** values[1]
        case "mod":
            return values[0] - values[1] * mp.floor(values[0] / values[1])
        case "sqrt":
            return mp.sqrt(values[0])
        case "cbrt":
            return mp.sign(values[0]) * mp.cbrt(abs(values[0]))
        case "and":
            return values[0] and values[1]
        case "or":
            return values[0] or values[1]
        case "not":
            return not values[0]
    return _ENCLOSED[op](values[0])


class _Reader:
    """Recursive descent over the commands of LaTeX and amsmath."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        self.names = names  # which are no functions, whatever follows them
        for words, command in _WORDS.items():
            text = text.replace(words, command)
        self.tokens = [t for t in _TOKEN.findall(text) if t != r"\,"]
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        found = self.peek()
        if wanted and found not in wanted:
            raise LatexError(f"{found!r} instead of {wanted}, at {' '.join(self.tokens[self.at : self.at + 8])}")
        self.at += 1
        return found

    def disjunction(self) -> Tree:
        found = self.conjunction()
        while self.peek() == r"\vee":
            self.take()
            found = ("or", found, self.conjunction())
        return found

    def conjunction(self) -> Tree:
        found = self.relation()
        while self.peek() == r"\wedge":
            self.take()
            found = ("and", found, self.relation())
        return found

    def relation(self) -> Tree:
        if self.peek() == r"\neg":
            self.take()
            return ("not", self.atom())
        parts, signs = [self.sum()], []
        while self.peek() in _RELATIONS:
            signs.append(self.take())
            parts.append(self.sum())
        return ("chain", parts, signs) if signs else parts[0]

    def sum(self) -> Tree:
        negative = self.peek() == "-"
        if negative:
            self.take()
        found = self.product()
        if negative:
            found = ("neg", found)
        while self.peek() in ("+", "-"):
            found = (self.take(), found, self.product())
        if self.peek() == r"\bmod":
            self.take()
            found = ("mod", found, self.product())
        return found

    def product(self) -> Tree:
        found = self.power()
        while self.peek() not in _ENDS:
            if self.peek() == r"\cdot":
                self.take()
            found = ("*", found, self.power())
        return found

    def power(self) -> Tree:
        base = self.atom()
        if self.peek() == "^":
            self.take()
            base = ("^", base, self.braced())
        if self.peek() == "^":
            raise LatexError("a double superscript")
        return base

    def braced(self) -> Tree:
        self.take("{")
        found = self.disjunction()
        self.take("}")
        return found

    def word(self) -> str:
        self.take("{")
        letters = ""
        while self.peek() != "}":
            letters += self.take()
        self.take("}")
        return letters

    def atom(self) -> Tree:
        first = self.take()
        if first[0].isdigit():
            return ("number", first)
        match first:
            case "{":
                self.at -= 1
                return self.braced()
            case r"\left":
                return self.enclosed()
            case r"\frac":
                return ("/", self.braced(), self.braced())
            case r"\sqrt":
                if self.peek() != "[":
                    return ("sqrt", self.braced())
                for sign in "[3]":
                    self.take(sign)
                return ("cbrt", self.braced())
            case r"\begin":
                return self.cases()
        upright = first in (r"\mathrm", r"\operatorname")
        name = self.word() if upright else first
        if first == r"\mathrm" and name == "e":  # upright it is the number, whatever a parameter is called
            return ("euler",)
        if self.peek() == "_":
            self.take()
            name += "_" + self.word()
        applied = name in _FUNCTIONS and name not in self.names and self.is_applied()
        return self.applied(name) if applied else ("name", name)

    def is_applied(self) -> bool:
        """Whether a function's name is followed by its argument, perhaps behind an exponent."""
        return self.peek() in ("^", r"\left")

    def applied(self, name: str) -> Tree:
        exponent = None
        if self.peek() == "^":
            self.take()
            exponent = self.braced()
        self.take(r"\left")
        self.take("(")
        args = [self.disjunction()]
        while self.peek() == ",":
            self.take()
            args.append(self.disjunction())
        self.take(r"\right")
        self.take(")")
        call = ("call", name, args)
        return call if exponent is None else ("^", call, exponent)

    def enclosed(self) -> Tree:
        sign = self.take(*_CLOSED)
        found = self.disjunction()
        self.take(r"\right")
        self.take(_CLOSED[sign])
        return (sign, found)

    def cases(self) -> Tree:
        rows: list[tuple[Tree, Tree | None]] = []
        assert self.word() == "cases"
        while True:
            case = self.disjunction()
            self.take("&")
            rows.append((case, self.disjunction() if self.take(r"\if", r"\otherwise") == r"\if" else None))
            if self.take(r"\\", r"\end") == r"\end":
                break
        assert self.word() == "cases"
        return ("cases", *rows)
