"""The two sides of a comparison: how each is given photos and jobs, and asked how many are done."""

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final

import httpx

from bench.serving import Served
from tools import dev_token
from tools.api_client import ApiClient

UPLOADS_AT_ONCE: Final = 8
TIMEOUT_S: Final = 600.0
TOKEN_LIFETIME_S: Final = 24 * 3600
JPEG: Final = "image/jpeg"


class Orders(ABC):
    """Orders of photos on a running server."""

    def __init__(self, name: str, server: Served) -> None:
        self.name: Final = name
        self.server: Final = server

    @abstractmethod
    async def upload(self, order_id: str, number: int, photo: bytes) -> str:
        """The id of a new file in the order."""

    @abstractmethod
    async def submit(self, order_id: str, file_ids: list[str]) -> int:
        """How many jobs that made."""

    @abstractmethod
    async def done(self, order_id: str) -> int:
        """How many files are done; an error if one failed."""

    async def uploaded(self, order_id: str, photo: bytes, count: int) -> list[str]:
        turn = asyncio.Semaphore(UPLOADS_AT_ONCE)

        async def upload(number: int) -> str:
            async with turn:
                return await self.upload(order_id, number, photo)

        return await asyncio.gather(*map(upload, range(count)))


class ProductOrders(Orders):
    """By the public API, as any client would."""

    def __init__(self, name: str, server: Served, jwt_secret: str) -> None:
        super().__init__(name, server)
        token = dev_token.mint(jwt_secret, "bench", TOKEN_LIFETIME_S)
        self._api: Final = ApiClient(server.url, token)

    async def upload(self, order_id: str, number: int, photo: bytes) -> str:
        finalized = await self._api.upload(order_id, f"{number}.jpg", photo, content_type=JPEG)
        return finalized["file_id"]

    async def submit(self, order_id: str, file_ids: list[str]) -> int:
        return len((await self._api.submit(order_id, *file_ids))["created"])

    async def done(self, order_id: str) -> int:
        return _done((await self._api.status(order_id))["counts"])


class PeerOrders(Orders):
    def __init__(self, name: str, server: Served) -> None:
        super().__init__(name, server)
        headers = {"x-user": "bench"}
        self._http: Final = client_of(server, headers)

    async def upload(self, order_id: str, number: int, photo: bytes) -> str:
        file_id = f"file_{order_id}{number:016x}"
        path = f"/orders/{order_id}/files/{file_id}"
        headers = {"content-type": JPEG}
        (await self._http.put(path, content=photo, headers=headers)).raise_for_status()
        return file_id

    async def submit(self, order_id: str, file_ids: list[str]) -> int:
        path = f"/orders/{order_id}/submit-edits"
        answer = await self._http.post(path, json={"file_ids": file_ids})
        return len(answer.raise_for_status().json()["created"])

    async def done(self, order_id: str) -> int:
        answer = await self._http.get(f"/orders/{order_id}/status")
        return _done(answer.raise_for_status().json()["counts"])


class Lifecycles:
    """Jobs created, claimed and completed by clients that run inside the server."""

    def __init__(self, name: str, server: Served) -> None:
        self.name: Final = name
        self.server: Final = server
        self._http: Final = client_of(server)

    async def register(self, order_id: str, count: int) -> None:
        await self._told(order_id, "registrations", count, UPLOADS_AT_ONCE)

    async def run(self, order_id: str, count: int, concurrency: int) -> int:
        """How many files are done once every client has its answers."""
        return await self._told(order_id, "lifecycles", count, concurrency)

    async def done(self, order_id: str) -> int:
        answer = await self._http.get(f"/orders/{order_id}/status")
        return _done(answer.raise_for_status().json()["counts"])

    async def _told(self, order_id: str, verb: str, count: int, concurrency: int) -> int:
        path = f"/orders/{order_id}/{verb}?count={count}&concurrency={concurrency}"
        return _done((await self._http.post(path)).raise_for_status().json()["counts"])


def client_of(server: Served, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    # The environment's proxies are for other hosts than the one the server runs on.
    return httpx.AsyncClient(
        base_url=server.url, timeout=TIMEOUT_S, trust_env=False, headers=headers
    )


def new_order_id() -> str:
    return secrets.token_hex(8)


def _done(counts: Mapping[Any, int]) -> int:
    assert not counts["failed"], counts
    return counts["done"]
