"""What may be published in a room: any JSON, as long as every client can read it back."""

import json
import re
from typing import Annotated, Final

from pydantic import AfterValidator, JsonValue, StringConstraints

from domain.limits import ROOM_DATA_DEPTH_MAX

MESSAGE_ID: Final = r"^[!-~]{1,128}$"  # visible ASCII, as a UUID or a counter has it
MESSAGE_TYPE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
PLAIN_MESSAGE: Final = "message"

MessageId = Annotated[str, StringConstraints(pattern=MESSAGE_ID)]
MessageType = Annotated[str, StringConstraints(pattern=MESSAGE_TYPE)]


def is_message_id(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(MESSAGE_ID[1:-1], value) is not None


def _checked(data: JsonValue) -> JsonValue:
    """What is read may be `NaN`, which is no JSON, or 200 levels deep, which leaves none around it.

    What would not come back as it was sent is refused rather than changed.
    """
    level = [data]
    for _ in range(ROOM_DATA_DEPTH_MAX):
        level = [child for node in level for child in _children(node)]
        if not level:
            break
    else:
        raise ValueError(f"it may be nested {ROOM_DATA_DEPTH_MAX} levels deep")
    try:
        json.dumps(data, allow_nan=False)
    except ValueError:
        raise ValueError("a number is too large") from None
    return data


def _children(node: JsonValue) -> list[JsonValue]:
    """Those that may have children of their own."""
    if isinstance(node, dict):
        children = list(node.values())
    else:
        children = node if isinstance(node, list) else []
    return [child for child in children if isinstance(child, dict | list)]


RoomData = Annotated[JsonValue, AfterValidator(_checked)]
