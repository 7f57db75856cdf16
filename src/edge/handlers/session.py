"""A browser's session: a token handed over once, and kept in a cookie no script can read."""

from typing import Annotated

from pydantic import StringConstraints

from domain.limits import TOKEN_CHARACTERS_MAX
from domain.session import Principal, principal_of
from domain.values import Value
from domain.views import rfc3339
from edge.auth import check_origin, session_cookie
from edge.exchange import Body, Response, json_response, parsed_body
from edge.services import Call


class SessionBody(Body):
    token: Annotated[str, StringConstraints(max_length=TOKEN_CHARACTERS_MAX)]


class SessionView(Value):
    user_id: str
    expires_at: str


async def begin(call: Call) -> Response:
    check_origin(call.request, call.services.settings)
    body = await parsed_body(call.request, SessionBody)
    principal = principal_of(body.token, call.services.settings.jwt_secret)
    max_age_s = max((principal.expires_at_ms - call.now_ms) // 1000, 0)
    cookie = session_cookie(body.token, max_age_s, is_secure=_is_secure(call))
    return json_response(_view(principal), headers=(("set-cookie", cookie),))


async def describe(call: Call) -> Response:
    assert call.principal is not None
    return json_response(_view(call.principal))


async def end(call: Call) -> Response:
    check_origin(call.request, call.services.settings)
    cookie = session_cookie("", 0, is_secure=_is_secure(call))
    return Response(204, headers=(("set-cookie", cookie),))


def _view(principal: Principal) -> SessionView:
    return SessionView(user_id=principal.user_id, expires_at=rfc3339(principal.expires_at_ms))


def _is_secure(call: Call) -> bool:
    return call.request.origin.startswith("https://")
