"""Where people edit the rollout, as a port: one text under a key. KV on the platform."""

from typing import Protocol


class Config(Protocol):
    async def read(self, key: str) -> str | None:
        """None, if there is nothing under the key; `Outage`, if nobody can say."""
        ...
