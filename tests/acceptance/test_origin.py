"""The legacy backend by itself, over HTTP: what the migration starts from has to work.

The Worker's bucket is played by a stand-in; with the real one it is met in the edge's tests.
"""

import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.acceptance.photographer import Photographer, photographer
from tests.origin.bucket import bucket
from tests.origin.process import Origin
from tools.photos import PhotoSet

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    return {
        "JWT_SECRET": secrets.token_hex(32),
        "URL_SIGNING_SECRET": secrets.token_hex(32),
    }


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory, variables: dict[str, str]
) -> Iterator[Origin]:
    state = tmp_path_factory.mktemp("origin")
    with (
        bucket() as media_base,
        Origin(
            state=state,
            variables=variables,
            media_base=media_base,
            edit_ms=20,
            makes_previews=True,
        ) as running,
    ):
        yield running
    assert not running.log(), running.log()


@pytest.fixture
def origin(started: Origin) -> Origin:
    started.reset()
    started.forget_requests()
    return started


@pytest.fixture
async def alice(origin: Origin, variables: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(origin.url, variables["JWT_SECRET"], "alice") as someone:
        yield someone


@pytest.fixture
async def bob(origin: Origin, variables: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(origin.url, variables["JWT_SECRET"], "bob") as someone:
        yield someone


def fault(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["error"].keys() == {"code", "message"}
    return answer.status_code, answer.json()["error"]["code"]


async def test_the_story_of_an_order(alice: Photographer, pictures: PhotoSet) -> None:
    file_id = await alice.upload(pictures.rocket)
    watched = await alice.finish(file_id)
    (notification,) = await alice.until_notified(1)

    file = await alice.api.file(file_id)
    preview = await alice.api.preview(file_id)

    assert watched[file_id]["status"] == file["status"] == "done"
    assert (notification["kind"], notification["file_id"]) == ("edit_done", file_id)
    assert await alice.api.fetch(preview["url"]) == pictures.rocket.path.read_bytes()
    assert (await alice.api.job(file["jobs"][0]["id"]))["status"] == "done"
    assert (await alice.api.jobs(order_id=alice.order_id))["jobs"] == file["jobs"]
    assert (await alice.api.status(alice.order_id))["counts"]["done"] == 1
    assert (await alice.api.mark_read(notification["id"]))["read_at"]


async def test_files_are_renamed_marked_and_deleted(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    path = f"/api/files/{file_id}"

    renamed = await alice.api.rename(file_id, "Other.jpg")
    await alice.api.mark(file_id)
    stale = await alice.api.send("DELETE", path, headers={"if-match": f'"{renamed["version"]}"'})
    await alice.api.delete(file_id)
    again = await alice.api.send("DELETE", path)

    assert fault(stale) == (412, "precondition_failed")
    assert again.status_code == 204
    assert fault(await alice.api.send("GET", path)) == (404, "file_not_found")
    assert (await alice.api.files(alice.order_id))["files"] == []


async def test_what_a_client_knows_is_not_sent_again(
    alice: Photographer, pictures: PhotoSet
) -> None:
    await alice.upload(pictures.rocket)
    for what in ("files", "stacks", "status"):
        path = f"/api/orders/{alice.order_id}/{what}"
        etag = (await alice.api.send("GET", path)).headers["etag"]

        known = await alice.api.send("GET", path, headers={"if-none-match": etag})

        assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)


async def test_a_submit_is_made_once_under_its_key(alice: Photographer, pictures: PhotoSet) -> None:
    file_id = await alice.upload(pictures.rocket)
    path = f"/api/orders/{alice.order_id}/submit-edits"
    content = b'{"file_ids": ["%s"]}' % file_id.encode()
    headers = {"content-type": "application/json", "idempotency-key": "one"}

    first, second = [
        await alice.api.send("POST", path, content=content, headers=headers) for _ in range(2)
    ]

    assert first.status_code == second.status_code == 202
    assert first.content == second.content
    assert second.headers["idempotent-replayed"] == "true"


async def test_strangers_are_refused_in_the_origins_own_words(
    origin: Origin, alice: Photographer, bob: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    path = f"/api/files/{file_id}"
    async with httpx.AsyncClient(base_url=origin.url, trust_env=False) as nobody:
        unknown = await nobody.get(path)
        forged = await nobody.get(path, headers={"cookie": "session=e30.e30.e30"})
        by_cookie = await nobody.get(path, headers={"cookie": f"session={alice.token}"})

    assert fault(unknown) == fault(forged) == (401, "unauthorized")
    assert unknown.headers["www-authenticate"] == "Bearer"
    assert by_cookie.status_code == 200
    assert fault(await bob.api.send("GET", path)) == (403, "forbidden")
    assert fault(await bob.api.send("PUT", path)) == (405, "method_not_allowed")
    assert fault(await bob.api.send("GET", "/api/nothing")) == (404, "not_found")


async def test_streams_come_whole_both_ways(origin: Origin) -> None:
    content = bytes(n % 251 for n in range(300_000))
    async with httpx.AsyncClient(base_url=origin.url, trust_env=False) as http:
        read = await http.get("/api/legacy/bytes?size=300000")
        echoed = (await http.post("/api/legacy/echo", content=content)).json()

    assert read.content == content
    assert echoed["length"] == 300_000
    assert echoed["sha256"] == hashlib.sha256(content).hexdigest()
    assert [entry["body_bytes"] for entry in origin.requests("/api/legacy/echo")] == [300_000]


async def test_frames_come_back_as_they_were_sent(origin: Origin) -> None:
    address = f"{origin.url.replace('http', 'ws')}/api/legacy/ws"
    async with connect(address, subprotocols=["a.b", "c"], proxy=None) as socket:  # type: ignore[list-item]
        await socket.send("text")
        await socket.send(b"\x00\xff")
        assert [await socket.recv(), await socket.recv()] == ["text", b"\x00\xff"]
        await socket.send("close:4001")
        await socket.wait_closed()

    assert (socket.subprotocol, socket.close_code) == ("a.b", 4001)


@pytest.mark.parametrize("where", ["before", "headers", "body"])
async def test_connections_are_dropped_where_the_switch_says(origin: Origin, where: str) -> None:
    origin.switch("/api/legacy", drop=where, times=1)
    async with httpx.AsyncClient(base_url=origin.url, trust_env=False) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/api/legacy/cookies")
        assert (await http.get("/api/legacy/cookies")).status_code == 200


async def test_switches_slow_down_fail_and_add_headers(origin: Origin) -> None:
    origin.switch("/api/legacy", error_rate=0.5, fail_status=503)
    origin.switch("/api/legacy/cookies", latency_ms=50, headers=[["x-odd", "1"], ["x-odd", "2"]])
    async with httpx.AsyncClient(base_url=origin.url, trust_env=False) as http:
        began = time.monotonic()
        odd = await http.get("/api/legacy/cookies")
        took_s = time.monotonic() - began
        codes = [(await http.get("/api/legacy/bytes")).status_code for _ in range(4)]

    assert took_s >= 0.05
    assert odd.headers.get_list("x-odd") == ["1", "2"]
    assert len(odd.headers.get_list("set-cookie")) == 3
    assert codes == [200, 503, 200, 503]


async def test_upgrades_are_refused_and_fail_with_an_answer(
    origin: Origin, alice: Photographer
) -> None:
    address = f"{origin.url.replace('http', 'ws')}/api/orders/{alice.order_id}/live"
    codes = []
    for headers in ({}, {"authorization": f"Bearer {alice.token}"}):
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, additional_headers=headers, proxy=None)
        codes.append(refused.value.response.status_code)
    origin.switch("/api/orders", method="WEBSOCKET", fail_status=502)
    with pytest.raises(InvalidStatus) as refused:
        await connect(address, proxy=None)

    assert [*codes, refused.value.response.status_code] == [401, 404, 502]
    assert [e["status"] for e in origin.requests("/api/orders")] == [401, 404, 502]


async def test_a_killed_origin_comes_back_with_all_it_knew(
    origin: Origin, alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    before = await alice.api.files(alice.order_id)

    origin.kill()
    assert not origin.is_running()
    origin.start()

    assert await alice.api.files(alice.order_id) == before
    assert (await alice.finish(file_id))[file_id]["status"] == "done"
