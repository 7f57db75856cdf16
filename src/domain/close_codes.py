"""With which codes a WebSocket is closed, and what whoever was closed does then."""

from enum import Enum, IntEnum
from typing import Final

from domain.errors import Code
from domain.limits import CLOSE_REASON_BYTES_MAX


class CloseCode(IntEnum):
    """Below 4000: RFC 6455, 7.4.1, and its registry at IANA. From 4000: ours (7.4.2)."""

    NORMAL = 1000
    GOING_AWAY = 1001
    DROPPED = 1006
    TOO_LARGE = 1009
    BROKE = 1011
    RESTARTING = 1012
    MALFORMED = 4400
    SESSION_EXPIRED = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    REPLACED = 4409
    RATE_LIMITED = 4429


class Then(Enum):
    """What a client does, in the words of docs/api.md."""

    RETRY = (
        "connect again with the cursor, after a pause that doubles from 1 s to 30 s, with jitter"
    )
    REFRESH = "get a new token, then connect again with the cursor"
    WAIT = "connect again with the cursor, after 30 s with jitter"
    STOP = "stop: the same again would end the same way"


# What it means, and what to do.
CLOSINGS: Final[dict[CloseCode, tuple[str, Then]]] = {
    CloseCode.NORMAL: ("the client's own close, answered", Then.STOP),
    CloseCode.GOING_AWAY: ("the server goes away, as for a deployment", Then.RETRY),
    CloseCode.DROPPED: ("never sent: the line is gone, or the server is", Then.RETRY),
    CloseCode.TOO_LARGE: ("a frame was larger than 64 KiB", Then.STOP),
    CloseCode.BROKE: ("something went wrong on our side", Then.RETRY),
    CloseCode.RESTARTING: ("the server starts anew", Then.RETRY),
    CloseCode.MALFORMED: ("a frame or the cursor is none that can be read", Then.STOP),
    CloseCode.SESSION_EXPIRED: ("the session has expired, or there is none", Then.REFRESH),
    CloseCode.FORBIDDEN: ("it belongs to another user, or your origin may not", Then.STOP),
    CloseCode.NOT_FOUND: ("there is no such order or room", Then.STOP),
    CloseCode.REPLACED: ("another connection of the same tab has taken over", Then.STOP),
    CloseCode.RATE_LIMITED: ("too many messages, or too many connections", Then.WAIT),
}

CLOSED_BY: Final[dict[Code, CloseCode]] = {
    Code.UNAUTHENTICATED: CloseCode.SESSION_EXPIRED,
    Code.TOKEN_EXPIRED: CloseCode.SESSION_EXPIRED,
    Code.FORBIDDEN: CloseCode.FORBIDDEN,
    Code.ORIGIN_FORBIDDEN: CloseCode.FORBIDDEN,
    Code.ORDER_NOT_FOUND: CloseCode.NOT_FOUND,
    Code.ROUTE_NOT_FOUND: CloseCode.NOT_FOUND,
    Code.ROOM_FORBIDDEN: CloseCode.FORBIDDEN,
    Code.ROOM_NOT_FOUND: CloseCode.NOT_FOUND,
    Code.INVALID_QUERY: CloseCode.MALFORMED,
    Code.MALFORMED_JSON: CloseCode.MALFORMED,
    Code.INVALID_BODY: CloseCode.MALFORMED,
    Code.BODY_TOO_LARGE: CloseCode.TOO_LARGE,
    Code.TOO_MANY_WATCHERS: CloseCode.RATE_LIMITED,
    Code.RATE_LIMITED: CloseCode.RATE_LIMITED,
}


def close_reason(detail: str) -> str:
    """What fits into the frame that closes (RFC 6455, 5.5)."""
    return detail.encode()[:CLOSE_REASON_BYTES_MAX].decode(errors="ignore")


def close_code_of(code: Code) -> CloseCode:
    return CLOSED_BY.get(code, CloseCode.BROKE)
