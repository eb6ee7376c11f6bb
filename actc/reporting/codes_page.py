"""The page on diagnostics, from the table that the program itself uses."""

from __future__ import annotations

from actc.diagnostics import CODES, Code

_INTRODUCTION = """\
# Diagnostics

Every finding has a code, which is never used for anything else. `actc explain CODE` prints what stands here.

This page is printed from the compiler's own table: `python -m actc.cli.docs > docs/diagnostics.md`.
"""

_PARTS = {
    "ACT1": (
        "The file and its expressions",
        "The file is not an activation file, or an expression is not in the language.",
    ),
    "ACT2": ("What an activation says", "The file can be read, but what it says is wrong."),
    "ACT3": (
        "Warnings",
        "What may not be meant. `accept` in the file gives a reason; under `--strict` others are errors.",
    ),
    "ACT4": ("The build", "Sources, names that must be unique, limits and the output folder."),
    "ACT9": ("The compiler", "Mistakes of ours."),
}


def codes_page() -> str:
    """The text of ``docs/diagnostics.md``."""
    parts = [_INTRODUCTION]
    for prefix, (title, text) in _PARTS.items():
        rows = [row for row in CODES.values() if row.code.startswith(prefix)]
        if rows:
            parts.append(f"## {title}\n\n{text}\n")
            parts.append("\n".join(f"- [{row.code}](#{row.code.lower()}) {row.title}" for row in rows) + "\n")
            parts.extend(_section(row) for row in rows)
    return "\n".join(parts)


def _section(row: Code) -> str:
    """One code; its anchor is the code alone, so that a new title breaks no link."""
    text = f"### {row.code}\n\n**{row.title}** ({row.severity.value}). {row.explanation}\n"
    if not row.example:
        return text
    language = "console" if row.example.startswith("$ ") else "yaml"
    return f"{text}\n```{language}\n{row.example.rstrip()}\n```\n"
