"""The SQL of the rollout's actor: tallies by minute and hour, events, isolates, what is remembered.

Minutes are for the breaker, hours for the figures. What has grown too old for either is added to
one row for ever, so that counters never go back.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from domain.limits import FLUSHES_KEPT_MAX, ISOLATES_KEPT_MS
from domain.messages.rollout import MinuteEvents, MinuteTally, SeriesFigures, Tally
from domain.rollout import Cohort, Phase
from domain.tallies import merged
from domain.values import Stored
from storage import actions, deadlines, owed_alerts
from storage.sql import Sql

EVER: Final = -1  # in place of an hour
HOUR: Final = 60  # minutes
EVENTS: Final = tuple(name for name in MinuteEvents.model_fields if name != "minute")
Document = TypeVar("Document", bound=Stored)

MIGRATIONS: Final = (
    """
    CREATE TABLE flushes (
      position INTEGER PRIMARY KEY,
      flush_id TEXT NOT NULL UNIQUE
    ) STRICT
    """,
    """
    CREATE TABLE minutes (
      minute INTEGER NOT NULL,
      cohort TEXT NOT NULL,
      phase  TEXT NOT NULL,
      tally  TEXT NOT NULL,
      PRIMARY KEY (minute, cohort, phase)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE hours (
      hour   INTEGER NOT NULL,
      cohort TEXT NOT NULL,
      phase  TEXT NOT NULL,
      tally  TEXT NOT NULL,
      PRIMARY KEY (hour, cohort, phase)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE events (
      minute           INTEGER PRIMARY KEY,
      r2_failures      INTEGER NOT NULL,
      storage_failures INTEGER NOT NULL,
      intents          INTEGER NOT NULL,
      finalized        INTEGER NOT NULL,
      shadow_compared  INTEGER NOT NULL,
      shadow_differed  INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE isolates (
      isolate  TEXT PRIMARY KEY,
      seen_ms  INTEGER NOT NULL,
      knows    TEXT NOT NULL,
      since_ms INTEGER NOT NULL,
      fault    TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE documents (
      name     TEXT PRIMARY KEY,
      document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    deadlines.MIGRATION,
    actions.MIGRATION,
    *owed_alerts.MIGRATIONS,
)
FLUSHED = "INSERT OR IGNORE INTO flushes (flush_id) VALUES (?) RETURNING position"
FORGET_FLUSHES = "DELETE FROM flushes WHERE position <= ? - ?"
MINUTE = "SELECT tally FROM minutes WHERE minute = ? AND cohort = ? AND phase = ?"
KEEP_MINUTE = """
INSERT INTO minutes (minute, cohort, phase, tally) VALUES (?, ?, ?, ?)
ON CONFLICT (minute, cohort, phase) DO UPDATE SET tally = excluded.tally
"""
MINUTES = """
SELECT json_group_array(json_array(minute, cohort, phase, json(tally))) FROM minutes
WHERE minute >= ? AND minute < ? AND phase <> ''
"""
FORGET_MINUTES = "DELETE FROM minutes WHERE minute < ?"
HOUR_TALLY = "SELECT tally FROM hours WHERE hour = ? AND cohort = ? AND phase = ?"
KEEP_HOUR = """
INSERT INTO hours (hour, cohort, phase, tally) VALUES (?, ?, ?, ?)
ON CONFLICT (hour, cohort, phase) DO UPDATE SET tally = excluded.tally
"""
HOURS = """
SELECT json_group_array(json_array(hour, cohort, phase, json(tally))) FROM hours
WHERE hour >= ? AND hour < ?
"""
FORGET_HOURS = "DELETE FROM hours WHERE hour >= 0 AND hour < ?"
ADD_EVENTS = f"""
INSERT INTO events (minute, {", ".join(EVENTS)}) VALUES (?, {", ".join("?" * len(EVENTS))})
ON CONFLICT (minute) DO UPDATE SET
{", ".join(f"{name} = {name} + excluded.{name}" for name in EVENTS)}
"""  # noqa: S608 -- of our own names
R2_FAILURES = "SELECT minute, r2_failures FROM events WHERE minute >= ? AND minute < ?"
ORPHANED = """
SELECT COALESCE(SUM(MAX(intents - finalized, 0)), 0) FROM events WHERE minute >= ? AND minute < ?
"""
FORGET_EVENTS = "DELETE FROM events WHERE minute < ?"
SEEN = """
INSERT INTO isolates (isolate, knows, fault, seen_ms, since_ms) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (isolate) DO UPDATE SET
  since_ms = CASE WHEN knows = excluded.knows THEN since_ms ELSE excluded.since_ms END,
  knows = excluded.knows, fault = excluded.fault, seen_ms = excluded.seen_ms
"""
UNTOLD = "SELECT COUNT(*) FROM isolates WHERE seen_ms > ? AND knows <> ?"
LAST_TOLD = "SELECT MAX(since_ms) FROM isolates WHERE knows = ?"
LAST_SEEN = "SELECT MAX(seen_ms) FROM isolates"
FAULT = "SELECT fault FROM isolates WHERE seen_ms > ? AND fault <> '' ORDER BY seen_ms DESC LIMIT 1"
FORGET_ISOLATES = "DELETE FROM isolates WHERE seen_ms < ?"
DOCUMENT = "SELECT document FROM documents WHERE name = ?"
KEEP_DOCUMENT = """
INSERT INTO documents (name, document) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET document = excluded.document
"""


class RolloutRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    # --- What is remembered as a whole ----------------------------------------------------------

    def load(self, kind: type[Document]) -> Document:
        """As it is at first, if it was never kept."""
        found = self._sql.rows(DOCUMENT, kind.__name__)
        return kind.model_validate_json(str(found[0][0])) if found else kind()

    def keep(self, document: Stored) -> None:
        self._sql.rows(KEEP_DOCUMENT, type(document).__name__, document.model_dump_json())

    # --- Tallies --------------------------------------------------------------------------------

    def is_news(self, flush_id: str) -> bool:
        """Once for each."""
        rows = self._sql.rows(FLUSHED, flush_id)
        if rows:
            self._sql.rows(FORGET_FLUSHES, int(rows[0][0] or 0), FLUSHES_KEPT_MAX)
        return bool(rows)

    def add(self, tallies: Iterable[MinuteTally], first_minute: int, first_hour: int) -> None:
        """What is of minutes or hours that are forgotten is still counted for ever."""
        for one in tallies:
            place = one.cohort, one.phase or ""
            if one.minute >= first_minute:
                kept = self._sql.rows(MINUTE, one.minute, *place)
                self._sql.rows(KEEP_MINUTE, one.minute, *place, _with(kept, one.tally))
            hour = one.minute // HOUR
            self._add_to_hour(hour if hour >= first_hour else EVER, *place, one.tally)

    def minutes(self, first: int, until: int) -> list[MinuteTally]:
        """Of routes with a phase."""
        ((text,),) = self._sql.rows(MINUTES, first, until)
        return [
            MinuteTally(minute=minute, cohort=cohort, phase=phase, tally=Tally(**tally))
            for minute, cohort, phase, tally in json.loads(str(text))
        ]

    def series(self, first_hour: int, until_hour: int) -> list[SeriesFigures]:
        """One of each cohort and phase for each hour; EVER is one of them."""
        ((text,),) = self._sql.rows(HOURS, first_hour, until_hour)
        return [
            SeriesFigures(cohort=cohort, phase=phase or None, tally=Tally(**tally))
            for _, cohort, phase, tally in json.loads(str(text))
        ]

    def forget(self, first_minute: int, first_hour: int, first_event: int, now_ms: int) -> None:
        """What came before, once it is added to what is counted for ever."""
        self._sql.rows(FORGET_MINUTES, first_minute)
        for old in self.series(0, first_hour):
            self._add_to_hour(EVER, old.cohort, old.phase or "", old.tally)
        self._sql.rows(FORGET_HOURS, first_hour)
        self._sql.rows(FORGET_EVENTS, first_event)
        self._sql.rows(FORGET_ISOLATES, now_ms - ISOLATES_KEPT_MS)

    def _add_to_hour(self, hour: int, cohort: Cohort, phase: Phase | str, tally: Tally) -> None:
        kept = self._sql.rows(HOUR_TALLY, hour, cohort, phase)
        self._sql.rows(KEEP_HOUR, hour, cohort, phase, _with(kept, tally))

    # --- Events ---------------------------------------------------------------------------------

    def add_events(self, events: MinuteEvents) -> None:
        self._sql.rows(ADD_EVENTS, events.minute, *(getattr(events, name) for name in EVENTS))

    def r2_failures(self, first: int, until: int) -> dict[int, int]:
        rows = self._sql.rows(R2_FAILURES, first, until)
        return {int(minute or 0): int(count or 0) for minute, count in rows}

    def orphaned(self, first: int, until: int) -> int:
        ((count,),) = self._sql.rows(ORPHANED, first, until)
        return int(count or 0)

    # --- Isolates -------------------------------------------------------------------------------

    def seen(self, isolate: str, knows: str, fault: str, now_ms: int) -> None:
        self._sql.rows(SEEN, isolate, knows, fault, now_ms, now_ms)

    def told_ms(self, knows: str, alive_ms: int) -> int | None:
        """When the last isolate was told, 0 if none was; None while one heard of since is untold.

        It is told at the moment at which it is first heard to know.
        """
        ((untold,),) = self._sql.rows(UNTOLD, alive_ms, knows)
        ((told_ms,),) = self._sql.rows(LAST_TOLD, knows)
        return None if untold else int(told_ms or 0)

    def last_seen_ms(self) -> int | None:
        ((seen_ms,),) = self._sql.rows(LAST_SEEN)
        return None if seen_ms is None else int(seen_ms)

    def fault(self, alive_ms: int) -> str | None:
        """That an isolate heard of since then has found in the config."""
        found = self._sql.rows(FAULT, alive_ms)
        return str(found[0][0]) if found else None


def _with(kept: Sequence[Sequence[object]], tally: Tally) -> str:
    known = Tally.model_validate_json(str(kept[0][0])) if kept else Tally()
    return merged(known, tally).model_dump_json()
