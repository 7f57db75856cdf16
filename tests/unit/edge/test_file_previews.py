"""A file's preview over HTTP: a signed URL, once there is one."""

import pytest

from domain.limits import PREVIEW_URL_LIFETIME_MS
from tests.unit.conftest import Clock
from tests.unit.darkroom import PHOTO, Darkroom, a_request

pytestmark = pytest.mark.anyio


async def test_there_is_no_preview_before_the_edit_is_done(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    answer = await darkroom.call("GET", f"{path}/preview")

    assert answer.problem == (404, "preview_not_found")


async def test_a_preview_is_a_signed_url_and_its_facts(darkroom: Darkroom) -> None:
    path = await darkroom.edited()
    file = (await darkroom.call("GET", path)).json

    preview = (await darkroom.call("GET", file["preview_url"])).json

    assert file["preview_url"] == f"{path}/preview"
    assert preview.pop("url").startswith("https://darkroom.example/media/user/alice/")
    assert preview.pop("expires_at") == "2026-11-22T11:00:00.000Z"
    assert preview == file["preview"]


async def test_a_preview_url_needs_no_session(darkroom: Darkroom) -> None:
    path = await darkroom.edited()
    url = (await darkroom.call("GET", f"{path}/preview")).json["url"]

    answer = await darkroom.send(a_request("GET", url))

    assert (answer.status, answer.response.stream) == (200, PHOTO)


async def test_a_preview_url_expires(darkroom: Darkroom, clock: Clock) -> None:
    path = await darkroom.edited()
    url = (await darkroom.call("GET", f"{path}/preview")).json["url"]
    clock.advance_ms(PREVIEW_URL_LIFETIME_MS)

    answer = await darkroom.send(a_request("GET", url))

    assert answer.problem == (403, "url_expired")


async def test_the_preview_of_a_deleted_file_is_gone(darkroom: Darkroom) -> None:
    path = await darkroom.edited()
    url = (await darkroom.call("GET", f"{path}/preview")).json["url"]
    await darkroom.call("DELETE", path)

    answer = await darkroom.send(a_request("GET", url))

    assert answer.problem == (404, "object_not_found")
