"""Kinks and jumps in generated code: the gradient that TensorFlow returns there, worked out by hand."""

from __future__ import annotations

import math
import warnings
from types import ModuleType

import pytest
from analysed import codes
from test_kinks import DERIVED

import actc

tf = pytest.importorskip("tensorflow")
INF = math.inf


@pytest.fixture(scope="module")
def package() -> ModuleType:
    """One activation for each row of the table of derived gradients."""
    documents = [f'name: row_{index}\nexpression: "{row[0]}"\n' for index, row in enumerate(DERIVED)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return actc.compile("---\n".join(documents), package="contract_kinks")


def number(text: object) -> float:
    top, _, bottom = str(text).partition("/")
    return float(top) / float(bottom or 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("index", range(len(DERIVED)), ids=lambda index: f"{DERIVED[index][0]} at {DERIVED[index][1]}")
def test_generated_gradients_at_kinks(package: ModuleType, index: int, dtype: str) -> None:
    """What the calculus settled is what the generated function returns, on either side of zero's sign too."""
    _, at, expected = DERIVED[index]
    points = [number(at)] if at != 0 else [0.0, -0.0]
    x = tf.constant(points, dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = getattr(package, f"row_{index}")(x)
    assert (
        tape.gradient(value, x).numpy().tolist()
        == tf.constant([number(expected)] * len(points), dtype).numpy().tolist()
    )


def gradients(text: str, *inputs: float, package: str = "contract_several", **parameters: float) -> list[float]:
    """The gradients by inputs, then by the parameters that are given, of the activation ``a`` at one point."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function = actc.compile(text, package=package).a
    tensors = [tf.constant(v, "float64") for v in inputs]
    more = {name: tf.constant(v, "float64") for name, v in parameters.items()}
    with tf.GradientTape() as tape:
        for tensor in (*tensors, *more.values()):
            tape.watch(tensor)
        value = function(*tensors, **more)
    return [float(g) for g in tape.gradient(value, [*tensors, *more.values()])]


def test_several_inputs_share_a_tie() -> None:
    """The shortest vector in the hull: halves at a tie of two, thirds at a tie of three, nothing for a closed gate."""
    two = "name: a\ninputs: [a, b]\nexpression: max(a, b)\n"
    assert gradients(two, 1, 1) == [0.5, 0.5]
    assert gradients(two, 2, 1) == [1, 0]
    three = "name: a\ninputs: [a, b, c]\nexpression: max(a, b, c)\n"
    assert gradients(three, 2, 2, 2) == pytest.approx([1 / 3] * 3, rel=1e-15)
    assert gradients(three, 2, 2, 0) == [0.5, 0.5, 0]
    gate = "name: a\ninputs: [a, b]\nexpression: relu(a)*b\n"
    assert gradients(gate, 0, 3) == [0, 0]
    assert gradients(gate, 2, 3) == [3, 2]


def test_a_leaky_slope_follows_its_parameter() -> None:
    """The number of least magnitude between alpha and 1, whatever alpha is when the function is called."""
    text = "name: a\nparameters: {alpha: 0.25}\nexpression: x if x > 0 else alpha*x\n"
    for alpha, expected in ((0.25, 0.25), (2.0, 1.0), (-1.0, 0.0), (1.0, 1.0)):
        assert gradients(text, 0, alpha=alpha)[0] == expected


def test_a_parameter_takes_its_sides_along_itself() -> None:
    """Soft shrinkage by its threshold has sides -1 and 0 at x = t, so 0."""
    text = (
        "name: a\nparameters: {t: {default: 0.5, domain: nonnegative}}\n"
        "expression: Piecewise((x - t, x > t), (x + t, x < -t), (0, True))\n"
    )
    assert [gradients(text, x, t=0.5) for x in (0.5, 1.0, -1.0)] == [[0, 0], [1, -1], [1, 1]]


def test_claims_and_surrogates_keep_their_own_values() -> None:
    """A claim gives any value between its neighbours; a surrogate any value at all."""
    relu = 'name: a\nexpression: relu(x)\nderivative: "%s"\n'
    for claim, expected in (("step(x)", 0), ("1 if x >= 0 else 0", 1), ("Heaviside(x)", 0.5), ("y/x", 0)):
        assert gradients(relu % claim, 0) == [expected]
        assert codes(relu % claim) == []
    assert codes(relu % "Piecewise((1, x > 0), (0, x < 0), (1.5, True))") == ["ACT202"]
    assert gradients("name: a\nexpression: step(x)\nsurrogate: 7 if x == 0 else 1\n", 0) == [7]


def test_infinite_sides() -> None:
    """One infinity from both sides is kept, with a warning; opposite ones give 0; one finite side is the shorter."""
    for expression, expected, found in (
        ("cbrt(x)", INF, ["ACT303"]),
        ("-cbrt(x)", -INF, ["ACT303"]),
        ("sqrt(Abs(x))", 0, []),
        ("x + cbrt(Max(x, 0))", 1, []),
        ("-x + cbrt(Max(x, 0))", 0, []),
    ):
        text = f"name: a\nexpression: {expression}\n"
        assert gradients(text, 0) == [expected]
        assert codes(text) == found


def test_an_end_of_the_domain_has_one_side() -> None:
    """At a closed end the derivative from within is used."""
    assert gradients('name: a\ninputs: {x: "[0, 1]"}\nexpression: Abs(x) + x**2\n', 0) == [1]
    assert gradients('name: a\ninputs: {x: "[0, 1]"}\nexpression: Abs(x) + x**2\n', 1) == [3]
