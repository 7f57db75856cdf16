"""Passing a request on to the origin and its answer back, without looking into either.

Of headers, `edge/passed_headers.py` says which ones pass. Bodies stream; they never enter Python.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Protocol
from urllib.parse import urlsplit

from domain.errors import Code, Refusal
from domain.limits import (
    PROXY_BODY_BYTES_MAX,
    PROXY_HEADER_BYTES_MAX,
    PROXY_RETRY_ATTEMPTS_MAX,
    PROXY_TIMEOUT_MS_MAX,
    PROXY_TIMEOUT_MS_MIN,
    PROXY_UPLOAD_BYTES_PER_MS,
)
from edge.exchange import Native, Request, Response
from edge.passed_headers import dropped, is_upgrade, passed_cookies
from log import log

RETRIED: Final = frozenset({"GET", "HEAD", "OPTIONS"})  # safe, and so without harm done twice
UPGRADED: Final = 101
ANSWERS: Final = range(200, 600)  # of other statuses nobody can make an answer (Fetch standard)


class Silence(Enum):
    """Why there is no answer."""

    REFUSED = auto()  # or broken off before the first byte
    TIMEOUT = auto()


class NoAnswer(Exception):
    def __init__(self, silence: Silence) -> None:
        super().__init__(silence.name.lower())
        self.silence = silence


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is changed of a request on its way."""

    url: str
    set_headers: tuple[tuple[str, str], ...]
    drop_headers: frozenset[str]
    timeout_ms: int  # until the answer begins
    body: bytes | None = None  # in place of the request's own, which was read


class OriginFetch(Protocol):
    """The platform's fetch, for what is passed on. A redirect is an answer like any other."""

    async def send(self, native: Native, outgoing: Outgoing) -> Response:
        """`NoAnswer`, if none has begun in time."""
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    timeout_ms: int
    attempts: int  # after the first

    @classmethod
    def of(cls, timeout_ms: int, attempts: int) -> "Bounds":
        """What was configured, clamped; who configured something else is told once per isolate."""
        low, high = PROXY_TIMEOUT_MS_MIN, PROXY_TIMEOUT_MS_MAX
        bounds = cls(
            min(max(timeout_ms, low), high), min(max(attempts, 0), PROXY_RETRY_ATTEMPTS_MAX)
        )
        if bounds != cls(timeout_ms, attempts):
            log(
                "proxy.clamped",
                level="warning",
                backend_request_timeout_ms=bounds.timeout_ms,
                backend_retry_attempts=bounds.attempts,
            )
        return bounds


class Proxy:
    """To one origin: "https://legacy.example", under whose root its paths lie."""

    def __init__(self, base: str, bounds: Bounds, fetch: OriginFetch) -> None:
        self._base = base.rstrip("/")
        self._bounds = bounds
        self._fetch = fetch

    async def passed_on(self, request: Request, body: bytes | None = None) -> Response:
        """The origin's answer, or 502 and 504 for that there was none."""
        outgoing = self._outgoing(request, body)
        attempts = self._bounds.attempts if request.method in RETRIED else 0
        give_up_at_ms = request.clock() + outgoing.timeout_ms
        for attempt in range(attempts + 1):
            try:
                answer = await self._fetch.send(request.native, outgoing)
                return _checked(answer, request)
            except NoAnswer as trouble:
                remaining_ms = give_up_at_ms - request.clock()
                is_last = attempt == attempts or remaining_ms <= 0
                if is_last or trouble.silence is Silence.TIMEOUT:
                    raise _refused(trouble.silence) from None
                outgoing = _within(outgoing, remaining_ms)
        raise AssertionError("the last attempt has returned or raised")

    def _outgoing(self, request: Request, body: bytes | None) -> Outgoing:
        check_size(request)
        length = int(request.headers.get("content-length") or 0)
        host = urlsplit(request.origin)
        return Outgoing(
            url=f"{self._base}{request.target}",
            set_headers=(
                *request.trace.headers,
                ("x-forwarded-host", host.netloc),
                ("x-forwarded-proto", host.scheme),
                *_client(request),
                *_cookies(request),
            ),
            drop_headers=dropped(request),
            timeout_ms=self._bounds.timeout_ms + length // PROXY_UPLOAD_BYTES_PER_MS,
            body=body,
        )


def _checked(answer: Response, request: Request) -> Response:
    if answer.status in ANSWERS or (answer.status == UPGRADED and is_upgrade(request)):
        return answer
    log("proxy.odd_status", level="error", status=answer.status, req_id=request.id)
    raise NoAnswer(Silence.REFUSED)


def check_size(request: Request) -> None:
    size = sum(len(name) + len(value) for name, value in request.headers.items())
    if size > PROXY_HEADER_BYTES_MAX:
        raise Refusal(Code.HEADERS_TOO_LARGE, f"at most {PROXY_HEADER_BYTES_MAX} bytes of headers")
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise Refusal(Code.INVALID_BODY, "content-length must be a number")
    if len(length) > len(str(PROXY_BODY_BYTES_MAX)) or int(length) > PROXY_BODY_BYTES_MAX:
        raise Refusal(Code.BODY_TOO_LARGE, f"at most {PROXY_BODY_BYTES_MAX} bytes are passed on")


def _within(outgoing: Outgoing, timeout_ms: int) -> Outgoing:
    return Outgoing(
        outgoing.url,
        outgoing.set_headers,
        outgoing.drop_headers,
        timeout_ms,
        outgoing.body,
    )


def _client(request: Request) -> tuple[tuple[str, str], ...]:
    """Whose request it is, as the platform says; what the client says of that is left out."""
    address = request.headers.get("cf-connecting-ip")
    return (("x-forwarded-for", address),) if address else ()


def _cookies(request: Request) -> tuple[tuple[str, str], ...]:
    """In place of what came, if some of it is not for the origin."""
    passed = passed_cookies(request.headers)
    is_changed = passed != request.headers.get("cookie", "")
    return (("cookie", passed),) if passed and is_changed else ()


def _refused(silence: Silence) -> Refusal:
    if silence is Silence.TIMEOUT:
        return Refusal(Code.ORIGIN_TIMEOUT, "the service behind this one did not answer in time")
    return Refusal(Code.ORIGIN_UNREACHABLE, "the service behind this one could not be reached")
