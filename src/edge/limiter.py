"""How often somebody may ask, as a port. The platform counts, each of its places by itself."""

from typing import Protocol


class Limiter(Protocol):
    async def allows(self, key: str) -> bool:
        """Counts the request, too. Never fails one: who cannot be counted may ask."""
        ...
