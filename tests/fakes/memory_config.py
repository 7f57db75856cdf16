"""The KV namespace in which people edit the rollout."""

from domain.errors import Outage


class MemoryConfig:
    def __init__(self) -> None:
        self.is_down = False
        self.reads = 0
        self.values: dict[str, str] = {}

    async def read(self, key: str) -> str | None:
        if self.is_down:
            raise Outage("KV get: Network connection lost.")
        self.reads += 1
        return self.values.get(key)
