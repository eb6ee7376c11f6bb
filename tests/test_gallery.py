"""``actc gallery``: one page, as a visitor finds it in a browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import mpmath
import pytest
from browser import Visit, started
from conftest import Run
from oracle import read
from playwright.sync_api import Browser, expect
from shipped import ACTIVATIONS

from actc.backend.javascript import CONSTANTS, DIRECT, HELPED, javascript_function
from actc.diagnostics import DiagnosticLog
from actc.frontend import load
from actc.model.compiled import Accuracy
from actc.model.expr import LEAVES, apply, number, symbol
from actc.model.operations import CONSTANT_NAMES, OPERATIONS
from actc.pictures.entries import entry
from actc.pictures.functions import drawable
from actc.pictures.gallery import MARKER
from actc.pipeline import compile_source

SHIPPED = ("elu", "relu6", "swish")

OWN = """\
name: soft_gate
tags: [gate]
inputs: [signal, gate]
parameters:
  width: {default: 1, domain: positive, trainable: true}
  count: {default: 2, domain: positive integer}
expression: signal*sigmoid(gate/width) + count
---
name: spike
tags: [spiking]
parameters: {theta: 0.5}
expression: 1 if x > theta else 0
surrogate: 1/(1 + x**2)
---
name: special
tags: [odds]
expression: erf(x) + loggamma(x**2 + 1)
"""

LINES = """\
name: line
tags: [b, a]
expression: 2*x
---
name: bent
tags: [a, c]
parameters: {slope: 0.5}
expression: x if x > 0 else slope*x
"""

STRANGE = """\
name: strange
summary: "</script><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }}"
description: "<style>body{display:none}</style> & more"
reference:
  - "javascript:alert(3)"
  - "https://example.org/?q=\\"><script>alert(4)</script>"
  - "https://example.org/paper"
tags: ["<b>bold</b>", "\\u2028 odd"]
parameters:
  __proto: {default: 1, summary: "<i>x</i>"}
  constructor: 2
expression: constructor*x*__proto # --> </template>
"""


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory, run_actc: Callable[..., Run]) -> Path:
    """A page of a few activations, some of them hostile."""
    folder = tmp_path_factory.mktemp("gallery")
    sources = folder / "sources"
    sources.mkdir()
    for stem in SHIPPED:
        shutil.copy(ACTIVATIONS / f"{stem}.yaml", sources)
    for i, document in enumerate(OWN.split("---\n")):  # files of their own are compiled side by side
        (sources / f"own{i}.yaml").write_text(document, "utf-8")
    (sources / "strange.yaml").write_text(STRANGE.replace("__proto", "proto"), "utf-8")
    run = run_actc("gallery", sources, "--out", folder / "out")
    assert run.code == 0, run.err
    assert re.search(r"7 activations; .* written\n$", run.out)
    return folder / "out" / "index.html"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of all these tests."""
    with started() as browser:
        yield browser


@pytest.fixture
def visit(chromium: Browser, page: Path) -> Iterator[Callable[..., Visit]]:
    """Opens the page; in the end it must not have complained, nor asked the network for anything."""
    visits: list[Visit] = []

    def open_page(anchor: str = "", file: Path = page, **context: object) -> Visit:
        visits.append(Visit(chromium, file, anchor, **context))
        return visits[-1]

    yield open_page
    for one in visits:
        assert one.complaints == []
        one.close()


ALL = ["relu6", "elu", "soft_gate", "special", "spike", "strange", "swish"]


def test_everything_is_listed_with_a_small_plot(visit: Callable[..., Visit]) -> None:
    """Each card has a name and curves in view."""
    seen = visit()
    assert sorted(seen.names()) == sorted(ALL)
    for name in ALL:
        seen.page.locator(f'.card[href="#/{name}"]').scroll_into_view_if_needed()
        expect(seen.page.locator(f'.card[href="#/{name}"] .curve.value').first).to_have_attribute("d", re.compile("^M"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("SWI", ["swish"]),
        ("self-gated", ["swish"]),
        ("sigmoid gate", ["soft_gate"]),
        ("1710.05941", ["swish"]),
        ("no such thing", []),
        ("loggamma(", ["special"]),
        ("<script>", ["strange"]),
    ],
)
def test_search_looks_at_names_tags_formulas_and_references(
    visit: Callable[..., Visit], typed: str, found: list[str]
) -> None:
    """Every word must be found; Escape brings everything back."""
    seen = visit()
    seen.page.keyboard.press("/")
    seen.page.keyboard.type(typed)
    assert seen.names() == found
    assert seen.page.text_content("#count") == f"{len(found)} of 7"
    expect(seen.page.locator("#nothing")).to_be_visible(visible=not found)
    seen.page.keyboard.press("Escape")
    assert len(seen.names()) == 7


def test_filters_by_property_family_and_tag(visit: Callable[..., Visit]) -> None:
    """They add up, and can be cleared together."""
    seen = visit()
    seen.page.click(".chip[data-property=surrogate]")
    assert seen.names() == ["spike"]
    seen.page.click(".chip[data-property=surrogate]")
    seen.page.click(".chip[data-property=trainable]")
    assert set(seen.names()) == {"soft_gate", "swish"}
    seen.page.select_option("#family", "gate")
    assert seen.names() == ["soft_gate"]
    seen.page.click("#clear")
    assert len(seen.names()) == 7
    seen.page.select_option("#tag", "<b>bold</b>")
    assert seen.names() == ["strange"]


def test_only_certain_properties_are_claimed(page: Path) -> None:
    """ReLU6 is monotone and bounded but not smooth; swish is smooth and neither of the others."""
    entries = {e["name"]: set(e["properties"]) for e in data(page)}
    assert entries["relu6"] == {"monotone", "bounded"}
    assert entries["swish"] == {"smooth", "trainable"}
    assert entries["elu"] == {"smooth", "monotone"}
    assert entries["spike"] == {"surrogate", "bounded", "monotone"}


def test_a_slider_changes_the_curve(visit: Callable[..., Visit]) -> None:
    """The default stays as a faint curve; reset and the number box work too."""
    seen = visit("#/swish")
    before = {kind: seen.curve(kind) for kind in ("value", "slope")}
    assert seen.page.locator(".live .curve.faint").count() == 0
    slider = seen.page.get_by_label("beta", exact=True)
    slider.focus()
    for _ in range(5):
        seen.page.keyboard.press("ArrowRight")
    expect(seen.page.locator(".live .curve.faint")).to_have_count(2)
    assert all(seen.curve(kind) != path for kind, path in before.items())
    seen.page.get_by_role("button", name="Reset").click()
    expect(seen.page.locator(".live .curve.faint")).to_have_count(0)
    assert seen.curve() == before["value"]
    seen.page.get_by_label("beta, as a number").fill("0.25")
    expect(seen.page.locator(".live .curve.faint")).to_have_count(2)
    assert seen.curve() != before["value"]


def test_the_readout_tells_the_values(visit: Callable[..., Visit]) -> None:
    """At the place of the pointer, as mpmath has them: swish(0.12) = 0.12*sigmoid(0.12)."""
    seen = visit("#/swish")
    seen.page.locator(".live .plot").first.focus()
    seen.page.keyboard.press("ArrowRight")
    text = seen.page.text_content(".readout") or ""
    x = mpmath.mpf("0.12")
    s = 1 / (1 + mpmath.exp(-x))
    wanted = [mpmath.nstr(v, 6) for v in (x * s, s + x * s * (1 - s))]
    assert re.findall(r"-?\d+\.\d+", text) == ["0.12", *wanted]


def test_the_readout_has_no_digits_that_rounding_spoils(
    visit: Callable[..., Visit], page: Path, tmp_path: Path
) -> None:
    """Where doubles were measured to be wrong, a number far below what is drawn is no number."""
    text = page.read_text("utf-8")
    (swish,) = (entry for entry in data(page) if entry["name"] == "swish")
    assert swish["certain"] == [True, True, True]
    doubtful = tmp_path / "doubtful.html"
    doubtful.write_text(text.replace('"certain":[true,true,true]', '"certain":[false,true,true]'), "utf-8")
    x = mpmath.mpf(-36)
    value = mpmath.nstr(-x / (1 + mpmath.exp(-x)), 6).replace("e-", "e−")
    for file, shown in ((page, f"−{value}"), (doubtful, "0")):
        seen = visit("#/swish", file=file)
        seen.page.get_by_label("lowest x shown").fill("-40")
        seen.page.get_by_label("highest x shown").fill("0")
        seen.page.locator(".live .plot").first.focus()
        for _ in range(40):
            seen.page.keyboard.press("ArrowLeft")
        assert f"x = −36   value {shown}   by x" in (seen.page.text_content(".readout") or "")


def test_only_what_was_measured_is_certain() -> None:
    """Of a float64 within 2^30 ULP six digits are right, of anything else nobody knows."""
    text = "name: line\nexpression: x\n"
    (spec,) = load("line.yaml", text.encode(), DiagnosticLog())
    (report,) = compile_source("line.yaml", text.encode(), "generated").activations

    def certain(*accuracy: Accuracy) -> tuple[bool, ...]:
        measured = replace(report, accuracy=accuracy)
        return entry(spec, measured, drawable(spec, measured), text, "line.yaml").plot.certain

    assert certain(Accuracy("float64", 1.0, (("x", 1e6),), 0)) == (True, True)
    assert certain(Accuracy("float64", 1e12, (("x", 1.0),), 0)) == (False, True)
    assert certain(Accuracy("float64", 1.0, (("x", 1.0),), 1)) == (False, True)
    assert certain(Accuracy("float32", 1.0, (("x", 1.0),), 0)) == (False, False)


def test_kinks_and_jumps_are_marked_where_they_are(visit: Callable[..., Visit]) -> None:
    """ELU bends only where alpha is not 1; the jump of a spike moves with its threshold."""
    seen = visit("#/elu")
    expect(seen.page.locator(".live .mark")).to_have_count(0)
    seen.page.get_by_label("alpha, as a number").fill("2")
    expect(seen.page.locator(".live circle.mark title")).to_have_text(["kink at 0"])
    seen = visit("#/spike")
    expect(seen.page.locator(".live rect.mark title")).to_have_text(["jump at 0.5", "jump at 0.5"])
    seen.page.get_by_label("theta, as a number").fill("-1.5")
    expect(seen.page.locator(".live rect.mark title")).to_have_text(["jump at −1.5", "jump at −1.5"])


def test_a_surrogate_stands_beside_the_derivative(visit: Callable[..., Visit]) -> None:
    """Both are drawn and named."""
    seen = visit("#/spike")
    expect(seen.page.locator(".live .curve.faint")).to_have_count(1)
    expect(seen.page.locator(".plot-title").nth(1)).to_contain_text("surrogate for the gradient by x")
    expect(seen.page.locator(".plot-title").nth(1)).to_contain_text("derivative")


def test_an_activation_of_two_inputs_is_drawn_along_either(visit: Callable[..., Visit]) -> None:
    """The other input has a slider, an integer parameter takes whole steps."""
    seen = visit("#/soft_gate")
    expect(seen.page.locator(".live .curve.section")).to_have_count(5)
    before = seen.curve()
    seen.page.get_by_label("gate", exact=True).fill("-2")
    expect(seen.page.locator(".live .curve.faint")).to_have_count(2)
    assert seen.curve() != before
    seen.page.get_by_label("along").select_option(label="gate")
    expect(seen.page.get_by_label("signal", exact=True)).to_be_visible()
    seen.page.get_by_label("count", exact=True).focus()
    seen.page.keyboard.press("ArrowRight")
    expect(seen.page.get_by_label("count, as a number")).to_have_value("3")


def test_it_can_be_used_by_keyboard(visit: Callable[..., Visit]) -> None:
    """Search, arrows, Enter, to the next one and back with Escape; the focus is never lost."""
    seen = visit()
    seen.page.keyboard.press("/")
    seen.page.keyboard.press("Enter")
    first, second = (f"#/{name}" for name in seen.names()[:2])
    expect(seen.page.locator(f"[href='{first}']")).to_be_focused()
    seen.page.keyboard.press("ArrowRight")
    expect(seen.page.locator(f"[href='{second}']")).to_be_focused()
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("dialog")).to_be_visible()
    expect(seen.page.locator("#detail-name")).to_have_text(second[2:])
    seen.page.keyboard.press("ArrowLeft")
    expect(seen.page.locator("#detail-name")).to_have_text(first[2:])
    assert seen.page.url.endswith(first)
    seen.page.keyboard.press("Escape")
    expect(seen.page.locator("dialog")).to_be_hidden()
    expect(seen.page.locator(f"[href='{first}']")).to_be_focused()
    assert "#" not in seen.page.url


def test_an_activation_has_everything_to_copy(visit: Callable[..., Visit], page: Path) -> None:
    """Formula in MathML, verdicts, accuracy, relatives, the source as it is, and code that Python can read."""
    seen = visit("#/swish")
    assert seen.page.locator("dialog math").count() >= 4
    expect(seen.page.locator("dialog .verdict").first).to_have_text("proved")
    for heading in ("Formula", "Gradients", "Parameters", "Shape", "Accuracy", "References"):
        expect(seen.page.get_by_role("heading", name=heading)).to_be_visible()
    yaml, code, latex = seen.page.locator("dialog pre code").all_text_contents()
    assert yaml == (ACTIVATIONS / "swish.yaml").read_text("utf-8").strip("\n")
    compile(code, "swish.py", "exec")
    assert "\\begin{align*}" in latex
    seen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen.page.locator("dialog summary").first.click()
    seen.page.locator("dialog .copy").first.click()
    expect(seen.page.locator("dialog .copy").first).to_have_text("Copied")
    assert seen.page.evaluate("() => navigator.clipboard.readText()").replace("\r\n", "\n") == yaml
    assert page.read_text("utf-8").count("<template ") == 7


def test_what_strangers_write_stays_text(visit: Callable[..., Visit]) -> None:
    """Nothing of it runs, is styled or becomes a link that runs; the fixture holds that nothing was said or loaded."""
    seen = visit("#/strange")
    expect(seen.page.locator("dialog .lead")).to_contain_text("</script><script>alert(1)</script><img src=x")
    expect(seen.page.locator("dialog .lead")).to_contain_text("{{ 7*7 }}")
    expect(seen.page.locator("dialog .facts")).to_contain_text("<style>body{display:none}</style> & more")
    links = seen.page.eval_on_selector_all("dialog .facts a[target]", "all => all.map(a => a.href)")
    assert links == ["https://example.org/paper"]
    assert seen.page.locator("img, iframe, object, embed, link").count() == 0
    assert seen.page.locator("script").count() == 2
    assert seen.curve().startswith("M")


class _Handlers(HTMLParser):
    """Finds attributes that would run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {key}" for key, value in attrs if key.startswith("on") or key == "style"]
        self.found += [f"{tag} {value}" for _, value in attrs if (value or "").strip().startswith("javascript:")]


def test_the_page_stands_alone(page: Path) -> None:
    """A policy forbids every other script and every load; no handlers, no addresses but in links."""
    text = page.read_text("utf-8")
    assert MARKER in text[:200]
    assert "default-src &#39;none&#39;; script-src &#39;sha256-" in text
    assert "unsafe" not in text.partition("<title>")[0]
    handlers = _Handlers()
    handlers.feed(text)
    assert handlers.found == []
    assert re.findall(r"""(?:src|action|srcset)=["']?http|@import|url\(""", text) == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1200, 900)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_follows_the_colour_scheme(
    visit: Callable[..., Visit], width: int, height: int, scheme: str
) -> None:
    """Nothing is wider than the screen; text stands out from the background by 4.5 to 1 at least."""
    seen = visit("#/soft_gate", viewport={"width": width, "height": height}, color_scheme=scheme)
    assert seen.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert seen.page.evaluate(
        "() => { const b = document.getElementById('detail-body'); return b.scrollWidth <= b.clientWidth }"
    )
    paper, ink, soft = seen.page.evaluate(
        "() => ['backgroundColor', 'color'].map(k => getComputedStyle(document.body)[k])"
        ".concat(getComputedStyle(document.querySelector('.summary')).color)"
    )
    assert (luminance(paper) < 0.1) == (scheme == "dark")
    for colour in (ink, soft):
        light, dark = sorted((luminance(colour), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [int(v) / 255 for v in re.findall(r"\d+", colour)[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_hundreds_of_entries_are_drawn_as_they_come_into_view(
    visit: Callable[..., Visit], page: Path, tmp_path: Path
) -> None:
    """Of 420 only those near the screen are drawn, and a search among them is answered at once."""
    text = page.read_text("utf-8")
    count = 60
    file = tmp_path / "many.html"
    (cards,) = re.findall(r'<main id="list".*?(<section.*)<p id="nothing"', text, re.DOTALL)
    file.write_text(text.replace(cards, cards * count), "utf-8")
    seen = visit(file=file)
    assert seen.page.locator(".card").count() == 7 * count
    expect(seen.page.locator(".small:has(path)").first).to_be_attached()
    assert seen.page.locator(".small:has(path)").count() < 7 * count / 2
    seen.page.fill("#search", "swish")
    assert seen.names() == ["swish"] * count


# ---- the programs in the page


def data(page: Path) -> list[dict[str, object]]:
    """What the page's script knows of each entry."""
    (text,) = re.findall('<script type="application/json" id="data">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    found: list[dict[str, object]] = json.loads(text)
    return found


def test_programs_have_the_right_values(visit: Callable[..., Visit], page: Path) -> None:
    """In the browser, against the tests' own evaluator on mpmath, where a naive formula would overflow too."""
    texts = [(ACTIVATIONS / f"{stem}.yaml").read_text("utf-8") for stem in SHIPPED]
    known = {a.name: a for text in (*texts, OWN) for a in read(text)}
    seen = visit()
    for place, one in enumerate(data(page)):
        activation = known.get(str(one["name"]))
        if activation is None:
            continue
        held = [part["value"] for part in (*one["inputs"], *one["parameters"])]
        for x in (-800.0, -30.0, -2.5, -0.125, 0.0, 1e-9, 0.75, 3.0, 40.0, 900.0):
            given = [x, *held[1:]]
            names = [part["name"] for part in (*one["inputs"], *one["parameters"])]
            wanted = float(activation.value(dict(zip(names, given, strict=True))))
            (got,) = seen.page.evaluate("([i, a]) => PROGRAMS[i].value(...a)", [place, given])
            assert got == pytest.approx(wanted, rel=1e-12, abs=1e-300), (one["name"], x)


REFERENCE = {
    "erf": (mpmath.erf, (-5.5, -1.99, -0.3, 1e-9, 0.5, 1.2, 1.999, 2.001, 4.5, 1e97), 1e-14),
    "erfc": (mpmath.erfc, (-3.0, -0.1, 0.4, 1.1, 1.499, 1.501, 3.0, 10.0, 26.0, 1e200), 1e-12),
    "normalCdf": (mpmath.ncdf, (-36.0, -10.0, -2.2, -1.5, -0.3, 0.0, 0.4, 3.0, 8.0), 1e-12),
    "gamma": (mpmath.gamma, (-20.5, -3.25, -0.001, 0.3, 1.0, 2.5, 11.9, 12.1, 60.5, 171.0), 1e-12),
    "loggamma": (lambda x: mpmath.log(abs(mpmath.gamma(x))), (-7.5, -0.2, 0.1, 1.1, 2.0, 11.9, 12.1, 500.0), 1e-12),
    "digamma": (mpmath.digamma, (-7.4, -0.2, 0.1, 1.4, 5.0, 11.9, 12.1, 500.0), 1e-12),
    "trigamma": (lambda x: mpmath.psi(1, x), (-7.4, -0.2, 0.1, 1.4, 5.0, 11.9, 12.1, 500.0), 1e-12),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), (-700.0, -40.0, -1.0, 0.0, 2.0, 50.0), 1e-14),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), (-700.0, -40.0, -1.0, 0.0, 2.0, 800.0), 1e-14),
    "logSigmoid": (lambda x: -mpmath.log1p(mpmath.exp(-x)), (-800.0, -40.0, -1.0, 0.0, 2.0, 700.0), 1e-12),
    "sinc": (lambda x: mpmath.sin(x) / x, (-9.0, -0.1, 1e-9, 2.0, 30.0), 1e-14),
    "round": (mpmath.nint, (-2.5, -1.5, -0.5, 0.4, 0.5, 1.5, 2.5, 2.51), 0),
}


def test_special_functions_are_as_accurate_as_they_say(visit: Callable[..., Visit]) -> None:
    """Each of ``functions.js`` against mpmath at 50 digits; NaN at the poles."""
    seen = visit()
    with mpmath.workdps(50):
        for name, (exact, points, tolerance) in REFERENCE.items():
            got = seen.page.evaluate("([n, xs]) => xs.map(x => F[n](x))", [name, list(points)])
            for x, value in zip(points, got, strict=True):
                wanted = exact(mpmath.mpf(x))
                least = 1 if name in ("loggamma", "digamma", "trigamma") else 0
                assert abs(value - wanted) <= tolerance * max(abs(wanted), least) + 5e-324, (name, x)
    poles = seen.page.evaluate("() => ['gamma', 'loggamma', 'digamma', 'trigamma'].map(n => isNaN(F[n](-2)))")
    assert poles == [True] * 4
    mods = seen.page.evaluate("() => [[7, 3], [-7, 3], [7, -3], [-7, -3], [6, -3]].map(([a, b]) => F.mod(a, b))")
    assert mods == [7 % 3, -7 % 3, 7 % -3, -7 % -3, 0]
    assert set(seen.page.evaluate("() => Object.keys(F)")) == {*REFERENCE, "mod"}


def test_the_printer_has_a_row_for_every_operation() -> None:
    """Of the table, of the constants and of the leaves; each text is an arrow function of numbers."""
    assert set(CONSTANTS) == set(CONSTANT_NAMES)
    assert set(DIRECT) & set(HELPED) == set()
    x, y = symbol("x"), symbol("y")
    condition = apply("lt", x, y)
    for name, row in OPERATIONS.items():
        args = {"where": (condition, x, y), "not": (condition,), "and": (condition, condition)}.get(name)
        args = args or ((condition, apply("gt", x, y)) if name == "or" else (x, y)[: row.most])
        args = (number(1), x) if name == "polygamma" else args
        assert javascript_function(["x", "y"], [apply(name, *args)]).startswith("(a0,a1)=>")
    for leaf in LEAVES - {"number", "constant", "symbol"}:
        assert javascript_function([], [apply(leaf)]).startswith("()=>[")


def test_what_is_used_twice_is_computed_once() -> None:
    """A deep graph of shared nodes stays as short as it is."""
    node = symbol("x")
    for _ in range(200):
        node = node * node + node
    assert len(javascript_function(["x"], [node])) < 10_000


# ---- the command


def test_a_wrong_activation_leaves_no_page(tmp_path: Path, run_actc: Callable[..., Run]) -> None:
    """Exit code 1, the diagnostic, and nothing written."""
    file = tmp_path / "wrong.yaml"
    file.write_text("name: wrong\nexpression: x**2\nderivative: x\n", "utf-8")
    run = run_actc("gallery", file, "--out", tmp_path / "out")
    assert run.code == 1
    assert "ACT201" in run.err
    assert run.out.endswith("nothing written\n")
    assert not (tmp_path / "out").exists()


def test_a_foreign_page_is_not_written_over(tmp_path: Path, run_actc: Callable[..., Run]) -> None:
    """A page of our own is, and any page with ``--force``."""
    file = tmp_path / "line.yaml"
    file.write_text("name: line\nexpression: 2*x\n", "utf-8")
    (tmp_path / "index.html").write_text("mine", "utf-8")
    run = run_actc("gallery", file, "--out", tmp_path)
    assert run.code == 2
    assert "was not written by actc" in run.err
    assert (tmp_path / "index.html").read_text("utf-8") == "mine"
    assert run_actc("gallery", file, "--out", tmp_path, "--force").code == 0
    assert run_actc("gallery", file, "--out", tmp_path, "-q") == Run(0, "", "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["index.html", "line.yaml"]


def test_the_page_is_the_same_each_time(tmp_path: Path, run_actc: Callable[..., Run]) -> None:
    """No time, no order of sets and no folder shows in it."""
    texts = []
    for name in ("a", "b"):
        folder = tmp_path / name
        (folder / "activations").mkdir(parents=True)
        (folder / "activations" / "line.yaml").write_text(LINES, "utf-8")
        assert run_actc("gallery", folder / "activations", "--out", folder / "out", "--jobs", "1").code == 0
        texts.append((folder / "out" / "index.html").read_bytes())
    assert texts[0] == texts[1]
