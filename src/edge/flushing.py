"""Telling the rollout's actor what was counted, off the request's path; the verdict comes back."""

import asyncio
from functools import partial

from domain.errors import Outage
from edge.services import Services
from log import log


def flush_soon(services: Services, now_ms: int) -> None:
    """Whoever counts first waits for the others, and tells of them all once its time is up."""
    interval_ms = services.settings.metrics_flush_ms
    if services.telemetry.is_due(now_ms, interval_ms):
        services.later(partial(_flush_after, services, interval_ms))


async def _flush_after(services: Services, pause_ms: int) -> None:
    await asyncio.sleep(pause_ms / 1000)
    await flush(services)


async def flush(services: Services) -> None:
    state, telemetry = services.rollout, services.telemetry
    told = telemetry.taken(state.config, state.config_fault)
    try:
        verdicts = await services.rollouts.flush(told)
    except Outage as outage:
        log("rollout.not_flushed", level="warning", reason=str(outage))
        return
    telemetry.told(told)
    state.heard(verdicts, services.clock())
