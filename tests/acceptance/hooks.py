"""Webhooks from both sides: a user who has some, and someone who receives them, as they come."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import httpx
from standardwebhooks import Webhook

from tests.acceptance.photographer import eventually


@dataclass(frozen=True, slots=True)
class Hook:
    headers: dict[str, str]
    body: str

    def verified(self, secret: str) -> Any:
        return Webhook(secret).verify(self.body, self.headers)


@dataclass(slots=True)
class Receiver:
    """`refusals`: how many to answer 503 first."""

    url: str = ""
    refusals: int = 0
    hooks: Queue[Hook] = field(default_factory=Queue)


@contextmanager
def receiver() -> Iterator[Receiver]:
    receiving = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            if receiving.refusals:
                receiving.refusals -= 1
                status = 503
            else:
                receiving.hooks.put(Hook(dict(self.headers.items()), body))
                status = 204
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        receiving.url = f"http://127.0.0.1:{http.server_address[1]}/hooks"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield receiving
        http.shutdown()


class Hooks:
    """A user's webhooks, over HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def create(self, url: str, **body: object) -> dict[str, Any]:
        answer = await self._http.post("/api/webhooks", json={"url": url, **body})
        hook: dict[str, Any] = answer.raise_for_status().json()
        return hook

    async def see(self, hook: dict[str, Any]) -> dict[str, Any]:
        answer = await self._http.get(f"/api/webhooks/{hook['id']}")
        seen: dict[str, Any] = answer.raise_for_status().json()
        return seen

    async def log(self, hook: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self._http.get(f"/api/webhooks/{hook['id']}/deliveries?limit=200")
        deliveries: list[dict[str, Any]] = answer.raise_for_status().json()["deliveries"]
        return deliveries

    async def ask(self, hook: dict[str, Any], what: str) -> dict[str, Any]:
        answer = await self._http.post(f"/api/webhooks/{hook['id']}/{what}")
        told: dict[str, Any] = answer.raise_for_status().json()
        return told

    async def change(self, hook: dict[str, Any], **body: object) -> None:
        answer = await self._http.patch(f"/api/webhooks/{hook['id']}", json=body)
        answer.raise_for_status()

    async def until_logged(
        self, hook: dict[str, Any], status: str, count: int = 1
    ) -> list[dict[str, Any]]:
        """Of so many at least; and nothing waits any more, if that is what they wait for."""
        found = await eventually(
            lambda: self.log(hook), lambda log: [d["status"] for d in log].count(status) >= count
        )
        return [delivery for delivery in found if delivery["status"] == status]
