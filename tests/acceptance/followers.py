"""Stock clients that follow an order by one cursor: whatever breaks, they come back with it.

Each checks what it receives as it comes: no frame twice, none out of order, and none missing but
where `hello` has said that only the newest of each file follows.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from random import SystemRandom
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import websockets

from tests.acceptance.photographer import DEADLINE_S

FRAME_BYTES_MAX: Final = 16 * 1024 * 1024
COALESCED_FROM: Final = 100
BACK_AFTER_S: Final = (0.2, 1.0)
GONE: Final = (OSError, httpx.TransportError, websockets.WebSocketException, TimeoutError)
Frame = dict[str, Any]


class Follower:
    """What one client knows of an order, and how it has come to know it."""

    def __init__(self, url: str, order_id: str, token: str) -> None:
        self.path: Final = f"/api/orders/{order_id}"
        self.url: Final = url
        self.headers: Final = {"authorization": f"Bearer {token}"}
        self.cursor = ""
        self.files: dict[str, Frame] = {}
        self.status: Frame = {}
        self.offsets: list[int] = []
        self.snapshots = 0
        self.resumptions = 0
        self._skips_until = 0

    # --- What is received -----------------------------------------------------------------------

    def take(self, frame: Frame) -> None:
        match frame.get("type"):
            case "hello" if frame["recovered"]:
                assert frame["cursor"] == self.cursor
                self.resumptions += 1
                self._skips_until = offset_of(frame["status"]["cursor"])
            case "hello":
                self._start(frame)
            case "darkroom.file.changed" | "darkroom.file.deleted" | "darkroom.order.changed":
                self._apply(frame)
            case _:
                pass  # of the connection itself

    def take_page(self, page: Frame) -> None:
        if not page["recovered"]:
            self._start(page)
        owed = offset_of(page["cursor"]) - offset_of(self.cursor)
        self._skips_until = offset_of(page["cursor"]) if owed > COALESCED_FROM else 0
        for event in page["events"]:
            self._apply(event)
        assert self.cursor == page["cursor"]

    def _start(self, hello: Frame) -> None:
        self.snapshots += 1
        self.cursor, self.status = hello["cursor"], hello["status"]
        self.files = {file["id"]: file for file in hello["files"]}
        self.offsets = []

    def _apply(self, event: Frame) -> None:
        offset, known = offset_of(event["cursor"]), offset_of(self.cursor)
        assert event["id"] == event["cursor"]
        assert offset > known, "told twice, or out of order"
        assert offset == known + 1 or offset <= self._skips_until, "something is missing"
        self.cursor, self.status = event["cursor"], event["data"]["status"]
        self.offsets.append(offset)
        if event["type"] == "darkroom.file.changed":
            self.files[event["subject"]] = event["data"]["file"]
        elif event["type"] == "darkroom.file.deleted":
            self.files.pop(event["subject"], None)

    # --- Transports -----------------------------------------------------------------------------

    async def by_socket(self, **query: str) -> AsyncGenerator[None, None]:
        """After each frame it yields, and ends when the connection does."""
        since = {"since": self.cursor} if self.cursor else {}
        address = f"{self.url.replace('http', 'ws', 1)}{self.path}/live?{urlencode(since | query)}"
        async with websockets.connect(
            address, additional_headers=self.headers, max_size=FRAME_BYTES_MAX, proxy=None
        ) as socket:
            async for text in socket:
                found = json.loads(text)
                for frame in found if isinstance(found, list) else [found]:
                    self.take(frame)
                yield

    def by_batches(self) -> AsyncGenerator[None, None]:
        """A socket that takes several frames as one."""
        return self.by_socket(batch="1")

    async def by_stream(self) -> AsyncGenerator[None, None]:
        headers = {**self.headers, "accept": "text/event-stream"}
        if self.cursor:
            headers["last-event-id"] = self.cursor
        async with (
            self._http() as http,
            http.stream("GET", f"{self.path}/events", headers=headers) as answer,
        ):
            answer.raise_for_status()
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                elif "data" in fields:
                    frame = json.loads(fields["data"])
                    assert fields["id"] == frame["cursor"]
                    assert fields["event"] == frame["type"]
                    self.take(frame)
                    fields = {}
                    yield

    async def by_poll(self) -> AsyncGenerator[None, None]:
        async with self._http() as http:
            while True:
                query = f"?since={self.cursor}&wait=25" if self.cursor else ""
                answer = await http.get(f"{self.path}/events{query}", headers=self.headers)
                if answer.status_code != httpx.codes.NOT_MODIFIED:
                    answer.raise_for_status()
                    self.take_page(answer.json())
                yield

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=DEADLINE_S)


def offset_of(cursor: str) -> int:
    return int(cursor.rpartition("-")[2])


Transport = Callable[[Follower], AsyncGenerator[None, None]]


async def follow_once(
    follower: Follower, transport: Transport, until: Callable[[Follower], bool]
) -> None:
    """Until then, on one connection."""
    async with asyncio.timeout(DEADLINE_S), aclosing(transport(follower)) as frames:
        async for _ in frames:
            if until(follower):
                return
    raise AssertionError("the connection has ended before that")


async def follow(
    follower: Follower, transport: Transport, until: Callable[[Follower], bool]
) -> None:
    """Until then, coming back with the cursor whenever the connection is lost."""
    draw = SystemRandom()
    while not until(follower):
        try:
            async with aclosing(transport(follower)) as frames:
                async for _ in frames:
                    if until(follower):
                        return
        except (*GONE, httpx.HTTPStatusError):
            await asyncio.sleep(draw.uniform(*BACK_AFTER_S))
