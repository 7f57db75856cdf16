"""A page of another origin, with a copy of our module: it follows and speaks by a token."""

import functools
import json
import secrets
import shutil
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
import pytest

from tests.acceptance.chromium import PROGRAM, Tab, browser
from tests.acceptance.node_client import PUBLIC
from tests.acceptance.photographer import TOKEN_LIFETIME_S, Photographer, photographer
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [
    pytest.mark.workerd,
    pytest.mark.anyio,
    pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine"),
]

TRANSPORTS = ["websocket", "stream", "poll"]
FOLLOW = """(async () => {
  const { followOrder, followRoom } = await import("/darkroom-live.js");
  const { TIMES } = await import("/darkroom-lines.js");
  Object.assign(TIMES, { pause: 10, pauseMax: 50 });
  const options = { base: BASE, token: async () => TOKEN, transports: [TRANSPORT] };
  window.heard = [];
  const hear = (live) => {
    live.addEventListener("event", ({ detail }) => heard.push(detail.data));
    live.addEventListener("state", ({ detail }) => heard.push(detail.state));
    return live;
  };
  window.live = hear(FOLLOWED);
})()"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def site(folder: Path) -> Iterator[str]:
    for name in ("darkroom-live.js", "darkroom-lines.js"):
        shutil.copy(PUBLIC / name, folder)
    (folder / "index.html").write_text("<!doctype html><title>Elsewhere</title>")
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with site(tmp_path_factory.mktemp("elsewhere")) as url:
        yield url


@pytest.fixture(scope="module")
def open_server(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str], elsewhere: str
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("open")
    with Server(
        persist_to=folder / "state",
        variables={**worker_secrets, "ALLOWED_ORIGINS": elsewhere},
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
async def erin(open_server: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(open_server.url, worker_secrets["JWT_SECRET"], "erin") as someone:
        yield someone


@pytest.fixture
async def tab(tmp_path: Path, elsewhere: str) -> AsyncIterator[Tab]:
    async with browser(tmp_path / "profile") as opened:
        await opened.open(elsewhere)
        await opened.until("document.title === 'Elsewhere'")
        yield opened


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_page_elsewhere_follows_an_order(
    tab: Tab, erin: Photographer, pictures: PhotoSet, transport: str
) -> None:
    file_id = await erin.upload(pictures.rocket)
    await tab.value(following(f"followOrder('{erin.order_id}', options)", erin, transport))
    await settled(tab, "live")

    await erin.api.rename(file_id, "later.jpg")

    await tab.until("heard.some((one) => one.file?.name === 'later.jpg')")


@pytest.mark.parametrize("transport", ["websocket", "stream", "poll"])
async def test_a_page_elsewhere_speaks_in_a_room(
    tab: Tab, open_server: Server, worker_secrets: dict[str, str], transport: str
) -> None:
    claims = {"sub": "gus", "exp": int(time.time()) + TOKEN_LIFETIME_S, "rooms": {"open-*": "rw"}}
    token = jwt.encode(claims, worker_secrets["JWT_SECRET"], algorithm="HS256")
    room = f"followRoom('open-{secrets.token_hex(4)}', options)"
    await tab.value(told(room, open_server.url, token, transport))
    await settled(tab, "live")

    answer = await tab.value("live.publish({ id: 'm1', data: 'hi' })")

    assert answer["id"] == "m1"
    await tab.until("heard.some((one) => one.id === 'm1' && one.data === 'hi')")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_page_elsewhere_hears_why_it_may_not(
    tab: Tab, erin: Photographer, transport: str
) -> None:
    await tab.value(following("followOrder('nowhere', options)", erin, transport))

    await settled(tab, "stopped")


async def settled(tab: Tab, state: str) -> None:
    """The first state in which it waits for something."""
    states = "heard.filter((one) => ['live', 'waiting', 'stopped'].includes(one))"
    await tab.until(f"{states}.length > 0")
    assert await tab.value(f"{states}[0]") == state


def following(followed: str, someone: Photographer, transport: str) -> str:
    return told(followed, someone.api.url, someone.token, transport)


def told(followed: str, base: str, token: str, transport: str) -> str:
    known = {"BASE": base, "TOKEN": token, "TRANSPORT": transport}
    names = "".join(f"const {name} = {json.dumps(value)};" for name, value in known.items())
    return FOLLOW.replace("(async () => {", f"(async () => {{ {names}", 1).replace(
        "FOLLOWED", followed
    )
