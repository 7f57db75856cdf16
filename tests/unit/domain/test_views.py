"""The public shapes: field for field as docs/api.md shows them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.failure import FailureCode
from domain.file import FileStatus
from domain.job import JobState
from domain.messages import Notification, OrderStatus
from domain.snapshot import OutcomeKind, snapshot
from domain.views import FileView, NotificationView, StatusView, rfc3339
from tests.unit.factories import (
    FILE_ID,
    JOB_ID,
    NOW,
    NOW_MS,
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
    file = a_file(job=a_job(JobState.DONE), preview=a_preview(), version=3)

    shown = FileView.of(snapshot(file)).model_dump(mode="json")

    assert shown == {
        "id": FILE_ID,
        "order_id": "summer-42",
        "name": "beach.jpg",
        "object_key": f"user/alice/orders/summer-42/raw/{FILE_ID}/beach.jpg",
        "size_bytes": 5,
        "content_type": "image/jpeg",
        "status": "done",
        "marked": False,
        "locked": False,
        "version": 3,
        "job": {
            "id": JOB_ID,
            "state": "done",
            "attempt": 1,
            "created_at": NOW,
            "finished_at": NOW,
            "failure": None,
        },
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
    }


def test_a_file_without_a_job_or_a_preview_shows_null() -> None:
    shown = FileView.of(snapshot(a_file()))

    assert (shown.job, shown.preview, shown.preview_url) == (None, None, None)


def test_a_failure_is_shown_with_its_code_and_detail() -> None:
    failure = a_failure(FailureCode.RAW_MISSING)
    file = a_file(job=a_job(JobState.FAILED, failure=failure))

    shown = FileView.of(snapshot(file)).model_dump(mode="json")

    assert shown["job"]["failure"] == {"code": "raw_missing", "detail": "it was raw_missing"}
    assert shown["status"] == "queued"


def test_no_view_of_a_locked_file_holds_its_token() -> None:
    shown = FileView.of(snapshot(a_locked_file(token=424_242))).model_dump_json()

    assert "424242" not in shown
    assert "lease" not in shown


def test_a_status_counts_every_state_even_at_zero() -> None:
    counts = dict.fromkeys(FileStatus, 0) | {FileStatus.DONE: 2}
    status = OrderStatus(order_id="summer-42", total=2, counts=counts, version=17)

    assert StatusView.of(status).model_dump(mode="json") == {
        "order_id": "summer-42",
        "total": 2,
        "counts": {"queued": 0, "in_progress": 0, "done": 2, "failed": 0},
        "version": 17,
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
