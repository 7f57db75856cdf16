"""Which headers pass between a client and the origin: all but those that are not for who is beyond.

Left out are those of one connection (RFC 9110, 7.6.1), those by which we know our own parts, those
by which some servers take a request for another one, and what proves an operator.
"""

from collections.abc import Mapping
from typing import Final

from edge.cohort_cookie import NAME as COHORT
from edge.exchange import Request

HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
CORS: Final = ("access-control-allow-", "access-control-max-age")  # which is ours to answer
OURS: Final = ("x-darkroom-", "x-internal-", "x-canary-token", "x-forwarded-", "cf-access-")
# Another method or path than the one that was checked here; and whose request it is said to be.
MISLEADING: Final = frozenset(
    {
        "forwarded",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-url",
        "x-rewrite-url",
    }
)
# Of Cloudflare Access, by which operators sign in; and the cohort's, which only we understand.
OUR_COOKIES: Final = frozenset(
    {"CF_Authorization", "CF_AppSession", "CF_Binding", "CF_Session", COHORT}
)


def dropped(request: Request) -> frozenset[str]:
    """Of a request. CGI and its heirs read `_` as `-` (RFC 3875, 4.1.18), so here they are one."""
    kept = {"upgrade"} if is_upgrade(request) else set[str]()
    gone = (HOP_BY_HOP | MISLEADING | _listed(request.headers)) - kept
    if not passed_cookies(request.headers):
        gone |= {"cookie"}
    return gone | {name for name in request.headers if _is_gone(name.replace("_", "-"), gone)}


def dropped_of_answer(headers: Mapping[str, str], others: tuple[str, ...]) -> frozenset[str]:
    """Of an answer of the origin: those of its connection, and others that begin so."""
    gone = HOP_BY_HOP | _listed(headers)
    return gone | {name for name in headers if name.startswith(others)}


def passed_cookies(headers: Mapping[str, str]) -> str:
    """The client's cookies without ours, each as it was spelt."""
    pairs = headers.get("cookie", "").split(";")
    return ";".join(pair for pair in pairs if _name(pair) not in OUR_COOKIES).strip()


def is_upgrade(request: Request) -> bool:
    return request.headers.get("upgrade", "").lower() == "websocket"


def _is_gone(name: str, gone: frozenset[str]) -> bool:
    return name in gone or name.startswith(OURS)


def _listed(headers: Mapping[str, str]) -> frozenset[str]:
    names = headers.get("connection", "").split(",")
    return frozenset(name.strip().lower() for name in names) - {""}


def _name(pair: str) -> str:
    return pair.partition("=")[0].strip()
