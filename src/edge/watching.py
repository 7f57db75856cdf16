"""What the ways of watching have in common: where a reader goes on, and how they are told no."""

from typing import Final

from domain.close_codes import close_code_of, close_reason
from domain.cursor import Cursor
from domain.errors import Code, Refusal
from domain.limits import LONG_POLL_MS_MAX
from domain.messages.live import PROTOCOL, WATCH_HEADER, Transport, Watch
from edge.auth import protocols
from edge.exchange import Closing, Request, Response, whole_number
from edge.services import Call

EVENT_STREAM: Final = "text/event-stream"


def since_of(request: Request, transport: Transport) -> str | None:
    """A stream's last id is newer than the address, which a browser asks again unchanged."""
    since = request.query.get("since")
    if transport is Transport.STREAM:
        since = request.headers.get("last-event-id") or since
    if since is not None and Cursor.parsed(since) is None:
        raise Refusal(Code.INVALID_QUERY, "since must be a cursor, as an event or hello had it")
    return since


def wait_ms_of(request: Request) -> int:
    return 1000 * whole_number(request, "wait", default=0, low=0, high=LONG_POLL_MS_MAX // 1000)


def takes_batches(request: Request) -> bool:
    return whole_number(request, "batch", default=0, low=0, high=1) == 1


def transport_of(request: Request) -> Transport:
    """Of a request that is no upgrade. `HEAD` wants to know what `GET` is without streaming it."""
    wants_stream = EVENT_STREAM in request.headers.get("accept", "").lower()
    return Transport.STREAM if wants_stream and request.method == "GET" else Transport.POLL


def watch_of(call: Call, transport: Transport) -> Watch:
    request = call.request
    assert call.principal is not None
    is_poll = transport is Transport.POLL and request.method == "GET"
    return Watch(
        caller_id=call.caller_id,
        expires_at_ms=call.principal.expires_at_ms,
        transport=transport,
        since=since_of(request, transport),
        wait_ms=wait_ms_of(request) if is_poll else 0,
        protocol=PROTOCOL if PROTOCOL in protocols(request) else None,
        takes_batches=transport is Transport.SOCKET and takes_batches(request),
    )


def handed_over(call: Call, watch: Watch) -> object:
    """The request as its actor gets it. The other two headers are for an older version of it."""
    return call.request.native.forwarded(
        {
            WATCH_HEADER: watch.model_dump_json(),
            "x-darkroom-caller": watch.caller_id,
            "x-darkroom-expires-at-ms": str(watch.expires_at_ms),
        }
    )


def closing_of(request: Request, refusal: Refusal) -> Response | None:
    """To whoever knows the close codes: for a browser does not show the answer to an upgrade."""
    if request.headers.get("upgrade", "").lower() != "websocket":
        return None
    offered = PROTOCOL in protocols(request)
    if not offered and "since" not in request.query:
        return None
    protocol = PROTOCOL if offered else None
    closing = Closing(close_code_of(refusal.code), close_reason(refusal.detail), protocol)
    return Response(101, closing=closing)
