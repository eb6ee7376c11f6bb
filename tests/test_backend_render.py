"""Rendering: whole packages are deterministic, hygienic, clean for linters and type checkers, independent in parts."""

from __future__ import annotations

import ast
import dataclasses
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from test_backend_text import HOSTILE
from test_generated_programs import X, documentation, gate, modules, routine, swish, write_package

from actc.backend.render import (
    HEADER,
    ModuleExports,
    ModuleProgram,
    is_generated,
    render_init,
    render_module,
    render_package,
)
from actc.model.domain import Domain
from actc.model.expr import ONE, ZERO, Expr, apply, symbol
from actc.model.program import Program, ProgramParameter

_RENDER = """
import hashlib, sys
sys.path.insert(0, {tests!r})
from test_generated_programs import modules
from actc.backend.render import render_package
text = "".join(f.path + f.text for f in render_package("acts", modules()))
print(hashlib.sha256(text.encode()).hexdigest())
"""


def one(program: Program, stem: str = "one") -> str:
    return render_module(ModuleProgram(stem, f"{stem}.yaml", (program,))).text


def simple(inputs: tuple[str, ...], parameters: tuple[str, ...], value: Expr, name: str = "simple") -> Program:
    """A program whose partial derivatives are all 1."""
    variables = inputs + parameters
    return Program(
        name=name,
        layer_name=name.capitalize(),
        inputs=inputs,
        parameters=tuple(ProgramParameter(p, "1.0", Domain(), trainable=True, summary="") for p in parameters),
        value=routine(value),
        gradient=routine(*(ONE for _ in variables)),
        with_respect_to=variables,
        documentation=documentation("anything"),
    )


def test_output_does_not_depend_on_the_hash_seed() -> None:
    """Two processes with different hash seeds render the same bytes."""
    code = _RENDER.format(tests=str(Path(__file__).parent))
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(found) == 1


def test_files_and_their_headers() -> None:
    """There is one file for each source, one shared, and the package's; each begins so that a writer knows it."""
    files = render_package("acts", modules())
    assert [file.path for file in files] == ["__init__.py", "_support.py", "gates.py", "leaky.py", "swish.py"]
    for file in files:
        assert file.text.startswith(HEADER)
        assert is_generated(file.text)
        assert "No licence of actc applies to this file" in file.text
        assert file.text.endswith("\n")
        assert not file.text.endswith("\n\n")
    assert "from swish.yaml" in files[-1].text.splitlines()[0]
    assert not is_generated("# my own file\n")


def test_parts_are_independent() -> None:
    """A module's text is the same whatever is beside it; the package's depends on exports alone."""
    files = {file.path: file.text for file in render_package("acts", modules())}
    for module in modules():
        assert render_module(module).text == files[f"{module.stem}.py"]
    exports = (
        ModuleExports("gates", (("swiglu_gate", "SwigluGate"), ("spike", "Spike"))),
        ModuleExports("swish", (("swish", "Swish"),), (("silu_beta", "swish"),)),
        ModuleExports("leaky", (("tanh_squared", "TanhSquared"), ("leaky", "Leaky"))),
    )
    assert render_init("acts", exports).text == files["__init__.py"]
    assert render_init("acts", exports[::-1]).text == files["__init__.py"]


def test_the_package_stands_alone() -> None:
    """It imports TensorFlow, Keras, the standard library and itself."""
    for file in render_package("acts", modules()):
        for node in ast.walk(ast.parse(file.text)):
            if isinstance(node, ast.Import):
                names = {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = set() if node.level else {str(node.module).partition(".")[0]}
            else:
                continue
            assert names <= {"tensorflow", "keras"} | sys.stdlib_module_names


def test_linters_and_the_formatter_are_content(tmp_path: Path) -> None:
    """``ruff check`` and ``ruff format``, as they come, find nothing to say."""
    pytest.importorskip("ruff")
    package = write_package(tmp_path, "acts")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", str(package)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("without", [False, True], ids=["TensorFlow installed", "not installed"])
def test_the_type_checker_is_content(tmp_path: Path, without: bool) -> None:
    """``mypy --strict`` finds nothing, whether TensorFlow is there or not."""
    pytest.importorskip("mypy")
    write_package(tmp_path, "acts")
    options = ["--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}"]
    if without:
        options.append("--no-site-packages")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "acts"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


_USER = """
from acts import Swish, swiglu_gate, swish

layer = Swish(beta=1.5, shared_axes=[1], beta_regularizer="l2", name="mine")
value = swish([1.0], beta=layer.beta)
gated = swiglu_gate(a=value, b=value)
reveal_type(layer)
swish([1.0], gamma=1.5)
"""


def test_types_reach_who_uses_the_package(tmp_path: Path) -> None:
    """An editor and a type checker know the class of a layer and the names of all arguments."""
    pytest.importorskip("mypy")
    write_package(tmp_path, "acts")
    (tmp_path / "user.py").write_text(_USER, encoding="utf-8")
    options = ["--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}", "--no-site-packages"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "user.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("user.py")][:2]
    assert found == [
        'user.py:7: note: Revealed type is "acts.swish.Swish"',
        'user.py:8: error: Unexpected keyword argument "gamma" for "swish"  [call-arg]',
    ]


def test_names_of_the_author_never_collide_with_ours() -> None:
    """Local names of the op give way to inputs, parameters and intermediates of the same name."""
    names = ("x", "upstream", "grad_x", "dtype", "value")
    total = symbol("x")
    for name in names[1:]:
        total = apply("add", total, symbol(name))
    text = one(simple(("x",), names[1:], total))
    functions = {n.name: n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)}
    assert [a.arg for a in functions["_simple_value"].args.args] == list(names)
    assert [a.arg for a in functions["_simple_gradient"].args.args] == ["upstream_", *names]
    assert "    return (grad_x_,)\n" in text


def test_ambiguous_names_are_allowed() -> None:
    """An input called l is the author's choice: the module says so to linters."""
    assert "\n# ruff: noqa: E741\n" in one(simple(("l",), (), symbol("l")))
    assert "noqa" not in one(swish())


@pytest.mark.parametrize("name", ["support", "domain", "call", "register"])
def test_an_activation_may_have_a_name_of_the_support_file(name: str) -> None:
    """Nothing private of ours is hidden by an activation's op, function or layer."""
    text = one(simple(("x",), (), X, name=name))
    assert f"def _{name}_value(" in text
    assert f"_{name}_op = _support.Op(" in text
    assert text.count("from . import _support\n") == 1
    assert "_support =" not in text


@pytest.mark.parametrize("name", ["self", "super", "kwargs", "shared_axes", "p_initializer"])
def test_a_name_that_a_signature_needs_is_refused(name: str) -> None:
    """No module with a wrong signature is ever rendered."""
    with pytest.raises(ValueError, match=name):
        one(simple(("x",), ("p", name), X))


@pytest.mark.parametrize("stem", ["_support", "__init__", "two words", "1st"])
def test_a_stem_that_is_no_module_is_refused(stem: str) -> None:
    """The shared file cannot be overwritten by a source's module."""
    with pytest.raises(ValueError, match="name of a Python module"):
        one(swish(), stem)


def test_constant_results_have_the_arguments_shape() -> None:
    """A value without an argument in it is spread to all of them; constant gradients need no computation."""
    program = dataclasses.replace(
        simple(("x",), ("p",), ONE), gradient=routine(ZERO, apply("neg", ONE)), with_respect_to=("x", "p")
    )
    text = one(program)
    assert "    return _support.spread(tf.constant(1.0, x.dtype), x, p)\n" in text
    assert "    grad_x = tf.zeros_like(upstream)\n" in text
    assert "    grad_p = upstream * -1.0\n" in text
    assert "needs=((), ())" in text


def test_what_no_result_needs_is_left_out() -> None:
    """Unused intermediates and arguments are not computed: the linter would complain, and so would a reader."""
    program = dataclasses.replace(swish(), value=routine(X * symbol("s"), s=apply("tanh", X), dead=apply("exp", X)))
    text = one(program)
    assert "dead" not in text
    assert "needs=((0, 1), (0, 1))" in text


def test_domains_are_passed_on() -> None:
    """Every kind of domain reaches the generated module, ends as floats, what is usual left out."""
    domains = {
        "real": Domain(),
        "unit": Domain("(0, 1)", Fraction(0), Fraction(1)),
        "tenth": Domain("[0.1, inf)", Fraction(1, 10), None, low_open=False),
        "whole": Domain("nonpositive integer", None, Fraction(0), high_open=False, integer=True),
        "nonzero": Domain("nonzero", nonzero=True),
    }
    parameters = tuple(ProgramParameter(n, "1.0", d, trainable=False, summary="") for n, d in domains.items())
    text = one(dataclasses.replace(simple(("x",), (), X), parameters=parameters))
    assert '    "real": _support.Domain("real"),\n' in text
    assert '    "unit": _support.Domain("(0, 1)", low=0.0, high=1.0),\n' in text
    assert '    "tenth": _support.Domain("[0.1, inf)", low=0.1, low_closed=True),\n' in text
    assert '"nonpositive integer", high=0.0, high_closed=True, integer=True' in text
    assert '    "nonzero": _support.Domain("nonzero", nonzero=True),\n' in text


def test_hostile_documentation_stays_documentation(tmp_path: Path) -> None:
    """Whatever an author writes, the module parses, has no other code than before, and the linter accepts it."""
    plain = ast.dump(_without_docstrings(ast.parse(one(gate()))))
    for i, text in enumerate(HOSTILE):
        described = dataclasses.replace(
            gate().documentation,
            summary=text,
            description=text,
            references=(text,),
            formula=text,
            let=(("s", text),),
            gradients=(("a", text, text),),
            conventions=(text,),
        )
        parameters = tuple(dataclasses.replace(p, summary=text) for p in gate().parameters)
        program = dataclasses.replace(gate(), documentation=described, parameters=parameters)
        rendered = render_module(ModuleProgram("one", f"{text}.yaml", (program,))).text
        (tmp_path / f"h{i}.py").write_text(rendered, encoding="utf-8")
        assert ast.dump(_without_docstrings(ast.parse(rendered))) == plain
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return tree
