"""Programs made by hand, a package rendered from them, and their truth in mpmath: what the other tests build on."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath
import pytest

from actc.backend.render import ModuleProgram, render_package
from actc.model.algebra import compare, where
from actc.model.domain import Domain
from actc.model.expr import NAN, ONE, ZERO, Expr, apply, symbol
from actc.model.program import Assignment, Documentation, Program, ProgramParameter, Routine

PACKAGE = "acts_by_hand"
X, A, B, BETA, ALPHA, WIDTH = map(symbol, ("x", "a", "b", "beta", "alpha", "width"))
POSITIVE = Domain("positive", low=Fraction(0))
UNIT = Domain("[0, 1)", low=Fraction(0), high=Fraction(1), low_open=False)
COUNT = Domain("positive integer", low=Fraction(0), integer=True)


def routine(*results: Expr, **body: Expr) -> Routine:
    return Routine(tuple(Assignment(name, value) for name, value in body.items()), results)


def documentation(formula: str, **fields: Any) -> Documentation:
    fixed: dict[str, Any] = {
        "summary": "",
        "description": "",
        "references": (),
        "source": "by_hand.yaml",
        "let": (),
        "gradients": (),
        "conventions": (),
    }
    return Documentation(formula=formula, **{**fixed, **fields})


def tanh_squared() -> Program:
    t = symbol("t")
    return Program(
        name="tanh_squared",
        layer_name="TanhSquared",
        inputs=("x",),
        parameters=(),
        value=routine(t * t, t=apply("tanh", X)),
        gradient=routine(2 * t * (1 - t * t), t=apply("tanh", X)),
        with_respect_to=("x",),
        documentation=documentation("tanh(x)**2", summary="The square of tanh."),
    )


def swish() -> Program:
    s = symbol("s")
    body = apply("sigmoid", BETA * X)
    return Program(
        name="swish",
        layer_name="Swish",
        inputs=("x",),
        parameters=(ProgramParameter("beta", "1.0", POSITIVE, trainable=True, summary="how steep"),),
        value=routine(X * s, s=body),
        gradient=routine(s + BETA * X * s * (1 - s), X * X * s * (1 - s), s=body),
        with_respect_to=("x", "beta"),
        documentation=documentation("x * s", let=(("s", "sigmoid(beta * x)"),)),
    )


def leaky() -> Program:
    right = compare("gt", X, ZERO)
    return Program(
        name="leaky",
        layer_name="Leaky",
        inputs=("x",),
        parameters=(
            ProgramParameter("alpha", "0.2", UNIT, trainable=False, summary=""),
            ProgramParameter("order", "2", COUNT, trainable=False, summary="not used by the value"),
        ),
        value=routine(where(right, X, ALPHA * X)),
        gradient=routine(where(right, ONE, ALPHA), where(right, ZERO, X)),
        with_respect_to=("x", "alpha"),
        documentation=documentation("x if x > 0 else alpha*x", conventions=("kink at x = 0: gradient used alpha",)),
    )


def gate() -> Program:
    s = symbol("s")
    body = apply("sigmoid", BETA * A)
    slope = s + BETA * A * s * (1 - s)
    return Program(
        name="swiglu_gate",
        layer_name="SwigluGate",
        inputs=("a", "b"),
        parameters=(ProgramParameter("beta", "1.0", Domain(), trainable=True, summary=""),),
        value=routine(A * s * B, s=body),
        gradient=routine(B * slope, A * s, A * A * B * s * (1 - s), s=body),
        with_respect_to=("a", "b", "beta"),
        documentation=documentation("a * sigmoid(beta * a) * b"),
    )


def spike() -> Program:
    """A step whose gradient is a triangle's."""
    near = compare("lt", apply("abs", X), WIDTH)
    real = apply("eq", X, X)
    return Program(
        name="spike",
        layer_name="Spike",
        inputs=("x",),
        parameters=(ProgramParameter("width", "1.0", POSITIVE, trainable=False, summary=""),),
        value=routine(where(real, where(compare("gt", X, ZERO), ONE, ZERO), NAN)),
        gradient=routine(where(near, ONE - apply("abs", X) / WIDTH, ZERO), ZERO),
        with_respect_to=("x", "width"),
        documentation=documentation("step(x)", gradients=(("x", "a triangle", "a surrogate, not the derivative"),)),
    )


def modules() -> tuple[ModuleProgram, ...]:
    return (
        ModuleProgram("swish", "swish.yaml", (swish(),), (("silu_beta", "swish"),)),
        ModuleProgram("leaky", "leaky.yaml", (tanh_squared(), leaky())),
        ModuleProgram("gates", "gates.yaml", (gate(), spike())),
    )


def write_package(folder: Path, package: str = PACKAGE) -> Path:
    """Write the package below a folder and return its own folder."""
    target = folder / package
    target.mkdir(parents=True)
    for file in render_package(package, modules()):
        (target / file.path).write_text(file.text, encoding="utf-8")
    return target


def imported(folder: Path, package: str = PACKAGE) -> ModuleType:
    """The package, imported from the folder that holds it."""
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(package)
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def acts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package made of these programs, imported with TensorFlow."""
    pytest.importorskip("tensorflow")
    folder = tmp_path_factory.mktemp("generated")
    write_package(folder)
    yield imported(folder)
    for name in [n for n in sys.modules if n.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


TRUTH: dict[str, Callable[..., Any]] = {
    "tanh_squared": lambda x: mpmath.tanh(x) ** 2,
    "swish": lambda x, beta: x * _sigmoid(beta * x),
    "leaky": lambda x, alpha: x if x > 0 else alpha * x,
    "swiglu_gate": lambda a, b, beta: a * _sigmoid(beta * a) * b,
}
"""The smooth activations, as a mathematician would write them."""


def partial(name: str, index: int, *at: float) -> float:
    """The derivative of an activation by its argument of that index, by mpmath's differences at 50 digits."""
    order = [0] * len(at)
    order[index] = 1
    with mpmath.workdps(50):
        return float(mpmath.diff(TRUTH[name], tuple(map(mpmath.mpf, at)), tuple(order)))


def test_the_written_gradients_are_the_derivatives_of_the_written_values() -> None:
    """The programs themselves are right, so that a failure elsewhere is the generated code's."""
    s = _sigmoid(mpmath.mpf("1.5") * 2)
    assert partial("swish", 0, 2.0, 1.5) == pytest.approx(float(s + 3 * s * (1 - s)), rel=1e-12)
    assert partial("swish", 1, 2.0, 1.5) == pytest.approx(float(4 * s * (1 - s)), rel=1e-12)
