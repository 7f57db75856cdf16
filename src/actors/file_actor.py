"""The Durable Object of one file. Its only messages are `receive` and the alarm."""

import random
from typing import Any

from workers import DurableObject

from actors.environment import performer_of, settings_of
from actors.file import FileCore
from actors.host import Host
from clock import clock_ms
from storage.durable_sql import DurableSql


class FileActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        sql = DurableSql(ctx)
        core = FileCore(sql, settings_of(env), random.random)
        name = str(ctx.id.name)
        self.host = Host(core, ctx.storage, performer_of(env).perform, name, clock_ms)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        await self.host.settle()
        return answer

    async def alarm(self, info: Any = None) -> None:  # noqa: ARG002 -- the platform passes it
        await self.host.wake()
