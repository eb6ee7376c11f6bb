"""Formulas in MathML, which browsers set by themselves. What an author wrote is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from actc.model.expr import Expr
from actc.reporting.formulas import ATOM, POWER, PRODUCT, Notation, function_name, letter
from actc.reporting.terminal import visible
from actc.reporting.unicode_math import FUNCTIONS, GREEK_LETTERS

_CONSTANTS = {"pi": "π", "E": "e", "EulerGamma": "γ", "GoldenRatio": "φ"}
_SIGNS = {"-": "−", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "*": "⋅"}
_BARS = {"abs": ("|", "|"), "floor": ("⌊", "⌋"), "ceiling": ("⌈", "⌉")}
_RAISED = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh", "log"})  # an exponent stands behind these names


class MathmlNotation(Notation[str]):
    """Sets formulas in presentation MathML."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        super().__init__(taken)

    def word(self, text: str) -> str:
        if text in ("inf", "nan", "undefined"):
            return "<mi>∞</mi>" if text == "inf" else "<mtext>undefined</mtext>"
        return f"<mn>{escape(visible(text))}</mn>" if text[:1].isdigit() else f"<mtext>{escape(visible(text))}</mtext>"

    def name(self, name: str) -> str:
        return mathml_name(name)

    def constant(self, name: str) -> str:
        sign = letter(name, _CONSTANTS, GREEK_LETTERS, self.taken)
        return f'<mi mathvariant="normal">{escape(name if sign is None else sign)}</mi>'

    def scientific(self, mantissa: str, exponent: int) -> str:
        power = f"<msup><mn>10</mn>{_integer(exponent)}</msup>"
        return f"<mrow>{self.word(mantissa)}{_operator('⋅')}{power}</mrow>" if mantissa else power

    def infix(self, left: str, sign: str, right: str) -> str:
        if sign == "*":
            invisible = not right.startswith(("<mn", "<mrow><mn"))
            return f"<mrow>{left}{_TIMES if invisible else _operator('⋅')}{right}</mrow>"
        if sign in ("and", "or", "mod"):
            return f"<mrow>{left}<mtext>\u00a0{sign}\u00a0</mtext>{right}</mrow>"
        return f"<mrow>{left}{_operator(_SIGNS.get(sign, sign))}{right}</mrow>"

    def negative(self, inner: str) -> str:
        return f'<mrow><mo form="prefix">−</mo>{inner}</mrow>'

    def denied(self, inner: str) -> str:
        return f"<mrow><mtext>not\u00a0</mtext>{inner}</mrow>"

    def fraction(self, above: tuple[str, int], below: tuple[str, int]) -> tuple[str, int]:
        return f"<mfrac>{_row(above[0])}{_row(below[0])}</mfrac>", PRODUCT

    def power(self, base: str, exponent: str, written: Expr) -> str:
        for name in _RAISED:
            head = f"<mrow><mi>{name}</mi>{_APPLY}"
            if base.startswith(head) and written.is_number and written.number > 1:
                return f"<mrow><msup><mi>{name}</mi>{_row(exponent)}</msup>{_APPLY}{base.removeprefix(head)}"
        return f"<msup>{_row(base)}{_row(exponent)}</msup>"

    def call(self, op: str, args: Sequence[str]) -> tuple[str, int]:
        if op == "exp":
            return f'<msup><mi mathvariant="normal">e</mi>{_row(args[0])}</msup>', POWER
        if op in _BARS:
            left, right = _BARS[op]
            return _fenced(left, args[0], right), ATOM
        if op == "sqrt":
            return f"<msqrt>{args[0]}</msqrt>", ATOM
        if op == "cbrt":
            return f"<mroot>{_row(args[0])}<mn>3</mn></mroot>", ATOM
        if op == "polygamma":
            raised = _fenced("(", args[0], ")")
            return f"<mrow><msup><mi>ψ</mi>{raised}</msup>{self.group(args[1])}</mrow>", ATOM
        sign = letter(op, FUNCTIONS, GREEK_LETTERS, self.taken)
        name = escape(sign or {"min": "min", "max": "max"}.get(op) or function_name(op))
        inside = _operator(",").join(args)
        return f"<mrow><mi>{name}</mi>{_APPLY}{self.group(inside)}</mrow>", ATOM

    def group(self, inner: str) -> str:
        return _fenced("(", inner, ")")

    def cases(self, rows: Sequence[tuple[str, str | None]]) -> str:
        lines = []
        for value, condition in rows:
            when = "<mtext>otherwise</mtext>" if condition is None else f"<mtext>if\u00a0</mtext>{condition}"
            lines.append(f"<mtr><mtd>{value}</mtd><mtd>{when}</mtd></mtr>")
        table = f'<mtable class="cases">{"".join(lines)}</mtable>'
        return _fenced("{", table, "")


def mathml_name(name: str) -> str:
    """A name: a letter, a Greek letter, or a word; digits behind it are an index."""
    stem = name.rstrip("0123456789")
    index = name[len(stem) :]
    if stem.endswith("_") or not stem:
        stem, index = name, ""
    text = GREEK_LETTERS.get(stem, stem)
    shown = f"<mi>{escape(visible(text))}</mi>"
    return f"<msub>{shown}<mn>{index}</mn></msub>" if index else shown


def mathml_word(name: str) -> str:
    """A function's name, as it is written."""
    return f"<mi>{escape(visible(name))}</mi>"


def equation(left: str, right: str) -> str:
    """A displayed equation of two sides."""
    return f'<math display="block"><mrow>{left}<mo>=</mo>{right}</mrow></math>'


def _operator(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _fenced(left: str, inner: str, right: str) -> str:
    """Between two signs, which grow only with what is higher than a line: fonts without mathematics overdo it."""
    tall = any(tag in inner for tag in ("<mfrac", "<mtable", "<mroot", "<msqrt"))
    grows = f'fence="true" stretchy="{str(tall).lower()}"'
    closing = f'<mo form="postfix" {grows}>{right}</mo>' if right else ""
    return f'<mrow><mo form="prefix" {grows}>{left}</mo>{inner}{closing}</mrow>'


def _integer(value: int) -> str:
    return f"<mn>{value}</mn>" if value >= 0 else f"<mrow><mo>−</mo><mn>{-value}</mn></mrow>"


def _row(inner: str) -> str:
    return f"<mrow>{inner}</mrow>"


_APPLY = _operator("\u2061")
_TIMES = '<mo lspace="0.17em" rspace="0em">\u2062</mo>'  # names of several letters stand apart
