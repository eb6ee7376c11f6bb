"""What a file becomes: one module, a function and a layer for each document, text that stays text."""

from __future__ import annotations

import ast
import math
import warnings

import numpy as np
import pytest

import actc
from actc.model.compiled import CompiledFile
from actc.pipeline import compile_source


def compiled(text: str, file: str = "several.yaml") -> CompiledFile:
    return compile_source(file, text.encode(), "generated")


def codes(text: str) -> list[str]:
    return [d.code for d in compiled(text).diagnostics]


def exported(text: str) -> list[str]:
    """What stands in the module's ``__all__``."""
    module = compiled(text).module
    assert module is not None
    for node in ast.parse(module).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    raise AssertionError("no __all__")


def test_each_document_becomes_a_function_and_a_layer() -> None:
    """Empty documents are skipped; the module's stem is the file's; both names are exported."""
    text = (
        "---\n---\nname: first_one\nexpression: x\n---\n# nothing\n---\nname: relu6\nexpression: clip(x, 0, 6)\n...\n"
    )
    assert exported(text) == ["FirstOne", "Relu6", "first_one", "relu6"]
    done = compiled(text)
    assert (done.stem, [a.name.name for a in done.activations]) == ("several", ["first_one", "relu6"])
    assert [a.line for a in done.activations] == [3, 8]


@pytest.mark.parametrize("text", ["", "---\n", "# a comment\n", "---\n---\n...\n"])
def test_a_file_with_no_activation_is_an_error(text: str) -> None:
    """Whether it is empty, blank or all comment."""
    assert codes(text) == ["ACT109"]


def test_one_wrong_document_leaves_no_module() -> None:
    """All or nothing; the report tells of the right ones all the same."""
    done = compiled("name: a\nexpression: x\nderivative: 1\n---\nname: b\nexpression: x\nderivative: 2\n")
    assert done.module is None
    assert [[g.verdict.value for g in a.gradients] for a in done.activations] == [["proved"], ["refuted"]]
    assert compiled("name: a\nexpression: x\n---\nnam: b\nexpression: x\n").module is None


def test_names_of_activations() -> None:
    """A name may be a function's of the language, and not a keyword, builtin, ``tf``, ``keras`` or ``get``."""
    for name in ("tanh", "relu", "gelu", "a1_b2", "x", "swish", "y"):
        assert codes(f"name: {name}\nexpression: 2*x\n") == [], name
    for name in ("max", "lambda", "tf", "keras", "get", "print"):
        assert codes(f"name: {name}\nexpression: 2*x\n") == ["ACT121"], name
    for name in ("A", "_a", "a__b", "a_", "1a", "a-b", "ä"):
        assert codes(f"name: {name}\nexpression: 2*x\n") == ["ACT120"], name


def test_a_function_of_the_language_is_no_recursion() -> None:
    """``tanh`` in the expression of an activation called tanh is the language's."""
    made = actc.compile("name: tanh\nexpression: 2*tanh(x)\n", package="contract_file")
    assert float(made.tanh(0.5)) == pytest.approx(2 * math.tanh(0.5), rel=1e-6)


NASTY = (
    '"""',
    "'''",
    '"""\n__import__("os").abort()\n"""',
    "\\",
    "\\N{BULLET} \\x00 \\",
    "{0} {name} %s %(a)s ${x} {{ x }} {% raw %}",
    "# type: ignore",
    'ends with a quote "',
    "\u2028 \u202e \u0085 é 𝛽",
    "*stars* `ticks` ``double`` <b>&amp;</b>",
    "trailing \\",
)


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_documentation_is_text_and_never_code(nasty: str) -> None:
    """Whatever stands in it, the module has the same syntax tree, docstrings aside, and can be imported."""
    one_line = " ".join(nasty.split())
    mapping = {
        "name": "plain",
        "summary": one_line,
        "description": nasty,
        "reference": [one_line, "https://example.org"],
        "tags": ["a", one_line],
        "parameters": {"beta": {"default": 1, "summary": one_line}},
        "expression": "beta*x",
    }
    made = actc.compile(mapping, package="contract_file")
    assert float(made.plain(3.0)) == 3
    if one_line.isascii() and "\\" not in one_line and '"' not in one_line:
        assert one_line in " ".join((made.plain.__doc__ or "").split())


def test_aliases_make_no_second_function() -> None:
    """They are further names under which it is found."""
    text = "name: swish\naliases: [silu, SiLU, x-swish]\nexpression: x*sigmoid(x)\n"
    assert exported(text) == ["Swish", "swish"]
    assert [a.name for a in compiled(text).activations[0].aliases] == ["silu", "SiLU", "x-swish"]
    assert codes("name: a\naliases: [a]\nexpression: x\n") == ["ACT128"]


def test_the_format_is_version_1() -> None:
    """It may be said, and another one is an error."""
    for written in ("1", "'1'"):
        assert codes(f"format: {written}\nname: a\nexpression: x\n") == []
    for written in ("2", "0", "1.0", "one"):
        assert codes(f"format: {written}\nname: a\nexpression: x\n") == ["ACT116"], written


def test_aliases_and_merge_keys_of_yaml_work() -> None:
    """An anchor is shared between parameters, and a merge key between mappings; tags are refused."""
    text = (
        "name: a\nparameters:\n  a: &shape {default: 2, domain: positive}\n  b: {<<: *shape, default: 3}\n"
        "expression: a*b*x\nexamples: [{x: 1, value: 6}, {x: 1, b: 0, value: 0}]\n"
    )
    assert codes(text) == ["ACT207"]
    assert codes("name: a\nexpression: !!python/name:os.system x\n") == ["ACT105"]


def test_the_signature_is_inputs_then_parameters() -> None:
    """In their order, with their defaults, positional or by keyword."""
    made = actc.compile(
        "name: a\ninputs: [v, u]\nparameters: {c: 1/4, b: 2, n: {default: 3, domain: integer}}\n"
        "expression: u - v*c + b*n\n",
        package="contract_file",
    )
    assert float(made.a(8.0, 1.0)) == 1 - 2 + 6
    assert float(made.a(8.0, 1.0, 0.5, 1.0, 5)) == 1 - 4 + 5
    assert float(made.a(u=1.0, v=8.0, n=0)) == 1 - 2
    layer = made.A(b=1.0)
    assert float(layer([np.float32(8), np.float32(1)])) == 1 - 2 + 3


def test_warnings_do_not_stop_a_module() -> None:
    """They are shown, and the module is made."""
    with pytest.warns(UserWarning, match="ACT302"):
        made = actc.compile("name: a\nexpression: step(x)\n", package="contract_file")
    assert float(made.a(2.0)) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        actc.compile("name: a\nexpression: step(x)\naccept: {ACT302: meant}\n", package="contract_file")
    with pytest.raises(actc.ActivationError) as raised:
        actc.compile("name: a\nexpression: x\nderivative: 2\n", package="contract_file")
    assert [d.code for d in raised.value.diagnostics] == ["ACT201"]
