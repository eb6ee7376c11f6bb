"""An author's text inside Python source: whatever it holds, the file imports and ``help()`` shows it."""

from __future__ import annotations

import textwrap

from actc.backend.layout import STEP, WIDTH

# Characters that a reader cannot see, that end lines for some tools, or that reorder text (Trojan Source). A list of
# our own: what Python calls printable depends on its version.
_HIDDEN = (
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x61C, 0x61C),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0xD800, 0xDFFF),
    (0xFEFF, 0xFEFF),
    (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF),
    (0xE0000, 0xE0FFF),
)


def visible(text: str) -> str:
    """The text with every hidden character spelled out by its code; line ends are unified, tabs become spaces."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    return "".join(c if c == "\n" or not _is_hidden(ord(c)) else _spelled(ord(c)) for c in unified)


def one_line(text: str) -> str:
    """The text as one visible line, for comments and lists."""
    return " ".join(visible(text).split())


def literal(text: str) -> str:
    """A Python string literal in double quotes, its hidden characters escaped."""
    out = []
    for character in text:
        if character in '"\\':
            out.append("\\" + character)
        elif _is_hidden(ord(character)):
            out.append(_spelled(ord(character)))
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


def docstring(paragraphs: tuple[str, ...], indent: int) -> str:
    """A docstring of paragraphs, which may hold any text, at ``indent`` steps; its first line is not indented.

    Lines are kept as they are given: ``filled`` wraps prose.
    """
    margin = STEP * indent
    shown = [p for p in map(visible, paragraphs) if p.strip()]  # a form feed alone is nothing until it is spelled out
    lines = [line.rstrip() for line in _quoted("\n\n".join(shown)).split("\n")]
    body = "\n".join(margin + line if line and i else line for i, line in enumerate(lines))
    if len(lines) > 1:
        return f'"""{body}\n{margin}"""'
    # A backslash or a quote before the closing quotes would be read with them.
    return f'"""{body} """' if body.endswith('"') else f'"""{body}"""'


def filled(text: str, indent: int, hanging: str = "") -> str:
    """Prose wrapped to the width that ``indent`` steps leave; further lines begin with ``hanging``."""
    return textwrap.fill(
        one_line(text),
        WIDTH - len(STEP) * indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _quoted(text: str) -> str:
    """Backslashes and triple quotes as a docstring must write them."""
    return visible(text).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _is_hidden(code: int) -> bool:
    return any(low <= code <= high for low, high in _HIDDEN)


def _spelled(code: int) -> str:
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
