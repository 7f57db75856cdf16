"""What channels are sent: signed by Standard Webhooks, as PagerDuty has it, as mail."""

import base64
import json

import pytest
from standardwebhooks import Webhook

from actors.alerting import (
    Alerting,
    mail_of,
    pagerduty_request,
    webhook_request,
)
from domain.alert import Alert, Severity
from domain.errors import Outage
from domain.rollout_settings import Channel, RolloutSettings
from domain.standard_webhooks import signature
from tests.fakes.memory_mail import MemoryMail
from tests.fakes.memory_web import MemoryWeb
from tests.unit.conftest import Clock
from tests.unit.factories import NOW, NOW_MS

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
HOOK = "https://hooks.example/a"
SETTINGS = RolloutSettings(
    alert_webhook_url=HOOK,
    alert_webhook_secret=SECRET,
    pagerduty_routing_key="r" * 32,
    alert_email_from="darkroom@example.com",
    alert_email_to="olga@example.com, otto@example.com",
)
FIRING = Alert(
    key="breaker_p90",
    kind="firing",
    severity=Severity.CRITICAL,
    title="the breaker found at most 5 %",
    details={"reason": "p90: native 700 ms"},
    at_ms=NOW_MS,
)
RESOLVED = FIRING.model_copy(update={"kind": "resolved"})


# --- Webhook ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
def test_who_verifies_webhooks_finds_it_signed() -> None:
    request = webhook_request(FIRING, SETTINGS, NOW_MS)

    verified = Webhook(SECRET).verify(str(request.body), dict(request.headers))

    assert verified == {
        "type": "alert.firing",
        "timestamp": NOW,
        "data": {
            "key": "breaker_p90",
            "severity": "critical",
            "title": "the breaker found at most 5 %",
            "details": {"reason": "p90: native 700 ms"},
        },
    }


def test_the_example_of_the_specification_is_signed_as_there() -> None:
    """Standard Webhooks 1.0, its reference libraries' test."""
    body = '{"test": 2432232314}'
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_alert_that_is_sent_again_has_the_same_id_and_another_time() -> None:
    first = webhook_request(FIRING, SETTINGS, NOW_MS)
    again = webhook_request(FIRING, SETTINGS, NOW_MS + 60_000)

    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert "." not in first.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    assert first.body == again.body


# --- PagerDuty ----------------------------------------------------------------------------------


def test_pagerduty_is_told_to_trigger() -> None:
    request = pagerduty_request(FIRING, SETTINGS)

    assert (request.method, request.url) == ("POST", "https://events.pagerduty.com/v2/enqueue")
    assert json.loads(str(request.body)) == {
        "routing_key": "r" * 32,
        "event_action": "trigger",
        "dedup_key": "darkroom_breaker_p90",
        "payload": {
            "summary": "the breaker found at most 5 %",
            "source": "darkroom",
            "severity": "critical",
            "timestamp": NOW,
            "custom_details": {"reason": "p90: native 700 ms"},
        },
    }


def test_pagerduty_is_told_to_resolve_by_the_same_key() -> None:
    assert json.loads(str(pagerduty_request(RESOLVED, SETTINGS).body)) == {
        "routing_key": "r" * 32,
        "event_action": "resolve",
        "dedup_key": "darkroom_breaker_p90",
    }


# --- Mail ---------------------------------------------------------------------------------------


def test_a_mail_says_it_all() -> None:
    mail = mail_of(FIRING, SETTINGS)

    assert mail.sender == "darkroom@example.com"
    assert mail.recipients == ("olga@example.com", "otto@example.com")
    assert mail.subject == "[darkroom] firing: the breaker found at most 5 %"
    assert "reason: p90: native 700 ms" in mail.text
    assert f"critical, firing {NOW}" in mail.text


def test_no_title_makes_a_header_of_its_own() -> None:
    alert = FIRING.model_copy(update={"title": "one\r\nBcc: everybody@example.com"})

    assert mail_of(alert, SETTINGS).subject == "[darkroom] firing: one Bcc: everybody@example.com"


# --- Sending ------------------------------------------------------------------------------------


class Sent:
    def __init__(self, status: int = 202, *, has_mail: bool = True) -> None:
        self.web = MemoryWeb()
        self.web.answer(HOOK, "", status, "POST")
        self.web.answer(SETTINGS.pagerduty_url, "", status, "POST")
        self.mail = MemoryMail()
        self.alerting = Alerting(
            SETTINGS, self.web, self.mail if has_mail else None, lambda: NOW_MS
        )


@pytest.mark.anyio
@pytest.mark.parametrize("channel", [Channel.WEBHOOK, Channel.PAGERDUTY])
async def test_what_is_accepted_is_accepted(channel: Channel) -> None:
    sent = Sent()

    answered = await sent.alerting.send(channel, FIRING)

    assert answered.is_accepted
    assert len(sent.web.asked) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("status", [301, 401, 404, 429, 500, 503])
async def test_what_may_be_mended_is_an_outage(status: int) -> None:
    with pytest.raises(Outage):
        await Sent(status).alerting.send(Channel.WEBHOOK, FIRING)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [400, 410, 413, 422])
async def test_what_is_refused_for_good_is_no_outage(status: int) -> None:
    answered = await Sent(status).alerting.send(Channel.PAGERDUTY, FIRING)

    assert not answered.is_accepted


@pytest.mark.anyio
async def test_a_mail_is_sent_by_the_binding() -> None:
    sent = Sent()

    assert (await sent.alerting.send(Channel.EMAIL, FIRING)).is_accepted
    assert sent.mail.sent == [mail_of(FIRING, SETTINGS)]


@pytest.mark.anyio
async def test_mail_that_cannot_be_sent_is_an_outage() -> None:
    sent, without = Sent(), Sent(has_mail=False)
    sent.mail.is_down = True

    with pytest.raises(Outage):
        await sent.alerting.send(Channel.EMAIL, FIRING)
    with pytest.raises(Outage):
        await without.alerting.send(Channel.EMAIL, FIRING)


@pytest.mark.anyio
async def test_a_signature_is_as_old_as_the_attempt(clock: Clock) -> None:  # noqa: ARG001
    sent = Sent()
    await sent.alerting.send(Channel.WEBHOOK, FIRING)

    (request,) = sent.web.asked
    Webhook(SECRET).verify(str(request.body), dict(request.headers))
