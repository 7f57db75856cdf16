"""Whatever comes in, the answer is a problem with a stable code, and never a look inside."""

import json
from typing import Final

import pytest

from tests.acceptance.photographer import Photographer, refusal
from tools.photos import PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

JSON: Final = {"content-type": "application/json"}
BODY_BYTES_MAX: Final = 64 * 1024
INTENT: Final = {
    "order_id": "summer-42",
    "name": "beach.jpg",
    "size_bytes": 1000,
    "content_type": "image/jpeg",
}
NO_FILE: Final = "file_" + "0" * 32
NO_JOB: Final = f"job_{'0' * 32}_{'0' * 16}"
NO_NOTIFICATION: Final = "ntf_" + "0" * 32


def changed(**changes: object) -> bytes:
    return json.dumps(INTENT | changes).encode()


BODIES: Final = [
    pytest.param(changed(colour="red"), JSON, (422, "invalid_body"), id="unknown field"),
    pytest.param(changed(size_bytes="1000"), JSON, (422, "invalid_body"), id="text for a number"),
    pytest.param(changed(size_bytes=True), JSON, (422, "invalid_body"), id="truth for a number"),
    pytest.param(changed(size_bytes=-1), JSON, (422, "invalid_body"), id="negative size"),
    pytest.param(changed(size_bytes=10**30), JSON, (422, "invalid_body"), id="huge size"),
    pytest.param(changed(order_id="../x"), JSON, (422, "invalid_body"), id="malformed order id"),
    pytest.param(changed(content_type="image/heic"), JSON, (422, "invalid_body"), id="heic"),
    pytest.param(changed(md5="xyz"), JSON, (422, "invalid_body"), id="malformed md5"),
    pytest.param(b"[]", JSON, (422, "invalid_body"), id="a list"),
    pytest.param(b"null", JSON, (422, "invalid_body"), id="null"),
    pytest.param(b"{}", JSON, (422, "invalid_body"), id="nothing in it"),
    pytest.param(b"{", JSON, (400, "malformed_json"), id="cut off"),
    pytest.param(b"", JSON, (400, "malformed_json"), id="empty"),
    pytest.param(b"\xff\xfe{}", JSON, (400, "malformed_json"), id="not UTF-8"),
    pytest.param(changed(name="\ud800"), JSON, (400, "malformed_json"), id="half a character"),
    pytest.param(b"[" * 20_000, JSON, (400, "malformed_json"), id="nested without end"),
    pytest.param(
        changed(),
        {"content-type": "text/plain"},
        (415, "unsupported_media_type"),
        id="another content type",
    ),
    pytest.param(changed(), {}, (415, "unsupported_media_type"), id="no content type"),
    pytest.param(
        changed(name="x" * BODY_BYTES_MAX), JSON, (413, "body_too_large"), id="over the limit"
    ),
]

NAMES: Final = {
    "a step up": "../x.jpg",
    "a folder": "a/b.jpg",
    "a Windows folder": "a\\b.jpg",
    "two dots": "..",
    "a line break": "a\nb.jpg",
    "a null": "a\0b.jpg",
    "a reversed reading": "a\u202egpj.exe",
    "256 bytes": "é" * 126 + ".jpg",
    "nothing": "",
    "a blank": " ",
}

PATHS: Final = [
    ("GET", "/api/orders/nowhere-1/files", (404, "order_not_found")),
    ("GET", "/api/orders/nowhere-1/status", (404, "order_not_found")),
    ("POST", "/api/orders/nowhere-1/submit-edits", (404, "order_not_found")),
    ("GET", "/api/orders/-bad/files", (404, "order_not_found")),
    ("GET", "/api/orders/a%2Fb/status", (400, "invalid_path")),
    ("GET", f"/api/orders/{'a' * 65}/status", (404, "order_not_found")),
    ("GET", f"/api/files/{NO_FILE}", (404, "file_not_found")),
    ("PATCH", f"/api/files/{NO_FILE}", (404, "file_not_found")),
    ("DELETE", f"/api/files/{NO_FILE}", (404, "file_not_found")),
    ("GET", f"/api/files/{NO_FILE}/preview", (404, "file_not_found")),
    ("GET", "/api/files/file_1", (404, "file_not_found")),
    ("GET", f"/api/files/{NO_FILE.upper()}", (404, "file_not_found")),
    ("POST", f"/api/notifications/{NO_NOTIFICATION}/read", (404, "notification_not_found")),
    ("POST", "/api/notifications/1/read", (404, "notification_not_found")),
    ("POST", f"/api/files/{NO_FILE}/revision", (404, "file_not_found")),
    ("GET", f"/api/jobs/{NO_JOB}", (404, "job_not_found")),
    ("GET", "/api/jobs/job_1", (404, "job_not_found")),
    ("GET", "/api/jobs?order_id=nowhere-1", (404, "order_not_found")),
    ("GET", "/api/jobs?order_id=a%2Fb", (422, "invalid_query")),
    ("GET", "/api/jobs?status=lost", (422, "invalid_query")),
    ("GET", "/api/jobs?cursor=%00", (422, "invalid_query")),
    ("GET", "/api/orders/nowhere-1/status?since=%00", (422, "invalid_query")),
    ("GET", "/api/nothing-here", (404, "route_not_found")),
    ("GET", "/nothing-here", (404, "route_not_found")),
    ("GET", "/media/user/alice/orders/a/raw/b.jpg", (403, "signature_invalid")),
    ("GET", "/api/notifications?limit=0", (422, "invalid_query")),
    ("GET", "/api/notifications?limit=many", (422, "invalid_query")),
    ("GET", "/api/notifications?cursor=%00", (422, "invalid_query")),
]

METHODS: Final = [
    ("DELETE", "/api/uploads/intent", {"POST"}),
    ("PUT", "/api/orders/summer-42/status", {"GET", "HEAD"}),
    ("POST", f"/api/files/{NO_FILE}", {"GET", "HEAD", "PATCH", "DELETE"}),
    ("POST", "/health", {"GET", "HEAD"}),
    ("DELETE", "/media/user/alice/orders/a/raw/b.jpg", {"GET", "HEAD", "PUT"}),
]


@pytest.mark.parametrize(("content", "headers", "expected"), BODIES)
async def test_a_body_that_does_not_fit_is_refused(
    alice: Photographer, content: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = await alice.api.send("POST", "/api/uploads/intent", content=content, headers=headers)

    assert refusal(answer) == expected


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_a_name_that_no_file_can_have_is_refused(
    alice: Photographer, pictures: PhotoSet, name: str
) -> None:
    file_id = await alice.upload(pictures.rocket)

    asking = await alice.api.send(
        "POST", "/api/uploads/intent", content=changed(name=name), headers=JSON
    )
    renaming = await alice.api.send(
        "PATCH", f"/api/files/{file_id}", content=json.dumps({"name": name}).encode(), headers=JSON
    )

    assert refusal(asking) == (422, "invalid_name")
    assert refusal(renaming) == (422, "invalid_name")
    assert (await alice.api.file(file_id))["name"] == pictures.rocket.name


@pytest.mark.parametrize("marked", ["yes", "true", 1, None, []])
async def test_a_mark_is_true_or_false_and_nothing_like_it(
    alice: Photographer, pictures: PhotoSet, marked: object
) -> None:
    path = f"/api/files/{await alice.upload(pictures.rocket)}"
    body = json.dumps({"marked": marked}).encode()

    answer = await alice.api.send("PATCH", path, content=body, headers=JSON)

    assert refusal(answer) == (422, "invalid_body")


@pytest.mark.parametrize("name", ["é" * 125 + ".jpeg", "a b (1) & 100% #?.jpg", "写真 📷.jpg"])
async def test_a_name_people_do_use_is_kept(
    alice: Photographer, pictures: PhotoSet, name: str
) -> None:
    finalized = await alice.api.upload(
        alice.order_id, name, pictures.rocket.path.read_bytes(), content_type="image/jpeg"
    )

    file = (await alice.finish(finalized["file_id"]))[finalized["file_id"]]

    assert (file["name"], file["status"]) == (name, "done")
    preview = await alice.api.preview(file["id"])
    assert len(await alice.api.fetch(preview["url"])) == preview["size_bytes"]


@pytest.mark.parametrize(("method", "path", "expected"), PATHS)
async def test_what_is_not_there_is_not_found(
    alice: Photographer, method: str, path: str, expected: tuple[int, str]
) -> None:
    content = b'{"marked": true}' if method == "PATCH" else b"{}" if method == "POST" else b""

    answer = await alice.api.send(method, path, content=content, headers=JSON if content else {})

    assert refusal(answer) == expected


@pytest.mark.parametrize(("method", "path", "allowed"), METHODS)
async def test_a_method_that_is_not_allowed_names_those_that_are(
    alice: Photographer, method: str, path: str, allowed: set[str]
) -> None:
    answer = await alice.api.send(method, path)

    assert refusal(answer) == (405, "method_not_allowed")
    assert {method.strip() for method in answer.headers["allow"].split(",")} == allowed


async def test_a_submission_has_a_largest_size(alice: Photographer, pictures: PhotoSet) -> None:
    await alice.upload(pictures.rocket)
    too_many = json.dumps({"file_ids": [f"file_{number:032x}" for number in range(501)]})

    answer = await alice.api.send(
        "POST",
        f"/api/orders/{alice.order_id}/submit-edits",
        content=too_many.encode(),
        headers=JSON,
    )

    assert refusal(answer) == (422, "invalid_body")


async def test_there_is_no_preview_before_the_first_edit(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)

    answer = await alice.api.send("GET", f"/api/files/{file_id}/preview")

    assert refusal(answer) == (404, "preview_not_found")
