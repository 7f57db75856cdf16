"""The audit of events, for operators: what an order or a room has told, from the beginning."""

import json

from domain.errors import Code, Refusal
from domain.event_batch import SourceKind
from domain.limits import PAGE_AUDITED_DEFAULT, PAGE_AUDITED_MAX
from edge.event_log import Bound, EventLog, Span, is_place
from edge.exchange import Response, json_text, whole_number
from edge.services import Call


async def of_order(call: Call) -> Response:
    return await _told(call, "orders", call.parameters["order_id"])


async def of_room(call: Call) -> Response:
    return await _told(call, "rooms", call.parameters["room_id"])


async def _told(call: Call, kind: SourceKind, source_id: str) -> Response:
    after = call.request.query.get("cursor", "")
    if after and not is_place(after):
        raise Refusal(Code.INVALID_QUERY, "cursor must be one that was told as next_cursor")
    limit = whole_number(
        call.request, "limit", default=PAGE_AUDITED_DEFAULT, low=1, high=PAGE_AUDITED_MAX
    )
    span = Span(_bound(call, "from"), _bound(call, "to"))
    page = await EventLog(call.services.objects, kind, source_id).page(span, after, limit)
    events, next_cursor = ",".join(page.events), json.dumps(page.next_after)
    return json_text(f'{{"events":[{events}],"next_cursor":{next_cursor}}}', 200)


def _bound(call: Call, name: str) -> Bound:
    text = call.request.query.get(name, "")
    bound = Bound.parsed(text) if text else Bound()
    if bound is None:
        raise Refusal(Code.INVALID_QUERY, f"{name} must be an offset, or a time as RFC 3339 has it")
    return bound
