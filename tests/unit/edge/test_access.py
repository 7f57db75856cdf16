"""Operators by Cloudflare Access: which of its tokens count, and for what."""

import base64
import hmac
import json

import pytest

from domain.limits import ACCESS_SKEW_S, OPERATOR_NAME_CHARACTERS_MAX
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, ORIGIN, a_request, a_token
from tests.unit.edge.access import (
    AUDIENCE,
    NOW_S,
    TEAM,
    a_jwt,
    asked,
    behind_access,
    claims,
    sent,
)
from tests.unit.factories import OPERATOR_TOKEN
from tests.unit.rsa_keys import an_rsa_key, base64url

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

NEEDED = (401, "operator_needed")
PAUSE = ORDER.replace("/api/", "/ops/") + "/pause"


def with_parts(header: object = None, payload: object = None, signature: str | None = None) -> str:
    """A good token with one of its parts in another's place; what is bytes is taken as it is."""
    parts = a_jwt().split(".")
    given = [
        parts[index] if part is None else base64url(_bytes(part))
        for index, part in enumerate((header, payload))
    ]
    return ".".join((*given, parts[2] if signature is None else signature))


def _bytes(part: object) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()


def by_hmac(algorithm: str = "HS256") -> str:
    """The swap of algorithms: the public key taken for a secret."""
    header = base64url(_bytes({"alg": algorithm, "kid": "key-1"}))
    signing_input = f"{header}.{base64url(_bytes(claims()))}"
    secret = base64.urlsafe_b64decode(an_rsa_key().jwk["n"] + "==")
    return f"{signing_input}.{base64url(hmac.digest(secret, signing_input.encode(), 'sha256'))}"


def flipped() -> str:
    """One bit of the signature is another one."""
    signing_input, _, signature = a_jwt().rpartition(".")
    content = bytearray(base64.urlsafe_b64decode(signature + "=="))
    content[100] ^= 1
    return f"{signing_input}.{base64url(bytes(content))}"


async def test_who_signed_in_at_access_is_an_operator() -> None:
    assert (await sent(behind_access(), a_jwt())).status == 200


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "é.é.é",
        a_jwt().rpartition(".")[0],
        a_jwt() + ".",
        a_jwt() + "\n",
        a_jwt().replace(".", " ", 1),
        a_jwt() + "A" * 4_096,
        f"{a_jwt()}=",
        flipped(),
        with_parts(signature=""),
        with_parts(signature="AAAAA"),
        with_parts(header=b"\xff"),
        with_parts(header=[]),
        with_parts(header={"alg": "RS256"}),
        with_parts(payload=claims(email="eve@example.com")),
        with_parts(payload=b"{" * 2_000),
        with_parts(header={"alg": "none", "kid": "key-1"}, signature="AA"),
        by_hmac("HS256"),
        by_hmac("RS256"),
        an_rsa_key().jwt(claims(), alg="none"),
        an_rsa_key().jwt(claims(), alg="HS256"),
        an_rsa_key().jwt(claims(), alg="RS512"),
        an_rsa_key().jwt(claims(), alg="rs256"),
        an_rsa_key().jwt(claims(), alg=["RS256"]),
        an_rsa_key().jwt(claims(), kid=None),
        an_rsa_key().jwt(claims(), kid=""),
        an_rsa_key().jwt(claims(), kid=7),
        an_rsa_key().jwt(claims(), kid="k" * 129),
        an_rsa_key().jwt(claims(), kid="key-9"),
        an_rsa_key().jwt(claims(), crit=["exp"]),
        an_rsa_key("key-2").jwt(claims(), kid="key-1"),
        an_rsa_key("key-2").jwt(claims(), kid="key-1", jwk=an_rsa_key("key-2").jwk),
        a_jwt(iss=None),
        a_jwt(iss="https://other.cloudflareaccess.com"),
        a_jwt(iss=f"{TEAM}/"),
        a_jwt(iss=[TEAM]),
        a_jwt(aud=None),
        a_jwt(aud=[]),
        a_jwt(aud=""),
        a_jwt(aud="b" * 64),
        a_jwt(aud=AUDIENCE[:-1]),
        a_jwt(aud=["b" * 64, AUDIENCE + "a"]),
        a_jwt(aud={AUDIENCE: 1}),
        a_jwt(exp=None),
        a_jwt(exp=str(NOW_S + 600)),
        a_jwt(exp=True),
        a_jwt(exp=NOW_S - ACCESS_SKEW_S),
        a_jwt(exp=float("nan")),
        a_jwt(exp=float("inf")),
        a_jwt(nbf=NOW_S + ACCESS_SKEW_S + 1),
        a_jwt(nbf="now"),
        a_jwt(email=None, sub=None),
        a_jwt(email="", sub=""),
        a_jwt(email=7),
        a_jwt(email="a" * (OPERATOR_NAME_CHARACTERS_MAX + 1)),
        a_token("olga"),
    ],
)
async def test_what_access_did_not_say_of_now_and_to_us_does_not_count(token: str) -> None:
    assert (await sent(behind_access(), token)).problem == NEEDED


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": AUDIENCE},
        {"aud": ["b" * 64, AUDIENCE]},
        {"exp": NOW_S - ACCESS_SKEW_S + 1},
        {"exp": NOW_S + 0.5},
        {"nbf": NOW_S + ACCESS_SKEW_S},
        {"nbf": None},
        {"custom": {"groups": ["ops"]}},
    ],
)
async def test_a_token_may_be_written_in_other_ways(changes: dict[str, object]) -> None:
    assert (await sent(behind_access(), a_jwt(None, **changes))).status == 200


@pytest.mark.parametrize("token", [a_jwt(exp=1), a_jwt(aud="b" * 64), by_hmac(), "a.b.c"])
async def test_what_can_be_refused_without_a_key_asks_for_none(token: str) -> None:
    darkroom = behind_access()

    await sent(darkroom, token)

    assert asked(darkroom) == 0


async def test_a_token_runs_out_while_its_key_does_not(clock: Clock) -> None:
    darkroom, token = behind_access(), a_jwt()
    before = await sent(darkroom, token)
    clock.advance_ms((600 + ACCESS_SKEW_S) * 1000)

    after = await sent(darkroom, token)

    assert (before.status, after.problem) == (200, NEEDED)


# --- Who it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "olga@example.com"),
        ({"email": "o+ps@example.com"}, "o+ps@example.com"),
        ({"email": "two words\n@é.example"}, "two%20words%0A@%C3%A9.example"),
        ({"email": "a" * OPERATOR_NAME_CHARACTERS_MAX}, f"access:{'a' * 254}"),
        ({"email": None}, "access:7335d417-61da-459d-899c-0a01c76a2f94"),
        ({"email": None, "sub": "", "common_name": "e36.access"}, "access:e36.access"),
        ({"email": "olga"}, "access:olga"),
    ],
)
async def test_the_audit_names_them_in_a_way_that_is_safe_and_nobody_elses(
    changes: dict[str, object], name: str
) -> None:
    darkroom = behind_access()
    await darkroom.intent()

    await sent(darkroom, a_jwt(None, **changes), "POST", PAUSE)

    (record,) = (await sent(darkroom, a_jwt())).json["records"]
    assert record["operator"] == name


async def test_no_token_of_access_is_ever_logged(capsys: pytest.CaptureFixture[str]) -> None:
    darkroom = behind_access()
    await sent(darkroom, a_jwt())
    await sent(darkroom, flipped(), "POST", PAUSE)

    assert a_jwt().rpartition(".")[2] not in capsys.readouterr().out


# --- What it counts for -------------------------------------------------------------------------


async def test_the_cookie_of_access_counts_for_looking_only() -> None:
    darkroom = behind_access()
    cookie = {"cookie": f"other=1; CF_Authorization={a_jwt()}"}
    seen = await darkroom.send(a_request("GET", "/ops/audit", cookie))

    acted = await darkroom.send(a_request("POST", PAUSE, cookie))

    assert (seen.status, acted.problem) == (200, NEEDED)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        (ORIGIN, 200),
        ("https://shop.example", 403),  # which is for customers
        ("https://evil.example", 403),
        ("null", 403),
    ],
)
async def test_no_other_site_acts_through_an_operators_browser(
    origin: str | None, status: int
) -> None:
    darkroom = behind_access(allowed_origins="https://shop.example")
    await darkroom.intent()

    answer = await sent(
        darkroom, a_jwt(), "POST", PAUSE, {} if origin is None else {"origin": origin}
    )

    assert answer.status == status


@pytest.mark.parametrize("authorization", [f"Bearer {a_token()}", "Bearer wrong", "Basic YTpi"])
async def test_a_bearer_token_that_is_no_operators_does_not_stand_in_the_way(
    authorization: str,
) -> None:
    headers = {"authorization": authorization}

    assert (await sent(behind_access(), a_jwt(), headers=headers)).status == 200


async def test_both_ways_are_open_at_once() -> None:
    darkroom = behind_access(operator_tokens=f"olga:{OPERATOR_TOKEN}")

    by_token = await darkroom.operate("GET", "/ops/audit")
    by_access = await sent(darkroom, a_jwt())

    assert (by_token.status, by_access.status) == (200, 200)


async def test_where_access_is_not_set_up_it_is_neither_believed_nor_asked() -> None:
    darkroom = behind_access(access_team_domain="", access_audience="")

    answer = await sent(darkroom, a_jwt())

    assert answer.problem == NEEDED
    assert darkroom.web.asked == []


async def test_an_operator_by_access_has_no_session() -> None:
    answer = await sent(behind_access(), a_jwt(), path="/api/notifications")

    assert answer.problem == (401, "unauthenticated")


async def test_while_access_does_not_answer_nobody_is_told_that_they_are_none() -> None:
    darkroom = behind_access()
    darkroom.web.is_down = True

    answer = await sent(darkroom, a_jwt())

    assert answer.problem == (503, "unavailable")
