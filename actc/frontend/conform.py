"""Holds a document against the table of fields and keeps of it what has the right shape."""

from __future__ import annotations

from collections.abc import Callable

from actc.diagnostics import DiagnosticLog, Location
from actc.frontend.fields import DOCUMENT, Either, ListOf, MappingOf, Record, ScalarKind, Shape
from actc.frontend.tree import Entry, Listing, Mapping, Node, Scalar, trimmed
from actc.frontend.wording import did_you_mean, listed, nearest, quoted
from actc.frontend.yaml_source import shape_of
from actc.model.spec import Text

TRUE = frozenset({"true", "True", "TRUE"})
FALSE = frozenset({"false", "False", "FALSE"})
VERSIONS = frozenset({"1"})
_FLAGS = {
    **dict.fromkeys(("true", "yes", "on", "1"), "true"),
    **dict.fromkeys(("false", "no", "off", "0"), "false"),
}
LINE_BREAKS = "\n\r\x85\u2028\u2029"

# These may be blank, and white space around the others has no meaning; within a name it is a mistake.
_BLANK = frozenset({ScalarKind.PARAGRAPHS, ScalarKind.LINE})
_NAMES = frozenset(
    {
        ScalarKind.ACTIVATION_NAME,
        ScalarKind.ALIAS,
        ScalarKind.INPUT_NAME,
        ScalarKind.PARAMETER_NAME,
        ScalarKind.LET_NAME,
        ScalarKind.VARIABLE,
        ScalarKind.WARNING_CODE,
    }
)


def conform_document(root: Node, log: DiagnosticLog) -> Mapping | None:
    """The document less what was reported, empty text in place of values; None where it is no mapping at all."""
    if isinstance(root, Mapping):
        return _record(root, DOCUMENT, "", root.entries[0].key.location if root.entries else root.location, log)
    help = "separate activations with `---`" if isinstance(root, Listing) else None
    log.report("ACT113", root.location, f"a document must be {DOCUMENT.noun}, not {shape_of(root)}", help)
    return None


def noun(shape: Shape) -> str:
    """What a message calls the shape."""
    if isinstance(shape, ScalarKind):
        return str(shape.value)
    if isinstance(shape, Either):
        return " or ".join(map(noun, shape.options))
    return shape.noun


def _conform(node: Node, shape: Shape, label: str, place: Text | None, log: DiagnosticLog) -> Node | None:
    """The node less what was reported. ``place`` is its key, where the lack of a value is reported."""
    if isinstance(node, Scalar) and node.is_null:
        _report_empty(node, label, place, log)
        return None
    for option in shape.options if isinstance(shape, Either) else (shape,):
        if isinstance(node, Scalar) and isinstance(option, ScalarKind):
            return _scalar(node, option, label, place, log)
        if isinstance(node, Listing) and isinstance(option, ListOf):
            return _listing(node, option, label, log)
        if isinstance(node, Mapping) and isinstance(option, MappingOf):
            return _mapping(node, option, label, log)
        if isinstance(node, Mapping) and isinstance(option, Record):
            owner = label if place is None else quoted(place.value)
            return _record(node, option, owner, node.location, log)
    message = f"{label} must be {noun(shape)}, not {shape_of(node)}"
    log.report("ACT113", node.location, message, _reshaped(node, shape))
    return None


def _scalar(node: Scalar, kind: ScalarKind, label: str, place: Text | None, log: DiagnosticLog) -> Scalar | None:
    text = node.text if kind in _NAMES else trimmed(node.text)
    if not text.value.strip() and kind not in _BLANK:
        _report_empty(node, label, place, log)
        return None
    problem = _PROBLEMS.get(kind)
    found = problem(Scalar(text, node.plain), label) if problem else None
    if found is not None:
        code, index, message, help = found
        log.report(code, text.at(index), message, help, length=1 if index else len(text.value))
        return None
    return Scalar(text, node.plain)


def _report_empty(node: Scalar, label: str, place: Text | None, log: DiagnosticLog) -> None:
    written = node.text.value
    if written.strip() and node.plain:  # `null` or `~`
        help = f"quote {quoted(written)} if the text is meant"
        log.report("ACT114", node.location, f"{label} has no value", help, length=len(written))
        return
    where, length = (node.location, 1) if place is None else (place.location, len(place.value))
    log.report("ACT114", where, f"{label} has no value", "give it one, or remove it", length=length)


def _listing(node: Listing, shape: ListOf, label: str, log: DiagnosticLog) -> Listing:
    if len(node.items) < shape.least:
        log.report("ACT114", node.location, f"{label} is an empty list", "name one, or remove it")
    items = (_conform(item, shape.item, f"an item of {label}", None, log) for item in node.items)
    return Listing(node.location, tuple(item for item in items if item is not None))


def _mapping(node: Mapping, shape: MappingOf, label: str, log: DiagnosticLog) -> Mapping:
    if len(node.entries) < shape.least:
        log.report("ACT114", node.location, f"{label} is an empty mapping", "name one, or remove it")
    return Mapping(node.location, tuple(_entry(entry, shape.value, label, log) for entry in node.entries))


def _entry(entry: Entry, shape: Shape, owner: str, log: DiagnosticLog) -> Entry:
    """The entry with what is right of its value: empty text where nothing is, so that its name stays known."""
    label = f"{quoted(entry.key.value)} of {owner}" if owner else quoted(entry.key.value)
    value = _conform(entry.value, shape, label, entry.key, log)
    return Entry(entry.key, value or Scalar(Text("", entry.value.location), plain=True))


def _record(node: Mapping, shape: Record, label: str, start: Location, log: DiagnosticLog) -> Mapping:
    fields = {field.name: field for field in shape.fields}
    given = {entry.key.value for entry in node.entries}
    entries: list[Entry] = []
    for entry in node.entries:
        key = entry.key
        if key.value in fields:
            entries.append(_entry(entry, fields[key.value].shape, label, log))
        elif shape.others is not None:
            entries.append(_entry(entry, shape.others.value, label, log))
        else:
            unused = [name for name in fields if name not in given]
            meant = nearest(key.value, unused)
            help = did_you_mean(key.value, unused) or f"the keys are {listed(fields)}"
            place = f" in {label}" if label else ""
            log.report("ACT110", key.location, f"unknown key {quoted(key.value)}{place}", help, length=len(key.value))
            if meant is not None:
                given.add(meant)  # else the same slip would be reported again, as a missing key
    for field in shape.fields:
        if field.required and field.name not in given:
            owner = f" of {label}" if label else ""
            log.report("ACT112", start, f"`{field.name}`{owner} is missing")
    return Mapping(node.location, tuple(entries))


def _reshaped(node: Node, shape: Shape) -> str | None:
    """Help for a value whose intent shows through its shape."""
    options = shape.options if isinstance(shape, Either) else (shape,)
    if ScalarKind.DOMAIN in options and isinstance(node, Listing):
        ends = ", ".join(item.text.value for item in node.items if isinstance(item, Scalar))
        return f'quote an interval: `"[{ends}]"`'
    if ScalarKind.MATHEMATICS in options and isinstance(node, Listing | Mapping):
        return "write one number or expression; quote one that begins with `[`" if isinstance(node, Listing) else None
    if isinstance(node, Scalar) and any(isinstance(option, ListOf) for option in options):
        return f"write {quoted(f'[{node.text.value}]')}"
    return None


_Problem = tuple[str, int, str, str | None]  # code, index of the character, message, help


def _flag_problem(node: Scalar, label: str) -> _Problem | None:
    if node.plain and node.text.value in TRUE | FALSE:
        return None
    meant = _FLAGS.get(node.text.value.lower())
    help = f"write `{meant}`, without quotes" if meant else None
    return "ACT115", 0, f"{label} must be {ScalarKind.FLAG.value}, not {quoted(node.text.value)}", help


def _version_problem(node: Scalar, _: str) -> _Problem | None:
    if node.text.value in VERSIONS:
        return None
    return "ACT116", 0, f"unknown format {quoted(node.text.value)}", "this compiler reads format `1`"


def _line_problem(node: Scalar, label: str) -> _Problem | None:
    breaks = [index for index, character in enumerate(node.text.value) if character in LINE_BREAKS]
    if not breaks:
        return None
    # The break itself is not on any line that could be shown: point at what follows it.
    after = next((i for i in range(breaks[0], len(node.text.value)) if node.text.value[i] not in LINE_BREAKS), 0)
    return "ACT117", after, f"{label} must be {ScalarKind.LINE.value}", "say the rest in `description`"


_PROBLEMS: dict[ScalarKind, Callable[[Scalar, str], _Problem | None]] = {
    ScalarKind.FLAG: _flag_problem,
    ScalarKind.VERSION: _version_problem,
    ScalarKind.LINE: _line_problem,
}
