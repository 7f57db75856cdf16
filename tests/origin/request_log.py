"""Which requests arrived, and what became of them. The newest few thousand."""

from collections import deque
from typing import Final, TypedDict

from starlette.datastructures import Headers
from starlette.types import Scope

from tests.origin.database import now_ms
from tests.origin.views import rfc3339

ENTRIES_MAX: Final = 5_000


class Entry(TypedDict):
    at: str
    method: str  # "WEBSOCKET" of an upgrade
    path: str  # as it came, still encoded
    query: str
    headers: list[list[str]]
    body_bytes: int  # as far as it was read
    status: int | None  # None: nothing was answered, or not yet


class RequestLog:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES_MAX)

    def begun(self, scope: Scope, method: str) -> Entry:
        entry = Entry(
            at=rfc3339(now_ms()),
            method=method,
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=[list(pair) for pair in Headers(scope=scope).items()],
            body_bytes=0,
            status=None,
        )
        self._entries.append(entry)
        return entry

    def entries(self, prefix: str) -> list[Entry]:
        return [entry for entry in self._entries if entry["path"].startswith(prefix)]

    def clear(self) -> None:
        self._entries.clear()
