"""A request and a response as the edge sees them: plain values, so that the edge runs anywhere."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import Code, Refusal
from domain.limits import FIELD_CHARACTERS_MAX, JSON_BODY_BYTES_MAX
from domain.values import Value
from edge.trace import Trace


class Body(BaseModel):
    """A JSON body from outside. Unlike our own messages it may hold no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Native(Protocol):
    """The platform's own request, for what is streamed or handed on without being looked into."""

    @property
    def stream(self) -> object: ...

    def forwarded(self, headers: Mapping[str, str]) -> object:
        """The same request with these headers set, to be given to an actor."""
        ...


@dataclass(slots=True)
class Errands:
    """What was asked of others for one request, whose time is not ours to answer for."""

    origin_ms: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    trace: Trace
    method: str
    origin: str  # scheme and host: "https://darkroom.example"
    target: str  # path and query as they came: "/api/orders/a%20b/files?limit=5"
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    read: Callable[[int], Awaitable[bytes | None]]  # the body, or None if above that many bytes
    native: Native
    clock: Callable[[], int]  # ms since the epoch; Python's own runs ahead on the platform
    errands: Errands = field(default_factory=Errands)

    @property
    def id(self) -> str:
        return self.trace.request_id

    @property
    def raw_path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def path(self) -> str:
        """Percent-decoded; `edge/paths.py` checks that this can be done in one way only."""
        return unquote(self.raw_path)

    def with_body(self, body: bytes) -> "Request":
        """The same for who comes next, now that its body was read."""

        async def read(bytes_max: int) -> bytes | None:
            return body if len(body) <= bytes_max else None

        return replace(self, read=read)


@dataclass(frozen=True, slots=True)
class Closing:
    """A WebSocket that is accepted to be closed at once, which says why."""

    code: int
    reason: str
    protocol: str | None  # that its client offered


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    stream: object | None = None  # a body that Python never sees
    native: object | None = None  # a platform response to be passed on; `headers` come on top
    closing: Closing | None = None
    copied: Callable[[int], Awaitable[bytes | None]] | None = None  # as a request's `read`: a copy

    def without_body(self) -> "Response":
        """As a HEAD is answered (RFC 9110, 9.3.2)."""
        return Response(self.status, None, self.headers)

    def with_headers(self, *headers: tuple[str, str]) -> "Response":
        return replace(self, headers=(*self.headers, *headers))


def json_response(
    value: Value,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    cache_control: str = "no-store",
) -> Response:
    return json_text(value.model_dump_json(), status, headers, cache_control)


def json_text(
    text: str,
    status: int,
    headers: tuple[tuple[str, str], ...] = (),
    cache_control: str = "no-store",
) -> Response:
    content_type = ("content-type", "application/json")
    return Response(status, text, (content_type, ("cache-control", cache_control), *headers))


Parsed = TypeVar("Parsed", bound=Body)


async def parsed_body(request: Request, shape: type[Parsed]) -> Parsed:
    _check_json(request)
    return _parsed(await _read(request), shape)


async def optional_body(request: Request, shape: type[Parsed]) -> Parsed:
    """No body at all says as much as an empty object."""
    text = await _read(request)
    if text:
        _check_json(request)
    return _parsed(text or b"{}", shape)


def _check_json(request: Request) -> None:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise Refusal(Code.UNSUPPORTED_MEDIA_TYPE, "the body must be application/json")


async def _read(request: Request) -> bytes:
    text = await request.read(JSON_BODY_BYTES_MAX)
    if text is None:
        raise Refusal(Code.BODY_TOO_LARGE, f"the body may have at most {JSON_BODY_BYTES_MAX} bytes")
    return text


def _parsed(text: bytes, shape: type[Parsed]) -> Parsed:
    try:
        return shape.model_validate_json(text)
    except ValidationError as error:
        raise _refused(error) from None


def _refused(error: ValidationError) -> Refusal:
    """What is wrong and where, without repeating the input."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return Refusal(Code.MALFORMED_JSON, "the body is not JSON")
    where = ".".join(map(str, first["loc"]))[:FIELD_CHARACTERS_MAX] or "the body"
    return Refusal(Code.INVALID_BODY, f"{where}: {first['msg']}", {"field": where})


def whole_number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """A query parameter within its bounds."""
    text = request.query.get(name)
    if text is None or text == "":
        return default
    if (
        text.isascii()
        and text.isdigit()
        and len(text) <= len(str(high))
        and low <= int(text) <= high
    ):
        return int(text)
    raise Refusal(Code.INVALID_QUERY, f"{name} must be a whole number from {low} to {high}")
