"""The Durable Object that stands in for the queue, of which there is one. It owes nothing."""

from typing import Any

from workers import DurableObject

from actors.backlog import BacklogCore
from actors.host import answered
from clock import clock_ms
from storage.durable_sql import DurableSql


class BacklogActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        sql = DurableSql(ctx)
        self.core = BacklogCore(sql)

    async def receive(self, text: str) -> str:
        return answered(self.core, text, clock_ms(), "backlog")
