"""Our module for others in Node: what it tells, a line of JSON each."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from tests.acceptance.photographer import DEADLINE_S
from tools.runtime import paths

PROLOGUE: Final = """
import { followOrder, followRoom } from "MODULE";
const [base, id, ...tokens] = process.argv.slice(2);
const say = (...told) => console.log(JSON.stringify(told));
const hear = (live) => {
  for (const type of ["snapshot", "resumed", "event", "frame", "state"])
    live.addEventListener(type, ({ detail }) => say(type, detail));
  return live;
};
const token = ({ fresh }) => {
  say("token", { fresh });
  if (fresh) tokens.shift();
  return tokens[0] ?? null;
};
"""
Told = tuple[str, dict[str, Any]]


class NodeClient:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process: Final = process
        self.told: Final[list[Told]] = []

    async def until(self, is_it: Callable[[str, dict[str, Any]], bool]) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            async for line in self._process.stdout:
                kind, detail = json.loads(line)
                self.told.append((kind, detail))
                if is_it(kind, detail):
                    return dict(detail)
        raise AssertionError(f"it has ended before that: {self.told[-3:]}")

    async def until_state(self, state: str) -> dict[str, Any]:
        return await self.until(lambda kind, told: kind == "state" and told["state"] == state)

    async def until_named(self, name: str) -> dict[str, Any]:
        return await self.until(
            lambda kind, told: kind == "event" and told["data"]["file"]["name"] == name
        )

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [detail for one, detail in self.told if one == kind]


@asynccontextmanager
async def node_client(script: str, *arguments: str) -> AsyncIterator[NodeClient]:
    """Runs the script, in which `base`, `id`, `token`, `hear` and `say` are known."""
    module = (paths.ROOT / "public" / "darkroom-live.js").as_uri()
    source = PROLOGUE.replace("MODULE", module) + script
    process = await asyncio.create_subprocess_exec(
        *(
            str(paths.node()),
            "--no-warnings",
            "--input-type=module",
            "--eval",
            source,
            "--",
            "client",
            *arguments,
        ),
        stdout=asyncio.subprocess.PIPE,
        limit=16 * 1024 * 1024,
    )
    try:
        yield NodeClient(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
