"""What the native side tells the legacy backend of files, and what that makes of it."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Final

import httpx
import pytest

from tests.acceptance.photographer import Photographer, photographer
from tests.origin.bucket import bucket
from tests.origin.process import Origin

pytestmark = pytest.mark.anyio

TOKEN: Final = "let-me-in-" + "x" * 20
VARIABLES: Final = {
    "JWT_SECRET": "j" * 64,
    "URL_SIGNING_SECRET": "u" * 64,
    "ORIGIN_INTERNAL_TOKEN": TOKEN,
}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    state = tmp_path_factory.mktemp("told")
    with (
        bucket() as media_base,
        Origin(state=state, variables=VARIABLES, media_base=media_base, edit_ms=20) as running,
    ):
        yield running
    assert not running.log(), running.log()


@pytest.fixture
async def alice(origin: Origin) -> AsyncIterator[Photographer]:
    async with photographer(origin.url, VARIABLES["JWT_SECRET"], "alice") as someone:
        yield someone


def fault(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


Told = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def tell(origin: Origin, alice: Photographer) -> AsyncIterator[Told]:
    """What the native side tells of one file of alice's, unless a test says otherwise."""
    async with httpx.AsyncClient(base_url=origin.url, trust_env=False) as edge:

        async def told(version: int, file_id: str, **changes: object) -> httpx.Response:
            upload = {"file_id": file_id, "order_id": alice.order_id, "owner_id": alice.user_id}
            upload |= {"name": "n.jpg", "object_key": f"k/{file_id}", "content_type": "image/jpeg"}
            upload |= {"etag": "e", "created_at": "2026-11-22T10:00:00.000Z"}
            state = {"name": "n.jpg", "marked": False, "deleted": False} | changes
            body = {"upload": {**upload, "size_bytes": 7}, **state, "version": version}
            headers = {"x-internal-token": TOKEN}
            return await edge.put(f"/internal/files/{file_id}", json=body, headers=headers)

        yield told


def a_file_id() -> str:
    return f"file_{secrets.token_hex(16)}"


async def test_a_native_file_comes_to_be_once(tell: Told, alice: Photographer) -> None:
    file_id = a_file_id()

    first, second = await tell(1, file_id), await tell(1, file_id)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.content == second.content
    assert [file["id"] for file in (await alice.api.files(alice.order_id))["files"]] == [file_id]


async def test_strangers_tell_of_no_files(origin: Origin, tell: Told, alice: Photographer) -> None:
    file_id = a_file_id()
    path = f"/internal/files/{file_id}"
    await tell(1, file_id)
    async with httpx.AsyncClient(base_url=origin.url, trust_env=False) as nobody:
        stranger = await nobody.put(path, json={})
        bearer = await alice.api.send("PUT", path, content=b"{}")
        posted = await nobody.post("/internal/files", headers={"x-internal-token": TOKEN})

    assert fault(stranger) == fault(bearer) == (401, "unauthorized")
    assert posted.status_code == 404


async def test_what_changes_natively_changes_and_what_is_older_does_not(
    tell: Told, alice: Photographer
) -> None:
    file_id = a_file_id()
    await tell(1, file_id)
    before = await alice.api.status(alice.order_id)

    await tell(4, file_id, name="new.jpg", marked=True)
    late = await tell(2, file_id, name="late.jpg")

    file = await alice.api.file(file_id)
    after = await alice.api.status(alice.order_id)
    assert (file["name"], file["marked"], file["version"]) == ("new.jpg", True, 4)
    assert late.json() | {"version": 0} == {
        "file_id": file_id,
        "name": "new.jpg",
        "marked": True,
        "deleted": False,
        "version": 0,
    }
    assert after["version"] == before["version"] + 1


async def test_versions_of_its_own_are_not_compared_with_ours(
    tell: Told, alice: Photographer
) -> None:
    file_id = a_file_id()
    await tell(1, file_id)
    await alice.finish(file_id)

    await tell(2, file_id, name="new.jpg")

    file = await alice.api.file(file_id)
    assert (file["name"], file["status"]) == ("new.jpg", "done")
    assert file["version"] > 2


async def test_what_is_deleted_natively_is_and_stays_deleted(
    tell: Told, alice: Photographer
) -> None:
    known, unheard_of = a_file_id(), a_file_id()
    await tell(1, known)

    answers = [await tell(2, file_id, deleted=True) for file_id in (known, unheard_of)]
    late = [await tell(1, file_id) for file_id in (known, unheard_of)]
    anew = await tell(3, known)

    assert [answer.status_code for answer in answers] == [200, 201]
    assert [answer.json()["deleted"] for answer in late] == [True, True]
    assert fault(anew) == (410, "file_gone")
    assert (await alice.api.files(alice.order_id))["files"] == []


async def test_a_name_that_is_taken_here_is_another_at_first_and_refused_later(
    tell: Told,
) -> None:
    first, second = a_file_id(), a_file_id()
    await tell(1, first)

    twin = await tell(1, second)
    marked = await tell(2, second, marked=True)
    renamed = await tell(3, second, name="free.jpg")
    refused = await tell(4, second, name="N.JPG")

    assert (twin.status_code, twin.json()["name"]) == (201, "n (2).jpg")
    assert (marked.json()["name"], marked.json()["marked"]) == ("n (2).jpg", True)
    assert renamed.json()["name"] == "free.jpg"
    assert fault(refused) == (409, "name_taken")
