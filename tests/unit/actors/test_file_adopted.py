"""Files that were the origin's: adopted as it knew them, and ours from then on."""

import pytest

from actors.effects import PurgeObjects
from domain.errors import Code, Refusal
from domain.file import FileStatus
from domain.job import JobStatus
from domain.messages.file import (
    DeleteFile,
    DescribeHistory,
    FileHistory,
    Register,
    Submit,
    Submitted,
    UpdateFile,
)
from domain.snapshot import summary
from domain.values import Value
from tests.unit.actors.adopted import an_adopted_file, an_adoption, done
from tests.unit.actors.cores import job_id, of_kind, told
from tests.unit.factories import (
    FILE_ID,
    NOW_MS,
    a_job,
    a_preview,
    an_upload,
)


def test_an_adopted_file_is_as_the_origin_knew_it() -> None:
    file = an_adopted_file()

    history = file.tell(DescribeHistory(caller_id="alice"))

    assert isinstance(history, FileHistory)
    assert history.jobs == (done(3), done(2), done(1))
    seen = history.file
    assert (seen.status, seen.marked, seen.version, seen.preview) == (
        FileStatus.DONE,
        True,
        7,
        a_preview(),
    )
    assert (seen.created_at_ms, seen.updated_at_ms) == (NOW_MS - 9_000, NOW_MS - 5_000)


def test_its_order_hears_of_it_and_its_owner_of_nothing() -> None:
    (effect,) = told(an_adopted_file().settle())

    assert (effect.apply.snapshot.version, effect.apply.outcomes) == (7, ())


def test_in_the_log_it_is_registered_and_nothing_else_has_happened() -> None:
    happened = an_adopted_file().core.take_happenings()

    assert [happening.event for happening in happened] == ["file.registered"]


def test_adopted_twice_it_is_adopted_once() -> None:
    file = an_adopted_file()
    file.tell(UpdateFile(caller_id="alice", name="new.jpg"))

    again = Register(upload=an_upload(name="else.jpg"), adoption=an_adoption(version=99))
    file.tell(again)

    assert (file.seen().name, file.seen().version) == ("new.jpg", 8)


@pytest.mark.parametrize(
    ("upload", "is_deleted", "code"),
    [
        (an_upload(owner_id="bob"), False, Code.FORBIDDEN),
        (an_upload(), True, Code.FILE_DELETED),
    ],
)
def test_what_is_anothers_or_deleted_is_not_adopted(
    upload: Value, code: Code, *, is_deleted: bool
) -> None:
    file = an_adopted_file()
    [file.tell(DeleteFile(caller_id="alice")) for _ in range(is_deleted)]

    with pytest.raises(Refusal) as refused:
        file.tell(Register.model_validate({"upload": upload, "adoption": an_adoption()}))

    assert refused.value.code is code


def test_a_job_the_origin_had_is_not_made_again() -> None:
    file = an_adopted_file()

    again = [Submit(caller_id="alice", job_id=job_id(number)) for number in (1, 3)]

    repeats = [Submitted(job_id=job_id(number), is_repeat=True) for number in (1, 3)]
    assert [file.tell(message) for message in again] == repeats


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.IN_PROGRESS])
def test_a_job_under_way_there_cannot_be_adopted(status: JobStatus) -> None:
    with pytest.raises(ValueError, match="Assertion failed"):
        an_adoption(job=summary(a_job(status)))


def test_what_the_origin_made_is_not_ours_to_remove() -> None:
    file = an_adopted_file()

    file.submit(job_id(4))
    file.complete(file.claim(job_id(4)).token)

    assert file.inspected().leftovers == ()


@pytest.mark.parametrize(
    ("object_key", "is_stray"),
    [
        ("user/alice/orders/summer-42/raw/beach.jpg", True),
        (f"user/alice/orders/summer-42/raw/{FILE_ID}/beach.jpg", False),
    ],
)
def test_a_photo_that_lies_elsewhere_is_purged_by_its_key(
    object_key: str, *, is_stray: bool
) -> None:
    file = an_adopted_file(object_key)

    file.tell(DeleteFile(caller_id="alice"))

    (purge,) = of_kind(PurgeObjects, file.owed())
    assert (purge.stray is not None) is is_stray
