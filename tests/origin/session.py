"""The origin's own check of the session token that both sides believe."""

from dataclasses import dataclass

import jwt
from starlette.requests import HTTPConnection

from tests.origin.dialect import TOKEN_EXPIRED, UNAUTHORIZED, Refusal
from tests.origin.names import is_chosen_id


@dataclass(frozen=True, slots=True)
class Session:
    user_id: str
    expires_at_s: int


def session_of(connection: HTTPConnection, secret: str) -> Session:
    token = _token(connection)
    if not token:
        raise Refusal(UNAUTHORIZED)
    try:
        claims = jwt.decode(
            token, secret, algorithms=["HS256"], options={"require": ["exp", "sub"]}
        )
    except jwt.ExpiredSignatureError:
        raise Refusal(TOKEN_EXPIRED) from None
    except jwt.InvalidTokenError:
        raise Refusal(UNAUTHORIZED) from None
    if not is_chosen_id(claims["sub"]):
        raise Refusal(UNAUTHORIZED)
    return Session(claims["sub"], int(claims["exp"]))


def _token(connection: HTTPConnection) -> str:
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bearer.strip()
    return connection.cookies.get("session", "")
