"""Somebody in a room, by each transport: the subject of the rooms' sentences."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import jwt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.acceptance.photographer import DEADLINE_S, TOKEN_LIFETIME_S, eventually

FRAME_BYTES_MAX: Final = 16 * 1024 * 1024


class Guest:
    """Everybody may everything, in rooms whose names begin with `open-`."""

    def __init__(self, url: str, jwt_secret: str, name: str, right: str = "rw") -> None:
        self.user_id: Final = f"{name}-{secrets.token_hex(4)}"
        self.url: Final = url
        claims = {"sub": self.user_id, "exp": int(time.time()) + TOKEN_LIFETIME_S}
        claims |= {"rooms": {"open-*": right}}
        self.token: Final = jwt.encode(claims, jwt_secret, algorithm="HS256")
        self.headers: Final = {"authorization": f"Bearer {self.token}"}

    async def ask(
        self, method: str, path: str, content: bytes = b"", **headers: str
    ) -> httpx.Response:
        sent = self.headers | {name.replace("_", "-"): text for name, text in headers.items()}
        sent |= {"content-type": "application/json"} if content else {}
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            return await http.request(method, f"{self.url}{path}", content=content, headers=sent)

    @asynccontextmanager
    async def stream(self, path: str, last_event_id: str) -> AsyncIterator[AsyncIterator[str]]:
        """Its lines."""
        headers = self.headers | {"accept": "text/event-stream", "last-event-id": last_event_id}
        async with (
            httpx.AsyncClient(timeout=60, trust_env=False) as http,
            http.stream("GET", f"{self.url}{path}", headers=headers) as answer,
        ):
            assert answer.status_code == 200
            yield answer.aiter_lines()

    async def publish(self, room_id: str, message_id: str, data: object = None) -> httpx.Response:
        body = json.dumps({"id": message_id, "type": "chat", "data": data}).encode()
        return await self.ask("POST", f"/rooms/{room_id}/messages", body)

    async def members(self, room_id: str) -> dict[str, int]:
        """And how many connections each has."""
        answer = await self.ask("GET", f"/rooms/{room_id}/presence")
        assert answer.status_code == 200, answer.text
        return {one["user_id"]: one["connections"] for one in answer.json()["members"]}

    @asynccontextmanager
    async def enter(self, room_id: str, **query: str) -> AsyncIterator["Line"]:
        async with self.dial(room_id, **query) as socket:
            yield Line(socket, json.loads(await socket.recv()))

    def dial(self, room_id: str, **query: str) -> connect:
        address = f"{self.url.replace('http', 'ws', 1)}/ws/{room_id}"
        return connect(
            f"{address}?{urlencode(query)}" if query else address,
            additional_headers=self.headers,
            max_size=FRAME_BYTES_MAX,
            open_timeout=DEADLINE_S,
            proxy=None,
        )


class Line:
    """One socket in a room, from `hello` on."""

    def __init__(self, socket: ClientConnection, hello: dict[str, Any]) -> None:
        assert hello["type"] == "hello"
        self.socket: Final = socket
        self.hello: Final = hello
        self.cursor: str = hello["cursor"]

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_S):
            frame: dict[str, Any] = json.loads(await self.socket.recv())
        self.cursor = frame["cursor"] if "specversion" in frame else self.cursor
        return frame

    async def until(self, kind: str) -> dict[str, Any]:
        while True:
            frame = await self.next()
            if frame["type"] == kind:
                return frame

    async def said(self, count: int) -> list[str]:
        """The ids of the next messages."""
        return [(await self.until("darkroom.room.message"))["data"]["id"] for _ in range(count)]

    async def say(self, message_id: str, data: object = None) -> dict[str, Any]:
        """Until it is acknowledged, or complained of."""
        await self.socket.send(json.dumps({"type": "publish", "id": message_id, "data": data}))
        while True:
            frame = await self.next()
            if frame["type"] in {"ack", "error"}:
                return frame

    async def closed(self) -> int | None:
        """The code with which the other side ends it."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                while True:
                    await self.socket.recv()
        except ConnectionClosed as closing:
            return closing.rcvd.code if closing.rcvd else None


async def settled(guest: Guest, room_id: str, members: dict[str, int]) -> None:
    """Once those are there, with so many connections each."""
    await eventually(lambda: guest.members(room_id), lambda found: found == members)


async def come_and_go(guest: Guest, room_id: str) -> None:
    async with guest.enter(room_id):
        pass
