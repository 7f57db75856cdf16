"""Other ways to a file at the origin than our own routes: held to the same locks."""

import json

import pytest

from tests.unit.darkroom import ORDER, a_request, a_token
from tests.unit.edge.legacy import Legacy, a_legacy_file
from tests.unit.edge.legacy_writes import SUBMIT, locked, ours

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

EVIL = "https://evil.example"
UPGRADE = {"connection": "Upgrade", "upgrade": "websocket"}


@pytest.mark.parametrize(
    ("method", "below"),
    [
        ("PUT", ""),
        ("POST", ""),
        ("POST", "/rotate"),
        ("DELETE", "/preview"),
        ("PUT", "/revision"),
    ],
)
@pytest.mark.parametrize("cohort", ["native", "proxy"])
async def test_methods_and_paths_that_only_the_origin_knows(
    method: str, below: str, cohort: str
) -> None:
    legacy, path = await locked()
    legacy.is_served_by(native=cohort == "native")

    answer = await legacy.call(method, f"{path}{below}")

    assert answer.problem == (409, "file_locked")
    assert answer.headers["x-pix-decision"] == "proxy (only the origin has it)"
    assert legacy.origin.sent == []


async def test_what_they_change_is_so_here_as_well() -> None:
    legacy, path = await ours()
    legacy.tells(a_legacy_file("theirs.jpg", path.rsplit("/", 1)[1]))

    await legacy.call("DELETE", f"{path}/watermark")

    legacy.is_served_by(native=True)
    assert (await legacy.call("GET", path)).json["name"] == "theirs.jpg"


@pytest.mark.parametrize(("method", "below"), [("DELETE", ""), ("PATCH", ""), ("PUT", "")])
async def test_a_cookie_on_a_page_of_another_site(method: str, below: str) -> None:
    legacy, path = await locked()
    headers = {"cookie": f"session={a_token()}", "origin": EVIL}

    answer = await legacy.send(a_request(method, f"{path}{below}", headers))

    assert answer.problem == (409, "file_locked")
    assert legacy.origin.sent == []


async def test_such_a_page_changes_nothing_here() -> None:
    legacy, path = await ours()
    legacy.is_served_by(native=True)
    headers = {"cookie": f"session={a_token()}", "origin": EVIL}

    answer = await legacy.send(a_request("DELETE", path, headers))

    assert answer.problem == (403, "origin_forbidden")
    assert (await legacy.call("GET", path)).status == 200


async def test_an_order_of_the_origins_own_kind_of_id_is_no_matter_of_ours() -> None:
    legacy, _ = await locked()
    path = SUBMIT.replace("summer-42", "ABC.1")

    answer = await legacy.call("POST", path, {})

    assert answer.response.native == "answer 1"


@pytest.mark.parametrize("path", ["/api/session", "/api/session?x=1"])
async def test_what_was_never_there_is_not_asked_for_there(path: str) -> None:
    legacy = Legacy()

    answer = await legacy.call("PUT", path)

    assert answer.problem == (405, "method_not_allowed")
    assert legacy.origin.sent == []


@pytest.mark.parametrize("path", [f"{ORDER}/live", "/api/legacy/ws"])
@pytest.mark.parametrize("origin", [EVIL, "null", "https://darkroom.example.evil"])
async def test_a_websocket_of_another_site_is_not_passed_on(path: str, origin: str) -> None:
    legacy = Legacy(allowed_origins="https://shop.example")
    legacy.is_served_by(native=False)
    headers = UPGRADE | {"cookie": f"session={a_token()}", "origin": origin}

    answer = await legacy.send(a_request("GET", path, headers))

    assert answer.problem == (403, "origin_forbidden")
    assert legacy.origin.sent == []


@pytest.mark.parametrize("path", [f"{ORDER}/live", "/api/legacy/ws"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "https://darkroom.example"}, {"origin": "https://shop.example"}],
    ids=["no page", "our page", "a page that is named"],
)
async def test_others_are(path: str, headers: dict[str, str]) -> None:
    legacy = Legacy(allowed_origins="https://shop.example")
    legacy.is_served_by(native=False)
    legacy.origin.status = 101

    answer = await legacy.send(a_request("GET", path, UPGRADE | headers))

    assert answer.status == 101


@pytest.mark.parametrize(
    "path", ["/api/customers/ada@example.org", "/api/files/ada@example.org", "/ada@example.org"]
)
async def test_what_is_not_ours_is_logged_without_its_path(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    legacy = Legacy(success_sample_percent=100)

    await legacy.send(a_request("GET", path))

    out = capsys.readouterr().out
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["request.served"]
    assert "ada" not in out
