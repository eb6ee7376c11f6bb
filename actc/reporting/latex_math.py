"""Formulas in LaTeX, for amsmath."""

from __future__ import annotations

from collections.abc import Sequence

from actc.model.expr import Expr
from actc.reporting.formulas import ATOM, GREEK, PRODUCT, Notation, function_name, letter

_NAMES = {name: f"\\{name}" for name in GREEK} | {"epsilon": r"\varepsilon", "lam": r"\lambda"}
_FUNCTIONS = {"sigmoid": r"\sigma", "normal_cdf": r"\Phi", "gamma": r"\Gamma", "digamma": r"\psi"}
_CONSTANTS = {"pi": r"\pi", "E": r"\mathrm{e}", "EulerGamma": r"\gamma", "GoldenRatio": r"\varphi"}
_KNOWN = {
    "log": r"\log", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "asin": r"\arcsin", "acos": r"\arccos",
    "atan": r"\arctan", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh", "min": r"\min", "max": r"\max",
}  # fmt: skip
_RAISED = frozenset(_KNOWN.values()) - {r"\min", r"\max"}  # an exponent stands behind these names
_SIGNS = {
    "<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne", "mod": r"\bmod", "and": r"\text{ and }", "or": r"\text{ or }",
}  # fmt: skip
_BARS = {"abs": (r"\lvert", r"\rvert"), "floor": (r"\lfloor", r"\rfloor"), "ceiling": (r"\lceil", r"\rceil")}


class LatexNotation(Notation[str]):
    """Sets formulas in the commands of LaTeX and amsmath."""

    def word(self, text: str) -> str:
        return {"inf": r"\infty", "nan": r"\text{undefined}", "undefined": r"\text{undefined}"}.get(text, text)

    def name(self, name: str) -> str:
        return latex_name(name)

    def constant(self, name: str) -> str:
        return letter(name, _CONSTANTS, _NAMES, self.taken) or rf"\mathrm{{{name}}}"

    def scientific(self, mantissa: str, exponent: int) -> str:
        return rf"{mantissa} \cdot 10^{{{exponent}}}".removeprefix(r" \cdot ")

    def infix(self, left: str, sign: str, right: str) -> str:
        if sign == "*":
            return rf"{left} \cdot {right}" if right[0].isdigit() else rf"{left} \, {right}"
        return f"{left} {_SIGNS.get(sign, sign)} {right}"

    def negative(self, inner: str) -> str:
        return f"-{inner}"

    def denied(self, inner: str) -> str:
        return rf"\text{{not }} {inner}"

    def fraction(self, above: tuple[str, int], below: tuple[str, int]) -> tuple[str, int]:
        return rf"\frac{{{above[0]}}}{{{below[0]}}}", PRODUCT

    def power(self, base: str, exponent: str, written: Expr) -> str:
        function, parenthesis, argument = base.partition(r"\left(")
        if parenthesis and function in _RAISED and written.is_number and written.number > 1:
            return f"{function}^{{{exponent}}}{parenthesis}{argument}"  # sin^2(x)
        return f"{base}^{{{exponent}}}"

    def call(self, op: str, args: Sequence[str]) -> tuple[str, int]:
        if op == "exp":
            return rf"\mathrm{{e}}^{{{args[0]}}}", PRODUCT
        if op in _BARS:
            left, right = _BARS[op]
            return rf"\left{left} {args[0]} \right{right}", ATOM
        if op == "sqrt":
            return rf"\sqrt{{{args[0]}}}", ATOM
        if op == "cbrt":
            return rf"\sqrt[3]{{{args[0]}}}", ATOM
        if op == "polygamma":
            return rf"\psi^{{({args[0]})}}{self.group(args[1])}", ATOM
        sign = self.letter(op) or _KNOWN.get(op)
        return f"{sign or _operator(function_name(op))}{self.group(', '.join(args))}", ATOM

    def letter(self, op: str) -> str | None:
        """The letter by which a function is set, if it has one."""
        return letter(op, _FUNCTIONS, _NAMES, self.taken)

    def group(self, inner: str) -> str:
        return rf"\left({inner}\right)"

    def cases(self, rows: Sequence[tuple[str, str | None]]) -> str:
        lines = [
            rf"{value} & \text{{otherwise}}" if condition is None else rf"{value} & \text{{if }} {condition}"
            for value, condition in rows
        ]
        return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"


def latex_name(name: str) -> str:
    """A name: a letter, a Greek letter, or a word; digits behind it are an index."""
    stem = name.rstrip("0123456789")
    index = name[len(stem) :]
    if stem.endswith("_") or not stem:
        stem, index = name, ""
    text = _NAMES.get(stem) or (stem if len(stem) == 1 else rf"\mathrm{{{_escaped(stem)}}}")
    return f"{text}_{{{index}}}" if index else text


def _operator(name: str) -> str:
    return rf"\operatorname{{{_escaped(name)}}}"


def _escaped(name: str) -> str:
    return name.replace("_", r"\_")
