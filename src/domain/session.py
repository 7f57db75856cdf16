"""A session token (a JWT) and what it says of whoever sends it. PyJWT reads the clock itself."""

from dataclasses import dataclass
from typing import Final

import jwt

from domain.errors import Code, Refusal
from domain.ids import is_chosen_id
from domain.limits import SESSION_SKEW_S

ALGORITHM: Final = "HS256"  # pinned: a token may not choose how it is checked (RFC 8725, 3.1)
LATEST_MS: Final = 253_402_300_799_000  # the end of the year 9999: RFC 3339 has four digits


@dataclass(frozen=True, slots=True)
class Principal:
    user_id: str
    expires_at_ms: int
    rooms: object = None  # the claim of that name: see domain/room_rights.py


def principal_of(token: str, jwt_secret: str) -> Principal:
    try:
        claims = jwt.decode(
            token,
            jwt_secret,
            algorithms=[ALGORITHM],
            leeway=SESSION_SKEW_S,
            options={"require": ["exp", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        raise Refusal(Code.TOKEN_EXPIRED, "sign in again: the session has expired") from None
    except jwt.InvalidTokenError:
        raise Refusal(Code.UNAUTHENTICATED, "the session token is not valid") from None
    user_id = claims["sub"]
    if not is_chosen_id(user_id):
        raise Refusal(Code.UNAUTHENTICATED, "the session token names no valid user")
    expires_at_ms = min(int(claims["exp"]) * 1000, LATEST_MS)
    return Principal(user_id, expires_at_ms, claims.get("rooms"))
