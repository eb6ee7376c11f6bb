"""Kills ``actc build`` at random moments and looks whether the output folder is the whole old or the whole new one.

    python tests/kill_builds.py                 100 kills
    python tests/kill_builds.py --kills 2000 --seed 7
    python tests/kill_builds.py --one-by-one    as on a system that cannot exchange folders; says how often it was mixed

Each build is a process of its own, forked from this one, which has the compiler loaded: so most of its time is what is
of interest. Prints one line, and exits with 1 where a folder was neither the one nor the other.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from actc.cli import main as actc
from actc.output import writer

Tree = dict[str, bytes]
FORMER = {f"a{k}": f"name: a{k}\nexpression: {k}*x\n" for k in range(1, 7)}
LATTER = {f"a{k}": f"name: a{k}\nexpression: -{k}*x\n" for k in range(3, 9)}


def sources(folder: Path, wanted: dict[str, str]) -> None:
    """Make the folder's files these."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.stem not in wanted:
            path.unlink()
    for stem, text in wanted.items():
        (folder / f"{stem}.yaml").write_text(text)


def tree(folder: Path) -> Tree:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.exists() else {}


def build(after: float | None = None) -> float:
    """Run a build in a process of its own, killed after so many seconds; how long it ran."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - no path
            os._exit(actc(["build"], nowhere, sys.stderr))
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert after is not None or status == 0
    return time.monotonic() - began


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one-by-one", action="store_true")
    options = parser.parse_args(argv)
    if options.one_by_one:
        writer.exchange = _unable  # type: ignore[assignment]
    chance = random.Random(options.seed)  # noqa: S311 - to be repeatable
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        os.environ["XDG_CACHE_HOME"] = str(root / "cache")
        (root / "project").mkdir()
        os.chdir(root / "project")
        found, longest = killed(options.kills, chance)
    print(f"{options.kills} kills within {longest * 1000:.0f} ms: {found['old']} old, {found['new']} new, ", end="")
    print(f"{found['mixed']} mixed, {found['lost']} with a file of others lost")
    return bool(found["mixed"] or found["lost"])


def killed(kills: int, chance: random.Random) -> tuple[Counter[str], float]:
    """What the folder was after each kill, and how long a build takes that is not killed."""
    folder, here = Path("generated"), Path.cwd()
    trees: list[Tree] = []
    for wanted in (FORMER, LATTER, FORMER, LATTER):  # the first two compile, the others find all in the cache
        sources(here / "activations", wanted)
        longest = build()
        trees.append(tree(folder))
    assert trees[0] == trees[2] != trees[1] == trees[3]
    (folder / "notes.txt").write_text("mine")
    found: Counter[str] = Counter()
    state = 1
    for _ in range(kills):
        wanted = 1 - state
        sources(here / "activations", (FORMER, LATTER)[wanted])
        build(chance.uniform(0.1, 1.1) * longest)
        got = tree(folder)
        found["lost"] += got.pop("notes.txt", b"") != b"mine"
        outcome = "new" if got == trees[wanted] else "old" if got == trees[state] else "mixed"
        found[outcome] += 1
        if outcome == "mixed":
            build()
        state = state if outcome == "old" else wanted
    build()
    beside = sorted(path.name for path in here.iterdir())
    assert beside == ["activations", "generated"], beside  # the last build has cleared away what the killed ones left
    return found, longest


def _unable(*_: object) -> None:
    raise OSError


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
