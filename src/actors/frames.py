"""The frames of a live connection that tell of the connection itself."""

from typing import Literal

from pydantic import ConfigDict, Field

from domain.limits import TOKEN_CHARACTERS_MAX
from domain.values import Value


class Expiring(Value):
    """The session ends soon: send `auth` with a newer token, or be closed then (4401)."""

    type: Literal["expiring"] = "expiring"
    expires_at: str


class Authenticated(Value):
    """The connection goes on, until that session ends."""

    type: Literal["auth"] = "auth"
    expires_at: str


class Spread(Value):
    """So many watch that they should not come back all at once: at a random moment within that."""

    type: Literal["spread"] = "spread"
    within_ms: int


class Auth(Value):
    """By the client: a newer token of the same user."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["auth"]
    token: str = Field(max_length=TOKEN_CHARACTERS_MAX)
