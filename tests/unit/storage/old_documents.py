"""What the first version wrote, spelled out, for no code is left that writes it."""

import json
from collections.abc import Sequence

from storage.sql import migrate
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.factories import FILE_ID, LEASE_MS, NOW_MS

OLD_JOB_ID = "job_" + "a" * 16 + "c" * 16
PAST_JOB_ID = "job_" + "b" * 16 + "c" * 16
NEW_JOB_ID = f"job_{'f' * 32}_{'a' * 16}"
NEW_PAST_ID = f"job_{'f' * 32}_{'b' * 16}"
LEASE = {
    "token": 1,
    "worker_id": "worker-1",
    "since_ms": NOW_MS,
    "expires_at_ms": NOW_MS + LEASE_MS,
}
GONE = {"code": "raw_missing", "detail": "the uploaded photo is gone"}
PROCESSED_KEY = f"user/alice/orders/summer-42/processed/{FILE_ID}/1"
Document = dict[str, object]


def an_old_job(state: str, **changes: object) -> Document:
    ended = state in {"done", "failed"}
    return {
        "id": OLD_JOB_ID,
        "state": state,
        "attempt": 0 if state == "queued" else 1,
        "created_at_ms": NOW_MS,
        "not_before_ms": 0,
        "finished_at_ms": NOW_MS + 5 if ended else None,
        "lease": LEASE if state == "in_progress" else None,
        "failure": GONE if state == "failed" else None,
        **changes,
    }


def an_old_file(job: Document | None) -> Document:
    return {
        "upload": {
            "file_id": FILE_ID,
            "order_id": "summer-42",
            "owner_id": "alice",
            "name": "beach.jpg",
            "object_key": f"user/alice/orders/summer-42/raw/{FILE_ID}/beach.jpg",
            "size_bytes": 5,
            "content_type": "image/jpeg",
            "etag": "e1",
        },
        "name": "beach.jpg",
        "marked": True,
        "job": job,
        "preview": None,
        "processed_key": PROCESSED_KEY if job and job["state"] == "done" else None,
        "fencing_token": 1,
        "version": 3,
        "created_at_ms": NOW_MS,
        "updated_at_ms": NOW_MS,
        "deleted_at_ms": None,
    }


def an_old_snapshot(job: Document | None) -> Document:
    shown = ("id", "state", "attempt", "created_at_ms", "finished_at_ms", "failure")
    return {
        "file_id": FILE_ID,
        "order_id": "summer-42",
        "owner_id": "alice",
        "name": "beach.jpg",
        "object_key": f"user/alice/orders/summer-42/raw/{FILE_ID}/beach.jpg",
        "size_bytes": 5,
        "content_type": "image/jpeg",
        "status": "queued" if job is None or job["state"] == "failed" else job["state"],
        "marked": True,
        "locked": job is not None and job["state"] == "in_progress",
        "version": 3,
        "job": None if job is None else {name: job[name] for name in shown},
        "preview": None,
        "created_at_ms": NOW_MS,
        "updated_at_ms": NOW_MS,
        "deleted": False,
    }


def an_old_outcome(job_id: str = OLD_JOB_ID, kind: str = "edit_done") -> Document:
    return {
        "job_id": job_id,
        "kind": kind,
        "file_name": "beach.jpg",
        "detail": None,
        "at_ms": NOW_MS + 5,
    }


def an_old_notification() -> Document:
    return {
        "id": OLD_JOB_ID.replace("job_", "ntf_"),
        "kind": "edit_done",
        "order_id": "summer-42",
        "file_id": FILE_ID,
        "job_id": OLD_JOB_ID,
        "file_name": "beach.jpg",
        "detail": None,
        "created_at_ms": NOW_MS,
        "read_at_ms": None,
    }


class OldDatabase(SqliteSql):
    """That has taken so many steps."""

    def __init__(self, steps: Sequence[str]) -> None:
        super().__init__()
        migrate(self, steps)

    def keep(self, insert: str, *values: Document | str | int) -> None:
        """A row of ids, numbers and documents."""
        self.rows(insert, *map(_cell, values))


def _cell(value: Document | str | int) -> str | int:
    return json.dumps(value) if isinstance(value, dict) else value
