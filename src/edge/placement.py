"""Which side serves a request: what a decision depends on is gathered here, and decided elsewhere.

`domain/canary.py` decides. Without an origin there is nothing to decide.
"""

import asyncio
import json
import uuid
from dataclasses import dataclass
from functools import partial

from domain.canary import (
    Asked,
    Decision,
    bucket_of,
    decided,
    log_facts,
    x_pix_canary,
    x_pix_decision,
)
from domain.errors import Code, Outage, Refusal
from domain.limits import JSON_BODY_BYTES_MAX, VERDICT_WAIT_MS
from domain.messages.rollout import Flush
from domain.rollout import Cohort, Effective, Phase
from domain.session import Principal
from domain.settings import Settings
from edge.canary_header import is_asked_for_us
from edge.cohort_cookie import CohortCookies
from edge.exchange import Request
from edge.intent_pin import pinned_cohort
from edge.router import Route
from edge.services import Services
from log import log

FINALIZES = frozenset({"/api/uploads/finalize", "/api/pixcapture/upload/finalize"})


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the request goes, and what its answer and its log line tell of that."""

    request: Request  # with its body in hand, if it had to be read
    body: bytes | None
    decision: Decision
    headers: tuple[tuple[str, str], ...]
    facts: dict[str, object]

    @property
    def is_native(self) -> bool:
        return self.decision.cohort is Cohort.NATIVE


async def placed(
    request: Request, route: Route, services: Services, principal: Principal | None
) -> Placement:
    now_ms = request.clock()
    settings = services.settings
    config = await known_rollout(services, now_ms)
    body = await _read_intent(request, route)
    asked = asked_by(request, services, principal, route.phase)
    if body is not None:
        pinned = pinned_cohort(_intent_id(body), services.signer)
        asked = asked.model_copy(update={"pinned": pinned})
    decision = decided(config, asked)
    headers: tuple[tuple[str, str], ...] = (
        ("x-pix-canary", x_pix_canary(decision)),
        ("x-pix-decision", x_pix_decision(decision)),
    )
    is_known = services.rollout.config is not None
    if decision.cookie is not None and settings.canary_secret and is_known:
        set_cookie = _cookies(settings).set_cookie(decision.cookie, now_ms)
        headers = (*headers, ("set-cookie", set_cookie))
    return Placement(
        request=request if body is None else request.with_body(body),
        body=body,
        decision=decision,
        headers=headers,
        facts=log_facts(config, asked, decision),
    )


def asked_by(
    request: Request, services: Services, principal: Principal | None, phase: Phase | None
) -> Asked:
    """What the request itself says to the decision."""
    user_id = principal.user_id if principal else None
    now_ms = request.clock()
    return Asked(
        phase=phase,
        header=is_asked_for_us(request, services.settings, user_id),
        cookie=_cookies(services.settings).read(request.headers.get("cookie"), now_ms),
        bucket=bucket_of(user_id or request.id),
    )


async def known_rollout(services: Services, now_ms: int) -> Effective:
    """From memory, unless it is older than that of an isolate that has something to do."""
    state, settings = services.rollout, services.settings
    if _is_old(state.config_at_ms, now_ms, settings.rollout_refresh_ms):
        await _read_config(services, now_ms)
    elif state.is_due(now_ms, settings.rollout_refresh_ms):
        services.later(partial(state.read, services.config, now_ms))
    if _is_old(state.verdict_at_ms, now_ms, settings.metrics_flush_ms):
        await _ask_for_verdict(services, now_ms)
    return state.effective(now_ms, settings.rollout_stale_ms)


def _is_old(at_ms: int | None, now_ms: int, interval_ms: int) -> bool:
    """Nobody has looked for two intervals: nobody came, or nobody was answered."""
    return at_ms is None or now_ms - at_ms > 2 * interval_ms


async def _read_config(services: Services, now_ms: int) -> None:
    """By each request for itself, as long as the isolate is new: none can wait for another's.

    Otherwise by one in each interval: the others go on with what is known.
    """
    state = services.rollout
    is_due = state.is_due(now_ms, services.settings.rollout_refresh_ms)
    if not is_due and not state.is_new(now_ms, VERDICT_WAIT_MS):
        return
    try:
        async with asyncio.timeout(VERDICT_WAIT_MS / 1000):
            await state.read(services.config, now_ms)
    except TimeoutError:
        log("rollout.not_read", level="warning", reason="KV did not answer in time")


def _cookies(settings: Settings) -> CohortCookies:
    return CohortCookies(settings.canary_secret, settings.canary_secret_previous)


async def _ask_for_verdict(services: Services, now_ms: int) -> None:
    """An isolate that begins, or that had nothing to do. Not for long: then it is not known."""
    state = services.rollout
    may_ask = state.may_ask(now_ms, services.settings.rollout_refresh_ms)
    if not may_ask and not state.is_new(now_ms, VERDICT_WAIT_MS):
        return
    try:
        async with asyncio.timeout(VERDICT_WAIT_MS / 1000):
            verdicts = await services.rollouts.flush(Flush(flush_id=uuid.uuid4().hex))
    except (Outage, TimeoutError) as trouble:
        log("rollout.unreachable", level="error", reason=str(trouble) or "it did not answer")
    else:
        state.heard(verdicts, now_ms)


async def _read_intent(request: Request, route: Route) -> bytes | None:
    """A finalize goes where its intent was, and only its body says where: the one that is read."""
    if route.pattern not in FINALIZES or request.method != "POST":
        return None
    body = await request.read(JSON_BODY_BYTES_MAX)
    if body is None:
        raise Refusal(Code.BODY_TOO_LARGE, f"the body may have at most {JSON_BODY_BYTES_MAX} bytes")
    return body


def _intent_id(body: bytes) -> str:
    """Empty, if there is none: whoever serves it will say what is wrong."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    intent_id = found.get("intent_id") if isinstance(found, dict) else None
    return intent_id if isinstance(intent_id, str) else ""
