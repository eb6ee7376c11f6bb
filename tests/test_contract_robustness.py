"""Whatever a file says, the compiler answers with diagnostics that lie in it, and never with an exception."""

from __future__ import annotations

import random
import re

import pytest

from actc.model.compiled import CompiledFile
from actc.pipeline import compile_source

SOUND = (
    """\
name: swish
summary: Self-gated unit; beta moves it.
parameters:
  beta: {default: 1.0, domain: positive, trainable: true}
let:
  s: sigmoid(beta * x)
expression: x * s
derivative: s + beta * x * s * (1 - s)
examples:
  - {x: 0, value: 0, derivative: 0.5}
""",
    """\
name: leaky
parameters: {alpha: {default: 0.2, domain: "[0, 1)"}, n: {default: 2, domain: positive integer}}
expression: x if x > 0 else alpha * x
derivative: {x: 1 if x > 0 else alpha, alpha: "min(x, 0)"}
aliases: [l]
---
name: gate
inputs: {a: real, b: positive}
let: {c: a > 0, d: "log(b)"}
expression: Piecewise((a * d, c), (0, True))
surrogate: {a: d}
accept: {ACT302: as published}
""",
    """\
name: soft
parameters: {t: 0.5}
expression: sign(x) * Max(Abs(x) - t, 0)
derivative: "1 if Abs(x) > t else 0"
examples: [{x: 1, t: 0.25, value: 0.75}, {x: -1/3, value: 0}]
---
name: bump
expression: exp(-x**2/2)/sqrt(2*pi) + 0.1*atan2(x, 2) % 3
tags: [a, b]
""",
)
"""What is mutated. In flow mappings, in calls, between documents: every part of the language is near some edge."""

INSERTED = (
    *("(", ")", "x", "0", "1", "**", "/", "- ", "*", " if ", ": ", "\n", "{", "}", "[", "]", ",", "'", '"', "#", "&"),
    *("|", "é", "\t", "y", "log", "1e9", "nan", "inf", "%", ">", "==", "-1", "---\n", "<<", "!", "Abs(", "floor("),
    *("sqrt(", "?", "0.5", "beta", "a", "\\", "\u2028", "\U0001f600", "e", "e92", "E", "~", "<", ".", "; ", "\r"),
)
COUNT = 330


def compiled(text: str) -> CompiledFile:
    return compile_source("a.yaml", text.encode("utf-8", errors="surrogatepass"), "generated")


def lines(text: str) -> list[str]:
    """The lines of a file as YAML and editors count them."""
    return re.split("\r\n|\r|\n", text)


def mutated(seed: int) -> str:
    """A sound file with one to three slips of the keyboard; the same for the same seed, always."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    text = SOUND[seed % len(SOUND)]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(text))
        match chance.randrange(6):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + chance.choice(INSERTED) + text[at:]
            case 2:
                text = text[:at] + text[at] * 2 + text[at + 1 :]
            case 3:
                rows = text.split("\n")
                a, b = chance.randrange(len(rows)), chance.randrange(len(rows))
                rows[a], rows[b] = rows[b], rows[a]
                text = "\n".join(rows)
            case 4:
                text = text[:at] + text[at + chance.randrange(1, 12) :]
            case _:
                text = text[:at] + chance.choice(INSERTED) + text[at + 1 :]
    return text


def assert_answered(text: str) -> None:
    """Every finding lies in the file; a module is there just where there is no error."""
    found = compiled(text)
    rows = lines(text)
    for diagnostic in found.diagnostics:
        line, column = diagnostic.location.line, diagnostic.location.column
        assert 1 <= line <= len(rows), (diagnostic, text)
        assert 1 <= column <= len(rows[line - 1]) + 1, (diagnostic, text)
        assert "\n" not in diagnostic.message
    assert (found.module is None) == any(d.is_error for d in found.diagnostics), text


def test_the_files_that_are_mutated_are_right() -> None:
    """What the slips are made in compiles."""
    for text in SOUND:
        assert compiled(text).module is not None


@pytest.mark.parametrize("start", range(0, COUNT, 30))
def test_slips_of_the_keyboard_never_raise(start: int) -> None:
    """Files with characters lost, doubled or struck by mistake are answered with findings that lie in them."""
    for seed in range(start, start + 30):
        assert_answered(mutated(seed))


@pytest.mark.parametrize(
    "text",
    [
        "name: a\nexpression: x + exp(exp(50))\n",
        "name: a\nexpression: x + exp(exp(30))\n",
        "name: a\nexpression: x*exp(-exp(50))\n",
        "name: a\nexpression: x + 9**9**9**9\n",
        "name: a\nexpression: x**1000000000\n",
        "name: a\nexpression: x**(1/1000000007)\n",
        "name: a\nexpression: exp(-x*1e92/2)\n",
        "name: a\nexpression: exp(-exp(exp(x)))\nexamples: [{x: 9, value: 0}, {x: 0, value: 0.07}]\n",
        "name: a\nexpression: exp(-exp(exp(x)))\nderivative: -exp(exp(x))*exp(x)*y\n",
        "name: a\nexpression: exp(exp(x))\nexamples: [{x: 50, value: 3}, {x: exp(exp(50)), value: 1.0}]\n",
        "name: a\nparameters: {b: exp(exp(50))}\nexpression: b*x\n",
        "name: a\nparameters: {b: {default: exp(-exp(50)), domain: positive}}\nexpression: b*x\n",
        "name: a\nexpression: sign(x)\nderivative: 1\n",
        "name: a\nparameters: {t: 1}\nexpression: round(x*t)\nderivative: {x: 2, t: -1}\n",
        "name: a\nexpression: " + "-" * 100 + "x\n",
        "name: a\nexpression: " + "+".join(f"Abs(x - {k})" for k in range(12)) + "\n",
        "name: a\nexpression: Piecewise((x, x > 1))\n",
        "name: a\nexpression: Piecewise((x, x > 1), (x**2, x < 1), (1, x == 1))\n",
        "name: a\ninputs: {x: positive}\nexpression: Piecewise((x, x > 0))\n",
        "name: a\nexpression: 1 if x == x else 2\n",
        "name: a\nexpression: x if True else -x\n",
        "name: a\nexpression: x if False else -x\n",
        "name: a\nexpression: Max(x)\nderivative: 1\n",
        "name: a\ninputs: [a, b, c, d]\nexpression: max(a, b, c, d)\n",
    ],
    ids=lambda text: text[8:50].replace("\n", " "),
)
def test_extremes_never_raise(text: str) -> None:
    """Numbers too large to be written out, constant gradients, trivial branches: each has an answer."""
    assert_answered(text)
