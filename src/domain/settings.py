"""The product's configuration: read from the environment once, checked once, handed down."""

import re
from collections.abc import Mapping
from typing import Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from domain.ids import is_chosen_id
from domain.limits import (
    OPERATOR_TOKEN_CHARACTERS_MIN,
    SECRET_CHARACTERS_MIN,
    WEBHOOK_RETRIES_MAX,
)

DAY_MS: Final = 24 * 3_600_000
# https://<team>.cloudflareaccess.com. Its keys come from there: without TLS from this machine only
TEAM_DOMAIN: Final = r"^(https://[^\s/?#]+|http://(127\.0\.0\.1|localhost)(:\d+)?)?$"
# 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: three days, as Standard Webhooks has it
WEBHOOK_SCHEDULE_MS: Final = (
    "5000,300000,1800000,7200000,18000000,36000000,50400000,72000000,86400000"
)
VISIBLE: Final = re.compile(r"[!-~]*")  # of ASCII, and no blank: what a header carries unchanged


class SettingsInvalid(Exception):
    """A variable is missing or out of bounds. Names the variables, never their values."""


class Variables(BaseModel):
    """Variables and secrets of `wrangler.toml` and `.dev.vars`. Field names in upper case there."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def read(cls, environment: Mapping[str, object]) -> Self:
        """From variables by their upper-case names; absent ones keep their defaults."""
        given = {name: environment.get(name.upper()) for name in cls.model_fields}
        try:
            return cls.model_validate({k: v for k, v in given.items() if v is not None})
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
            raise SettingsInvalid("; ".join(faults)) from None


class Settings(Variables):
    """Of the product; those of the breaker and its alerts stand in `rollout_settings.py`."""

    jwt_secret: str = Field(min_length=32, repr=False)  # RFC 7518, 3.2: at least the hash's size
    url_signing_secret: str = Field(min_length=32, repr=False)
    allowed_origins: str = ""  # separated by commas, besides our own; see edge/auth.py
    operator_tokens: str = Field(default="", repr=False)  # "name:token", separated by commas
    job_transport: Literal["queue", "cron"] = "queue"  # cron: for accounts without queues
    lease_ms: int = Field(default=15 * 60_000, ge=1_000, le=3_600_000)
    dispatch_timeout_ms: int = Field(default=30_000, ge=500, le=3_600_000)
    retry_backoff_ms: int = Field(default=5_000, ge=10, le=300_000)
    archive_after_ms: int = Field(default=90 * DAY_MS, ge=1_000, le=3_650 * DAY_MS)
    intent_lifetime_ms: int = Field(default=DAY_MS, ge=1_000, le=7 * DAY_MS)
    sweep_after_ms: int = Field(default=3_600_000, ge=1_000, le=DAY_MS)
    report_interval_ms: int = Field(default=10_000, ge=100, le=3_600_000)
    presence_grace_ms: int = Field(default=10_000, ge=100, le=300_000)  # without a connection
    presence_sweep_ms: int = Field(default=300_000, ge=1_000, le=3_600_000)

    # --- Events to the audit and to webhooks ----------------------------------------------------
    events_enabled: bool = True
    publish_interval_ms: int = Field(default=1_000, ge=0, le=60_000)
    webhook_schedule_ms: str = Field(default=WEBHOOK_SCHEDULE_MS, pattern=r"^\d{1,9}(,\d{1,9})*$")
    webhook_timeout_ms: int = Field(default=15_000, ge=100, le=30_000)
    webhook_allow_hosts: str = ""  # separated by commas: anything goes there, in development only

    # --- The migration: without an origin the product stands alone ------------------------------
    environment: Literal["production", "development"] = "production"
    origin_api_base: str = Field(default="", pattern=r"^(https?://[^\s/?#]+)?$")
    origin_internal_token: str = Field(default="", repr=False)  # for what we tell it of files
    hydration_fresh_ms: int = Field(default=10_000, ge=0, le=300_000)  # of the origin's word
    backend_request_timeout_ms: int = 15_000  # clamped, not refused: see `clamped`
    backend_retry_attempts: int = 1
    canary_secret: str = Field(default="", repr=False)  # signs cohort cookies; an origin needs it
    canary_secret_previous: str = Field(default="", repr=False)  # believed while it is replaced
    canary_principals: str = ""  # user ids, separated by commas, whose X-Canary header counts
    canary_token: str = Field(default="", repr=False)  # or whoever sends it as X-Canary-Token
    rollout_refresh_ms: int = Field(default=5_000, ge=100, le=300_000)
    rollout_stale_ms: int = Field(default=300_000, ge=1_000, le=3_600_000)
    metrics_flush_ms: int = Field(default=10_000, ge=100, le=25_000)  # waitUntil has 30 s
    success_sample_percent: float = Field(default=10, ge=0, le=100)  # of request log lines
    shadow_percent: float = Field(default=0, ge=0, le=100)  # of native GETs, compared afterwards
    orphan_after_ms: int = Field(default=3_600_000, ge=1_000, le=DAY_MS)
    feature_qa_guard: bool = True
    access_team_domain: str = Field(default="", pattern=TEAM_DOMAIN)  # where operators may sign in
    access_audience: str = ""  # of the Access application before us

    @field_validator("operator_tokens")
    @classmethod
    def _names_operators(cls, given: str) -> str:
        """What is wrong is said without showing any of it."""
        operators = _operators(given)
        for name, token in operators:
            if not is_chosen_id(name) or not VISIBLE.fullmatch(token):
                raise ValueError('each entry must be "name:token", entries separated by commas')
            if len(token) < OPERATOR_TOKEN_CHARACTERS_MIN:
                raise ValueError(f"a token must have {OPERATOR_TOKEN_CHARACTERS_MIN} characters")
        if len({token for _, token in operators}) < len(operators):
            raise ValueError("two entries have the same token")
        return given

    @model_validator(mode="after")
    def _knows_whom_access_lets_in(self) -> Self:
        if bool(self.access_team_domain) != bool(self.access_audience):
            raise ValueError("ACCESS_TEAM_DOMAIN and ACCESS_AUDIENCE need each other")
        return self

    @model_validator(mode="after")
    def _signs_cohorts(self) -> Self:
        if self.origin_api_base and not self.canary_secret:
            raise ValueError("ORIGIN_API_BASE needs CANARY_SECRET")
        return self

    @field_validator("canary_secret", "canary_secret_previous", "canary_token")
    @classmethod
    def _is_beyond_guessing(cls, given: str) -> str:
        if given and len(given) < SECRET_CHARACTERS_MIN:
            raise ValueError(f"it must have {SECRET_CHARACTERS_MIN} characters, or be empty")
        return given

    @model_validator(mode="after")
    def _sends_webhooks_inside_in_development_only(self) -> Self:
        if self.webhook_allow_hosts and self.environment != "development":
            raise ValueError('WEBHOOK_ALLOW_HOSTS needs ENVIRONMENT "development"')
        if len(self.webhook_schedule) > WEBHOOK_RETRIES_MAX:
            raise ValueError(f"WEBHOOK_SCHEDULE_MS may have {WEBHOOK_RETRIES_MAX} pauses")
        return self

    @property
    def webhook_schedule(self) -> tuple[int, ...]:
        return tuple(map(int, self.webhook_schedule_ms.split(",")))

    @property
    def webhook_hosts(self) -> frozenset[str]:
        return frozenset(filter(None, (h.strip() for h in self.webhook_allow_hosts.split(","))))

    @property
    def tells_origin(self) -> bool:
        """Whether the origin is to hear of files that come to be or change here."""
        return bool(self.origin_api_base and self.origin_internal_token)

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(filter(None, (o.strip() for o in self.allowed_origins.split(","))))

    @property
    def operators(self) -> tuple[tuple[str, str], ...]:
        """Names and tokens. A name may come twice, while its token is being replaced."""
        return _operators(self.operator_tokens)


def _operators(given: str) -> tuple[tuple[str, str], ...]:
    entries = filter(None, (entry.strip() for entry in given.split(",")))
    pairs = (entry.partition(":") for entry in entries)
    return tuple((name.strip(), token.strip()) for name, _, token in pairs)
