"""Routes: found, refused with 404 or 405, and ids checked before an actor is addressed."""

import pytest

from domain.errors import Code, Refusal
from domain.ids import notification_id
from edge.exchange import Response
from edge.router import Access, Route, matched
from edge.routes import ROUTES
from edge.services import Call
from tests.unit.darkroom import Darkroom
from tests.unit.factories import JOB_ID

FILE = "file_" + "0" * 32


async def handler(_call: Call) -> Response:
    return Response(200)


ONE_OF_EACH = (
    Route("GET", "/things", handler),
    Route("POST", "/things", handler),
    Route("GET", "/orders/{order_id}/files", handler),
    Route("GET", "/files/{file_id}", handler),
    Route("GET", "/jobs/{job_id}", handler),
    Route("GET", "/dead/{message_id}", handler),
    Route("GET", "/media/{key}", handler),
)


def an_instance_of(pattern: str) -> str:
    ids = {
        "order_id": "summer-42",
        "room_id": "order-summer-42",
        "file_id": FILE,
        "job_id": JOB_ID,
        "webhook_id": "hook_" + "a" * 32,
        "notification_id": notification_id(JOB_ID),
        "message_id": "0123456789abcdef",
        "key": "user/a/raw/b.jpg",
    }
    return pattern.format_map(ids)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.pattern}")
def test_every_route_of_the_table_can_be_reached(route: Route) -> None:
    found, _ = matched(ROUTES, route.method, an_instance_of(route.pattern))

    assert found is route


def test_no_two_routes_answer_the_same_request() -> None:
    lines = [(route.method, route.pattern) for route in ROUTES]

    assert len(set(lines)) == len(lines)


def test_only_what_is_signed_or_public_needs_no_session() -> None:
    public = {
        f"{route.method} {route.pattern}" for route in ROUTES if route.access is Access.PUBLIC
    }

    assert public == {
        "GET /health",
        "POST /api/session",
        "DELETE /api/session",
        "PUT /media/{key}",
        "GET /media/{key}",
    }


def test_what_lies_under_ops_is_for_operators_and_nothing_else_is() -> None:
    theirs = {route.pattern for route in ROUTES if route.access is Access.OPERATORS}

    assert theirs == {route.pattern for route in ROUTES if route.pattern.startswith("/ops/")}


def test_parameters_are_read_off_the_path() -> None:
    _, parameters = matched(ONE_OF_EACH, "GET", "/orders/summer-42/files")

    assert parameters == {"order_id": "summer-42"}


def test_a_key_takes_the_rest_of_the_path() -> None:
    _, parameters = matched(ONE_OF_EACH, "GET", "/media/user/a b/?&#\n/é.jpg")

    assert parameters == {"key": "user/a b/?&#\n/é.jpg"}


@pytest.mark.parametrize(
    "path",
    ["", "/", "/thing", "/things/", "/things/1", "//things", "/THINGS", "/orders//files/x"],
)
def test_a_path_without_a_route_is_not_found(path: str) -> None:
    with pytest.raises(Refusal) as refused:
        matched(ONE_OF_EACH, "GET", path)

    assert refused.value.code is Code.ROUTE_NOT_FOUND


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "get", "BREW", ""])
def test_a_known_path_says_which_methods_it_allows(method: str) -> None:
    with pytest.raises(Refusal) as refused:
        matched(ONE_OF_EACH, method, "/things")

    assert refused.value.code is Code.METHOD_NOT_ALLOWED
    assert refused.value.facts == {"allow": "GET, HEAD, POST"}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/orders//files", Code.ORDER_NOT_FOUND),
        ("/orders/-x/files", Code.ORDER_NOT_FOUND),
        (f"/orders/{'x' * 65}/files", Code.ORDER_NOT_FOUND),
        ("/orders/a b/files", Code.ORDER_NOT_FOUND),
        ("/orders/a\n/files", Code.ORDER_NOT_FOUND),
        ("/orders/../files", Code.ORDER_NOT_FOUND),
        ("/dead/a b", Code.PARKED_NOT_FOUND),
        ("/jobs/job_1", Code.JOB_NOT_FOUND),
        ("/files/", Code.FILE_NOT_FOUND),
        ("/files/file_1", Code.FILE_NOT_FOUND),
        (f"/files/{FILE.upper()}", Code.FILE_NOT_FOUND),
        (f"/files/{FILE}\n", Code.FILE_NOT_FOUND),
        ("/media/", Code.OBJECT_NOT_FOUND),
    ],
)
def test_an_id_of_the_wrong_shape_is_not_found(path: str, code: Code) -> None:
    with pytest.raises(Refusal) as refused:
        matched(ONE_OF_EACH, "GET", path)

    assert refused.value.code is code


@pytest.mark.anyio
async def test_an_id_of_the_wrong_shape_addresses_no_actor(darkroom: Darkroom) -> None:
    answer = await darkroom.call("GET", "/api/files/file_1")

    assert answer.problem == (404, "file_not_found")
    assert darkroom.actors.files.calls == 0
