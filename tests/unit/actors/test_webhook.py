"""A user's webhook actor: endpoints, what it takes of an order's news, deliveries, redrive."""

import pytest

from domain.errors import Code, Refusal
from domain.limits import (
    WEBHOOK_ENDPOINTS_MAX,
)
from domain.messages.reply import Done
from domain.messages.webhook import (
    CreateEndpoint,
    DeleteEndpoint,
    DescribeEndpoint,
    EndpointState,
    EndpointStates,
    ListEndpoints,
    ProbeEndpoint,
    Redrive,
    RotateSecret,
    UpdateEndpoint,
)
from tests.unit.actors.webhooks import Webhooks, a_batch, with_an_endpoint
from tests.unit.domain.webhooks import (
    ENDPOINT_ID,
    OTHER_ENDPOINT_ID,
    SECRET,
    an_endpoint,
)
from tests.unit.factories import FILE_ID, OTHER_FILE_ID

# --- Endpoints ----------------------------------------------------------------------------------


def test_who_has_no_endpoint_leaves_nothing_behind() -> None:
    webhooks = Webhooks()

    assert webhooks.hear(a_batch(0, FILE_ID)) is None
    assert webhooks.ask(ListEndpoints(), EndpointStates).endpoints == ()
    assert webhooks.core.next_deadline_ms() is None
    assert webhooks.sql.rows("SELECT name FROM sqlite_master") == []


def test_there_may_be_so_many_and_no_more() -> None:
    endpoints = [an_endpoint(id=f"hook_{n:032x}") for n in range(WEBHOOK_ENDPOINTS_MAX)]
    webhooks = Webhooks(*endpoints)

    webhooks.ask(CreateEndpoint(endpoint=endpoints[0]), EndpointState)
    with pytest.raises(Refusal) as refused:
        webhooks.ask(CreateEndpoint(endpoint=an_endpoint()), EndpointState)

    assert refused.value.code is Code.WEBHOOKS_FULL


@pytest.mark.parametrize(
    "message",
    [
        DescribeEndpoint(endpoint_id=OTHER_ENDPOINT_ID),
        UpdateEndpoint(endpoint_id=OTHER_ENDPOINT_ID),
        DeleteEndpoint(endpoint_id=OTHER_ENDPOINT_ID),
        RotateSecret(endpoint_id=OTHER_ENDPOINT_ID, secret=SECRET),
        ProbeEndpoint(endpoint_id=OTHER_ENDPOINT_ID, webhook_id="test_1"),
        Redrive(endpoint_id=OTHER_ENDPOINT_ID),
    ],
)
@pytest.mark.parametrize("webhooks", [Webhooks(), with_an_endpoint()], ids=["none", "another"])
def test_one_that_is_not_there_is_refused(webhooks: Webhooks, message: DescribeEndpoint) -> None:
    with pytest.raises(Refusal) as refused:
        webhooks.ask(message, Done)

    assert refused.value.code is Code.WEBHOOK_NOT_FOUND


def test_a_change_leaves_the_rest() -> None:
    webhooks = with_an_endpoint(description="ours")

    message = UpdateEndpoint(endpoint_id=ENDPOINT_ID, url="https://example.com/new")
    changed = webhooks.ask(message, EndpointState).endpoint

    assert (changed.url, changed.description) == ("https://example.com/new", "ours")
    assert webhooks.endpoint().endpoint == changed


def test_what_is_deleted_is_told_nothing_more() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID, OTHER_FILE_ID))
    (first, _) = webhooks.sent()

    webhooks.ask(DeleteEndpoint(endpoint_id=ENDPOINT_ID), Done)
    webhooks.answer(first, 500)

    assert webhooks.sent() == ()
    assert webhooks.core.next_deadline_ms() is None


def test_disabled_it_hears_nothing_and_enabled_only_what_comes_then() -> None:
    webhooks = with_an_endpoint()
    webhooks.ask(UpdateEndpoint(endpoint_id=ENDPOINT_ID, is_enabled=False), EndpointState)
    webhooks.hear(a_batch(0, FILE_ID))

    webhooks.ask(UpdateEndpoint(endpoint_id=ENDPOINT_ID, is_enabled=True), EndpointState)
    webhooks.hear(a_batch(1, FILE_ID), is_final=True)

    assert webhooks.deliver() == ["e1-2"]


def test_a_test_is_sent_like_anything_else() -> None:
    webhooks = with_an_endpoint()
    message = ProbeEndpoint(endpoint_id=ENDPOINT_ID, webhook_id="test_1")

    webhooks.ask(message, EndpointState)

    (outgoing,) = webhooks.sent()
    assert outgoing.webhook_id == "test_1"
    assert '"type": "darkroom.webhook.test"' in outgoing.body
