"""What is known of a file whose compilation was stopped: which activations it holds, all of them undecided."""

from __future__ import annotations

from pathlib import PurePath

from actc.model.compiled import ActivationReport, CompiledFile, Declared, GradientReport
from actc.model.spec import ActivationSpec
from actc.model.verdict import Verdict


def outline_file(file: str, data: bytes, package: str) -> CompiledFile:
    """Read the file and no more. Has the signature of a compiler, to run where a compiler does."""
    from actc.diagnostics import DiagnosticLog
    from actc.frontend import load

    del package
    reports = tuple(_outline(spec) for spec in load(file, data, DiagnosticLog()) if spec.name.value)
    return CompiledFile(file, PurePath(file).stem, None, reports, ())


def _outline(spec: ActivationSpec) -> ActivationReport:
    from actc.frontend import layer_name

    integers = [p.name.value for p in spec.parameters if p.domain is not None and "integer" in p.domain.value.split()]
    named = (*(i.name.value for i in spec.inputs), *(p.name.value for p in spec.parameters))
    return ActivationReport(
        name=Declared(spec.name.value, spec.name.location),
        layer_name=layer_name(spec.name.value),
        aliases=tuple(Declared(alias.value, alias.location) for alias in spec.aliases),
        line=spec.location.line,
        gradients=tuple(
            GradientReport(name, Verdict.UNDECIDED, "", None, None, spec.location)
            for name in named
            if name not in integers
        ),
        kinks=(),
    )
