"""An actor's deadlines: many of them on its one alarm.

A deadline is also how an effect is owed: it is put off *before* the effect is tried, so that one
that fails, or is cut off by a crash, is tried again. It may happen twice, so it must stand being
repeated. One that is owed at once is written put off already, and remembered for the round that
follows: a row written less. Should that memory be lost, it is met a second later.
"""

from collections.abc import Mapping
from typing import Final

from domain.limits import EFFECT_RETRY_FIRST_MS, EFFECT_RETRY_MAX_MS
from storage.sql import Sql

MIGRATION: Final = """
CREATE TABLE deadlines (
  kind    TEXT PRIMARY KEY,
  due_ms  INTEGER NOT NULL,
  tries   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID
"""
SET = """
INSERT INTO deadlines (kind, due_ms) VALUES (?, ?)
ON CONFLICT (kind) DO UPDATE SET due_ms = excluded.due_ms, tries = 0
"""
SET_IF_ABSENT = "INSERT OR IGNORE INTO deadlines (kind, due_ms) VALUES (?, ?)"
SET_IF_SOONER = """
INSERT INTO deadlines (kind, due_ms) VALUES (?, ?)
ON CONFLICT (kind) DO UPDATE SET due_ms = excluded.due_ms, tries = 0
WHERE excluded.due_ms < deadlines.due_ms
"""
OWE = """
INSERT INTO deadlines (kind, due_ms, tries) VALUES (?, ?, 1)
ON CONFLICT (kind) DO UPDATE SET due_ms = excluded.due_ms, tries = 1
"""
CLEAR = "DELETE FROM deadlines WHERE kind = ?"
DUE = "SELECT kind, tries FROM deadlines WHERE due_ms <= ? ORDER BY due_ms, kind LIMIT 1"
PUT_OFF = "UPDATE deadlines SET due_ms = ?, tries = tries + 1 WHERE kind = ?"
DUE_MS = "SELECT due_ms FROM deadlines WHERE kind = ?"
TRIES = "SELECT tries FROM deadlines WHERE kind = ?"
MOVE = "UPDATE deadlines SET due_ms = ? WHERE kind = ?"
ALL = "SELECT kind, due_ms, tries FROM deadlines ORDER BY due_ms, kind"
EARLIEST = "SELECT MIN(due_ms) FROM deadlines"


class Deadlines:
    def __init__(self, sql: Sql, retries_max_ms: Mapping[str, int] | None = None) -> None:
        self._sql = sql
        self._retries_max_ms = retries_max_ms or {}  # of kinds that may wait longer than others
        self._owed: set[str] = set()

    def set(self, kind: str, due_ms: int | None) -> None:
        """When to wake for `kind`; None for no longer."""
        self._owed.discard(kind)
        if due_ms is None:
            self._sql.rows(CLEAR, kind)
        else:
            self._sql.rows(SET, kind, due_ms)

    def owe(self, kind: str, now_ms: int) -> None:
        """`kind` is to be met in the round that follows; or, if that fails, a little later."""
        self._owed.add(kind)
        self._sql.rows(OWE, kind, now_ms + EFFECT_RETRY_FIRST_MS)

    def set_if_absent(self, kind: str, due_ms: int) -> None:
        """To wake for `kind` then, unless it is to be sooner or later already."""
        self._sql.rows(SET_IF_ABSENT, kind, due_ms)

    def set_if_sooner(self, kind: str, due_ms: int) -> None:
        """To wake for `kind` then, unless it is to be sooner already."""
        self._sql.rows(SET_IF_SOONER, kind, due_ms)

    def all(self) -> list[tuple[str, int, int]]:
        """Kind, when it is due, and how often it was taken since it was set."""
        rows = self._sql.rows(ALL)
        return [(str(kind), int(due_ms or 0), int(tries or 0)) for kind, due_ms, tries in rows]

    def earliest(self) -> int | None:
        ((due_ms,),) = self._sql.rows(EARLIEST)
        assert due_ms is None or isinstance(due_ms, int)
        return due_ms

    def due_ms(self, kind: str) -> int | None:
        found = self._sql.rows(DUE_MS, kind)
        return int(found[0][0] or 0) if found else None

    def put_off(self, kind: str, first_ms: int, max_ms: int, now_ms: int) -> None:
        """Later by `first_ms`, doubled for each time it was taken since it was set."""
        found = self._sql.rows(TRIES, kind)
        tries = int(found[0][0] or 0) if found else 0
        self._sql.rows(MOVE, now_ms + _doubled(first_ms, max(tries - 1, 0), max_ms), kind)

    def take_due(self, now_ms: int) -> str | None:
        """One that is owed or due now, put off already; by longer each time it is taken."""
        while self._owed:
            kind = min(self._owed)
            self._owed.remove(kind)
            if self._sql.rows(TRIES, kind):  # else what owed it was undone
                return kind
        due = self._sql.rows(DUE, now_ms)
        if not due:
            return None
        kind, tries = str(due[0][0]), int(due[0][1] or 0)
        max_ms = self._retries_max_ms.get(kind, EFFECT_RETRY_MAX_MS)
        delay_ms = _doubled(EFFECT_RETRY_FIRST_MS, tries, max_ms)
        self._sql.rows(PUT_OFF, now_ms + delay_ms, kind)
        return kind

    def take(self, kind: str, now_ms: int) -> bool:
        """Whether that one is owed or due now, put off already as by `take_due`."""
        if kind in self._owed:
            self._owed.remove(kind)
            return bool(self._sql.rows(TRIES, kind))
        due_ms = self.due_ms(kind)
        if due_ms is None or due_ms > now_ms:
            return False
        ((tries,),) = self._sql.rows(TRIES, kind)
        delay_ms = _doubled(EFFECT_RETRY_FIRST_MS, int(tries or 0), EFFECT_RETRY_MAX_MS)
        self._sql.rows(PUT_OFF, now_ms + delay_ms, kind)
        return True


def _doubled(first_ms: int, times: int, max_ms: int) -> int:
    return min(first_ms << min(times, 16), max_ms)
