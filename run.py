"""Sets up an environment of its own and runs the project in it: nothing but Python 3.11 to 3.13 is needed.

    python3 run.py quickstart   install, compile a dozen shipped activations, train the networks of examples/
    python3 run.py test         install, run the tests
    python3 run.py install      install alone

The environment is ``.venv`` beside this file, or the folder that ``--venv`` names.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIRST = "elu,gelu,mish,selu,sigmoid,silu,snake,softplus,squareplus,swiglu,swish,tanh"  # all take minutes
EXTRAS = {"quickstart": "examples", "test": "test", "install": "test"}


def main() -> int:
    """Run the command; its exit code is ours."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return _fail(f"Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=list(EXTRAS))
    parser.add_argument("--venv", type=Path, default=HERE / ".venv", metavar="DIR")
    options, rest = parser.parse_known_args()
    if rest and options.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        python = _environment(options.venv.absolute(), EXTRAS[options.command])
        for command in _commands(options.command, python, rest):
            print("$", " ".join(["python", *command[1:]]), flush=True)
            subprocess.run(command, cwd=HERE, check=True)
    except subprocess.CalledProcessError as error:
        return error.returncode if error.returncode > 0 else 1
    except KeyboardInterrupt:
        return 130
    return 0


def _commands(command: str, python: str, rest: list[str]) -> list[list[str]]:
    if command == "quickstart":
        return [[python, "-m", "actc", "build", "--catalogue", FIRST], [python, "examples/quickstart.py"]]
    if command == "test":
        processes = str(min(os.cpu_count() or 1, 4))
        return [[python, "-m", "pytest", "-n", processes, *rest]]
    return []


def _environment(folder: Path, extra: str) -> str:
    """The Python of an environment that has the project, editable, with an extra; installed only where it changed."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"making an environment in {folder}", flush=True)
        venv.create(folder, with_pip=True)
    wanted = hashlib.sha256(
        (HERE / "pyproject.toml").read_bytes() + (HERE / "constraints.txt").read_bytes()
    ).hexdigest()
    stamp = folder / f"actc-{extra}.sha256"
    if not stamp.exists() or stamp.read_text() != wanted:
        print("installing; TensorFlow takes a minute", flush=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-c", "constraints.txt", "-e", f".[{extra}]"], cwd=HERE, check=True)
        stamp.write_text(wanted)
    return str(python)


def _fail(message: str) -> int:
    print(f"run.py: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
