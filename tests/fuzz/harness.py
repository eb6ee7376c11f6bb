"""One process of libFuzzer: ``python -m tests.fuzz.harness TARGET CORPUS [libFuzzer's flags]``."""

from __future__ import annotations

import random
import sys

import atheris

with atheris.instrument_imports(include=["actc"], enable_loader_override=False):
    from .targets import TARGETS

from .seeds import WORDS


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """By turns libFuzzer's bytes and an author's slips: words put in, lines moved, pieces doubled or lost."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    if chance.random() < 0.4:
        return bytes(atheris.Mutate(data, most))
    text = data.decode("utf-8", errors="surrogateescape")
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, end = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        end = min(end, at + chance.choice((1, 2, 8, 40)))
        match chance.randrange(6):
            case 0:
                text = text[:at] + chance.choice(WORDS) + text[at:]
            case 1:
                text = text[:at] + chance.choice(WORDS) + text[end:]
            case 2:
                text = text[:at] + text[end:]
            case 3:
                text = text[:at] + text[at:end] * chance.choice((2, 3, 20)) + text[end:]
            case 4:
                rows = text.split("\n")
                a, b = chance.randrange(len(rows)), chance.randrange(len(rows))
                rows[a], rows[b] = rows[b], rows[a]
                text = "\n".join(rows)
            case _:
                place = chance.randrange(len(text) + 1)
                text = text[:place] + text[at:end] + text[place:]
    return text.encode("utf-8", errors="surrogateescape")[:most]


def main() -> None:
    target = TARGETS[sys.argv.pop(1)]
    if target is TARGETS["check"]:
        import actc.project.preloaded  # noqa: F401 - what is known of the shipped activations is computed before
    sys.setrecursionlimit(1000)
    atheris.Setup(sys.argv, target, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
