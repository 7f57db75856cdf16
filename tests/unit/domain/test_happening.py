"""What is logged: one line for each change of a job's or a file's state, with its figures."""

import pytest

from domain import file as files
from domain import operation, retention
from domain.failure import FailureCode
from domain.file import File, OrderPause
from domain.happening import Happening, happenings
from domain.job import JobStatus
from domain.limits import ATTEMPTS_MAX
from domain.snapshot import OutcomeKind
from tests.unit.factories import (
    FILE_ID,
    JOB_ID,
    LEASE_MS,
    NOW_MS,
    OTHER_JOB_ID,
    a_failure,
    a_file,
    a_job,
    a_locked_file,
    a_preview,
)

LATER_MS = NOW_MS + 1_500
WAITING = a_file(job=a_job())
LOCKED = a_locked_file(token=3)
IDS = {"file_id": FILE_ID, "order_id": "summer-42"}
OF_THE_JOB = {**IDS, "job_id": JOB_ID, "attempt": 1}
DONE = files.completed(LOCKED, 3, a_preview(), copied_bytes=5, now_ms=LATER_MS)


def failed(code: FailureCode, attempt: int = 1) -> tuple[File, File]:
    before = a_locked_file(3, attempt=attempt)
    failure = a_failure(code)
    return before, files.attempt_failed(before, 3, failure, backoff_ms=700, now_ms=LATER_MS)


def logged(before: File | None, after: File) -> list[Happening]:
    return list(happenings(before, after))


# --- Jobs ---------------------------------------------------------------------------------------


def test_a_submitted_job_is_one_line() -> None:
    after = files.submitted(a_file(), JOB_ID, LATER_MS)

    assert logged(a_file(), after) == [
        Happening("job.queued", {**IDS, "job_id": JOB_ID, "attempt": 0})
    ]


def test_a_claim_says_who_holds_the_file_and_by_which_token() -> None:
    after = files.claimed(WAITING, JOB_ID, "worker-7", lease_ms=LEASE_MS, now_ms=LATER_MS)

    assert logged(WAITING, after) == [
        Happening("job.claimed", {**OF_THE_JOB, "token": 1, "worker_id": "worker-7"})
    ]


def test_a_job_that_is_tried_again_says_why_and_when() -> None:
    assert logged(*failed(FailureCode.OUTAGE)) == [
        Happening(
            "job.requeued",
            {
                **OF_THE_JOB,
                "error": "outage",
                "detail": "it was outage",
                "not_before_ms": LATER_MS + 700,
            },
            "warning",
        )
    ]


def test_a_finished_job_says_what_came_of_it_how_long_it_took_and_how_many_bytes() -> None:
    assert logged(LOCKED, DONE) == [
        Happening(
            "job.finished",
            {
                **OF_THE_JOB,
                "result": OutcomeKind.EDIT_DONE.value,
                "duration_s": 1.5,
                "copied_bytes": 5,
                "preview_maker": "pillow",
            },
        )
    ]


def test_a_job_is_as_long_as_from_its_first_attempt_to_its_end() -> None:
    file = files.claimed(
        a_file(job=a_job(started_at_ms=NOW_MS, attempt=1), fencing_token=1),
        JOB_ID,
        "w",
        lease_ms=LEASE_MS,
        now_ms=NOW_MS + 10_000,
    )

    done = files.completed(file, 2, a_preview(), copied_bytes=5, now_ms=NOW_MS + 12_000)

    assert [line.facts["duration_s"] for line in logged(file, done)] == [12.0]


@pytest.mark.parametrize(
    ("code", "attempt", "result"),
    [
        (FailureCode.CORRUPT_IMAGE, 1, OutcomeKind.EDIT_FAILED),
        (FailureCode.RAW_MISSING, 1, OutcomeKind.REVISION_REQUIRED),
        (FailureCode.LEASE_EXPIRED, ATTEMPTS_MAX, OutcomeKind.EDIT_FAILED),
    ],
)
def test_a_job_that_failed_is_a_warning_with_its_code(
    code: FailureCode, attempt: int, result: OutcomeKind
) -> None:
    assert logged(*failed(code, attempt)) == [
        Happening(
            "job.finished",
            {
                **OF_THE_JOB,
                "attempt": attempt,
                "result": result.value,
                "duration_s": 1.5,
                "copied_bytes": 0,
                "error": code.value,
                "detail": f"it was {code}",
            },
            "warning",
        )
    ]


def test_a_job_cancelled_before_it_began_is_as_long_as_it_waited() -> None:
    after = operation.cancelled(WAITING, JOB_ID, LATER_MS)

    (line,) = logged(WAITING, after)

    assert line.event == "job.finished"
    assert (line.facts["result"], line.facts["duration_s"]) == ("edit_cancelled", 1.5)
    assert line.facts["error"] == "cancelled"


def test_a_forced_unlock_puts_the_job_back_and_says_why() -> None:
    (line,) = logged(LOCKED, operation.force_unlocked(LOCKED, LATER_MS))

    assert (line.event, line.facts["error"]) == ("job.requeued", "force_unlocked")


def test_a_new_job_in_place_of_an_ended_one_is_a_line_of_its_own() -> None:
    after = files.submitted(DONE, OTHER_JOB_ID, LATER_MS)

    assert [(line.event, line.facts["job_id"]) for line in logged(DONE, after)] == [
        ("job.queued", OTHER_JOB_ID)
    ]


# --- Files --------------------------------------------------------------------------------------


def test_a_registered_file_is_one_line_with_its_size() -> None:
    assert logged(None, a_file()) == [Happening("file.registered", {**IDS, "size_bytes": 5})]


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (a_file(), files.renamed(a_file(), "new.jpg", LATER_MS), ["file.renamed"]),
        (a_file(), operation.paused(a_file(), LATER_MS, value=True), ["file.paused"]),
        (a_file(is_paused=True), a_file(), ["file.resumed"]),
        (
            a_file(is_paused=True),
            operation.order_paused(
                a_file(is_paused=True), OrderPause(revision=1, is_paused=True), LATER_MS
            ),
            [],
        ),
        (DONE, retention.archived(DONE, DONE.processed_key or "", LATER_MS), ["file.archived"]),
        (a_file(), files.deleted(a_file(), LATER_MS), ["file.deleted"]),
        (WAITING, files.deleted(WAITING, LATER_MS), ["job.finished", "file.deleted"]),
        (a_file(), files.marked(a_file(), LATER_MS, value=True), []),
        (LOCKED, files.renewed(LOCKED, 3, lease_ms=1, now_ms=LATER_MS), []),
        (a_file(leftovers=("a",)), a_file(), []),
        (WAITING, WAITING, []),
    ],
    ids=[
        "renamed",
        "paused",
        "resumed",
        "paused a second way",
        "archived",
        "deleted",
        "deleted while its job waits",
        "marked",
        "renewed",
        "swept",
        "nothing",
    ],
)
def test_each_change_of_state_is_a_line_and_nothing_else_is(
    before: File, after: File, events: list[str]
) -> None:
    assert [line.event for line in logged(before, after)] == events


@pytest.mark.parametrize("status", JobStatus)
def test_every_line_names_the_file_the_order_and_the_job(status: JobStatus) -> None:
    after = a_file(job=a_job(status))

    (line,) = logged(a_file(), after)

    assert line.facts.items() >= {**IDS, "job_id": JOB_ID}.items()
    assert "attempt" in line.facts


def test_no_line_holds_a_name_or_a_key_of_the_photo() -> None:
    lines = [*logged(None, a_file()), *logged(LOCKED, DONE)]

    assert "beach" not in str(lines)
    assert "user/" not in str(lines)
