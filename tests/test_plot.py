"""``actc plot``: the curves are right, the pictures can be read, and mistakes are told."""

from __future__ import annotations

import importlib.util
import io
import math
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import mpmath
import pytest
from conftest import Run

from actc.cli import main
from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.model.domain import Domain
from actc.model.expr import apply, constant, number, symbol
from actc.pictures.curves import extent, sampled
from actc.pictures.functions import Drawable, Function, drawable, zeros
from actc.pictures.sliders import slider
from actc.pictures.terminal_plot import terminal_text
from actc.pictures.ticks import ticks
from actc.pictures.views import Curve, Mark, Panel, Picture, TooManyCurvesError, default_range, picture
from actc.pipeline import compile_source
from actc.reporting.numbers import read_number

FILE = """\
name: bent
parameters: {slope: 0.25, theta: 0}
expression: x if x > theta else slope*x
---
name: steep
expression: log(1 + exp(x))
---
name: fire
parameters: {theta: 1}
expression: 1 if x > theta else 0
surrogate: exp(-x**2)
---
name: gate
inputs: [signal, gate]
expression: signal*sigmoid(gate)
---
name: root
inputs: {x: nonnegative}
expression: sqrt(x)
---
name: cut
expression: min(max(x, 0), 20)
"""


@pytest.fixture(scope="module")
def known() -> dict[str, Drawable]:
    """The activations of the file, ready to be drawn."""
    data = FILE.encode()
    compiled = compile_source("file.yaml", data, "p")
    assert [d for d in compiled.diagnostics if d.is_error] == []
    specs = load("file.yaml", data, DiagnosticLog())
    return {s.name.value: drawable(s, r) for s, r in zip(specs, compiled.activations, strict=True)}


def drawn(
    known: dict[str, Drawable], *names: str, span: tuple[int, int] | None = None, **values: Sequence[str]
) -> Picture:
    settings = {name: tuple(Fraction(v) for v in texts) for name, texts in values.items()}
    return picture([known[n] for n in names], settings, span and (Fraction(span[0]), Fraction(span[1])))


def points(curve: Curve) -> list[tuple[float, float]]:
    return [point for line in curve.lines for point in line]


def softplus(x: float) -> mpmath.mpf:
    with mpmath.workdps(900):
        return mpmath.log1p(mpmath.exp(mpmath.mpf(x)))


def test_curves_are_right_where_a_naive_formula_overflows(known: dict[str, Drawable]) -> None:
    """Value and gradient of log(1 + exp(x)) from -2000 to 2000, against mpmath."""
    ((value, gradient),) = drawn(known, "steep", span=(-2000, 2000)).columns
    assert len(value.curves[0].lines) == 1
    for x, y in points(value.curves[0]):
        assert y == pytest.approx(float(softplus(x)), rel=1e-6, abs=1e-60)
    for x, y in points(gradient.curves[0]):
        with mpmath.workdps(50):
            assert y == pytest.approx(float(1 / (1 + mpmath.exp(-mpmath.mpf(x)))), rel=1e-6, abs=1e-60)


def test_a_curve_is_finer_where_it_bends(known: dict[str, Drawable]) -> None:
    """Halfway between neighbours the chord of log(1 + exp(x)) is within a thousandth of the height."""
    ((value, _),) = drawn(known, "steep", span=(-500, 500)).columns
    found = points(value.curves[0])
    for (x0, y0), (x1, y1) in pairwise(found):
        assert abs(float(softplus((x0 + x1) / 2)) - (y0 + y1) / 2) <= 0.0025 * 500


def test_kinks_are_marked_where_the_parameters_put_them(known: dict[str, Drawable]) -> None:
    """At theta; none where the slope is 1 and nothing bends."""
    ((value, _),) = drawn(known, "bent", theta=["0"], slope=["1/4", "1"]).columns
    assert [(m.x, m.y, m.series, m.jump) for m in value.marks] == [(0.0, 0.0, 0, False)]
    ((value, _),) = drawn(known, "bent", theta=["-2", "1.5"]).columns
    assert [(m.x, m.series, m.jump) for m in value.marks] == [(-2.0, 0, True)] * 2 + [(1.5, 1, True)] * 2
    assert sorted(round(m.y, 3) for m in value.marks) == [-2.0, -0.5, 0.375, 1.5]


def test_a_curve_is_broken_at_a_jump_and_a_surrogate_shown_beside_the_derivative(known: dict[str, Drawable]) -> None:
    """The derivative of a step is 0 and drawn faintly; the surrogate is what the file says."""
    ((value, gradient),) = drawn(known, "fire").columns
    before, after = value.curves[0].lines
    assert {y for _, y in before} == {0.0}
    assert {y for _, y in after} == {1.0}
    assert before[-1][0] == pytest.approx(1, abs=1e-6)
    assert after[0][0] == pytest.approx(1, abs=1e-6)
    derivative, surrogate = gradient.curves
    assert derivative.faint
    assert {y for _, y in points(derivative)} == {0.0}
    assert all(y == pytest.approx(math.exp(-x * x), rel=1e-6, abs=1e-12) for x, y in points(surrogate))


def test_an_activation_of_two_inputs_is_shown_in_sections(known: dict[str, Drawable]) -> None:
    """A column along each input, a curve for each of some values of the other; a held input is no column."""
    along_signal, along_gate = drawn(known, "gate").columns
    assert [c.label for c in along_signal[0].curves] == [f"gate = {v}" for v in (-2, -1, 0, 1, 2)]
    assert [c.label for c in along_gate[0].curves] == [f"signal = {v}" for v in (-2, -1, 0, 1, 2)]
    assert along_gate[1].title == "gradient by gate"
    for x, y in points(along_signal[0].curves[0]):
        assert y == pytest.approx(x / (1 + math.exp(2)), rel=1e-6)
    (held,) = drawn(known, "gate", gate=["0.5", "3"]).columns
    assert [c.label for c in held[0].curves] == ["gate = 0.5", "gate = 3"]


def test_the_range_fits_the_domain_and_brings_kinks_into_view(known: dict[str, Drawable]) -> None:
    """About -6 to 6; not outside the domain; as far as the kinks at 20."""
    assert default_range(known["steep"], "x", {}) == (-6, 6)
    assert default_range(known["root"], "x", {}) == (0, 6)
    low, high = default_range(known["cut"], "x", {})
    assert low == -6
    assert 20 < high <= 30
    ((value, _),) = drawn(known, "cut").columns
    assert sorted((m.x, m.y) for m in value.marks) == [(0, 0), (20, 20)]


def test_one_pole_does_not_flatten_the_picture() -> None:
    """What is shown of 1/x is where most of it lies; the curve is broken at the pole."""
    lines = sampled(lambda x: float(1 / x) if x else math.nan, Fraction(-6), Fraction(6))
    assert len(lines) == 2
    low, high = extent([y for line in lines for _, y in line])
    assert -60 < low < -1
    assert 1 < high < 60


def test_zeros_are_found_and_poles_are_not() -> None:
    """Sign changes by bisection to full precision, exact where the zero is a plain number."""
    x = symbol("x")
    found = list(zeros(Function(x * x - 2, "x", {}), Fraction(-3), Fraction(3)))
    assert [float(v) for v in found] == [pytest.approx(-math.sqrt(2)), pytest.approx(math.sqrt(2))]
    whole = list(zeros(Function(apply("sin", constant("pi") * x), "x", {}), Fraction(-5, 2), Fraction(5, 2)))
    assert whole == [-2, -1, 0, 1, 2]
    assert list(zeros(Function(1 / (x - number(Fraction(1, 3))), "x", {}), Fraction(-1), Fraction(1))) == []


@pytest.mark.parametrize(
    ("low", "high", "most", "wanted"),
    [
        (-6, 6, 7, [-6, -4, -2, 0, 2, 4, 6]),
        (-0.07, 1.06, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 1e-7, 2, [0, 5e-8, 1e-7]),
        (1, 1, 5, []),
        (-1e300, 1e300, 4, [-1e300, -5e299, 0, 5e299, 1e300]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, most: int, wanted: list[float]) -> None:
    """Multiples of 1, 2 and 5, no more than fit."""
    found = ticks(low, high, most)
    assert found == pytest.approx(wanted[: len(found)] if len(found) < len(wanted) else wanted, rel=1e-9)
    assert len(found) <= max(most, 0) + 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", Fraction(1, 2)), ("-1/3", Fraction(-1, 3)), ("1e-3", Fraction(1, 1000)), ("x", None), ("", None),
     ("1/0", None), ("__import__('os')", None), ("1 < 2", None)],
)  # fmt: skip
def test_numbers_are_read_in_the_language(text: str, value: Fraction | None) -> None:
    """Constant expressions, exactly where they are rational; everything else is none."""
    assert read_number(text) == value


def test_irrational_numbers_are_read_too() -> None:
    """To far more digits than a float has."""
    value = read_number("sqrt(2)*pi")
    assert value is not None
    with mpmath.workdps(40):
        assert abs(mpmath.mpf(value.numerator) / value.denominator - mpmath.sqrt(2) * mpmath.pi) < mpmath.mpf(10) ** -35


DOMAINS = [
    Domain("real"),
    Domain("positive", Fraction(0)),
    Domain("nonpositive", None, Fraction(0), high_open=False),
    Domain("(-1, 1)", Fraction(-1), Fraction(1)),
    Domain("[-1e400, 1e400]", Fraction(-(10**400)), Fraction(10**400), low_open=False, high_open=False),
]
DEFAULTS = [1.0, 0.01, -3.5, 1e-300, 1e299, -1e299]


@pytest.mark.parametrize(
    ("value", "domain"), [(v, d) for v in DEFAULTS for d in DOMAINS if d.contains(Fraction(v))], ids=str
)
def test_sliders_hold_the_default_and_stay_in_the_domain(value: float, domain: Domain) -> None:
    """Whatever the sizes, both ends are numbers, and neither is an end that the domain lacks."""
    found = slider("p", domain, value)
    assert -math.inf < found.low <= value <= found.high < math.inf
    assert found.low < found.high
    assert domain.contains(Fraction(found.low))
    assert domain.contains(Fraction(found.high))


def test_sliders_of_integers_have_whole_ends() -> None:
    """Inside the domain, and not far from the default."""
    found = slider("n", Domain("positive integer", Fraction(0), None, True, True, integer=True), 3.0)
    assert (found.low, found.high, found.integer) == (1.0, 11.0, True)


def test_what_is_too_great_is_not_drawn() -> None:
    """exp(exp(x)) ends where floats do, and a range of the picture is a number."""
    power = apply("exp", apply("exp", symbol("x")))
    lines = sampled(Function(power, "x", {}), Fraction(0), Fraction(10))
    assert len(lines) == 1
    assert lines[0][-1][0] == pytest.approx(math.log(300 * math.log(10)), abs=1e-6)
    assert all(math.isfinite(y) for y in extent([y for _, y in lines[0]]))


# ---- drawings


def panel(curves: int, marks: bool = True) -> Picture:
    lines = [
        Curve(f"curve {i}", i, False, (tuple((x / 10, i * x / 10) for x in range(-60, 61)),)) for i in range(curves)
    ]
    shown = (Mark(0.0, 0.0, 0, jump=False), Mark(1.0, 1.0, 0, jump=True)) if marks else ()
    one = Panel("value", "x", -6, 6, -20, 20, tuple(lines), shown)
    return Picture("some", ((one, one),))


@pytest.mark.parametrize("columns", [20, 80, 200])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("colours", [True, False])
def test_the_terminal_drawing_fits_and_is_told_apart(columns: int, unicode: bool, colours: bool) -> None:
    """Within the columns; ASCII where the encoding has no more; without colours each curve has a sign of its own."""
    text = terminal_text(panel(3), columns, colours=colours, unicode=unicode)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert ("\x1b" in text) == colours
    assert max(map(len, plain.splitlines())) <= max(columns, 40)
    assert plain.isascii() != unicode
    legend = plain.splitlines()[1]
    assert all(f"curve {i}" in legend for i in range(3))
    if not (unicode and colours):
        signs = [legend[legend.index(f"curve {i}") - 2] for i in range(3)]
        assert len(set(signs)) == 3
        body = "\n".join(plain.splitlines()[2:])
        assert all(sign in body for sign in signs)


def test_the_terminal_shows_curves_where_they_are() -> None:
    """A rising line is lower on the left than on the right."""
    rows = terminal_text(panel(2, marks=False), 80, colours=False, unicode=False).splitlines()[2:19]
    left = [i for i, row in enumerate(rows) if "x" in row[8:24]]
    right = [i for i, row in enumerate(rows) if "x" in row[60:78]]
    assert left
    assert right
    assert min(left) > max(right)


def test_files_are_the_same_each_time_and_tell_curves_apart_without_colours(known: dict[str, Drawable]) -> None:
    """The bytes of PNG and SVG repeat; in the SVG every curve has dashes of its own and the labels are text."""
    from actc.pictures.figure import figure_bytes

    shown = drawn(known, "bent", slope=["0.1", "0.5", "2"])
    png, svg = (figure_bytes(shown, kind) for kind in ("png", "svg"))
    assert png.startswith(b"\x89PNG")
    assert [png, svg] == [figure_bytes(shown, kind) for kind in ("png", "svg")]
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    texts = {"".join(t.itertext()).strip() for t in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"slope = 0.1", "slope = 0.5", "slope = 2", "kink", "value", "gradient by x"} <= texts
    styles = {
        tuple(re.findall("stroke-dasharray: ([^;]*)", style))
        for path in root.iter("{http://www.w3.org/2000/svg}path")
        if "stroke-width: 1.8" in (style := path.get("style", ""))
    }
    assert len(styles) == 3


def test_too_many_curves_are_refused(known: dict[str, Drawable]) -> None:
    """More than eight nobody can tell apart."""
    with pytest.raises(TooManyCurvesError, match="9 curves"):
        drawn(known, "bent", slope=[str(n) for n in range(9)])


# ---- the command


@pytest.fixture
def plot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_actc: Callable[..., Run]) -> Callable[..., Run]:
    """Runs ``actc plot`` where the file is the project's only one."""
    monkeypatch.chdir(tmp_path)
    Path("activations").mkdir()
    Path("activations/bent.yaml").write_text(FILE.partition("---\n")[0], "utf-8")
    Path("activations/pair.yaml").write_text("name: pair\ninputs: [a, b]\nexpression: a*b\n", "utf-8")
    Path("activations/wrong.yaml").write_text("name: wrong\nexpression: x**2\nderivative: x\n", "utf-8")
    return lambda *arguments: run_actc("plot", *arguments)


def test_the_terminal_is_drawn_on_without_a_file(plot: Callable[..., Run]) -> None:
    """Value and gradient below one another, within a hundred columns where there is no terminal."""
    run = plot("bent", "--set", "slope=0.1,0.5", "--range", "-2,2")
    assert (run.code, run.err) == (0, "")
    assert "bent: value over x\n● slope = 0.1  × slope = 0.5  ○ kink\n" in run.out
    assert "bent: gradient by x over x\n" in run.out
    assert "−2" in run.out
    assert max(map(len, run.out.splitlines())) <= 100


def test_a_file_is_written(plot: Callable[..., Run]) -> None:
    """Its name is printed, unless quiet."""
    run = plot("bent", "pair", "-o", "picture.PNG")
    assert run == Run(0, "picture.PNG written\n", "")
    assert Path("picture.PNG").read_bytes().startswith(b"\x89PNG")
    assert plot("bent", "-o", "p.svg", "-q") == Run(0, "", "")


MILLIONS = [word for name in ("slope", "theta") for word in ("--set", f"{name}={','.join(map(str, range(1, 2001)))}")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody"], "no activation `nobody`"),
        (["bent", "-o", "picture.gif"], "`picture.gif` is not the name of a picture"),
        (["bent", "-o", "nowhere/p.png"], "nowhere/p.png cannot be written"),
        (["bent", "--set", "slop=1"], "nothing in the plot is called `slop`\n  help: did you mean `slope`?"),
        (["bent", "--set", "slope"], "`--set slope` names no value"),
        (["bent", "--set", "slope=1", "--set", "slope=2"], "`slope` is set twice"),
        (["bent", "--set", "slope=red"], "`red` in `--set slope=red` is no number"),
        (["bent", "--set", "slope=1,2,3,4,5,6,7,8,9"], "9 curves are too many"),
        (["bent", *MILLIONS], "4000000 curves are too many"),
        (["bent", "--range", "2,1"], "`--range 2,1` is no range"),
        (["bent", "--range", "1"], "`--range 1` is no range"),
        (["bent", "--set", "x=1"], "`x` of bent cannot be set"),
        (["snake", "--set", "a=0"], "`a` cannot be 0"),
        (["tent", "--range", "1,2,3"], "`--range 1,2,3` is no range"),
    ],
)
def test_misuse_is_told(plot: Callable[..., Run], arguments: list[str], message: str) -> None:
    """Exit code 2, what is wrong and what would be right; no file."""
    run = plot(*arguments)
    assert (run.code, run.out) == (2, "")
    assert message in run.err
    assert sorted(p.name for p in Path().iterdir()) == ["activations"]


def test_a_wrong_activation_is_not_drawn(plot: Callable[..., Run]) -> None:
    """Exit code 1 and the diagnostic."""
    run = plot("wrong", "-o", "p.png")
    assert (run.code, run.out) == (1, "")
    assert "ACT201" in run.err
    assert not Path("p.png").exists()


@pytest.mark.parametrize(("arguments", "library"), [([], "plotext"), (["-o", "p.png"], "matplotlib")])
def test_a_missing_library_is_told(
    plot: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, arguments: list[str], library: str
) -> None:
    """With how to install it, before anything is compiled."""
    import actc.cli.plotting

    found = importlib.util.find_spec
    monkeypatch.setattr(actc.cli.plotting, "find_spec", lambda name: None if name == library else found(name))
    run = plot("bent", *arguments)
    assert (run.code, run.out) == (2, "")
    assert f"plots need {library}, which is not installed" in run.err
    assert "pip install 'actc[plot]'" in run.err


def test_an_encoding_without_the_signs_gets_ascii(plot: Callable[..., Run]) -> None:
    """Nothing is escaped, nothing fails."""
    plot("bent")
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert main(["plot", "bent"], stream, io.StringIO()) == 0
    stream.seek(0)
    text = stream.read()
    assert "\\u" not in text
    assert "+----" in text
