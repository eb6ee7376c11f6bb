"""The templates: ours, and before them those of a folder of the user's, which may be wrong.

A user's template is text from somewhere, so it runs in Jinja's sandbox, and whatever it does wrong is a
``TemplateError`` with the file and line. What templates are given is versioned (``CONTEXT_VERSION``); one that says for
which version it was written is refused by another.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import re
import traceback
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment

from actc import resources
from actc.backend.template_error import TemplateError

CONTEXT_VERSION = 2
"""Raised when a template that was right may be so no longer: a name is renamed, taken away or means something else."""

TARGET = "tensorflow"
"""The folder, of ours and of a user's templates, for the only target."""

SUFFIX = ".jinja"
_DECLARED = re.compile(r"\{#-?\s*actc templates (\d+)\s*-?#\}")


def render(template: str, fields: Mapping[str, object], folder: Path | None, begins: str) -> str:
    """The text of a template, ours or the folder's. Raises TemplateError where that is not what a file must be."""
    if folder is None:
        return _finished(_environment(None).get_template(template).render(fields))
    try:
        text = _finished(_environment(folder).get_template(template).render(fields))
    except Exception as error:
        raise _located(error, folder, template) from error
    where = _place(template, folder)
    if not text.startswith(begins):
        message = "what it renders does not begin with the header, by which actc knows its files again"
        raise TemplateError(where, 1, message, "begin with `{{ header }}`")
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        shown = (text.splitlines() or [""])[min(line, len(text.splitlines())) - 1].strip()
        message = f"what it renders is not Python: {getattr(error, 'msg', error)}, in the line `{shown}`"
        raise TemplateError(where, 1, message) from None
    return text


def fingerprint(folder: Path) -> str:
    """A short hash of all that is in the folder, wherever it lies: what generated files say of their templates."""
    digest = hashlib.sha256()
    for file in sorted(path for path in (folder / TARGET).rglob("*") if path.is_file()):
        for part in (file.relative_to(folder).as_posix().encode(), file.read_bytes()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]


def check(folder: Path) -> Iterator[TemplateError]:
    """What is wrong with the folder before anything is rendered: syntax, another version, files that nothing uses."""
    files = sorted(path for path in folder.rglob(f"*{SUFFIX}") if path.is_file())
    inside = [path for path in files if path.is_relative_to(folder / TARGET)]
    kinds = {each.name for each in resources.templates().iterdir() if each.is_dir()}  # of pages too
    for file in files:
        if file.relative_to(folder).parts[0] not in kinds:
            yield TemplateError(
                file, 1, f"templates lie in the folder `{TARGET}`", f"move it to {folder.name}/{TARGET}"
            )
    wrong = [found for file in inside for found in _check_file(file)]
    yield from wrong
    if not wrong:
        yield from _unused(folder, inside)


def _check_file(file: Path) -> Iterator[TemplateError]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        yield TemplateError(file, 1, _unreadable(error))
        return
    declared = _DECLARED.search(text)
    if declared and int(declared[1]) != CONTEXT_VERSION:
        line = text.count("\n", 0, declared.start()) + 1
        message = f"it is written for version {int(declared[1])} of what templates are given; this is {CONTEXT_VERSION}"
        yield TemplateError(file, line, message, "see the changelog, and then raise the number")
    try:
        _environment(None).parse(text)
    except TemplateSyntaxError as error:
        yield TemplateError(file, error.lineno, error.message or "it is no template")


def _unused(folder: Path, files: list[Path]) -> Iterator[TemplateError]:
    """Files that are not named as ours are, and that none of the others includes: a misspelt name, most likely."""
    ours = resources.templates() / TARGET
    known = sorted(path.relative_to(ours).as_posix() for path in ours.rglob(f"*{SUFFIX}"))
    included: set[str | None] = set()
    for file in files:
        included.update(meta.find_referenced_templates(_environment(None).parse(file.read_text("utf-8"))))
    if None in included:
        return  # a name that is made up while it is rendered: any file may be meant
    for file in files:
        name = file.relative_to(folder / TARGET).as_posix()
        if name not in known and name not in included:
            near = difflib.get_close_matches(name, known, 1)
            help = f"did you mean `{near[0]}`?" if near else f"those of actc are {', '.join(known)}"
            yield TemplateError(file, 1, f"actc has no template `{name}`, and none of yours includes it", help)


def _unreadable(error: OSError | UnicodeDecodeError) -> str:
    return f"it cannot be read: {getattr(error, 'strerror', None) or error}"


def _finished(text: str) -> str:
    return text.rstrip("\n") + "\n"


def _place(template: str, folder: Path) -> Path:
    """The file of a template: the user's own where there is one, else any of theirs, which is what changed it."""
    own = folder / TARGET / template
    if own.is_file():
        return own
    return next(iter(sorted((folder / TARGET).rglob(f"*{SUFFIX}"))), folder)


def _located(error: Exception, folder: Path, template: str) -> TemplateError:
    """The mistake with its place: Jinja's frames in a traceback bear the template's file and line."""
    message = str(error) or type(error).__name__
    if isinstance(error, OSError | UnicodeDecodeError):
        message = _unreadable(error)
    if isinstance(error, TemplateSyntaxError):
        return TemplateError(Path(error.filename or _place(template, folder)), error.lineno, error.message or message)
    if isinstance(error, TemplateNotFound):
        message = f"there is no template `{error.name}`"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(SUFFIX)]
    theirs = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    chosen = (theirs or frames)[-1:]
    if not chosen:
        return TemplateError(_place(template, folder), 1, message)
    return TemplateError(Path(chosen[0].filename), chosen[0].lineno or 1, message)


@cache
def _environment(folder: Path | None) -> SandboxedEnvironment:
    folders = [each / TARGET for each in (folder, resources.templates()) if each is not None]
    return SandboxedEnvironment(
        loader=FileSystemLoader(folders, encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
