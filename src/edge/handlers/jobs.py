"""The caller's jobs: those of one order or of all, newest first, and any one of them."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

from domain.errors import Code, Refusal
from domain.ids import is_chosen_id
from domain.job import JobStatus
from domain.limits import JOBS_ORDERS_MAX, PAGE_JOBS_DEFAULT, PAGE_JOBS_MAX
from domain.messages.file import DescribeJob
from domain.messages.inbox import ListOrders
from domain.messages.order import JobPage, ListJobs
from domain.snapshot import JobSummary
from domain.values import Value
from domain.views import JobView
from edge.exchange import Request, Response, json_response, whole_number
from edge.hydration import fresh
from edge.origin import is_migrating, origin_job
from edge.origin_shapes import OriginJobs, read
from edge.services import Call
from edge.two_lists import BEGIN, END, OriginList, Page, foreign_cursor, merged
from storage.web import WebAnswer

PLACE: Final = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,15})\.(job_[0-9a-f]{32}_[0-9a-f]{16}))?")
ONE_ORDER: Final = 0  # the position that no order has in its owner's list


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes on: in which order, and there behind which job. On the wire a cursor."""

    position: int
    before: tuple[int, str] | None = None

    @classmethod
    def read(cls, cursor: str) -> Self:
        found = PLACE.fullmatch(cursor)
        if found is None:
            raise foreign_cursor()
        position, created_at_ms, job_id = found.groups()
        before = None if job_id is None else (int(created_at_ms), job_id)
        return cls(int(position), before)

    @classmethod
    def behind(cls, job: JobSummary, position: int) -> Self:
        return cls(position, (job.created_at_ms, job.id))

    def __str__(self) -> str:
        return ".".join(map(str, (self.position, *(self.before or ()))))


class JobsView(Value):
    jobs: tuple[JobView, ...]
    next_cursor: str | None


async def list_newest(call: Call) -> Response:
    request = call.request
    limit = whole_number(request, "limit", default=PAGE_JOBS_DEFAULT, low=1, high=PAGE_JOBS_MAX)
    wanted = ListJobs(caller_id=call.caller_id, status=_status(request), limit=limit)
    ours = OurJobs(call, wanted, request.query.get("order_id"))
    if is_migrating(call):
        found = await merged(call, ours, _origins_jobs(call), limit)
        jobs, next_cursor = found.entries, found.next_cursor
    else:
        page = await ours.page(request.query.get("cursor", BEGIN), limit)
        jobs, next_cursor = page.entries, None if page.rest == END else page.rest
    return json_response(JobsView(jobs=tuple(map(JobView.of, jobs)), next_cursor=next_cursor))


@dataclass(frozen=True, slots=True)
class OurJobs:
    call: Call
    wanted: ListJobs
    order_id: str | None

    async def page(self, place: str, limit: int) -> Page[JobSummary]:
        if place == END:
            return Page()
        wanted = self.wanted.model_copy(update={"limit": limit})
        at = Place.read(place) if place else None
        if self.order_id is None:
            jobs, rest = await _of_all_orders(self.call, wanted, at)
        else:
            jobs, rest = await _of_one_order(self.call, self.order_id, wanted, at)
        return Page(tuple(jobs), END if rest is None else str(rest))


def _origins_jobs(call: Call) -> OriginList[JobSummary]:
    """Of orders that were not looked at here, and of edits before a file's last one."""
    given = call.request.query
    query = {name: given[name] for name in ("order_id", "status") if name in given}
    return OriginList(call, "/api/jobs", _page_of_origin, query)


def _page_of_origin(answer: WebAnswer) -> Page[JobSummary]:
    heard = read(answer, OriginJobs)
    return Page(tuple(job.summary for job in heard.jobs), heard.next_cursor or END)


async def describe(call: Call) -> Response:
    message = DescribeJob(caller_id=call.caller_id, job_id=call.parameters["job_id"])
    try:
        job = await call.services.files.describe_job(message)
    except Refusal as refusal:
        if refusal.code not in {Code.FILE_NOT_FOUND, Code.JOB_NOT_FOUND}:
            raise
        if not is_migrating(call):
            raise Refusal(Code.JOB_NOT_FOUND, "there is no such job") from None
        job = (await origin_job(call, message.job_id)).summary
    return json_response(JobView.of(job))


async def _of_one_order(
    call: Call, order_id: str, wanted: ListJobs, place: Place | None
) -> tuple[list[JobSummary], Place | None]:
    if not is_chosen_id(order_id):
        raise Refusal(Code.INVALID_QUERY, "order_id cannot be one")
    if place is not None and place.position != ONE_ORDER:
        raise foreign_cursor()
    ask = partial(_page, call, order_id, wanted, place, wanted.limit)
    page = await fresh(call, order_id, ask)
    rest = Place.behind(page.jobs[-1], ONE_ORDER) if page.has_more else None
    return list(page.jobs), rest


async def _of_all_orders(
    call: Call, wanted: ListJobs, place: Place | None
) -> tuple[list[JobSummary], Place | None]:
    """The newest order's first, then the next one's: only an order can sort its own jobs.

    Orders looked into are limited, so a page may hold few jobs or none, and yet not be the last.
    """
    if place is not None and place.position == ONE_ORDER:
        raise foreign_cursor()
    before = None if place is None else place.position + 1
    listed = await call.services.inboxes.list_orders(
        call.caller_id, ListOrders(limit=JOBS_ORDERS_MAX + 1, before=before)
    )
    jobs: list[JobSummary] = []
    for order in listed.orders[:JOBS_ORDERS_MAX]:
        room = wanted.limit - len(jobs)
        if room == 0:
            return jobs, Place(order.position)
        within = place if place is not None and place.position == order.position else None
        page = await _page(call, order.order_id, wanted, within, room)
        jobs += page.jobs
        if page.has_more:
            return jobs, Place.behind(jobs[-1], order.position)
    unseen = listed.orders[JOBS_ORDERS_MAX:]
    return jobs, Place(unseen[0].position) if unseen else None


async def _page(
    call: Call, order_id: str, wanted: ListJobs, place: Place | None, limit: int
) -> JobPage:
    before = None if place is None else place.before
    message = wanted.model_copy(update={"limit": limit, "before": before})
    return await call.services.orders.list_jobs(order_id, message)


def _status(request: Request) -> JobStatus | None:
    text = request.query.get("status")
    if text is None:
        return None
    if text not in set(JobStatus):
        raise Refusal(Code.INVALID_QUERY, f"status must be one of {', '.join(JobStatus)}")
    return JobStatus(text)
