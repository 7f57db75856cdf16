"""Finds the route of a request: a table of patterns, and 404, 405 and `Allow` for free."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from domain.errors import Code, Refusal
from domain.ids import (
    is_chosen_id,
    is_file_id,
    is_job_id,
    is_notification_id,
    is_room_id,
    is_webhook_id,
)
from domain.rollout import Phase
from edge.exchange import Response
from edge.services import Call

Handler = Callable[[Call], Awaitable[Response]]

PARAMETER = re.compile(r"\{(\w+)\}")
CHECKS: dict[str, tuple[Callable[[str], bool], Code]] = {
    "order_id": (is_chosen_id, Code.ORDER_NOT_FOUND),
    "file_id": (is_file_id, Code.FILE_NOT_FOUND),
    "job_id": (is_job_id, Code.JOB_NOT_FOUND),
    "notification_id": (is_notification_id, Code.NOTIFICATION_NOT_FOUND),
    "room_id": (is_room_id, Code.ROOM_NOT_FOUND),
    "webhook_id": (is_webhook_id, Code.WEBHOOK_NOT_FOUND),
    "message_id": (is_chosen_id, Code.PARKED_NOT_FOUND),
    "key": (bool, Code.OBJECT_NOT_FOUND),
}


class Access(Enum):
    """Whom a route is for."""

    PUBLIC = auto()  # anybody, or whoever has a signed URL
    SESSION = auto()
    OPERATORS = auto()
    GUARDED = auto()  # operators, unless FEATURE_QA_GUARD is off


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    pattern: str  # "/api/files/{file_id}"; `{key}` takes the rest of the path, slashes and all
    handler: Handler
    access: Access = Access.SESSION
    phase: Phase | None = None  # in which it moves to us from the origin; None: it was never there
    is_timed: bool = True  # whether its duration is ours to answer for
    regex: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pieces = PARAMETER.sub(
            lambda m: f"(?P<{m[1]}>{'.*' if m[1] == 'key' else '[^/]*'})", self.pattern
        )
        object.__setattr__(self, "regex", re.compile(pieces, re.DOTALL))


def matched(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route and its checked parameters. An id of the wrong shape addresses no actor."""
    allowed = []
    for route in routes:
        found = route.regex.fullmatch(path)
        if found is None:
            continue
        if route.method == method or (route.method == "GET" and method == "HEAD"):
            return route, _checked(found.groupdict())
        allowed += ["GET", "HEAD"] if route.method == "GET" else [route.method]
    if allowed:
        raise Refusal(
            Code.METHOD_NOT_ALLOWED, f"{method} is not allowed here", {"allow": ", ".join(allowed)}
        )
    raise Refusal(Code.ROUTE_NOT_FOUND, "there is nothing at this path")


def located(routes: Sequence[Route], path: str) -> tuple[Route, dict[str, str]] | None:
    """The same for any method: what the path is about. None, if there is nothing of ours at it."""
    for route in routes:
        if found := route.regex.fullmatch(path):
            try:
                return route, _checked(found.groupdict())
            except Refusal:
                return None
    return None


def _checked(parameters: dict[str, str]) -> dict[str, str]:
    for name, value in parameters.items():
        is_valid, code = CHECKS[name]
        if not is_valid(value):
            raise Refusal(code, f"this cannot be {name.replace('_', ' ')}")
    return parameters
