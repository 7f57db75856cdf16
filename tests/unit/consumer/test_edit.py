"""One attempt at one job: whatever happens to it, its file's actor hears or finds out."""

import json
from typing import Any

import pytest

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import ATTEMPTS_MAX
from storage.objects import Copied, NotCopied, StorageClass
from storage.picture import PixelSize
from storage.previews import PreviewMaker, PreviewRequest
from tests.fakes.memory_objects import MemoryObjects
from tests.unit.conftest import Clock
from tests.unit.darkroom import PHOTO, Darkroom
from tests.unit.factories import LEASE_MS

pytestmark = pytest.mark.anyio


class FailingMaker:
    """A maker of previews that raises."""

    def __init__(self, trouble: Exception) -> None:
        self._trouble = trouble

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        assert request.size_bytes == len(PHOTO)
        assert size == PixelSize(8, 6)
        raise self._trouble


class StallingMaker:
    """A maker that takes longer than its lease, and then goes on as if nothing had happened."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        self._clock.advance_ms(LEASE_MS)
        return Preview(
            object_key=request.target_key,
            width=size.width,
            height=size.height,
            size_bytes=request.size_bytes,
            content_type=request.content_type,
            maker="copy",
        )


class BrokenCopies(MemoryObjects):
    async def copy(
        self,
        source_key: str,
        target_key: str,
        etag: str | None = None,
        storage_class: StorageClass = StorageClass.STANDARD,
    ) -> Copied | NotCopied:
        raise Outage(f"R2 copy: {source_key} {target_key} {etag} {storage_class}")


async def submitted(darkroom: Darkroom) -> str:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    return path


async def seen(darkroom: Darkroom, path: str) -> dict[str, Any]:
    file: dict[str, Any] = (await darkroom.call("GET", path)).json
    return file


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return list(map(json.loads, capsys.readouterr().out.splitlines()))


async def test_an_edit_copies_the_photo_and_makes_its_preview(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await submitted(darkroom)

    await darkroom.work()

    file = await seen(darkroom, path)
    root = "user/alice/orders/summer-42"
    assert (file["status"], file["locked"], file["job"]["attempt"]) == ("done", False, 1)
    assert darkroom.objects.keys == {
        file["object_key"],
        f"{root}/processed/{file['id']}/1",
        f"{root}/preview/{file['id']}/1.jpg",
    }
    said = capsys.readouterr().out
    assert '"event": "job.finished"' in said
    assert '"result": "edit_done"' in said


async def test_how_a_job_ended_is_logged_with_all_its_ids(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await submitted(darkroom)
    await darkroom.work([FailingMaker(EditFailed(FailureCode.UNSUPPORTED_IMAGE, "x"))])

    (ended,) = [line for line in lines(capsys) if line["event"] == "job.finished"]
    file = await seen(darkroom, path)
    assert (ended["result"], ended["error"]) == ("edit_failed", "unsupported_image")
    assert (ended["file_id"], ended["job_id"]) == (file["id"], file["job"]["id"])
    assert (ended["attempt"], ended["copied_bytes"], ended["duration_s"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("trouble", "code", "status"),
    [
        (EditFailed(FailureCode.UNSUPPORTED_IMAGE, "x"), "unsupported_image", "failed"),
        (EditFailed(FailureCode.IMAGE_TOO_LARGE, "x"), "image_too_large", "failed"),
        (EditFailed(FailureCode.PROCESSING_FAILED, "x"), "processing_failed", "queued"),
        (KeyError("a bug"), "processing_failed", "queued"),
        (MemoryError(), "processing_failed", "queued"),
        (Outage("Images: down"), "outage", "queued"),
    ],
    ids=lambda value: repr(value) if isinstance(value, Exception) else value,
)
async def test_an_attempt_that_fails_says_why(
    darkroom: Darkroom, trouble: Exception, code: str, status: str
) -> None:
    path = await submitted(darkroom)

    await darkroom.work([FailingMaker(trouble)])

    file = await seen(darkroom, path)
    assert (file["job"]["error"]["code"], file["status"]) == (code, status)
    assert not file["locked"]


@pytest.mark.parametrize(
    ("trouble", "event"),
    [(KeyError("hunter2"), "job.broke"), (Outage("hunter2"), "attempt.failed")],
    ids=["bug", "outage"],
)
async def test_what_has_gone_wrong_inside_is_logged_with_all_its_ids_and_not_told(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str], trouble: Exception, event: str
) -> None:
    path = await submitted(darkroom)

    await darkroom.work([FailingMaker(trouble)])

    file = await seen(darkroom, path)
    (said,) = [line for line in lines(capsys) if line["event"] == event]
    assert "hunter2" in str(said)
    assert "hunter2" not in json.dumps(file)
    assert (said["file_id"], said["job_id"]) == (file["id"], file["job"]["id"])
    assert (said["attempt"], said["token"]) == (1, 1)


async def test_a_customer_hears_of_an_outage_and_not_of_what_we_depend_on(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await submitted(darkroom)

    await work_for_minutes(darkroom, clock, 10, [FailingMaker(Outage("R2: 10001"))])

    file = await seen(darkroom, path)
    (told,) = (await darkroom.call("GET", "/api/notifications")).json["notifications"]
    assert file["job"]["error"]["detail"] == "a service that the edit needs did not answer"
    assert told["detail"] == file["job"]["error"]["detail"]


async def test_a_missing_photo_asks_for_a_revision_and_is_not_tried_again(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await submitted(darkroom)
    (key,) = darkroom.objects.keys
    await darkroom.objects.delete(key)
    await darkroom.work()
    clock.advance_ms(3_600_000)
    await darkroom.actors.ring()

    file = await seen(darkroom, path)
    (told,) = (await darkroom.call("GET", "/api/notifications")).json["notifications"]

    assert (file["status"], file["job"]["status"]) == ("queued", "failed")
    assert file["job"]["error"]["code"] == "raw_missing"
    assert told["kind"] == "revision_required"
    assert await darkroom.taken() == []


async def test_a_replaced_photo_is_not_edited(darkroom: Darkroom) -> None:
    path = await submitted(darkroom)
    (key,) = darkroom.objects.keys
    await darkroom.objects.put(key, b"another one", "image/jpeg")

    await darkroom.work()

    file = await seen(darkroom, path)
    assert file["job"]["error"]["code"] == "raw_changed"
    assert darkroom.objects.keys == {key}


async def test_what_is_no_photo_is_not_supported(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent(size_bytes=9)).json
    await darkroom.put(begun["upload"]["url"], b"not a pic")
    await darkroom.finalize(begun["intent_id"])
    await darkroom.submit(f"/api/files/{begun['file_id']}")

    await darkroom.work()

    file = await seen(darkroom, f"/api/files/{begun['file_id']}")
    assert file["job"]["error"]["code"] == "unsupported_image"


async def work_for_minutes(
    darkroom: Darkroom, clock: Clock, minutes: int, makers: list[PreviewMaker]
) -> None:
    """Each minute, alarms ring and the consumer works."""
    for _ in range(minutes):
        clock.advance_ms(60_000)
        await darkroom.actors.ring()
        await darkroom.work(makers)


async def test_a_failure_that_may_pass_is_tried_again_and_then_given_up(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await submitted(darkroom)

    await work_for_minutes(darkroom, clock, 10, [FailingMaker(KeyError("a bug"))])

    file = await seen(darkroom, path)
    told = (await darkroom.call("GET", "/api/notifications")).json["notifications"]
    assert (file["status"], file["job"]["attempt"]) == ("failed", ATTEMPTS_MAX)
    assert [notification["kind"] for notification in told] == ["edit_failed"]


async def test_an_attempt_after_a_failed_one_may_succeed(darkroom: Darkroom, clock: Clock) -> None:
    path = await submitted(darkroom)
    await darkroom.work([FailingMaker(KeyError("a bug"))])
    clock.advance_ms(2_000)
    await darkroom.actors.ring()

    await darkroom.work()

    file = await seen(darkroom, path)
    assert (file["status"], file["job"]["attempt"]) == ("done", 2)
    assert file["job"]["error"] is None


async def test_a_worker_that_lost_its_lease_changes_nothing(
    darkroom: Darkroom, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await submitted(darkroom)

    await darkroom.work([StallingMaker(clock)])

    file = await seen(darkroom, path)
    assert (file["status"], file["preview"]) == ("queued", None)
    assert file["job"]["error"]["code"] == "lease_expired"
    assert "job.not_answered" in [line["event"] for line in lines(capsys)]


async def test_a_bucket_that_is_down_is_a_failure_that_may_pass(darkroom: Darkroom) -> None:
    path = await submitted(darkroom)
    whole = darkroom.objects
    darkroom.objects = BrokenCopies()

    await darkroom.work()

    darkroom.objects = whole
    file = await seen(darkroom, path)
    assert file["job"]["error"]["code"] == "outage"
    assert file["job"]["status"] == "queued"
