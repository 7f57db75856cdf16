"""An origin that refuses, says what nobody can read, or says nothing."""

import json

import pytest

from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER
from tests.unit.edge.legacy import (
    FRESH_MS,
    PAGE,
    Legacy,
    a_legacy_file,
    a_legacy_job,
    a_page,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

JOBS = "/api/jobs?order_id=summer-42"
STACKS = f"{ORDER}/stacks"
READS = [f"{ORDER}/files", f"{ORDER}/status", STACKS, JOBS]


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "unauthorized"),
        (401, "token_expired"),
        (403, "forbidden"),
        (404, "order_not_found"),
    ],
)
async def test_a_refusal_of_the_origin_is_ours(path: str, status: int, code: str) -> None:
    legacy = Legacy()
    legacy.refuses(PAGE, status, code)

    answer = await legacy.call("GET", path)

    assert (answer.status, answer.json["error"]["code"]) == (status, code)


async def test_a_refusal_counts_for_what_was_known_before(clock: Clock) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file())
    await legacy.listed()
    legacy.refuses(PAGE, 404, "order_not_found")
    clock.advance_ms(FRESH_MS + 1)

    assert (await legacy.call("GET", f"{ORDER}/files")).status == 404


async def test_a_404_in_other_words_than_the_origins_is_no_word_of_it(clock: Clock) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file())
    await legacy.listed()
    legacy.web.answer(PAGE, "<h1>no such host</h1>", 404)
    clock.advance_ms(FRESH_MS + 1)

    assert await legacy.listed() == ["old.jpg"]


async def test_where_nothing_is_known_an_origin_that_is_down_is_an_outage() -> None:
    legacy = Legacy()
    legacy.web.is_down = True

    assert (await legacy.call("GET", f"{ORDER}/files")).status == 502


async def test_while_the_origin_is_down_what_was_known_is_told(clock: Clock) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file())
    await legacy.listed()
    legacy.web.is_down = True
    clock.advance_ms(FRESH_MS + 1)

    assert await legacy.listed() == ["old.jpg"]


@pytest.mark.parametrize("status", [302, 418, 429, 500, 502, 503])
async def test_any_other_answer_is_an_outage(status: int) -> None:
    legacy = Legacy()
    legacy.web.answer(PAGE, "secret insides", status)

    answer = await legacy.call("GET", f"{ORDER}/files")

    assert answer.status == 502
    assert "insides" not in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "<h1>Welcome</h1>",
        "{}",
        a_page({}),
        a_page(order_id="winter-43"),
        a_page(a_legacy_file(order_id="winter-43")),
        a_page(a_legacy_file(file_id="file_1")),
        a_page(a_legacy_file(name="")),
        a_page(a_legacy_file(name="n" * 1025)),
        a_page(a_legacy_file(name=None)),
        a_page(a_legacy_file(status="lost")),
        a_page(a_legacy_file(version=0)),
        a_page(a_legacy_file(version="3")),
        a_page(a_legacy_file(size_bytes=2**53)),
        a_page(a_legacy_file(created_at="yesterday")),
        a_page(a_legacy_file(created_at="2026-11-22T10:00:00")),
        a_page(a_legacy_file(job=a_legacy_job("lost"))),
        a_page(a_legacy_file(job=a_legacy_job("failed", error={"code": "odd", "detail": ""}))),
    ],
)
async def test_a_shape_that_nobody_can_read_is_an_outage_and_logged(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    legacy = Legacy()
    legacy.web.answer(PAGE, text)

    answer = await legacy.call("GET", f"{ORDER}/files")

    assert answer.status == 502
    events = {json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()}
    assert "request.broke" not in events
    assert "origin.failed" in events


async def test_fields_that_the_origin_adds_do_no_harm() -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file(colour="teal"))

    assert await legacy.listed() == ["old.jpg"]
