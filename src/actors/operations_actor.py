"""The Durable Object of the operators, of which there is one."""

from typing import Any

from workers import DurableObject

from actors.environment import performer_of
from actors.host import Host
from actors.operations import OperationsCore
from storage.durable_sql import DurableSql


class OperationsActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        core = OperationsCore(DurableSql(ctx))
        self.host = Host(core, ctx.storage, performer_of(env).perform, str(ctx.id.name))

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        await self.host.settle()
        return answer

    async def alarm(self, info: Any = None) -> None:  # noqa: ARG002 -- the platform passes it
        await self.host.wake()
