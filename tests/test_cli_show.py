"""``actc show``: activations by name, from the project or shipped, with all that is known of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from workspace import Workspace

from actc.cli import main
from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.model.compiled import Accuracy, RegionErrors
from actc.model.relative import Relative
from actc.model.verdict import Kink
from actc.pipeline import compile_source
from actc.reporting.show_text import Page, Shown, show_text
from actc.reporting.terminal import Palette

Show = Callable[..., Run]

SWISH = """\
name: swish
summary: Self-gated unit.
reference: https://arxiv.org/abs/1710.05941
aliases: [e_silu]
parameters:
  beta: {default: 1.0, domain: positive, trainable: true, summary: sharpness}
let:
  s: sigmoid(beta*x)
expression: x*s
derivative: s + beta*y*(1 - s)
"""

LEAKY = """\
name: my_leaky
parameters: {slope: 0.2}
expression: x if x > 0 else slope*x
---
name: my_step
expression: step(x)
surrogate: 1/(1 + Abs(x))**2
"""


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_actc: Callable[..., Run]) -> Show:
    """Runs ``actc show`` in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **files: str) -> Run:
        for stem, text in files.items():
            Path("activations").mkdir(exist_ok=True)
            Path(f"activations/{stem}.yaml").write_text(text, "utf-8")
        return run_actc("show", *arguments)

    return run


def test_everything_that_is_known_is_shown(show: Show) -> None:
    """Formula, gradients with verdicts, parameters, legend and origin, in the author's names."""
    run = show("swish", swish=SWISH)
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("swish: Self-gated unit.\n\n  swish(x) = x·s\n")
    assert (
        described(relatives=(), accuracy=None)
        == """\
swish: Self-gated unit.

  swish(x) = x·s
  s = σ(β·x)

  ∂swish/∂x = s + β·y·(1 − s)
    claimed; proved: identity of rational functions in x, beta, exp(x*beta)

  ∂swish/∂β = x²·s·(1 − s)
    derived

  beta = 1.0  β, positive, trainable, sharpness

  y is the value of swish
  σ is the logistic sigmoid, 1/(1 + exp(-t))

  at the default β = 1:
    tends to 0 as x → −∞ and to ∞ as x → ∞
    falls until x = −1.27846, then rises
    range [−0.278465, ∞)
    zero at x = 0

  reference: https://arxiv.org/abs/1710.05941
  also called e_silu
  swish.yaml:1
"""
    )


def test_relatives_are_shown() -> None:
    """What it equals among the shipped ones stands below, as ``actc check`` says it."""
    relative = Relative("silu", "equals silu at beta = 1", False, (("beta", "1"),), ())
    assert "\n\n  equals silu at beta = 1\n\n" in described(relatives=(relative,))


def test_kinks_and_surrogates_are_shown(show: Show) -> None:
    """A kink with both sides and the value used; how far a surrogate is from the derivative."""
    run = show("my_leaky", "my_step", mine=LEAKY)
    assert run.code == 0
    assert "⎧ x    if x > 0" not in run.out
    assert "  my_leaky(x) = ⎨\n" in run.out
    assert "  kink at x = 0: left 0.2, right 1, used 0.2\n" in run.out
    assert "    surrogate, in place of the derivative: 1 where the derivative is 0, at x = 0\n" in run.out
    assert "  jump at x = 0: left 0, right 0, used 1\n" in run.out
    assert run.out.count("\n\n") > 6


def test_shipped_activations_are_found_by_alias(show: Show) -> None:
    """Without any source of one's own, and each activation once however often it is named."""
    run = show("hard_swish", "hard_silu", "hard_swish")
    assert run.code == 0
    assert run.out.startswith("hard_silu: ")
    assert run.out.count("∂hard_silu/∂x") == 1
    assert run.out.endswith("also called hard_swish\n  comes with actc\n")


def test_ones_own_comes_first(show: Show) -> None:
    """A project's activation hides a shipped one of that name."""
    run = show("relu", mine="name: relu\nexpression: Max(0, x)**2/x if x > 0 else 0\n")
    assert run.out.endswith("activations/mine.yaml:1\n")


@pytest.mark.parametrize(
    ("asked", "help"),
    [
        ("swihs", "did you mean `swish`"),
        ("my_leeky", "did you mean `my_leaky`"),
        ("Hard-Swish", "did you mean `hard_swish`?"),
        ("qqqqqqq", "the shipped ones are in"),
    ],
)
def test_an_unknown_name_is_a_misuse(show: Show, asked: str, help: str) -> None:
    """Exit 2, with the nearest names, of the sources and of the catalogue alike."""
    run = show(asked, mine=LEAKY)
    assert (run.code, run.out) == (2, "")
    assert f"no activation `{asked}` in the sources or shipped with actc" in run.err
    assert help in run.err


def test_what_is_wrong_is_shown_and_fails(show: Show) -> None:
    """The counterexample stands with the claim, the diagnostic goes to standard error, and the exit code is 1."""
    run = show("soft", soft="name: soft\nexpression: x/(1 + Abs(x))\nderivative: 1 - y**2\n")
    assert run.code == 1
    assert "error[ACT201]" in run.err
    assert "  ∂soft/∂x = 1 − y²\n    claimed; refuted: at x = 1: claimed 0.75, actual 0.25\n" in run.out


def test_a_file_that_cannot_be_read_as_mathematics_shows_its_text(show: Show) -> None:
    """An unknown function is reported, and the formula stands there as it was written."""
    run = show("odd", odd="name: odd\nexpression: x*sigmod(x)\n")
    assert run.code == 1
    assert "ACT153" in run.err
    assert "  odd(x) = x*sigmod(x)\n" in run.out


def test_other_activations_of_the_file_are_not_blamed(show: Show) -> None:
    """What is wrong in the document beside it is not this activation's."""
    text = "name: good\nexpression: tanh(x)\n---\nname: bad\nexpression: x**2\nderivative: x\n"
    run = show("good", mine=text)
    assert (run.code, run.err) == (0, "")
    assert show("bad", mine=text).code == 1


def test_a_file_that_cannot_be_read_is_told_where_a_name_is_missing(show: Show) -> None:
    """The name may well stand in it."""
    run = show("odd_one", odd="name: odd_one\n  expression: [x\n")
    assert run.code == 2
    assert "no activation `odd_one`" in run.err
    assert "no activation can be read in activations/odd.yaml: `actc check` says why" in run.err


def test_accepted_warnings_are_shown_with_their_reasons(show: Show) -> None:
    """They are not repeated as diagnostics."""
    text = "name: flat\nexpression: floor(x)\naccept: {ACT302: quantiser at inference}\n"
    run = show("flat", flat=text)
    assert run.code == 0
    shown = show("flat", "--format", "json", flat=text)
    codes = {d["code"] for d in json.loads(shown.out)["diagnostics"]}
    assert all(f"accepted {code}: quantiser at inference" in run.out for code in codes)
    assert codes
    twice = "name: flat\ninputs: [x, z]\nexpression: floor(x) + floor(z)\naccept: {ACT302: quantiser at inference}\n"
    assert show("flat", flat=twice).out.count("accepted ACT302") == 1


def test_json_is_that_of_check(show: Show, run_actc: Callable[..., Run]) -> None:
    """The same object for the activation, and only for it."""
    run = show("my_step", "--format", "json", mine=LEAKY)
    checked = json.loads(run_actc("check", "activations/mine.yaml", "--format", "json").out)
    found = json.loads(run.out)
    assert found["version"] == checked["version"]
    assert found["activations"] == [a for a in checked["activations"] if a["name"] == "my_step"]


def test_latex_can_be_pasted(show: Show) -> None:
    """An ``align*`` with one row for each formula; verdicts stand in comments."""
    run = show("swish", "--latex", swish=SWISH)
    assert run.code == 0
    assert (
        run.out
        == r"""% swish: Self-gated unit.
% by x: claimed; proved: identity of rational functions in x, beta, exp(x*beta)
% by beta: derived
% y is the value of swish
% \sigma is the logistic sigmoid, 1/(1 + exp(-t))
% at the default beta = 1:
% tends to 0 as x -> -inf and to inf as x -> inf
% falls until x = -1.27846, then rises
% range [-0.278465, inf)
% zero at x = 0
\begin{align*}
  \operatorname{swish}\left(x\right) &= x \, s \\
  s &= \sigma\left(\beta \, x\right) \\
  \frac{\partial \operatorname{swish}}{\partial x} &= s + \beta \, y \, \left(1 - s\right) \\
  \frac{\partial \operatorname{swish}}{\partial \beta} &= x^{2} \, s \, \left(1 - s\right)
\end{align*}
"""
    )


@pytest.mark.parametrize("flag", [(), ("--latex",)])
def test_no_file_drives_the_terminal(show: Show, flag: tuple[str, ...]) -> None:
    """Whatever text a file holds, what is printed has no control character."""
    evil = (
        'name: evil\nsummary: "a\\e[2J\\u202e"\nreference: "r\\e[0m"\nexpression: x\n'
        'parameters: {a: {default: 1, summary: "\\a"}}\n'
    )
    run = show("evil", *flag, evil=evil)
    assert run.code == 0
    assert not set(run.out) & set("\x1b\x07\u202e")
    assert "a\\x1b[2J\\u202e" in run.out


def test_an_encoding_without_mathematics_gets_ascii(show: Show) -> None:
    """Formulas are then in the language, and every line is ASCII."""
    show("swish", swish=SWISH)
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    assert main(["show", "swish"], out, io.StringIO()) == 0
    text = raw.getvalue().decode("ascii")
    assert "  swish(x) = x*s\n  s = sigmoid(beta*x)\n" in text
    assert "  d swish/dbeta = x**2*s*(1 - s)\n    derived\n" in text
    assert "\\u" not in text


def described(columns: int = 100, *, colour: bool = False, **changes: Any) -> str:
    """What is shown of ``SWISH`` if its report is changed so."""
    (spec,) = load("swish.yaml", SWISH.encode(), DiagnosticLog())
    (report,) = compile_source("swish.yaml", SWISH.encode(), "generated").activations
    shown = Shown(spec, replace(report, **changes), "swish.yaml", False, ())
    return show_text(shown, Page(columns, True, Palette(on=colour)))


def test_measured_accuracy_is_shown() -> None:
    """The greatest error of value and gradients, by type; results that are not finite only where there are any."""
    accuracy = (
        Accuracy("float32", 1.25, (("x", 2.04), ("beta", 3.0)), 0),
        Accuracy("float16", 0.5, (("x", 0.5),), 12),
    )
    text = described(accuracy=accuracy)
    assert "  float32: errors up to value 1.2, gradient by x 2.0, gradient by beta 3.0 ULP\n" in text
    assert "  float16: errors up to value 0.5, gradient by x 0.5 ULP; 12 results not finite\n" in text
    assert "ULP" not in described(accuracy=None)


def test_errors_beyond_counting_are_powers_of_ten() -> None:
    """Nobody reads three hundred digits; and a table of such numbers stays as narrow as one of others."""
    regions = tuple(RegionErrors("x", low, low + 1, ulp, (("x", 1.0),)) for low, ulp in ((0.0, 2.26e307), (1.0, 0.5)))
    text = described(accuracy=(Accuracy("float64", 2.26e307, (("x", 16598654.0),), 0, regions),))
    assert "float64: errors up to value 2.3e+307, gradient by x 1.7e+07 ULP\n" in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_sides_of_a_slight_kink_look_different() -> None:
    """Six digits are enough for most; where they are not, there are as many as it takes."""
    plain = Kink("kink", "x = 0", None, "x", 0.25, 1.0, 0.25)
    slight = Kink("kink", "x = 1", None, "x", 0.5, 0.49999995, 0.49999995)
    text = described(kinks=(plain, slight))
    assert "kink at x = 0: left 0.25, right 1, used 0.25\n" in text
    assert "kink at x = 1: left 0.5, right 0.49999995, used 0.49999995\n" in text


def test_errors_are_shown_by_region() -> None:
    """A column for each region of the input in which something was measured, from the least to the greatest."""
    regions = (
        RegionErrors("x", 20.0, inf, 0.5, (("x", inf),)),
        RegionErrors("x", -inf, -20.0, 7.96, (("x", 0.25),)),
        RegionErrors("x", -1.0, 0.0, 1.0, (("x", 2.0),)),
    )
    single = Accuracy("float32", 7.96, (("x", 2.0),), 3, regions)
    text = described(accuracy=(single, Accuracy("float64", 1.0, (("x", 1.0),), 0, regions[2:])))
    assert (
        """
  ULP by region          x < -20  -1 to 0  x >= 20
  float32 value              8.0      1.0      0.5
  float32 gradient by x      0.2      2.0      inf
  float64 value                       1.0
  float64 gradient by x               2.0
"""
        in "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    )


def test_a_narrow_terminal_gets_one_line_at_a_time() -> None:
    """What does not fit in two dimensions is written on one line, and that is broken at spaces."""
    text = described(columns=25)
    assert "\n  ∂swish/∂x = s + β·y·(1\n      − s)\n" in text
    assert "\n  ∂swish/∂x = s + β·y·(1 − s)\n" in described(columns=34)


def test_the_verdict_is_coloured() -> None:
    """Green for what is proved, bold for the name; the text itself is the same."""
    text = described(colour=True)
    assert "claimed; \x1b[32mproved\x1b[0m: identity" in text
    assert text.startswith("\x1b[1mswish\x1b[0m: ")


def test_colour_only_on_a_terminal(show: Show) -> None:
    """A pipe gets no escape sequences."""
    assert "\x1b" not in show("swish", swish=SWISH).out


def test_a_missing_folder_that_is_configured_is_a_misuse(show: Show) -> None:
    """The default folder may be missing, one that the configuration names may not."""
    Path("pyproject.toml").write_text('[tool.actc]\nsources = ["mine"]\n', "utf-8")
    run = show("relu")
    assert run.code == 2
    assert "no such file or folder: mine" in run.err


def test_show_needs_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is shown for nothing."""
    run = Workspace(tmp_path, monkeypatch).actc("show")
    assert run.code == 2
    assert "NAME" in run.err


def test_a_crash_is_reported_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the compiler exits 70, as it does for ``check``."""
    work = Workspace(tmp_path, monkeypatch)
    work.activation("odd", "expression: x\n# fake: crash\n")
    run = work.actc("show", "odd")
    assert run.code == 70
    assert "internal error" in run.err


def test_a_file_that_takes_too_long_is_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of the configuration hold; the verdict is then undecided."""
    work = Workspace(tmp_path, monkeypatch)
    work.write("pyproject.toml", "[tool.actc]\nlimits = {seconds = 0.2}\n")
    work.activation("slow", "expression: x\n# fake: hang\n")
    run = work.actc("show", "slow")
    assert run.code == 1
    assert "ACT407" in run.err
    assert "  ∂slow/∂x\n    undecided\n" in run.out
