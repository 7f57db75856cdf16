"""The port `Sql` on Python's SQLite: the engine of the platform, running the very same SQL text.

Whatever the platform would do silently wrong is refused here, so that a test finds it.
"""

import sqlite3
from collections.abc import Callable
from typing import Final, TypeVar

from storage.sql import Cell, Parameter, Row

T = TypeVar("T")

PARAMETERS_MAX: Final = 100
INTEGERS_BELOW: Final = 2**53 - 1  # from here on JavaScript has only BigInt, which SQL refuses
REFUSED: Final = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


class SqliteSql:
    def __init__(self, path: str = ":memory:") -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._depth = 0

    def rows(self, query: str, *parameters: Parameter) -> list[Row]:
        assert not query.lstrip().upper().startswith(REFUSED), "the platform refuses this"
        if len(parameters) > PARAMETERS_MAX:
            raise sqlite3.OperationalError("too many SQL variables")
        found = self._database.execute(query, [_bound(value) for value in parameters]).fetchall()
        return [[_native(cell) for cell in row] for row in found]

    def transaction(self, body: Callable[[], T]) -> T:
        name = f"level_{self._depth}"
        self._database.execute(f"SAVEPOINT {name}")
        self._depth += 1
        try:
            done = body()
        except BaseException:
            self._database.execute(f"ROLLBACK TO {name}")
            raise
        finally:
            self._depth -= 1
            self._database.execute(f"RELEASE {name}")
        return done

    @property
    def rows_written(self) -> int:
        """So far, by this connection. The platform's bill also counts rows of indexes."""
        return self._database.total_changes

    def close(self) -> None:
        self._database.close()


def _bound(value: Parameter) -> Parameter:
    """An integer is bound as a REAL, as the platform does; its column makes an INTEGER of it."""
    if isinstance(value, bool):
        raise TypeError("the platform would bind a bool as the text 'true' or 'false'")
    if isinstance(value, int):
        if abs(value) >= INTEGERS_BELOW:
            raise TypeError("the platform cannot bind an integer of 2**53 - 1 and above")
        return float(value)
    return value


def _native(cell: Cell) -> Cell:
    """A whole number comes back as an int, whatever it was: JavaScript has one kind of number."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
