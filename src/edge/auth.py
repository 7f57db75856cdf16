"""Who is calling: a session JWT from the `Authorization` header or the HttpOnly cookie."""

from dataclasses import dataclass
from typing import Final

import jwt

from domain.errors import Code, Refusal
from domain.ids import is_chosen_id
from domain.limits import SESSION_SKEW_S
from domain.settings import Settings
from edge.exchange import Request

ALGORITHM: Final = "HS256"  # pinned: a token may not choose how it is checked (RFC 8725, 3.1)
COOKIE: Final = "session"
LATEST_MS: Final = 253_402_300_799_000  # the end of the year 9999: RFC 3339 has four digits
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Principal:
    user_id: str
    expires_at_ms: int


def authenticated(request: Request, settings: Settings) -> Principal:
    """The caller, or a refusal. A cookie counts for a change only when sent from our own pages."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return principal_of(bearer.strip(), settings)
    token = cookie_named(COOKIE, request)
    if not token:
        raise Refusal(Code.UNAUTHENTICATED, "sign in first: no session token was sent")
    if request.method not in SAFE_METHODS:
        check_origin(request, settings)
    return principal_of(token, settings)


def known_principal(request: Request, settings: Settings) -> Principal | None:
    """Whoever it is, if it is anybody: what the origin serves, the origin may refuse."""
    try:
        return authenticated(request, settings)
    except Refusal:
        return None


def principal_of(token: str, settings: Settings) -> Principal:
    try:
        claims = jwt.decode(
            token,
            settings.jwt_secret,
            algorithms=[ALGORITHM],
            leeway=SESSION_SKEW_S,
            options={"require": ["exp", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        raise Refusal(Code.TOKEN_EXPIRED, "sign in again: the session has expired") from None
    except jwt.InvalidTokenError:
        raise Refusal(Code.UNAUTHENTICATED, "the session token is not valid") from None
    user_id = claims["sub"]
    if not is_chosen_id(user_id):
        raise Refusal(Code.UNAUTHENTICATED, "the session token names no valid user")
    return Principal(user_id, min(int(claims["exp"]) * 1000, LATEST_MS))


def check_origin(request: Request, settings: Settings) -> None:
    """Against forged requests from other sites, for which a browser adds the cookie by itself.

    A browser names the origin on every cross-site change and WebSocket; other clients need not.
    """
    origin = request.headers.get("origin")
    if origin is None or origin == request.origin or origin in settings.origins:
        return
    raise Refusal(Code.ORIGIN_FORBIDDEN, "requests from this origin are not accepted")


def session_cookie(token: str, max_age_s: int, *, is_secure: bool) -> str:
    """`SameSite=Lax`; `Secure` wherever the page itself came over TLS."""
    secure = "; Secure" if is_secure else ""
    return f"{COOKIE}={token}; Max-Age={max_age_s}; Path=/; HttpOnly; SameSite=Lax{secure}"


def cookie_named(wanted: str, request: Request) -> str | None:
    """The first of its name. Pairs are split at `;` and nowhere else (RFC 6265, 5.4).

    `http.cookies.SimpleCookie` drops all of them where one of another program cannot be parsed.
    """
    for pair in request.headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == wanted:
            return value.strip('"')
    return None
