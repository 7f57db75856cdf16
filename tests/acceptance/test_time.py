"""What time does, months made seconds: a finished photo is archived, a dead upload forgotten."""

import json
import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.acceptance.photographer import (
    DEADLINE_S,
    Photographer,
    eventually,
    photographer,
    refusal,
)
from tools.api_shapes import Intent
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

FAST_MS = {
    "ARCHIVE_AFTER_MS": "1500",
    "INTENT_LIFETIME_MS": "1500",
    "SWEEP_AFTER_MS": "1000",
    "REPORT_INTERVAL_MS": "200",
}


@pytest.fixture(scope="module")
def fast(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("fast")
    with Server(
        persist_to=folder / "state",
        variables={**worker_secrets, **FAST_MS},
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
async def frank(fast: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(fast.url, worker_secrets["JWT_SECRET"], "frank") as someone:
        yield someone


async def test_a_finished_photo_is_archived_and_can_be_edited_again(
    frank: Photographer, pictures: PhotoSet
) -> None:
    file_id = await frank.upload(pictures.rocket)
    await frank.finish(file_id)
    preview = await frank.api.preview(file_id)

    file = await eventually(
        lambda: frank.api.file(file_id), lambda file: file["archived_at"] is not None
    )

    assert (file["status"], file["preview_url"]) == ("done", None)
    gone = await frank.api.send("GET", f"/api/files/{file_id}/preview")
    assert refusal(gone) == (404, "preview_not_found")
    await frank.until_gone(preview["url"])
    again = (await frank.finish(file_id))[file_id]
    assert (again["status"], again["archived_at"]) == ("done", None)
    assert (await frank.api.preview(file_id))["url"] != preview["url"]


async def test_an_upload_that_was_never_finalized_is_counted_and_its_name_is_free(
    fast: Server, worker_secrets: dict[str, str], frank: Photographer, pictures: PhotoSet
) -> None:
    content = pictures.rocket.path.read_bytes()
    begun = await begin(frank, len(content))
    await frank.api.put(begun["upload"], content)

    await eventually(lambda: expired(fast, worker_secrets), lambda count: count == 1)

    body = json.dumps({"intent_id": begun["intent_id"]}).encode()
    headers = {"content-type": "application/json"}
    late = await frank.api.send("POST", "/api/uploads/finalize", content=body, headers=headers)
    assert refusal(late) == (410, "intent_expired")
    assert (await begin(frank, len(content)))["file_id"] != begun["file_id"]


async def begin(someone: Photographer, size_bytes: int) -> Intent:
    return await someone.api.intent(
        someone.order_id, "lost.jpg", size_bytes=size_bytes, content_type="image/jpeg"
    )


async def expired(server: Server, worker_secrets: dict[str, str]) -> int:
    """Upload intents, as operators see them counted."""
    _, _, token = worker_secrets["OPERATOR_TOKENS"].partition(":")
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_S) as http:
        headers = {"authorization": f"Bearer {token}"}
        answer = await http.get(f"{server.url}/ops/metrics", headers=headers)
    found = re.search(r"^darkroom_upload_intents_expired_total (\d+)", answer.text, re.MULTILINE)
    return int(found[1]) if found else 0
