"""What a step costs in billable operations, measured on the whole product under CPython.

Cloudflare bills requests to Durable Objects, rows written (an alarm that is set is one), messages
on queues, and operations on objects. SQLite counts rows of tables here; the bill counts those of
indexes too. A copy is one call of ours and two operations of R2.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields

from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom


@dataclass(frozen=True, slots=True)
class Costs:
    calls: int  # of actors, by the edge, the consumer and each other
    file_rows: int
    order_rows: int
    inbox_rows: int
    alarms_set: int
    queue_sends: int = 0
    object_calls: int = 0
    operations_rows: int = 0
    backlog_rows: int = 0


def rows_kept(sql: SqliteSql) -> int:
    has_tables = sql.rows("SELECT 1 FROM sqlite_master WHERE name = 'migrations'")
    migrated = sql.rows("SELECT * FROM migrations") if has_tables else []
    return sql.rows_written - len(migrated)


def spent(darkroom: Darkroom) -> Costs:
    """So far, by everything, without the migrations, which each actor pays once."""
    actors = darkroom.actors
    files, orders = list(actors.files.actors.values()), list(actors.orders.actors.values())
    inboxes, operations = actors.inboxes.actors.values(), list(actors.operations.actors.values())
    others = (actors.inboxes, actors.operations, actors.backlog)
    namespaces = (actors.files, actors.orders, *others)
    return Costs(
        calls=sum(namespace.calls for namespace in namespaces),
        file_rows=sum(rows_kept(actor.sql) for actor in files),
        order_rows=sum(rows_kept(actor.sql) for actor in orders),
        inbox_rows=sum(rows_kept(actor.sql) for actor in inboxes),
        alarms_set=sum(actor.alarm.times_set for actor in [*files, *orders, *operations]),
        queue_sends=actors.queue.sends,
        object_calls=actors.objects.calls,
        operations_rows=sum(rows_kept(actor.sql) for actor in operations),
        backlog_rows=sum(rows_kept(actor.sql) for actor in actors.backlog.actors.values()),
    )


async def cost_of(darkroom: Darkroom, step: Callable[[], Awaitable[object]]) -> Costs:
    before = spent(darkroom)
    await step()
    after = spent(darkroom)
    names = [field.name for field in fields(Costs)]
    return Costs(**{name: getattr(after, name) - getattr(before, name) for name in names})


class Time:
    """Lets time go by, and rings every alarm that is due then, once."""

    def __init__(self, darkroom: Darkroom, clock: Clock) -> None:
        self._darkroom = darkroom
        self._clock = clock

    async def goes_by(self, span_ms: int) -> None:
        self._clock.advance_ms(span_ms)
        await self._darkroom.actors.ring()
