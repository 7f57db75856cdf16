"""The Durable Object of one user's notifications. It owes nothing, so it needs no alarm."""

from typing import Any

from workers import DurableObject

from actors.host import answered
from actors.inbox import InboxCore
from clock import clock_ms
from storage.durable_sql import DurableSql


class InboxActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        sql = DurableSql(ctx)
        self.core = InboxCore(sql)
        self.name = str(ctx.id.name)

    async def receive(self, text: str) -> str:
        return answered(self.core, text, clock_ms(), self.name)
