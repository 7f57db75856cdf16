"""Orders: their files and their counts."""

from functools import partial

from domain.cursor import Cursor
from domain.errors import Code, Outage, Refusal
from domain.limits import (
    CURSOR_MAX,
    HYDRATION_TURN_MS_MIN,
    LONG_POLL_MS_MAX,
    PAGE_FILES_DEFAULT,
    PAGE_FILES_MAX,
)
from domain.messages.order import AwaitOrder, DescribeOrder, ListFiles, ListNames, OrderStatus
from domain.stack import Stack, stacks
from domain.values import Value
from domain.views import FileView, StatusView, cursor_of
from edge.conditional import entity_tag, known_tags, not_modified, tagged
from edge.exchange import Request, Response, whole_number
from edge.hydration import fresh
from edge.origin import is_migrating
from edge.services import Call


class FilesView(Value):
    order_id: str
    files: tuple[FileView, ...]
    next_cursor: str | None
    version: int


class StacksView(Value):
    order_id: str
    stacks: tuple[Stack, ...]
    version: int


async def files(call: Call) -> Response:
    limit = whole_number(
        call.request, "limit", default=PAGE_FILES_DEFAULT, low=1, high=PAGE_FILES_MAX
    )
    after = whole_number(call.request, "cursor", default=0, low=0, high=CURSOR_MAX)
    order_id = call.parameters["order_id"]
    message = ListFiles(caller_id=call.caller_id, limit=limit, after=after)
    page = await fresh(call, order_id, partial(call.services.orders.list_files, order_id, message))
    view = FilesView(
        order_id=order_id,
        files=tuple(map(FileView.of, page.files)),
        next_cursor=None if page.next_after is None else str(page.next_after),
        version=page.version,
    )
    return tagged(call.request, view, entity_tag(cursor_of(page.epoch, page.version)))


async def bracketed(call: Call) -> Response:
    """The order's files by stacks."""
    order_id = call.parameters["order_id"]
    message = ListNames(caller_id=call.caller_id)
    named = await fresh(call, order_id, partial(call.services.orders.list_names, order_id, message))
    view = StacksView(
        order_id=order_id, stacks=stacks(order_id, named.files), version=named.version
    )
    return tagged(call.request, view, entity_tag(cursor_of(named.epoch, named.version)))


async def status(call: Call) -> Response:
    """At once, or with `wait` as soon as it is no longer what the client knows."""
    wait_ms = 1000 * whole_number(
        call.request, "wait", default=0, low=0, high=LONG_POLL_MS_MAX // 1000
    )
    since = _since(call.request)
    if wait_ms and since is not None:
        described = await _news(call, since, wait_ms)
    else:
        described = await _described(call)
    view = StatusView.of(described)
    tag = entity_tag(view.cursor)
    return not_modified(tag) if view.cursor == since else tagged(call.request, view, tag)


async def _news(call: Call, since: str, wait_ms: int) -> OrderStatus:
    """In migration the origin is asked now and then, for of its own changes it tells nobody."""
    if not is_migrating(call):
        return await _waited(call, since, wait_ms)
    turn_ms = max(call.services.settings.hydration_fresh_ms, HYDRATION_TURN_MS_MIN)
    described = await _described(call)
    for passed_ms in range(0, wait_ms, turn_ms):
        if cursor_of(described.epoch, described.version) != since:
            break
        await _waited(call, since, min(turn_ms, wait_ms - passed_ms))
        described = await _described(call)
    return described


async def _waited(call: Call, since: str, wait_ms: int) -> OrderStatus:
    message = AwaitOrder(caller_id=call.caller_id, since=since, wait_ms=wait_ms)
    try:
        return await call.services.orders.wait(call.parameters["order_id"], message)
    except Outage:  # its actor has moved, and whoever waited there has to be told something
        return await _described(call)


async def _described(call: Call) -> OrderStatus:
    order_id = call.parameters["order_id"]
    message = DescribeOrder(caller_id=call.caller_id)
    return await fresh(call, order_id, partial(call.services.orders.describe, order_id, message))


def _since(request: Request) -> str | None:
    """What the client knows: the query says so or, without, the one tag of `If-None-Match`."""
    since = request.query.get("since")
    if since is not None:
        if Cursor.parsed(since) is None:
            raise Refusal(Code.INVALID_QUERY, "since must be a cursor of this order")
        return since
    known = [tag.strip('"') for tag in known_tags(request)]
    return known[0] if len(known) == 1 and Cursor.parsed(known[0]) else None
