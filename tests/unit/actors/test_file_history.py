"""What a file's owner may ask of its jobs, for as long as the file knows them."""

import pytest

from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.job import JobStatus
from domain.limits import JOB_HISTORY_MAX
from domain.messages.file import DeleteFile, DescribeHistory, DescribeJob, FileHistory
from domain.snapshot import JobSummary
from domain.values import Value
from tests.unit.actors.cores import FileOnPaper, job_id
from tests.unit.factories import JOB_ID, NOW_MS, OTHER_JOB_ID, a_failure, a_result

HISTORY = DescribeHistory(caller_id="alice")
DELETE = DeleteFile(caller_id="alice")


def history(file: FileOnPaper) -> FileHistory:
    told = file.tell(HISTORY)
    assert isinstance(told, FileHistory)
    return told


def job(file: FileOnPaper, job_id: str = JOB_ID) -> JobSummary:
    told = file.tell(DescribeJob(caller_id="alice", job_id=job_id))
    assert isinstance(told, JobSummary)
    return told


def test_a_file_without_jobs_has_an_empty_history() -> None:
    file = FileOnPaper()

    assert history(file) == FileHistory(file=file.seen(), jobs=())


def test_all_jobs_of_a_file_are_told_newest_first() -> None:
    file = FileOnPaper()
    file.finish_jobs(1, 2)
    file.submit(job_id(3))

    told = history(file)

    assert [job.id for job in told.jobs] == [job_id(3), job_id(2), job_id(1)]
    assert [job.status for job in told.jobs] == [JobStatus.QUEUED, JobStatus.DONE, JobStatus.DONE]
    assert told.file == file.seen()


def test_the_newest_job_is_told_once_with_all_the_owner_may_know() -> None:
    file = FileOnPaper()
    file.submit()
    file.complete(file.claim(now_ms=NOW_MS + 5).token, NOW_MS + 700)

    assert history(file).jobs == (
        JobSummary(
            id=JOB_ID,
            file_id=file.seen().file_id,
            order_id="summer-42",
            user_id="alice",
            status=JobStatus.DONE,
            attempt=1,
            created_at_ms=NOW_MS,
            started_at_ms=NOW_MS + 5,
            finished_at_ms=NOW_MS + 700,
            result=a_result().model_copy(update={"copied_bytes": 0}),
        ),
    )


def test_no_job_is_told_with_its_token_or_its_worker() -> None:
    file = FileOnPaper()
    file.finish_jobs(1)
    file.submit()
    file.claim()

    told = history(file).model_dump_json() + job(file).model_dump_json()

    assert not [word for word in ("token", "lease", "worker", "runs") if word in told]


def test_the_history_goes_back_to_a_bound() -> None:
    file = FileOnPaper()
    file.finish_jobs(*range(JOB_HISTORY_MAX + 3))

    told = history(file).jobs

    assert len(told) == JOB_HISTORY_MAX + 1
    assert told[0].id == job_id(JOB_HISTORY_MAX + 2)


def test_any_job_of_the_history_is_told_by_its_id() -> None:
    file = FileOnPaper()
    file.finish_jobs(1)
    file.submit()
    file.fail(file.claim().token, a_failure(FailureCode.CORRUPT_IMAGE))
    file.submit(OTHER_JOB_ID)

    failed, waiting = job(file), job(file, OTHER_JOB_ID)

    assert (failed.status, failed.error) == (
        JobStatus.FAILED,
        a_failure(FailureCode.CORRUPT_IMAGE),
    )
    assert (waiting.id, waiting.status) == (OTHER_JOB_ID, JobStatus.QUEUED)
    assert job(file, job_id(1)).status is JobStatus.DONE


def test_a_job_the_file_never_had_is_not_found() -> None:
    file = FileOnPaper()
    file.submit()

    with pytest.raises(Refusal) as refused:
        job(file, OTHER_JOB_ID)

    assert refused.value.code is Code.JOB_NOT_FOUND


@pytest.mark.parametrize(
    "message",
    [DescribeHistory(caller_id="bob"), DescribeJob(caller_id="bob", job_id=JOB_ID)],
    ids=lambda message: message.type,
)
def test_a_stranger_hears_nothing_of_a_files_jobs_not_even_whether_there_are_any(
    message: Value,
) -> None:
    with_job, without = FileOnPaper(), FileOnPaper()
    with_job.submit()

    with pytest.raises(Refusal) as refused:
        with_job.tell(message)
    with pytest.raises(Refusal) as refused_too:
        without.tell(message)

    assert refused.value.code is refused_too.value.code is Code.FORBIDDEN
    assert str(refused.value) == str(refused_too.value)


def test_a_deleted_file_tells_its_jobs_one_by_one_and_no_history() -> None:
    file = FileOnPaper()
    file.finish_jobs(1)
    file.submit()
    file.tell(DELETE)

    with pytest.raises(Refusal) as refused:
        file.tell(HISTORY)

    cancelled = job(file)
    assert refused.value.code is Code.FILE_DELETED
    assert cancelled.status is JobStatus.FAILED
    assert cancelled.error is not None
    assert cancelled.error.code is FailureCode.FILE_DELETED
    assert job(file, job_id(1)).status is JobStatus.DONE


@pytest.mark.parametrize(
    "message",
    [HISTORY, DescribeJob(caller_id="alice", job_id=JOB_ID)],
    ids=lambda message: message.type,
)
def test_a_file_that_never_was_has_no_history_and_leaves_nothing_behind(message: Value) -> None:
    file = FileOnPaper(is_registered=False)

    with pytest.raises(Refusal) as refused:
        file.tell(message)

    assert refused.value.code is Code.FILE_NOT_FOUND
    assert file.sql.rows("SELECT * FROM sqlite_master") == []


def test_a_lease_that_ran_out_is_seen_by_whoever_asks_for_the_job() -> None:
    file = FileOnPaper()
    file.submit()
    grant = file.claim()

    told = file.tell(DescribeJob(caller_id="alice", job_id=JOB_ID), grant.lease_expires_at_ms)

    assert isinstance(told, JobSummary)
    assert told.status is JobStatus.QUEUED
