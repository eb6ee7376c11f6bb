"""``actc.compile``: an activation file becomes a module of the running program, with nothing written to disk."""

from __future__ import annotations

import linecache
import numbers
import os
import sys
import types
import warnings
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from actc.diagnostics import ActivationError, Diagnostic, DiagnosticLog
from actc.model.compiled import CompiledFile
from actc.output.folder import MARKER
from actc.project.config import check_package
from actc.project.crosscheck import cross_check
from actc.project.sources import SUFFIXES, read_sources
from actc.project.usage import UsageError

if TYPE_CHECKING:
    from actc.backend.render import ModuleExports

Described = str | os.PathLike[str] | Mapping[str, object]
"""A path, YAML text or a mapping."""

_MADE = "__made_by_actc__"


def compile_module(source: Described, package: str) -> types.ModuleType:
    """The module of an activation file, imported as ``package.<stem>``; see ``actc.compile``."""
    if not isinstance(package, str):
        raise TypeError(f"the package is a dotted name, not {type(package).__name__}")
    try:
        check_package(package)
    except UsageError as error:
        raise ValueError(error.message) from None
    file, data, found = _read(source)
    try:
        compiled = _compile(file, data, package, found)
    except ActivationError as error:
        if isinstance(source, str) and data and not {"\n", ":"} & set(source):
            error.add_note("taken as YAML text, because a path ends with .yaml or .yml")
        raise
    for diagnostic in compiled.diagnostics:
        if diagnostic.accepted is None:
            text = f"{diagnostic.location}: {diagnostic.code} {diagnostic.message}"
            warnings.warn(text, stacklevel=3)
    return _import(compiled, package)


def _compile(file: str, data: bytes, package: str, found: tuple[Diagnostic, ...]) -> CompiledFile:
    """The outcome, if nothing is wrong; raises ActivationError with all findings otherwise."""
    if found:  # the file's name is none of a module's
        raise ActivationError(found)
    compiled = _outcome(file, data, package)
    diagnostics = (*compiled.diagnostics, *cross_check([compiled]))
    if compiled.module is None or any(d.is_error for d in diagnostics):
        raise ActivationError(diagnostics)
    return compiled


@lru_cache(maxsize=256)
def _outcome(file: str, data: bytes, package: str) -> CompiledFile:
    """A cell that is run again, unchanged, costs nothing: what is proved stays proved."""
    from actc.pipeline import compile_source

    return compile_source(file, data, package)


def _read(source: Described) -> tuple[str, bytes, tuple[Diagnostic, ...]]:
    """The file's name, its bytes, and what is wrong with either.

    Raises OSError where a file cannot be read, TypeError for anything else than a path, a text or a mapping.
    """
    if isinstance(source, Mapping):
        return _named(yaml.safe_dump(_plain(source), sort_keys=False, allow_unicode=True, width=sys.maxsize))
    if isinstance(source, str) and not ("\n" not in source and source.lower().endswith(SUFFIXES)):
        return _named(source)
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"a path, YAML text or a mapping is compiled, not {type(source).__name__}")
    path = Path(source).absolute()
    data = path.read_bytes()
    read = read_sources([path], Path.cwd())
    return (read.files[0].file if read.files else path.as_posix()), data, read.diagnostics


def _plain(value: object, place: str = "") -> object:
    """What YAML can say of a value of the mapping; numbers of any library and fractions become plain ones, exactly.

    Raises TypeError for what YAML cannot say; the message tells where it stands.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Rational):
        return f"{int(value.numerator)}/{int(value.denominator)}"
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, Mapping):
        return {_plain(key, place): _plain(item, f"{place}.{key}".strip(".")) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{place}[{i}]") for i, item in enumerate(value)]
    found = f"{type(value).__module__}.{type(value).__qualname__}"
    raise TypeError(f"`{place}` of the mapping is {found}, which YAML cannot say: give its text or a number")


def _named(text: str) -> tuple[str, bytes, tuple[Diagnostic, ...]]:
    """Text bears the name of its first activation, so that texts with different ones become different modules."""
    from actc.frontend import load

    data = text.encode("utf-8", errors="surrogatepass")
    names = [spec.name.value for spec in load("activation.yaml", data, DiagnosticLog()) if spec.name.value]
    return f"{names[0] if names else 'activation'}.yaml", data, ()


def _import(compiled: CompiledFile, package: str) -> types.ModuleType:
    """Run the generated texts as modules of a package that exists in memory alone.

    A text that has been run already is not run again, so that layers made before are still of the same class. Names
    that another module has had are this one's from now on.
    """
    from actc.backend.render import SUPPORT_STEM, ModuleExports, render_support

    parent = _package(package)
    exports = ModuleExports(
        compiled.stem,
        tuple((report.name.name, report.layer_name) for report in compiled.activations),
        tuple((alias.name, report.name.name) for report in compiled.activations for alias in report.aliases),
    )
    support = render_support(package).text
    shared = sys.modules.get(f"{package}.{SUPPORT_STEM}")
    known = sys.modules.get(f"{package}.{compiled.stem}")
    if shared is None or getattr(shared, _MADE, None) != support:
        shared, known = types.ModuleType(f"{package}.{SUPPORT_STEM}"), None
        _execute(shared, support)
    current = known is not None and getattr(known, _MADE, None) == compiled.module
    if known is not None and current and getattr(parent, _MADE).get(compiled.stem) == exports:
        return known
    _release(shared, exports)
    if known is not None and current:
        for name in (name for pair in exports.names for name in pair):
            shared.register(name)(getattr(known, name))
    else:
        known = types.ModuleType(f"{package}.{compiled.stem}")
        _execute(known, compiled.module or "")
    _export(parent, exports)
    return known


def _release(shared: types.ModuleType, exports: ModuleExports) -> None:
    """Make names free that Keras knows of other modules of the package in memory."""
    registered = shared.keras.saving.get_custom_objects()
    for key in (f"{shared.PACKAGE}>{name}" for pair in exports.names for name in pair):
        if getattr(registered.get(key), "__module__", "").rpartition(".")[0] == shared.PACKAGE:
            del registered[key]


def _export(parent: types.ModuleType, exports: ModuleExports) -> None:
    """Export the module's names from the package, instead of what has had them."""
    from actc.backend.render import render_init

    held: dict[str, ModuleExports] = getattr(parent, _MADE)
    taken = {function for function, _ in exports.names}
    further = {alias for alias, _ in exports.aliases}
    for other in tuple(held.values()):
        names = tuple(pair for pair in other.names if pair[0] not in taken)
        left = {function for function, _ in names}
        aliases = tuple((alias, name) for alias, name in other.aliases if alias not in further and name in left)
        held[other.stem] = replace(other, names=names, aliases=aliases)
    held[exports.stem] = exports
    functions = {function for module in held.values() for function, _ in module.names}
    shown = [
        replace(module, aliases=tuple(pair for pair in module.aliases if pair[0] not in functions))
        for module in held.values()
        if module.names
    ]
    _execute(parent, render_init(parent.__name__, tuple(shown)).text, mark=False)


def _package(name: str) -> types.ModuleType:
    """The package in memory, made at the first use. Raises ValueError where another module has its name."""
    parent = sys.modules.get(name)
    if parent is None:
        if "." in name:
            raise ValueError(f"`{name}` has a dot: a package in memory stands alone")
        if _is_foreign(name):
            raise ValueError(f"`{name}` is the name of a module that can be imported; choose another `package`")
        parent = types.ModuleType(name)
        parent.__path__ = []
        setattr(parent, _MADE, {})
        sys.modules[name] = parent
    if not isinstance(getattr(parent, _MADE, None), dict):
        raise ValueError(f"`{name}` is the name of a module that is imported already; choose another `package`")
    return parent


def _is_foreign(name: str) -> bool:
    """Whether importing the name would find a module that actc has not written: it must not be hidden."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:  # a folder without an __init__.py is no module
        return False
    file = Path(spec.origin)
    return not (file.suffix == ".py" and file.is_file() and file.read_bytes().startswith(MARKER))


def _execute(module: types.ModuleType, text: str, *, mark: bool = True) -> None:
    """Run the text as the module's, where tracebacks and debuggers find it; undone if it raises."""
    name = module.__name__
    file = f"<generated by actc: {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module.__file__ = file
    module.__package__ = name if hasattr(module, "__path__") else name.rpartition(".")[0]
    if mark:
        setattr(module, _MADE, text)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        exec(compile(text, file, "exec"), module.__dict__)  # noqa: S102 - our own text, from our own templates
    except BaseException:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
        raise
