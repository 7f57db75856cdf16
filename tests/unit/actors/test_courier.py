"""How webhooks are carried: signed, each by itself, and every way it may go is told."""

import pytest
from standardwebhooks import Webhook

from domain.limits import WEBHOOK_ANSWER_CHARACTERS_MAX
from tests.unit.actors.carried_webhooks import OLD_SECRET, Carried, an_outgoing
from tests.unit.conftest import Clock
from tests.unit.domain.webhooks import SECRET, URL
from tests.unit.factories import NOW_MS

pytestmark = pytest.mark.anyio


@pytest.fixture
def carried(clock: Clock) -> Carried:  # noqa: ARG001 -- time stands still while it is used
    return Carried()


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
async def test_what_is_sent_verifies_by_either_secret(carried: Carried, secret: str) -> None:
    await carried.carry(an_outgoing())

    (request,) = carried.web.asked
    headers = dict(request.headers)
    verified = Webhook(secret).verify(str(request.body), headers)
    assert verified == {"type": "darkroom.file.changed"}
    assert (request.method, request.url, headers["webhook-id"]) == ("POST", URL, "e1-7")
    assert headers["content-type"] == "application/json"


async def test_an_answer_is_told_with_its_beginning(carried: Carried) -> None:
    carried.web.answer(URL, "x" * 10_000, 503, "POST", retry_after="120")

    told = await carried.carry(an_outgoing())

    assert (told.position, told.tries) == (1, 2)
    attempt = told.attempt
    assert (attempt.status, attempt.told_pause_ms, attempt.at_ms) == (503, 120_000, NOW_MS)
    assert attempt.answer == "x" * WEBHOOK_ANSWER_CHARACTERS_MAX


async def test_a_redirect_is_an_answer_and_is_not_followed(carried: Carried) -> None:
    carried.web.answer(URL, "", 307, "POST", location="https://127.0.0.1/")

    told = await carried.carry(an_outgoing())

    assert (told.attempt.status, told.attempt.is_success) == (307, False)
    assert len(carried.web.asked) == 1


async def test_who_cannot_be_reached_is_told_as_that(carried: Carried) -> None:
    carried.web.is_down = True

    told = await carried.carry(an_outgoing())

    assert told.attempt.status is None
    assert str(told.attempt.error).startswith("hooks.example.com did not answer")


async def test_a_url_that_was_allowed_once_is_not_asked_any_more(carried: Carried) -> None:
    told = await carried.carry(an_outgoing("http://127.0.0.1:8080/"))

    assert carried.web.asked == []
    assert "must begin with https://" in str(told.attempt.error)


async def test_each_is_carried_by_itself(carried: Carried) -> None:
    other = "https://other.example.com/"
    carried.web.answer(other, "", 500, "POST")
    carried.web.answer(URL, "", 200, "POST")

    await carried.carry(an_outgoing(other, position=1), an_outgoing(position=2))

    assert [(told.position, told.attempt.status) for told in carried.told] == [(1, 500), (2, 200)]
