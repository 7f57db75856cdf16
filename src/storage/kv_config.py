"""`Config` on a KV namespace."""

from typing import Any, Final

from storage.foreign import outages_of

CACHE_S: Final = 30  # the shortest that KV takes (Cloudflare KV, "cacheTtl")


class KvConfig:
    def __init__(self, namespace: Any) -> None:
        self._namespace = namespace

    async def read(self, key: str) -> str | None:
        with outages_of("KV get"):
            found = await self._namespace.get(key, {"cacheTtl": CACHE_S})
        return None if found is None else str(found)
