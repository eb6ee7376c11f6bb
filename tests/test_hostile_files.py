"""No text of a file is ever run, wherever it stands, and every file ends: in a module, or a finding that lies in it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from fuzz.targets import check
from workspace import REPOSITORY, Workspace, program

from actc.backend.text import visible
from actc.frontend.source_text import SIZE_LIMIT
from actc.model.compiled import CompiledFile
from actc.pipeline import compile_source

CANARY = "hacked"
RUN = f"__import__('os').system('touch {CANARY}')"

TEXTS = {
    "call": RUN,
    "triple quotes": f'"""\n{RUN}\n"""',
    "other triple quotes": f"'''\n{RUN}\n'''",
    "quote at the end": f'{RUN} "',
    "two quotes at the end": f'{RUN} ""',
    "backslash at the end": f"{RUN} \\",
    "backslashes before quotes": f'\\"""\\\\"""\n{RUN}',
    "line break": f"text\n{RUN}\n",
    "carriage return": f"text\r{RUN}\r\n#",
    "form feed": f"text\x0c{RUN}",
    "next line": f"text\x85{RUN}",
    "line separator": f"text\u2028{RUN}\u2029#",
    "template": "{{ cycler.__init__.__globals__.os.system('touch hacked') }}{% for x in y %}{# #}",
    "closed template": "}} {{ hacked %} {%",
    "named character": "\\N{DIGIT ONE}\\x41\\u202e\\U0001f600\\",
    "unfinished escape": "\\N{hacked \\x4 \\u12",
    "bidirectional": "\u202e)'dekcah hcuot'(metsys.so\u202c \u2066hacked\u2069",
    "invisible": "hac\u200bk\u00aded \ufeff \u2060",
    "look-alikes": "ѕwiѕh \u0430 \uff11 \u212f hacked",
    "emoji and plane 14": "\U0001f600 \U000e0041 hacked",
    "comment": f"# {RUN}",
    "f-string": "f'{hacked}' {RUN} %s %(hacked)s ${hacked} `hacked`",
    "tag": f"!!python/object/apply:os.system ['touch {CANARY}']",
    "document": f"---\nname: {CANARY}\n...",
    "type comment": "type: ignore[hacked] -*- coding: utf-7 -*- +AGgAYQBjAGsAZQBk-",
    "end of a string in JSON": '\\"]}],"module":"import os"}',
}
"""What an attacker may write where any text is allowed; some is refused where one line is wanted."""

NAMES = (
    *(RUN, "eval", "exec", "__import__", "__class__", "print", "import", "None", "tf", "keras", "get", "inputs"),
    *("self", "a.b", "a b", "a\nb", "a;b", "a=1", "Swish", "_a", "a_", "a__b", "ѕwish", "swi\u0455h", "ﬁ", "a\u200b"),
    *("{{ hacked }}", "lambda", "a'", 'a"', "a\\", "../a", "/etc/passwd", "con", "value_error", "none", "type"),
)
"""Names of activations that must be refused. ``con`` alone may be one: what Windows forbids is a file's name."""

EXPRESSIONS = (
    *(
        RUN,
        "eval('1')",
        "exec('1')",
        "().__class__.__bases__[0].__subclasses__()",
        "x.__class__",
        "open('/etc/passwd')",
    ),
    *("lambda: x", "[x for x in (1,)]", "{x: x}", "f'{x}'", "'hacked'", "b'1'", "x := 1", "(yield)", "await x", "*x"),
    *("x; import os", "x\nimport os", "x # hacked", "x if x else print(x)", "x.real", "x[0]", "x @ x", "...", "1j"),
    *(
        "{{ x }}",
        "\\N{DIGIT ONE}",
        "x\u2028+1",
        "\uff58 + 1",
        "x + \u0445",
        "x\u200b",
        "Symbol('x')",
        "S(1)",
        "Lambda(x, x)",
    ),
    *("__builtins__", "globals()", "x is x", "x in x", "x(1)", "print(x)", "breakpoint()", "help()", "exit()"),
)


_PARSED = ("<unknown>", "a.yaml")  # by `ast.parse`, and by the tests themselves: parsed, and not run


class Watch:
    """Python's own record of what it runs; a hook cannot be taken away, so it is switched."""

    on = False
    seen: list[str] = []  # noqa: RUF012 - one for all

    @classmethod
    def hook(cls, event: str, arguments: tuple[object, ...]) -> None:
        if not cls.on:
            return
        if event in (
            "os.system",
            "subprocess.Popen",
            "os.exec",
            "os.posix_spawn",
            "socket.connect",
            "pickle.find_class",
        ):
            cls.seen.append(event)
        if event == "exec" and isinstance(arguments[0], types.CodeType) and CANARY in _words(arguments[0]):
            cls.seen.append(f"{event} {arguments[0].co_filename}")
        if event == "compile" and arguments[1] not in _PARSED and CANARY in str(arguments[0]):
            cls.seen.append(f"{event} {arguments[1]}")


def _words(code: types.CodeType) -> str:
    inner = " ".join(_words(c) for c in code.co_consts if isinstance(c, types.CodeType))
    return f"{code.co_names} {code.co_consts} {inner}"


sys.addaudithook(Watch.hook)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the test compiles runs nothing of it, and leaves no file."""
    monkeypatch.chdir(tmp_path)
    compiled("name: first\nexpression: x\n")  # what is loaded late is loaded before
    Watch.seen.clear()
    Watch.on = True
    yield
    Watch.on = False
    assert Watch.seen == []
    assert list(tmp_path.iterdir()) == []


def compiled(text: str) -> CompiledFile:
    data = text.encode("utf-8", errors="surrogatepass")
    return compile_source("a.yaml", data, "generated")


def refused(found: CompiledFile) -> bool:
    return found.module is None and any(d.is_error for d in found.diagnostics)


def quoted(text: str) -> str:
    """As YAML, whose escapes are not quite JSON's."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}" for c in text) + '"'


def documented(text: str, name: str = "a") -> str:
    """A file that has the text wherever text is allowed."""
    said = quoted(text)
    line = quoted(" ".join(text.splitlines()))
    comment = f"# {' '.join(visible(text).splitlines())}\n"
    return (
        f"{comment}name: {name}\nsummary: {line}\ndescription: {said}\nreference: [{said}]\ntags: [{said}]\n"
        f"parameters: {{b: {{default: 1, summary: {line}}}}}\nexpression: b*x\naccept: {{ACT302: {said}}}\n"
    )


@pytest.mark.parametrize("key", TEXTS)
@pytest.mark.usefixtures("watched")
def test_text_is_shown_and_never_run(key: str) -> None:
    """Documentation that holds anything reaches the docstrings, each character visible, and no code."""
    found = compiled(documented(TEXTS[key]))
    assert found.module is not None, found.diagnostics
    tree = ast.parse(found.module)
    docstrings = [ast.get_docstring(n) or "" for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    shown = " ".join(" ".join(docstrings).split())
    assert " ".join(visible(TEXTS[key]).split()) in shown
    assert _shape(tree) == _shape(ast.parse(compiled(documented("plain")).module or ""))
    check(documented(TEXTS[key]).encode())


def _shape(tree: ast.AST) -> list[str]:
    """The kinds of the module's nodes in order: its code, whatever its texts."""
    return [type(node).__name__ for node in ast.walk(tree)]


def test_the_module_imports_and_shows_it(tmp_path: Path) -> None:
    """All of it built, imported and asked for its documentation in a fresh Python; what a text ends with ends some."""
    last = [t for key, t in TEXTS.items() if "end" in key or "quotes" in key]
    together = "\n\n".join(TEXTS.values())
    texts = {f"a{i}": text for i, text in enumerate([together, *last])}
    (tmp_path / "activations").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.actc]\nlimits = {seconds = 600}\n")
    for name, text in texts.items():
        (tmp_path / f"activations/{name}.yaml").write_text(documented(text, name), encoding="utf-8")
    done = program("build", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    code = f"import json, generated; print(json.dumps([generated.get(n).__doc__ for n in {list(texts)}]))"
    command = [sys.executable, "-W", "error::SyntaxWarning", "-c", code]
    variables = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=variables, check=True)
    for documentation, wanted in zip(json.loads(shown.stdout), texts.values(), strict=True):
        assert " ".join(visible(wanted).split()) in " ".join(documentation.split())
    assert not (tmp_path / CANARY).exists()


@pytest.mark.usefixtures("watched")
def test_names_are_refused() -> None:
    """What is no plain name, or another's, names nothing: activation, input, parameter, subexpression or example."""
    for name in NAMES:
        said = json.dumps(name)
        assert refused(compiled(f"name: {said}\nexpression: x\n")) or name == "con", name
        if not name.isidentifier() or not name.isascii() or name in ("import", "None", "lambda", "tf", "keras", "_a"):
            assert refused(compiled(f"name: a\ninputs: [{said}]\nexpression: x\n")), name
            assert refused(compiled(f"name: a\nparameters: {{{said}: 1}}\nexpression: x\n")), name
            assert refused(compiled(f"name: a\nlet: {{{said}: x}}\nexpression: x\n")), name
        assert refused(compiled(f"name: a\nexpression: x\n{said}: 1\n")), name
        assert refused(compiled(f"name: a\nexpression: x\nexamples: [{{x: 0, value: 0, {said}: 1}}]\n")), name
        assert refused(compiled(f"name: a\nexpression: x\naccept: {{{said}: why}}\n")), name
        assert refused(compiled(f"name: a\nexpression: x\nderivative: {{{said}: 1}}\n")), name


@pytest.mark.usefixtures("watched")
def test_expressions_are_refused() -> None:
    """What is not in the language is a finding in every place where mathematics stands."""
    for expression in EXPRESSIONS:
        said = json.dumps(expression)
        for text in (
            f"name: a\nexpression: {said}\n",
            f"name: a\nexpression: x\nderivative: {said}\n",
            f"name: a\nexpression: x\nsurrogate: {{x: {said}}}\n",
            f"name: a\nparameters: {{b: {said}}}\nexpression: b*x\n",
            f"name: a\nparameters: {{b: {{default: 1, domain: {said}}}}}\nexpression: b*x\n",
            f"name: a\nlet: {{s: {said}}}\nexpression: s\n",
            f"name: a\nexpression: x\nexamples: [{{x: {said}, value: 0}}]\n",
            f"name: a\nexpression: x\nexamples: [{{x: 0, value: {said}}}]\n",
            f"name: a\nexpression: x\nformat: {said}\n",
        ):
            assert refused(compiled(text)), text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"name: a\nexpression: \x00x\n", "ACT102"),
        (b'name: a\nsummary: "\\0"\nexpression: x\n', "ACT102"),
        (b'name: a\nsummary: "\\ud83d"\nexpression: x\n', "ACT102"),
        (b"name: a\nexpression: x\n# \xff\xfe\n", "ACT101"),
        (b"\xff\xfen\x00a\x00m\x00e\x00", "ACT101"),
        (b"name: a\nsummary: \xed\xa0\x80\nexpression: x\n", "ACT101"),
        (b"name: a\nsummary: \xc0\xaf\nexpression: x\n", "ACT101"),
        (b"name: a\nexpression: x\x1b[2J\n", "ACT102"),
        (b"name: !!python/object/apply:os.system ['touch hacked']\nexpression: x\n", "ACT105"),
        (b"name: a\nexpression: !!python/name:os.system x\n", "ACT105"),
        (b"%YAML 9.9\n---\nname: a\nexpression: x\n", "ACT104"),
        (b"%TAG ! tag:yaml.org,2002:python/\n---\nname: !name:os.system a\nexpression: x\n", "ACT105"),
        (b"a: &a [*a]\nname: a\nexpression: x\n", "ACT106"),
        (b"&a {name: a, expression: x, <<: *a}\n", "ACT106"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
@pytest.mark.usefixtures("watched")
def test_bytes_that_are_no_activation(data: bytes, code: str) -> None:
    """Bad encodings, controls, tags and circles are found where they stand."""
    found = compile_source("a.yaml", data, "generated")
    assert found.module is None
    assert code in {d.code for d in found.diagnostics}


def bomb(levels: int, wide: int) -> str:
    rows = ["a0: &a0 [" + ", ".join("x" * wide) + "]"]
    rows += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * wide) + "]" for i in range(1, levels)]
    return "\n".join([*rows, "name: a", "expression: x", ""])


def merged(levels: int, wide: int) -> str:
    rows = ["a0: &a0 {k: 1}"]
    rows += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * wide)}], k{i}: 1}}" for i in range(1, levels)]
    return "\n".join([*rows, "name: a", "expression: x", ""])


def doubled(levels: int) -> str:
    parts = "".join(f"  b{i}: sin(b{i - 1})*b{i - 1} + b{i - 1}\n" for i in range(1, levels))
    return f"name: a\nlet:\n  b0: x + 1\n{parts}expression: b{levels - 1}\n"


SIZES = {
    "alias bomb": (bomb(30, 9), "ACT110"),
    "merge bomb": (merged(12, 500), "ACT110"),
    "parentheses": ("name: a\nexpression: " + "(" * 10_000 + "x" + ")" * 10_000, "ACT156"),
    "calls": ("name: a\nexpression: " + "sin(" * 10_000 + "x" + ")" * 10_000, "ACT156"),
    "signs": ("name: a\nexpression: " + "-" * 100_000 + "x", "ACT156"),
    "choices": ("name: a\nexpression: " + "x if x > 0 else " * 3000 + "x", "ACT156"),
    "attributes": ("name: a\nexpression: x" + ".a" * 50_000, "ACT156"),
    "powers": ("name: a\nexpression: " + "x**" * 5000 + "2", "ACT156"),
    "tower": ("name: a\nexpression: 9**9**9**9", "ACT216"),
    "tower in an example": ("name: a\nexpression: x\nexamples: [{x: 9**9**9**9, value: 0}]", "ACT207"),
    "great number": ("name: a\nexpression: x + 1e999999999", "ACT152"),
    "small number": ("name: a\nexpression: x + 1e-999999999", "ACT152"),
    "digits": ("name: a\nexpression: x*" + "9" * 100_000, "ACT152"),
    "great default": ("name: a\nparameters: {b: 1e999999999}\nexpression: b*x", "ACT152"),
    "great domain": ('name: a\nparameters: {b: {default: 1, domain: "(0, 1e999999999)"}}\nexpression: b*x', "ACT134"),
    "sum": ("name: a\nexpression: " + "+".join(["x"] * 10_000), "ACT156"),
    "product": ("name: a\nexpression: " + "*".join(["x"] * 2_002), "ACT156"),
    "lists": ("name: " + "[" * 100_000, "ACT106"),
    "mappings": ("name: " + "{a: " * 100_000, "ACT106"),
    "documents": ("---\nname: a\nexpression: y\n" * 3_000, "ACT107"),
    "empty documents": ("---\n" * 50_000, "ACT107"),
    "size": ("#" * (SIZE_LIMIT + 1), "ACT103"),
}


@pytest.mark.parametrize("key", SIZES)
@pytest.mark.usefixtures("watched")
def test_what_is_too_large_is_refused(key: str) -> None:
    """At the place where it stands, without the work that it asks for."""
    text, code = SIZES[key]
    found = compiled(text)
    assert found.module is None
    assert code in {d.code for d in found.diagnostics}
    assert len(found.diagnostics) < 1100


@pytest.mark.parametrize("expression", ["(x+1)**100000000", "x**1000000007", "x**(1/1000000007)", "x*1e-300*1e300"])
@pytest.mark.usefixtures("watched")
def test_what_looks_dear_but_is_not(expression: str) -> None:
    """A great exponent is no great expression: nothing is multiplied out."""
    check(f"name: a\nexpression: {expression}\n".encode())


def test_what_cannot_be_done_is_stopped(tmp_path: Path) -> None:
    """Files that ask for more than the limits are stopped, each with a finding, and the others go on."""
    (tmp_path / "activations").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.actc]\nlimits = {seconds = 3, memory_gib = 1}\n")
    slow = "+".join(f"Abs(sin({k}*x) - floor(cos(x)))" for k in range(1, 200))
    texts = {
        "slow": f"name: slow\nexpression: {slow}\n",
        "doubled": doubled(40),
        "right": "name: right\nexpression: x\n",
    }
    for name, text in texts.items():
        (tmp_path / f"activations/{name}.yaml").write_text(text)
    done = program("check", cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 1
    assert "right" in done.stdout
    for name in ("slow", "doubled"):
        assert any(f"activations/{name}.yaml:1:1: error[ACT{code}]" in done.stderr for code in (407, 408, 409))
    assert "Traceback" not in done.stderr


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(tmp_path, monkeypatch)


def test_a_great_file_is_not_read(space: Workspace) -> None:
    """Of a file of 100 MB no more is read than is allowed; the others go on."""
    with (space.path / "great").open("wb") as stream:
        stream.truncate(100_000_000)
    space.activation("a")
    (space.path / "great").rename(space.path / "activations/great.yaml")
    got = space.actc("check")
    assert got.code == 1
    assert f"activations/great.yaml:1:1: error[ACT103] the file has more than {SIZE_LIMIT:,} bytes" in got.err
    assert "a  x: proved" in got.out


def test_links_to_elsewhere_are_not_read(space: Workspace) -> None:
    """A link in a project that a stranger sent shows nothing of the machine, whoever names it."""
    secret = space.path.with_name("secret.yaml")
    secret.write_text("token: hunter2\n")
    space.activation("a")
    (space.path / "activations/b.yaml").symlink_to(secret)
    (space.path / "activations/c.yaml").symlink_to("a.yaml")
    (space.path / "linked").symlink_to(space.path.parent, target_is_directory=True)
    for argv in ([], ["activations/b.yaml"], ["activations/*.yaml"], ["linked/secret.yaml"], ["linked"]):
        got = space.actc("check", *argv)
        assert got.code == 1
        assert "error[ACT401] a symbolic link leads out of" in got.err
        assert "hunter2" not in got.err + got.out
    assert "activations/c.yaml:1:7: error[ACT404]" in space.actc("check").err  # read, as it stays within


@pytest.mark.parametrize(
    "stem", ["print", "abs", "tf", "keras", "get", "Any", "con", "AUX", "com1", "lambda", "_a", "a-b"]
)
def test_stems_that_would_hide_something(space: Workspace, stem: str) -> None:
    """A module is not named like what its package, Python or Windows means by that."""
    space.write(f"activations/{stem}.yaml", "name: a\n")
    got = space.actc("check")
    assert got.code == 1
    assert f"error[ACT402] `{stem}` cannot name a Python module" in got.err


def test_show_reads_within_the_limits(space: Workspace) -> None:
    """A source that cannot be read in time does not keep ``show`` from the others."""
    space.write("pyproject.toml", "[tool.actc]\nlimits = {seconds = 2}\n")
    space.write("activations/great.yaml", "- &a [x]\n" * 400_000)
    space.activation("a")
    assert space.actc("show", "a").code == 0


def test_the_tests_watch() -> None:
    """The hook sees what it is to see."""
    Watch.seen.clear()
    Watch.on = True
    exec(compile(f"{CANARY} = 1", "<template>", "exec"), {})  # noqa: S102 - that is what is looked for
    Watch.on = False
    assert Watch.seen == ["compile <template>", "exec <template>"]
    assert REPOSITORY.exists()
