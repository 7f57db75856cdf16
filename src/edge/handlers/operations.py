"""What operators look at: failed jobs, parked messages, the audit, a file, the rollout, figures."""

import asyncio

from actors.client import RolloutClient
from domain.errors import Code, Outage, Refusal
from domain.job import JobStatus
from domain.limits import (
    CURSOR_MAX,
    PAGE_OPERATIONS_DEFAULT,
    PAGE_OPERATIONS_MAX,
    TARGET_CHARACTERS_MAX,
)
from domain.messages.operations import ListAudit, ListFailed, ListParked
from domain.messages.rollout import RolloutReport
from domain.operator_views import (
    AuditRecordView,
    AuditView,
    FailedJobsView,
    FailedJobView,
    InspectionView,
    ParkedPageView,
    ParkedView,
)
from domain.rollout_views import ParityView, RolloutView
from edge.exchange import Response, json_response, whole_number
from edge.prometheus import CONTENT_TYPE, exposition
from edge.services import Call
from log import log


async def failed_jobs(call: Call) -> Response:
    if call.request.query.get("status", JobStatus.FAILED) != JobStatus.FAILED:
        raise Refusal(Code.INVALID_QUERY, f"status must be {JobStatus.FAILED}")
    message = ListFailed(limit=_limit(call), before=_before(call))
    page = await call.services.operations.list_failed(message)
    view = FailedJobsView(
        jobs=tuple(map(FailedJobView.of_file, page.files)),
        remaining=page.remaining,
        next_cursor=_cursor(page.next_before),
    )
    return json_response(view)


async def parked_messages(call: Call) -> Response:
    message = ListParked(limit=_limit(call), before=_before(call))
    page = await call.services.operations.list_parked(message)
    view = ParkedPageView(
        messages=tuple(map(ParkedView.of, page.messages)), next_cursor=_cursor(page.next_before)
    )
    return json_response(view)


async def audit(call: Call) -> Response:
    target = call.request.query.get("target")
    if target is not None and len(target) > TARGET_CHARACTERS_MAX:
        raise Refusal(Code.INVALID_QUERY, f"target may have {TARGET_CHARACTERS_MAX} characters")
    message = ListAudit(target=target, limit=_limit(call), before=_before(call))
    page = await call.services.operations.list_audit(message)
    view = AuditView(
        records=tuple(map(AuditRecordView.of, page.records)), next_cursor=_cursor(page.next_before)
    )
    return json_response(view)


async def file(call: Call) -> Response:
    inspection = await call.services.files.inspect(call.parameters["file_id"])
    return json_response(InspectionView.of(inspection))


async def rollout(call: Call) -> Response:
    return json_response(RolloutView.of(await call.services.rollouts.describe()))


async def parity(call: Call) -> Response:
    report = await call.services.rollouts.describe_parity()
    return json_response(ParityView.of(report, call.services.settings.shadow_percent))


async def metrics(call: Call) -> Response:
    """Where the rollout's actor does not answer, the other figures are told nevertheless."""
    collected, report = await asyncio.gather(
        call.services.operations.metrics(), _report(call.services.rollouts)
    )
    headers = (("content-type", CONTENT_TYPE), ("cache-control", "no-store"))
    return Response(200, exposition(collected, report), headers)


async def _report(rollouts: RolloutClient) -> RolloutReport | None:
    try:
        return await rollouts.describe()
    except Outage as outage:
        log("rollout.not_described", level="warning", reason=str(outage))
        return None


def _limit(call: Call) -> int:
    return whole_number(
        call.request, "limit", default=PAGE_OPERATIONS_DEFAULT, low=1, high=PAGE_OPERATIONS_MAX
    )


def _before(call: Call) -> int | None:
    return whole_number(call.request, "cursor", default=0, low=0, high=CURSOR_MAX) or None


def _cursor(next_before: int | None) -> str | None:
    return None if next_before is None else str(next_before)
