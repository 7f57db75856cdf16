"""HEAD: what GET would say, without the body."""

import pytest

from edge.routes import ROUTES
from tests.unit.darkroom import Darkroom, a_request, a_token

pytestmark = pytest.mark.anyio

GET_PATTERNS = [route.pattern for route in ROUTES if route.method == "GET"]
AUTHORIZED = {"authorization": f"Bearer {a_token()}"}


async def url_of(darkroom: Darkroom, pattern: str) -> str:
    """A path of that pattern, or the signed URL of a preview, where there is something to get."""
    path = await darkroom.edited()
    if pattern.startswith("/media/"):
        url: str = (await darkroom.call("GET", f"{path}/preview")).json["url"]
        return url
    file_id = path.rsplit("/", 1)[1]
    return pattern.replace("{order_id}", "summer-42").replace("{file_id}", file_id)


@pytest.mark.parametrize("pattern", GET_PATTERNS)
async def test_head_is_get_without_the_body(darkroom: Darkroom, pattern: str) -> None:
    url = await url_of(darkroom, pattern)

    got = await darkroom.send(a_request("GET", url, AUTHORIZED))
    head = await darkroom.send(a_request("HEAD", url, AUTHORIZED))

    assert (head.status, head.headers) == (got.status, got.headers)
    assert (head.response.body, head.response.stream) == (None, None)


@pytest.mark.parametrize("asked_for", ["bytes=0-1", "bytes=999999-"])
async def test_a_range_is_for_get_alone(darkroom: Darkroom, asked_for: str) -> None:
    url = await url_of(darkroom, "/media/{key}")

    answer = await darkroom.send(a_request("HEAD", url, {"range": asked_for}))

    assert answer.status == 200
    assert "content-range" not in answer.headers


async def test_a_refusal_to_head_has_no_body_either(darkroom: Darkroom) -> None:
    answer = await darkroom.send(a_request("HEAD", "/nowhere"))

    assert (answer.status, answer.response.body) == (404, None)


@pytest.mark.parametrize("path", ["/api/uploads/intent", "/api/uploads/finalize"])
async def test_what_cannot_be_got_has_no_head(darkroom: Darkroom, path: str) -> None:
    answer = await darkroom.send(a_request("HEAD", path))

    assert answer.status == 405
    assert answer.headers["allow"] == "POST"
