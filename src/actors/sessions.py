"""The sessions of open sockets: told before they end, renewed by a frame, closed when they end."""

from collections.abc import Iterable

from pydantic import ValidationError

from actors.frames import Auth, Authenticated, Expiring
from actors.watchers import OPEN, Socket, gave_up
from domain.close_codes import CloseCode, close_code_of
from domain.errors import Outage, Refusal
from domain.limits import SESSION_EXPIRING_MS
from domain.session import principal_of
from domain.values import Stored
from domain.views import rfc3339
from storage.deadlines import Deadlines
from storage.foreign import outages_of


class Attachment(Stored):
    """What a socket carries while its actor sleeps. Others may add to it."""

    user_id: str
    expires_at_ms: int
    is_warned: bool = False  # that the session ends soon

    @property
    def due_ms(self) -> int:
        """When there is something to do about it."""
        return self.expires_at_ms - (0 if self.is_warned else SESSION_EXPIRING_MS)


class SessionDeadline:
    """When the next session of an actor's sockets is due, among the actor's other deadlines."""

    def __init__(self, deadlines: Deadlines, kind: str) -> None:
        self._deadlines = deadlines
        self._kind = kind
        self._is_first = True

    def expect(self, due_ms: int) -> bool:
        """Of one more socket. Whether the actor's alarm is to be seen to.

        The first time in each of its lives in any case: the one before may have ended before that.
        """
        known_ms = self._deadlines.due_ms(self._kind)
        is_sooner = known_ms is None or due_ms < known_ms
        if is_sooner:
            self._deadlines.set(self._kind, due_ms)
        is_first, self._is_first = self._is_first, False
        return is_sooner or is_first

    def is_due(self, now_ms: int) -> bool:
        due_ms = self._deadlines.due_ms(self._kind)
        return due_ms is not None and due_ms <= now_ms

    def seen_to(self, next_ms: int | None) -> None:
        self._deadlines.set(self._kind, next_ms)


def attachment_of(socket: Socket) -> Attachment:
    return Attachment.model_validate_json(socket.deserializeAttachment())


def sweep(sockets: Iterable[Socket], now_ms: int, name: str) -> int | None:
    """Warn whose session ends soon, close whose has ended. When that is due again; None: never."""
    due_ms: list[int] = []
    for socket in sockets:
        try:
            with outages_of("socket"):
                if socket.readyState == OPEN and (due := _seen_to(socket, now_ms)) is not None:
                    due_ms.append(due)
        except Outage as outage:
            gave_up(socket, str(outage), name)
    return min(due_ms, default=None)


def renew(socket: Socket, text: str, jwt_secret: str) -> int | None:
    """A frame that a client sent. When its session is due, if the frame has renewed it."""
    try:
        token = Auth.model_validate_json(text).token
    except ValidationError:
        return None
    attached = attachment_of(socket)
    try:
        principal = principal_of(token, jwt_secret)
    except Refusal as refusal:
        socket.close(close_code_of(refusal.code), refusal.detail)
        return None
    if principal.user_id != attached.user_id:
        socket.close(CloseCode.FORBIDDEN, "this token is another user's")
        return None
    renewed = {"expires_at_ms": principal.expires_at_ms, "is_warned": False}
    attached = attached.model_copy(update=renewed)
    socket.serializeAttachment(attached.model_dump_json())
    answer = Authenticated(expires_at=rfc3339(principal.expires_at_ms))
    socket.send(answer.model_dump_json())
    return attached.due_ms


def _seen_to(socket: Socket, now_ms: int) -> int | None:
    attached = attachment_of(socket)
    if attached.expires_at_ms <= now_ms:
        socket.close(CloseCode.SESSION_EXPIRED, "the session has expired")
        return None
    if attached.due_ms > now_ms:
        return attached.due_ms
    socket.send(Expiring(expires_at=rfc3339(attached.expires_at_ms)).model_dump_json())
    socket.serializeAttachment(attached.model_copy(update={"is_warned": True}).model_dump_json())
    return attached.expires_at_ms
