"""A photo over a season: finished, archived after 90 days, edited again, all of it by itself."""

import json

import pytest

from storage.objects import StorageClass
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Answer, Darkroom, a_request, a_token
from tests.unit.factories import NOW_MS

pytestmark = pytest.mark.anyio

DAY_MS = 24 * 3_600_000
MINUTE_MS = 60_000
ARCHIVED_AT = "2027-02-20T10:00:00.000Z"  # 90 days after NOW


@pytest.fixture
def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time is the clock's
    return Darkroom()


async def signed_in_anew(darkroom: Darkroom, method: str, path: str) -> Answer:
    """A request long after the session that uploaded the photo has ended."""
    token = a_token(exp=NOW_MS // 1000 + 1_000 * DAY_MS)
    return await darkroom.send(a_request(method, path, {"authorization": f"Bearer {token}"}))


async def go_by(darkroom: Darkroom, clock: Clock, span_ms: int) -> None:
    """Time, and every alarm that is due then; some set others, so three times."""
    clock.advance_ms(span_ms)
    for _ in range(3):
        await darkroom.actors.ring()


def kinds(darkroom: Darkroom) -> list[str]:
    return sorted(key.split("/")[4] for key in darkroom.objects.keys)


def archived_classes(darkroom: Darkroom) -> list[StorageClass]:
    keys = [key for key in darkroom.objects.keys if "/archive/" in key]
    return [darkroom.objects.storage_class(key) for key in keys]


def of_event(capsys: pytest.CaptureFixture[str], event: str) -> list[tuple[str, str]]:
    """The level and the file of each such line."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [(line["level"], line["file_id"]) for line in lines if line["event"] == event]


async def test_a_finished_photo_moves_to_the_archive_after_90_days(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.edited()
    await go_by(darkroom, clock, 90 * DAY_MS - MINUTE_MS)
    day_before = await signed_in_anew(darkroom, "GET", f"{path}/preview")

    await go_by(darkroom, clock, MINUTE_MS)
    await go_by(darkroom, clock, 60 * MINUTE_MS)

    file = (await signed_in_anew(darkroom, "GET", path)).json
    preview = await signed_in_anew(darkroom, "GET", f"{path}/preview")
    assert day_before.status == 200
    assert preview.problem == (404, "preview_not_found")
    assert (file["status"], file["archived_at"]) == ("done", ARCHIVED_AT)
    assert kinds(darkroom) == ["archive", "raw"]
    assert archived_classes(darkroom) == [StorageClass.INFREQUENT_ACCESS]


async def test_the_list_of_the_order_says_that_a_photo_is_archived(
    darkroom: Darkroom, clock: Clock
) -> None:
    await darkroom.edited()

    await go_by(darkroom, clock, 90 * DAY_MS)

    (file,) = (await signed_in_anew(darkroom, "GET", f"{ORDER}/files")).json["files"]
    assert file["archived_at"] == ARCHIVED_AT


async def test_an_archived_photo_can_be_edited_again_and_its_archive_copy_goes(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.edited()
    await go_by(darkroom, clock, 90 * DAY_MS)
    await go_by(darkroom, clock, 60 * MINUTE_MS)

    revision = await signed_in_anew(darkroom, "POST", f"{path}/revision")
    await darkroom.work()
    await go_by(darkroom, clock, 60 * MINUTE_MS)

    file = (await signed_in_anew(darkroom, "GET", path)).json
    preview = await signed_in_anew(darkroom, "GET", f"{path}/preview")
    assert revision.status == 202
    assert (file["status"], file["archived_at"], preview.status) == ("done", None, 200)
    assert kinds(darkroom) == ["preview", "processed", "raw"]


async def test_while_the_bucket_is_down_a_photo_waits_for_its_archive_and_loses_nothing(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.edited()
    darkroom.objects.is_down = True
    await go_by(darkroom, clock, 90 * DAY_MS)
    darkroom.objects.is_down = False
    preview = await signed_in_anew(darkroom, "GET", f"{path}/preview")

    await go_by(darkroom, clock, MINUTE_MS)

    file = (await signed_in_anew(darkroom, "GET", path)).json
    assert preview.status == 200
    assert file["archived_at"] is not None
    assert archived_classes(darkroom) == [StorageClass.INFREQUENT_ACCESS]


async def test_a_photo_that_is_gone_from_the_bucket_is_never_called_archived(
    darkroom: Darkroom, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await darkroom.edited()
    (processed_key,) = [key for key in darkroom.objects.keys if "/processed/" in key]
    await darkroom.objects.delete(processed_key)

    await go_by(darkroom, clock, 90 * DAY_MS)
    await go_by(darkroom, clock, 60 * MINUTE_MS)

    file = (await signed_in_anew(darkroom, "GET", path)).json
    preview = await signed_in_anew(darkroom, "GET", f"{path}/preview")
    assert (file["status"], file["archived_at"], preview.status) == ("done", None, 200)
    assert kinds(darkroom) == ["preview", "raw"]
    assert of_event(capsys, "file.lost") == [("error", file["id"])]


async def test_a_photo_that_was_lost_can_be_edited_again_and_is_archived_then(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.edited()
    (processed_key,) = [key for key in darkroom.objects.keys if "/processed/" in key]
    await darkroom.objects.delete(processed_key)
    await go_by(darkroom, clock, 90 * DAY_MS)

    await signed_in_anew(darkroom, "POST", f"{path}/revision")
    await darkroom.work()
    await go_by(darkroom, clock, 90 * DAY_MS)

    file = (await signed_in_anew(darkroom, "GET", path)).json
    assert file["archived_at"] is not None
    assert archived_classes(darkroom) == [StorageClass.INFREQUENT_ACCESS]


async def test_a_photo_deleted_from_the_archive_leaves_no_byte_behind(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.edited()
    await go_by(darkroom, clock, 90 * DAY_MS)

    deleted = await signed_in_anew(darkroom, "DELETE", path)

    assert deleted.status == 204
    assert darkroom.objects.keys == set()


async def test_an_upload_nobody_finalized_is_gone_in_time_and_its_name_free_again(
    darkroom: Darkroom, clock: Clock
) -> None:
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])

    await go_by(darkroom, clock, 25 * 60 * MINUTE_MS)
    await go_by(darkroom, clock, MINUTE_MS)

    again = (await darkroom.intent()).json
    metrics = await darkroom.services.operations.metrics()
    assert darkroom.objects.keys == set()
    assert again["file_id"] != begun["file_id"]
    assert metrics.totals.intents_expired == 1


async def test_an_upload_finalized_while_its_order_could_not_be_told_is_not_taken_for_dead(
    darkroom: Darkroom, clock: Clock
) -> None:
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])
    darkroom.actors.orders.is_down = True
    await darkroom.finalize(begun["intent_id"])
    clock.advance_ms(25 * 60 * MINUTE_MS)
    darkroom.actors.orders.is_down = False

    await darkroom.actors.orders.actors["summer-42"].host.wake()
    await go_by(darkroom, clock, MINUTE_MS)

    path = f"/api/files/{begun['file_id']}"
    assert (await signed_in_anew(darkroom, "GET", path)).status == 200
    assert kinds(darkroom) == ["raw"]
    assert (await darkroom.services.operations.metrics()).totals.intents_expired == 0
