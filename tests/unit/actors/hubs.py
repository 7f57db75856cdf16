"""A hub on its real SQL, which may be evicted at any time, and something to publish."""

from actors.hub import Hub, HubLimits
from domain.cursor import Cursor
from domain.values import Value
from storage import hub_repository
from storage.hub_repository import Published
from storage.sql import migrate
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.factories import NOW_MS

SMALL = HubLimits(events_max=8, bytes_max=2_000, age_ms_max=60_000, coalesce_from=4, trim_every=3)


class Said(Value):
    cursor: str
    word: str


class HubOnPaper:
    """An actor's hub; `evict` is a new one on the same SQL."""

    def __init__(self, limits: HubLimits = SMALL, begun_at: int = 0) -> None:
        self.sql = SqliteSql()
        self.limits = limits
        migrate(self.sql, hub_repository.MIGRATIONS)
        self.evict()
        self.hub.go_on_from(Cursor("e", begun_at))

    def evict(self) -> None:
        self.hub = Hub(self.sql, self.limits)

    def say(self, word: str, key: str = "", now_ms: int = NOW_MS) -> Published:
        return self.hub.append("said", key, lambda at: Said(cursor=at, word=word), now_ms)

    def say_all(self, *words: str, key: str = "") -> list[Published]:
        return [self.say(word, key) for word in words]

    def say_and_fail(self, word: str) -> None:
        """In a stretch that is undone."""
        self.say(word)
        raise InterruptedError


def words(*events: Published) -> list[str]:
    return [Said.model_validate_json(event.text).word for event in events]
