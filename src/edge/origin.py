"""Asking the origin, as whoever asks us: with their credentials, and held to a time and a size."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from domain.errors import Code, OriginOutage, Outage
from domain.limits import ORIGIN_ANSWER_BYTES_MAX, PROXY_TIMEOUT_MS_MAX, PROXY_TIMEOUT_MS_MIN
from edge.origin_shapes import (
    OriginFileHistory,
    OriginJob,
    OriginPreviewUrl,
    read,
    refusal_of,
    said_code,
)
from edge.passed_headers import passed_cookies
from edge.services import Call
from storage.web import WebAnswer, WebRequest

OK: Final = 200


def is_migrating(call: Call) -> bool:
    return bool(call.services.settings.origin_api_base)


def timeout_ms(call: Call) -> int:
    wanted_ms = call.services.settings.backend_request_timeout_ms
    return min(max(wanted_ms, PROXY_TIMEOUT_MS_MIN), PROXY_TIMEOUT_MS_MAX)


async def asked(
    call: Call,
    path: str,
    query: Mapping[str, str | int],
    etag: str | None = None,
    wait_ms: int = PROXY_TIMEOUT_MS_MAX,
) -> WebAnswer:
    """The answer to a GET, whatever it is. `wait_ms`: if we can do without sooner than usual."""
    condition = {} if etag is None else {"if-none-match": etag}
    parameters = f"?{urlencode(query)}" if query else ""
    return await _sent(call, "GET", f"{path}{parameters}", condition, wait_ms)


async def told(call: Call, path: str) -> WebAnswer:
    """The answer to a POST that has no body, whatever it is."""
    return await _sent(call, "POST", path, {}, PROXY_TIMEOUT_MS_MAX)


async def _sent(
    call: Call, method: str, target: str, more: Mapping[str, str], wait_ms: int
) -> WebAnswer:
    headers = credentials(call.request.headers)
    headers |= {"accept": "application/json", **dict(call.request.trace.headers), **more}
    errands, clock = call.request.errands, call.request.clock
    began_ms = clock()
    try:
        return await call.services.web.ask(
            WebRequest(method, f"{call.services.settings.origin_api_base}{target}", headers),
            timeout_ms=min(timeout_ms(call), wait_ms),
            bytes_max=ORIGIN_ANSWER_BYTES_MAX,
        )
    except Outage as outage:
        raise OriginOutage(str(outage)) from outage
    finally:
        errands.origin_ms += clock() - began_ms


def credentials(given: Mapping[str, str]) -> dict[str, str]:
    """By which the origin knows the caller, and none by which we know an operator."""
    sent = {"authorization": given.get("authorization", ""), "cookie": passed_cookies(given)}
    return {name: value for name, value in sent.items() if value}


async def origin_file(call: Call, file_id: str) -> OriginFileHistory:
    """A file as the origin tells the caller of it; or the origin's refusal, as ours."""
    answer = await asked(call, f"/api/files/{file_id}", {})
    if answer.status != OK:
        raise refusal_of(answer, Code.FILE_NOT_FOUND)
    return read(answer, OriginFileHistory)


async def origin_job(call: Call, job_id: str) -> OriginJob:
    answer = await asked(call, f"/api/jobs/{job_id}", {})
    if answer.status != OK:
        raise refusal_of(answer, Code.JOB_NOT_FOUND)
    return read(answer, OriginJob)


async def origin_preview(call: Call, file_id: str) -> OriginPreviewUrl:
    answer = await asked(call, f"/api/files/{file_id}/preview", {})
    if answer.status != OK:
        is_file = said_code(answer) != Code.FILE_NOT_FOUND
        raise refusal_of(answer, Code.PREVIEW_NOT_FOUND if is_file else Code.FILE_NOT_FOUND)
    return read(answer, OriginPreviewUrl)
