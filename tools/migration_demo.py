"""`make demo ORIGIN=1`: a legacy backend, Darkroom before it, and customers who move, step by step.

Two processes and one bucket. Who serves each customer is read off the answers; what is not as it
should be is told in plain words and makes the exit code 1, as in the other demo.
"""

import argparse
import asyncio
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console

from tests.origin.process import Origin
from tools import dev_token, photos
from tools.api_client import ApiClient
from tools.dev import first_free_port
from tools.runtime.trouble import Trouble, told_plainly
from tools.server import Server

CUSTOMERS: Final = tuple(f"customer-{number:02}" for number in range(40))
PERCENTS: Final = (0, 10, 25, 50, 100, 25)
INBOX: Final = "/api/notifications"
ORDER: Final = "wedding-7"
LINK_LIFETIME_S: Final = 3600
EFFECT_S_MAX: Final = 30
POLL_S: Final = 0.1
SETTINGS: Final = {
    "ENVIRONMENT": "development",  # X-Canary counts for everybody
    "FEATURE_QA_GUARD": "false",
    "METRICS_FLUSH_MS": "1000",
    "ROLLOUT_REFRESH_MS": "500",
    "SUCCESS_SAMPLE_PERCENT": "100",
}


class Rollout:
    """The switch, and who is where because of it."""

    def __init__(self, server: Server, jwt_secret: str, console: Console) -> None:
        self._server: Final = server
        self._secret: Final = jwt_secret
        self._say: Final = partial(console.print, soft_wrap=True)
        self.complaints: Final[list[str]] = []

    async def play(self) -> None:
        before: frozenset[str] = frozenset()
        before_percent = 0
        for percent in PERCENTS:
            await self._switch(percent, f"at-{percent}")
            native = await self._native()
            self._tell(f"{percent} %", native)
            fewer, more = sorted((native, before), key=len)
            if not fewer <= more:
                what = f"from {before_percent} % to {percent} % somebody moved the other way"
                self.complaints.append(what)
            before, before_percent = native, percent
        seconds = await self._switch(100, "emergency", emergency_proxy=True)
        native = await self._native()
        self._tell("emergency", native, f"everybody, {seconds:.1f} s after the switch")
        if native:
            self.complaints.append(f"{len(native)} were not proxied in an emergency")
        await self._switch(100, "at-100")

    def _tell(self, step: str, native: frozenset[str], remark: str = "") -> None:
        bar = "".join("█" if name in native else "·" for name in CUSTOMERS)
        self._say(f"  {step:>9}  {bar}  {len(native):>2} of {len(CUSTOMERS)} by us  {remark}")

    async def _switch(self, percent: int, tag: str, **config: object) -> float:
        """Seconds from when the value was there until it counts."""
        value = {"canary_percent": percent, "canary_tag": tag, **config}
        await asyncio.to_thread(self._server.put_kv, "ROLLOUT", "rollout", json.dumps(value))
        began = time.monotonic()
        async with self._http(CUSTOMERS[0]) as http:
            while f"tag={tag};" not in (await http.get(INBOX)).headers["x-pix-canary"]:
                if time.monotonic() - began > EFFECT_S_MAX:
                    raise Trouble(f"The switch to {tag} had no effect in {EFFECT_S_MAX} s.")
                await asyncio.sleep(POLL_S)
        return time.monotonic() - began

    async def _native(self) -> frozenset[str]:
        async def is_native(name: str) -> bool:
            async with self._http(name) as http:
                answer = (await http.get(INBOX)).raise_for_status()
            return ";cohort=native;" in answer.headers["x-pix-canary"]

        found = await asyncio.gather(*map(is_native, CUSTOMERS))
        return frozenset(name for name, is_ours in zip(CUSTOMERS, found, strict=True) if is_ours)

    def _http(self, name: str) -> httpx.AsyncClient:
        token = dev_token.mint(self._secret, name, LINK_LIFETIME_S)
        headers = {"authorization": f"Bearer {token}"}
        return httpx.AsyncClient(
            base_url=self._server.url, headers=headers, trust_env=False, timeout=60
        )


async def read_by_both(server: Server, origin: Origin, token: str, say: partial[None]) -> list[str]:
    """An order that was uploaded at the origin, as the origin tells of it and as we do."""
    photo = photos.photos().rocket
    content = await asyncio.to_thread(photo.path.read_bytes)
    async with ApiClient(origin.url, token) as legacy:
        for name in ("ring.jpg", "kiss.jpg"):
            await legacy.upload(ORDER, name, content, content_type=photo.content_type)
        theirs = [file["name"] for file in (await legacy.files(ORDER))["files"]]
    async with ApiClient(server.url, token) as client:
        answer = await client.send("GET", f"/api/orders/{ORDER}/files")
        ours = [file["name"] for file in answer.json().get("files", [])]
        served = answer.headers.get("x-pix-decision", "unknown")
    say(f"\nOrder {ORDER} was uploaded at the origin: {', '.join(theirs)}.")
    say(f"Read through Darkroom, served {served}: {', '.join(ours) or answer.text}.")
    return [] if ours == theirs else [f"the origin has {theirs}, Darkroom has {ours}"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.migration_demo", description=__doc__)
    is_exit_asked = os.environ.get("DEMO_EXIT", "") not in {"", "0"}
    parser.add_argument("--no-wait", action="store_true", default=is_exit_asked)
    options = parser.parse_args()
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.default_int_handler)
    console = Console(highlight=False, markup=False)
    with tempfile.TemporaryDirectory(prefix="darkroom-demo-") as folder:
        return _show(console, Path(folder), is_staying=not options.no_wait)


def _show(console: Console, folder: Path, *, is_staying: bool) -> int:
    port = first_free_port()
    given = {
        name: secrets.token_hex(32)
        for name in ("JWT_SECRET", "URL_SIGNING_SECRET", "CANARY_SECRET", "ORIGIN_INTERNAL_TOKEN")
    }
    given["OPERATOR_TOKENS"] = f"olga:{secrets.token_hex(32)}"
    origin = Origin(state=folder / "origin", variables=given, media_base=f"http://127.0.0.1:{port}")
    variables = {**given, **SETTINGS, "ORIGIN_API_BASE": origin.url}
    server = Server(
        port=port,
        persist_to=folder / "state",
        variables=variables,
        log_path=folder / "server.log",
    )
    say = partial(console.print, soft_wrap=True)
    with origin, server:
        say(f"The origin, a legacy backend, runs at {origin.url}.")
        say(f"Darkroom runs before it at {server.url}.\n")
        say(
            f"{len(CUSTOMERS)} customers ask for their inbox. █ is served by us, · by the origin.\n"
        )
        complaints = asyncio.run(_play(server, origin, given["JWT_SECRET"], console))
        if complaints:
            raise Trouble("Not everything was as it should be:", detail="\n".join(complaints))
        say("\nEverything was as it should be.", style="green")
        if is_staying:
            _stay(say, server, origin, given)
    return 0


async def _play(server: Server, origin: Origin, jwt_secret: str, console: Console) -> Sequence[str]:
    rollout = Rollout(server, jwt_secret, console)
    token = dev_token.mint(jwt_secret, CUSTOMERS[0], LINK_LIFETIME_S)
    try:
        await rollout.play()
        say = partial(console.print, soft_wrap=True)
        return [*rollout.complaints, *await read_by_both(server, origin, token, say)]
    except (httpx.HTTPError, OSError) as error:
        what = "The server did not answer as it should."
        raise Trouble(what, detail=f"{type(error).__name__}: {error}") from None


def _stay(say: partial[None], server: Server, origin: Origin, given: dict[str, str]) -> None:
    token = dev_token.mint(given["JWT_SECRET"], CUSTOMERS[0], LINK_LIFETIME_S)
    operator = given["OPERATOR_TOKENS"].partition(":")[2]
    say("Look at it:\n")
    print(f"{server.url}/?order={ORDER}#token={token}")
    print(f"curl -s {server.url}/qa")
    print(f"curl -s {server.url}/ops/rollout -H 'Authorization: Bearer {operator}'", flush=True)
    say("\nCtrl-C stops both. Nothing of this is kept.")
    try:
        while server.is_running() and origin.is_running():
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        print("\nstopped")
        return
    raise Trouble("One of the two ended by itself.")


if __name__ == "__main__":
    sys.exit(told_plainly(main))
