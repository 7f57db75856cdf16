"""Writes of clients that only the origin knows, by what we do not: a lock is one for them, too."""

import json
from collections.abc import Mapping

import pytest

from tests.unit.darkroom import Answer, a_request
from tests.unit.edge.legacy import Legacy
from tests.unit.edge.legacy_writes import SUBMIT, locked, ours
from tests.unit.factories import OTHER_FILE_ID

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

DEVICE = {"x-device-token": "d"}
WRITES = [("PATCH", ""), ("DELETE", ""), ("POST", "/revision")]


async def write(
    legacy: Legacy, method: str, path: str, headers: Mapping[str, str] | None = None
) -> Answer:
    return await legacy.send(a_request(method, path, DEVICE if headers is None else headers, b"{}"))


async def submit(legacy: Legacy, *file_ids: str) -> Answer:
    body = json.dumps({"file_ids": file_ids}).encode()
    headers = {**DEVICE, "content-type": "application/json"}
    return await legacy.send(a_request("POST", SUBMIT, headers, body))


@pytest.mark.parametrize(("method", "below"), WRITES)
@pytest.mark.parametrize(
    "headers", [DEVICE, {"cookie": "legacy=1"}, {"authorization": "Basic YTpi"}]
)
async def test_a_lock_of_ours_stops_them(
    method: str, below: str, headers: Mapping[str, str]
) -> None:
    legacy, path = await locked()

    answer = await write(legacy, method, path + below, headers)

    assert answer.problem == (409, "file_locked")
    assert "job_id" not in answer.json
    assert legacy.origin.sent == []


@pytest.mark.parametrize(("method", "below"), WRITES)
async def test_without_a_lock_the_origin_says_who_they_are(method: str, below: str) -> None:
    legacy, path = await ours()

    answer = await write(legacy, method, path + below)

    assert answer.response.native == "answer 1"


async def test_a_job_that_waits_stops_one_of_the_origins() -> None:
    legacy, path = await ours()
    legacy.is_served_by(native=True)
    await legacy.submit(path)
    legacy.is_served_by(native=False)

    assert (await write(legacy, "POST", f"{path}/revision")).problem == (409, "job_active")
    assert (await write(legacy, "PATCH", path)).response.native == "answer 1"


async def test_a_submit_that_names_a_locked_file_is_refused() -> None:
    legacy, path = await locked()

    answer = await submit(legacy, OTHER_FILE_ID, path.rsplit("/", 1)[1])

    assert answer.problem == (409, "file_locked")
    assert legacy.origin.sent == []


async def test_any_other_submit_is_passed_on_as_it_came() -> None:
    legacy, _ = await locked()

    answer = await submit(legacy, OTHER_FILE_ID, "not an id")

    assert answer.response.native == "answer 1"
    (outgoing,) = legacy.origin.sent
    assert json.loads(outgoing.body or b"")["file_ids"] == [OTHER_FILE_ID, "not an id"]


async def test_an_actor_that_is_down_stops_nobody() -> None:
    legacy, path = await locked()
    legacy.actors.files.is_down = True

    assert (await write(legacy, "DELETE", path)).response.native == "answer 1"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_reads_ask_nobody(method: str) -> None:
    legacy, path = await locked()
    calls = legacy.actors.files.calls

    await write(legacy, method, path)

    assert legacy.actors.files.calls == calls
