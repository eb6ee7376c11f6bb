"""Runs the tests of generated code on other versions of TensorFlow and Keras, each in an environment of its own.

    python tests/versions.py                      all pairs below
    python tests/versions.py 2.18:3.8 2.19:3.10   these, TensorFlow's version before Keras's
    python tests/versions.py --keep FOLDER ...    environments stay there, and are used again

Nothing of this repository's environment is touched. Each pair takes about 2 GB of disk and, once it is installed, two
minutes. Prints one line for each pair, and ends with 1 if a test failed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAIRS = ("2.18:3.8", "2.18:3.15", "2.19:3.10", "2.20:3.12", "2.21:3.15")
TESTS = (
    "test_generated_functions.py",
    "test_generated_kinds.py",
    "test_generated_package.py",
    "test_generated_keras.py",
    "test_generated_models.py",
    "test_generated_formats.py",
    "test_generated_arguments.py",
    "test_generated_corners.py",
)
NEEDED = ("filelock", "gmpy2", "hypothesis", "jinja2", "mpmath", "platformdirs", "pytest", "python-flint", "pyyaml")


def environment(folder: Path, tensorflow: str, keras: str) -> Path:
    """The Python of an environment with these versions, made if it is not there."""
    home = folder / f"tensorflow-{tensorflow}-keras-{keras}"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        venv.create(home, with_pip=True)
        wanted = [f"tensorflow=={tensorflow}.*", f"keras=={keras}.*", *NEEDED]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *wanted], check=True)
        (home / "ready").touch()
    return python


def tried(python: Path) -> tuple[str, bool]:
    """What was found there: versions and pytest's closing line, and whether all is well."""
    code = "import keras, tensorflow as tf; print(tf.__version__, keras.__version__)"
    versions = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.split()
    # Other versions warn of other things, which is not what is asked here.
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "default", "--tb=line", *TESTS]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, cwd=ROOT / "tests", env=variables, capture_output=True, text=True, check=False)
    closing = (done.stdout.strip().splitlines() or ["pytest said nothing"])[-1]
    failed = re.findall(r"^(?:FAILED|ERROR) .*", done.stdout, re.MULTILINE)
    return "\n".join([f"TensorFlow {versions[0]}, Keras {versions[1]}: {closing}", *failed]), done.returncode == 0


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="where the environments stay")
    parser.add_argument("pairs", nargs="*", default=PAIRS)
    options = parser.parse_args(argv)
    well = True
    with tempfile.TemporaryDirectory() as temporary:
        for pair in options.pairs:
            tensorflow, _, keras = pair.partition(":")
            python = environment((options.keep or Path(temporary)).absolute(), tensorflow, keras)
            report, passed = tried(python)
            print(report, flush=True)
            well = well and passed
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
