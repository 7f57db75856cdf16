"""How jobs reach their worker by the cron, on an account without queues."""

import asyncio

import pytest

from actors.client import BacklogClient
from domain.file import Preview
from domain.limits import CRON_CONCURRENCY, CRON_JOBS_MAX
from domain.messages.backlog import Enqueue
from domain.messages.file import Dispatch
from storage.picture import PixelSize
from storage.previews import CopyPreviews, PreviewRequest
from tests.unit.conftest import Clock
from tests.unit.consumer.carried import a_transport, events, queued, statuses
from tests.unit.darkroom import Darkroom
from tests.unit.factories import FILE_ID, JOB_ID

pytestmark = pytest.mark.anyio


class TogetherMaker:
    """Makes previews for as many at once as the cron may work on, and for no fewer."""

    def __init__(self, darkroom: Darkroom) -> None:
        self.at_once = 0
        self.at_once_max = 0
        self._all_there = asyncio.Barrier(CRON_CONCURRENCY)
        self._copies = CopyPreviews(darkroom.objects)

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        self.at_once += 1
        self.at_once_max = max(self.at_once_max, self.at_once)
        await self._all_there.wait()
        self.at_once -= 1
        return await self._copies.make(request, size)


@pytest.fixture
def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    return Darkroom()


@pytest.fixture
def by_cron(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    return Darkroom(job_transport="cron")


async def counted(darkroom: Darkroom) -> dict[str, int]:
    counts: dict[str, int] = (await darkroom.call("GET", "/api/orders/summer-42/status")).json[
        "counts"
    ]
    return {status: count for status, count in counts.items() if count}


async def test_where_there_is_no_queue_the_cron_works_on_the_backlog(by_cron: Darkroom) -> None:
    paths = await queued(by_cron, "a.jpg", "b.jpg")

    await a_transport(by_cron).drain()

    assert by_cron.actors.queue.take() == []
    assert await statuses(by_cron, paths) == {"done"}


async def test_the_cron_takes_so_many_and_leaves_the_others_for_the_next_time(
    by_cron: Darkroom,
) -> None:
    await queued(by_cron, *(f"{number}.jpg" for number in range(CRON_JOBS_MAX + 1)))
    transport = a_transport(by_cron)

    await transport.drain()
    first = await counted(by_cron)
    await transport.drain()

    assert first == {"queued": 1, "done": CRON_JOBS_MAX}
    assert await counted(by_cron) == {"done": CRON_JOBS_MAX + 1}


async def test_the_cron_works_on_as_many_at_once_as_a_batch_has(by_cron: Darkroom) -> None:
    await queued(by_cron, *(f"{number}.jpg" for number in range(2 * CRON_CONCURRENCY)))
    maker = TogetherMaker(by_cron)

    await asyncio.wait_for(a_transport(by_cron, maker).drain(), timeout=10)

    assert maker.at_once_max == CRON_CONCURRENCY
    assert await counted(by_cron) == {"done": 2 * CRON_CONCURRENCY}


async def test_a_job_is_in_the_backlog_once_however_often_it_is_sent(by_cron: Darkroom) -> None:
    backlog = BacklogClient(by_cron.actors.backlog)
    dispatch = Dispatch(file_id=FILE_ID, job_id=JOB_ID)
    await backlog.enqueue(Enqueue(dispatch=dispatch))
    await backlog.enqueue(Enqueue(dispatch=dispatch))

    assert by_cron.actors.backlog.actors["only"].sql.rows("SELECT COUNT(*) FROM dispatches") == [
        [1]
    ]


async def test_what_waits_in_the_backlog_is_worked_on_after_a_change_to_queues(
    darkroom: Darkroom,
) -> None:
    paths = await queued(darkroom, "a.jpg")
    (body,) = darkroom.actors.queue.take()
    backlog = BacklogClient(darkroom.actors.backlog)
    await backlog.enqueue(Enqueue(dispatch=Dispatch.model_validate(body)))

    await a_transport(darkroom).drain()

    assert await statuses(darkroom, paths) == {"done"}


async def test_a_job_that_the_cron_took_and_lost_is_sent_again_by_its_file(
    by_cron: Darkroom, clock: Clock
) -> None:
    paths = await queued(by_cron, "a.jpg")
    transport = a_transport(by_cron)
    by_cron.actors.files.is_down = True
    await transport.drain()
    by_cron.actors.files.is_down = False

    clock.advance_ms(by_cron.settings.dispatch_timeout_ms)
    await by_cron.actors.ring()
    await transport.drain()

    assert await statuses(by_cron, paths) == {"done"}


async def test_an_empty_backlog_is_not_worth_a_line(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    await a_transport(darkroom).drain()

    assert capsys.readouterr().out == ""


async def test_a_backlog_that_cannot_be_reached_is_asked_again_the_next_time(
    by_cron: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    by_cron.actors.backlog.is_down = True

    await a_transport(by_cron).drain()

    (line,) = events(capsys, "backlog.")
    assert (line["event"], line["level"]) == ("backlog.not_taken", "warning")
