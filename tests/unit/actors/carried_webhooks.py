"""A courier of webhooks, what it sets out with, and what it tells."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

from actors.courier import Courier
from actors.effects import Outgoing, SendWebhooks
from actors.host import wall_clock_ms
from domain.messages.webhook import Attempted
from domain.settings import Settings
from domain.standard_webhooks import secret_of
from tests.fakes.memory_web import MemoryWeb
from tests.unit.domain.webhooks import SECRET, URL
from tests.unit.factories import some_settings

OLD_SECRET = secret_of(b"o" * 32)


@dataclass
class Carried:
    """A courier, what it set out with, and what it told."""

    settings: Settings = field(default_factory=some_settings)
    web: MemoryWeb = field(default_factory=MemoryWeb)
    under_way: list[Coroutine[None, None, None]] = field(default_factory=list)
    told: list[Attempted] = field(default_factory=list)

    async def _tell(self, text: str) -> None:
        self.told.append(Attempted.model_validate_json(text))

    async def carry(self, *outgoing: Outgoing) -> Attempted:
        """The last that it tells."""
        courier = Courier(self.settings, self.web, wall_clock_ms, self.under_way.append, self._tell)
        await courier.perform(SendWebhooks(outgoing))
        assert not self.told, "nobody waits for receivers"
        await asyncio.gather(*self.under_way)
        return self.told[-1]


def an_outgoing(url: str = URL, position: int = 1) -> Outgoing:
    return Outgoing(
        position=position,
        tries=2,
        url=url,
        secrets=(SECRET, OLD_SECRET),
        webhook_id="e1-7",
        body='{"type":"darkroom.file.changed"}',
    )
