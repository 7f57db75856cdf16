"""The HTTP surface as a table. Adding a line here is what makes a path exist."""

from typing import Final

from domain.operation import Operation
from domain.rollout import Phase
from edge.exchange import Response
from edge.handlers import (
    edits,
    event_log,
    files,
    jobs,
    live,
    media,
    notifications,
    operations,
    orders,
    qa,
    rooms,
    session,
    uploads,
    webhooks,
)
from edge.handlers.operator_actions import (
    on_file,
    on_job,
    on_order,
    on_parked,
    on_rollout,
    redrive_failed,
)
from edge.router import Access, Route
from edge.services import Call

PUBLIC: Final = Access.PUBLIC
OPERATORS: Final = Access.OPERATORS
B1A: Final = Phase.B1A
B1B: Final = Phase.B1B
EDITS: Final = Phase.EDITS


async def health(_call: Call) -> Response:
    return Response(200, "ok", (("content-type", "text/plain; charset=utf-8"),))


ROUTES: Final = (
    Route("GET", "/health", health, PUBLIC),
    Route("GET", "/qa", qa.describe, Access.GUARDED, is_timed=False),
    Route("POST", "/api/session", session.begin, PUBLIC),
    Route("GET", "/api/session", session.describe),
    Route("DELETE", "/api/session", session.end, PUBLIC),
    Route("POST", "/api/uploads/intent", uploads.intent, phase=B1B),
    Route("POST", "/api/uploads/finalize", uploads.finalize, phase=B1B),
    # The legacy client's spelling of the same two.
    Route("POST", "/api/pixcapture/upload/intent", uploads.intent, phase=B1B),
    Route("POST", "/api/pixcapture/upload/finalize", uploads.finalize, phase=B1B),
    Route("PUT", "/media/{key}", media.put, PUBLIC, is_timed=False),
    Route("GET", "/media/{key}", media.get, PUBLIC, is_timed=False),
    Route("GET", "/api/orders/{order_id}/files", orders.files, phase=B1A),
    Route("GET", "/api/orders/{order_id}/stacks", orders.bracketed, phase=B1A),
    Route("GET", "/api/orders/{order_id}/status", orders.status, phase=B1A),
    Route("POST", "/api/orders/{order_id}/submit-edits", edits.submit, phase=EDITS),
    Route("GET", "/api/orders/{order_id}/live", live.socket, phase=EDITS, is_timed=False),
    Route("GET", "/api/orders/{order_id}/events", live.events, phase=EDITS, is_timed=False),
    Route("GET", "/api/files/{file_id}", files.describe, phase=EDITS),
    Route("PATCH", "/api/files/{file_id}", files.update, phase=EDITS),
    Route("DELETE", "/api/files/{file_id}", files.delete, phase=EDITS),
    Route("GET", "/api/files/{file_id}/preview", files.preview, phase=EDITS),
    Route("POST", "/api/files/{file_id}/revision", edits.revise, phase=EDITS),
    Route("GET", "/api/jobs", jobs.list_newest, phase=EDITS),
    Route("GET", "/api/jobs/{job_id}", jobs.describe, phase=EDITS),
    Route("GET", "/api/notifications", notifications.list_newest, phase=B1A),
    Route("POST", "/api/notifications/{notification_id}/read", notifications.mark_read, phase=B1A),
    Route("POST", "/rooms/{room_id}/messages", rooms.publish),
    Route("GET", "/ws/{room_id}", rooms.socket, is_timed=False),
    Route("GET", "/rooms/{room_id}/events", rooms.events, is_timed=False),
    Route("GET", "/rooms/{room_id}/presence", rooms.presence),
    Route("POST", "/api/webhooks", webhooks.create),
    Route("GET", "/api/webhooks", webhooks.list_all),
    Route("GET", "/api/webhooks/{webhook_id}", webhooks.describe),
    Route("PATCH", "/api/webhooks/{webhook_id}", webhooks.update),
    Route("DELETE", "/api/webhooks/{webhook_id}", webhooks.delete),
    Route("POST", "/api/webhooks/{webhook_id}/rotate", webhooks.rotate),
    Route("POST", "/api/webhooks/{webhook_id}/test", webhooks.probe),
    Route("GET", "/api/webhooks/{webhook_id}/deliveries", webhooks.deliveries),
    Route("POST", "/api/webhooks/{webhook_id}/redrive", webhooks.redrive),
    Route("GET", "/ops/webhooks", webhooks.list_of_user, OPERATORS),
    Route("GET", "/ops/orders/{order_id}/events", event_log.of_order, OPERATORS),
    Route("GET", "/ops/rooms/{room_id}/events", event_log.of_room, OPERATORS),
    Route("GET", "/ops/jobs", operations.failed_jobs, OPERATORS),
    Route("GET", "/ops/dead", operations.parked_messages, OPERATORS),
    Route("GET", "/ops/audit", operations.audit, OPERATORS),
    Route("GET", "/ops/files/{file_id}", operations.file, OPERATORS),
    Route("GET", "/ops/metrics", operations.metrics, OPERATORS),
    Route("GET", "/ops/parity", operations.parity, OPERATORS),
    Route("GET", "/ops/rollout", operations.rollout, OPERATORS),
    Route("POST", "/ops/rollout/override-clear", on_rollout(Operation.OVERRIDE_CLEAR), OPERATORS),
    Route(
        "POST",
        "/ops/rollout/override-emergency",
        on_rollout(Operation.OVERRIDE_EMERGENCY),
        OPERATORS,
    ),
    Route("POST", "/ops/rollout/resume", on_rollout(Operation.RESUME_BREAKER), OPERATORS),
    Route("POST", "/ops/rollout/dry-run", on_rollout(Operation.DRY_RUN), OPERATORS),
    Route("POST", "/ops/rollout/arm", on_rollout(Operation.ARM), OPERATORS),
    Route("POST", "/ops/jobs/redrive", redrive_failed, OPERATORS),
    Route("POST", "/ops/jobs/{job_id}/redrive", on_job(Operation.REDRIVE), OPERATORS),
    Route("POST", "/ops/jobs/{job_id}/cancel", on_job(Operation.CANCEL), OPERATORS),
    Route("POST", "/ops/files/{file_id}/force-unlock", on_file(Operation.FORCE_UNLOCK), OPERATORS),
    Route("POST", "/ops/files/{file_id}/pause", on_file(Operation.PAUSE), OPERATORS),
    Route("POST", "/ops/files/{file_id}/resume", on_file(Operation.RESUME), OPERATORS),
    Route("POST", "/ops/orders/{order_id}/pause", on_order(Operation.PAUSE), OPERATORS),
    Route("POST", "/ops/orders/{order_id}/resume", on_order(Operation.RESUME), OPERATORS),
    Route("POST", "/ops/orders/{order_id}/rebuild", on_order(Operation.REBUILD), OPERATORS),
    Route("POST", "/ops/dead/{message_id}/redrive", on_parked(Operation.REDRIVE), OPERATORS),
    Route("POST", "/ops/dead/{message_id}/discard", on_parked(Operation.DISCARD), OPERATORS),
)
