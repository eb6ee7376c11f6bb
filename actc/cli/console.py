"""Where the command line prints: two streams, with colour and progress only where a person looks at them."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from typing import TextIO

from actc.cli.progress import Progress
from actc.reporting.terminal import Palette, visible

_COLUMNS = 100  # of what is no terminal


class Console:
    """Standard output for results, standard error for everything else.

    A reader that goes away ends the printing, not the command: its exit code stays what it is.
    """

    def __init__(self, stdout: TextIO | None, stderr: TextIO | None) -> None:
        self._stdout = _forgiving(stdout)  # None where it is closed
        self._stderr = _forgiving(stderr)
        self._shown: Progress | None = None  # what is seen of the work that goes on
        self._trouble = ""
        self.quiet = False
        self.verbose = False
        self.out = Palette(_coloured(stdout))
        self.err = Palette(_coloured(stderr))
        self._live = _is_terminal(stderr)
        self._encoding = getattr(stdout, "encoding", None) or "utf-8"  # a stream without one takes anything
        self.columns = shutil.get_terminal_size().columns if _is_terminal(stdout) else _COLUMNS

    def set_verbosity(self, *, quiet: bool, verbose: bool) -> None:
        """What ``-q`` and ``-v`` say."""
        self.quiet, self.verbose = quiet, verbose

    def can_show(self, text: str) -> bool:
        """Whether the encoding of standard output has all characters of the text."""
        try:
            text.encode(self._encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def print(self, text: str) -> None:
        """A result, on standard output."""
        self.clear_progress()
        self.write(text + "\n")

    def write(self, text: str) -> None:
        """A result as it is: a document that ends with its own newline."""
        if self._stdout is not None and not _put(self._stdout, text, self._note):
            self._stdout = None

    def note(self, text: str) -> None:
        """A finding, on standard error."""
        self.clear_progress()
        self._plain_note(text)

    def _plain_note(self, text: str) -> None:
        if self._stderr is not None and not _put(self._stderr, text + "\n", lambda _: None):
            self._stderr = None

    def error(self, message: str, help: str | None = None) -> None:
        """Why the command cannot be done."""
        self.note(f"{self.err.bold('actc:')} {self.err.error('error:')} {visible(message, keep=chr(10))}")
        if help:
            self.note(f"  {self.err.help('help:')} {visible(help, keep=chr(10))}")

    def progress(self, done: int, of: int) -> None:
        """How far the work has come: a bar on a terminal, elsewhere a line every half minute."""
        if self.quiet or self._stderr is None:
            return
        if self._shown is None:
            self._shown = Progress(self._stderr, self._plain_note, live=self._live)
        with contextlib.suppress(OSError, ValueError):  # the terminal has gone
            self._shown.show(done, of)

    def clear_progress(self) -> None:
        """Take the bar away."""
        if self._shown is not None:
            with contextlib.suppress(OSError, ValueError):
                self._shown.clear()

    def close(self) -> bool:
        """Flush; False where results could not be written, and not because their reader had gone."""
        self.clear_progress()
        if self._stdout is not None:
            _put(self._stdout, "", self._note)
        if self._trouble:
            self.error(f"standard output cannot be written: {self._trouble}")
        if self._stderr is not None:
            _put(self._stderr, "", lambda _: None)
        return not self._trouble

    def _note(self, trouble: str) -> None:
        self._trouble = trouble


def _put(stream: TextIO, text: str, trouble: object) -> bool:
    """Write and flush. False where that failed; a broken pipe is no trouble."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _abandon(stream)
        return False
    except (OSError, ValueError) as error:
        _abandon(stream)
        if callable(trouble):
            trouble(getattr(error, "strerror", None) or str(error))
        return False
    return True


def _abandon(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that the interpreter's exit finds nothing to complain about."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _forgiving(stream: TextIO | None) -> TextIO | None:
    """The stream; a character that its encoding lacks is escaped instead of raising."""
    with contextlib.suppress(ValueError, OSError):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return stream


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    except (AttributeError, ValueError):
        return False


def _coloured(stream: TextIO | None) -> bool:
    return _is_terminal(stream) and not os.environ.get("NO_COLOR")
