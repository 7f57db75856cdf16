"""A room's open sockets: who is on them, and what each is told that the others are not."""

from collections.abc import Iterable

from actors.room_talk import Reaction, RoomAttachment
from actors.sessions import renew
from actors.watchers import OPEN, Socket, gave_up
from domain.close_codes import CloseCode, close_reason
from domain.errors import Outage
from domain.presence import Connection
from domain.room_rights import granted
from domain.session import principal_of
from storage.foreign import outages_of


def attached_to(socket: Socket) -> RoomAttachment:
    return RoomAttachment.model_validate_json(socket.deserializeAttachment())


def connections(sockets: Iterable[Socket]) -> dict[str, Connection]:
    """Those that there are, by their ids. A socket that is being closed is none any more."""
    attached = (attached_to(socket) for socket in sockets if socket.readyState == OPEN)
    return {one.connection_id: one.connection for one in attached}


def close_replaced(sockets: Iterable[Socket]) -> None:
    """Nobody is on them any more, most likely: the line was gone before we heard of it."""
    for socket in sockets:
        if socket.readyState == OPEN:
            socket.close(CloseCode.REPLACED, "another connection of this tab has taken over")


def answer(
    socket: Socket, attached: RoomAttachment, reaction: Reaction, jwt_secret: str
) -> int | None:
    """When its session is due, if the client has renewed it."""
    try:
        with outages_of("socket"):
            return _answered(socket, attached, reaction, jwt_secret)
    except Outage as outage:
        gave_up(socket, str(outage), attached.room_id)
        return None


def _answered(
    socket: Socket, attached: RoomAttachment, reaction: Reaction, jwt_secret: str
) -> int | None:
    if reaction.close is not None:
        code, detail = reaction.close
        socket.close(code, close_reason(detail))
    if reaction.answer is not None:
        socket.send(reaction.answer.model_dump_json())
    if reaction.auth is None:
        return None
    due_ms = renew(socket, reaction.auth.model_dump_json(), jwt_secret)
    if due_ms is not None:
        _follow(socket, attached, principal_of(reaction.auth.token, jwt_secret).rooms)
    return due_ms


def _follow(socket: Socket, attached: RoomAttachment, claim: object) -> None:
    """What the newer token grants counts from now on. One that says nothing changes nothing."""
    if claim is None:
        return
    right = granted(claim, attached.room_id)
    if not right.may_read:
        socket.close(CloseCode.FORBIDDEN, "this token does not open the room")
        return
    renewed = attached_to(socket).model_copy(update={"right": right})
    socket.serializeAttachment(renewed.model_dump_json())
