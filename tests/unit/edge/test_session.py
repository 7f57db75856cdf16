"""A browser's session: a token for a cookie, and the cookie for nothing."""

import json

import pytest

from domain.limits import SESSION_SKEW_S
from tests.unit.darkroom import ORIGIN, Answer, Darkroom, a_request, a_token
from tests.unit.factories import NOW_MS

pytestmark = pytest.mark.anyio

SESSION = "/api/session"
ALICE = {"user_id": "alice", "expires_at": "2026-11-23T13:46:40.000Z"}


async def begun(darkroom: Darkroom, token: str, origin: str = ORIGIN) -> Answer:
    headers = {"content-type": "application/json", "origin": origin}
    body = json.dumps({"token": token}).encode()
    return await darkroom.send(a_request("POST", SESSION, headers, body))


async def test_a_token_becomes_a_cookie_that_lasts_as_long(darkroom: Darkroom) -> None:
    token = a_token()

    answer = await begun(darkroom, token)

    assert (answer.status, answer.json) == (200, ALICE)
    assert answer.headers["set-cookie"] == (
        f"session={token}; Max-Age=100000; Path=/; HttpOnly; SameSite=Lax; Secure"
    )


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        ("garbage", (401, "unauthenticated")),
        (a_token(exp=NOW_MS // 1000 - SESSION_SKEW_S), (401, "token_expired")),
        ("x" * 4097, (422, "invalid_body")),
    ],
)
async def test_a_token_that_does_not_count_becomes_no_cookie(
    darkroom: Darkroom, token: str, problem: tuple[int, str]
) -> None:
    answer = await begun(darkroom, token)

    assert answer.problem == problem
    assert "set-cookie" not in answer.headers
    assert token not in answer.text


async def test_another_site_cannot_sign_a_browser_in(darkroom: Darkroom) -> None:
    answer = await begun(darkroom, a_token(), "https://evil.example")

    assert answer.problem == (403, "origin_forbidden")


async def test_the_cookie_says_whose_session_it_is(darkroom: Darkroom) -> None:
    request = a_request("GET", SESSION, {"cookie": f"session={a_token()}"})

    answer = await darkroom.send(request)

    assert (answer.status, answer.json) == (200, ALICE)


async def test_a_session_of_any_length_can_be_described(darkroom: Darkroom) -> None:
    token = a_token(exp=10**15)

    answer = await darkroom.send(a_request("GET", SESSION, {"authorization": f"Bearer {token}"}))

    assert answer.status < 500


async def test_a_session_ends_even_when_its_token_has_expired(darkroom: Darkroom) -> None:
    token = a_token(exp=NOW_MS // 1000 - SESSION_SKEW_S)
    request = a_request("DELETE", SESSION, {"cookie": f"session={token}", "origin": ORIGIN})

    answer = await darkroom.send(request)

    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["set-cookie"].startswith("session=; Max-Age=0;")


async def test_another_site_cannot_sign_a_browser_out(darkroom: Darkroom) -> None:
    answer = await darkroom.send(a_request("DELETE", SESSION, {"origin": "https://evil.example"}))

    assert answer.problem == (403, "origin_forbidden")
