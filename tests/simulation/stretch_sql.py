"""An actor's SQL as the platform keeps it: what is written in one stretch is kept together.

A stretch ends at the next await. Whoever crashes within one has written none of it.
"""

import functools
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from storage.sql import Cell as Value
from storage.sql import Parameter, Row
from tests.fakes.sqlite_sql import SqliteSql

T = TypeVar("T")


class Crash(BaseException):
    """The machine under an actor is gone."""


class SqlTrouble(Exception):
    """A statement that failed for reasons of its own."""


class StretchSql(SqliteSql):
    def __init__(self, begins: Callable[[], None]) -> None:
        super().__init__()
        self._begins = begins  # told of each stretch; refuses whoever may not write any more
        self.has_crashed = False  # in this stretch
        self.has_failed = False
        self._is_open = False
        self._written = 0
        self._fuse: int | None = None
        self._fuse_error: type[BaseException] = Crash

    def rows(self, query: str, *parameters: Parameter) -> list[Row]:
        """As the one it is made of, but quicker: that one also looks for what nobody may ask."""
        if self._fuse is not None or not _reads(query):
            self._open()
        if self._fuse is not None:
            self._burn()
        bound = [float(value) if type(value) is int else value for value in parameters]
        found = self._database.execute(query, bound).fetchall()
        return [[_native(cell) for cell in row] for row in found]

    def transaction(self, body: Callable[[], T]) -> T:
        self._open()
        return super().transaction(body)

    def _open(self) -> None:
        if not self._is_open:
            self._begins()
            self._is_open = True
            self._database.execute("BEGIN")

    def light(self, statements: int | None, error: type[BaseException] = Crash) -> None:
        """So many statements from now on, one fails; None: it does not after all."""
        self._fuse, self._fuse_error = statements, error

    def _burn(self) -> None:
        assert self._fuse is not None
        self._fuse -= 1
        if self._fuse <= 0:
            self._fuse = None
            self.has_crashed = self._fuse_error is Crash
            self.has_failed = not self.has_crashed
            raise self._fuse_error("drawn")

    def end_stretch(self, *, is_kept: bool) -> bool:
        """Whether anything was written, and kept."""
        self._fuse = None
        self.has_crashed = self.has_failed = False
        if not self._is_open:
            return False
        self._database.execute("COMMIT" if is_kept else "ROLLBACK")
        self._is_open = False
        written, self._written = self._written, self._database.total_changes
        return is_kept and written != self._written

    def peek(self, query: str, *parameters: Value) -> list[tuple[Value, ...]]:
        """For who looks in from outside. Nothing there yet: no rows."""
        try:
            return self._database.execute(query, parameters).fetchall()
        except sqlite3.OperationalError:
            return []


@functools.cache
def _reads(query: str) -> bool:
    return query.lstrip().startswith("SELECT")


def _native(cell: Value) -> Value:
    return int(cell) if type(cell) is float and cell.is_integer() else cell
