"""What one isolate knows of the rollout: the config people edit, and the breaker's verdict.

Plain data: requests of one isolate share it and nothing else, for the platform lets no request wait
for another's I/O. A config that cannot be read leaves the last good one; a verdict that nobody has
confirmed for too long closes the rollout.
"""

from domain.errors import Outage
from domain.messages.rollout import Verdicts
from domain.rollout import (
    CLOSED,
    KEY,
    Effective,
    RolloutConfig,
    RolloutInvalid,
    Verdict,
    effective,
    parsed,
    stale,
)
from log import log
from storage.config import Config

MISSING = "there is no value in KV"


class RolloutState:
    def __init__(self) -> None:
        self.config: RolloutConfig | None = None
        self.config_at_ms: int | None = None  # when KV last answered, whatever it answered
        self.config_fault: str | None = None
        self.verdict = Verdict()
        self.verdict_at_ms: int | None = None  # when the rollout's actor last answered
        self._read_at_ms: int | None = None  # when it was last tried
        self._asked_at_ms: int | None = None  # when the rollout's actor was last tried for itself
        self._began_at_ms: int | None = None

    def effective(self, now_ms: int, stale_ms: int) -> Effective:
        known = effective(self.config or CLOSED, self.verdict)
        is_confirmed = self.verdict_at_ms is not None and now_ms - self.verdict_at_ms <= stale_ms
        return known if is_confirmed else stale(known)

    def is_new(self, now_ms: int, for_ms: int) -> bool:
        """Whether its first request was just now, so that nobody has had the time for an answer."""
        if self._began_at_ms is None:
            self._began_at_ms = now_ms
        return now_ms - self._began_at_ms <= for_ms

    def is_due(self, now_ms: int, refresh_ms: int) -> bool:
        """Whether KV is to be asked again. Who is told so goes and asks; others need not."""
        if self._read_at_ms is not None and now_ms - self._read_at_ms < refresh_ms:
            return False
        self._read_at_ms = now_ms
        return True

    def may_ask(self, now_ms: int, pause_ms: int) -> bool:
        """Whether to ask the rollout's actor now; not every request is to wait for a silent one."""
        if self._asked_at_ms is not None and now_ms - self._asked_at_ms < pause_ms:
            return False
        self._asked_at_ms = now_ms
        return True

    async def read(self, source: Config, now_ms: int) -> None:
        try:
            text = await source.read(KEY)
        except Outage as outage:
            log("rollout.not_read", level="warning", reason=str(outage))
            return
        self.config_at_ms = now_ms
        if text is None:
            self._keep_last(MISSING)
            return
        try:
            self.config = parsed(text)
        except RolloutInvalid as fault:
            self._keep_last(str(fault))
        else:
            self.config_fault = None

    def heard(self, verdicts: Verdicts, now_ms: int) -> None:
        """From the rollout's actor, which also remembers the last good config of all isolates.

        An answer that was under way for longer than the next one says nothing new.
        """
        if verdicts.verdict.revision < self.verdict.revision:
            return
        if self.verdict.revision != verdicts.verdict.revision:
            log("rollout.verdict", kind=verdicts.verdict.kind, reasons=verdicts.verdict.reasons)
        self.verdict, self.verdict_at_ms = verdicts.verdict, now_ms
        if self.config is None:
            self.config = verdicts.config

    def _keep_last(self, fault: str) -> None:
        if self.config_fault != fault:
            log("rollout.config_invalid", level="error", reason=fault)
        self.config_fault = fault
