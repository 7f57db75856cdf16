"""What each step of a photo costs in billable operations. Raise a number only with a reason.

Cloudflare bills requests to Durable Objects, rows written (an alarm that is set is one), and
messages. SQLite counts rows of tables here; the bill counts those of indexes too.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True)
class Costs:
    calls: int  # of actors, by the edge, the consumer and each other
    file_rows: int
    order_rows: int
    inbox_rows: int
    alarms_set: int


def rows_kept(sql: SqliteSql) -> int:
    has_tables = sql.rows("SELECT 1 FROM sqlite_master WHERE name = 'migrations'")
    migrated = sql.rows("SELECT * FROM migrations") if has_tables else []
    return sql.rows_written - len(migrated)


def spent(darkroom: Darkroom) -> Costs:
    """So far, by everything, without the migrations, which each actor pays once."""
    actors = darkroom.actors
    files, orders = list(actors.files.actors.values()), list(actors.orders.actors.values())
    inboxes = actors.inboxes.actors.values()
    return Costs(
        calls=actors.files.calls + actors.orders.calls + actors.inboxes.calls,
        file_rows=sum(rows_kept(actor.sql) for actor in files),
        order_rows=sum(rows_kept(actor.sql) for actor in orders),
        inbox_rows=sum(rows_kept(actor.sql) for actor in inboxes),
        alarms_set=sum(actor.alarm.times_set for actor in [*files, *orders]),
    )


async def cost_of(darkroom: Darkroom, step: Callable[[], Awaitable[object]]) -> Costs:
    before = spent(darkroom)
    await step()
    after = spent(darkroom)
    return Costs(
        calls=after.calls - before.calls,
        file_rows=after.file_rows - before.file_rows,
        order_rows=after.order_rows - before.order_rows,
        inbox_rows=after.inbox_rows - before.inbox_rows,
        alarms_set=after.alarms_set - before.alarms_set,
    )


@pytest.fixture
def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    return Darkroom()


async def test_the_cost_of_an_intent(darkroom: Darkroom) -> None:
    cost = await cost_of(darkroom, darkroom.intent)

    assert cost == Costs(calls=1, file_rows=0, order_rows=2, inbox_rows=0, alarms_set=0)


async def test_the_cost_of_a_finalize(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])

    cost = await cost_of(darkroom, lambda: darkroom.finalize(begun["intent_id"]))

    assert cost == Costs(calls=2, file_rows=4, order_rows=3, inbox_rows=0, alarms_set=1)


async def test_the_cost_of_looking_at_a_file(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    cost = await cost_of(darkroom, lambda: darkroom.call("GET", path))

    assert cost == Costs(calls=1, file_rows=0, order_rows=0, inbox_rows=0, alarms_set=0)


async def test_the_cost_of_a_submit(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    cost = await cost_of(darkroom, lambda: darkroom.submit(path))

    assert cost == Costs(calls=3, file_rows=7, order_rows=2, inbox_rows=0, alarms_set=2)


async def test_the_cost_of_a_claim(darkroom: Darkroom) -> None:
    await darkroom.submit(await darkroom.uploaded())

    cost = await cost_of(darkroom, darkroom.claim_only)

    assert cost == Costs(calls=2, file_rows=6, order_rows=2, inbox_rows=0, alarms_set=2)


async def test_the_cost_of_a_whole_edit(darkroom: Darkroom) -> None:
    await darkroom.submit(await darkroom.uploaded())

    cost = await cost_of(darkroom, darkroom.work)

    assert cost == Costs(calls=6, file_rows=14, order_rows=9, inbox_rows=1, alarms_set=4)
