"""The SQL of who is in a room: members, and the connections they have."""

from typing import Final

from domain.messages.room import MemberFact
from domain.presence import Connection, Member
from storage.sql import Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE members (
      user_id          TEXT PRIMARY KEY,
      stay             INTEGER NOT NULL,
      since_ms         INTEGER NOT NULL,
      missing_since_ms INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE connections (
      user_id       TEXT NOT NULL,
      connection_id TEXT NOT NULL,
      tab           TEXT,
      PRIMARY KEY (user_id, connection_id)
    ) STRICT, WITHOUT ROWID
    """,
)
MEMBER = "SELECT user_id, stay, since_ms, missing_since_ms FROM members WHERE user_id = ?"
SAVE = """
INSERT INTO members (user_id, stay, since_ms, missing_since_ms) VALUES (?, ?, ?, ?)
ON CONFLICT (user_id) DO UPDATE SET
  stay = excluded.stay, since_ms = excluded.since_ms, missing_since_ms = excluded.missing_since_ms
"""
REMOVE = "DELETE FROM members WHERE user_id = ?"
MISSING = """
SELECT user_id, stay, since_ms, missing_since_ms FROM members
WHERE missing_since_ms <= ? ORDER BY missing_since_ms, user_id
"""
FIRST_MISSING = "SELECT MIN(missing_since_ms) FROM members"
MEMBERS = "SELECT user_id, stay, since_ms, missing_since_ms FROM members ORDER BY stay"
COUNTS = "SELECT user_id, COUNT(*) FROM connections GROUP BY user_id"
ADD = "INSERT INTO connections (user_id, connection_id, tab) VALUES (?, ?, ?)"
DROP = "DELETE FROM connections WHERE user_id = ? AND connection_id = ? RETURNING 1"
OF_USER = "SELECT COUNT(*) FROM connections WHERE user_id = ?"
OF_TAB = "SELECT connection_id FROM connections WHERE user_id = ? AND tab = ?"
ALL = "SELECT user_id, connection_id, tab FROM connections"
COUNT = "SELECT COUNT(*) FROM connections"


class PresenceRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    # --- Members --------------------------------------------------------------------------------

    def member(self, user_id: str) -> Member | None:
        found = self._sql.rows(MEMBER, user_id)
        return _member(*found[0]) if found else None

    def save(self, member: Member) -> None:
        self._sql.rows(SAVE, member.user_id, member.stay, member.since_ms, member.missing_since_ms)

    def remove(self, user_id: str) -> None:
        self._sql.rows(REMOVE, user_id)

    def missing_since(self, at_ms: int) -> list[Member]:
        """Those who were missing at that time already."""
        return [_member(*row) for row in self._sql.rows(MISSING, at_ms)]

    def first_missing_ms(self) -> int | None:
        """Since when who is missing longest is."""
        ((since_ms,),) = self._sql.rows(FIRST_MISSING)
        assert since_ms is None or isinstance(since_ms, int)
        return since_ms

    def members(self) -> list[Member]:
        """Who came first before the others."""
        return [_member(*row) for row in self._sql.rows(MEMBERS)]

    def facts(self) -> tuple[MemberFact, ...]:
        """The same, and how many connections each has at the moment."""
        counts = {str(user_id): int(n or 0) for user_id, n in self._sql.rows(COUNTS)}
        return tuple(
            MemberFact(
                user_id=member.user_id,
                stay=member.stay,
                since_ms=member.since_ms,
                connections=counts.get(member.user_id, 0),
            )
            for member in self.members()
        )

    # --- Connections ----------------------------------------------------------------------------

    def add(self, connection: Connection) -> None:
        self._sql.rows(ADD, connection.user_id, connection.id, connection.tab)

    def drop(self, user_id: str, connection_id: str) -> bool:
        """Whether it was known."""
        return bool(self._sql.rows(DROP, user_id, connection_id))

    def count_of(self, user_id: str) -> int:
        ((count,),) = self._sql.rows(OF_USER, user_id)
        return int(count or 0)

    def of_tab(self, user_id: str, tab: str) -> list[str]:
        return [str(found) for (found,) in self._sql.rows(OF_TAB, user_id, tab)]

    def connections(self) -> dict[str, Connection]:
        return {
            str(own_id): Connection(str(own_id), str(user_id), None if tab is None else str(tab))
            for user_id, own_id, tab in self._sql.rows(ALL)
        }

    def count(self) -> int:
        ((count,),) = self._sql.rows(COUNT)
        return int(count or 0)


def _member(user_id: object, stay: object, since_ms: object, missing_since_ms: object) -> Member:
    assert isinstance(stay, int)
    assert isinstance(since_ms, int)
    assert missing_since_ms is None or isinstance(missing_since_ms, int)
    return Member(str(user_id), stay, since_ms, missing_since_ms)
