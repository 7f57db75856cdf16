"""Cross-origin requests (Fetch standard, "CORS protocol"): who may read our answers in a browser.

Origins are those of ALLOWED_ORIGINS, compared whole. Answers differ by origin, so caches are told.
"""

import re
from typing import Final

from domain.settings import Settings
from edge.exchange import Request, Response

METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
REQUEST_HEADERS: Final = (
    "Authorization, Content-Type, Content-MD5, Idempotency-Key, If-Match, If-None-Match, "
    "Last-Event-ID, Traceparent, X-Canary, X-Canary-Token, X-Device-Token, X-Requested-With"
)
EXPOSED_HEADERS: Final = (
    "ETag, Retry-After, Idempotent-Replayed, X-Request-Id, X-Pix-Canary, X-Pix-Decision, "
    "Traceparent"
)
OPERATORS: Final = ("/ops/", "/qa/")
TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,128}")  # RFC 9110, 5.6.2
MAX_AGE_S: Final = 7200  # what Chromium keeps a preflight for at most


def preflight(request: Request, settings: Settings) -> Response | None:
    """The answer to a browser that asks before it sends; None, if this is no such question.

    Without `cors_headers`, which every answer gets: named twice, an origin is no origin.
    """
    is_asked = request.method == "OPTIONS" and "access-control-request-method" in request.headers
    if not is_asked or "origin" not in request.headers:
        return None
    if not _is_allowed(request, settings):
        return Response(403)
    headers = (
        ("access-control-allow-methods", METHODS),
        ("access-control-allow-headers", _request_headers(request)),
        ("access-control-max-age", str(MAX_AGE_S)),
    )
    return Response(204, headers=headers)


def cors_headers(request: Request, settings: Settings) -> tuple[tuple[str, str], ...]:
    """For every answer. Without `Origins` to allow there is nothing to say."""
    if not settings.origins:
        return ()
    if not _is_allowed(request, settings):
        return (("vary", "Origin"),)
    return (
        ("vary", "Origin"),
        ("access-control-allow-origin", request.headers["origin"]),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", EXPOSED_HEADERS),
    )


def _request_headers(request: Request) -> str:
    """Ours, and what is asked for besides: the origin may know headers that nobody knows here."""
    asked = request.headers.get("access-control-request-headers", "").split(",")
    ours = {name.lower() for name in REQUEST_HEADERS.split(", ")}
    names = dict.fromkeys(name.strip().lower() for name in asked)
    others = [name for name in names if TOKEN.fullmatch(name) and name not in ours]
    return ", ".join([REQUEST_HEADERS, *others])


def _is_allowed(request: Request, settings: Settings) -> bool:
    """Nobody's pages but our own are for operators."""
    is_operators = f"{request.path}/".startswith(OPERATORS)
    return not is_operators and request.headers.get("origin", "") in settings.origins
