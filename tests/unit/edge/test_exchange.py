"""Bodies and query parameters from outside: parsed strictly, refused without repeating them."""

import pytest
from pydantic import Field

from domain.errors import Code, Refusal
from domain.limits import JSON_BODY_BYTES_MAX
from domain.messages.reply import Done
from edge.exchange import (
    Body,
    Response,
    json_response,
    optional_body,
    parsed_body,
    whole_number,
)
from tests.unit.darkroom import a_json_request, a_request

pytestmark = pytest.mark.anyio


class Order(Body):
    name: str
    count: int = Field(default=1, ge=1, le=9, strict=True)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        " application/json ",
    ],
)
async def test_a_json_body_is_parsed(content_type: str) -> None:
    request = a_json_request('{"name": "é", "count": 2}'.encode(), content_type)

    assert await parsed_body(request, Order) == Order(name="é", count=2)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/json"],
)
async def test_a_body_of_another_type_is_refused(content_type: str) -> None:
    with pytest.raises(Refusal) as refused:
        await parsed_body(a_json_request(b'{"name": "a"}', content_type), Order)

    assert refused.value.code is Code.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"name": }',
        b"\xff",
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b"name=a",
        b'{"name": "a"} x',
        b"[" * 5_000,
    ],
)
async def test_what_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        await parsed_body(a_json_request(text), Order)

    assert refused.value.code is Code.MALFORMED_JSON


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b"{}", "name"),
        (b'{"name": null}', "name"),
        (b'{"name": 7}', "name"),
        (b'{"name": "a", "count": 0}', "count"),
        (b'{"name": "a", "count": 10}', "count"),
        (b'{"name": "a", "count": "2"}', "count"),
        (b'{"name": "a", "count": 1.5}', "count"),
        (b'{"name": "a", "count": true}', "count"),
        (b'{"name": "a", "colour": "red"}', "colour"),
        (b"[]", "the body"),
        (b"null", "the body"),
        (b'"name"', "the body"),
    ],
)
async def test_a_body_of_another_shape_is_refused_with_its_field(text: bytes, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        await parsed_body(a_json_request(text), Order)

    assert refused.value.code is Code.INVALID_BODY
    assert refused.value.facts == {"field": field}
    assert refused.value.detail.startswith(f"{field}: ")


@pytest.mark.parametrize(
    "text",
    [
        b'{"name": {"password": "hunter2"}}',
        b'{"name": "a", "count": "hunter2"}',
        b'{"name": "a", "colour": "hunter2"}',
        b'"hunter2"',
        b'{"name": "hunter2',
    ],
)
async def test_a_refusal_does_not_repeat_what_was_sent(text: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        await parsed_body(a_json_request(text), Order)

    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__


async def test_a_body_may_be_as_long_as_the_limit_and_no_longer() -> None:
    fitting = b'{"name": "a"}'.ljust(JSON_BODY_BYTES_MAX)

    with pytest.raises(Refusal) as refused:
        await parsed_body(a_json_request(fitting + b" "), Order)

    assert await parsed_body(a_json_request(fitting), Order) == Order(name="a")
    assert refused.value.code is Code.BODY_TOO_LARGE


async def test_a_long_field_name_is_not_repeated_at_length() -> None:
    text = b'{"name": "a", "%s": 1}' % (b"x" * 60_000)

    with pytest.raises(Refusal) as refused:
        await parsed_body(a_json_request(text), Order)

    assert len(refused.value.detail) < 1_000


@pytest.mark.parametrize(
    ("query", "number"), [("", 5), ("?n=", 5), ("?n=1", 1), ("?n=10", 10), ("?n=05", 5)]
)
def test_a_whole_number_within_its_bounds_is_read(query: str, number: int) -> None:
    request = a_request("GET", f"/{query}")

    assert whole_number(request, "n", default=5, low=1, high=10) == number


@pytest.mark.parametrize(
    "text", ["0", "11", "-1", "%2B1", "1.0", "1e1", "x", "٣", "²", "9" * 5_000]
)
def test_any_other_number_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        whole_number(a_request("GET", f"/?n={text}"), "n", default=5, low=1, high=10)

    assert refused.value.code is Code.INVALID_QUERY
    assert "from 1 to 10" in refused.value.detail


def test_a_json_response_is_for_its_caller_alone() -> None:
    response = json_response(Done(), 201, (("x-more", "1"),))

    assert (response.status, response.body) == (201, "{}")
    assert dict(response.headers) == {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-more": "1",
    }


@pytest.mark.parametrize("text", [b"", b'{"name": "a"}'])
async def test_an_optional_body_may_be_left_out(text: bytes) -> None:
    class Note(Body):
        name: str = "a"

    assert await optional_body(a_json_request(text), Note) == Note()


async def test_an_optional_body_that_is_there_has_to_fit() -> None:
    with pytest.raises(Refusal) as of_another_type:
        await optional_body(a_json_request(b"{}", "text/plain"), Order)
    with pytest.raises(Refusal) as of_another_shape:
        await optional_body(a_json_request(b"{}"), Order)

    assert of_another_type.value.code is Code.UNSUPPORTED_MEDIA_TYPE
    assert of_another_shape.value.code is Code.INVALID_BODY


def test_headers_are_added_to_those_there_are() -> None:
    response = Response(200, headers=(("a", "1"),)).with_headers(("b", "2"))

    assert response.headers == (("a", "1"), ("b", "2"))
