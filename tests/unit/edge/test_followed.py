"""Writes that the origin serves: what they change is heard of here."""

import asyncio
import json

import pytest

from domain.limits import FINALIZED_BYTES_MAX
from edge.proxy import Silence
from tests.unit.darkroom import ORDER
from tests.unit.edge.legacy import (
    FILE_PATH,
    Legacy,
    a_legacy_file,
)
from tests.unit.edge.legacy_writes import (
    SUBMIT,
    WRITES,
    Write,
    delete,
    ours,
    read_anew,
    rename,
    theirs,
)
from tests.unit.factories import FILE_ID

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]


async def test_what_the_origin_deletes_is_deleted_here() -> None:
    legacy, path = await ours()

    await delete(legacy, path)

    legacy.is_served_by(native=True)
    assert (await legacy.call("GET", path)).status == 404
    assert await legacy.listed() == []


async def test_who_goes_away_meanwhile_leaves_nothing_undone() -> None:
    legacy, path = await ours()
    asking = asyncio.ensure_future(delete(legacy, path))

    async def go_away() -> None:
        asking.cancel()

    legacy.origin.meanwhile = go_away

    with pytest.raises(asyncio.CancelledError):
        await asking
    await legacy.changes_end()

    legacy.is_served_by(native=True)
    assert (await legacy.call("GET", path)).status == 404


async def test_what_the_origin_renames_and_marks_is_so_here() -> None:
    legacy, path = await ours()
    file_id = path.rsplit("/", 1)[1]
    legacy.tells(a_legacy_file("theirs.jpg", file_id, marked=True))

    await rename(legacy, path)

    legacy.is_served_by(native=True)
    told = (await legacy.call("GET", path)).json
    assert (told["name"], told["marked"]) == ("theirs.jpg", True)


@pytest.mark.parametrize("status", [404, 409, 412, 500])
async def test_what_the_origin_does_not_do_is_not_done_here(status: int) -> None:
    legacy, path = await ours()
    legacy.origin.status = status

    await delete(legacy, path)

    legacy.is_served_by(native=True)
    assert (await legacy.call("GET", path)).status == 200


async def test_a_change_that_cannot_be_followed_is_logged_and_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    legacy, path = await ours()
    legacy.web.is_down = True

    answer = await rename(legacy, path)

    assert answer.status == 200
    assert "hold.not_followed" in capsys.readouterr().out


@pytest.mark.parametrize("write", WRITES)
async def test_of_a_file_that_only_the_origin_knows_its_order_is_read_anew(write: Write) -> None:
    legacy = await theirs()
    legacy.tells(a_legacy_file())

    await write(legacy, FILE_PATH)

    assert await read_anew(legacy)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_what_the_origin_refuses_changes_nothing(status: int) -> None:
    legacy = await theirs()
    legacy.origin.status = status

    await legacy.call("POST", SUBMIT, {})

    assert not await read_anew(legacy)


@pytest.mark.parametrize(
    "path", [SUBMIT, f"{ORDER}/legacy-only", f"{ORDER}/legacy-only/below", f"{ORDER}/files"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_after_any_write_to_an_order_it_is_read_anew(method: str, path: str) -> None:
    legacy = await theirs()

    await legacy.call(method, path, {})

    assert await read_anew(legacy)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_after_a_read_it_is_not(method: str) -> None:
    legacy = await theirs()

    await legacy.call(method, f"{ORDER}/files")

    assert not await read_anew(legacy)
    assert legacy.actors.files.actors == {}


@pytest.mark.parametrize("path", ["/api/uploads/finalize", "/api/pixcapture/upload/finalize"])
async def test_after_a_finalize_its_order_is_read_anew(path: str) -> None:
    legacy = await theirs()
    legacy.origin.status = 201
    legacy.origin.text = json.dumps({"file_id": FILE_ID, "order_id": "summer-42"})

    answer = await legacy.call("POST", path, {"intent_id": "int_1"})

    assert (answer.status, answer.response.native) == (201, "answer 1")
    assert await read_anew(legacy)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (409, '{"order_id": "summer-42"}'),
        (201, ""),
        (201, "[]"),
        (201, "{}"),
        (201, '{"order_id": 1}'),
        (201, '{"order_id": "../x"}'),
        (201, '{"order_id": "summer-42"}' + " " * FINALIZED_BYTES_MAX),
    ],
)
async def test_a_finalize_that_names_no_order_is_answered_nevertheless(
    status: int, text: str
) -> None:
    legacy = await theirs()
    legacy.origin.status, legacy.origin.text = status, text

    answer = await legacy.call("POST", "/api/uploads/finalize", {"intent_id": "int_1"})

    assert answer.response.native == "answer 1"
    assert not await read_anew(legacy)


async def test_of_other_answers_nothing_is_read() -> None:
    legacy = await theirs()
    legacy.origin.text = json.dumps({"order_id": "summer-42"})

    await legacy.call("POST", "/api/uploads/intent", {})

    assert not await read_anew(legacy)


async def test_a_write_that_may_or_may_not_have_happened_counts_as_one() -> None:
    legacy = await theirs()
    legacy.origin.is_silent([Silence.TIMEOUT])

    answer = await legacy.call("POST", SUBMIT, {})

    assert answer.status == 504
    assert await read_anew(legacy)


async def test_an_order_that_nobody_has_read_here_need_not_hear_of_it() -> None:
    legacy = Legacy()
    legacy.is_served_by(native=False)

    answer = await legacy.call("POST", SUBMIT, {})

    assert answer.status == 200
    assert legacy.web.asked == []
