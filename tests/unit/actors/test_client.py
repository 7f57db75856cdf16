"""Clients: each message reaches the actor its key names; an actor that is down is an outage."""

import asyncio

import pytest

from actors import calls
from actors.client import FileClient, OrderClient
from domain.errors import Code, Outage, Refusal
from domain.messages.file import DescribeFile, Register, Registered
from domain.messages.order import DescribeOrder
from tests.fakes.local_actor import LocalAnswer
from tests.fakes.local_actors import LocalActors, LocalNamespace
from tests.unit.factories import FILE_ID, NOW_MS, OTHER_FILE_ID, a_watch, an_upload, some_settings

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]


@pytest.fixture
def actors() -> LocalActors:
    return LocalActors(some_settings())


async def test_a_reply_travels_through_the_wire_and_back(actors: LocalActors) -> None:
    remote = FileClient(actors.files)

    registered = await remote.register(Register(upload=an_upload()))

    assert registered == Registered(upload=an_upload(), created_at_ms=NOW_MS)


async def test_each_key_is_an_actor_of_its_own(actors: LocalActors) -> None:
    remote = FileClient(actors.files)
    await remote.register(Register(upload=an_upload()))

    with pytest.raises(Refusal) as refused:
        await remote.describe(OTHER_FILE_ID, DescribeFile(caller_id="alice"))

    assert refused.value.code is Code.FILE_NOT_FOUND
    assert set(actors.files.actors) == {FILE_ID, OTHER_FILE_ID}


async def test_a_refusal_is_raised_on_the_callers_side(actors: LocalActors) -> None:
    with pytest.raises(Refusal) as refused:
        await OrderClient(actors.orders).describe("o1", DescribeOrder(caller_id="alice"))

    assert refused.value.code is Code.ORDER_NOT_FOUND


async def test_an_actor_that_cannot_be_reached_is_an_outage(actors: LocalActors) -> None:
    actors.orders.is_down = True

    with pytest.raises(Outage) as outage:
        await OrderClient(actors.orders).describe("o1", DescribeOrder(caller_id="alice"))

    assert str(outage.value) == "order actor: Network connection lost."


class SilentActor:
    """Never answers."""

    async def receive(self, text: str) -> str:
        await asyncio.Event().wait()
        return text

    async def wait(self, text: str) -> str:
        return await self.receive(text)

    async def fetch(self, request: object) -> LocalAnswer:
        raise AssertionError(request)


async def test_an_actor_that_never_answers_is_an_outage_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "RPC_TIMEOUT_MS", 0)
    silent = LocalNamespace(lambda _: SilentActor())

    with pytest.raises(Outage) as outage:
        await OrderClient(silent).describe("o1", DescribeOrder(caller_id="alice"))

    assert str(outage.value) == "order actor: TimeoutError"


async def test_a_refused_watcher_gets_the_refusal(actors: LocalActors) -> None:
    with pytest.raises(Refusal) as refused:
        await OrderClient(actors.orders).watch("o1", a_watch())

    assert refused.value.code is Code.ORDER_NOT_FOUND


async def test_an_accepted_watcher_gets_the_actors_response_as_it_is(actors: LocalActors) -> None:
    await FileClient(actors.files).register(Register(upload=an_upload()))

    remote = OrderClient(actors.orders)
    response = await remote.watch("summer-42", a_watch())

    assert isinstance(response, LocalAnswer)
    assert response.status == 101
