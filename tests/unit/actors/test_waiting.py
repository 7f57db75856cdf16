"""Long polls: answered at once, when there is news, or when their time is up."""

import asyncio

import pytest

from actors.remote import accepted, opened, refused
from actors.waiting import Waiting
from domain.errors import Code, Refusal
from domain.limits import WAITERS_MAX
from domain.messages.order import AwaitOrder, OrderStatus

pytestmark = pytest.mark.anyio

LONG_MS = 60_000
PATIENCE_S = 5  # nobody waits in vain for so long here
NO_TIME_MS = 1


class OrderOnPaper:
    """Something that changes, and those who wait for it."""

    def __init__(self) -> None:
        self.version = 1
        self.refusal: Refusal | None = None
        self.waiting = Waiting(lambda: f"e-{self.version}")

    def change(self) -> None:
        self.version += 1
        self.waiting.release()

    def answer(self) -> str:
        if self.refusal is not None:
            return refused(self.refusal)
        return accepted(
            OrderStatus(order_id="summer-42", total=0, counts={}, version=self.version, epoch="e")
        )

    async def asked(self, since: str = "e-1", wait_ms: int = LONG_MS) -> OrderStatus:
        message = AwaitOrder(caller_id="alice", since=since, wait_ms=wait_ms)
        async with asyncio.timeout(PATIENCE_S):
            return opened(await self.waiting.answer(message, self.answer), OrderStatus)

    async def begun(self, count: int = 1) -> list[asyncio.Task[OrderStatus]]:
        """So many who wait already."""
        tasks = [asyncio.create_task(self.asked()) for _ in range(count)]
        await asyncio.wait(tasks, timeout=0)
        return tasks


async def test_who_knows_an_older_state_is_answered_at_once() -> None:
    order = OrderOnPaper()

    told = await order.asked(since="e-0")

    assert told.version == 1


async def test_who_knows_the_state_of_another_life_is_answered_at_once() -> None:
    order = OrderOnPaper()

    told = await order.asked(since="other-1")

    assert told.version == 1


async def test_all_who_wait_are_told_what_is_new() -> None:
    order = OrderOnPaper()
    tasks = await order.begun(3)
    waited = [task for task in tasks if not task.done()]

    order.change()

    assert waited == tasks
    assert [told.version for told in await asyncio.gather(*tasks)] == [2, 2, 2]


async def test_who_waits_is_told_the_newest_of_all_that_is_new() -> None:
    order = OrderOnPaper()
    (task,) = await order.begun()

    order.change()
    order.change()

    assert (await task).version == 3


async def test_a_message_that_changes_nothing_releases_nobody() -> None:
    order = OrderOnPaper()
    (task,) = await order.begun()

    order.waiting.release()

    await asyncio.wait([task], timeout=0)
    assert not task.done()
    task.cancel()


async def test_whose_time_is_up_is_told_how_it_stands() -> None:
    order = OrderOnPaper()

    told = await order.asked(wait_ms=NO_TIME_MS)

    assert told.version == 1


async def test_a_change_that_released_nobody_is_told_when_the_time_is_up() -> None:
    order = OrderOnPaper()
    task = asyncio.create_task(order.asked(wait_ms=NO_TIME_MS))
    await asyncio.wait([task], timeout=0)

    order.version += 1

    assert (await task).version == 2


async def test_a_refusal_is_not_waited_for() -> None:
    order = OrderOnPaper()
    order.refusal = Refusal(Code.FORBIDDEN, "this order belongs to another user")

    with pytest.raises(Refusal) as told:
        await order.asked()

    assert told.value.code is Code.FORBIDDEN


async def test_so_many_may_wait_and_no_more() -> None:
    order = OrderOnPaper()
    tasks = await order.begun(WAITERS_MAX)

    with pytest.raises(Refusal) as told:
        await order.asked()

    assert told.value.code is Code.TOO_MANY_WATCHERS
    assert told.value.facts == {"retry_after_ms": 30_000}
    order.change()
    assert {status.version for status in await asyncio.gather(*tasks)} == {2}


async def test_whoever_was_told_makes_room() -> None:
    order = OrderOnPaper()
    told = await order.begun(WAITERS_MAX)
    order.change()
    await asyncio.gather(*told)

    assert (await order.asked(since="e-2", wait_ms=NO_TIME_MS)).version == 2


async def test_whoever_gave_up_makes_room() -> None:
    order = OrderOnPaper()
    (task, *others) = await order.begun(WAITERS_MAX)
    task.cancel()
    await asyncio.wait([task])

    assert (await order.asked(wait_ms=NO_TIME_MS)).version == 1
    order.change()
    await asyncio.gather(*others)


async def test_whose_time_was_up_makes_room() -> None:
    order = OrderOnPaper()
    others = await order.begun(WAITERS_MAX - 1)
    await order.asked(wait_ms=NO_TIME_MS)

    assert (await order.asked(wait_ms=NO_TIME_MS)).version == 1
    order.change()
    await asyncio.gather(*others)
