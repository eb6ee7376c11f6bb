"""Compiles files in processes of their own, which may hang, run out of memory or die without harm to the others.

Every file has a fresh process, so nothing that one file leaves behind can change what another becomes. The processes
are forked from a server that has the compiler loaded, which costs about ten milliseconds a file.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from actc.model.compiled import CompiledFile
from actc.project.config import Limits

Compiler = Callable[[str, bytes, str], CompiledFile]
"""(file as printed, bytes, package) -> outcome; a function that can be imported by its name."""

_LARGEST_ANSWER = 256 * 2**20  # bytes
_TICK_SECONDS = 1.0  # after which progress is told again, so that a clock beside it goes on
_START_SECONDS = 120.0  # until a process answers at all; the clock of a file starts with the answer
_PATIENCE = 4.0  # seconds by the clock for each second of processor time, on a machine that has other work
_PROCESSOR_CLOCK = hasattr(signal, "setitimer")  # Windows has none; there the clock on the wall decides


@dataclass(frozen=True, slots=True)
class Job:
    """One file to compile."""

    file: str
    data: bytes
    package: str


class FailureKind(Enum):
    """Why a file has no outcome."""

    TIME = "time"
    MEMORY = "memory"
    DIED = "died"
    CRASH = "crash"


@dataclass(frozen=True, slots=True)
class Failure:
    """A file whose process gave no outcome."""

    kind: FailureKind
    detail: str  # "signal SIGSEGV", "ZeroDivisionError: … (calculus/prove.py:12)"
    trace: str = ""  # of a crash, for the report to the developers


def compile_file(file: str, data: bytes, package: str, templates: Path | None = None) -> CompiledFile:
    """The compiler itself, loaded where it runs: the command's own process never pays for it."""
    from actc.pipeline import compile_source

    return compile_source(file, data, package, templates)


def run_jobs(
    jobs: Sequence[Job],
    compiler: Compiler,
    limits: Limits,
    processes: int,
    progress: Callable[[int], None],
    finished: Callable[[int, CompiledFile | Failure], None] = lambda index, outcome: None,
) -> list[CompiledFile | Failure]:
    """Compile every job, at most ``processes`` at a time; the outcomes stand in the order of the jobs.

    ``finished`` is told each outcome as it comes, with its job's place.
    """
    context = _context()
    outcomes: dict[int, CompiledFile | Failure] = {}
    waiting = deque(range(len(jobs)))
    running: dict[Connection, _Running] = {}
    progress(0)
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                index = waiting.popleft()
                with _uninterrupted():  # a worker that nobody knows of would never be stopped
                    worker = _start(context, index, jobs[index], compiler, limits)
                    running[worker.connection] = worker
            left = min(w.deadline for w in running.values()) - time.monotonic()
            ready = wait(list(running), min(max(0.0, left), _TICK_SECONDS))
            if not ready:
                progress(len(outcomes))
            for connection in ready:
                worker = running[connection]  # type: ignore[index]
                outcome = worker.receive(limits)
                if outcome is not None:
                    outcomes[worker.index] = outcome
            for worker in list(running.values()):
                if worker.index not in outcomes and time.monotonic() >= worker.deadline:
                    outcomes[worker.index] = Failure(FailureKind.TIME, f"{limits.seconds:g} s")
                if worker.index in outcomes:
                    running.pop(worker.connection).stop()
                    finished(worker.index, outcomes[worker.index])
                    progress(len(outcomes))
    finally:
        for worker in running.values():
            worker.stop()
    return [outcomes[index] for index in range(len(jobs))]


class _Running:
    """A process at work on one file."""

    def __init__(self, index: int, process: BaseProcess, connection: Connection) -> None:
        self.index = index
        self.process = process
        self.connection = connection
        self.deadline = time.monotonic() + _START_SECONDS

    def receive(self, limits: Limits) -> CompiledFile | Failure | None:
        """What the process has to say; None where it has only just begun."""
        try:
            kind, detail, trace = json.loads(self.connection.recv_bytes(_LARGEST_ANSWER))
            if kind == "begun":
                self.deadline = time.monotonic() + limits.seconds * (_PATIENCE if _PROCESSOR_CLOCK else 1.0)
                return None
            return CompiledFile.from_json(detail) if kind == "done" else Failure(FailureKind(kind), detail, trace)
        except (EOFError, OSError, ValueError):
            self.process.kill()
            self.process.join()
            if _PROCESSOR_CLOCK and self.process.exitcode == -signal.SIGPROF:
                return Failure(FailureKind.TIME, f"{limits.seconds:g} s")
            return Failure(FailureKind.DIED, _cause(self.process.exitcode))

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.connection.close()


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the block is done, where the system can."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(context: BaseContext, index: int, job: Job, compiler: Compiler, limits: Limits) -> _Running:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, compiler, job, limits), daemon=True)  # type: ignore[attr-defined]
    with _no_main_module():
        process.start()
    theirs.close()
    return _Running(index, process, ours)


def _work(connection: Connection, compiler: Compiler, job: Job, limits: Limits) -> None:
    """What runs in the process."""
    _confine(limits)
    _send(connection, "begun")
    if _PROCESSOR_CLOCK:  # ends the process wherever it is, which no handler in Python could, with or without a parent
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    try:
        outcome = compiler(job.file, job.data, job.package).to_json()
    except MemoryError:
        _send(connection, FailureKind.MEMORY.value)
    except Exception as error:
        trace = "".join(traceback.format_exception(error))
        _send(connection, FailureKind.CRASH.value, describe_crash(error), trace)
    else:
        _send(connection, "done", outcome)


def _send(connection: Connection, kind: str, detail: str = "", trace: str = "") -> None:
    """As JSON, so that nothing that comes out of a process is more than data to its parent."""
    connection.send_bytes(json.dumps((kind, detail, trace)).encode("ascii"))


def _confine(limits: Limits) -> None:
    """Bound memory; be silent, since the parent reports; leave Ctrl-C to the parent, which then stops us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):  # macOS has no such limit
        size = int(limits.memory_gib * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def describe_crash(error: BaseException) -> str:
    """An exception in one line: what it is, and where in the compiler it was raised."""
    package = Path(__file__).parent.parent
    text = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_relative_to(package):
            return f"{text} (actc/{file.relative_to(package).as_posix()}:{frame.lineno})"
    return text


def _cause(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-exitcode).name}"
    return f"exit status {exitcode}"


def _context() -> BaseContext:
    """Processes forked from a server that has loaded the compiler, where the system can; else fresh ones."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["actc.project.preloaded"])
    _open_standard_descriptors()
    with _sheltered_start():
        from multiprocessing import forkserver

        forkserver.ensure_running()
    return context


def _open_standard_descriptors() -> None:
    """Where a standard stream is closed, a pipe to a worker would take its number, and the worker close it."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one


@contextlib.contextmanager
def _sheltered_start() -> Iterator[None]:
    """The server ignores Ctrl-C from its first moment, and imports nothing from the user's working directory."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    handler = None
    with contextlib.suppress(ValueError):  # not in the main thread
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


@contextlib.contextmanager
def _no_main_module() -> Iterator[None]:
    """Keep multiprocessing from importing the main module in the child: no job refers to it, and it may be a script."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
