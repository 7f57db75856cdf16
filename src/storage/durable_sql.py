"""`Sql` on a Durable Object's storage, through the raw binding: a third of the wrapper's cost."""

from collections.abc import Callable
from typing import Any, TypeVar

from storage.sql import Cell, Parameter, Row

T = TypeVar("T")


class DurableSql:
    def __init__(self, context: Any) -> None:  # the DurableObject's `ctx`
        self._sql = context._ctx.storage.sql  # noqa: SLF001 -- the raw JavaScript object
        self._storage = context.storage

    def rows(self, query: str, *parameters: Parameter) -> list[Row]:
        found: list[Row] = self._sql.exec(query, *parameters).raw().toArray().to_py()
        return [[_native(cell) for cell in row] for row in found]

    def transaction(self, body: Callable[[], T]) -> T:
        done: T = self._storage.transactionSync(body)
        return done


def _native(cell: Any) -> Cell:
    """A BLOB arrives as a memoryview; NULL as an object of the platform's own, not as None."""
    if isinstance(cell, memoryview):
        return bytes(cell)
    return cell if isinstance(cell, str | int | float) else None
