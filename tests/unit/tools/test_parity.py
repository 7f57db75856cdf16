"""The parity tool: its table asks every route that moves, and its report says what differs."""

import io
import json
from collections import Counter

import httpx
import pytest
from rich.console import Console

from domain.parity import Difference, DifferenceKind, Parity
from edge.routes import ROUTES
from tools.parity.asks import READS, UNSIGNED, Ask, Caller
from tools.parity.changes import CHANGES
from tools.parity.comparison import Compared
from tools.parity.report import as_json, tell
from tools.parity.sides import Side, User

MOVING = {f"{route.method} {route.pattern}" for route in ROUTES if route.phase and route.is_timed}
ASKS = [*READS, *(step for step in CHANGES if isinstance(step, Ask))]
DIFFERENT = Difference(pointer="/body/a", kind=DifferenceKind.VALUE, origin="1", candidate="2")


def compared(
    *differences: Difference, noise: tuple[Difference, ...] = (), **changes: bool
) -> Compared:
    parity = Parity(differences=differences, noise=noise)
    facts = {"is_native": True} | changes
    return Compared("alice", Ask("GET /api/jobs", "all", "/api/jobs"), 200, parity, **facts)


def told(*ones: Compared) -> str:
    out = io.StringIO()
    tell(Console(file=out, width=160), ones)
    return out.getvalue()


# --- The table ----------------------------------------------------------------------------------


@pytest.mark.parametrize("route", sorted(MOVING))
def test_every_route_that_moves_is_asked_often_enough(route: str) -> None:
    asked = Counter(ask.route for ask in ASKS)

    assert asked[route] >= 3


@pytest.mark.parametrize("route", sorted(MOVING))
def test_every_route_that_moves_is_asked_by_nobody_too(route: str) -> None:
    callers = [ask.caller for ask in UNSIGNED if ask.route == route]

    assert callers == [Caller.NOBODY, Caller.FORGED, Caller.EXPIRED]


def test_whatever_else_is_asked_is_the_origins() -> None:
    others = {ask.route for ask in ASKS if ask.is_ours}

    assert others == MOVING


# --- Asking -------------------------------------------------------------------------------------


class Echo:
    """Answers with what it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        body = {"id": "order-12345678", "rest": None}
        return httpx.Response(200, json=body, headers={"etag": '"order-12345678"'})


def a_side(echo: Echo) -> Side:
    http = httpx.AsyncClient(transport=httpx.MockTransport(echo))
    user = User("alice", token="t.o.k")
    return Side("http://side", http, user, {"x-canary": "1"}, {"order": "order-12345678"})


@pytest.mark.anyio
async def test_what_a_side_knows_is_filled_in_and_taken_out_again() -> None:
    echo = Echo()
    side = a_side(echo)
    ask = Ask(
        "POST /api/x",
        "it",
        "/api/{order}",
        {"ids": ["{order}"]},
        headers={"if-match": "{order}"},
        keeps={"tag": "/headers/etag", "id": "/body/id", "rest": "/body/rest"},
    )

    answered = await side.ask(ask)

    (request,) = echo.asked
    assert (request.method, request.url.path) == ("POST", "/api/order-12345678")
    assert json.loads(request.content) == {"ids": ["order-12345678"]}
    assert request.headers["if-match"] == "order-12345678"
    assert request.headers["authorization"] == "Bearer t.o.k"
    assert (side.names["tag"], side.names["rest"]) == ('"order-12345678"', "")
    assert json.loads(side.anonymous(answered).text)["id"] == "{order}"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("caller", "token"), [(Caller.NOBODY, None), (Caller.FORGED, "Bearer e30.e30.e30")]
)
async def test_others_ask_with_what_they_have(caller: Caller, token: str | None) -> None:
    echo = Echo()

    await a_side(echo).ask(Ask("GET /api/x", "it", "/api/x", caller=caller))

    assert echo.asked[0].headers.get("authorization") == token


def test_where_no_expired_token_is_known_nobody_comes_with_one() -> None:
    ask = Ask("GET /api/x", "it", "/api/x", caller=Caller.EXPIRED)

    assert not User("alice", "token").may_ask(ask)
    assert User("alice", "token", "expired").may_ask(ask)


# --- The report ---------------------------------------------------------------------------------


def test_a_difference_is_told_by_request_and_place() -> None:
    text = told(compared(DIFFERENT), compared())

    assert "alice: GET /api/jobs, all" in text
    assert "/body/a" in text
    assert "2 requests, each to both sides: 1 differ." in text


def test_noise_is_told_and_not_counted() -> None:
    text = told(compared(noise=(DIFFERENT,)))

    assert "/body/a" in text
    assert "no difference" in text


def test_what_the_origin_served_proves_nothing() -> None:
    one = compared(is_native=False)

    assert not one.is_well
    assert "compared with itself" in " ".join(told(one).split())


def test_machines_are_told_the_same() -> None:
    report = json.loads(json.dumps(as_json([compared(DIFFERENT), compared()])))

    assert (report["equal"], report["compared"], report["differed"]) == (False, 2, 1)
    assert report["requests"][0]["differences"] == [
        {"pointer": "/body/a", "kind": "value", "origin": "1", "candidate": "2"}
    ]
