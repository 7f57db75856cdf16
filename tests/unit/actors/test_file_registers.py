"""Uploads between two sides: told to the origin once they are ours, or adopted from it."""

import json
from typing import Any

import pytest

from actors.effects import PurgeObjects, RegisterUpload
from actors.origin import Origin
from domain.adoption import Adoption
from domain.errors import Code, Outage, Refusal
from domain.file import FileStatus
from domain.job import JobStatus
from domain.limits import REGISTER_AFTER_MS
from domain.messages.file import (
    DeleteFile,
    DescribeHistory,
    FileHistory,
    Register,
    Submit,
    Submitted,
    UpdateFile,
)
from domain.snapshot import JobSummary, summary
from domain.values import Value
from domain.wakeup import Deadline
from tests.fakes.memory_web import MemoryWeb
from tests.unit.actors.cores import FileOnPaper, job_id, of_kind, told
from tests.unit.factories import (
    FILE_ID,
    NOW,
    NOW_MS,
    a_job,
    a_preview,
    an_upload,
    some_settings,
)

BASE = "https://legacy.example"
TOKEN = "t" * 32
BOTH: dict[str, Any] = {
    "origin_api_base": BASE,
    "origin_internal_token": TOKEN,
    "canary_secret": "c" * 32,
}
DUE_MS = NOW_MS + REGISTER_AFTER_MS
TOLD = RegisterUpload(an_upload(), "beach.jpg", NOW_MS)


def done(number: int) -> JobSummary:
    return summary(a_job(JobStatus.DONE, id=job_id(number)))


def an_adoption(**changes: object) -> Adoption:
    facts: dict[str, object] = {
        "marked": True,
        "version": 7,
        "job": done(3),
        "past_jobs": (done(2), done(1)),
        "preview": a_preview(),
        "created_at_ms": NOW_MS - 9_000,
        "updated_at_ms": NOW_MS - 5_000,
    }
    return Adoption.model_validate(facts | changes)


def an_adopted_file(object_key: str = "user/alice/orders/summer-42/raw/beach.jpg") -> FileOnPaper:
    file = FileOnPaper(is_registered=False, **BOTH)
    file.tell(Register(upload=an_upload(object_key=object_key), adoption=an_adoption()))
    return file


# --- Told to the origin -------------------------------------------------------------------------


def test_the_origin_hears_of_an_upload_a_moment_after_its_finalize() -> None:
    file = FileOnPaper(**BOTH)

    at_once, then = file.settle(), file.settle(DUE_MS)

    assert of_kind(RegisterUpload, at_once) == []
    assert of_kind(RegisterUpload, then) == [TOLD]
    assert Deadline.REGISTER not in file.deadlines(DUE_MS)


def test_it_hears_so_until_it_has_heard() -> None:
    file = FileOnPaper(**BOTH)

    owed = [
        of_kind(RegisterUpload, file.owed(DUE_MS + later_ms)) for later_ms in (0, 60_000, 180_000)
    ]

    assert owed == [[TOLD]] * 3


def test_a_second_finalize_tells_nobody() -> None:
    file = FileOnPaper(**BOTH)
    file.settle(DUE_MS)

    file.tell(Register(upload=an_upload()))

    assert of_kind(RegisterUpload, file.owed(DUE_MS + 60_000)) == []


@pytest.mark.parametrize("name", ["origin_api_base", "origin_internal_token"])
def test_without_an_origin_or_its_token_nobody_is_told(name: str) -> None:
    file = FileOnPaper(**(BOTH | {name: ""}))

    assert Deadline.REGISTER not in file.deadlines()


def test_of_what_is_deleted_by_then_it_need_not_hear() -> None:
    file = FileOnPaper(**BOTH)

    file.tell(DeleteFile(caller_id="alice"))

    assert of_kind(RegisterUpload, file.owed(DUE_MS)) == []


def test_it_hears_of_the_name_of_now() -> None:
    file = FileOnPaper(**BOTH)

    file.tell(UpdateFile(caller_id="alice", name="new.jpg"))

    (effect,) = of_kind(RegisterUpload, file.owed(DUE_MS))
    assert effect.name == "new.jpg"


@pytest.mark.anyio
async def test_it_is_told_in_its_own_words_and_with_its_token() -> None:
    web = MemoryWeb()
    web.answer(f"{BASE}/internal/files", "{}", 201, "POST")
    origin = Origin.of(some_settings(**BOTH), web)
    assert origin is not None

    await origin.register(TOLD)

    (asked,) = web.asked
    assert asked.headers == {"content-type": "application/json", "x-internal-token": TOKEN}
    assert json.loads(asked.body or "") == an_upload().model_dump() | {"created_at": NOW}
    assert TOKEN not in repr(origin)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [302, 400, 401, 404, 409, 500, 503])
async def test_any_other_answer_is_an_outage(status: int) -> None:
    web = MemoryWeb()
    web.answer(f"{BASE}/internal/files", "", status, "POST")
    origin = Origin.of(some_settings(**BOTH), web)
    assert origin is not None

    with pytest.raises(Outage, match=str(status)):
        await origin.register(TOLD)


def test_standing_alone_there_is_no_origin() -> None:
    assert Origin.of(some_settings(), MemoryWeb()) is None


# --- Adopted from it ----------------------------------------------------------------------------


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


def test_the_origin_need_not_hear_of_it() -> None:
    assert Deadline.REGISTER not in an_adopted_file().deadlines()


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
