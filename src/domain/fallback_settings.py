"""The configuration of the emergency Worker, which knows an origin and nothing else."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class FallbackSettings(BaseModel):
    """Variables of `wrangler.fallback.toml`. Field names in upper case there."""

    model_config = ConfigDict(frozen=True)

    origin_api_base: str = Field(pattern=r"^https?://[^\s/?#]+$")
    backend_request_timeout_ms: int = 15_000  # clamped, as in the product
    backend_retry_attempts: int = 1
    fallback_paths: str = "/api/"  # what is passed on, by prefix, separated by commas

    @classmethod
    def read(cls, environment: Mapping[str, object]) -> Self:
        given = {name: environment.get(name.upper()) for name in cls.model_fields}
        return cls.model_validate({k: v for k, v in given.items() if v is not None})

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(filter(None, (path.strip() for path in self.fallback_paths.split(","))))
