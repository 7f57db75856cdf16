"""Passing a request on to the origin and its answer back, without looking into either.

Of headers, `edge/passed_headers.py` says which ones pass. Bodies stream; they never enter Python.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final, Protocol
from urllib.parse import urlsplit

from domain.errors import Code, Refusal
from domain.limits import (
    PROXY_ANSWER_BYTES_PER_MS,
    PROXY_BODY_BYTES_MAX,
    PROXY_HEADER_BYTES_MAX,
    PROXY_RETRY_ATTEMPTS_MAX,
    PROXY_TIMEOUT_MS_MAX,
    PROXY_TIMEOUT_MS_MIN,
    PROXY_UPLOAD_BYTES_PER_MS,
)
from edge.exchange import Native, Request, Response
from edge.passed_headers import CORS, dropped, is_upgrade, passed_cookies
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
    timeout_ms: int  # until the answer begins; then as long again for a body of known length
    body: bytes | None = None  # in place of the request's own, which was read
    drop_answers: tuple[str, ...] = CORS  # headers of the answer that begin so

    def body_timeout_ms(self, answer: Mapping[str, str]) -> int | None:
        """From an answer's headers to its end. None: its length is unknown, so that is any time.

        The length of one that is compressed is not that of the bytes that come through here.
        """
        length = answer.get("content-length", "")
        if "content-encoding" in answer or not (length.isascii() and length.isdigit()):
            return None
        first_ms = max(self.timeout_ms, PROXY_TIMEOUT_MS_MIN)  # a second attempt has less
        return first_ms + int(length) // PROXY_ANSWER_BYTES_PER_MS


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

    def __init__(
        self,
        base: str,
        bounds: Bounds,
        fetch: OriginFetch,
        drop_answers: tuple[str, ...] = CORS,
    ) -> None:
        self._drop_answers = drop_answers
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
                outgoing = replace(outgoing, timeout_ms=remaining_ms)
        raise AssertionError("the last attempt has returned or raised")

    def _outgoing(self, request: Request, body: bytes | None) -> Outgoing:
        check_size(request)
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
            timeout_ms=self._timeout_ms(request, body),
            body=body,
            drop_answers=self._drop_answers,
        )

    def _timeout_ms(self, request: Request, body: bytes | None) -> int:
        """An upload takes the time of the client's line; if nobody knows how much, the longest."""
        timeout_ms = self._bounds.timeout_ms
        if has_unknown_length(request) and body is None:
            return max(timeout_ms, PROXY_TIMEOUT_MS_MAX)
        length = int(request.headers.get("content-length") or 0)
        return timeout_ms + length // PROXY_UPLOAD_BYTES_PER_MS


def has_unknown_length(request: Request) -> bool:
    """Whether there is a body to come that is as long as it is."""
    has_body = request.method not in RETRIED and request.native.stream is not None
    return has_body and "content-length" not in request.headers


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
