"""The product's configuration: read from the environment once, checked once, handed down."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class SettingsInvalid(Exception):
    """A variable is missing or out of bounds. Names the variables, never their values."""


class Settings(BaseModel):
    """Variables and secrets of `wrangler.toml` and `.dev.vars`. Field names in upper case there."""

    model_config = ConfigDict(frozen=True)

    jwt_secret: str = Field(min_length=32, repr=False)  # RFC 7518, 3.2: at least the hash's size
    url_signing_secret: str = Field(min_length=32, repr=False)
    allowed_origins: str = ""  # separated by commas, besides our own; see edge/auth.py
    lease_ms: int = Field(default=15 * 60_000, ge=1_000, le=3_600_000)
    dispatch_timeout_ms: int = Field(default=30_000, ge=500, le=3_600_000)
    retry_backoff_ms: int = Field(default=5_000, ge=10, le=300_000)

    @classmethod
    def read(cls, environment: Mapping[str, object]) -> Self:
        """From variables by their upper-case names; absent ones keep their defaults."""
        given = {name: environment.get(name.upper()) for name in cls.model_fields}
        try:
            return cls.model_validate({k: v for k, v in given.items() if v is not None})
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
            raise SettingsInvalid("; ".join(faults)) from None

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(filter(None, (o.strip() for o in self.allowed_origins.split(","))))
