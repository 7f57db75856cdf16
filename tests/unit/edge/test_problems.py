"""Problems: every code has its row, times are readable, and nothing inside shows."""

import json
from http import HTTPStatus

import pytest

from domain.errors import Code, Facts, Refusal
from edge.problems import PROBLEMS, internal, problem, unavailable
from tests.unit.factories import NOW, NOW_MS


def members(refusal: Refusal) -> dict[str, object]:
    body = problem(refusal, "req-1").body
    assert body is not None
    told: dict[str, object] = json.loads(body)
    return told


def headers(code: Code, facts: Facts | None = None) -> dict[str, str]:
    return dict(problem(Refusal(code, "why", facts), "req-1").headers)


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_row_with_a_status_and_a_title(code: Code) -> None:
    status, title = PROBLEMS[code]

    assert HTTPStatus(status) >= HTTPStatus.BAD_REQUEST
    assert title[0].isupper()


def test_a_problem_has_the_members_of_rfc_9457_and_ours() -> None:
    assert members(Refusal(Code.NAME_TAKEN, "the order has it")) == {
        "type": "about:blank",
        "title": "The name is taken",
        "status": 409,
        "code": "name_taken",
        "detail": "the order has it",
        "request_id": "req-1",
    }


def test_a_problem_is_problem_json_that_nobody_keeps() -> None:
    told = headers(Code.NAME_TAKEN)

    assert told == {"content-type": "application/problem+json", "cache-control": "no-store"}


def test_times_among_the_facts_are_told_as_rfc_3339() -> None:
    told = members(Refusal(Code.FILE_LOCKED, "why", {"locked_until_ms": NOW_MS}))

    assert told["locked_until"] == NOW
    assert "locked_until_ms" not in told


def test_other_facts_are_told_as_they_are() -> None:
    told = members(Refusal(Code.FILE_LOCKED, "why", {"job_id": "job_1", "size_bytes": 7}))

    assert (told["job_id"], told["size_bytes"]) == ("job_1", 7)


@pytest.mark.parametrize(
    ("retry_after_ms", "seconds"),
    [(0, "1"), (1, "1"), (1_000, "1"), (1_001, "2"), (900_000, "900")],
)
def test_retry_after_is_whole_seconds_rounded_up(retry_after_ms: int, seconds: str) -> None:
    facts: Facts = {"retry_after_ms": retry_after_ms}

    assert headers(Code.FILE_LOCKED, facts)["retry-after"] == seconds
    assert "retry_after" not in members(Refusal(Code.FILE_LOCKED, "why", facts))


def test_a_method_that_is_not_allowed_comes_with_those_that_are() -> None:
    facts: Facts = {"allow": "GET, POST"}

    assert headers(Code.METHOD_NOT_ALLOWED, facts)["allow"] == "GET, POST"
    assert "allow" not in members(Refusal(Code.METHOD_NOT_ALLOWED, "why", facts))


@pytest.mark.parametrize("code", [Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED])
def test_whoever_is_not_signed_in_is_told_how_to(code: Code) -> None:
    assert headers(code)["www-authenticate"] == "Bearer"


def test_a_path_for_websockets_names_the_protocol() -> None:
    assert headers(Code.UPGRADE_REQUIRED)["upgrade"] == "websocket"


def test_an_outage_asks_for_patience() -> None:
    response = problem(unavailable(), "req-1")

    assert response.status == 503
    assert dict(response.headers)["retry-after"] == "1"


def test_an_internal_fault_names_nothing_but_the_request() -> None:
    assert members(internal()) == {
        "type": "about:blank",
        "title": "Something went wrong on our side",
        "status": 500,
        "code": "internal",
        "detail": "the fault was logged under this request_id",
        "request_id": "req-1",
    }


def test_a_detail_of_any_language_is_valid_json() -> None:
    assert members(Refusal(Code.NAME_TAKEN, 'a "海"\n\u2028'))["detail"] == 'a "海"\n\u2028'
