"""What goes wrong with one photo is told, and stays with that photo."""

import pytest

from tests.acceptance.photographer import Photographer
from tools import wrangler
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

BUCKET = "darkroom-photos"


async def test_a_missing_photo_fails_its_job_and_asks_for_a_revision(
    alice: Photographer, pictures: PhotoSet, server: Server
) -> None:
    file_id = await alice.upload(pictures.coffee)
    remove_from_bucket(server, (await alice.api.file(file_id))["object_key"])

    file = (await alice.finish(file_id))[file_id]

    assert file["status"] == "queued"
    assert file["job"] is not None
    assert (file["job"]["status"], file["job"]["attempt"]) == ("failed", 1)
    assert file["job"]["error"] is not None
    assert file["job"]["error"]["code"] == "raw_missing"
    assert (file["locked"], file["revision_required"]) == (False, True)
    assert (await alice.api.status(alice.order_id))["revision_required"] == 1
    [notification] = await alice.until_notified(1)
    assert notification["kind"] == "revision_required"
    assert notification["file_name"] == pictures.coffee.name


async def test_a_photo_replaced_after_it_was_finalized_asks_for_a_revision(
    alice: Photographer, pictures: PhotoSet
) -> None:
    content = pictures.rocket.path.read_bytes()
    intent = await alice.api.intent(
        alice.order_id, "rocket.jpg", size_bytes=len(content), content_type="image/jpeg"
    )
    await alice.api.put(intent["upload"], content)
    await alice.api.finalize(intent["intent_id"])
    await alice.api.put(intent["upload"], content[::-1])

    file = (await alice.finish(intent["file_id"]))[intent["file_id"]]

    assert file["status"] == "queued"
    assert file["job"] is not None
    assert file["job"]["error"] is not None
    assert file["job"]["error"]["code"] == "raw_changed"
    [notification] = await alice.until_notified(1)
    assert notification["kind"] == "revision_required"


async def test_a_corrupt_photo_fails_alone(alice: Photographer, pictures: PhotoSet) -> None:
    good, corrupt, other = await alice.upload_all(pictures.cat, pictures.corrupt, pictures.rocket)

    files = await alice.finish(good, corrupt, other)

    assert {files[good]["status"], files[other]["status"]} == {"done"}
    failed = files[corrupt]
    assert (failed["status"], failed["locked"], failed["preview"]) == ("failed", False, None)
    assert failed["job"] is not None
    assert failed["job"]["error"] is not None
    assert failed["job"]["error"]["code"] == "corrupt_image"
    assert failed["job"]["attempt"] == 1, "trying again would not mend it"
    kinds = {note["file_id"]: note["kind"] for note in await alice.until_notified(3)}
    assert kinds == {good: "edit_done", other: "edit_done", corrupt: "edit_failed"}


def remove_from_bucket(server: Server, key: str) -> None:
    wrangler.run(
        *("r2", "object", "delete", f"{BUCKET}/{key}"),
        *("--local", f"--persist-to={server.persist_to}"),
    )
