"""Someone with an operator's token, for the acceptance tests' sentences."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

TIMEOUT_S: Final = 60


class Operator:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def see(self, path: str) -> dict[str, Any]:
        answer = await self._http.get(f"/ops/{path}")
        seen: dict[str, Any] = answer.raise_for_status().json()
        return seen

    async def act(self, path: str, reason: str = "because", key: str | None = None) -> Any:
        headers = {} if key is None else {"idempotency-key": key}
        answer = await self._http.post(f"/ops/{path}", json={"reason": reason}, headers=headers)
        return answer.raise_for_status().json()

    async def figures(self) -> dict[str, float]:
        """By name, and the value of the label if there is one."""
        answer = (await self._http.get("/ops/metrics")).raise_for_status()
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        found = (s for f in text_string_to_metric_families(answer.text) for s in f.samples)
        return {":".join((s.name, *s.labels.values())): s.value for s in found}


@asynccontextmanager
async def operator(url: str, operator_tokens: str) -> AsyncIterator[Operator]:
    """The first of those that the server knows."""
    token = operator_tokens.split(",", maxsplit=1)[0].partition(":")[2]
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=url, headers=headers, timeout=TIMEOUT_S, trust_env=False
    ) as http:
        yield Operator(http)
