"""Operators who come by Cloudflare Access: its tokens, and its keys as it publishes them."""

import json
from collections.abc import Mapping

from tests.unit.darkroom import Answer, Darkroom, a_request
from tests.unit.factories import NOW_MS
from tests.unit.rsa_keys import RsaKey, an_rsa_key

TEAM = "https://team.cloudflareaccess.com"
AUDIENCE = "a" * 64
CERTS = f"{TEAM}/cdn-cgi/access/certs"
ASSERTION = "cf-access-jwt-assertion"
NOW_S = NOW_MS // 1000


def claims(**changes: object) -> dict[str, object]:
    """What Access says of olga; a change to None leaves a claim out."""
    facts: dict[str, object] = {
        "iss": TEAM,
        "aud": [AUDIENCE],
        "exp": NOW_S + 600,
        "nbf": NOW_S,
        "iat": NOW_S,
        "email": "olga@example.com",
        "sub": "7335d417-61da-459d-899c-0a01c76a2f94",
        "type": "app",
    }
    return {name: value for name, value in (facts | changes).items() if value is not None}


def a_jwt(key: RsaKey | None = None, **changes: object) -> str:
    return (key or an_rsa_key()).jwt(claims(**changes))


def publish(darkroom: Darkroom, *keys: RsaKey, others: tuple[object, ...] = ()) -> None:
    text = json.dumps({"keys": [*(key.jwk for key in keys), *others]})
    darkroom.web.answer(CERTS, text)


def behind_access(**settings: str) -> Darkroom:
    """Who may call is asked of Access; nobody has an operator's token."""
    facts = {
        "access_team_domain": TEAM,
        "access_audience": AUDIENCE,
        "operator_tokens": "",
    }
    darkroom = Darkroom(None, **(facts | settings))
    publish(darkroom, an_rsa_key())
    return darkroom


async def sent(
    darkroom: Darkroom,
    token: str,
    method: str = "GET",
    path: str = "/ops/audit",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    body = b'{"reason": "why not"}' if method == "POST" else b""
    content_type = {"content-type": "application/json"} if body else {}
    whole = {ASSERTION: token} | content_type | dict(headers or {})
    return await darkroom.send(a_request(method, path, whole, body))


def asked(darkroom: Darkroom) -> int:
    """How often Access was asked for its keys."""
    return sum(request.url == CERTS for request in darkroom.web.asked)
