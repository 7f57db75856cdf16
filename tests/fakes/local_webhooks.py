"""A user's webhook actor without a platform."""

from collections.abc import Coroutine

from actors.courier import Courier
from actors.host import Host, wall_clock_ms
from actors.webhook import WebhookCore
from domain.settings import Settings
from storage.web import Web
from tests.fakes.local_actor import LocalActor


class LocalWebhooks(LocalActor):
    """Nobody waits for receivers: what has set out is carried when the test says so."""

    def __init__(self, settings: Settings, web: Web) -> None:
        super().__init__()
        self.under_way: list[Coroutine[None, None, None]] = []
        core = WebhookCore(self.sql, settings, lambda: 0.0)
        courier = Courier(settings, web, wall_clock_ms, self.under_way.append, self.receive)
        self.host = Host(core, self.alarm, courier.perform)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        await self.host.settle()
        return answer

    async def carry(self) -> None:
        while self.under_way:
            await self.under_way.pop(0)
