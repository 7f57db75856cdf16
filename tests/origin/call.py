"""One request on its way to its handler: who calls, what the path says, and what there is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.origin.config import Config
from tests.origin.dialect import (
    INVALID_JSON,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION_ERROR,
    Refusal,
)
from tests.origin.editor import Editor
from tests.origin.hub import Hub
from tests.origin.media import Media
from tests.origin.store import Store

BODY_BYTES_MAX = 64 * 1024
PLACE_MAX = 10**12
ASK_AGAIN = "private, no-cache"


@dataclass(frozen=True, slots=True)
class Backend:
    config: Config
    store: Store
    hub: Hub
    media: Media
    editor: Editor


@dataclass(frozen=True, slots=True)
class Call:
    request: Request
    backend: Backend
    user_id: str  # empty where the route is for anybody

    @property
    def store(self) -> Store:
        return self.backend.store

    def parameter(self, name: str) -> str:
        return str(self.request.path_params[name])


Handler = Callable[[Call], Awaitable[Response]]


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Parsed = TypeVar("Parsed", bound=Body)


async def body(call: Call, shape: type[Parsed], *, may_be_empty: bool = False) -> Parsed:
    text = await _read(call.request) if may_be_empty else b""
    if not (may_be_empty and not text):
        kind = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refusal(UNSUPPORTED_MEDIA_TYPE)
        text = text or await _read(call.request)
    try:
        return shape.model_validate_json(text or b"{}" if may_be_empty else text)
    except ValidationError as error:
        is_json = error.errors()[0]["type"] != "json_invalid"
        raise Refusal(VALIDATION_ERROR if is_json else INVALID_JSON) from None


async def _read(request: Request) -> bytes:
    """To its end, even if it is too large: many a client hears nothing until it has told all."""
    text, length = b"", 0
    async for chunk in request.stream():
        length += len(chunk)
        text = text + chunk if length <= BODY_BYTES_MAX else b""
    if length > BODY_BYTES_MAX:
        raise Refusal(PAYLOAD_TOO_LARGE)
    return text


def whole_number(call: Call, name: str, *, default: int, low: int, high: int) -> int:
    text = call.request.query_params.get(name, "")
    if not text:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(high))
    if not is_number or not low <= int(text) <= high:
        raise Refusal(VALIDATION_ERROR)
    return int(text)


def answer(value: object, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return JSONResponse(value, status, {"cache-control": "no-store", **named})


def tagged(call: Call, value: object, tag: str, cache_control: str = ASK_AGAIN) -> Response:
    """Under its ETag; 304 if the client knows it."""
    headers = {"etag": f'"{tag}"', "cache-control": cache_control}
    known = [one.strip().removeprefix("W/") for one in listed(call, "if-none-match")]
    if headers["etag"] in known or "*" in known:
        return Response(None, 304, headers)
    return JSONResponse(value, headers=headers)


def listed(call: Call, header: str) -> list[str]:
    """Our own tags hold no comma."""
    return [one.strip() for one in call.request.headers.get(header, "").split(",")]
