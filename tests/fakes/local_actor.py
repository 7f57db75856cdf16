"""What every actor without a platform has: its storage, its alarm, and answers of its `fetch`."""

import time
from dataclasses import dataclass

from tests.fakes.sqlite_sql import SqliteSql


class MemoryAlarm:
    """The alarm of one Durable Object, as `ctx.storage` has it."""

    def __init__(self) -> None:
        self.at_ms: int | None = None
        self.times_set = 0

    async def setAlarm(self, at_ms: int) -> None:  # noqa: N802 -- the platform's spelling
        self.at_ms = at_ms
        self.times_set += 1

    async def getAlarm(self) -> int | None:  # noqa: N802
        return self.at_ms

    async def deleteAlarm(self) -> None:  # noqa: N802
        self.at_ms = None

    def is_due(self) -> bool:
        return self.at_ms is not None and self.at_ms <= time.time() * 1000


@dataclass(frozen=True, slots=True)
class LocalAnswer:
    """A response of an actor's `fetch`."""

    status: int
    content: str
    protocol: str | None = None

    async def text(self) -> str:
        return self.content


class LocalActor:
    """One Durable Object's storage, which outlives the object."""

    def __init__(self) -> None:
        self.sql = SqliteSql()
        self.alarm = MemoryAlarm()

    async def wait(self, text: str) -> str:
        raise AssertionError(f"nobody waits for this actor: {text}")

    async def fetch(self, request: object) -> LocalAnswer:
        raise AssertionError(f"nobody upgrades to this actor: {request}")
