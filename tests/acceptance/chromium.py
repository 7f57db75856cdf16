"""A headless Chromium, by its DevTools protocol: what a person's browser does to the page.

async with browser(folder) as tab:
    await tab.open(server.url)
    assert await tab.value("document.title") == "Darkroom"
"""

import asyncio
import base64
import itertools
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import websockets

from tests.acceptance.photographer import DEADLINE_S, eventually
from tools.browser import found

PROGRAM: Final = found()
OPTIONS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--no-proxy-server", "--remote-debugging-port=0"),
)
KEYS: Final = {"Tab": 9, "Enter": 13, "Escape": 27}
FRAME_BYTES_MAX: Final = 64 * 1024 * 1024


class Tab:
    """One page of the browser."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket: Final = socket
        self._numbers: Final = itertools.count(1)
        self.faults: Final[list[str]] = []

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        async with asyncio.timeout(DEADLINE_S):
            while True:
                told = json.loads(await self._socket.recv())
                if told.get("method") == "Runtime.exceptionThrown":
                    self.faults.append(json.dumps(told["params"]["exceptionDetails"]))
                if told.get("id") == number:
                    assert "error" not in told, told
                    result: dict[str, Any] = told["result"]
                    return result

    async def open(self, url: str) -> None:
        await self.ask("Page.navigate", url=url)

    async def before_any_script(self, source: str) -> None:
        await self.ask("Page.addScriptToEvaluateOnNewDocument", source=source)

    async def value(self, expression: str) -> Any:
        """Of a piece of JavaScript; of a promise, what it leads to."""
        result = await self.ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def until(self, expression: str) -> Any:
        return await eventually(lambda: self.value(expression), bool)

    async def go_offline(self, *, is_offline: bool = True) -> None:
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        await self.ask("Network.emulateNetworkConditions", offline=is_offline, **speed)

    async def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            told = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
            told |= {"text": "\r"} if (key, kind) == ("Enter", "keyDown") else {}
            await self.ask("Input.dispatchKeyEvent", type=kind, **told)

    async def write(self, text: str) -> None:
        """Where the focus is, over what is selected."""
        await self.ask("Input.insertText", text=text)

    async def prefer(self, scheme: str) -> None:
        """`light` or `dark`."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.ask("Emulation.setEmulatedMedia", features=features)

    async def picture(self) -> bytes:
        shot = await self.ask("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Tab]:
    """A browser of one's own, whose profile lies in the folder."""
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, *OPTIONS, f"--user-data-dir={folder}", "about:blank"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with websockets.connect(
            await _tab_address(folder), max_size=FRAME_BYTES_MAX, close_timeout=1, proxy=None
        ) as socket:
            tab = Tab(socket)
            for domain in ("Page", "Runtime", "Network"):
                await tab.ask(f"{domain}.enable")
            yield tab
            assert not tab.faults
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _tab_address(folder: Path) -> str:
    port_file = folder / "DevToolsActivePort"

    async def port() -> str:
        return port_file.read_text().partition("\n")[0] if port_file.exists() else ""

    url = f"http://127.0.0.1:{await eventually(port, bool)}/json/list"

    async def pages() -> list[dict[str, str]]:
        async with httpx.AsyncClient(trust_env=False) as http:
            return [one for one in (await http.get(url)).json() if one["type"] == "page"]

    return (await eventually(pages, bool))[0]["webSocketDebuggerUrl"]
