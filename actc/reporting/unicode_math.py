"""Formulas for a terminal, in Unicode: fractions and cases on several lines, or all on one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actc.model.expr import Expr
from actc.reporting.formulas import ATOM, GREEK, POWER, PRODUCT, Notation, function_name, letter
from actc.reporting.terminal import visible, width

GREEK_LETTERS = dict(zip(GREEK, "αβγδεζηθικλμνξρστυφχψω", strict=True))
FUNCTIONS = {"sigmoid": "σ", "normal_cdf": "Φ", "gamma": "Γ", "digamma": "ψ", "polygamma": "ψ"}
_CONSTANTS = {"pi": "π", "E": "e", "EulerGamma": "γ", "GoldenRatio": "φ"}
_SIGNS = {"-": "−", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_RAISED = dict(zip("0123456789-+()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_BARS = {"abs": ("|", "|"), "floor": ("⌊", "⌋"), "ceiling": ("⌈", "⌉")}
_ROOTS = {"sqrt": "√", "cbrt": "∛"}
_TALL = {  # top, middle, bottom of what is higher than a line
    "(": "⎛⎜⎝", ")": "⎞⎟⎠", "|": "│││", "⌊": "⎢⎢⎣", "⌋": "⎥⎥⎦", "⌈": "⎡⎢⎢", "⌉": "⎤⎥⎥",
}  # fmt: skip
_SHORT = 8  # columns of a numerator or denominator that stays in the line
NEEDED = "".join((*GREEK_LETTERS.values(), *FUNCTIONS.values(), *_SIGNS.values(), "π²ⁿ√∛·∂⌊⌈│⎧⎨⎩⎪⎛⎞─"))
"""What an encoding must have for this notation."""


@dataclass(frozen=True, slots=True)
class Box:
    """Lines of equal width; ``base`` is the one on which the neighbours stand."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        return width(self.lines[0])

    @property
    def flat(self) -> bool:
        return len(self.lines) == 1


def beside(*parts: Box | str) -> Box:
    """Boxes in a row, on one base line."""
    boxes = [Box((part,)) if isinstance(part, str) else part for part in parts]
    above = max(box.base for box in boxes)
    below = max(len(box.lines) - box.base for box in boxes)
    rows = []
    for row in range(above + below):
        cells = ((box, row - above + box.base) for box in boxes)
        rows.append("".join(b.lines[i] if 0 <= i < len(b.lines) else " " * b.width for b, i in cells))
    return Box(tuple(rows), above)


class UnicodeNotation(Notation[Box]):
    """Sets formulas in boxes of text; ``stacked`` lets fractions and cases take several lines."""

    def __init__(self, taken: Iterable[str] = (), *, stacked: bool = True) -> None:
        super().__init__(taken)
        self.stacked = stacked

    def word(self, text: str) -> Box:
        return Box((visible(text),))

    def name(self, name: str) -> Box:
        return self.word(GREEK_LETTERS.get(name, name))

    def constant(self, name: str) -> Box:
        sign = letter(name, _CONSTANTS, GREEK_LETTERS, self.taken)
        return self.word(name if sign is None else sign)

    def scientific(self, mantissa: str, exponent: int) -> Box:
        return self.word(f"{mantissa}·10{_raised(str(exponent))}".removeprefix("·"))

    def infix(self, left: Box, sign: str, right: Box) -> Box:
        return beside(left, "·" if sign == "*" else f" {_SIGNS.get(sign, sign)} ", right)

    def negative(self, inner: Box) -> Box:
        return beside("−" if inner.flat else "− ", inner)

    def denied(self, inner: Box) -> Box:
        return beside("not ", inner)

    def fraction(self, above: tuple[Box, int], below: tuple[Box, int]) -> tuple[Box, int]:
        top, bottom = above[0], below[0]
        short = top.flat and bottom.flat and max(top.width, bottom.width) <= _SHORT
        simple = short and above[1] >= PRODUCT and below[1] >= POWER and "·" not in top.lines[0]
        if simple or not self.stacked:
            return beside(self.at(above, PRODUCT), "/", self.at(below, POWER)), PRODUCT
        columns = max(top.width, bottom.width)
        rows = (*_centred(top, columns), "─" * columns, *_centred(bottom, columns))
        return Box(rows, len(top.lines)), PRODUCT

    def power(self, base: Box, exponent: Box, written: Expr) -> Box:
        plain = exponent.lines[0].replace("−", "-") if exponent.flat else ""
        if plain and all(c in _RAISED for c in plain):
            return beside(base, _raised(plain))
        simple = exponent.flat and (written.op == "symbol" or (written.is_number and written.number >= 0))
        return beside(base, "^", exponent if simple and "/" not in plain else self.group(exponent))

    def call(self, op: str, args: Sequence[Box]) -> tuple[Box, int]:
        if op in _BARS:
            return self._enclosed(args[0], *_BARS[op]), ATOM
        if op in _ROOTS:
            plain = args[0].flat and all(c.isalnum() and c not in _RAISED.values() for c in args[0].lines[0])
            return beside(_ROOTS[op], args[0] if plain else self.group(args[0])), POWER
        if op == "polygamma" and args[0].flat:
            return beside(self.word("ψ"), _raised(f"({args[0].lines[0]})"), self.group(args[1])), ATOM
        sign = letter(op, FUNCTIONS, GREEK_LETTERS, self.taken) or {"min": "min", "max": "max"}.get(op)
        inside: list[Box | str] = [args[0]]
        for arg in args[1:]:
            inside += [", ", arg]
        return beside(sign or function_name(op), self.group(beside(*inside))), ATOM

    def group(self, inner: Box) -> Box:
        return self._enclosed(inner, "(", ")")

    def cases(self, rows: Sequence[tuple[Box, Box | None]]) -> Box:
        if not self.stacked:
            parts: list[Box | str] = []
            for value, condition in rows:
                separator = ", " if parts else ""
                parts += [separator, value, " otherwise" if condition is None else " if "]
                parts += [] if condition is None else [condition]
            return beside("{ ", *parts, " }")
        columns = max(value.width for value, _ in rows)
        set_rows = []
        for value, condition in rows:
            room = " " * (columns - value.width)
            what: Box | str = "otherwise" if condition is None else beside("if ", condition)
            set_rows.append(beside(value, room + "  ", what))
        return _braced(set_rows)

    def _enclosed(self, inner: Box, left: str, right: str) -> Box:
        if inner.flat:
            return beside(left, inner, right)
        return beside(_tall(left, inner), inner, _tall(right, inner))


def _tall(sign: str, inner: Box) -> Box:
    top, middle, bottom = tuple(_TALL[sign])
    return Box((top, *(middle for _ in inner.lines[2:]), bottom), inner.base)


def _braced(rows: Sequence[Box]) -> Box:
    """Rows below one another behind a brace; its tip is the base line."""
    columns = max(row.width for row in rows)
    lines: list[str] = []
    for i, row in enumerate(rows):
        if i and (not row.flat or not rows[i - 1].flat):
            lines.append("")
        lines.extend(row.lines)
    if len(lines) == 1:
        lines.append("")
    if len(lines) % 2 == 0 and len(rows) == 2 and rows[0].flat and rows[1].flat:
        lines.insert(1, "")
    tip = len(lines) // 2 if len(lines) > 2 else 1
    last = len(lines) - 1
    signs = ["⎧" if i == 0 else "⎩" if i == last else "⎨" if i == tip else "⎪" for i in range(len(lines))]
    padded = (f"{sign} {line}{' ' * (columns - width(line))}" for sign, line in zip(signs, lines, strict=True))
    return Box(tuple(padded), tip)


def _centred(box: Box, columns: int) -> tuple[str, ...]:
    left = (columns - box.width) // 2
    return tuple(" " * left + line + " " * (columns - box.width - left) for line in box.lines)


def _raised(text: str) -> str:
    return "".join(_RAISED[c] for c in text)
