"""A file that only the origin knows: looked at through us, and ours with the first change here."""

import json

import pytest

from edge.handlers import edits
from tests.unit.darkroom import ORDER, PHOTO
from tests.unit.edge.legacy import (
    BASE,
    FILE_PATH,
    FILE_URL,
    a_legacy_file,
    a_legacy_job,
    an_edited_legacy_file,
    another_legacy_file,
)
from tests.unit.edge.legacy_steps import (
    CHANGES,
    KEY,
    MEDIA_URL,
    PREVIEW_URL,
    Step,
    before,
    delete,
    look,
    look_at_job,
    look_at_preview,
    mark,
    preview_told,
    rename,
    submit,
)
from tests.unit.factories import FILE_ID, JOB_ID, NOW, OTHER_FILE_ID

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]


# --- Looking ------------------------------------------------------------------------------------


async def test_a_look_at_a_file_is_the_origins_answer_and_makes_nothing_ours() -> None:
    shape = an_edited_legacy_file()
    legacy = before(shape)

    answer = await look(legacy)

    assert answer.json == shape | {"preview_url": f"{FILE_PATH}/preview"}
    assert answer.headers["etag"] == '"3"'
    assert legacy.actors.files.actors[FILE_ID].sql.rows("SELECT 1 FROM sqlite_schema") == []


async def test_a_look_at_a_preview_is_the_origins_url() -> None:
    legacy = before(an_edited_legacy_file())
    legacy.web.answer(PREVIEW_URL, preview_told())

    answer = await look_at_preview(legacy)

    assert (answer.json["url"], answer.json["expires_at"]) == (MEDIA_URL, NOW)


async def test_a_look_at_a_job_is_the_origins_answer() -> None:
    legacy = before(an_edited_legacy_file())
    legacy.web.answer(f"{BASE}/api/jobs/{JOB_ID}", json.dumps(a_legacy_job()))

    assert (await look_at_job(legacy)).json == a_legacy_job()


# --- Changes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_makes_the_file_ours(change: Step) -> None:
    legacy = before(an_edited_legacy_file())

    first = await change(legacy)
    again = await change(legacy)

    assert first.status in {200, 202, 204}
    assert again.status in {200, 204, 409}
    assert len(legacy.asked(FILE_URL)) == 1


async def test_what_was_known_of_it_stays_known() -> None:
    shape = an_edited_legacy_file()
    legacy = before(shape)
    legacy.web.answer(PREVIEW_URL, preview_told())

    await rename(legacy)

    told = (await look(legacy)).json
    changes = {"name": "new.jpg", "version": 4, "preview_url": f"{FILE_PATH}/preview"}
    assert told == shape | changes
    assert await legacy.listed() == ["new.jpg"]
    preview = await look_at_preview(legacy)
    assert preview.json["url"].startswith(f"https://darkroom.example/media/{KEY}?token=")


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/previews/1.jpg",
        "https://darkroom.example/media/user/bob/orders/o/raw/x.jpg",
        "nonsense",
    ],
)
async def test_a_preview_that_does_not_lie_with_its_owners_photos_is_left_behind(url: str) -> None:
    legacy = before(an_edited_legacy_file())
    legacy.web.answer(PREVIEW_URL, preview_told(url))

    answer = await rename(legacy)

    assert (answer.json["status"], answer.json["preview"]) == ("done", None)


async def test_the_version_the_origin_told_may_be_asked_for() -> None:
    legacy = before(a_legacy_file())

    late = await legacy.call("PATCH", FILE_PATH, {"marked": True}, if_match='"2"')
    in_time = await legacy.call("PATCH", FILE_PATH, {"marked": True}, if_match='"3"')

    assert (late.status, in_time.status) == (412, 200)


async def test_an_adopted_photo_is_edited_like_any_other() -> None:
    legacy = before(a_legacy_file(), another_legacy_file())
    await legacy.stores(a_legacy_file())

    answer = await submit(legacy)
    await legacy.work()

    assert [job["file_id"] for job in answer.json["created"]] == [FILE_ID]
    assert (await look(legacy)).json["status"] == "done"
    assert await legacy.listed() == ["old.jpg", "older.jpg"]


async def test_all_that_are_marked_there_are_edited_here() -> None:
    legacy = before(a_legacy_file(marked=True), another_legacy_file())

    answer = await legacy.call("POST", f"{ORDER}/submit-edits", {}, idempotency_key="k1")

    assert [job["file_id"] for job in answer.json["created"]] == [FILE_ID]
    assert answer.json["skipped"] == []


async def test_a_photo_that_is_not_there_waits_for_its_customer() -> None:
    legacy = before(a_legacy_file())

    await submit(legacy)
    await legacy.work()

    assert (await look(legacy)).json["revision_required"] is True


async def test_a_deleted_photo_is_gone_where_the_origin_had_put_it() -> None:
    legacy = before(a_legacy_file())
    await legacy.stores(a_legacy_file())

    await delete(legacy)

    assert await legacy.objects.head(KEY) is None


async def test_another_photo_by_then_in_its_place_is_not() -> None:
    legacy = before(a_legacy_file())
    await legacy.stores(a_legacy_file())
    await mark(legacy)
    await legacy.objects.put(KEY, PHOTO + b"!", "image/jpeg")

    await delete(legacy)

    assert await legacy.objects.head(KEY) is not None


async def test_one_request_adopts_so_many_and_leaves_the_rest_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edits, "ADOPTIONS_MAX", 1)
    legacy = before(a_legacy_file(), another_legacy_file())
    body = {"file_ids": [FILE_ID, OTHER_FILE_ID]}

    first = (await legacy.call("POST", f"{ORDER}/submit-edits", body)).json
    second = (await legacy.call("POST", f"{ORDER}/submit-edits", body)).json

    assert [skipped["reason"] for skipped in first["skipped"]] == ["unavailable"]
    assert [job["file_id"] for job in second["created"]] == [OTHER_FILE_ID]
