"""A signed preview URL is an ordinary HTTP resource: parts, HEAD and revalidation."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.acceptance.photographer import Photographer, refusal
from tools.photos import PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without any session."""
    async with httpx.AsyncClient(trust_env=False) as stranger:
        yield stranger


@pytest.fixture
async def url(alice: Photographer, pictures: PhotoSet) -> str:
    file_id = await alice.upload(pictures.rocket)
    await alice.finish(file_id)
    return (await alice.api.preview(file_id))["url"]


async def test_a_part_of_a_preview_can_be_asked_for(http: httpx.AsyncClient, url: str) -> None:
    whole = await http.get(url)

    parts = [
        await http.get(url, headers={"range": asked})
        for asked in ("bytes=0-9", "bytes=100-", "bytes=-7")
    ]
    beyond = await http.get(url, headers={"range": f"bytes={len(whole.content)}-"})

    size = len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    assert [part.status_code for part in parts] == [206, 206, 206]
    assert [part.content for part in parts] == [
        whole.content[:10],
        whole.content[100:],
        whole.content[-7:],
    ]
    assert [part.headers["content-range"] for part in parts] == [
        f"bytes 0-9/{size}",
        f"bytes 100-{size - 1}/{size}",
        f"bytes {size - 7}-{size - 1}/{size}",
    ]
    assert refusal(beyond) == (416, "range_not_satisfiable")


async def test_a_preview_that_is_known_is_not_sent_again(http: httpx.AsyncClient, url: str) -> None:
    etag = (await http.get(url)).headers["etag"]

    known = await http.get(url, headers={"if-none-match": etag})
    other = await http.get(url, headers={"if-none-match": '"another"'})

    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
    assert other.status_code == 200


async def test_head_tells_what_get_would(http: httpx.AsyncClient, url: str) -> None:
    got = await http.get(url)

    head = await http.head(url)

    assert (head.status_code, head.content) == (200, b"")
    same = ("content-type", "content-length", "etag")
    assert [head.headers[name] for name in same] == [got.headers[name] for name in same]
    assert head.headers["content-type"] == "image/jpeg"


async def test_a_url_to_read_is_not_one_to_write(http: httpx.AsyncClient, url: str) -> None:
    answer = await http.put(url, content=b"x", headers={"content-type": "image/jpeg"})

    assert refusal(answer) == (403, "signature_invalid")
