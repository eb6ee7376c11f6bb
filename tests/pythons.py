"""Builds the same activations with several Pythons and with sources as other systems check them out; compares bytes.

    python tests/pythons.py python3.11 python3.12 python3.13
    python tests/pythons.py --lowest python3.11     the lowest versions of the libraries that pyproject.toml allows

Each Python gets an environment of its own with the dependencies; with ``--keep FOLDER`` they stay, to be used
again. Prints one line for each build, and ends with 1 if one differs from the first.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = "elu,gelu,mish,prelu,selu,silu,snake,softplus,squareplus,swiglu,swish,tanh"
CHECKOUTS = {"lf": (b"\n", b""), "crlf": (b"\r\n", b""), "bom": (b"\n", b"\xef\xbb\xbf")}


def environment(folder: Path, python: str, *, lowest: bool) -> Path:
    """A Python with the dependencies, made if it is not there."""
    home = folder / f"{Path(python).name}{'-lowest' if lowest else ''}"
    here = home / "bin/python"
    if not (home / "ready").exists():
        subprocess.run([python, "-m", "venv", str(home)], check=True)
        wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
        if lowest:
            wanted = [re.sub(r">=([0-9.]+).*", r"==\1", requirement) for requirement in wanted]
        pinned = [] if lowest else ["-c", str(ROOT / "constraints.txt")]
        subprocess.run([str(here), "-m", "pip", "install", "--quiet", *pinned, *wanted], check=True)
        (home / "ready").touch()
    return here


def built(python: Path, folder: Path, checkout: str) -> str:
    """A hash of all that a build writes."""
    line_end, mark = CHECKOUTS[checkout]
    sources = folder / "activations"
    sources.mkdir(parents=True)
    for name in NAMES.split(","):
        text = document(name).replace(b"\r\n", b"\n").replace(b"\n", line_end)
        (sources / f"{name}.yaml").write_bytes(mark + text)
    (folder / "pyproject.toml").write_text("[tool.actc]\nlimits = {seconds = 900}\n")
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(
        [str(python), "-m", "actc", "build", "--quiet"],
        cwd=folder, env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return f"failed: {done.stderr}"
    digest = hashlib.sha256()
    for path in sorted((folder / "generated").glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def document(name: str) -> bytes:
    """The document of a shipped activation."""
    for path in sorted((ROOT / "activations").glob("*.yaml")):
        for text in re.split(rb"^---[ \t]*\n", path.read_bytes(), flags=re.MULTILINE):
            if re.search(rb"^name: *" + name.encode() + rb"$", text, re.MULTILINE):
                return text
    raise ValueError(name)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="where the environments stay")
    parser.add_argument("--lowest", action="store_true")
    parser.add_argument("pythons", nargs="*", default=[sys.executable])
    options = parser.parse_args(argv)
    found: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        for python in options.pythons:
            here = environment(
                (options.keep or Path(temporary, "environments")).absolute(), python, lowest=options.lowest
            )
            version = subprocess.run([str(here), "-V"], capture_output=True, text=True, check=True).stdout.strip()
            for checkout in CHECKOUTS if python == options.pythons[0] else ("lf",):
                found.append(built(here, Path(temporary, f"build{len(found)}"), checkout))
                print(f"{version}, {checkout}: {found[-1]}", flush=True)
    return 0 if len(set(found)) == 1 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
