"""Reads of an order in migration: its actor answers, and hears from the origin what it lacks.

The actor says with each reply whether it knows the origin's word well enough, so what was heard
lately costs nothing. Whoever finds it too old asks the origin, with the caller's own credentials,
and tells the actor; those who do so at once agree in the end (`actors/order_origin.py`).
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Protocol, TypeVar

from domain.errors import Code, OriginOutage, Outage, Refusal
from domain.limits import ORDER_FILES_MAX, ORIGIN_PAGE_FILES, ORIGIN_PAGES_MAX
from domain.messages.order import DescribeOrder, Hydrate, OriginCopy, Revalidated
from domain.snapshot import FileSnapshot
from edge.origin import OK, asked, is_migrating
from edge.origin_shapes import OriginPage, read, refusal_of, said_code
from edge.services import Call
from log import log
from storage.web import WebAnswer

NOT_MODIFIED: Final = 304
NOT_FOUND: Final = 404


class Copied(Protocol):
    @property
    def origin(self) -> OriginCopy | None: ...


Reply = TypeVar("Reply", bound=Copied)


async def fresh(call: Call, order_id: str, ask: Callable[[], Awaitable[Reply]]) -> Reply:
    """What `ask` is answered, once the order's actor knows what the origin knows.

    Is the origin down, what was heard before is still the best there is.
    """
    if not is_migrating(call):
        return await ask()
    known = await _known(ask)
    copy = None if known is None else known.origin
    if known is not None and (copy is None or copy.is_fresh):
        return known
    try:
        has_news = await _refreshed(call, order_id, copy)
    except Outage as outage:
        if known is None or copy is None or not copy.was_checked:
            raise
        log("hydration.failed", level="warning", reason=str(outage), order_id=order_id)
        return known
    return await ask() if has_news or known is None else known


async def hydrated(call: Call, order_id: str) -> None:
    """So that the order's actor knows what the origin knows, whatever it is asked next."""
    if is_migrating(call):
        message = DescribeOrder(caller_id=call.caller_id)
        await fresh(call, order_id, partial(call.services.orders.describe, order_id, message))


async def opened(call: Call, order_id: str) -> None:
    """Before an upload begins: so that the order is the caller's, and its names are known.

    An order that the origin does not know either comes to be here, as the caller's.
    """
    if not is_migrating(call):
        return
    try:
        await hydrated(call, order_id)
    except Refusal as refusal:
        if refusal.code is not Code.ORDER_NOT_FOUND:
            raise
        await _hydrate(call, order_id, (0, call.now_ms), None, ())


async def invalidated(call: Call, order_id: str) -> None:
    """The origin has changed the order: what is known of it counts no more.

    Should the actor not hear of it, its copy grows old by itself. An order that is not known needs
    not be told.
    """
    try:
        await call.services.orders.invalidate(order_id)
    except Refusal as refusal:
        if refusal.code is not Code.ORDER_NOT_FOUND:
            raise
    except Outage as outage:
        log("invalidation.failed", level="warning", reason=str(outage), order_id=order_id)


async def _known(ask: Callable[[], Awaitable[Reply]]) -> Reply | None:
    """None, if the order's actor has never heard of it."""
    try:
        return await ask()
    except Refusal as refusal:
        if refusal.code is not Code.ORDER_NOT_FOUND:
            raise
        return None


async def _refreshed(call: Call, order_id: str, copy: OriginCopy | None) -> bool:
    """Whether the origin had anything to say. The actor has heard of it then."""
    as_of = (0, call.now_ms) if copy is None else copy.as_of
    etag = None if copy is None else copy.etag
    answer = await _asked(call, order_id, None, etag)
    if answer.status == NOT_MODIFIED and etag is not None:
        message = Revalidated(caller_id=call.caller_id, as_of=as_of, etag=etag)
        await call.services.orders.revalidated(order_id, message)
        return False
    if answer.status == NOT_FOUND and copy is not None:
        if not said_code(answer):
            raise OriginOutage("something in front of the origin answered 404")
        if copy.is_native:
            await _hydrate(call, order_id, as_of, None, ())
            return True
    if answer.status != OK:
        raise refusal_of(answer, Code.ORDER_NOT_FOUND)
    files, tag = await _all_files(call, order_id, answer)
    await _hydrate(call, order_id, as_of, tag, files)
    return True


async def _all_files(
    call: Call, order_id: str, answer: WebAnswer
) -> tuple[tuple[FileSnapshot, ...], str | None]:
    """From the first page on. Pages under different tags are not of one moment: ask again soon."""
    tag = answer.headers.get("etag")
    page = _page_of(answer, order_id)
    files, pages = list(page.files), 1
    while page.next_cursor and len(files) < ORDER_FILES_MAX and pages < ORIGIN_PAGES_MAX:
        answer = await _asked(call, order_id, page.next_cursor, None)
        if answer.status != OK:
            raise refusal_of(answer, Code.ORDER_NOT_FOUND)
        if answer.headers.get("etag") != tag:
            tag = None
        page, pages = _page_of(answer, order_id), pages + 1
        files += page.files
    return tuple(file.snapshot(call.caller_id) for file in files[:ORDER_FILES_MAX]), tag


def _page_of(answer: WebAnswer, order_id: str) -> OriginPage:
    page = read(answer, OriginPage)
    if {page.order_id, *(file.order_id for file in page.files)} != {order_id}:
        raise OriginOutage("the origin told of another order")
    return page


async def _asked(call: Call, order_id: str, cursor: str | None, etag: str | None) -> WebAnswer:
    query: dict[str, str | int] = {"limit": ORIGIN_PAGE_FILES}
    if cursor is not None:
        query["cursor"] = cursor
    return await asked(call, f"/api/orders/{order_id}/files", query, etag)


async def _hydrate(
    call: Call,
    order_id: str,
    as_of: tuple[int, int],
    etag: str | None,
    files: tuple[FileSnapshot, ...],
) -> None:
    await call.services.orders.hydrate(
        Hydrate(caller_id=call.caller_id, order_id=order_id, as_of=as_of, etag=etag, files=files)
    )
