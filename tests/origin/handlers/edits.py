"""Asking for edits: of an order's files, or of one file once more."""

import hashlib
import json
import uuid
from typing import Annotated

from pydantic import Field, StringConstraints
from starlette.responses import Response

from tests.origin import names
from tests.origin.call import Body, Call, answer, body
from tests.origin.database import Row, now_ms
from tests.origin.dialect import FILE_LOCKED, JOB_ACTIVE, VALIDATION_ERROR, Refusal
from tests.origin.store import compact
from tests.origin.views import rfc3339
from tools.api_shapes import Created, Skipped, Submitted

FileId = Annotated[str, StringConstraints(pattern=rf"^{names.FILE_ID}$")]
MARKED = """
SELECT files.id FROM files LEFT JOIN jobs ON jobs.id = files.job_id
WHERE files.order_id = ? AND deleted = 0 AND marked = 1
  AND COALESCE(jobs.status, 'done') NOT IN ('queued', 'in_progress')
ORDER BY files.position LIMIT 500
"""


class SubmitBody(Body):
    file_ids: Annotated[list[FileId], Field(min_length=1, max_length=500)] | None = None


class RevisionBody(Body):
    """Says nothing: the path says it all."""


async def submit(call: Call) -> Response:
    wanted = await body(call, SubmitBody)
    order_id = call.parameter("order_id")
    call.store.order(order_id, call.user_id)
    scope, fingerprint = f"order {order_id}", compact(wanted.model_dump())
    if (known := _answered(call, scope, fingerprint)) is not None:
        return known
    submitted = Submitted(order_id=order_id, created=[], skipped=[])
    for file_id in _wanted(call, order_id, wanted):
        outcome = _submitted(call, order_id, file_id)
        if isinstance(outcome, str):
            submitted["created"].append(Created(file_id=file_id, job_id=outcome))
        else:
            submitted["skipped"].append(outcome)
    _keep(call, scope, fingerprint, submitted)
    return answer(submitted, 202)


def _wanted(call: Call, order_id: str, wanted: SubmitBody) -> list[str]:
    if wanted.file_ids is None:
        return [row["id"] for row in call.store.database.rows(MARKED, order_id)]
    return list(dict.fromkeys(wanted.file_ids))


def _submitted(call: Call, order_id: str, file_id: str) -> str | Skipped:
    """The job's id, or why there is none."""
    found = call.store.database.row("SELECT * FROM files WHERE id = ?", file_id)
    reason, detail = _obstacle(call, order_id, file_id, found)
    if found is None or reason:
        return Skipped(file_id=file_id, reason=reason, detail=detail)
    return _created(call, found)


def _obstacle(call: Call, order_id: str, file_id: str, file: Row | None) -> tuple[str, str]:
    if file is None:
        return "file_not_found", "there is no such file"
    if file["owner_id"] != call.user_id:
        return "forbidden", "this file belongs to another user"
    if file["deleted"]:
        return "file_deleted", f"{file_id} was deleted"
    if file["order_id"] != order_id:
        return "file_not_found", f"{file_id} is not in this order"
    job = _active_job(call, file)
    if job is None:
        return "", ""
    if job["status"] == "queued":
        return "job_active", f"{job['id']} is queued"
    busy = f"{file['name']} cannot be edited again now: {job['id']} is working on it"
    return "file_locked", busy


async def revise(call: Call) -> Response:
    await body(call, RevisionBody, may_be_empty=True)
    file = call.store.file(call.parameter("file_id"), call.user_id)
    scope = f"file {file['id']}"
    if (known := _answered(call, scope, "")) is not None:
        return known
    if job := _active_job(call, file):
        raise Refusal(JOB_ACTIVE if job["status"] == "queued" else FILE_LOCKED)
    created = Created(file_id=file["id"], job_id=_created(call, file))
    _keep(call, scope, "", created)
    return answer(created, 202)


def _active_job(call: Call, file: Row) -> Row | None:
    active = "SELECT * FROM jobs WHERE id = ? AND status IN ('queued', 'in_progress')"
    return call.store.database.row(active, file["job_id"])


def _created(call: Call, file: Row) -> str:
    job_id = f"job_{file['id'].removeprefix('file_')}_{uuid.uuid4().hex[:16]}"
    columns = {
        "id": job_id,
        "file_id": file["id"],
        "order_id": file["order_id"],
        "user_id": file["owner_id"],
        "created_at": rfc3339(now_ms()),
    }
    with call.store.database.transaction():
        call.store.insert("jobs", columns)
        call.store.change(file["id"], job_id=job_id)
    call.store.tell(file["id"])
    call.backend.editor.start(job_id)
    return job_id


def _key(call: Call) -> str:
    header = call.request.headers.get("idempotency-key", "").strip().strip('"')
    return hashlib.sha256(f"{call.user_id} {header}".encode()).hexdigest() if header else ""


def _answered(call: Call, scope: str, fingerprint: str) -> Response | None:
    """What the same request was answered. Kept for ever; another body under the key is refused."""
    kept = "SELECT * FROM answers WHERE scope = ? AND key = ?"
    known = call.store.database.row(kept, scope, _key(call))
    if known is None:
        return None
    if known["fingerprint"] != fingerprint:
        raise Refusal(VALIDATION_ERROR)
    return answer(json.loads(known["body"]), 202, idempotent_replayed="true")


def _keep(call: Call, scope: str, fingerprint: str, value: object) -> None:
    if key := _key(call):
        kept = {"scope": scope, "key": key, "fingerprint": fingerprint, "body": compact(value)}
        call.store.insert("answers", dict(kept))
