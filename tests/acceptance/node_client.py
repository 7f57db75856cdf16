"""Our module for others in Node: what it tells, a line of JSON each."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from tests.acceptance.photographer import DEADLINE_S
from tools.runtime import paths

PUBLIC: Final = paths.ROOT / "public"
PROLOGUE: Final = f"""
import {{ createInterface }} from "node:readline";
import {{ followOrder, followRoom }} from "{(PUBLIC / "darkroom-live.js").as_uri()}";
import {{ TIMES }} from "{(PUBLIC / "darkroom-lines.js").as_uri()}";
const [times, base, id, ...tokens] = process.argv.slice(2);
Object.assign(TIMES, JSON.parse(times));
const say = (...told) => console.log(JSON.stringify(told));
const hear = (live) => {{
  for (const type of ["snapshot", "resumed", "event", "frame", "state"])
    live.addEventListener(type, ({{ detail }}) => say(type, detail));
  return live;
}};
const token = ({{ fresh }}) => {{
  say("token", {{ fresh }});
  if (fresh) tokens.shift();
  return tokens[0] ?? null;
}};
createInterface({{ input: process.stdin }}).on("line", (command) => eval(command));
process.stdin.unref(); // it keeps nobody up
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

    async def until_at(self, cursor: str) -> dict[str, Any]:
        return await self.until(lambda kind, told: kind == "event" and told["cursor"] == cursor)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [detail for one, detail in self.told if one == kind]

    def run(self, command: str) -> None:
        """A piece of JavaScript, in which the script's names are known."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n".encode())

    async def ended(self) -> int:
        """Of itself, because it has nothing left to wait for; what it told until then is kept."""
        async with asyncio.timeout(DEADLINE_S):
            assert self._process.stdout is not None
            self.told.extend([json.loads(line) async for line in self._process.stdout])
            return await self._process.wait()


@asynccontextmanager
async def node_client(
    script: str, *arguments: str, times: Mapping[str, int] | None = None
) -> AsyncIterator[NodeClient]:
    """Runs the script, in which `base`, `id`, `token`, `hear` and `say` are known."""
    process = await asyncio.create_subprocess_exec(
        *(
            str(paths.node()),
            "--no-warnings",
            "--input-type=module",
            "--eval",
            PROLOGUE + script,
            "--",
            "client",
            json.dumps(times or {}),
            *arguments,
        ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=64 * 1024 * 1024,
    )
    try:
        yield NodeClient(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
