"""The KV namespace in which people edit the rollout."""

from collections.abc import Generator

from domain.errors import Outage


class Turn:
    """Awaited, it lets others come in between."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class MemoryConfig:
    def __init__(self) -> None:
        self.is_down = False
        self.is_slow = False  # lets others come in between
        self.reads = 0
        self.values: dict[str, str] = {}

    async def read(self, key: str) -> str | None:
        if self.is_slow:
            await Turn()
        if self.is_down:
            raise Outage("KV get: Network connection lost.")
        self.reads += 1
        return self.values.get(key)
