"""Who is calling: which tokens count, which do not, and from where a cookie counts."""

import base64
import hmac
import json

import jwt
import pytest

from domain.errors import Code, Refusal
from domain.limits import SESSION_SKEW_S
from domain.session import principal_of
from edge.auth import authenticated, session_cookie
from tests.unit.darkroom import ORIGIN, a_request, a_token
from tests.unit.factories import NOW_MS, some_settings
from tests.unit.rsa_keys import base64url

pytestmark = pytest.mark.usefixtures("clock")

SETTINGS = some_settings(allowed_origins="https://friend.example")
SECRET = SETTINGS.jwt_secret
NOW_S = NOW_MS // 1000


def unsigned(**claims: object) -> str:
    """A token of the algorithm "none", which PyJWT would not write without a fight."""
    header, payload = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none", "typ": "JWT"}, claims)
    )
    return f"{header}.{payload}."


def tampered() -> str:
    """Alice's token with Bob's claims in it."""
    header, _, signature = a_token("alice").split(".")
    return ".".join((header, a_token("bob").split(".")[1], signature))


def by_its_own_header(algorithm: str) -> str:
    """Signed with our secret by HMAC, whatever its header says: the swap of algorithms."""
    header = json.dumps({"alg": algorithm, "typ": "JWT"}).encode()
    signing_input = f"{base64url(header)}.{a_token().split('.')[1]}"
    mac = hmac.digest(SECRET.encode(), signing_input.encode(), "sha256")
    return f"{signing_input}.{base64url(mac)}"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", Code.UNAUTHENTICATED),
        ("garbage", Code.UNAUTHENTICATED),
        ("a.b.c", Code.UNAUTHENTICATED),
        ("é.é.é", Code.UNAUTHENTICATED),
        (tampered(), Code.UNAUTHENTICATED),
        (a_token(secret="x" * 32), Code.UNAUTHENTICATED),
        (unsigned(sub="alice", exp=NOW_S + 9), Code.UNAUTHENTICATED),
        (
            jwt.encode({"sub": "alice", "exp": NOW_S + 9}, SECRET * 2, "HS512"),
            Code.UNAUTHENTICATED,
        ),
        (jwt.encode({"sub": "alice"}, SECRET), Code.UNAUTHENTICATED),
        (jwt.encode({"exp": NOW_S + 9}, SECRET), Code.UNAUTHENTICATED),
        (a_token(exp="tomorrow"), Code.UNAUTHENTICATED),
        (a_token(exp=None), Code.UNAUTHENTICATED),
        (a_token(nbf=NOW_S + SESSION_SKEW_S + 1), Code.UNAUTHENTICATED),
        (a_token(iat=NOW_S + SESSION_SKEW_S + 1), Code.UNAUTHENTICATED),
        (by_its_own_header("RS256"), Code.UNAUTHENTICATED),
        (by_its_own_header("ES256"), Code.UNAUTHENTICATED),
        (by_its_own_header("hs256"), Code.UNAUTHENTICATED),
        (a_token(""), Code.UNAUTHENTICATED),
        (a_token("../bob"), Code.UNAUTHENTICATED),
        (a_token("a" * 65), Code.UNAUTHENTICATED),
        (a_token(sub=7), Code.UNAUTHENTICATED),
        (a_token(exp=NOW_S - SESSION_SKEW_S), Code.TOKEN_EXPIRED),
        (a_token(exp=0), Code.TOKEN_EXPIRED),
    ],
)
def test_a_token_that_does_not_count_is_refused(token: str, code: Code) -> None:
    with pytest.raises(Refusal) as refused:
        principal_of(token, SECRET)

    assert refused.value.code is code


@pytest.mark.parametrize(
    "times",
    [
        {"exp": NOW_S - SESSION_SKEW_S + 1},
        {"nbf": NOW_S + SESSION_SKEW_S},
        {"iat": NOW_S + SESSION_SKEW_S},
    ],
)
def test_another_clock_may_be_off_a_little(times: dict[str, int]) -> None:
    assert principal_of(a_token("alice", SECRET, **times), SECRET).user_id == "alice"


def test_a_valid_token_says_who_calls_and_until_when() -> None:
    principal = principal_of(a_token("alice", exp=NOW_S + 60), SECRET)

    assert (principal.user_id, principal.expires_at_ms) == ("alice", NOW_MS + 60_000)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_authorization_header_counts_for_every_method(scheme: str) -> None:
    request = a_request("POST", "/", {"authorization": f"{scheme} {a_token()}"})

    assert authenticated(request, SETTINGS).user_id == "alice"


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer"}, {"cookie": "other=1"}],
)
def test_without_a_token_nobody_is_signed_in(headers: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        authenticated(a_request("GET", "/", headers), SETTINGS)

    assert refused.value.code is Code.UNAUTHENTICATED


@pytest.mark.parametrize(
    "cookie",
    [
        "session={}",
        "a=1; session={}; b=2",
        'prefs={{"size": 2, "dark": true}}; session={}',
        "odd name=1; session={}",
        "session={}; =; ;",
    ],
)
def test_the_session_cookie_counts_whatever_cookies_stand_beside_it(cookie: str) -> None:
    request = a_request("GET", "/", {"cookie": cookie.format(a_token())})

    assert authenticated(request, SETTINGS).user_id == "alice"


def test_a_bearer_token_beats_the_cookie() -> None:
    headers = {
        "authorization": f"Bearer {a_token('bob')}",
        "cookie": f"session={a_token('alice')}",
        "origin": "https://evil.example",
    }

    assert authenticated(a_request("POST", "/", headers), SETTINGS).user_id == "bob"


def test_a_bad_bearer_token_does_not_fall_back_to_the_cookie() -> None:
    headers = {"authorization": "Bearer garbage", "cookie": f"session={a_token()}"}

    with pytest.raises(Refusal) as refused:
        authenticated(a_request("GET", "/", headers), SETTINGS)

    assert refused.value.code is Code.UNAUTHENTICATED


@pytest.mark.parametrize("origin", [ORIGIN, "https://friend.example", None])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_change_by_cookie_is_accepted_from_our_own_pages(method: str, origin: str | None) -> None:
    headers = {"cookie": f"session={a_token()}"} | ({"origin": origin} if origin else {})

    assert authenticated(a_request(method, "/", headers), SETTINGS).user_id == "alice"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://darkroom.example",
        "https://darkroom.example.evil.example",
        "https://darkroom.example:444",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_change_by_cookie_is_refused_from_other_sites(method: str, origin: str) -> None:
    headers = {"cookie": f"session={a_token()}", "origin": origin}

    with pytest.raises(Refusal) as refused:
        authenticated(a_request(method, "/", headers), SETTINGS)

    assert refused.value.code is Code.ORIGIN_FORBIDDEN


def test_looking_by_cookie_needs_no_origin_of_ours() -> None:
    headers = {"cookie": f"session={a_token()}", "origin": "https://evil.example"}

    assert authenticated(a_request("GET", "/", headers), SETTINGS).user_id == "alice"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    cookie = session_cookie("token", 60, is_secure=True)

    assert cookie == "session=token; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure"


def test_without_tls_the_cookie_is_not_marked_secure() -> None:
    assert "Secure" not in session_cookie("token", 60, is_secure=False)
