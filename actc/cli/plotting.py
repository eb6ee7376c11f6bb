"""``actc plot``: value and gradient of activations over a range, in the terminal or in a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from importlib.util import find_spec
from math import isfinite
from pathlib import Path

from actc.cli.console import Console
from actc.cli.named import compile_named, exit_code, print_findings
from actc.cli.parser import Options
from actc.output.build import confined
from actc.pictures.functions import Drawable, drawable
from actc.pictures.views import OutsideError, Picture, TooManyCurvesError, picture
from actc.project.config import working_directory
from actc.project.usage import UsageError, did_you_mean
from actc.reporting.numbers import read_number

FORMATS = {".png": "png", ".svg": "svg"}

Settings = dict[str, tuple[Fraction, ...]]


def run(options: Options, console: Console) -> int:
    """Run the command and return its exit code. Raises UsageError where it was misused or a name is unknown."""
    format = None if options.output is None else _format(options.output)
    if options.output is not None:  # before anything is computed
        _inside(Path(options.output))
    _need("plotext" if format is None else "matplotlib")
    settings, span = _settings(options.set), _span(options.range)
    compiled = compile_named(options.names, console)
    print_findings(compiled, console)
    if not compiled.wrong:
        drawables = [drawable(one.spec, one.report) for one in compiled.asked]
        _check(settings, drawables)
        shown = _picture(drawables, settings, span)
        if format is None:
            _print(shown, console)
        else:
            _write(shown, Path(options.output or ""), format, console)
    return exit_code(compiled, console)


def _format(file: str) -> str:
    format = FORMATS.get(Path(file).suffix.lower())
    if format is None or "\0" in file:
        raise UsageError(f"`{file}` is not the name of a picture", f"it ends with {' or '.join(FORMATS)}")
    return format


def _inside(file: Path) -> None:
    """Raises UsageError where a link leads the file out of the project."""
    cwd = working_directory()
    confined(Path(os.path.abspath(cwd / file.expanduser())), cwd, str(file))  # noqa: PTH100 - links stay as named


def _need(library: str) -> None:
    if find_spec(library) is None:
        raise UsageError(f"plots need {library}, which is not installed", "install it: pip install 'actc[plot]'")


def _settings(texts: Sequence[str]) -> Settings:
    found: Settings = {}
    for text in texts:
        name, sign, values = text.partition("=")
        name = name.strip()
        if not sign or not name:
            raise UsageError(f"`--set {text}` names no value", "write `--set beta=0.5,1,2`")
        if name in found:
            raise UsageError(f"`{name}` is set twice", f"write all values together: `--set {name}=0.5,1,2`")
        found[name] = tuple(dict.fromkeys(_number(value, f"--set {text}") for value in values.split(",")))
    return found


def _span(text: str | None) -> tuple[Fraction, Fraction] | None:
    if text is None:
        return None
    ends = [_number(part, f"--range {text}") for part in text.split(",")]
    if len(ends) != 2 or not ends[0] < ends[1]:
        raise UsageError(f"`--range {text}` is no range", "write `--range LOW,HIGH`, such as `--range -6,6`")
    return ends[0], ends[1]


def _number(text: str, where: str) -> Fraction:
    value = read_number(text)
    if value is None or not isfinite(_float(value)):
        raise UsageError(f"`{text.strip()}` in `{where}` is no number", "numbers are 0.5, -2, 1/3, sqrt(2), pi")
    return value


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _check(settings: Settings, drawables: Sequence[Drawable]) -> None:
    """What is set must be a parameter or an input of one of the activations at least, and lie in its domain."""
    for name, values in settings.items():
        domains = [d.every_domain[name] for d in drawables if name in d.every_domain]
        if not domains:
            known = sorted({known for d in drawables for known in d.every_domain})
            listed = f"there are {', '.join(f'`{n}`' for n in known)}"
            raise UsageError(f"nothing in the plot is called `{name}`", did_you_mean(name, known) or listed)
        for value in values:
            for domain in domains:
                if not domain.contains(value):
                    raise UsageError(f"`{name}` cannot be {float(value):g}: its domain is {domain.text}")
    for drawn in drawables:
        if all(name in settings for name in drawn.inputs):
            names = " and ".join(f"`{name}`" for name in drawn.inputs)
            raise UsageError(f"{names} of {drawn.name} cannot be set: there would be nothing left to draw along")


def _picture(drawables: Sequence[Drawable], settings: Settings, span: tuple[Fraction, Fraction] | None) -> Picture:
    try:
        return picture(drawables, settings, span)
    except TooManyCurvesError as error:
        raise UsageError(str(error), "plot fewer activations at once, or give `--set` fewer values") from None
    except OutsideError as error:
        raise UsageError(str(error), "choose another `--range`") from None


def _print(shown: Picture, console: Console) -> None:
    from actc.pictures.terminal_plot import FINE, terminal_text

    console.write(terminal_text(shown, console.columns, colours=console.out.on, unicode=console.can_show(FINE)))


def _write(shown: Picture, file: Path, format: str, console: Console) -> None:
    from actc.pictures.figure import figure_bytes

    _inside(file)
    data = figure_bytes(shown, format)
    try:
        file.expanduser().write_bytes(data)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None
    if not console.quiet:
        console.print(f"{file} written")
