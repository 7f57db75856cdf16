"""A database that fails at the statement a test chooses."""

from collections.abc import Callable
from typing import TypeVar

from storage.sql import Parameter, Row
from tests.fakes.sqlite_sql import SqliteSql

T = TypeVar("T")


class Broken(Exception):
    """The database failed."""


class BreakableSql:
    """Another way to the same database."""

    def __init__(self, sql: SqliteSql) -> None:
        self._sql = sql
        self._left: int | None = None

    def rows(self, query: str, *parameters: Parameter) -> list[Row]:
        if self._left == 0:
            raise Broken(query)
        if self._left is not None:
            self._left -= 1
        return self._sql.rows(query, *parameters)

    def transaction(self, body: Callable[[], T]) -> T:
        return self._sql.transaction(body)

    def breaks_at(self, statement: int, step: Callable[[], object]) -> None:
        """The step; at that statement from now, should it come to it, the database fails."""
        self._left = statement
        try:
            step()
        except Broken:
            pass
        finally:
            self._left = None
