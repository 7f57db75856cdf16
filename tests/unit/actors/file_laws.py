"""What a file's actor has kept, read past its code; and what holds of it whatever happens."""

import json
from dataclasses import dataclass
from typing import Any

from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.actors.file_model import FileModel, Json, Thing

Document = dict[str, Any]

MINUTE_MS = 60_000
PATIENCE_MS = {"tell": MINUTE_MS, "audit": MINUTE_MS, "dispatch": 15 * MINUTE_MS}
ENDED = ("done", "failed")


def thing(key: str) -> Thing:
    """Of an object its kind, and the token of the attempt that made it."""
    *_, kind, _, last = key.split("/")
    return kind, int(last.removesuffix(".jpg"))


@dataclass(frozen=True)
class Kept:
    """What lies in SQL, as it lies there."""

    file: Document
    jobs: list[Document]  # oldest first
    due_ms: dict[str, int]
    outcomes: list[Document]
    unrecorded: list[str]

    @property
    def lease(self) -> Document | None:
        found: Document | None = self.file["job"] and self.file["job"]["lease"]
        return found


def kept(sql: SqliteSql) -> Kept:
    (file,) = _documents(sql, "SELECT document FROM file")
    past = _documents(sql, "SELECT document FROM past_jobs ORDER BY position")
    due = sql.rows("SELECT kind, due_ms FROM deadlines")
    unrecorded = sql.rows("SELECT action_id FROM actions WHERE is_owed ORDER BY position")
    return Kept(
        file=file,
        jobs=[*past, *([file["job"]] if file["job"] else [])],
        due_ms={str(kind): int(at_ms or 0) for kind, at_ms in due},
        outcomes=_documents(sql, "SELECT document FROM owed_outcomes"),
        unrecorded=[str(action_id) for (action_id,) in unrecorded],
    )


def differences(found: Kept, model: FileModel) -> dict[str, tuple[object, object]]:
    """Where the two disagree: what is kept, and what the model expects."""
    here, there = _said_of(found), _expected(model)
    return {key: (here[key], there[key]) for key in there if here[key] != there[key]}


def _said_of(found: Kept) -> Json:
    """All that decides what the actor will do, in the model's words."""
    file, lease = found.file, found.lease
    return {
        "name": file["name"],
        "marked": file["marked"],
        "is_paused": file["is_paused"],
        "order_word": (file["order_pause"]["revision"], file["order_pause"]["is_paused"]),
        "deleted_at_ms": file["deleted_at_ms"],
        "token": file["fencing_token"],
        "version": file["version"],
        "hold": (lease["token"], lease["expires_at_ms"]) if lease else None,
        "jobs": [_job(job) for job in found.jobs],
        "not_before_ms": file["job"] and file["job"]["not_before_ms"],
        "photo": file["processed_key"] and thing(file["processed_key"]),
        "preview": file["preview"] and thing(file["preview"]["object_key"])[1],
        "is_archived": file["archived_at_ms"] is not None,
        "edited_at_ms": file["edited_at_ms"],
        "litter": sorted(map(thing, file["leftovers"])),
        "unheard": {one["job"]["id"]: one["kind"] for one in found.outcomes},
        "unrecorded": found.unrecorded,
        "owed": set(found.due_ms),
    }


def _expected(model: FileModel) -> Json:
    return {
        "name": model.name,
        "marked": model.marked,
        "is_paused": model.is_paused,
        "order_word": model.order_word,
        "deleted_at_ms": model.deleted_at_ms,
        "token": model.token,
        "version": model.version,
        "hold": (model.hold.token, model.hold.until_ms) if model.hold else None,
        "jobs": [(job.id, job.status, job.attempt, job.error) for job in model.jobs.values()],
        "not_before_ms": model.newest and model.newest.not_before_ms,
        "photo": model.photo,
        "preview": model.preview,
        "is_archived": model.photo is not None and model.photo[0] == "archive",
        "edited_at_ms": model.edited_at_ms,
        "litter": sorted(model.litter),
        "unheard": model.unheard,
        "unrecorded": model.unrecorded,
        "owed": model.owed(),
    }


def public(snapshot: Document) -> Json:
    """Of what others are told, what the model has a word for."""
    job = snapshot["job"]
    words = ("name", "marked", "status", "locked", "is_paused", "waits_for_revision", "version")
    return {
        **{word: snapshot[word] for word in words},
        "deleted": snapshot["deleted"],
        "has_preview": snapshot["preview"] is not None,
        "job": job and _job(job),
    }


def told_by(model: FileModel) -> Json:
    job = model.newest
    return {
        "name": model.name,
        "marked": model.marked,
        "status": model.status,
        "locked": model.hold is not None,
        "is_paused": model.is_held_back,
        "waits_for_revision": model.waits_for_revision,
        "version": model.version,
        "deleted": model.deleted_at_ms is not None,
        "has_preview": model.preview is not None,
        "job": job and (job.id, job.status, job.attempt, job.error),
    }


class FileLaws:
    """Laws of their own: they hold of what is kept, whatever the model thinks."""

    def __init__(self) -> None:
        self._before: Document | None = None
        self._ended: dict[str, Document] = {}

    def check(self, found: Kept, now_ms: int) -> None:
        after = found.file
        self._locked(after)
        self._woken_for(found, now_ms)
        self._ends(found.jobs)
        if self._before is not None:
            self._went_on(self._before, after)
        self._before = after

    def _locked(self, after: Document) -> None:
        job = after["job"]
        is_in_progress = job is not None and job["status"] == "in_progress"
        lease = job["lease"] if job else None
        assert is_in_progress == (lease is not None), "locked exactly while in progress"
        is_newest = lease is None or lease["token"] == after["fencing_token"]
        assert is_newest, "the highest token holds the file"

    def _woken_for(self, found: Kept, now_ms: int) -> None:
        job, lease, due_ms = found.file["job"], found.lease, found.due_ms
        if lease is not None:
            assert due_ms.get("lease") == lease["expires_at_ms"], "it wakes when a lease is up"
        for kind, patience_ms in PATIENCE_MS.items():
            start_ms = max(now_ms, job["not_before_ms"] if job and kind == "dispatch" else 0)
            assert due_ms.get(kind, 0) <= start_ms + patience_ms, f"it wakes for {kind} in time"

    def _ends(self, jobs: list[Document]) -> None:
        active = [job["id"] for job in jobs if job["status"] not in ENDED]
        assert len(active) <= 1, "a file has one active job"
        assert not set(active) & set(self._ended), "an end is an end"
        for job in jobs:
            if job["status"] in ENDED:
                first = self._ended.setdefault(job["id"], job)
                assert job == first, "what has ended never changes"

    def _went_on(self, before: Document, after: Document) -> None:
        assert before["version"] <= after["version"], "a version never shrinks"
        assert before["fencing_token"] <= after["fencing_token"], "a token never shrinks"
        assert before["upload"] == after["upload"], "an upload never changes"
        is_back = before["deleted_at_ms"] is not None and after["deleted_at_ms"] is None
        assert not is_back, "a deleted file stays deleted"
        was, now = _holder(before), _holder(after)
        if now is not None and now != was:
            assert now > before["fencing_token"], "a token grows with each claim"
        if was is not None and after["job"]["error"]:
            is_unlocked = after["job"]["error"]["code"] == "force_unlocked" and now is None
            has_grown = after["fencing_token"] > before["fencing_token"]
            assert has_grown or not is_unlocked, "a token grows with each force-unlock"


def _holder(file: Document) -> int | None:
    lease = file["job"]["lease"] if file["job"] else None
    return None if lease is None else int(lease["token"])


def _job(job: Document) -> tuple[str, str, int, str | None]:
    return job["id"], job["status"], job["attempt"], job["error"] and job["error"]["code"]


def _documents(sql: SqliteSql, query: str) -> list[Document]:
    return [json.loads(str(text)) for (text,) in sql.rows(query)]
