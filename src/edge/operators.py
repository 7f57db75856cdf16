"""Who is an operator: whoever sends one of the tokens in OPERATOR_TOKENS, or comes by Access."""

import hmac
from typing import Final

from domain.errors import Code, Outage, Refusal
from domain.settings import Settings
from edge.access_token import NOT_VALID, read
from edge.auth import SAFE_METHODS, cookie_named
from edge.exchange import Request
from edge.problems import unavailable
from edge.services import Services
from log import log

ASSERTION: Final = "cf-access-jwt-assertion"  # set by Access on each request that it lets through
COOKIE: Final = "CF_Authorization"
LOOKING: Final = frozenset({"GET", "HEAD"})


async def operator_of(request: Request, services: Services) -> str:
    """The operator's name."""
    name = _by_token(request, services.settings) or await _by_access(request, services)
    if name is None:
        raise Refusal(Code.OPERATOR_NEEDED, "send an operator's token as Authorization: Bearer")
    return name


def _by_token(request: Request, settings: Settings) -> str | None:
    """Of these a cookie never counts, so no other site can act through a browser.

    The token is compared with all of them, each in constant time, so that how long the answer
    takes tells nothing about any of them.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    sent = credentials.strip().encode() if scheme.lower() == "bearer" else b""
    names = [
        name for name, token in settings.operators if hmac.compare_digest(token.encode(), sent)
    ]
    return names[0] if names else None


async def _by_access(request: Request, services: Services) -> str | None:
    """None, if the request did not come by Access.

    What another site has a browser send does, too: so a change must come from our own pages, or
    from none at all.
    """
    settings = services.settings
    sent = _assertion(request)
    if not sent or not settings.access_team_domain:
        return None
    now_ms = request.clock()
    team_domain = settings.access_team_domain
    token = read(sent, team_domain, settings.access_audience, now_ms / 1000)
    try:
        key = await services.access_keys.find(token.key_id, team_domain, services.web, now_ms)
    except Outage as outage:
        log("access.not_asked", level="warning", reason=str(outage), req_id=request.id)
        raise unavailable() from None
    if key is None or not await services.verifier.verified(
        key, token.signing_input, token.signature
    ):
        raise Refusal(Code.OPERATOR_NEEDED, NOT_VALID)
    if request.method not in SAFE_METHODS:
        _check_page(request)
    return token.operator


def _check_page(request: Request) -> None:
    """Our own: those of ALLOWED_ORIGINS are for customers."""
    if request.headers.get("origin", request.origin) != request.origin:
        raise Refusal(Code.ORIGIN_FORBIDDEN, "operators act from our own pages only")


def _assertion(request: Request) -> str | None:
    """The cookie counts for looking only."""
    sent = request.headers.get(ASSERTION)
    if sent is None and request.method in LOOKING:
        return cookie_named(COOKIE, request)
    return sent
