"""The breaker's thresholds, and where alerts go: read from the environment as `Settings` are."""

from enum import StrEnum
from typing import Final

from pydantic import Field, field_validator, model_validator

from domain.settings import Variables
from domain.standard_webhooks import is_secret

LOOKBACK: Final = 3  # how many times a rule's minutes it looks back, to have samples
URL: Final = r"^(https?://[^\s]+)?$"


class Channel(StrEnum):
    """Where alerts go. Each is told by itself, so that one that is down holds up no other."""

    WEBHOOK = "webhook"
    PAGERDUTY = "pagerduty"
    EMAIL = "email"


class RolloutSettings(Variables):
    """Thresholds are crossed by what is more than they are."""

    breaker_error_rate_percent: float = Field(default=1.5, ge=0.01, le=100)
    breaker_error_minutes: int = Field(default=5, ge=1, le=20)
    breaker_p90_ms: int = Field(default=600, ge=10, le=30_000)
    breaker_p90_minutes: int = Field(default=10, ge=1, le=20)
    breaker_p90_percent: float = Field(default=5, gt=0, le=100)  # the cap; also while recovering
    breaker_r2_failures: int = Field(default=5, ge=0, le=100_000)  # a minute
    breaker_r2_minutes: int = Field(default=3, ge=1, le=20)
    breaker_orphans: int = Field(default=10, ge=0, le=100_000)  # of the intents of an hour
    breaker_min_samples: int = Field(default=100, ge=1, le=1_000_000)  # of a cohort, to be judged
    breaker_margin_percent: float = Field(default=25, ge=0, le=1_000)  # worse than proxy by so much
    breaker_recovery_percent: float = Field(default=80, gt=0, le=100)  # of a threshold: well again
    breaker_cooldown_ms: int = Field(default=600_000, ge=100, le=86_400_000)  # before milder
    breaker_dry_run: bool = False  # until an operator says otherwise
    breaker_minute_ms: int = Field(default=60_000, ge=100, le=60_000)  # tests have shorter minutes

    alert_webhook_url: str = Field(default="", pattern=URL, repr=False)  # some have a key in it
    alert_webhook_secret: str = Field(default="", repr=False)
    pagerduty_url: str = Field(default="https://events.pagerduty.com/v2/enqueue", pattern=URL)
    pagerduty_routing_key: str = Field(default="", repr=False)
    alert_email_from: str = ""
    alert_email_to: str = ""  # addresses, separated by commas

    @field_validator("alert_webhook_secret")
    @classmethod
    def _is_a_key(cls, given: str) -> str:
        """What is wrong is said without showing any of it."""
        if given and not is_secret(given):
            raise ValueError("must be whsec_ and 24 to 64 bytes in base64")
        return given

    @model_validator(mode="after")
    def _signs_webhooks(self) -> "RolloutSettings":
        if self.alert_webhook_url and not self.alert_webhook_secret:
            raise ValueError("ALERT_WEBHOOK_URL needs ALERT_WEBHOOK_SECRET")
        if bool(self.alert_email_from) != bool(self.recipients):
            raise ValueError("ALERT_EMAIL_FROM and ALERT_EMAIL_TO need each other")
        return self

    @property
    def recipients(self) -> tuple[str, ...]:
        return tuple(filter(None, (to.strip() for to in self.alert_email_to.split(","))))

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Those that are configured."""
        configured = {
            Channel.WEBHOOK: self.alert_webhook_url,
            Channel.PAGERDUTY: self.pagerduty_url and self.pagerduty_routing_key,
            Channel.EMAIL: self.alert_email_from,
        }
        return tuple(channel for channel, where in configured.items() if where)

    @property
    def lookback_minutes(self) -> int:
        """Of answers: no rule looks further back."""
        return LOOKBACK * max(self.breaker_error_minutes, self.breaker_p90_minutes)
