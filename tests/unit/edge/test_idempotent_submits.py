"""A submit with an Idempotency-Key: made once, whatever breaks off and however often it comes."""

import asyncio
import dataclasses

import pytest

from actors.client import FileClient, OrderClient
from domain.errors import Outage
from domain.limits import IDEMPOTENCY_KEY_LIFETIME_MS, REQUEST_RUNNING_MAX_MS
from domain.messages.file import Submit, Submitted
from domain.messages.order import DescribeOrder, FinishRequest, OrderStatus
from domain.messages.reply import Done
from tests.fakes.local_actors import LocalActors
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Answer, Darkroom

pytestmark = pytest.mark.anyio


async def submit(
    darkroom: Darkroom, *paths: str, key: str = "k-1", user_id: str = "alice"
) -> Answer:
    file_ids = [path.rsplit("/", 1)[1] for path in paths]
    body = {"file_ids": file_ids} if file_ids else {}
    path = f"{ORDER}/submit-edits"
    return await darkroom.call("POST", path, body, user_id, idempotency_key=key)


async def two_files(darkroom: Darkroom) -> tuple[str, str]:
    return await darkroom.uploaded("a.jpg"), await darkroom.uploaded("b.jpg")


def is_replayed(answer: Answer) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


async def test_the_same_request_is_answered_as_the_first_time(darkroom: Darkroom) -> None:
    one, two = await two_files(darkroom)
    first = await submit(darkroom, one, two)
    await darkroom.work()

    again = await submit(darkroom, one, two)

    assert (again.status, again.text) == (202, first.text)
    assert (is_replayed(first), is_replayed(again)) == (False, True)
    assert again.headers["content-type"] == "application/json"
    assert again.headers["cache-control"] == "no-store"
    assert darkroom.actors.queue.take() == []


async def test_a_key_in_quotes_is_the_same_key(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await submit(darkroom, path, key="k-1")

    assert is_replayed(await submit(darkroom, path, key='"k-1"'))


async def test_another_request_with_the_same_key_is_refused(darkroom: Darkroom) -> None:
    one, two = await two_files(darkroom)
    await submit(darkroom, one)

    answer = await submit(darkroom, two)

    assert answer.problem == (422, "idempotency_key_reused")
    assert (await darkroom.call("GET", two)).json["job"] is None


async def test_another_key_is_another_request(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    first = await submit(darkroom, path, key="k-1")
    await darkroom.work()

    second = await submit(darkroom, path, key="k-2")

    assert not is_replayed(second)
    assert second.json["created"][0]["job_id"] != first.json["created"][0]["job_id"]


async def test_what_was_skipped_is_skipped_again(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    first = await submit(darkroom, path)
    await darkroom.work()

    again = await submit(darkroom, path)

    assert [file["reason"] for file in again.json["skipped"]] == ["job_active"]
    assert again.text == first.text


async def test_of_two_at_once_the_second_is_told_to_come_back(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    first, second = await asyncio.gather(submit(darkroom, path), submit(darkroom, path))

    assert first.status == 202
    assert second.problem == (409, "idempotency_key_in_use")
    assert second.headers["retry-after"] == "1"
    assert is_replayed(await submit(darkroom, path))


async def test_a_key_is_kept_for_a_day(darkroom: Darkroom, clock: Clock) -> None:
    path = await darkroom.uploaded()
    first = await submit(darkroom, path)
    await darkroom.work()
    clock.advance_ms(IDEMPOTENCY_KEY_LIFETIME_MS - 1)
    within = await submit(darkroom, path)
    clock.advance_ms(1)

    after = await submit(darkroom, path)

    assert (is_replayed(within), is_replayed(after)) == (True, False)
    assert after.json["created"][0]["job_id"] != first.json["created"][0]["job_id"]


@pytest.mark.parametrize("key", ["", "a b", "k" * 256, '"'])
async def test_a_key_that_is_none_is_refused_before_anything_is_done(
    darkroom: Darkroom, key: str
) -> None:
    path = await darkroom.uploaded()

    answer = await submit(darkroom, path, key=key)

    assert answer.problem == (400, "invalid_idempotency_key")
    assert (await darkroom.call("GET", path)).json["job"] is None


async def test_the_answers_of_an_order_are_for_its_owner(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await submit(darkroom, path)

    answer = await submit(darkroom, path, user_id="bob")

    assert answer.problem == (403, "forbidden")


async def test_an_order_nobody_made_keeps_no_keys(darkroom: Darkroom) -> None:
    answer = await submit(darkroom)

    assert answer.problem == (404, "order_not_found")


# --- What does not answer -----------------------------------------------------------------------


async def test_a_file_that_did_not_answer_is_asked_again_by_a_repeat(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    darkroom.actors.files.is_down = True
    first = await submit(darkroom, path)
    darkroom.actors.files.is_down = False

    again = await submit(darkroom, path)

    assert [file["reason"] for file in first.json["skipped"]] == ["unavailable"]
    assert (len(again.json["created"]), is_replayed(again)) == (1, False)
    assert is_replayed(await submit(darkroom, path))


class FilesThatFallSilent(FileClient):
    """Files that take their jobs, and do not say so."""

    async def submit(self, file_id: str, message: Submit) -> Submitted:
        await super().submit(file_id, message)
        raise Outage("file actor: no answer")


async def test_a_repeat_finds_the_jobs_that_were_created_while_nobody_answered(
    darkroom: Darkroom,
) -> None:
    path = await darkroom.uploaded()
    whole = darkroom.services
    silent = FilesThatFallSilent(darkroom.actors.files)
    darkroom.services = dataclasses.replace(whole, files=silent)
    await submit(darkroom, path)
    darkroom.services = whole
    await darkroom.work()

    again = await submit(darkroom, path)

    file = (await darkroom.call("GET", path)).json
    assert [job["job_id"] for job in again.json["created"]] == [file["job"]["id"]]
    assert (file["status"], len(file["jobs"])) == ("done", 1)


# --- What breaks off ----------------------------------------------------------------------------


class FilesThatBreak(FileClient):
    """Files of which the second one that is submitted is a bug."""

    def __init__(self, actors: LocalActors) -> None:
        super().__init__(actors.files)
        self.submits = 0

    async def submit(self, file_id: str, message: Submit) -> Submitted:
        self.submits += 1
        if self.submits == 2:
            raise ZeroDivisionError
        return await super().submit(file_id, message)


class OrdersThatGo(OrderClient):
    """Orders that are silent from their description on: the key is taken by then."""

    async def describe(self, order_id: str, message: DescribeOrder) -> OrderStatus:
        raise Outage(f"{order_id} {message.type}")


class OrdersThatForget(OrderClient):
    """Orders that go before the answer is theirs to keep."""

    async def finish(self, order_id: str, message: FinishRequest) -> Done:
        raise Outage(f"{order_id} {message.type}")


async def test_a_request_that_broke_off_is_gone_on_with_and_its_jobs_are_the_same(
    darkroom: Darkroom,
) -> None:
    one, two = await two_files(darkroom)
    whole = darkroom.services
    breaking = FilesThatBreak(darkroom.actors)
    darkroom.services = dataclasses.replace(whole, files=breaking)
    broken = await submit(darkroom, one, two)
    job = (await darkroom.call("GET", one)).json["job"]
    darkroom.services = whole

    again = await submit(darkroom, one, two)

    assert broken.problem == (500, "internal")
    assert (again.status, is_replayed(again)) == (202, False)
    assert [f"/api/files/{made['file_id']}" for made in again.json["created"]] == [one, two]
    assert again.json["created"][0]["job_id"] == job["id"]
    assert len(darkroom.actors.queue.take()) == 2


async def test_a_request_that_broke_off_cannot_become_another_one(darkroom: Darkroom) -> None:
    one, two = await two_files(darkroom)
    whole = darkroom.services
    breaking = FilesThatBreak(darkroom.actors)
    darkroom.services = dataclasses.replace(whole, files=breaking)
    await submit(darkroom, one, two)
    darkroom.services = whole

    other = await submit(darkroom, two)

    assert other.problem == (422, "idempotency_key_reused")


async def test_a_request_that_met_an_outage_can_be_made_again(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    whole = darkroom.services
    orders = OrdersThatGo(darkroom.actors.orders)
    darkroom.services = dataclasses.replace(whole, orders=orders)
    broken = await submit(darkroom, path)
    darkroom.services = whole

    again = await submit(darkroom, path)

    assert broken.problem == (503, "unavailable")
    assert (again.status, is_replayed(again)) == (202, False)


async def test_an_answer_that_is_lost_is_found_again_by_the_ids_of_its_jobs(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.uploaded()
    whole = darkroom.services
    orders = OrdersThatForget(darkroom.actors.orders)
    darkroom.services = dataclasses.replace(whole, orders=orders)
    first = await submit(darkroom, path)
    darkroom.services = whole
    soon = await submit(darkroom, path)
    clock.advance_ms(REQUEST_RUNNING_MAX_MS)

    later = await submit(darkroom, path)

    assert first.status == 202
    assert soon.problem == (409, "idempotency_key_in_use")
    assert (later.status, later.text) == (202, first.text)
