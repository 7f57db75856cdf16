"""So much a minute and no more, of one isolate. Plain data, as `edge/telemetry.py`."""

from dataclasses import dataclass
from typing import Final

MINUTE_MS: Final = 60_000


@dataclass(slots=True)
class Budget:
    per_minute: int
    _minute: int = 0
    _spent: int = 0

    def allows(self, now_ms: int) -> bool:
        minute = now_ms // MINUTE_MS
        if minute != self._minute:
            self._minute, self._spent = minute, 0
        if self._spent >= self.per_minute:
            return False
        self._spent += 1
        return True
