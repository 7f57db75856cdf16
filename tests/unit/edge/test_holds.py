"""Writes that the origin serves, held to our locks."""

import json

import pytest

from domain.messages.file import Hold, HoldFor
from edge.proxy import Silence
from tests.unit.conftest import Clock
from tests.unit.darkroom import Answer, a_request
from tests.unit.edge.legacy_writes import (
    SUBMIT,
    WRITES,
    Write,
    locked,
    ours,
    rename,
    revise,
)
from tests.unit.factories import FILE_ID, OTHER_FILE_ID

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]


# --- Locks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", WRITES)
async def test_a_lock_of_ours_stops_what_the_origin_would_do(write: Write) -> None:
    legacy, path = await locked()

    answer = await write(legacy, path)

    assert answer.problem == (409, "file_locked")
    assert answer.json.keys() >= {"job_id", "attempt", "locked_since", "locked_until", "live_url"}
    assert legacy.origin.sent == []


@pytest.mark.parametrize("write", WRITES)
async def test_without_a_lock_the_origin_does_it(write: Write) -> None:
    legacy, path = await ours()

    answer = await write(legacy, path)

    assert (answer.status, answer.response.native) == (200, "answer 1")
    assert len(legacy.origin.sent) == 1


async def test_a_job_that_waits_stops_one_of_the_origins() -> None:
    legacy, path = await ours()
    legacy.is_served_by(native=True)
    await legacy.submit(path)
    legacy.is_served_by(native=False)

    answer = await revise(legacy, path)

    assert answer.problem == (409, "job_active")
    assert (await rename(legacy, path)).status == 200


@pytest.mark.parametrize("write", WRITES)
async def test_afterwards_the_file_is_free(write: Write) -> None:
    legacy, path = await ours()
    legacy.origin.status = 422

    await write(legacy, path)

    legacy.is_served_by(native=True)
    assert (await legacy.call("PATCH", path, {"marked": True})).status == 200


@pytest.mark.parametrize("write", WRITES)
async def test_an_origin_that_does_not_answer_leaves_the_file_free(write: Write) -> None:
    legacy, path = await ours()
    legacy.origin.is_silent([Silence.TIMEOUT])

    answer = await write(legacy, path)

    legacy.is_served_by(native=True)
    assert answer.status == 504
    assert (await legacy.call("PATCH", path, {"marked": True})).status == 200


async def test_meanwhile_nobody_here_changes_the_file() -> None:
    legacy, path = await ours()
    answers: list[Answer] = []

    async def meanwhile() -> None:
        legacy.is_served_by(native=True)
        answers.append(await legacy.call("PATCH", path, {"marked": True}))

    legacy.origin.meanwhile = meanwhile

    await rename(legacy, path)

    (answer,) = answers
    assert answer.problem == (409, "file_locked")
    assert "job_id" not in answer.json


async def test_who_is_not_signed_in_holds_nothing() -> None:
    legacy, path = await locked()

    answer = await legacy.send(a_request("DELETE", path))

    assert answer.response.native == "answer 1"


async def test_of_anothers_file_the_origin_says_what_it_makes_of_it() -> None:
    legacy, path = await locked()

    answer = await legacy.call("DELETE", path, user_id="bob")

    assert answer.response.native == "answer 1"


@pytest.mark.parametrize("write", WRITES)
async def test_actors_that_are_down_stop_nobody(write: Write) -> None:
    legacy, path = await locked()
    legacy.actors.files.is_down = legacy.actors.orders.is_down = True

    answer = await write(legacy, path)

    assert answer.response.native == "answer 1"


# --- Submitted there ----------------------------------------------------------------------------


async def test_without_locks_the_body_of_a_submit_is_passed_on_unread() -> None:
    legacy, path = await ours()

    answer = await legacy.call("POST", SUBMIT, {"file_ids": [path.rsplit("/", 1)[1]]})

    assert answer.status == 200
    assert [outgoing.body for outgoing in legacy.origin.sent] == [None]


@pytest.mark.parametrize("kind", ["named", "marked"])
async def test_a_submit_of_a_locked_file_is_refused_before_the_origin_hears_of_it(
    kind: str,
) -> None:
    legacy, path = await locked()
    body = {"named": {"file_ids": [OTHER_FILE_ID, path.rsplit("/", 1)[1]]}, "marked": {}}[kind]

    answer = await legacy.call("POST", SUBMIT, body)

    assert answer.problem == (409, "file_locked")
    assert legacy.origin.sent == []


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"file_ids": [FILE_ID, OTHER_FILE_ID]}).encode(),
        json.dumps({"file_ids": []}).encode(),
        b"{",
        b"\xff",
        b"[" * 5_000,
    ],
)
async def test_of_other_files_the_origin_hears_byte_for_byte(body: bytes) -> None:
    legacy, _ = await locked()
    headers = {"authorization": legacy.bearer, "content-type": "application/json"}

    answer = await legacy.send(a_request("POST", SUBMIT, headers, body))

    assert answer.response.native == "answer 1"
    assert [outgoing.body for outgoing in legacy.origin.sent] == [body]


async def test_a_body_that_nobody_would_take_is_not_taken() -> None:
    legacy, _ = await locked()
    headers = {"authorization": legacy.bearer, "content-type": "application/json"}

    answer = await legacy.send(a_request("POST", SUBMIT, headers, b" " * 65_537))

    assert answer.status == 413
    assert legacy.origin.sent == []


async def test_a_hold_ends_by_itself(clock: Clock) -> None:
    legacy, path = await ours()
    file_id = path.rsplit("/", 1)[1]
    hold = Hold(caller_id="alice", hold_id="h", verb=HoldFor.CHANGE, lifetime_ms=35_000)
    await legacy.services.files.hold(file_id, hold)
    legacy.is_served_by(native=True)

    at_once = await rename(legacy, path)
    clock.advance_ms(35_000)
    later = await rename(legacy, path)

    assert (at_once.status, later.status) == (409, 200)
