"""An actor's SQL as the platform keeps it: what is written in one stretch is kept together.

A stretch ends at the next await. Whoever crashes within one has written none of it. Only a stretch
in which something is going to break needs to be undone, so only that one is held together here.
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
        self._is_begun = False
        self._is_whole = False  # held together, to be undone as one
        self._is_inside = False  # a transaction
        self._is_writing = False  # in that transaction
        self._written = 0
        self._fuse: int | None = None
        self._fuse_error: type[BaseException] = Crash

    def rows(self, query: str, *parameters: Parameter) -> list[Row]:
        """As the one it is made of, but quicker: that one also looks for what nobody may ask."""
        if self._fuse is not None:
            self._burn()
        if not _reads(query):
            self._begin()
            if self._is_inside and not self._is_writing:
                self._is_writing = True
                self._database.execute("BEGIN")
        bound = [float(value) if type(value) is int else value for value in parameters]
        found = self._database.execute(query, bound).fetchall()
        return [[_native(cell) for cell in row] for row in found]

    def transaction(self, body: Callable[[], T]) -> T:
        """Nothing is begun before something is written; and within a whole, a part is undone."""
        if self._fuse is not None or self._is_whole or self._is_inside:
            self._hold_together()
            return super().transaction(body)
        self._is_inside = True
        try:
            done = body()
        except BaseException:
            self._end_transaction("ROLLBACK")
            raise
        self._end_transaction("COMMIT")
        return done

    def _end_transaction(self, how: str) -> None:
        if self._is_writing:
            self._database.execute(how)
        self._is_inside = self._is_writing = False

    def _begin(self) -> None:
        if not self._is_begun:
            self._begins()
            self._is_begun = True

    def _hold_together(self) -> None:
        self._begin()
        if not self._is_whole and not self._is_writing:
            self._is_whole = True
            self._database.execute("BEGIN")

    # --- What breaks ----------------------------------------------------------------------------

    def light(self, statements: int | None, error: type[BaseException] = Crash) -> None:
        """So many statements from now on, one fails; None: it does not after all."""
        self._fuse, self._fuse_error = statements, error

    def spare(self) -> None:
        """No statement fails that was going to in this stretch; a crash there may still be."""
        if self._fuse_error is not Crash:
            self._fuse = None

    def _burn(self) -> None:
        self._hold_together()
        assert self._fuse is not None
        self._fuse -= 1
        if self._fuse <= 0:
            self._fuse = None
            self.has_crashed = self._fuse_error is Crash
            self.has_failed = not self.has_crashed
            raise self._fuse_error("drawn")

    # --- From outside ---------------------------------------------------------------------------

    def end_stretch(self) -> bool:
        """Whether anything was written, and kept."""
        is_kept = not self.has_crashed
        if self._is_whole:
            self._database.execute("COMMIT" if is_kept else "ROLLBACK")
        self._fuse = None
        self.has_crashed = self.has_failed = self._is_begun = self._is_whole = False
        written, self._written = self._written, self._database.total_changes
        return is_kept and written != self._written

    def peek(self, query: str, *parameters: Value) -> list[tuple[Value, ...]]:
        """For who looks in. Nothing is there yet: no rows."""
        try:
            return self._database.execute(query, parameters).fetchall()
        except sqlite3.OperationalError:
            return []


@functools.cache
def _reads(query: str) -> bool:
    return query.lstrip().startswith("SELECT")


def _native(cell: Value) -> Value:
    return int(cell) if type(cell) is float and cell.is_integer() else cell
