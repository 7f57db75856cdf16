"""The caller's jobs and notifications."""

import re
from typing import Final

from starlette.responses import Response

from tests.origin import names, views
from tests.origin.call import PLACE_MAX, Call, answer, whole_number
from tests.origin.database import Scalar, now_ms
from tests.origin.dialect import (
    FORBIDDEN,
    JOB_NOT_FOUND,
    NOTIFICATION_NOT_FOUND,
    VALIDATION_ERROR,
    Refusal,
)

CURSOR: Final = re.compile(r"[0-9]{1,12}")
NEWEST_FIRST: Final = """
SELECT jobs.* FROM jobs JOIN orders ON orders.id = jobs.order_id
WHERE jobs.user_id = ?1 AND (?2 IS NULL OR jobs.order_id = ?2) AND (?3 IS NULL OR status = ?3)
ORDER BY orders.position DESC, created_at DESC, jobs.id DESC LIMIT ?4 OFFSET ?5
"""
NOTIFICATION: Final = "SELECT * FROM notifications WHERE id = ? AND user_id = ?"
MARK_READ: Final = """
UPDATE notifications SET read_at = ? WHERE read_at IS NULL AND id = ? AND user_id = ?
"""


async def list_jobs(call: Call) -> Response:
    """By offset: a job that is new while somebody turns pages makes the last one come again."""
    query = call.request.query_params
    limit = whole_number(call, "limit", default=50, low=1, high=200)
    state, order_id, cursor = query.get("status"), query.get("order_id"), query.get("cursor")
    if state is not None and state not in views.STATUSES:
        raise Refusal(VALIDATION_ERROR)
    if cursor is not None and not CURSOR.fullmatch(cursor):
        raise Refusal(VALIDATION_ERROR)
    if order_id is not None:
        if not names.is_chosen_id(order_id):
            raise Refusal(VALIDATION_ERROR)
        call.store.order(order_id, call.user_id)
    offset = int(cursor or 0)
    wanted: tuple[Scalar, ...] = (call.user_id, order_id, state, limit + 1, offset)
    rows = call.store.database.rows(NEWEST_FIRST, *wanted)
    next_cursor = str(offset + limit) if len(rows) > limit else None
    return answer({"jobs": list(map(views.job, rows[:limit])), "next_cursor": next_cursor})


async def describe_job(call: Call) -> Response:
    found = call.store.database.row("SELECT * FROM jobs WHERE id = ?", call.parameter("job_id"))
    if found is None:
        raise Refusal(JOB_NOT_FOUND)
    if found["user_id"] != call.user_id:
        raise Refusal(FORBIDDEN)
    return answer(views.job(found))


async def list_notifications(call: Call) -> Response:
    limit = whole_number(call, "limit", default=50, low=1, high=200)
    before = whole_number(call, "cursor", default=0, low=0, high=PLACE_MAX) or PLACE_MAX
    rows = call.store.database.rows(
        "SELECT * FROM notifications WHERE user_id = ? AND position < ?"
        " ORDER BY position DESC LIMIT ?",
        *(call.user_id, before, limit + 1),
    )
    unread = "SELECT COUNT(*) FROM notifications WHERE user_id = ? AND read_at IS NULL"
    value = {
        "notifications": list(map(views.notification, rows[:limit])),
        "next_cursor": str(rows[limit - 1]["position"]) if len(rows) > limit else None,
        "unread": call.store.database.number(unread, call.user_id),
    }
    return answer(value)


async def mark_read(call: Call) -> Response:
    which = (call.parameter("notification_id"), call.user_id)
    call.store.database.rows(MARK_READ, views.rfc3339(now_ms()), *which)
    found = call.store.database.row(NOTIFICATION, *which)
    if found is None:
        raise Refusal(NOTIFICATION_NOT_FOUND)
    return answer(views.notification(found))
