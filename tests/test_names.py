"""Which names an author may choose."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Callable

import pytest

from actc.diagnostics import Diagnostic, DiagnosticLog, Location
from actc.frontend import layer_name
from actc.frontend.names import (
    RESERVED_ACTIVATIONS,
    check_activation_name,
    check_aliases,
    check_distinct,
    check_input_name,
    check_inputs_in_examples,
    check_let_name,
    check_not_implied,
    check_parameter_name,
    check_weight_arguments,
)
from actc.frontend.reserved import BUILTINS, GENERATED_ARGUMENTS, LAYER_NAMES
from actc.model.operations import CONSTANT_NAMES, FUNCTION_NAMES
from actc.model.spec import Text


def named(value: str, line: int = 1) -> Text:
    return Text(value, Location("a.yaml", line, 5))


def checked(check: Callable[..., bool], *arguments: object) -> list[Diagnostic]:
    log = DiagnosticLog()
    assert check(*arguments, log) == (not log.found)
    return log.found


def code(check: Callable[..., bool], value: str) -> str | None:
    found = checked(check, named(value))
    assert len(found) <= 1
    if not found:
        return None
    assert found[0].length == max(1, len(value))
    return found[0].code


@pytest.mark.parametrize(
    "value", ["a", "relu", "relu6", "hard_tanh", "x2_3_b4", "sigmoid", "gelu", "y", "beta", "pi", "e"]
)
def test_names_of_activations(value: str) -> None:
    """Parts of lower-case letters and digits are right, and so are functions of the language."""
    assert code(check_activation_name, value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("HardTanh", "ACT120"),
        ("hard-tanh", "ACT120"),
        ("_a", "ACT120"),
        ("a_", "ACT120"),
        ("a__b", "ACT120"),
        ("2relu", "ACT120"),
        ("größe", "ACT120"),
        ("relu\n", "ACT120"),
        ("", "ACT120"),
        ("a.b", "ACT120"),
        ("lambda", "ACT121"),
        ("abs", "ACT121"),
        ("round", "ACT121"),
        ("tf", "ACT121"),
        ("keras", "ACT121"),
        ("get", "ACT121"),
        ("none", "ACT121"),
        ("true", "ACT121"),
        ("value_error", "ACT121"),
        ("ellipsis", "ACT121"),
    ],
)
def test_names_no_activation_may_bear(value: str, expected: str) -> None:
    """What the pattern excludes, what Python and the package have taken, and what makes a layer hide a builtin."""
    assert code(check_activation_name, value) == expected


def test_a_name_in_another_style_is_translated() -> None:
    """The help gives the name in the language's style, where one comes of it."""
    for written, meant in (
        ("HardTanh", "hard_tanh"),
        ("hard-tanh", "hard_tanh"),
        ("LeakyReLU", "leaky_relu"),
        ("GELU", "gelu"),
        ("ReLU6", "relu6"),
        ("Hard  Tanh_", "hard_tanh"),
    ):
        assert checked(check_activation_name, named(written))[0].help == f"write `{meant}`"
    for written in ("6relu", "größe", "Max", "-"):
        help = checked(check_activation_name, named(written))[0].help
        assert help is not None
        assert "letter first" in help


@pytest.mark.parametrize(
    ("name", "layer"), [("swish", "Swish"), ("hard_tanh", "HardTanh"), ("relu6", "Relu6"), ("a_1b_cD", "A1bCD")]
)
def test_the_layer_joins_the_parts(name: str, layer: str) -> None:
    """Only the first letter of each part changes."""
    assert layer_name(name) == layer


def test_reserved_activations_are_what_the_check_refuses() -> None:
    """The set that the schema prints is that of the check."""
    for value in RESERVED_ACTIVATIONS:
        assert code(check_activation_name, value) == "ACT121"
    assert {"value_error", "none", "max", "is", "get"} <= RESERVED_ACTIVATIONS


@pytest.mark.parametrize("check", [check_input_name, check_let_name, check_parameter_name])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", None),
        ("alpha_1", None),
        ("B", None),
        ("x__", None),
        ("match", None),
        ("e", None),
        ("_x", "ACT122"),
        ("__class__", "ACT122"),
        ("2x", "ACT122"),
        ("β", "ACT122"),
        ("a-b", "ACT122"),
        ("a b", "ACT122"),
        ("", "ACT122"),
        ("x\n", "ACT122"),
        ("ſ", "ACT122"),
        ("lambda", "ACT123"),
        ("True", "ACT123"),
        ("None", "ACT123"),
        ("y", "ACT123"),
        ("tf", "ACT123"),
        ("Any", "ACT123"),
        ("keras", "ACT123"),
        *((name, "ACT123") for name in sorted(CONSTANT_NAMES)),
    ],
)
def test_identifiers(check: Callable[..., bool], value: str, expected: str | None) -> None:
    """ASCII identifiers without a leading underscore, which neither Python nor the language reserves."""
    assert code(check, value) == expected


@pytest.mark.parametrize("value", sorted(FUNCTION_NAMES))
def test_only_a_parameter_may_bear_a_function_name(value: str) -> None:
    """A paper's γ is a parameter `gamma`; an input or a `let` of that name is an error."""
    assert code(check_input_name, value) == "ACT124"
    assert code(check_let_name, value) == "ACT124"
    assert code(check_parameter_name, value) is None


@pytest.mark.parametrize("value", sorted(LAYER_NAMES | GENERATED_ARGUMENTS))
def test_a_parameter_leaves_the_layer_its_names(value: str) -> None:
    """An input or a `let` is no attribute of the layer and may bear such a name."""
    assert code(check_parameter_name, value) == "ACT125"
    assert code(check_let_name, value) is None


def test_the_list_of_layer_names_is_that_of_keras() -> None:
    """Every public attribute and argument of the installed Keras's base layer is listed, and nothing else."""
    keras = pytest.importorskip("keras")
    public = {name for name in dir(keras.layers.Layer()) if not name.startswith("_")}
    code = keras.layers.Layer.__init__.__code__
    arguments = set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]) | {"kwargs"}
    popped = {name for name in code.co_consts if name in ("input_dim", "input_shape")}
    assert public | arguments | popped <= LAYER_NAMES
    if keras.__version__.startswith("3.15."):
        assert public | arguments | popped == LAYER_NAMES


def test_the_list_of_builtins_is_that_of_python() -> None:
    """Every name that the running Python has built in is refused, in whatever version the list was made."""
    public = {name for name in dir(builtins) if not name.startswith("_")}
    assert public - set(keyword.kwlist) <= BUILTINS


def test_arguments_of_weights() -> None:
    """Only a trainable parameter brings further arguments, with which another's name can clash."""
    beta, other = named("beta"), named("beta_constraint", 2)
    found = checked(check_weight_arguments, [beta, other], [beta])
    assert [(d.code, d.location.line) for d in found] == [("ACT126", 2)]
    assert not checked(check_weight_arguments, [beta, other], [other])


def test_names_are_distinct() -> None:
    """The later name in the file is reported, whichever key comes first, with the line of the earlier."""
    found = checked(check_distinct, [named("s", 7), named("x", 8), named("s", 3), named("s", 9)])
    assert [(d.code, d.location.line) for d in found] == [("ACT127", 7), ("ACT127", 9)]
    assert found[0].message == "the name `s` is taken, on line 3"
    assert not checked(check_distinct, [named("s"), named("S", 2)])
    assert [d.code for d in checked(check_not_implied, [named("s"), named("x")], "x")] == ["ACT127"]


def test_aliases() -> None:
    """Aliases are words in any case; one that is given twice, or is the name, is reported."""
    assert not checked(
        check_aliases, named("swish"), [named("SiLU"), named("silu"), named("swish-1.0_b"), named("max")]
    )
    for wrong in ("1a", "a b", "_a", "é", "a\n"):
        assert [d.code for d in checked(check_aliases, None, [named(wrong)])] == ["ACT128"]
    found = checked(check_aliases, named("swish"), [named("silu", 2), named("swish", 3), named("silu", 4)])
    assert [(d.code, d.location.line) for d in found] == [("ACT128", 3), ("ACT128", 4)]


def test_inputs_named_like_keys_of_an_example() -> None:
    """Such an input could not be given in an example."""
    found = checked(check_inputs_in_examples, [named("x"), named("value"), named("derivative")])
    assert [d.code for d in found] == ["ACT129", "ACT129"]
