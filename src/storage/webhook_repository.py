"""The SQL of a user's webhook actor: endpoints and deliveries.

Of the deliveries of one endpoint and key that wait, only the first has a time when it is due.
While it is in flight that is when it is taken for lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.limits import WEBHOOK_DEAD_MAX, WEBHOOK_DELIVERED_MAX
from domain.webhook import Delivery, DeliveryStatus, Endpoint
from storage import heard_repository
from storage.sql import Row, Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE endpoints (
      endpoint_id TEXT PRIMARY KEY,
      document    TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE deliveries (
      position    INTEGER PRIMARY KEY AUTOINCREMENT,
      endpoint_id TEXT NOT NULL,
      event_key   TEXT NOT NULL,
      webhook_id  TEXT NOT NULL,
      status      TEXT NOT NULL,
      tries       INTEGER NOT NULL DEFAULT 0,
      due_ms      INTEGER,
      in_flight   INTEGER NOT NULL DEFAULT 0,
      document    TEXT NOT NULL,
      body        TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX deliveries_of_status ON deliveries (endpoint_id, status, event_key, position)",
    """
    CREATE INDEX deliveries_due ON deliveries (endpoint_id, in_flight, due_ms)
    WHERE due_ms IS NOT NULL
    """,
    """
    CREATE TABLE heard (
      source       TEXT PRIMARY KEY,
      epoch        TEXT NOT NULL,
      event_offset INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    heard_repository.MIGRATION,
)
ENDPOINTS = "SELECT document FROM endpoints ORDER BY rowid"
ENDPOINT = "SELECT document FROM endpoints WHERE endpoint_id = ?"
KEEP_ENDPOINT = """
INSERT INTO endpoints (endpoint_id, document) VALUES (?, ?)
ON CONFLICT (endpoint_id) DO UPDATE SET document = excluded.document
"""
REMOVE_ENDPOINT = "DELETE FROM endpoints WHERE endpoint_id = ?"
REMOVE_DELIVERIES = "DELETE FROM deliveries WHERE endpoint_id = ?"
ADD = """
INSERT INTO deliveries (endpoint_id, event_key, webhook_id, status, due_ms, document, body)
VALUES (?, ?, ?, 'waiting', ?, ?, ?)
"""
IS_WAITING = """
SELECT 1 FROM deliveries
WHERE endpoint_id = ? AND status = 'waiting' AND event_key = ? LIMIT 1
"""
ONE = """
SELECT position, endpoint_id, event_key, webhook_id, status, tries, due_ms, document, body
FROM deliveries WHERE position = ?
"""
DUE = """
SELECT position, endpoint_id, event_key, webhook_id, status, tries, due_ms, document, body
FROM deliveries
WHERE endpoint_id = ? AND in_flight = ? AND due_ms <= ? ORDER BY due_ms, position LIMIT ?
"""
SEND = """
UPDATE deliveries SET in_flight = 1, tries = tries + 1, due_ms = ? WHERE position = ?
"""
SETTLE = """
UPDATE deliveries SET status = ?, due_ms = ?, in_flight = 0, document = ?, body = ?
WHERE position = ?
"""
FORWARD = """
UPDATE deliveries SET due_ms = ?
WHERE in_flight = 0 AND due_ms IS NULL AND position = (
  SELECT MIN(position) FROM deliveries
  WHERE endpoint_id = ? AND status = 'waiting' AND event_key = ?
)
"""
BURY_ALL = """
UPDATE deliveries SET status = 'dead', due_ms = NULL, in_flight = 0
WHERE endpoint_id = ? AND status = 'waiting'
"""
OLDEST_WAITING = """
SELECT position, endpoint_id, event_key, webhook_id, status, tries, due_ms, document, body
FROM deliveries
WHERE endpoint_id = ? AND status = 'waiting' AND in_flight = 0 ORDER BY position LIMIT ?
"""
DEAD = """
SELECT position, endpoint_id, event_key, webhook_id, status, tries, due_ms, document, body
FROM deliveries WHERE endpoint_id = ? AND status = 'dead' ORDER BY position
"""
REMOVE = "DELETE FROM deliveries WHERE position = ?"
FORGET_OLD = """
DELETE FROM deliveries WHERE position IN (
  SELECT position FROM deliveries WHERE endpoint_id = ? AND status = ?
  ORDER BY position DESC LIMIT -1 OFFSET ?
)
"""
COUNT = "SELECT COUNT(*) FROM deliveries WHERE endpoint_id = ? AND status = ?"
PAGE = """
SELECT position, endpoint_id, event_key, webhook_id, status, tries, due_ms, document, body
FROM deliveries
WHERE endpoint_id = ? AND position < ? ORDER BY position DESC LIMIT ?
"""
PAGE_OF_STATUS = """
SELECT position, endpoint_id, event_key, webhook_id, status, tries, due_ms, document, body
FROM deliveries
WHERE endpoint_id = ? AND status = ? AND position < ? ORDER BY position DESC LIMIT ?
"""
IN_FLIGHT = """
SELECT COUNT(*), MIN(due_ms) FROM deliveries
WHERE endpoint_id = ? AND in_flight = 1 AND due_ms IS NOT NULL
"""
EARLIEST = """
SELECT MIN(due_ms) FROM deliveries WHERE endpoint_id = ? AND in_flight = 0 AND due_ms IS NOT NULL
"""
PAST_THE_NEWEST: Final = 2**52


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery with its place, whose it is, and what is sent."""

    position: int
    endpoint_id: str
    delivery: Delivery
    body: str


class WebhookRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    # --- Endpoints ------------------------------------------------------------------------------

    def endpoints(self) -> tuple[Endpoint, ...]:
        """In the order they were made."""
        rows = self._sql.rows(ENDPOINTS)
        return tuple(Endpoint.model_validate_json(str(document)) for (document,) in rows)

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        found = self._sql.rows(ENDPOINT, endpoint_id)
        return Endpoint.model_validate_json(str(found[0][0])) if found else None

    def keep_endpoint(self, endpoint: Endpoint) -> None:
        self._sql.rows(KEEP_ENDPOINT, endpoint.id, endpoint.model_dump_json())

    def remove_endpoint(self, endpoint_id: str) -> None:
        self._sql.rows(REMOVE_ENDPOINT, endpoint_id)
        self._sql.rows(REMOVE_DELIVERIES, endpoint_id)

    # --- Deliveries -----------------------------------------------------------------------------

    def add(self, endpoint_id: str, delivery: Delivery, body: str, now_ms: int) -> None:
        """Due at once, unless another of its key waits."""
        is_behind = bool(self._sql.rows(IS_WAITING, endpoint_id, delivery.key))
        self._sql.rows(
            ADD,
            endpoint_id,
            delivery.key,
            delivery.webhook_id,
            None if is_behind else now_ms,
            delivery.model_dump_json(),
            body,
        )

    def one(self, position: int) -> Kept | None:
        found = self._sql.rows(ONE, position)
        return _kept(found[0]) if found else None

    def due(self, endpoint_id: str, now_ms: int, limit: int) -> list[Kept]:
        return self._all(DUE, endpoint_id, 0, now_ms, limit)

    def lost(self, endpoint_id: str, now_ms: int, limit: int) -> list[Kept]:
        """Those in flight of which nobody has told in time."""
        return self._all(DUE, endpoint_id, 1, now_ms, limit)

    def send(self, position: int, lost_at_ms: int) -> None:
        self._sql.rows(SEND, lost_at_ms, position)

    def settle(self, kept: Kept, delivery: Delivery, now_ms: int) -> None:
        """As it is after an attempt. Once it is through, the next one of its key is due."""
        is_delivered = delivery.status is DeliveryStatus.DELIVERED
        self._sql.rows(
            SETTLE,
            delivery.status.value,
            delivery.due_ms,
            delivery.model_dump_json(),
            "" if is_delivered else kept.body,
            kept.position,
        )
        if delivery.status is not DeliveryStatus.WAITING:
            self._sql.rows(FORWARD, now_ms, kept.endpoint_id, delivery.key)
            most = WEBHOOK_DELIVERED_MAX if is_delivered else WEBHOOK_DEAD_MAX
            self._sql.rows(FORGET_OLD, kept.endpoint_id, delivery.status.value, most)

    def bury_all(self, endpoint_id: str) -> None:
        self._sql.rows(BURY_ALL, endpoint_id)
        self._sql.rows(FORGET_OLD, endpoint_id, DeliveryStatus.DEAD.value, WEBHOOK_DEAD_MAX)

    def oldest_waiting(self, endpoint_id: str, limit: int) -> list[Kept]:
        """Of those that are not in flight."""
        return self._all(OLDEST_WAITING, endpoint_id, limit)

    def dead(self, endpoint_id: str) -> list[Kept]:
        return self._all(DEAD, endpoint_id)

    def remove(self, position: int) -> None:
        self._sql.rows(REMOVE, position)

    # --- Figures --------------------------------------------------------------------------------

    def count(self, endpoint_id: str, status: DeliveryStatus) -> int:
        ((count,),) = self._sql.rows(COUNT, endpoint_id, status.value)
        return int(count or 0)

    def page(
        self, endpoint_id: str, status: DeliveryStatus | None, before: int | None, limit: int
    ) -> list[Kept]:
        """Newest first."""
        position = before or PAST_THE_NEWEST
        if status is None:
            return self._all(PAGE, endpoint_id, position, limit)
        return self._all(PAGE_OF_STATUS, endpoint_id, status.value, position, limit)

    def in_flight(self, endpoint_id: str) -> tuple[int, int | None]:
        """How many there are, and when the first of them is taken for lost."""
        ((count, earliest_ms),) = self._sql.rows(IN_FLIGHT, endpoint_id)
        return int(count or 0), None if earliest_ms is None else int(earliest_ms)

    def earliest(self, endpoint_id: str) -> int | None:
        ((due_ms,),) = self._sql.rows(EARLIEST, endpoint_id)
        return None if due_ms is None else int(due_ms)

    def _all(self, query: str, *parameters: str | int) -> list[Kept]:
        return _kept_all(self._sql.rows(query, *parameters))


def _kept_all(rows: Sequence[Row]) -> list[Kept]:
    return [_kept(row) for row in rows]


def _kept(row: Row) -> Kept:
    position, endpoint_id, key, webhook_id, status, tries, due_ms, document, body = row
    delivery = Delivery.model_validate_json(str(document)).model_copy(
        update={
            "key": str(key),
            "webhook_id": str(webhook_id),
            "status": DeliveryStatus(str(status)),
            "tries": int(tries or 0),
            "due_ms": None if due_ms is None else int(due_ms),
        }
    )
    return Kept(int(position or 0), str(endpoint_id), delivery, str(body))
