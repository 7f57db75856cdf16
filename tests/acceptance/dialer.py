"""WebSockets by the thousand, from one process: each a handshake by hand and the frame after it.

A client library costs more for one connection than the server does.
"""

import asyncio
import base64
import contextlib
import json
import secrets
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

CLOSE: Final = 8  # the opcode
LENGTH_OF_16_BITS: Final = 126
LENGTH_OF_64_BITS: Final = 127
CLOSE_CODE: Final = struct.Struct("!H")
HUNG_UP: Final = 1006  # no close came before the end
ANSWER_S_MAX: Final = 60


@dataclass(frozen=True, slots=True)
class Call:
    """One upgrade, as somebody asks for it."""

    path: str
    token: str = ""
    protocols: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A status; with 101 also what came first: a frame, or a close and its code."""

    status: int
    headers: Mapping[str, str]
    text: str
    close_code: int | None = None

    @property
    def told(self) -> str:
        """The code of the problem, of the close, or the type of the frame: what docs/api.md has."""
        if self.close_code is not None:
            return str(self.close_code)
        body: Any = json.loads(self.text)
        first = body[0] if isinstance(body, list) else body
        return str(first["type"] if self.status == 101 else first["code"])


@asynccontextmanager
async def dialled(url: str, call: Call) -> AsyncIterator[Outcome]:
    """Open for as long as one stays, then dropped without a word, as clients do that loop."""
    address = urlsplit(url)
    async with asyncio.timeout(ANSWER_S_MAX):
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**24)
        writer.write(_request(address.netloc, call))
        outcome = await _outcome(reader)
    try:
        yield outcome
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def dial(url: str, call: Call) -> Outcome:
    async with dialled(url, call) as outcome:
        return outcome


def _request(host: str, call: Call) -> bytes:
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = [
        f"GET {call.path} HTTP/1.1",
        f"host: {host}",
        "connection: Upgrade",
        "upgrade: websocket",
        "sec-websocket-version: 13",
        f"sec-websocket-key: {key}",
    ]
    lines += [f"authorization: Bearer {call.token}"] if call.token else []
    lines += [f"sec-websocket-protocol: {call.protocols}"] if call.protocols else []
    return "\r\n".join([*lines, "", ""]).encode()


async def _outcome(reader: asyncio.StreamReader) -> Outcome:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    status = int(head[0].split()[1])
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    if status != 101:
        return Outcome(status, headers, (await _body(reader, headers)).decode())
    try:
        opcode, payload = await _frame(reader)
    except asyncio.IncompleteReadError:
        return Outcome(status, headers, "", HUNG_UP)
    if opcode == CLOSE:
        return Outcome(status, headers, "", CLOSE_CODE.unpack(payload[:2])[0])
    return Outcome(status, headers, payload.decode())


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    body = b""
    while size := int(await reader.readline(), 16):  # chunked
        body += await reader.readexactly(size)
        await reader.readline()
    return body


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """A server's: whole, and not masked (RFC 6455, 5.2)."""
    first, length = await reader.readexactly(2)
    if length == LENGTH_OF_16_BITS:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
    elif length == LENGTH_OF_64_BITS:
        (length,) = struct.unpack("!Q", await reader.readexactly(8))
    return first & 0x0F, await reader.readexactly(length)
