"""What happened in a schedule, as lines to read. Only a failing one is ever read."""

import re
from collections import deque
from datetime import UTC, datetime
from typing import Final

LINES_MAX: Final = 60
IDS: Final = re.compile(r"file_0*([0-9a-f]+)|job_0*([0-9a-f]+)_([0-9a-f]{4})[0-9a-f]{12}")


class Trace:
    def __init__(self, lines_max: int | None = LINES_MAX) -> None:
        self._entries: deque[tuple[int, int, str, str]] = deque(maxlen=lines_max)

    def note(self, step: int, now_ms: int, who: str, what: str) -> None:
        self._entries.append((step, now_ms, who, what))

    def lines(self) -> tuple[str, ...]:
        return tuple(_line(*entry) for entry in self._entries)


def short(text: str) -> str:
    """Ids to be told apart by people: `file_000…1` is file.1, `job_000…1_abcd…` is job.1.abcd."""
    return IDS.sub(lambda m: f"file.{m[1]}" if m[1] else f"job.{m[2]}.{m[3]}", text)


def _line(step: int, now_ms: int, who: str, what: str) -> str:
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    time = f"{at:%d %b %H:%M:%S}.{now_ms % 1000:03d}"
    return f"{step:6d}  {time}  {short(who):24s}  {short(what)}"
