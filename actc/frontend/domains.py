"""The domains of inputs and parameters: ``positive``, ``"(0, 1)"``, ``"[1, inf)"``, ``positive integer``."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from actc.diagnostics import DiagnosticLog
from actc.frontend.tree import trimmed
from actc.frontend.wording import did_you_mean, listed, quoted
from actc.model.domain import Domain
from actc.model.spec import Text

WORDS: dict[str, Domain] = {
    "real": Domain(),
    "positive": Domain(low=Fraction(0)),
    "negative": Domain(high=Fraction(0)),
    "nonnegative": Domain(low=Fraction(0), low_open=False),
    "nonpositive": Domain(high=Fraction(0), high_open=False),
    "nonzero": Domain(nonzero=True),
}
INTEGER = "integer"

_DECIMAL = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = rf"[+-]?{_DECIMAL}(?:[ \t]*/[ \t]*{_DECIMAL})?"
_INFINITY = "(?:inf|oo)"
_DIGIT_LIMIT = 1000
_EXPONENT_LIMIT = 2 * _DIGIT_LIMIT  # with that many digits, beyond it lies nothing that float64 has
_LARGEST = Fraction(2) ** 1024 - Fraction(2) ** 970
_SMALLEST = Fraction(1, 2**1074)


def pattern() -> str:
    """A regular expression, of those that Python and ECMAScript share, for a domain that is rightly written."""
    words = "|".join(WORDS)
    blank = r"[ \t\r\n]"
    low = rf"(?:[\[(]{blank}*{_NUMBER}|\({blank}*-{_INFINITY})"
    high = rf"(?:{_NUMBER}{blank}*[\])]|\+?{_INFINITY}{blank}*\))"
    interval = rf"{low}{blank}*,{blank}*{high}"
    return rf"^{blank}*(?:{INTEGER}|(?:{words}|{interval})(?:{blank}+{INTEGER})?){blank}*$"


def parse_domain(text: Text, log: DiagnosticLog) -> Domain | None:
    """The domain that the text names. What is wrong with it is reported, and the result is None then."""
    text = trimmed(text)
    words = _words(text.value)
    written = " ".join(words)
    if text.value[:1] in ("(", "[", "]"):
        return _interval(text, written, log)
    integer = words[-1:] == [INTEGER]
    rest = words[:-1] if integer else words
    if integer and not rest:
        return Domain(written, integer=True)
    if len(rest) == 1 and rest[0] in WORDS:
        return replace(WORDS[rest[0]], text=written, integer=integer)
    if words[:1] == [INTEGER]:
        moved = quoted(" ".join([*words[1:], INTEGER]))
        _report(log, "ACT130", text, f"`{INTEGER}` stands at the end of a domain", f"write {moved}")
        return None
    joined = "".join(rest)
    if joined in WORDS:  # "non negative"
        suggestion: str | None = f"write `{joined}{f' {INTEGER}' if integer else ''}`"
    else:
        suggestion = did_you_mean(joined, [*WORDS, INTEGER])
    known = suggestion or f'a domain is {listed([*WORDS, INTEGER])} or an interval such as `"(0, 1)"`'
    _report(log, "ACT130", text, f"unknown domain {quoted(text.value)}", known)
    return None


def _interval(text: Text, written: str, log: DiagnosticLog) -> Domain | None:
    value = text.value
    if value[0] == "]":
        log.report("ACT131", text.at(0), "an interval begins with `(` or `[`", "an open end is written `(` or `)`")
        return None
    close = next((index for index, character in enumerate(value) if character in ")]"), None)
    if close is None:
        slip = 'quote an interval: `"(0, 1)"`' if "," not in value else "an open end is written `(` or `)`"
        log.report("ACT131", text.at(len(value)), "an interval ends with `)` or `]`", slip)
        return None
    tail = value[close + 1 :]
    if tail and (_words(tail) != [INTEGER] or tail[0] not in " \t\r\n"):
        start = close + 1 + len(tail) - len(tail.lstrip())
        message = f"{quoted(tail.strip())} may not follow an interval"
        log.report("ACT131", text.at(start), message, f"only `{INTEGER}` may", length=len(tail.strip()))
        return None
    parts = value[1:close].split(",")
    if len(parts) != 2:
        message = f"an interval has two ends, separated by a comma, not {len(parts)}"
        log.report("ACT131", text.at(0), message, "decimal points are points" if len(parts) > 2 else None)
        return None
    low_end, high_end = _end(_part(text, 1, parts[0]), log), _end(_part(text, 2 + len(parts[0]), parts[1]), log)
    if low_end is None or high_end is None:
        return None
    (low, low_sign), (high, high_sign) = low_end, high_end
    closed = [bracket for bracket, end in ((0, low), (close, high)) if end is None and value[bracket] in "[]"]
    if closed:
        opened = "".join("()"[index > 0] if index in closed else c for index, c in enumerate(value))
        log.report("ACT132", text.at(closed[0]), "an interval is open at infinity", f"write {quoted(opened)}")
        return None
    domain = Domain(
        written, low, high, low is None or value[0] == "(", high is None or value[close] == ")", integer=bool(tail)
    )
    if low_sign > 0 or high_sign < 0 or (low is not None and high is not None and low >= high):
        # Each end keeps its bracket: `(2, 0]` was meant to hold 0 and not 2.
        mirror = dict(zip("([)]", ")]([", strict=True))
        swapped = f"{mirror[value[close]]}{parts[1].strip()}, {parts[0].strip()}{mirror[value[0]]}{tail}"
        help = None if low == high else f"write {quoted(swapped)}"
        _report(log, "ACT133", text, f"{quoted(value)} is empty: its low end is not below its high one", help)
        return None
    if domain.integer and not _has_integer(domain):
        _report(log, "ACT133", text, f"{quoted(value)} is empty: no integer lies between its ends", None)
        return None
    return domain


def _part(text: Text, start: int, part: str) -> Text:
    """One end, which stands at the index ``start`` of the text."""
    places = text.places[start : start + len(part)]
    return trimmed(Text(part, text.at(start), places))


def _end(text: Text, log: DiagnosticLog) -> tuple[Fraction | None, int] | None:
    """One end, None for infinity, and infinity's sign. What is wrong is reported, and the result is None then."""
    value = text.value
    if re.fullmatch(f"[+-]?{_INFINITY}", value):
        return None, -1 if value[0] == "-" else 1
    if not re.fullmatch(_NUMBER, value):
        help = "an end is a decimal number, a fraction such as `1/2`, `-inf` or `inf`"
        _report(log, "ACT134", text, f"{quoted(value)} is not a number" if value else "an end is missing", help)
        return None
    numerator, denominator = (_exact(part.strip()) for part in (value if "/" in value else value + "/1").split("/"))
    if denominator == 0:
        _report(log, "ACT134", text, f"{quoted(value)} divides by zero", None)
        return None
    number = None if numerator is None or denominator is None else numerator / denominator
    if number is None or abs(number) > _LARGEST or 0 < abs(number) < _SMALLEST:
        message = f"{quoted(value)} is beyond float64's range, or has more than {_DIGIT_LIMIT:,} digits"
        huge = "-" not in value.lower().partition("e")[2]
        _report(log, "ACT134", text, message, "write `inf` if no bound is meant" if huge else None)
        return None
    return number, 0


def _exact(decimal: str) -> Fraction | None:
    """The number, None where it is beyond all range. Its size is judged first: ``1e999999999`` must not be computed."""
    mantissa, _, exponent = decimal.lower().partition("e")
    if sum(c.isdigit() for c in mantissa) > _DIGIT_LIMIT:
        return None
    if not mantissa.strip("+-0."):
        return Fraction(0)
    digits = exponent.lstrip("+-").lstrip("0")
    if len(digits) > len(str(_EXPONENT_LIMIT)) or int(digits or "0") > _EXPONENT_LIMIT:
        return None
    return Fraction(decimal)


def _words(value: str) -> list[str]:
    """Split at YAML's white space alone, as the pattern does."""
    return [word for word in re.split("[ \t\r\n]+", value) if word]


def _has_integer(domain: Domain) -> bool:
    if domain.low is None or domain.high is None:
        return True
    low, high = ceil(domain.low), floor(domain.high)
    low += domain.low_open and low == domain.low
    high -= domain.high_open and high == domain.high
    return low <= high


def _report(log: DiagnosticLog, code: str, text: Text, message: str, help: str | None) -> None:
    log.report(code, text.location, message, help, length=len(text.value))
