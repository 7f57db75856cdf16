"""Many sockets on a room or an order, in a process of their own: see `sockets/watchers.mjs`."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final, Self

from bench.serving import CpuTime, ServedProgram
from tools.runtime import paths
from tools.runtime.trouble import Trouble

CLIENT: Final = paths.BENCH_SOCKETS / "watchers.mjs"
LINE_BYTES_MAX: Final = 64 * 1024 * 1024  # an answer has a figure for each delivery


@dataclass(frozen=True, slots=True)
class Side:
    """A server that rooms are watched on."""

    name: str
    protocol: str  # one of those in sockets/protocols.mjs
    server: ServedProgram

    def used(self, before: CpuTime) -> float:
        """Seconds on a CPU since then, in the server."""
        used = self.server.cpu_time().since(before)
        return used.workerd_s or used.node_s


class Watchers:
    """The client of one side, while the context lasts. What it does is measured over there."""

    def __init__(self, side: Side) -> None:
        self._side: Final = side
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *(str(paths.node()), str(CLIENT), self._side.protocol),
            self._side.server.url.replace("http", "ws", 1),
            stdin=pipe,
            stdout=pipe,
            limit=LINE_BYTES_MAX,
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def do(self, action: str, **options: object) -> Any:
        """Its answer, as `sockets/watchers.mjs` says."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": action, **options}).encode() + b"\n")
        answer = await self._process.stdout.readline()
        if not answer:
            raise Trouble(f"{self._side.name}: {action} broke; what the client says stands above.")
        return json.loads(answer)
