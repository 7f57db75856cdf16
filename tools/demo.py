"""`make demo`: one order, from upload to previews, on the real runtime; then the page to look at.

Everything it prints comes out of the API's answers. What is not as it should be is told in plain
words and makes the exit code 1, so the same program is a check (`--no-wait`, or DEMO_EXIT=1).
"""

import argparse
import asyncio
import io
import os
import signal
import sys
import time
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import httpx
from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from websockets.exceptions import WebSocketException

from tools import dev_token, photos
from tools.api_client import ApiClient, ProblemError
from tools.api_shapes import File
from tools.dev import first_free_port
from tools.photos import Photo, PhotoSet
from tools.runtime import dev_vars
from tools.runtime.paths import DEV_VARS, STATE, shown
from tools.runtime.trouble import Trouble, told_plainly
from tools.server import Server

USER: Final = "alice"
PORT: Final = 8787
LINK_LIFETIME_S: Final = 3600
PREVIEW_LONG_EDGE_PX: Final = 1280

# A laptop needs about ten; whoever has waited for this long waits for nothing.
EDITS_DEADLINE_S: Final = 180
NOTIFICATIONS_DEADLINE_S: Final = 15
POLL_INTERVAL_S: Final = 0.2

STEPS: Final = ("uploading", "uploaded", "queued", "in progress", "done")


class Board:
    """Where each photo is: bars in a terminal, one line per change anywhere else."""

    def __init__(self, console: Console, pictures: tuple[Photo, ...]) -> None:
        self._console: Final = console
        self.progress: Final = Progress(
            TextColumn("  {task.description}"),
            TextColumn("{task.fields[size]}", justify="right"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[state]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: Final = {photo.name: self._added(photo) for photo in pictures}
        self._states: Final = dict.fromkeys(self._tasks, STEPS[0])

    def _added(self, photo: Photo) -> TaskID:
        size = f"{photo.path.stat().st_size / 1e6:.1f} MB"
        last = len(STEPS) - 1
        return self.progress.add_task(photo.name, total=last, size=size, state=STEPS[0])

    def move(self, name: str, state: str) -> None:
        if self._states[name] == state:
            return
        self._states[name] = state
        task = self._tasks[name]
        self.progress.update(task, state=state)
        if state in STEPS:
            self.progress.update(task, completed=STEPS.index(state))
        else:
            self.progress.stop_task(task)  # failed or deleted: it goes no further
        if not self._console.is_terminal:
            self._console.print(f"  {name:<14} {state}")

    def is_finished(self) -> bool:
        return set(self._states.values()).isdisjoint(STEPS[:-1])


class Story:
    """One order's way through the product; `complaints` is what was not as it should be."""

    def __init__(
        self, client: ApiClient, console: Console, order_id: str, chosen: PhotoSet
    ) -> None:
        self._client: Final = client
        self._console: Final = console
        self._order_id: Final = order_id
        self._photos: Final = {photo.name: photo for photo in chosen.good}
        self._large: Final = chosen.galaxies
        self._board: Final = Board(console, chosen.good)
        self._say: Final = partial(console.print, soft_wrap=True)
        self._refusal: ProblemError | None = None
        self.complaints: Final[list[str]] = []

    async def play(self) -> None:
        with self._board.progress:
            file_ids = await asyncio.gather(*map(self._upload, self._photos.values()))
            async with asyncio.timeout(EDITS_DEADLINE_S):
                await self._edit(file_ids)
        self._tell_refusal()
        await self._tell_counts()
        await self._tell_previews()
        await self._tell_notifications()

    async def _upload(self, photo: Photo) -> str:
        content = await asyncio.to_thread(photo.path.read_bytes)
        finalized = await self._client.upload(
            self._order_id, photo.name, content, content_type=photo.content_type
        )
        self._board.move(photo.name, "uploaded")
        return finalized["file_id"]

    async def _edit(self, file_ids: list[str]) -> None:
        async with self._client.live(self._order_id) as frames:
            await self._client.submit(self._order_id, *file_ids)
            async for frame in frames:
                if frame["type"] == "hello":
                    continue
                file = frame["data"]["file"]
                if frame["type"] == "darkroom.file.deleted":
                    self._board.move(file["name"], "deleted")
                elif file["job"]:
                    self._board.move(file["name"], file["job"]["status"].replace("_", " "))
                if file["locked"] and file["name"] == self._large.name and not self._refusal:
                    await self._try_to_delete(file)
                if self._board.is_finished():
                    return

    async def _try_to_delete(self, file: File) -> None:
        try:
            await self._client.delete(file["id"])
        except ProblemError as error:
            self._refusal = error

    def _tell_refusal(self) -> None:
        error = self._refusal
        if error is None or error.code != "file_locked":
            answer = f"was refused with {error}" if error else "was not refused"
            what = f"deleting {self._large.name} during its edit {answer}, not with 409 file_locked"
            self.complaints.append(what)
            return
        problem = error.problem
        self._say(
            f"\nWhile {self._large.name} was being edited, we tried to delete it:\n"
            f"  409 {error.code}. It has been locked since {problem['locked_since'][11:19]} UTC, "
            f"until {problem['locked_until'][11:19]} at the latest."
        )

    async def _tell_counts(self) -> None:
        counts = (await self._client.status(self._order_id))["counts"]
        told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
        self._say(f"\nThe order: {told}")
        if counts["done"] != len(self._photos):
            self.complaints.append(f"all {len(self._photos)} photos should be done, but: {told}")

    async def _tell_previews(self) -> None:
        self._say("\nPreviews, each behind its signed URL:")
        page = await self._client.files(self._order_id)
        files = {file["name"]: file for file in page["files"]}
        for name, photo in self._photos.items():
            file = files.get(name)
            if file is None or file["preview"] is None:
                self.complaints.append(f"{name} has no preview: {file and file['job']}")
                continue
            url = (await self._client.preview(file["id"]))["url"]
            width, height = self._checked(photo, await self._client.fetch(url))
            told = f"{f'{width} × {height}':<11}   long edge {max(width, height)}"
            self._say(f"  {name:<12}   {told}, maker: {file['preview']['maker']}")
            self._say(f"  {url}\n", style=f"dim link {url}")

    def _checked(self, photo: Photo, preview: bytes) -> tuple[int, int]:
        with Image.open(io.BytesIO(preview)) as picture:
            if max(picture.size) > PREVIEW_LONG_EDGE_PX:
                self.complaints.append(f"{photo.name}: the preview is {max(picture.size)} px long")
            if not photos.looks_like(picture, photo):
                self.complaints.append(f"{photo.name}: the preview is not upright, or another one")
            return picture.size

    async def _tell_notifications(self) -> None:
        deadline_s = time.monotonic() + NOTIFICATIONS_DEADLINE_S
        while True:
            page = await self._client.notifications()
            ours = [note for note in page["notifications"] if note["order_id"] == self._order_id]
            if len(ours) >= len(self._photos) or time.monotonic() > deadline_s:
                break
            await asyncio.sleep(POLL_INTERVAL_S)
        kinds = Counter(note["kind"] for note in ours)
        told = ", ".join(f"{count} × {kind}" for kind, count in kinds.items()) or "none"
        self._say(f"\nNotifications for {USER}: {told}")
        if kinds != {"edit_done": len(self._photos)}:
            self.complaints.append(f"one edit_done for each photo was expected, not {told}")


def main() -> int:
    options = _options()
    # A stopped demo must stop its server too, whichever way it is stopped.
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # A terminal without "×" gets "?", not a crash.
    console = Console(highlight=False, markup=False)
    chosen = _photos(console)
    port = options.port or first_free_port()
    # Two servers must not share one state: beside a running `make dev`, the demo has its own.
    state = options.state or (STATE if port == PORT else STATE.with_name(f"demo-{port}"))
    log_path = state / "demo.log"
    server = Server(port=port, persist_to=state.resolve(), log_path=log_path)
    try:
        with console.status("Starting the Workers runtime…"):
            server.start()
        return _show(server, console, chosen, is_staying=not options.no_wait)
    except Trouble as trouble:
        if shown(log_path) not in trouble.advice:
            trouble.advice = f"{trouble.advice}\nThe server's log is {shown(log_path)}.".strip()
        raise
    finally:
        server.stop()


def _show(server: Server, console: Console, chosen: PhotoSet, *, is_staying: bool) -> int:
    order_id = f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    token = dev_token.mint(dev_vars.secret(DEV_VARS, "JWT_SECRET"), USER, LINK_LIFETIME_S)
    say = partial(console.print, soft_wrap=True)
    say(f"Darkroom runs at {server.url}, on workerd, the runtime of Cloudflare Workers.")
    say(f"Order {order_id}: {len(chosen.good)} photos are uploaded and edited.\n")
    complaints = asyncio.run(_play(server, token, console, order_id, chosen))
    if complaints:
        raise Trouble("Not everything was as it should be:", detail="\n".join(complaints))
    say("\nEverything was as it should be.", style="green")
    if is_staying:
        say("See it in a browser (the link signs you in, for one hour):\n")
        # Bare and at the line's start, so that terminals and people can take it whole.
        print(f"{server.url}/?order={order_id}#token={token}\n", flush=True)
        say(f"Ctrl-C stops the server. The order stays in {shown(server.persist_to)}.")
        _wait(server)
    return 0


async def _play(
    server: Server, token: str, console: Console, order_id: str, chosen: PhotoSet
) -> list[str]:
    try:
        async with ApiClient(server.url, token) as client:
            story = Story(client, console, order_id, chosen)
            await story.play()
            return story.complaints
    except TimeoutError:
        raise Trouble(f"The edits were not done after {EDITS_DEADLINE_S} s.") from None
    except (ProblemError, httpx.HTTPError, OSError, WebSocketException) as error:
        what = "The server did not answer as it should."
        raise Trouble(what, detail=f"{type(error).__name__}: {error}") from None


def _photos(console: Console) -> PhotoSet:
    doing = console.status("Fetching five photographs (13.6 MB, only this once)…")
    with nullcontext() if photos.is_ready() else doing:
        return photos.photos()


def _wait(server: Server) -> None:
    try:
        while server.is_running():
            time.sleep(POLL_INTERVAL_S)
    except KeyboardInterrupt:
        print("\nstopped")
        return
    raise Trouble("The server ended by itself.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    is_exit_asked = os.environ.get("DEMO_EXIT", "") not in {"", "0"}
    parser.add_argument(
        "--no-wait", action="store_true", default=is_exit_asked, help="stop the server at the end"
    )
    parser.add_argument("--port", type=int, help=f"{PORT} or the next free one, if not given")
    parser.add_argument("--state", type=Path, help="the folder of the server's data")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(told_plainly(main))
