"""`Limiter` on a rate limit binding; an account that has none limits nobody."""

from typing import Any

from domain.errors import Outage
from log import log
from storage.foreign import outages_of


class BindingLimiter:
    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def allows(self, key: str) -> bool:
        if self._binding is None:
            return True
        try:
            with outages_of("rate limit"):
                outcome = await self._binding.limit({"key": key})
                return bool(outcome.success)
        except Outage as outage:
            log("limit.not_counted", level="warning", reason=str(outage))
            return True
