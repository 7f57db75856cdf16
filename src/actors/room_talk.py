"""What a client of a room says on its socket, and what it hears to that: an answer, or an end."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter, ValidationError
from pydantic_core import from_json

from actors.frames import Auth
from actors.room import RoomCore
from actors.sessions import Attachment
from domain.close_codes import CloseCode
from domain.errors import Code, Refusal
from domain.limits import FIELD_CHARACTERS_MAX, MESSAGE_BYTES_MAX
from domain.messages.room import Publish, Receipt, RoomWatch
from domain.presence import Connection
from domain.room_data import PLAIN_MESSAGE, MessageId, MessageType, RoomData, is_message_id
from domain.room_rights import RoomRight
from domain.values import Value
from domain.views import rfc3339


class RoomAttachment(Attachment):
    """Who is on the socket, and what they may."""

    room_id: str
    connection_id: str
    right: RoomRight
    tab: str | None = None

    @classmethod
    def of(cls, watch: RoomWatch, connection_id: str) -> "RoomAttachment":
        return cls(
            user_id=watch.caller_id,
            expires_at_ms=watch.expires_at_ms,
            room_id=watch.room_id,
            connection_id=connection_id,
            right=watch.right,
            tab=watch.tab,
        )

    @property
    def connection(self) -> Connection:
        return Connection(self.connection_id, self.user_id, self.tab)


class PublishFrame(Value):
    """By the client: a message for all. Answered by `ack`, the same one for the same id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["publish"]
    id: MessageId
    message_type: MessageType = PLAIN_MESSAGE
    data: RoomData = None


class Ack(Value):
    """The message is kept there, and all are told in that order."""

    type: Literal["ack"] = "ack"
    id: str
    cursor: str
    time: str
    replayed: bool  # it was known by its id: this is where it stands since the first time


class ErrorFrame(Value):
    """What was sent could not be taken. The connection goes on."""

    type: Literal["error"] = "error"
    code: Code
    detail: str
    id: str | None = None  # of the frame that it is about, if it had one
    retry_after_ms: int | None = None


ClientFrame = Annotated[PublishFrame | Auth, Field(discriminator="type")]
CLIENT_FRAME: Final[TypeAdapter[PublishFrame | Auth]] = TypeAdapter(ClientFrame)


@dataclass(frozen=True, slots=True)
class Reaction:
    answer: Value | None = None
    close: tuple[CloseCode, str] | None = None
    auth: Auth | None = None  # to be seen to by whoever holds the socket


def heard(core: RoomCore, attached: RoomAttachment, text: str | None, now_ms: int) -> Reaction:
    """None: what came was binary. Raises nothing that a client could bring about."""
    if text is None:
        return Reaction(close=(CloseCode.MALFORMED, "frames are JSON text"))
    if len(text) > MESSAGE_BYTES_MAX or len(text.encode()) > MESSAGE_BYTES_MAX:
        return Reaction(close=(CloseCode.TOO_LARGE, f"a frame may have {MESSAGE_BYTES_MAX} bytes"))
    try:
        core.rates.send(attached.connection_id, now_ms)
    except Refusal as refusal:
        if core.rates.goes_on(attached.connection_id, now_ms):
            return Reaction(close=(CloseCode.RATE_LIMITED, refusal.detail))
        return Reaction(_complaint(refusal, None))
    try:
        frame = CLIENT_FRAME.validate_json(text)
    except ValidationError as error:
        return _misread(text, error)
    if isinstance(frame, Auth):
        return Reaction(auth=frame)
    try:
        return Reaction(_ack(_published(core, attached, frame, now_ms)))
    except Refusal as refusal:
        return Reaction(_complaint(refusal, frame.id))


def _published(
    core: RoomCore, attached: RoomAttachment, frame: PublishFrame, now_ms: int
) -> Receipt:
    if not attached.right.may_publish:
        raise Refusal(Code.ROOM_FORBIDDEN, "you may read in this room, and not publish")
    message = Publish(
        room_id=attached.room_id,
        caller_id=attached.user_id,
        message_id=frame.id,
        message_type=frame.message_type,
        data=frame.data,
    )
    return core.publish(message, now_ms)


def _ack(receipt: Receipt) -> Ack:
    return Ack(
        id=receipt.message_id,
        cursor=receipt.cursor,
        time=rfc3339(receipt.at_ms),
        replayed=receipt.is_repeat,
    )


def _complaint(refusal: Refusal, own_id: str | None) -> ErrorFrame:
    retry_after_ms = refusal.facts.get("retry_after_ms")
    return ErrorFrame(
        code=refusal.code,
        detail=refusal.detail,
        id=own_id,
        retry_after_ms=retry_after_ms if isinstance(retry_after_ms, int) else None,
    )


def _misread(text: str, error: ValidationError) -> Reaction:
    """Who cannot write JSON is told to stop; who wrote what does not fit, what is wrong with it."""
    first = error.errors(include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return Reaction(close=(CloseCode.MALFORMED, "frames are JSON text"))
    where = ".".join(map(str, first["loc"][1:]))[:FIELD_CHARACTERS_MAX] or "type"
    told = "it must be publish or auth" if where == "type" else first["msg"]
    read: JsonValue = from_json(text)
    own_id = read.get("id") if isinstance(read, dict) else None
    refusal = Refusal(Code.INVALID_BODY, f"{where}: {told}")
    return Reaction(_complaint(refusal, str(own_id) if is_message_id(own_id) else None))
