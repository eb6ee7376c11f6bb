"""What is known of the shipped activations' values is kept between runs, and makes no difference to an answer."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from shipped import ACTIVATIONS

from actc.calculus.kept_values import restore, to_plain
from actc.calculus.relatives import relatives
from actc.calculus.shipped_values import Catalogue
from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.frontend.shipped import essence, shipped_activations
from actc.model.activation import Activation
from actc.project import shipped_cache
from actc.project.shipped_cache import warm_catalogue

FILES = ("elu", "celu", "swish", "silu", "softplus", "squareplus", "surrogates", "gates", "threshold", "snake")


def read(data: bytes) -> list[Activation]:
    log = DiagnosticLog()
    found = [resolve(spec, log) for spec in load("one.yaml", data, log)]
    assert log.found == []
    return [activation for activation in found if activation is not None]


@cache
def activations() -> tuple[Activation, ...]:
    return tuple(a for stem in FILES for a in read((ACTIVATIONS / f"{stem}.yaml").read_bytes()))


def subjects() -> list[Activation]:
    texts = (
        "name: own\nparameters: {b: 1}\nexpression: x*sigmoid(b*x)\n",
        "name: own\nparameters: {a: {default: 1, domain: positive}}\nexpression: x if x > 0 else a*expm1(x/a)\n",
        "name: own\nexpression: (x + sqrt(x**2 + 9))/2\n",
        "name: own\nexpression: 3*log(1 + exp(2*x)) - 1\n",
        "name: own\ninputs: [a, b]\nexpression: a*b*sigmoid(b)\n",
        "name: own\nparameters: {t: 9}\nexpression: 1 if x > 0 else 0\nsurrogate: 1/(1 + Abs(t)*Abs(x))**2\n",
    )
    return [activation for text in texts for activation in read(text.encode())]


def answers(catalogue: Catalogue) -> list[list[str]]:
    return [[r.relation for r in relatives(subject, catalogue)] for subject in subjects()]


def test_restored_values_give_the_same_answers() -> None:
    """After a way through JSON nothing is computed again, and everything that is found is found again."""
    first, second = Catalogue(activations()), Catalogue(activations())
    first.warm()
    plain = json.loads(json.dumps(to_plain(first)))
    restore(second, plain)
    assert to_plain(second) == to_plain(first)
    assert sum(map(len, second.known().values())) > 10
    assert answers(second) == answers(first)
    assert answers(Catalogue(activations())) == answers(first)
    assert all(answers(first))


def test_what_is_restored_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making the catalogue ready traces no curve once they are known."""
    first, second = Catalogue(activations()), Catalogue(activations())
    first.warm()
    plain = json.loads(json.dumps(to_plain(first)))
    restore(second, plain)
    monkeypatch.setattr("actc.calculus.shipped_values.trace", None)  # to call it is an error
    second.warm()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain.update(form=0),
        lambda plain: plain["names"].append("one_more"),
        lambda plain: plain.pop("rows"),
        lambda plain: plain["curves"][0].pop(),
        lambda plain: plain["curves"][0][4].pop(),
        lambda plain: plain["rows"][0].__setitem__(1, 999),
        lambda plain: plain["points"].clear(),
    ],
)
def test_values_of_something_else_are_refused(spoil) -> None:
    """Another form, another catalogue, missing parts: a ValueError, and not a wrong answer."""
    first = Catalogue(activations())
    first.warm()
    plain = json.loads(json.dumps(to_plain(first)))
    spoil(plain)
    with pytest.raises(ValueError, match=r"catalogue|grid"):
        restore(Catalogue(activations()), plain)


def test_the_file_is_used_and_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written once, read afterwards, and made anew where it is damaged or another compiler's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = tmp_path / "actc" / "shipped.json"
    warm_catalogue(Catalogue(activations()))
    whole = file.read_bytes()
    read = []
    monkeypatch.setattr(shipped_cache, "restore", lambda catalogue, plain: read.append(restore(catalogue, plain)))
    warm_catalogue(Catalogue(activations()))
    assert len(read) == 1
    file.write_bytes(whole[:-100])
    warm_catalogue(Catalogue(activations()))
    assert file.read_bytes() == whole
    monkeypatch.setattr(shipped_cache, "compiler_fingerprint", lambda *_: "another")
    warm_catalogue(Catalogue(activations()))
    assert len(read) == 1
    assert file.read_bytes() != whole


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that names no folder, and one that cannot be written, cost nothing but time."""
    monkeypatch.setattr(shipped_cache, "cache_folder", lambda: None)
    warm_catalogue(Catalogue(activations()))
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(shipped_cache, "cache_folder", lambda: blocked)
    warm_catalogue(Catalogue(activations()))
    assert blocked.read_text() == ""


def test_what_is_compared_is_what_ships() -> None:
    """Nothing that decides a function is left out where the files are read in haste, which is most of them."""
    whole = [a for path in sorted(ACTIVATIONS.glob("*.yaml")) for a in read(path.read_bytes())]
    hasty = shipped_activations()
    assert [a.name for a in hasty] == [a.name for a in whole]
    for one, other in zip(hasty, whole, strict=True):
        assert one.value.expr is other.value.expr, one.name
        assert [(i.name, i.domain) for i in one.inputs] == [(i.name, i.domain) for i in other.inputs], one.name
        parameters = [[(p.name, p.default, p.domain) for p in a.parameters] for a in (one, other)]
        assert parameters[0] == parameters[1], one.name
        surrogates = [[(of, formula.expr) for of, formula in a.surrogates] for a in (one, other)]
        assert surrogates[0] == surrogates[1], one.name
    files = [path.read_bytes() for path in ACTIVATIONS.glob("*.yaml")]
    assert sum(len(essence(data)) for data in files) < 0.5 * sum(map(len, files))
