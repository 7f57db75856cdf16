"""The port to an actor's own SQLite, and the append-only migrations that shape it."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Cell = str | int | float | bytes | None
Row = list[Cell]
Parameter = str | int | float | None  # bytes would arrive as an object of the platform's own
T = TypeVar("T")

MIGRATIONS_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (step INTEGER PRIMARY KEY) STRICT
"""
HAS_MIGRATIONS = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"
LAST_STEP = "SELECT COALESCE(MAX(step), 0) FROM migrations"
RECORD_STEP = "INSERT INTO migrations (step) VALUES (?)"


class Sql(Protocol):
    """SQLite with the platform's rules: at most 100 parameters, each text, integer or null.

    No booleans (the platform binds them as the text 'true'), no integers of 2**53 and above.
    """

    def rows(self, query: str, *parameters: Parameter) -> list[Row]:
        """Every row of the answer; the cursor is read to its end at once."""
        ...

    def transaction(self, body: Callable[[], T]) -> T:
        """All of `body`'s writes or, when it raises, none of them. `body` must not await."""
        ...


def migrate(sql: Sql, steps: Sequence[str]) -> None:
    """Apply the steps this database has not seen. Steps are never edited, only appended.

    `PRAGMA user_version` is not on the platform's allow-list, so a table keeps count.
    """
    sql.rows(MIGRATIONS_TABLE)
    ((last,),) = sql.rows(LAST_STEP)
    assert isinstance(last, int)
    if last >= len(steps):
        return

    def apply() -> None:
        for number, step in enumerate(steps[last:], start=last + 1):
            sql.rows(step)
            sql.rows(RECORD_STEP, number)

    sql.transaction(apply)


def migrate_existing(sql: Sql, steps: Sequence[str]) -> bool:
    """Bring up to date what was kept here; False, and nothing written, where nothing ever was.

    An actor in which nothing was written does not exist for the platform: so whoever asks for ids
    that were never given leaves nothing behind.
    """
    exists = bool(sql.rows(HAS_MIGRATIONS))
    if exists:
        migrate(sql, steps)
    return exists
