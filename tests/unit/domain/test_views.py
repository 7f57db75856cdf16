"""The public shapes: field for field as docs/api.md shows them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.failure import FailureCode
from domain.file import FileStatus, OrderPause
from domain.job import JobStatus
from domain.messages.file import FileHistory
from domain.messages.inbox import Notification
from domain.messages.order import OrderStatus
from domain.snapshot import OutcomeKind, snapshot, summary
from domain.views import (
    FileHistoryView,
    FileView,
    JobView,
    NotificationView,
    StatusView,
    rfc3339,
)
from tests.unit.factories import (
    FILE_ID,
    JOB_ID,
    NOW,
    NOW_MS,
    OTHER_JOB_ID,
    a_failure,
    a_file,
    a_job,
    a_locked_file,
    a_preview,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEAR_2200_MS = 7_258_118_400_000


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (NOW_MS, NOW),
        (NOW_MS + 7, "2026-11-22T10:00:00.007Z"),
        (NOW_MS + 999, "2026-11-22T10:00:00.999Z"),
    ],
)
def test_times_are_rfc_3339_in_utc_with_milliseconds(at_ms: int, text: str) -> None:
    assert rfc3339(at_ms) == text


@given(at_ms=st.integers(0, YEAR_2200_MS))
def test_no_millisecond_is_lost_on_the_wire(at_ms: int) -> None:
    read = datetime.fromisoformat(rfc3339(at_ms))

    assert (read - EPOCH) // timedelta(milliseconds=1) == at_ms


def test_a_file_is_shown_with_these_fields_and_no_others() -> None:
    file = a_file(preview=a_preview(), version=3)

    shown = FileView.of(snapshot(file)).model_dump(mode="json")

    assert shown == {
        "id": FILE_ID,
        "order_id": "summer-42",
        "name": "beach.jpg",
        "object_key": f"user/alice/orders/summer-42/raw/{FILE_ID}/beach.jpg",
        "size_bytes": 5,
        "content_type": "image/jpeg",
        "status": "queued",
        "marked": False,
        "locked": False,
        "paused": False,
        "revision_required": False,
        "version": 3,
        "job": None,
        "preview": {
            "width": 1280,
            "height": 853,
            "size_bytes": 201_000,
            "content_type": "image/jpeg",
            "maker": "pillow",
        },
        "preview_url": f"/api/files/{FILE_ID}/preview",
        "created_at": NOW,
        "updated_at": NOW,
        "archived_at": None,
    }


def test_a_job_is_shown_with_these_fields_and_no_others() -> None:
    file = a_file(job=a_job(JobStatus.DONE))

    shown = FileView.of(snapshot(file)).model_dump(mode="json")

    assert shown["job"] == {
        "id": JOB_ID,
        "file_id": FILE_ID,
        "order_id": "summer-42",
        "user_id": "alice",
        "status": "done",
        "attempt": 1,
        "created_at": NOW,
        "started_at": NOW,
        "finished_at": NOW,
        "error": None,
        "preview_maker": "pillow",
        "copied_bytes": 5,
    }
    assert shown["status"] == "done"


def test_a_file_without_a_job_or_a_preview_shows_null() -> None:
    shown = FileView.of(snapshot(a_file()))

    assert (shown.job, shown.preview, shown.preview_url) == (None, None, None)


def test_an_error_is_shown_with_its_code_and_detail() -> None:
    error = a_failure(FailureCode.RAW_MISSING)
    file = a_file(job=a_job(JobStatus.FAILED, error=error))

    shown = FileView.of(snapshot(file)).model_dump(mode="json")

    assert shown["job"]["error"] == {"code": "raw_missing", "detail": "it was raw_missing"}
    assert (shown["status"], shown["revision_required"]) == ("queued", True)


@pytest.mark.parametrize(
    "changes", [{"is_paused": True}, {"order_pause": OrderPause(revision=1, is_paused=True)}]
)
def test_a_file_is_paused_by_itself_or_with_its_order(changes: dict[str, object]) -> None:
    assert FileView.of(snapshot(a_file(**changes))).paused


def test_an_archived_file_says_since_when() -> None:
    assert FileView.of(snapshot(a_file(archived_at_ms=NOW_MS))).archived_at == NOW


def test_a_job_that_was_not_claimed_yet_has_not_started() -> None:
    shown = JobView.of(summary(a_job()))

    assert (shown.attempt, shown.started_at, shown.finished_at) == (0, None, None)
    assert (shown.preview_maker, shown.copied_bytes) == (None, None)


def test_a_history_is_the_file_with_all_its_jobs() -> None:
    job, past = a_job(), a_job(JobStatus.DONE, id=OTHER_JOB_ID)
    file = snapshot(a_file(job=job))

    shown = FileHistoryView.of_history(
        FileHistory(file=file, jobs=(summary(job), summary(past)))
    ).model_dump(mode="json")

    assert [job["id"] for job in shown.pop("jobs")] == [JOB_ID, OTHER_JOB_ID]
    assert shown == FileView.of(file).model_dump(mode="json")


def test_no_view_of_a_locked_file_holds_its_token() -> None:
    shown = FileView.of(snapshot(a_locked_file(token=424_242))).model_dump_json()

    assert "424242" not in shown
    assert "lease" not in shown


def test_a_status_counts_every_state_even_at_zero() -> None:
    counts = dict.fromkeys(FileStatus, 0) | {FileStatus.DONE: 2}
    status = OrderStatus(
        order_id="summer-42",
        total=2,
        counts=counts,
        revision_required=1,
        is_paused=True,
        version=17,
        epoch="abcd1234",
    )

    assert StatusView.of(status).model_dump(mode="json") == {
        "order_id": "summer-42",
        "total": 2,
        "counts": {"queued": 0, "in_progress": 0, "done": 2, "failed": 0},
        "revision_required": 1,
        "paused": True,
        "version": 17,
        "cursor": "abcd1234-17",
    }


def test_a_notification_is_shown_with_these_fields_and_no_others() -> None:
    notification = Notification(
        id="ntf_1",
        kind=OutcomeKind.EDIT_DONE,
        order_id="summer-42",
        file_id=FILE_ID,
        job_id=JOB_ID,
        file_name="beach.jpg",
        created_at_ms=NOW_MS,
    )

    assert NotificationView.of(notification).model_dump(mode="json") == {
        "id": "ntf_1",
        "kind": "edit_done",
        "order_id": "summer-42",
        "file_id": FILE_ID,
        "job_id": JOB_ID,
        "file_name": "beach.jpg",
        "detail": None,
        "created_at": NOW,
        "read_at": None,
    }
