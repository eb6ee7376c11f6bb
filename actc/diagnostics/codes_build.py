"""ACT4xx: the build, its sources and its output. ACT9xx: the compiler itself."""

from __future__ import annotations

from actc.diagnostics.codes import Code, Severity

ROWS: list[Code] = []


def _error(code: str, title: str, explanation: str, example: str) -> None:
    ROWS.append(Code(code, Severity.ERROR, title, explanation, example))


_error(
    "ACT401",
    "the file cannot be read",
    "The file was named or found, but the system does not let it be read, or it is no plain file, or a symbolic link "
    "leads from the project to elsewhere: such a link may come from a stranger, and is not followed.",
    "$ ln -s nowhere activations/mish.yaml; actc check",
)
_error(
    "ACT402",
    "a file name that is no module name",
    "A file becomes the Python module of the same stem, so the stem must be an identifier, no keyword, builtin, name "
    "of the package itself or device of Windows, and must not begin with `_`. Rename the file.",
    "$ mv activations/swish.yaml activations/2-swish.yaml; actc check",
)
_error(
    "ACT403",
    "two files for one module",
    "Sub-folders are flattened: all modules lie in one folder, so no two files may have the same stem, whatever the "
    "case of its letters. Rename one of the files.",
    "$ mkdir activations/more; cp activations/swish.yaml activations/more/; actc check",
)
_error(
    "ACT404",
    "two activations of one name",
    "Keras registers one object by a name, and the second would silently replace the first. An activation's name must "
    "be unique in the build; so must it differ from the aliases of the others.",
    """\
name: swish
expression: x * sigmoid(x)
---
name: swish
expression: x * sigmoid(2 * x)
""",
)
_error(
    "ACT405",
    "two layers of one name",
    "A layer's name joins the parts of the activation's name, each with its first letter raised, so that different "
    "names can come to one layer. Rename one of the activations.",
    """\
name: relu6
expression: clip(x, 0, 6)
---
name: relu_6
expression: min(max(x, 0), 6)
""",
)
_error(
    "ACT406",
    "an alias that is taken",
    "An alias is a further name of one activation only. Here it is another activation's name or alias.",
    """\
name: swish
expression: x * sigmoid(x)
---
name: mish
aliases: [swish]
expression: x * tanh(softplus(x))
""",
)
_error(
    "ACT407",
    "the time limit struck",
    "Compiling one file may take 60 seconds of a processor, and four times as long by the clock. The work was stopped "
    "and nothing is known about the file's activations. Split the file, simplify the expression, or raise "
    "`limits.seconds` in `[tool.actc]`.",
    "$ printf '[tool.actc]\\nlimits = {seconds = 0.001}' > pyproject.toml; actc check",
)
_error(
    "ACT408",
    "the memory limit struck",
    "Compiling one file may take 4 GiB of memory. The work was stopped and nothing is known about the file's "
    "activations. Split the file, simplify the expression, or raise `limits.memory_gib` in `[tool.actc]`.",
    "",
)
_error(
    "ACT409",
    "the process died",
    "The process that compiled the file ended without an answer: the system killed it, perhaps for want of memory, or "
    "a library crashed. The other files are not affected.",
    "",
)
_error(
    "ACT410",
    "a foreign file is in the way",
    "A file that actc did not write has the name of one that it would write, or Python would import it instead of one. "
    "Nothing was written. Move the file away, choose another `--out`, or let `--force` replace it.",
    "$ mkdir generated; touch generated/swish.py; actc build",
)
_error(
    "ACT411",
    "the output folder cannot be written",
    "The output folder, or a file in it, could not be written. The folder is as it was before.",
    "$ touch generated; actc build",
)
_error(
    "ACT412",
    "a template is wrong",
    "A template of the folder that `templates` of `[tool.actc]` names cannot be used: it is no template, asks for what "
    "it is not given, renders what is no Python file of actc, is written for another version of what templates are "
    "given, or nothing uses it. The place is that in the template.",
    "$ mkdir -p mine/tensorflow; echo '{{ headre }}' > mine/tensorflow/module.py.jinja; "
    "printf '[tool.actc]\\ntemplates = \"mine\"' > pyproject.toml; actc check",
)
_error(
    "ACT901",
    "internal error",
    "The compiler met a case that its authors did not think of. This is a mistake in actc, not in the file: please "
    "report it, with the file.",
    "",
)
