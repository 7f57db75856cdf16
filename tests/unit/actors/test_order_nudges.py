"""A pause on its way to the files of an order, some of which cannot be reached."""

from collections.abc import Sequence

import pytest

from actors.client import FileClient, OrderClient
from domain.limits import EFFECT_RETRY_MAX_MS, NUDGES_PER_EFFECT
from domain.messages.file import DescribeFile, Register
from domain.messages.order import OperateOrder
from domain.operation import Operation
from tests.fakes.local_actors import LocalActors
from tests.unit.conftest import Clock
from tests.unit.factories import an_action, an_upload, some_settings

pytestmark = pytest.mark.anyio

COUNT = NUDGES_PER_EFFECT + 5
FILE_IDS = [f"file_{number:032x}" for number in range(COUNT)]


@pytest.fixture
def actors(clock: Clock) -> LocalActors:  # noqa: ARG001 -- time is the clock's
    return LocalActors(some_settings())


async def registered(actors: LocalActors) -> None:
    for file_id in FILE_IDS:
        upload = an_upload(file_id=file_id, name=f"{file_id}.jpg")
        await FileClient(actors.files).register(Register(upload=upload))


async def operate(actors: LocalActors, operation: Operation, action_id: str) -> None:
    message = OperateOrder(action=an_action(operation, action_id))
    await OrderClient(actors.orders).operate("summer-42", message)


async def paused(actors: LocalActors, file_ids: Sequence[str] = FILE_IDS) -> list[str]:
    """Which of them are."""
    files, asked = FileClient(actors.files), DescribeFile(caller_id="alice")
    seen = [await files.describe(file_id, asked) for file_id in file_ids]
    return [file.file_id for file in seen if file.is_paused]


async def go_by(actors: LocalActors, clock: Clock) -> None:
    """Minutes, with their alarms."""
    for _ in range(8):
        clock.advance_ms(EFFECT_RETRY_MAX_MS)
        await actors.ring()


async def test_a_pause_reaches_every_file_at_once(actors: LocalActors) -> None:
    await registered(actors)

    await operate(actors, Operation.PAUSE, "action-1")

    assert await paused(actors) == FILE_IDS


async def test_a_resume_that_follows_at_once_reaches_every_file_too(actors: LocalActors) -> None:
    await registered(actors)

    await operate(actors, Operation.PAUSE, "action-1")
    await operate(actors, Operation.RESUME, "action-2")

    assert await paused(actors) == []


async def test_files_that_could_not_be_reached_hear_of_the_pause_later(
    actors: LocalActors, clock: Clock
) -> None:
    await registered(actors)
    actors.files.is_down = True
    await operate(actors, Operation.PAUSE, "action-1")
    actors.files.is_down = False

    await go_by(actors, clock)

    assert await paused(actors) == FILE_IDS


async def test_one_file_that_cannot_be_reached_keeps_no_other_from_hearing(
    actors: LocalActors, clock: Clock
) -> None:
    await registered(actors)
    actors.files.actors[FILE_IDS[0]].sql.close()
    await operate(actors, Operation.PAUSE, "action-1")

    await go_by(actors, clock)

    assert await paused(actors, FILE_IDS[1:]) == FILE_IDS[1:]
