"""The characters and tokens of an expression, looked at before Python's grammar is asked.

Python's own messages speak of Python; here a stray character gets a word about activations instead.
"""

from __future__ import annotations

import re
from fractions import Fraction

from actc.diagnostics import DiagnosticLog
from actc.model.spec import Text

MOST_DIGITS = 1000
"""Digits that a literal may have."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
      | (?P<operator>\*\*|//|<=|>=|==|!=|<<|>>|&&|\|\||:=|->|[-+*/%()<>,&|~^.@=:;!?\[\]{}$`'"\\\#])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)

_INSTEAD = {
    "\N{MINUS SIGN}": "`-`",
    "\N{EN DASH}": "`-`",
    "\N{MULTIPLICATION SIGN}": "`*`",
    "\N{MIDDLE DOT}": "`*`",
    "\N{DOT OPERATOR}": "`*`",
    "\N{DIVISION SIGN}": "`/`",
    "\N{SUPERSCRIPT TWO}": "`**2`",
    "\N{SUPERSCRIPT THREE}": "`**3`",
    "\N{LESS-THAN OR EQUAL TO}": "`<=`",
    "\N{GREATER-THAN OR EQUAL TO}": "`>=`",
    "\N{NOT EQUAL TO}": "`!=`",
    "\N{SQUARE ROOT}": "`sqrt(...)`",
    "\N{GREEK SMALL LETTER PI}": "`pi`",
    "\N{INFINITY}": None,
}

_REFUSED: dict[str, tuple[str, str | None]] = {
    "//": ("`//` is not in the language", "write `floor(a/b)`"),
    "&&": ("`&&` is not in the language", "write `and`"),
    "||": ("`||` is not in the language", "write `or`"),
    "=": ("`=` assigns nothing here", "to compare, write `==`; to name a part, use `let`"),
    ":=": ("`:=` is not in the language", "to name a part, use `let`"),
    "!": ("`!` is not in the language", "write `not`, or `gamma(n + 1)` for a factorial"),
    "?": ("`?` is not in the language", "write `a if condition else b`"),
    ":": ("`:` is not in the language", "write `a if condition else b`"),
    "[": ("brackets do not group", "use parentheses"),
    "]": ("brackets do not group", "use parentheses"),
    "{": ("braces do not group", "use parentheses"),
    "}": ("braces do not group", "use parentheses"),
    "#": ("a comment cannot stand inside an expression", "put it on a line of its own, outside the expression"),
    "@": ("`@` is not in the language", "activations work element by element; write `*`"),
    "<<": ("`<<` is not in the language", "write `a*2**b`"),
    ">>": ("`>>` is not in the language", "write `a/2**b`"),
}

_LARGEST = Fraction(2) ** 1024 - Fraction(2) ** 970  # from here on float64 rounds to infinity
_SMALLEST = Fraction(2) ** -1075  # from here down float64 rounds to zero


def scan(text: Text, log: DiagnosticLog) -> str | None:
    """The text as Python's grammar may see it, each character where it was; None after reporting what cannot stand."""
    source = list(text.value)
    sound = True
    previous = ""  # kind of the written before, "" at the start or after white space
    for match in _TOKEN.finditer(text.value):
        kind, written, start = match.lastgroup, match.group(), match.start()
        if kind == "space":
            source[start : match.end()] = " " * len(written)
            previous = ""
            continue
        if kind == "other" or (kind == "operator" and written in ";$`'\"\\"):
            sound = _refuse_character(text, start, written, log)
        elif kind == "operator" and written in _REFUSED:
            message, hint = _REFUSED[written]
            log.report("ACT151", text.at(start), message, hint, len(written))
            sound = False
        elif kind == "name" and previous == "number":
            sound = _refuse_product(text, match.start(), log)
        elif kind == "number":
            sound = _check_number(text, start, written, source, log) and sound
        previous = kind or ""
    return "".join(source) if sound else None


def _refuse_character(text: Text, start: int, written: str, log: DiagnosticLog) -> bool:
    instead = _INSTEAD.get(written)
    shown = f"`{written}`" if written.isprintable() else "this character"
    hint = f"write {instead}" if instead else None
    if instead is None and written.isalpha():
        hint = "names are spelled in ASCII letters, such as `alpha`"
    log.report("ACT151", text.at(start), f"{shown} (U+{ord(written):04X}) is not in the language", hint)
    return False


def _refuse_product(text: Text, start: int, log: DiagnosticLog) -> bool:
    log.report("ACT150", text.at(start), "an operator is missing after the number", "write the `*` of a product")
    return False


def _check_number(text: Text, start: int, written: str, source: list[str], log: DiagnosticLog) -> bool:
    place = text.at(start)
    if "_" in written:
        log.report("ACT152", place, "a number has no underscores", None, len(written))
        return False
    if re.fullmatch(r"0[0-9]+", written):
        # Decimal all the same; Python would refuse the leading zero.
        zeros = len(written) - len(written.lstrip("0")) if written.strip("0") else len(written) - 1
        source[start : start + zeros] = " " * zeros
    if sum(c.isdigit() for c in written) > MOST_DIGITS:
        log.report("ACT152", place, f"a number has at most {MOST_DIGITS} digits", None, min(len(written), 40))
        return False
    exponent = re.search(r"[eE]([+-]?[0-9]+)$", written)
    beyond = exponent is not None and len(exponent.group(1)) > 6
    value = Fraction(0) if beyond else abs(Fraction(written))
    if beyond or value >= _LARGEST or 0 < value < _SMALLEST:
        log.report("ACT152", place, "the number is beyond float64's range", None, len(written))
        return False
    return True
