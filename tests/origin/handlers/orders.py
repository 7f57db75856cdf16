"""An order's files, stacks and status."""

import asyncio
import re
from contextlib import suppress
from typing import Final

from starlette.responses import Response

from tests.origin import views
from tests.origin.call import PLACE_MAX, Call, listed, tagged, whole_number
from tests.origin.database import Row
from tests.origin.dialect import UPGRADE_REQUIRED, VALIDATION_ERROR, Refusal
from tests.origin.stacks import stacks

WAIT_S_MAX: Final = 25
CURSOR: Final = re.compile(r"[0-9A-Za-z]{1,32}-[0-9]{1,15}")


async def list_files(call: Call) -> Response:
    limit = whole_number(call, "limit", default=100, low=1, high=500)
    after = whole_number(call, "cursor", default=0, low=0, high=PLACE_MAX)
    order = _order(call)
    rows = call.store.files(order["id"], after, limit + 1)
    page = rows[:limit]
    value = {
        "order_id": order["id"],
        "files": [views.file(call.store.database, row) for row in page],
        "next_cursor": str(page[-1]["position"]) if len(rows) > limit else None,
        "version": order["version"],
    }
    return tagged(call, value, views.cursor(order))


async def list_stacks(call: Call) -> Response:
    order = _order(call)
    names = [(row["id"], row["name"]) for row in call.store.files(order["id"])]
    value = {
        "order_id": order["id"],
        "stacks": stacks(order["id"], names),
        "version": order["version"],
    }
    return tagged(call, value, views.cursor(order))


async def status(call: Call) -> Response:
    """At once, or with `wait` when it is no longer what the client knows."""
    wait_s = whole_number(call, "wait", default=0, low=0, high=WAIT_S_MAX)
    since = _since(call)
    with call.backend.hub.watching(call.parameter("order_id")) as news:
        order = _order(call)
        if wait_s and views.cursor(order) == since:
            with suppress(TimeoutError):
                await asyncio.wait_for(news.get(), wait_s)
            order = _order(call)
    tag = views.cursor(order)
    if tag == since:
        headers = {"etag": f'"{tag}"', "cache-control": "private, no-cache"}
        return Response(None, 304, headers)
    return tagged(call, views.status(call.store.database, order), tag)


async def live_without_socket(_call: Call) -> Response:
    raise Refusal(UPGRADE_REQUIRED)


def _order(call: Call) -> Row:
    return call.store.order(call.parameter("order_id"), call.user_id)


def _since(call: Call) -> str | None:
    since = call.request.query_params.get("since")
    if since is not None:
        if not CURSOR.fullmatch(since):
            raise Refusal(VALIDATION_ERROR)
        return since
    known = {tag.removeprefix("W/").strip('"') for tag in listed(call, "if-none-match")}
    return known.pop() if len(known) == 1 else None
