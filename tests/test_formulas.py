"""Formulas as they are set: each notation, read again by somebody who knows nothing of actc, is the same function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import latex_reader
import mpmath
import oracle
import oracle_language
import pytest
import yaml
from conftest import ACTIVATIONS
from corpus import corpus
from mpmath import mp, mpf

from actc.calculus.analyse import analyse
from actc.calculus.readable import formula_text, readable, without_ties
from actc.diagnostics import DiagnosticLog
from actc.frontend.expressions import Scope
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.model.expr import Expr, symbol
from actc.model.operations import CONSTANT_NAMES, FUNCTION_NAMES
from actc.model.spec import ActivationSpec, Named, Text
from actc.model.text import number_text, to_text
from actc.reporting.latex_math import LatexNotation
from actc.reporting.show_formulas import read
from actc.reporting.unicode_math import UnicodeNotation

POINTS = (Fraction(7, 10), Fraction(-13, 10), Fraction(31, 10), Fraction(-23, 5))
SET = {"epsilon": r"\varepsilon", "lam": r"\lambda"}
GREEK = frozenset(
    ["alpha", "beta", "gamma", "delta", "zeta", "eta", "theta", "iota", "kappa", "mu", "nu", "xi", "rho", "sigma",
     "tau", "upsilon", "phi", "chi", "psi", "omega"]
)  # fmt: skip


def texts(spec: ActivationSpec) -> Iterator[str]:
    """Every formula of a document."""
    yield spec.expression.value
    for given in (spec.derivative, spec.surrogate):
        parts = given or ()
        yield from (named.value.value for named in (*spec.let, *(parts if isinstance(parts, tuple) else ())))
        if isinstance(given, Text):
            yield given.value


def specs() -> Iterator[tuple[str, frozenset[str], tuple[str, ...]]]:
    """Name, names that may stand in the formulas, and the formulas, of what is shipped and of the corpus."""
    for path in sorted(ACTIVATIONS.glob("*.yaml")):
        for spec in load(path.name, path.read_bytes(), DiagnosticLog()):
            names = {*(i.name.value for i in spec.inputs), *(p.name.value for p in spec.parameters)}
            let = {named.name.value for named in spec.let if isinstance(named, Named)}
            # Every name stands for a number below: formulas with the name of a condition are left out.
            conditions = {n.name.value for n in spec.let if re.search("[<>]|==|!=", n.value.value)}
            shown = [text for text in texts(spec) if not conditions & set(re.findall(r"\w+", text))]
            yield spec.name.value, frozenset(names | let | {"y"}), tuple(dict.fromkeys(shown))
    for document in corpus():
        (spec,) = load("a.yaml", document.text().encode(), DiagnosticLog())
        names = {*document.inputs, *document.parameters, *(named.name.value for named in spec.let), "y"}
        claims = (c.text for c in document.right)
        yield document.name, frozenset(names), (*texts(spec), *claims)


EVERY = list(specs())


def expression(text: str, names: frozenset[str]) -> Expr:
    """The text as the compiler reads it, each name a symbol."""
    found = read(text, Scope({name: symbol(name) for name in names}, names & FUNCTION_NAMES))
    assert found.expr is not None, text
    return found.expr


def points(names: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Numbers without a pattern, for every name."""
    for i, first in enumerate(POINTS):
        yield {n: mpf(first.numerator) / first.denominator + mpf(k * (i + 3)) / 17 for k, n in enumerate(sorted(names))}


def truth(text: str, at: dict[str, Any]) -> Any:
    """What the oracle makes of the text, None where it is not real there."""
    try:
        found = oracle_language.Formula.parse(" ".join(text.split())).at(at)
    except (ArithmeticError, ValueError, TypeError):
        return None
    return None if isinstance(found, mpmath.mpc) or not mp.isfinite(found) else found


def same(a: Any, b: Any) -> bool:
    """To 25 of the 40 digits that are computed with; erf and its like lose some."""
    return bool(a == b) if isinstance(b, bool) else abs(a - b) <= mpf(10) ** -25 * (1 + abs(b))


def set_in_latex(name: str) -> str:
    """How the reader of LaTeX sees a name: Greek letters as commands, a number behind it as an index."""
    stem = name.rstrip("0123456789")
    index = name[len(stem) :]
    if not stem or stem.endswith("_"):
        stem, index = name, ""
    stem = SET.get(stem) or ("\\" + stem if stem in GREEK else stem)
    return f"{stem}_{index}" if index else stem


@pytest.mark.parametrize(("names", "formulas"), [e[1:] for e in EVERY], ids=[e[0] for e in EVERY])
def test_latex_reads_as_the_same_function(names: frozenset[str], formulas: tuple[str, ...]) -> None:
    """Every formula that is shipped or in the corpus, at four points, by an independent reader of LaTeX."""
    judged = 0
    with mp.workdps(40):
        for text in formulas:
            latex = LatexNotation(names).set(expression(text, names))
            for at in points(names):
                expected = truth(text, at)
                if expected is not None:
                    found = latex_reader.value(latex, {set_in_latex(n): v for n, v in at.items()})
                    assert same(found, expected), (text, latex, at)
                    judged += 1
    assert judged


_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "0123456789-+()abcdefghijklmnoprstuvwxyz", strict=True))
_WORDS = {
    "−": "-", "·": "*", "≤": "<=", "≥": ">=", "≠": "!=", " = ": " == ", "σ(": "sigmoid(", "Φ(": "normal_cdf(",
    "Γ(": "gamma(", "ψ(": "digamma(", "∛": "cbrt", " mod ": " % ", "^": "**", "π": "pi",
}  # fmt: skip
_LETTERS = dict(
    zip("αβγδεζηθικλμνξρστυφχψω",
        ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lam", "mu", "nu",
         "xi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"], strict=True)
)  # fmt: skip


def typed(shown: str, names: frozenset[str] = frozenset()) -> str:
    """A formula in Unicode as somebody would type it again for Python, who knows what is a name in it."""
    if "phi" not in names:
        shown = shown.replace("φ", "GoldenRatio")
    shown = re.sub(f"[{''.join(_RAISED)}]+", lambda m: f"**({''.join(_RAISED[c] for c in m.group())})", shown)
    shown = re.sub(r"√([\w.]+)", r"sqrt(\1)", shown).replace("√(", "sqrt(")
    for signs in (_WORDS, _LETTERS):
        for sign, word in signs.items():
            shown = shown.replace(sign, word)
    return shown if "e" in names else re.sub(r"(?<![\w.])e(?![\w(])", "E", shown)


@pytest.mark.parametrize(("names", "formulas"), [e[1:] for e in EVERY], ids=[e[0] for e in EVERY])
def test_unicode_reads_as_the_same_function(names: frozenset[str], formulas: tuple[str, ...]) -> None:
    """As LaTeX, but typed again for the oracle; bars, brackets of floor and cases are looked at below."""
    with mp.workdps(40):
        for text in formulas:
            box = UnicodeNotation(names, stacked=False).set(expression(text, names))
            assert box.flat
            if set(box.lines[0]) & set("|⌊⌈{"):
                continue
            for at in points(names):
                expected = truth(text, at)
                if expected is not None:
                    assert same(truth(typed(box.lines[0], names), at), expected), (text, box.lines[0])


@pytest.mark.parametrize(("names", "formulas"), [e[1:] for e in EVERY], ids=[e[0] for e in EVERY])
def test_ascii_and_tidied_formulas_read_as_the_same_function(names: frozenset[str], formulas: tuple[str, ...]) -> None:
    """What is printed in the language, as it is and tidied, is parsed again and has the same values."""
    with mp.workdps(40):
        for text in formulas:
            expr = expression(text, names)
            printed, tidied = to_text(expr), to_text(readable(expr, ["x"]))
            assert expression(tidied, names) is not None
            for at in points(names):
                expected = truth(text, at)
                if expected is not None and "undefined" not in printed:
                    assert same(truth(printed, at), expected), (text, printed)
                    assert same(truth(tidied, at), expected), (text, tidied)


def shown(text: str, *, stacked: bool = True) -> str:
    """The formula in Unicode, without blanks at the ends of its lines."""
    words = set(re.findall(r"[a-zA-Z_]\w*", text)) - FUNCTION_NAMES - CONSTANT_NAMES
    names = frozenset(words - {"if", "else", "and", "or", "not"})
    box = UnicodeNotation(names, stacked=stacked).set(expression(text, names))
    assert len({len(line) for line in box.lines}) == 1
    return "\n".join(line.rstrip() for line in box.lines)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("s + beta*x*s*(1 - s)", "s + β·x·s·(1 − s)"),
        ("a - (b - c) + (d + f)", "a − (b − c) + d + f"),
        ("a - (-b) + (-c)", "a − (−b) + (−c)"),
        ("-(a + b)*c", "−(a + b)·c"),
        ("(-a)**2 - a**2", "(−a)² − a²"),
        ("-x**2/2", "−x²/2"),
        ("-a*b*c/x + -2*a", "−a·b·c/x + (−2·a)"),
        ("(x/2)**2/(2*a)", "(x/2)²/(2·a)"),
        ("x**-3 + x**n + x**(a/2) + x**0.5 + 2**x", "x⁻³ + xⁿ + x^(a/2) + √x + 2ˣ"),
        ("(x**2)**3", "(x²)³"),
        ("sqrt(b**2) - sqrt(b)**2", "√(b²) − (√b)²"),
        ("exp(-2*x)*(-3)", "exp(−2·x)·(−3)"),
        ("2*(x % 1) + x % 2*x", "2·(x mod 1) + (x mod 2)·x"),
        ("exp(-x)*sqrt(x + 1)*cbrt(x)*log1p(x)", "exp(−x)·√(x + 1)·∛x·log(1 + x)"),
        ("log_sigmoid(x) + silu(x)", "log(σ(x)) + x·σ(x)"),
        ("Abs(x) + floor(x/2) - ceiling(Abs(x - 1))", "|x| + ⌊x/2⌋ − ⌈|x − 1|⌉"),
        ("Max(a, b, Min(c, 1))", "max(a, b, min(c, 1))"),
        ("x % 2 + x*(x % 3)", "(x mod 2) + x·(x mod 3)"),
        ("1 if 0 < x < 1 else 0", "{ 1 if 0 < x < 1, 0 otherwise }"),
        ("2*(1 if x >= 1 or x != a else 0)", "2·({ 1 if x ≥ 1 or x ≠ a, 0 otherwise })"),
        ("1e-7*x + 0.044715*x**3 + 1/3", "10⁻⁷·x + 0.044715·x³ + 1/3"),
        ("sigma*sigmoid(x)", "σ·sigmoid(x)"),  # the letter is taken
        ("gamma_1*E*pi + GoldenRatio", "gamma_1·e·π + φ"),
    ],
)
def test_formulas_on_one_line(text: str, line: str) -> None:
    """Parentheses stand where they are needed and nowhere else."""
    assert shown(text, stacked=False) == line


@pytest.mark.parametrize(
    ("text", "picture"),
    [
        ("x/2", "x/2"),
        ("1 + x/sqrt(x**2 + b)", "        x\n1 + ─────────\n    √(x² + b)"),
        (
            "x if x > 0 else alpha*expm1(x)",
            "⎧ x               if x > 0\n⎨\n⎩ α·(exp(x) − 1)  otherwise",
        ),
        (
            "Piecewise((0, x <= -3), (x, x >= 3), (x*(x + 3)/6, True))",
            "⎧ 0          if x ≤ −3\n⎪ x          if x ≥ 3\n⎪\n⎨ x·(x + 3)\n⎪ ─────────  otherwise\n⎩     6",
        ),
        (
            "exp((a + b)/(c + d))*f",
            "   ⎛a + b⎞\nexp⎜─────⎟·f\n   ⎝c + d⎠",
        ),
        ("-(a + b)/c", "  a + b\n− ─────\n    c"),
        ("-(a + b + c)/(a + d)", "  a + b + c\n− ─────────\n    a + d"),
    ],
)  # fmt: skip
def test_formulas_on_several_lines(text: str, picture: str) -> None:
    """Fractions, tall parentheses and cases stand on one base line with what is beside them."""
    assert shown(text) == picture


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x*sigmoid(beta*x)", r"x \, \sigma\left(\beta \, x\right)"),
        ("-x**2/2", r"-\frac{x^{2}}{2}"),
        ("sin(a*x)**2", r"\sin^{2}\left(a \, x\right)"),
        ("1/sin(x)", r"\frac{1}{\sin\left(x\right)}"),
        ("sin(x)**-1", r"\sin\left(x\right)^{-1}"),  # the name with -1 would be the inverse function
        ("exp(x)**2", r"\left(\mathrm{e}^{x}\right)^{2}"),
        ("neg_slope*x1 + a_2", r"\mathrm{neg\_slope} \, x_{1} + \mathrm{a\_2}"),
        ("2*3**x", r"2 \cdot 3^{x}"),
        ("1 if x > 0 else 0", r"\begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}"),
    ],
)
def test_latex_is_what_a_mathematician_types(text: str, latex: str) -> None:
    """The commands of LaTeX and amsmath, with products as thin spaces."""
    names = frozenset(re.findall(r"[a-z]\w*", text)) - FUNCTION_NAMES - {"if", "else"}
    assert LatexNotation(names).set(expression(text, names)) == latex


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction("1.0507009873554804934193349852946"), "1.0507009873554804934193349852946"),
        (Fraction("-0.00123456789012345678901"), "-0.00123456789012345678901"),
        (Fraction(1, 2**70), f"1/{2**70}"),
        (Fraction(44715, 10**6), "0.044715"),
        (Fraction(1, 3), "1/3"),
    ],
)
def test_decimals_keep_their_digits(value: Fraction, text: str) -> None:
    """A constant with more digits than float64 has is written as its author wrote it."""
    assert number_text(value) == text
    assert Fraction(text) == value


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("x*4*sigmoid(2*a)*sigmoid(-2*a)", "x*(1 - tanh(a)**2)"),
        ("1 + -4*sigmoid(2*x)*sigmoid(-2*x)", "tanh(x)**2"),
        ("x*sigmoid(b*x)*sigmoid(-b*x)*b", "b*x*sigmoid(b*x)*(1 - sigmoid(b*x))"),
        ("2*1/2/sqrt(x**2 + b)*x", "x/sqrt(x**2 + b)"),
        ("x + 3 + x", "2*x + 3"),
        ("a*exp(x/a)/a - x/a**2*exp(x/a)*a", "exp(x/a) - x*exp(x/a)/a"),
        ("(1 if x > 0 else 0) if Max(x, 0) < 6 else 0", "1 if x < 6 and x > 0 else 0"),
        ("(1/2 if (x + 1)/2 > 0 else 0) if Max((x + 1)/2, 0) < 1 else 0", "1/2 if x < 1 and x > -1 else 0"),
        ("1 if x > a else 1 if x < -a else 0", "1 if x > a or x < -a else 0"),
        ("-(a - b)", "b - a"),
        ("x - x", "0"),
        ("x**2*x**-2*0.044715*3*x", "0.134145*x"),
    ],
)
def test_derivatives_are_tidied(text: str, tidied: str) -> None:
    """What the chain rule leaves is collected, cancelled and merged, as a person would write it."""
    names = frozenset(re.findall(r"[a-z]\w*", text)) - FUNCTION_NAMES - {"if", "else"}
    assert to_text(readable(expression(text, names), ["x"])) == tidied


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Max(a, 0) if x == b else 1", "1"),
        ("a if x == 0 and a > 1 else a*b if x == 1 else 2*a", "2*a"),
        ("0 if x == 0 else sin(x)/x", "0 if x == 0 else sin(x)/x"),  # the value that a singularity is filled with
        ("a if x > 0 else 1", "a if x > 0 else 1"),
    ],
)
def test_values_at_kinks_that_depend_on_parameters_are_left_to_the_report(text: str, rest: str) -> None:
    """A derived gradient is shown as it is between the kinks; which value is used at them stands below."""
    names = frozenset(re.findall(r"[a-z]\w*", text)) - FUNCTION_NAMES - {"if", "else", "and"}
    assert to_text(without_ties(expression(text, names))) == rest


def documents() -> Iterator[tuple[str, str]]:
    """Activation files without claims, by name: of all that is shipped, and of a third of the corpus."""
    for path in sorted(ACTIVATIONS.glob("*.yaml")):
        for fields in yaml.load_all(path.read_text("utf-8"), Loader=yaml.BaseLoader):  # 0.1 stays the text that it is
            kept = {key: value for key, value in fields.items() if key in KEPT}
            for parameter in kept.get("parameters", {}).values():
                if isinstance(parameter, dict):
                    parameter.pop("trainable", None)
            yield kept["name"], yaml.safe_dump(kept, sort_keys=False, width=10**6)
    for document in corpus()[::3]:
        yield document.name, document.text()


KEPT = ("name", "inputs", "parameters", "let", "expression")
DERIVED = list(documents())


@pytest.mark.parametrize("text", [d[1] for d in DERIVED], ids=[d[0] for d in DERIVED])
def test_derived_gradients_are_shown_as_they_are(text: str) -> None:
    """What a report says of a derived gradient, in the author's names, is the function that differences give."""
    (activation,) = oracle.read(text)
    log = DiagnosticLog()
    (spec,) = load("a.yaml", text.encode(), log)
    resolved = resolve(spec, log)
    assert resolved is not None
    gradients = analyse(resolved, log)
    assert gradients is not None
    judged = unshown = 0
    for found in gradients.gradients:
        spelled = formula_text(resolved, found)
        if not spelled:  # too long to be shown
            unshown += 1
            continue
        formula = oracle_language.Formula.parse(spelled)
        for x in POINTS:
            at = {name: str(x + Fraction(k, 7)) for k, name in enumerate(activation.inputs)}
            try:
                sides = activation.sides(found.variable, at)
                with mp.workdps(60):
                    shown_value = activation.raw(formula, at)
            except ArithmeticError:  # undefined there, or between two values of a step
                continue
            room = mpf(10) ** -12 * (1 + abs(shown_value))
            assert min(sides) - room <= shown_value <= max(sides) + room, (found.variable, at)
            judged += 1
    assert judged or unshown == len(gradients.gradients)
