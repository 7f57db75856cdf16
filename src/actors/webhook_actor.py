"""The Durable Object of one user's webhooks."""

import random
from typing import Any

from workers import DurableObject, wait_until

from actors.courier import Courier
from actors.environment import settings_of
from actors.fetch_web import FetchWeb
from actors.host import Host
from actors.webhook import WebhookCore
from clock import clock_ms
from storage.durable_sql import DurableSql


class WebhookActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        settings = settings_of(env)
        core = WebhookCore(DurableSql(ctx), settings, lambda: random.random())  # noqa: S311, PLW0108 -- not when imported
        courier = Courier(settings, FetchWeb(), clock_ms, wait_until, self.receive)
        self.host = Host(core, ctx.storage, courier.perform, str(ctx.id.name), clock_ms)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        await self.host.settle()
        return answer

    async def alarm(self, info: Any = None) -> None:  # noqa: ARG002 -- the platform passes it
        await self.host.wake()
