"""Who may ask `/qa`, and how often."""

import pytest

from domain.limits import QA_PERIOD_MS, QA_REQUESTS_MAX
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom, a_request
from tests.unit.edge.access import AUDIENCE, TEAM, a_jwt, publish, sent
from tests.unit.edge.asking_qa import asked, migrating
from tests.unit.rsa_keys import an_rsa_key

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]


async def test_without_its_guard_everybody_may_ask() -> None:
    answer = await Darkroom(None, feature_qa_guard=False).send(a_request("GET", "/qa"))

    assert answer.status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_there_is_nothing_to_be_changed(method: str) -> None:
    answer = await migrating().operate(method, "/qa")

    assert answer.problem == (405, "method_not_allowed")


async def test_who_signed_in_at_access_may_ask() -> None:
    darkroom = migrating(access_team_domain=TEAM, access_audience=AUDIENCE)
    publish(darkroom, an_rsa_key())

    assert (await sent(darkroom, a_jwt(), path="/qa")).status == 200


async def test_an_operator_may_ask_ten_times_a_minute(clock: Clock) -> None:
    darkroom = migrating()
    answers = [await asked(darkroom) for _ in range(QA_REQUESTS_MAX + 1)]
    clock.advance_ms(QA_PERIOD_MS)

    later = await asked(darkroom)

    assert [answer.status for answer in answers] == [*[200] * QA_REQUESTS_MAX, 429]
    assert answers[-1].problem == (429, "rate_limited")
    assert answers[-1].headers["retry-after"] == "60"
    assert later.status == 200


async def test_who_is_refused_costs_neither_side_anything() -> None:
    darkroom = migrating()
    [await asked(darkroom) for _ in range(QA_REQUESTS_MAX)]
    before = darkroom.objects.calls, len(darkroom.web.asked)

    await asked(darkroom)

    assert (darkroom.objects.calls, len(darkroom.web.asked)) == before


async def test_addresses_are_counted_apart() -> None:
    darkroom = Darkroom(None, feature_qa_guard=False)
    one, other = (
        a_request("GET", "/qa", {"cf-connecting-ip": address})
        for address in ("192.0.2.1", "192.0.2.2")
    )
    [await darkroom.send(one) for _ in range(QA_REQUESTS_MAX)]

    answers = await darkroom.send(one), await darkroom.send(other)

    assert [answer.status for answer in answers] == [429, 200]
