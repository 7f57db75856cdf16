"""The Durable Object of the rollout, of which there is one."""

from dataclasses import replace
from typing import Any

from workers import DurableObject

from actors.alerting import Alerting
from actors.email_binding import EmailBinding
from actors.environment import performer_of, rollout_settings_of, settings_of
from actors.fetch_web import FetchWeb
from actors.host import Host
from actors.rollout import RolloutCore
from clock import clock_ms
from storage.durable_sql import DurableSql


class RolloutActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        settings = rollout_settings_of(env)
        core = RolloutCore(DurableSql(ctx), settings, settings_of(env).orphan_after_ms)
        mail = EmailBinding(env.ALERT_EMAIL) if hasattr(env, "ALERT_EMAIL") else None
        alerts = Alerting(settings, FetchWeb(), mail, clock_ms)
        performer = replace(performer_of(env), alerts=alerts)
        self.host = Host(core, ctx.storage, performer.perform, str(ctx.id.name), clock_ms)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        await self.host.settle()
        return answer

    async def alarm(self, info: Any = None) -> None:  # noqa: ARG002 -- the platform passes it
        await self.host.wake()
