"""Sockets of people whose sessions last a while."""

from actors.sessions import Attachment
from actors.watchers import OPEN
from tests.fakes.local_socket import LocalSocket
from tests.unit.factories import MINUTE_MS, NOW_MS

CLOSED = 3


def watching(
    expires_at_ms: int = NOW_MS + 10 * MINUTE_MS, state: int = OPEN, **more: bool
) -> LocalSocket:
    attached = Attachment(user_id="alice", expires_at_ms=expires_at_ms)
    return LocalSocket(attached.model_dump_json(), state, **more)
