"""Alerts: which trouble is open, and what each channel is still to be told of it, in turn."""

from collections.abc import Iterable
from typing import Final

from domain.alert import Alert
from domain.rollout_settings import Channel
from storage.sql import Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE open_alerts (
      key      TEXT PRIMARY KEY,
      document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE owed_alerts (
      position INTEGER PRIMARY KEY,
      channel  TEXT NOT NULL,
      document TEXT NOT NULL
    ) STRICT
    """,
)
IS_OPEN = "SELECT 1 FROM open_alerts WHERE key = ?"
OPEN = "INSERT INTO open_alerts (key, document) VALUES (?, ?)"
CLOSE = "DELETE FROM open_alerts WHERE key = ?"
ALL_OPEN = "SELECT document FROM open_alerts ORDER BY key"
OWE = "INSERT INTO owed_alerts (channel, document) VALUES (?, ?)"
FIRST = "SELECT document FROM owed_alerts WHERE channel = ? ORDER BY position LIMIT 1"
SETTLE = "DELETE FROM owed_alerts WHERE channel = ? AND document = ?"
DROP = "DELETE FROM owed_alerts WHERE channel = ? AND json_extract(document, '$.at_ms') < ?"
DROP_ALL = "DELETE FROM owed_alerts WHERE channel = ?"


class OwedAlerts:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def fire(self, alert: Alert, channels: Iterable[Channel]) -> bool:
        """False: that trouble is open already."""
        if self._sql.rows(IS_OPEN, alert.key):
            return False
        self._sql.rows(OPEN, alert.key, alert.model_dump_json())
        self._owe(alert, channels)
        return True

    def resolve(self, alert: Alert, channels: Iterable[Channel]) -> bool:
        """False: there is no such trouble."""
        if not self._sql.rows(IS_OPEN, alert.key):
            return False
        self._sql.rows(CLOSE, alert.key)
        self._owe(alert, channels)
        return True

    def open(self) -> tuple[Alert, ...]:
        rows = self._sql.rows(ALL_OPEN)
        return tuple(Alert.model_validate_json(str(document)) for (document,) in rows)

    def first(self, channel: Channel) -> Alert | None:
        found = self._sql.rows(FIRST, channel)
        return Alert.model_validate_json(str(found[0][0])) if found else None

    def settle(self, channel: Channel, alert: Alert) -> None:
        self._sql.rows(SETTLE, channel, alert.model_dump_json())

    def drop(self, channel: Channel, before_ms: int) -> None:
        self._sql.rows(DROP, channel, before_ms)

    def drop_all(self, channel: Channel) -> None:
        self._sql.rows(DROP_ALL, channel)

    def _owe(self, alert: Alert, channels: Iterable[Channel]) -> None:
        for channel in channels:
            self._sql.rows(OWE, channel, alert.model_dump_json())
