"""The backlog in place of a queue: each job once, oldest first, gone once it was taken."""

import pytest

from actors.backlog import BacklogCore, BacklogQueue
from actors.client import BacklogClient
from domain.errors import Outage
from domain.limits import CRON_JOBS_MAX
from domain.messages.backlog import Enqueue, Take, Taken
from domain.messages.file import Dispatch
from domain.messages.reply import Done
from tests.fakes.local_actors import LocalActors
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.factories import FILE_ID, NOW_MS, some_settings


def a_dispatch(number: int) -> Dispatch:
    return Dispatch(file_id=FILE_ID, job_id=f"job_{'f' * 32}_{number:016x}")


class Backlog:
    def __init__(self, *numbers: int) -> None:
        self.sql = SqliteSql()
        self.restart()
        self.add(*numbers)

    def restart(self) -> None:
        self.core = BacklogCore(self.sql)

    def add(self, *numbers: int) -> None:
        for number in numbers:
            message = Enqueue(dispatch=a_dispatch(number))
            assert self.core.receive(message.model_dump_json(), NOW_MS) == Done()

    def taken(self, limit: int = CRON_JOBS_MAX) -> list[Dispatch]:
        taken = self.core.receive(Take(limit=limit).model_dump_json(), NOW_MS)
        assert isinstance(taken, Taken)
        return list(taken.dispatches)


def test_a_backlog_in_which_nothing_was_put_is_empty() -> None:
    assert Backlog().taken() == []


def test_jobs_are_taken_oldest_first_and_so_many_at_a_time() -> None:
    backlog = Backlog(3, 1, 2)

    assert backlog.taken(2) == [a_dispatch(3), a_dispatch(1)]
    assert backlog.taken(2) == [a_dispatch(2)]


def test_a_job_that_was_taken_is_gone() -> None:
    backlog = Backlog(1)
    backlog.taken()

    backlog.restart()

    assert backlog.taken() == []


def test_a_job_that_is_put_in_twice_is_taken_once_and_keeps_its_place() -> None:
    backlog = Backlog(1, 2, 1)

    assert backlog.taken() == [a_dispatch(1), a_dispatch(2)]


def test_a_job_may_be_put_in_again_once_it_was_taken() -> None:
    backlog = Backlog(1, 2)
    backlog.taken(1)

    backlog.add(1)

    assert backlog.taken() == [a_dispatch(2), a_dispatch(1)]


def test_a_job_put_in_after_all_others_were_taken_comes_last_of_those_that_follow() -> None:
    backlog = Backlog(1)
    backlog.taken()
    backlog.add(2, 1)

    assert backlog.taken() == [a_dispatch(2), a_dispatch(1)]


def test_what_was_put_in_outlives_a_restart() -> None:
    backlog = Backlog(1, 2)

    backlog.restart()

    assert backlog.taken() == [a_dispatch(1), a_dispatch(2)]


@pytest.mark.anyio
async def test_whoever_sends_to_a_queue_can_send_to_the_backlog() -> None:
    actors = LocalActors(some_settings())
    client = BacklogClient(actors.backlog)

    await BacklogQueue(client).send(a_dispatch(1).model_dump())

    assert (await client.take(Take(limit=1))).dispatches == (a_dispatch(1),)


@pytest.mark.anyio
async def test_a_backlog_that_cannot_be_reached_is_an_outage() -> None:
    actors = LocalActors(some_settings())
    actors.backlog.is_down = True

    with pytest.raises(Outage):
        await BacklogQueue(BacklogClient(actors.backlog)).send(a_dispatch(1).model_dump())
