"""Whether a request is one of a sample: drawn by its id, so that all who ask say the same."""

import hashlib
from typing import Final

HUNDRED: Final = 100
DRAWS: Final = 2**32


def is_drawn(request_id: str, percent: float, purpose: str = "") -> bool:
    """Each purpose draws for itself."""
    digest = hashlib.sha256(f"{purpose}{request_id}".encode()).digest()
    return int.from_bytes(digest[:4]) / DRAWS * HUNDRED < percent
