"""What is passed on to the origin, and what of a request stays here."""

import json

import pytest

from domain.errors import Code, Refusal
from domain.limits import PROXY_BODY_BYTES_MAX, PROXY_HEADER_BYTES_MAX, PROXY_TIMEOUT_MS_MAX
from edge.proxy import Bounds, Proxy, Silence
from tests.fakes.memory_origin import MemoryOrigin
from tests.unit.darkroom import BOUNDS, TRACEPARENT, a_request

pytestmark = pytest.mark.anyio

BASE = "https://legacy.example/v1"
REFUSED, TIMEOUT = Silence.REFUSED, Silence.TIMEOUT


def a_proxy(origin: MemoryOrigin, bounds: Bounds = BOUNDS) -> Proxy:
    return Proxy(BASE, bounds, origin)


async def test_path_and_query_are_passed_on_as_they_came() -> None:
    origin = MemoryOrigin()

    await a_proxy(origin).passed_on(a_request("GET", "/api/a%20b?x=%2F&x=2&empty="))

    assert origin.urls == [f"{BASE}/api/a%20b?x=%2F&x=2&empty="]


async def test_the_answer_comes_back_as_it_is() -> None:
    answer = await a_proxy(MemoryOrigin(status=418)).passed_on(a_request("GET", "/api/tea"))

    assert (answer.status, answer.native, answer.headers) == (418, "answer 1", ())


async def test_the_origin_is_told_whose_request_it_is_and_in_which_trace() -> None:
    origin = MemoryOrigin()
    headers = {"cf-connecting-ip": "203.0.113.7", "x-forwarded-for": "10.0.0.1"}

    await a_proxy(origin).passed_on(a_request("GET", "/api/account", headers))

    (sent,) = origin.sent
    assert dict(sent.set_headers) == {
        "x-request-id": "req-1",
        "traceparent": TRACEPARENT,
        "x-forwarded-host": "darkroom.example",
        "x-forwarded-proto": "https",
        "x-forwarded-for": "203.0.113.7",
    }
    assert "x-forwarded-for" in sent.drop_headers


async def test_the_upgrade_of_a_websocket_is_passed_on() -> None:
    origin = MemoryOrigin(status=101)
    headers = {"connection": "Upgrade", "upgrade": "websocket"}

    await a_proxy(origin).passed_on(a_request("GET", "/api/legacy/ws", headers))

    assert "upgrade" not in origin.sent[0].drop_headers


async def test_cookies_of_ours_stay_here() -> None:
    origin = MemoryOrigin()
    headers = {"cookie": "a=1; CF_Authorization=x; session=y"}

    await a_proxy(origin).passed_on(a_request("GET", "/api/account", headers))

    assert dict(origin.sent[0].set_headers)["cookie"] == "a=1; session=y"


async def test_if_there_are_no_others_there_is_no_cookie() -> None:
    origin = MemoryOrigin()
    headers = {"cookie": "CF_Authorization=x"}

    await a_proxy(origin).passed_on(a_request("GET", "/api/account", headers))

    assert "cookie" not in dict(origin.sent[0].set_headers)
    assert "cookie" in origin.sent[0].drop_headers


@pytest.mark.parametrize("status", [0, 100, 101, 199, 600, 999])
async def test_a_status_of_which_no_answer_can_be_made_is_none(status: int) -> None:
    origin = MemoryOrigin(status=status)

    with pytest.raises(Refusal) as refused:
        await a_proxy(origin).passed_on(a_request("POST", "/api/account"))

    assert refused.value.code is Code.ORIGIN_UNREACHABLE


# --- Time and attempts --------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_safe_request_that_was_refused_is_tried_again(method: str) -> None:
    origin = MemoryOrigin().is_silent([REFUSED])

    answer = await a_proxy(origin).passed_on(a_request(method, "/api/account"))

    assert (answer.native, len(origin.sent)) == ("answer 2", 2)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_request_that_changes_something_is_never_tried_again(method: str) -> None:
    origin = MemoryOrigin().is_silent([REFUSED])

    with pytest.raises(Refusal) as refused:
        await a_proxy(origin).passed_on(a_request(method, "/api/account"))

    assert (refused.value.code, len(origin.sent)) == (Code.ORIGIN_UNREACHABLE, 1)


async def test_who_is_refused_each_time_hears_that_the_origin_is_not_there() -> None:
    origin = MemoryOrigin().is_silent([REFUSED, REFUSED, REFUSED])

    with pytest.raises(Refusal) as refused:
        await a_proxy(origin, Bounds(1_000, 2)).passed_on(a_request("GET", "/api/account"))

    assert (refused.value.code, len(origin.sent)) == (Code.ORIGIN_UNREACHABLE, 3)


async def test_time_that_is_up_is_not_given_again() -> None:
    origin = MemoryOrigin().is_silent([TIMEOUT])

    with pytest.raises(Refusal) as refused:
        await a_proxy(origin).passed_on(a_request("GET", "/api/account"))

    assert (refused.value.code, len(origin.sent)) == (Code.ORIGIN_TIMEOUT, 1)


async def test_attempts_share_one_time() -> None:
    origin = MemoryOrigin().is_silent([REFUSED])

    await a_proxy(origin).passed_on(a_request("GET", "/api/account"))

    first, second = origin.sent
    assert second.timeout_ms <= first.timeout_ms == BOUNDS.timeout_ms


async def test_an_upload_has_the_time_that_a_slow_line_takes() -> None:
    origin = MemoryOrigin()
    headers = {"content-length": "200000000"}

    await a_proxy(origin).passed_on(a_request("POST", "/api/legacy/echo", headers))

    assert origin.sent[0].timeout_ms == BOUNDS.timeout_ms + 400_000


async def test_an_upload_of_unknown_length_has_the_longest_time() -> None:
    origin = MemoryOrigin()

    await a_proxy(origin).passed_on(a_request("POST", "/api/legacy/echo"))

    assert origin.sent[0].timeout_ms == PROXY_TIMEOUT_MS_MAX


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_what_has_no_body_has_no_more_time_for_it(method: str) -> None:
    origin = MemoryOrigin()

    await a_proxy(origin).passed_on(a_request(method, "/api/legacy/echo"))

    assert origin.sent[0].timeout_ms == BOUNDS.timeout_ms


async def test_a_body_that_was_read_has_arrived() -> None:
    origin = MemoryOrigin()

    await a_proxy(origin).passed_on(a_request("POST", "/api/uploads/finalize"), b"{}")

    assert origin.sent[0].timeout_ms == BOUNDS.timeout_ms


@pytest.mark.parametrize(
    ("headers", "bound_ms"),
    [
        ({"content-length": "0"}, 15_000),
        ({"content-length": "3200000"}, 115_000),
        ({}, None),
        ({"content-length": "x"}, None),
        ({"content-length": "100", "content-encoding": "gzip"}, None),
    ],
)
async def test_a_body_of_known_length_must_end_in_time(
    headers: dict[str, str], bound_ms: int | None
) -> None:
    origin = MemoryOrigin()

    await a_proxy(origin).passed_on(a_request("GET", "/api/account"))

    assert origin.sent[0].body_timeout_ms(headers) == bound_ms


@pytest.mark.parametrize(
    ("configured", "clamped"),
    [
        ((15_000, 1), (15_000, 1)),
        ((1_000, 0), (1_000, 0)),
        ((60_000, 2), (60_000, 2)),
        ((999, -1), (1_000, 0)),
        ((60_001, 3), (60_000, 2)),
    ],
)
def test_bounds_are_clamped_with_a_warning(
    configured: tuple[int, int], clamped: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    bounds = Bounds.of(*configured)

    lines = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert (bounds.timeout_ms, bounds.attempts) == clamped
    assert lines == ["proxy.clamped"] * (configured != clamped)


# --- Size ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-large": "a" * PROXY_HEADER_BYTES_MAX}, Code.HEADERS_TOO_LARGE),
        ({"content-length": str(PROXY_BODY_BYTES_MAX + 1)}, Code.BODY_TOO_LARGE),
        ({"content-length": "9" * 400}, Code.BODY_TOO_LARGE),
        ({"content-length": "-1"}, Code.INVALID_BODY),
        ({"content-length": "1²"}, Code.INVALID_BODY),
    ],
)
async def test_what_is_too_large_does_not_reach_the_origin(
    headers: dict[str, str], code: Code
) -> None:
    origin = MemoryOrigin()

    with pytest.raises(Refusal) as refused:
        await a_proxy(origin).passed_on(a_request("POST", "/api/account", headers))

    assert (refused.value.code, origin.sent) == (code, [])
