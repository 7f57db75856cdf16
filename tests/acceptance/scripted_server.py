"""A server whose every answer the test gives: so a client can be shown what ours never says.

async with scripted_server() as server:
    call = await server.next()
    call.greet("e-5")
    call.drop()
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from tests.acceptance.photographer import DEADLINE_S

STREAM: Final = "text/event-stream"


class Call:
    """One connection of a client. Until the test says something, it hears nothing."""

    def __init__(self, head: str, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.split("\r\n")
        self.method, target, _ = first.split(" ")
        self.headers: Final = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines if line)
        }
        self.query: Final = dict(parse_qsl(urlsplit(target).query))
        self.at: Final = asyncio.get_running_loop().time()
        self.heard: Final[asyncio.Queue[str]] = asyncio.Queue()
        self.answers_pings = True
        self.hangs_up = True  # once a socket is closed
        self.body = b""
        self._said: Final = asyncio.Event()
        self._gone: Final = asyncio.Event()
        self._writer: Final = writer
        self._has_begun = False
        self._is_deaf = False
        self._protocol: Final = ServerProtocol(subprotocols=["darkroom.v1"], max_size=None)  # type: ignore[list-item]
        if self.kind == "websocket":
            self._protocol.receive_data(f"{head}\r\n".encode())

    @property
    def kind(self) -> str:
        if "upgrade" in self.headers:
            return "websocket"
        if self.method == "POST":
            return "message"
        return "stream" if self.headers["accept"] == STREAM else "poll"

    @property
    def since(self) -> str | None:
        return self.query.get("since")

    @property
    def token(self) -> str:
        """By whichever way it came."""
        offered = self.headers.get("sec-websocket-protocol", "").partition("bearer.")[2]
        return offered or self.headers.get("authorization", "").removeprefix("Bearer ")

    # --- What the test says -----------------------------------------------------------------------

    def begin(self) -> None:
        """Lets it in, and says nothing yet."""
        self._has_begun = True
        if self.kind == "stream":
            head = f"HTTP/1.1 200 OK\r\ncontent-type: {STREAM}\r\nconnection: close\r\n"
            self.write_raw(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        elif self.kind == "websocket":
            (request,) = self._protocol.events_received()
            assert isinstance(request, Request)
            self._protocol.send_response(self._protocol.accept(request))
            self._flush()

    def greet(self, cursor: str = "e-0", **more: object) -> None:
        self.tell({"type": "hello", "recovered": False, **more, "cursor": cursor})

    def tell(self, *frames: dict[str, Any] | int) -> None:
        """An offset is an event there. A poll has one answer, so it is told all of it at once."""
        told = [event(one) if isinstance(one, int) else one for one in frames]
        if self.kind != "poll":
            for frame in told:
                self.say(json.dumps(frame))
        elif told[0]["type"] == "hello":
            self.answer(200, {**told[0], "events": told[1:]})
        else:
            cursor = told[-1].get("cursor")
            self.answer(200, {"cursor": cursor, "recovered": True, "events": told})

    def say(self, text: str | bytes) -> None:
        """As it is: a frame, or the data of a message in a stream, or an answer."""
        if not self._has_begun:
            self.begin()
        if self.kind == "websocket" and isinstance(text, bytes):
            self._protocol.send_binary(text)
            self._flush()
        elif self.kind == "websocket":
            self._protocol.send_text(str(text).encode(errors="surrogateescape"))
            self._flush()
        elif self.kind == "stream":
            line = text if isinstance(text, bytes) else text.encode()
            self.write(b"data: " + line + b"\n\n")
        else:
            self.answer(200, text)

    def write(self, data: bytes) -> None:
        """A piece of a stream."""
        if not self._has_begun:
            self.begin()
        self.write_raw(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def answer(self, status: int, body: object = None, **headers: str) -> None:
        """And nothing after it."""
        raw = body if isinstance(body, str | bytes) else json.dumps(body or {})
        data = b"" if status == 304 else raw.encode() if isinstance(raw, str) else raw
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        fixed = [f"content-length: {len(data)}", "connection: close"]
        head = "\r\n".join([f"HTTP/1.1 {status} As It Is", *lines, *fixed])
        self.write_raw(f"{head}\r\n\r\n".encode() + data)
        self._writer.close()

    def end(self, code: int = 1001, reason: str = "") -> None:
        """As it should be ended: a socket with a code, a stream without one."""
        if not self._has_begun:
            self.begin()
        if self.kind == "stream":
            self.write_raw(b"0\r\n\r\n")
            self._writer.close()
        else:
            self._protocol.send_close(code, reason)
            self._flush()

    def write_raw(self, data: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(data)

    def drop(self) -> None:
        self._writer.transport.abort()

    async def until_said(self) -> None:
        """Until all of its body is here."""
        async with asyncio.timeout(DEADLINE_S):
            await self._said.wait()

    def json(self) -> Any:
        return json.loads(self.body)

    async def until_gone(self) -> None:
        """Until the client has let go of it, or we have."""
        async with asyncio.timeout(DEADLINE_S):
            await self._gone.wait()

    def stop_listening(self) -> None:
        """As if its machine were off: nothing is taken any more, nor answered."""
        self._is_deaf = True

    # --- What the client says ---------------------------------------------------------------------

    async def listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if self.kind != "websocket":
                    self._collect(data)
                elif not self._is_deaf:
                    self._protocol.receive_data(data)
                    self._take()
        self._gone.set()

    def _collect(self, data: bytes) -> None:
        self.body += data
        if len(self.body) >= int(self.headers["content-length"]):
            self._said.set()

    def _take(self) -> None:
        for frame in self._protocol.events_received():
            if isinstance(frame, Frame) and frame.opcode is Opcode.TEXT:
                text = bytes(frame.data).decode()
                self.heard.put_nowait(text)
                if text == "ping" and self.answers_pings:
                    self.say("pong")
            elif isinstance(frame, Frame) and frame.opcode is Opcode.CLOSE:
                self._gone.set()
        self._flush()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self.write_raw(data)
            if not data and self.hangs_up:
                self._writer.close()


class ScriptedServer:
    def __init__(self) -> None:
        self.url = ""
        self.calls: Final[list[Call]] = []
        self._came: Final[asyncio.Queue[Call]] = asyncio.Queue()

    async def next(self, kind: str = "") -> Call:
        """The next one that comes; of that kind, whatever else has come is left in silence."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                call = await self._came.get()
                if kind in {"", call.kind}:
                    return call

    @property
    def is_quiet(self) -> bool:
        """Nobody has come who was not taken."""
        return self._came.empty()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            call = Call(head.decode()[:-2], writer)
            self.calls.append(call)
            self._came.put_nowait(call)
            await call.listen(reader)
        writer.close()


def event(offset: int, epoch: str = "e") -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "type": "darkroom.file.changed",
        "cursor": f"{epoch}-{offset}",
        "data": {"offset": offset},
    }


@asynccontextmanager
async def scripted_server() -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield scripted
    finally:
        server.close()
        for call in scripted.calls:
            call.drop()
