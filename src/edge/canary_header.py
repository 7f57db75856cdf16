"""`X-Canary: 1` asks to be served by us. Whose word counts: a tester's, and not everybody's."""

import hmac

from domain.settings import Settings
from edge.exchange import Request


def is_asked_for_us(request: Request, settings: Settings, user_id: str | None) -> bool:
    """In development anybody's counts. `user_id` is the principal's, if there is one."""
    if request.headers.get("x-canary", "").strip(" \t") != "1":
        return False
    if settings.environment == "development":
        return True
    return user_id in _testers(settings) or _has_token(request, settings)


def _testers(settings: Settings) -> frozenset[str]:
    names = (name.strip() for name in settings.canary_principals.split(","))
    return frozenset(filter(None, names))


def _has_token(request: Request, settings: Settings) -> bool:
    """In constant time. No token set is none that anybody could send."""
    sent = request.headers.get("x-canary-token", "").encode(errors="surrogatepass")
    is_equal = hmac.compare_digest(settings.canary_token.encode(), sent)
    return is_equal and settings.canary_token != ""
