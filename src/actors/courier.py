"""Carries webhooks to their receivers, each by itself, and tells the actor how it went.

An actor's effects are done one after the other, and a receiver may take its time: so a delivery is
set out with, and nobody waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Final

from actors.effects import Effect, Outgoing, SendWebhooks
from domain.errors import Outage, Refusal
from domain.limits import (
    WEBHOOK_ANSWER_BYTES_MAX,
    WEBHOOK_ANSWER_CHARACTERS_MAX,
    WEBHOOK_ERROR_CHARACTERS_MAX,
)
from domain.messages.webhook import Attempted
from domain.settings import Settings
from domain.standard_webhooks import signed_headers
from domain.webhook import Attempt, told_pause_ms
from domain.webhook_url import check_webhook_url
from storage.web import Web, WebRequest

HEADERS: Final = {"content-type": "application/json", "user-agent": "Darkroom-Webhooks/1"}


@dataclass(frozen=True, slots=True)
class Courier:
    settings: Settings
    web: Web
    clock: Callable[[], int]
    later: Callable[[Coroutine[None, None, None]], object]  # runs it, whoever has gone meanwhile
    tell: Callable[[str], Awaitable[object]]  # its actor, a message

    async def perform(self, effect: Effect) -> None:
        assert isinstance(effect, SendWebhooks), "a webhook actor owes nothing else"
        for outgoing in effect.outgoing:
            self.later(self._carry(outgoing))

    async def _carry(self, outgoing: Outgoing) -> None:
        attempt = await self._attempt(outgoing)
        told = Attempted(position=outgoing.position, tries=outgoing.tries, attempt=attempt)
        await self.tell(told.model_dump_json())

    async def _attempt(self, outgoing: Outgoing) -> Attempt:
        """The URL is checked each time: rules, and what is allowed, may have changed since."""
        began_ms = self.clock()
        try:
            check_webhook_url(outgoing.url, self.settings.webhook_hosts)
            async with asyncio.timeout(self.settings.webhook_timeout_ms / 1000):
                answer = await self.web.ask(
                    self._request(outgoing, began_ms),
                    timeout_ms=self.settings.webhook_timeout_ms,
                    bytes_max=WEBHOOK_ANSWER_BYTES_MAX,
                    is_cut=True,
                )
        except TimeoutError:
            return self._unanswered(began_ms, "it did not answer in time")
        except Outage as outage:
            return self._unanswered(began_ms, str(outage))
        except Refusal as refusal:
            return self._unanswered(began_ms, refusal.detail)
        now_ms = self.clock()
        return Attempt(
            at_ms=began_ms,
            duration_ms=now_ms - began_ms,
            status=answer.status,
            answer=answer.text[:WEBHOOK_ANSWER_CHARACTERS_MAX],
            told_pause_ms=told_pause_ms(answer.headers.get("retry-after"), now_ms),
        )

    def _request(self, outgoing: Outgoing, now_ms: int) -> WebRequest:
        signed = signed_headers(outgoing.secrets, outgoing.webhook_id, now_ms, outgoing.body)
        return WebRequest("POST", outgoing.url, HEADERS | signed, outgoing.body)

    def _unanswered(self, began_ms: int, why: str) -> Attempt:
        return Attempt(
            at_ms=began_ms,
            duration_ms=self.clock() - began_ms,
            error=why[:WEBHOOK_ERROR_CHARACTERS_MAX],
        )
