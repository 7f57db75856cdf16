"""How alerts are said to each channel: a signed webhook, PagerDuty's events, a mail.

What is sent is made by plain functions; only `Alerting` talks to anybody.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from domain.alert import Alert
from domain.errors import Outage
from domain.limits import ALERT_ANSWER_BYTES_MAX, ALERT_TIMEOUT_MS
from domain.rollout_settings import Channel, RolloutSettings
from domain.standard_webhooks import signed_headers
from domain.values import Value
from storage.foreign import outages_of
from storage.web import Web, WebRequest

SOURCE: Final = "darkroom"
JSON: Final = {"content-type": "application/json"}
SUCCESS: Final = range(200, 300)
# They say that this very alert is not to be had, now or later. Anything else may be mended.
REFUSALS: Final = frozenset({400, 410, 413, 422})


class AlertAnswered(Value):
    status: int

    @property
    def is_accepted(self) -> bool:
        return self.status in SUCCESS


@dataclass(frozen=True, slots=True)
class AlertMail:
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str


class Mail(Protocol):
    """The platform's binding to send mail, as far as we use it."""

    async def send(self, mail: AlertMail) -> None: ...


@dataclass(frozen=True, slots=True)
class Alerting:
    settings: RolloutSettings
    web: Web
    mail: Mail | None  # None: the account sends none
    clock: Callable[[], int]

    async def send(self, channel: Channel, alert: Alert) -> AlertAnswered:
        """`Outage`: it is to be tried again. Else they have it, or do not want it."""
        match channel:
            case Channel.WEBHOOK:
                return await self._post(webhook_request(alert, self.settings, self.clock()))
            case Channel.PAGERDUTY:
                return await self._post(pagerduty_request(alert, self.settings))
            case Channel.EMAIL:
                return await self._mail(mail_of(alert, self.settings))

    async def _post(self, request: WebRequest) -> AlertAnswered:
        answer = await self.web.ask(
            request, timeout_ms=ALERT_TIMEOUT_MS, bytes_max=ALERT_ANSWER_BYTES_MAX
        )
        answered = AlertAnswered(status=answer.status)
        if answered.is_accepted or answer.status in REFUSALS:
            return answered
        raise Outage(f"the alert was answered {answer.status}")

    async def _mail(self, mail: AlertMail) -> AlertAnswered:
        if self.mail is None:
            raise Outage("there is no binding ALERT_EMAIL to send mail by")
        with outages_of("mail"):
            await self.mail.send(mail)
        return AlertAnswered(status=SUCCESS.start)


def webhook_request(alert: Alert, settings: RolloutSettings, now_ms: int) -> WebRequest:
    """By Standard Webhooks 1.0. The time is that of the attempt, the id that of the alert."""
    data = {
        "key": alert.key,
        "severity": alert.severity,
        "title": alert.title,
        "details": alert.details,
    }
    body = json.dumps(
        {"type": f"alert.{alert.kind}", "timestamp": _rfc3339(alert.at_ms), "data": data}
    )
    headers = signed_headers([settings.alert_webhook_secret], alert.id, now_ms, body)
    return WebRequest("POST", settings.alert_webhook_url, JSON | headers, body)


def pagerduty_request(alert: Alert, settings: RolloutSettings) -> WebRequest:
    """By its Events API v2. The key is what it tells one trouble from another by."""
    event: dict[str, object] = {
        "routing_key": settings.pagerduty_routing_key,
        "event_action": "trigger" if alert.kind == "firing" else "resolve",
        "dedup_key": f"{SOURCE}_{alert.key}",
    }
    if alert.kind == "firing":
        event["payload"] = {
            "summary": alert.title,
            "source": SOURCE,
            "severity": alert.severity,
            "timestamp": _rfc3339(alert.at_ms),
            "custom_details": alert.details,
        }
    return WebRequest("POST", settings.pagerduty_url, JSON, json.dumps(event))


def mail_of(alert: Alert, settings: RolloutSettings) -> AlertMail:
    """A line break in a subject would begin another header."""
    subject = " ".join(f"[{SOURCE}] {alert.kind}: {alert.title}".split())
    lines = [alert.title, "", *(f"{name}: {value}" for name, value in alert.details.items())]
    text = "\n".join([*lines, "", f"{alert.severity}, {alert.kind} {_rfc3339(alert.at_ms)}"])
    return AlertMail(settings.alert_email_from, settings.recipients, subject, text)


def _rfc3339(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
