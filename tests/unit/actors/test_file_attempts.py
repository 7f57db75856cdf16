"""A file actor's core while workers come and go: claims, leases, and who is believed."""

import pytest
from pydantic import ValidationError

from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import FileStatus
from domain.job import JobStatus
from domain.limits import ATTEMPTS_MAX
from domain.messages.file import DescribeFile, Grant, Renew, UpdateFile
from tests.unit.actors.cores import FileOnPaper, told
from tests.unit.factories import (
    FILE_ID,
    LEASE_MS,
    NOW_MS,
    an_upload,
)

EXPIRED_MS = NOW_MS + LEASE_MS


def expire_and_claim(file: FileOnPaper, token: int) -> Grant:
    """The lease of `token` runs out, its backoff passes, and another worker claims the job."""
    expired_ms = NOW_MS + (2 * token - 1) * LEASE_MS
    assert not file.seen(expired_ms).locked
    return file.claim(now_ms=expired_ms + LEASE_MS)


def test_a_grant_holds_all_that_a_worker_needs() -> None:
    file = FileOnPaper()
    file.submit()

    root = "user/alice/orders/summer-42"
    assert file.claim() == Grant(
        upload=an_upload(),
        token=1,
        attempt=1,
        lease_ms=LEASE_MS,
        lease_expires_at_ms=EXPIRED_MS,
        processed_key=f"{root}/processed/{FILE_ID}/1",
        preview_key=f"{root}/preview/{FILE_ID}/1.jpg",
    )


def test_of_two_workers_one_gets_the_job() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    with pytest.raises(Refusal) as refused:
        file.claim()

    assert refused.value.code is Code.JOB_NOT_CLAIMABLE


def test_a_renewed_lease_lasts_from_then_on() -> None:
    file = FileOnPaper()
    file.submit()
    token = file.claim().token

    grant = file.tell(Renew(token=token), EXPIRED_MS - 1)

    assert isinstance(grant, Grant)
    assert grant.lease_expires_at_ms == EXPIRED_MS - 1 + LEASE_MS
    assert file.seen(EXPIRED_MS).locked


def test_a_late_worker_cannot_complete_a_job_another_has_claimed() -> None:
    file = FileOnPaper()
    file.submit()
    late = file.claim()
    current = expire_and_claim(file, late.token)
    now_ms = current.lease_expires_at_ms - 1

    with pytest.raises(Refusal) as refused:
        file.complete(late.token, now_ms)

    assert refused.value.code is Code.LEASE_LOST
    assert file.seen(now_ms).status is FileStatus.IN_PROGRESS
    assert current.token > late.token


def test_a_worker_that_answers_after_its_lease_is_refused_though_nobody_else_has_claimed() -> None:
    file = FileOnPaper()
    file.submit()
    late = file.claim()

    with pytest.raises(Refusal) as refused:
        file.complete(late.token, EXPIRED_MS)

    assert refused.value.code is Code.LEASE_LOST


def test_completing_twice_is_refused_and_changes_nothing() -> None:
    file = FileOnPaper()
    file.submit()
    token = file.claim().token
    file.complete(token)
    done = file.seen()

    with pytest.raises(Refusal) as refused:
        file.complete(token)

    assert refused.value.code is Code.LEASE_LOST
    assert file.seen() == done


def test_a_message_finds_the_lease_expired_though_the_alarm_is_late() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    seen = file.seen(EXPIRED_MS)

    assert not seen.locked
    assert seen.job is not None
    assert seen.job.status is JobStatus.QUEUED


def test_a_refused_message_does_not_undo_that_the_lease_has_expired() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    with pytest.raises(Refusal):
        file.tell(DescribeFile(caller_id="bob"), EXPIRED_MS)

    assert file.seen(NOW_MS).job == file.seen(EXPIRED_MS).job
    assert not file.seen(NOW_MS).locked


def test_the_alarm_alone_finds_the_lease_expired() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()
    file.settle()

    effects = file.owed(EXPIRED_MS)

    assert [tell.apply.snapshot.locked for tell in told(effects)] == [False]


def test_a_job_is_given_up_after_its_last_attempt() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()
    [expire_and_claim(file, token) for token in range(1, ATTEMPTS_MAX)]

    seen = file.seen(NOW_MS + 100 * LEASE_MS)

    assert seen.status is FileStatus.FAILED
    assert seen.job is not None
    assert seen.job.attempt == ATTEMPTS_MAX
    assert seen.job.error is not None
    assert seen.job.error.code is FailureCode.LEASE_EXPIRED


def test_a_refused_change_leaves_nothing_behind() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()
    before = file.seen()

    with pytest.raises(Refusal) as refused:
        file.tell(UpdateFile(caller_id="alice", marked=True, name="new.jpg"))

    assert refused.value.code is Code.FILE_LOCKED
    assert file.seen() == before


@pytest.mark.parametrize("text", ["", "{}", '{"type": "explode"}', '{"type": "submit"}', "[]"])
def test_a_message_of_another_shape_is_a_bug_and_changes_nothing(text: str) -> None:
    file = FileOnPaper()
    before = file.seen()

    with pytest.raises(ValidationError):
        file.core.receive(text, NOW_MS)

    assert file.seen() == before


def test_a_field_of_a_newer_version_is_passed_over() -> None:
    file = FileOnPaper()

    reply = file.core.receive('{"type": "describe", "caller_id": "alice", "colour": 1}', NOW_MS)

    assert reply == file.seen()


def test_a_restarted_actor_knows_all_it_knew() -> None:
    file = FileOnPaper()
    file.submit()
    token = file.claim().token

    file.restart()

    file.complete(token)
    assert file.seen().status is FileStatus.DONE
