"""The page in a browser: it loses the network and comes back, and shows what is so in the end."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.acceptance.chromium import PROGRAM, Tab, browser
from tests.acceptance.photographer import Photographer, photographer
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [
    pytest.mark.workerd,
    pytest.mark.anyio,
    pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine"),
]

STATE = "document.body?.dataset.state"
NAMES = "[...document.querySelectorAll('#tiles .name')].map((one) => one.textContent)"
NAME_OF_FOCUS = "document.activeElement.ariaLabel ?? document.activeElement.textContent"
RECORDS = """
    const ask = window.fetch;
    const asked = window.asked = [];
    window.fetch = async (url, init) => {
      asked.push(init?.headers?.accept);
      if (asked.at(-1) === BLOCKED) throw new TypeError("blocked");
      return ask(url, init);
    };
"""
NO_SOCKET = "window.WebSocket = class { constructor() { throw new Error('blocked'); } };"
NO_SOCKET_OPENS = """
    window.WebSocket = class extends EventTarget {
      static OPEN = 1;
      readyState = 0;
      constructor() { super(); setTimeout(() => this.onclose?.({ code: 1006, reason: "" })); }
      close() {}
    };
"""
STREAM, POLL = "text/event-stream", "application/json"


@pytest.fixture(scope="module")
def mortal(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    """A server of this module's own, for it is killed."""
    folder = tmp_path_factory.mktemp("page")
    with Server(
        persist_to=folder / "state", variables=worker_secrets, log_path=folder / "server.log"
    ) as running:
        yield running


@pytest.fixture
async def carol(mortal: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(mortal.url, worker_secrets["JWT_SECRET"], "carol") as someone:
        yield someone


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    async with browser(tmp_path / "profile") as opened:
        yield opened


async def test_a_page_that_was_offline_shows_in_the_end_what_is_so(
    tab: Tab, carol: Photographer, pictures: PhotoSet, tmp_path: Path
) -> None:
    first, second = await carol.upload_all(pictures.rocket, pictures.coffee)
    await open_order(tab, carol)
    await tab.until(f"{STATE} === 'live' && {NAMES}.length === 2")

    await tab.go_offline()
    await tab.until(f"{STATE} === 'reconnecting'")
    await carol.api.rename(first, "later.jpg")
    await carol.api.delete(second)
    await tab.go_offline(is_offline=False)

    await tab.until(f"{STATE} === 'live'")
    await tab.until(f"{NAMES}.join() === 'later.jpg'")
    keep(await tab.picture(), tmp_path)


async def test_a_page_whose_server_was_killed_shows_in_the_end_what_is_so(
    tab: Tab, mortal: Server, carol: Photographer, pictures: PhotoSet
) -> None:
    file_id = await carol.upload(pictures.rocket)
    await open_order(tab, carol)
    await tab.until(f"{STATE} === 'live'")

    mortal.kill()
    await tab.until(f"{STATE} === 'reconnecting'")
    mortal.start()
    await carol.finish(file_id)
    await carol.api.rename(file_id, "later.jpg")

    await tab.until(f"{STATE} === 'live' && {NAMES}.join() === 'later.jpg'")
    assert await tab.value("document.querySelector('#tiles > li').dataset.state") == "done"


async def test_an_event_source_of_a_page_comes_back_with_its_cursor_or_is_closed(
    tab: Tab, mortal: Server, carol: Photographer, pictures: PhotoSet
) -> None:
    file_id = await carol.upload(pictures.rocket)
    await open_order(tab, carol)
    await tab.until(f"{STATE} === 'live'")
    await tab.value(f"""
        window.heard = [];
        window.source = new EventSource("/api/orders/{carol.order_id}/events");
        source.addEventListener("hello", ({{ data }}) => heard.push(JSON.parse(data).recovered));
        source.addEventListener("darkroom.file.changed",
          ({{ data }}) => heard.push(JSON.parse(data).data.file.name));
        window.refused = new EventSource("/api/orders/nowhere/events");
    """)
    await tab.until("heard.length === 1 && refused.readyState === EventSource.CLOSED")

    await carol.api.rename(file_id, "a.jpg")
    await tab.until("heard.length === 2")
    mortal.kill()
    mortal.start()
    await carol.api.rename(file_id, "b.jpg")

    await tab.until("heard.includes('b.jpg')")
    assert await tab.value("heard") == [False, "a.jpg", True, "b.jpg"]


@pytest.mark.parametrize(
    ("block", "takes"),
    [(NO_SOCKET, STREAM), (NO_SOCKET_OPENS, STREAM), (NO_SOCKET, POLL)],
    ids=["no socket", "no socket opens", "no stream either"],
)
async def test_a_page_that_is_denied_its_socket_is_live_all_the_same(
    tab: Tab, carol: Photographer, pictures: PhotoSet, block: str, takes: str
) -> None:
    file_id = await carol.upload(pictures.rocket)
    blocked = json.dumps(STREAM if takes == POLL else "")
    await tab.before_any_script(f"const BLOCKED = {blocked}; {RECORDS} {block}")
    await open_order(tab, carol)
    await tab.until(f"{STATE} === 'live'")

    for name in ("a.jpg", "b.jpg", "c.jpg"):
        await carol.api.rename(file_id, name)
        await tab.until(f"{NAMES}.join() === {json.dumps(name)}")

    assert (await tab.value("asked"))[-1] == takes


async def test_a_page_of_an_order_that_is_anothers_says_so(
    tab: Tab,
    carol: Photographer,
    mortal: Server,
    pictures: PhotoSet,
    worker_secrets: dict[str, str],
) -> None:
    await carol.upload(pictures.rocket)
    async with photographer(mortal.url, worker_secrets["JWT_SECRET"], "mallory") as mallory:
        await tab.open(f"{mortal.url}/?order={carol.order_id}#token={mallory.token}")

        await tab.until(f"{STATE} === 'forbidden'")


async def test_a_page_is_used_by_the_keyboard_alone_and_says_what_is_going_on(
    tab: Tab, carol: Photographer, pictures: PhotoSet, tmp_path: Path
) -> None:
    first, second = await carol.upload_all(pictures.rocket, pictures.coffee)
    await carol.finish(first)
    await open_order(tab, carol)
    await tab.until(f"{STATE} === 'live' && {NAMES}.length === 2")

    names = [await tabbed_to(tab) for _ in range(7)]
    assert names[:3] == ["Darkroom", "Sign out", "Submit edits (1)"]
    assert [name.split()[0] for name in names[3:]] == ["Rename", "Delete"] * 2

    await tab.press("Enter")
    await tab.until("document.querySelector('#delete').open")
    await tab.press("Escape")
    assert (await tab.value(NAME_OF_FOCUS)) == names[6]

    await tab.value("document.querySelector('#tiles button').focus()")
    await tab.press("Enter")
    await tab.until("document.activeElement.id === 'new-name'")
    await tab.write("by-hand")
    await tab.press("Enter")
    await tab.until(f"{NAMES}.some((name) => name.startsWith('by-hand'))")
    assert (await tab.value(NAME_OF_FOCUS)).startswith("Rename by-hand")
    await tab.until("document.querySelector('#outcome').textContent.startsWith('Renamed')")
    await tab.until("document.querySelector('#summary').textContent.startsWith('Live. 1 of 2')")
    for scheme in ("light", "dark"):
        await tab.prefer(scheme)
        keep(await tab.picture(), tmp_path, scheme)
    await carol.api.delete(second)
    await tab.until(f"{NAMES}.length === 1")


async def tabbed_to(tab: Tab) -> str:
    await tab.press("Tab")
    return str(await tab.value(NAME_OF_FOCUS))


async def open_order(tab: Tab, someone: Photographer) -> None:
    await tab.open(f"{someone.api.url}/?order={someone.order_id}#token={someone.token}")


def keep(picture: bytes, folder: Path, name: str = "page") -> None:
    """Where whoever runs the test wants to look at the page."""
    (Path(os.environ.get("DARKROOM_PICTURES", folder)) / f"{name}.png").write_bytes(picture)
