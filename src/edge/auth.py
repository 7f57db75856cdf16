"""Who is calling: a session JWT from the `Authorization` header or the HttpOnly cookie.

Or, of a WebSocket, from its subprotocols: a browser can set no header there, and sends its cookie
to our own site only.
"""

from dataclasses import replace
from typing import Final

from domain.errors import Code, Refusal
from domain.session import Principal, principal_of
from domain.settings import Settings
from edge.exchange import Request

BEARER_PROTOCOL: Final = "bearer."  # and the token
COOKIE: Final = "session"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def authenticated(request: Request, settings: Settings) -> Principal:
    """The caller, or a refusal. A cookie counts for a change only when sent from our own pages."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return principal_of(bearer.strip(), settings.jwt_secret)
    for protocol in protocols(request):
        if protocol.startswith(BEARER_PROTOCOL):
            return principal_of(protocol.removeprefix(BEARER_PROTOCOL), settings.jwt_secret)
    token = cookie_named(COOKIE, request)
    if not token:
        raise Refusal(Code.UNAUTHENTICATED, "sign in first: no session token was sent")
    if request.method not in SAFE_METHODS:
        check_origin(request, settings)
    return principal_of(token, settings.jwt_secret)


def known_principal(request: Request, settings: Settings) -> Principal | None:
    """Whoever it is, if it is anybody: what the origin serves, the origin may refuse.

    Even if it comes from another site's page: the origin may do what it asks for.
    """
    try:
        return authenticated(replace(request, method="GET"), settings)
    except Refusal:
        return None


def protocols(request: Request) -> list[str]:
    """The subprotocols that a WebSocket's client offers."""
    if request.headers.get("upgrade", "").lower() != "websocket":
        return []
    offered = request.headers.get("sec-websocket-protocol", "")
    return [one.strip() for one in offered.split(",")]


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
