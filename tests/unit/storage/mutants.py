"""Photos with a few bytes changed, the same ones for the same seed."""

from random import Random
from typing import Final

ODD_BYTES: Final = [0, 1, 2, 8, 0x7F, 0x80, 0xFF]


def mutants(photo: bytes, seed: int, count: int = 25) -> list[bytes]:
    """Changed mostly in front or at the end, where structure is, but never in the first four."""
    random = Random(seed)  # noqa: S311 - the same for the same seed
    return [_mutant(random, photo) for _ in range(count)]


def _mutant(random: Random, photo: bytes) -> bytes:
    changed = bytearray(photo)
    for _ in range(random.randrange(1, 8)):
        end = min(random.choice([200, 600, len(changed)]), len(changed))
        at = random.randrange(4, end)
        changed[random.choice([at, at, len(changed) - at + 3])] = random.choice(ODD_BYTES)
    return bytes(changed[: random.choice([len(changed), len(changed), len(changed) - 50])])
