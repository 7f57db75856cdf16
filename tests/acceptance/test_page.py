"""What a browser does: it loads the page, trades the token for a cookie, and opens the socket."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from domain.errors import Code
from domain.failure import FailureCode
from domain.file import FileStatus
from tests.acceptance.photographer import Photographer, refusal
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

FOREIGN = "https://elsewhere.example"
SCRIPT_LINES_MAX: Final = 300
SCRIPTS: Final = (
    *("/app.js", "/api.js", "/dialogs.js", "/live.js", "/tiles.js"),
    *("/darkroom-live.js", "/darkroom-lines.js"),
)
WAYS_AROUND_TEXT_CONTENT: Final = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|document\.write|\beval\b|new Function"
)
ID_IN_A_SCRIPT: Final = re.compile(r"byId\(\"([\w-]+)\"\)|\"#([\w-]+)\":")
WORDS_IN_A_SCRIPT: Final = re.compile(r"\bwords\(\"(\w+)\"")
IMPORT_IN_A_SCRIPT: Final = re.compile(r" from \"\.(/[\w./-]+)\";")


class Elements(HTMLParser):
    """What matters here of a page: its ids, the files it names, and what its policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Final[set[str]] = set()
        self.files: Final[list[str]] = []
        self.inline: Final[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.ids.update({named["id"]} if "id" in named else ())
        if tag in {"script", "link"}:
            self.files.append(named.get("src") or named.get("href") or "")
        self.inline.extend(name for name in named if name.startswith("on") or name == "style")
        if tag == "style" or (tag == "script" and "src" not in named):
            self.inline.append(tag)


@dataclass(frozen=True)
class Page:
    elements: Elements
    script: str

    @property
    def imports(self) -> set[str]:
        return set(IMPORT_IN_A_SCRIPT.findall(self.script))


async def test_the_page_needs_no_session_and_trusts_only_our_own_origin(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "<html" in answer.text
    policy = answer.headers["content-security-policy"]
    assert {"default-src 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        *((script, "text/javascript") for script in SCRIPTS),
        ("/style.css", "text/css"),
        ("/favicon.svg", "image/svg+xml"),
    ],
)
async def test_a_file_of_the_page_has_its_type_and_the_pages_policy(
    browser: httpx.AsyncClient, path: str, content_type: str
) -> None:
    answer = await browser.get(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(content_type)
    assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_the_page_names_no_file_that_this_module_does_not_check(page: Page) -> None:
    assert set(page.elements.files) == {"/favicon.svg", "/style.css", "/app.js"}
    assert page.imports | {"/app.js"} == set(SCRIPTS)


async def test_everything_the_scripts_look_for_is_on_the_page(page: Page) -> None:
    wanted = {match[1] or match[2] for match in ID_IN_A_SCRIPT.finditer(page.script)}
    wanted |= set(WORDS_IN_A_SCRIPT.findall(page.script))

    assert len(wanted) > 20
    assert wanted - page.elements.ids == set()


async def test_the_page_has_words_for_every_state_and_every_reason_of_a_failure(
    page: Page,
) -> None:
    codes = {*FileStatus, *FailureCode, Code.FILE_LOCKED, Code.NAME_TAKEN}

    assert {str(code) for code in codes} - page.elements.ids == set()


async def test_the_page_keeps_to_its_own_policy(page: Page) -> None:
    assert page.elements.inline == []
    assert WAYS_AROUND_TEXT_CONTENT.findall(page.script) == []


@pytest.mark.parametrize("script", SCRIPTS)
async def test_no_script_is_too_long_to_be_read(browser: httpx.AsyncClient, script: str) -> None:
    assert len((await browser.get(script)).text.splitlines()) <= SCRIPT_LINES_MAX


async def test_a_browser_trades_its_token_for_a_cookie_it_cannot_read(
    server: Server, alice: Photographer
) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as browser:
        begun = await browser.post("/api/session", json={"token": alice.token})
        described = await browser.get("/api/session")
        ended = await browser.delete("/api/session")
        after = await browser.get("/api/session")

    assert begun.status_code == 200
    assert "httponly" in begun.headers["set-cookie"].lower()
    assert begun.json() == described.json()
    assert begun.json()["user_id"] == alice.user_id
    assert ended.status_code == 204
    assert refusal(after) == (401, "unauthenticated")


async def test_another_sites_page_cannot_use_the_cookie_to_change_anything(
    server: Server, alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    cookies = {"session": alice.token}
    async with httpx.AsyncClient(base_url=server.url, cookies=cookies, trust_env=False) as browser:
        foreign = await browser.delete(f"/api/files/{file_id}", headers={"origin": FOREIGN})
        own = await browser.delete(f"/api/files/{file_id}", headers={"origin": server.url})

    assert refusal(foreign) == (403, "origin_forbidden")
    assert own.status_code == 204


@pytest.mark.parametrize(
    ("origin", "is_signed_in", "status"),
    [(FOREIGN, True, 403), (None, False, 401), ("own", False, 401)],
)
async def test_the_socket_refuses_strangers(
    server: Server,
    alice: Photographer,
    origin: str | None,
    is_signed_in: bool,  # noqa: FBT001 - a column of the table
    status: int,
) -> None:
    headers = {"cookie": f"session={alice.token}"} if is_signed_in else {}
    headers |= {"origin": server.url if origin == "own" else origin} if origin else {}

    with pytest.raises(InvalidStatus) as refused:
        await connect(live_url(server, alice), additional_headers=headers, proxy=None)

    assert refused.value.response.status_code == status


async def test_the_socket_takes_the_cookie_from_our_own_page(
    server: Server, alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    headers = {"cookie": f"session={alice.token}", "origin": server.url}

    async with connect(live_url(server, alice), additional_headers=headers, proxy=None) as socket:
        hello = json.loads(await socket.recv())
        await socket.send("ping")
        pong = await socket.recv()

    assert (hello["type"], [file["id"] for file in hello["files"]]) == ("hello", [file_id])
    assert pong == "pong"


async def test_a_frame_over_its_limit_closes_the_socket(
    server: Server, alice: Photographer, pictures: PhotoSet
) -> None:
    await alice.upload(pictures.rocket)
    headers = {"authorization": f"Bearer {alice.token}"}

    async with connect(live_url(server, alice), additional_headers=headers, proxy=None) as socket:
        await socket.recv()
        await socket.send("x" * (64 * 1024 + 1))
        await socket.wait_closed()

    assert socket.close_code == 1009


@pytest.fixture
async def browser(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        yield http


@pytest.fixture
async def page(browser: httpx.AsyncClient) -> Page:
    elements = Elements()
    elements.feed((await browser.get("/")).text)
    return Page(elements, "".join([(await browser.get(script)).text for script in SCRIPTS]))


def live_url(server: Server, someone: Photographer) -> str:
    return f"{server.url.replace('http', 'ws', 1)}/api/orders/{someone.order_id}/live"
