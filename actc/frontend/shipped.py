"""The shipped activations, resolved: what others are compared with."""

from __future__ import annotations

import re

from actc import resources
from actc.diagnostics import DiagnosticLog
from actc.frontend.loader import load
from actc.frontend.resolve import resolve
from actc.model.activation import Activation

_ASIDE = re.compile(
    rb"^(?:examples|description|summary|reference|tags|derivative|accept|aliases):.*\n(?:(?!---)[^a-z\n].*\n|\n)*",
    re.MULTILINE,
)
_PARAMETER_SUMMARY = re.compile(rb", summary: [^{}\n\"']*(?=\}\r?$)", re.MULTILINE)


def shipped_activations() -> tuple[Activation, ...]:
    """All of them, by file and then in the order of the file; one that is damaged is left out.

    They are without their claims, which are proved to be what the compiler derives. Raises FileNotFoundError where the
    folder is missing.
    """
    found: list[Activation] = []
    for path in sorted(resources.activations().glob("*.yaml")):
        log = DiagnosticLog()
        resolved = [resolve(spec, log) for spec in load(path.name, essence(path.read_bytes()), log)]
        found.extend(activation for activation in resolved if activation is not None)
    return tuple(found)


def essence(data: bytes) -> bytes:
    """A shipped file without what does not decide which functions its activations are: a third of it is left.

    Reading hundreds of activations is most of the time that a short build takes. Our own files begin each key of a
    document at the margin; what looks otherwise stays.
    """
    return _PARAMETER_SUMMARY.sub(b"", _ASIDE.sub(b"", data))
