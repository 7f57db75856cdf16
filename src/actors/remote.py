"""The envelope around every reply: refusals travel as data, for an exception loses its type.

One JSON text: `{"ok": true, "reply": …}` or `{"ok": false, "refusal": …}` (`RefusalData`).
Only this module and `calls.py` know of it.
"""

import json
from typing import TypeVar

from domain.errors import Outage, Refusal
from domain.messages.reply import RefusalData
from domain.values import Value

Reply = TypeVar("Reply", bound=Value)


def accepted(reply: Value) -> str:
    return f'{{"ok":true,"reply":{reply.model_dump_json()}}}'


def refused(refusal: Refusal) -> str:
    data = RefusalData(code=refusal.code, detail=refusal.detail, facts=refusal.facts)
    return f'{{"ok":false,"refusal":{data.model_dump_json()}}}'


def is_refused(text: str) -> bool:
    return not json.loads(text)["ok"]


def opened(text: str, reply_type: type[Reply]) -> Reply:
    """The reply, or the refusal raised again on this side."""
    try:
        envelope = json.loads(text)
        if envelope["ok"]:
            return reply_type.model_validate(envelope["reply"])
        data = RefusalData.model_validate(envelope["refusal"])
    except (
        ValueError,
        LookupError,
        TypeError,
    ) as error:  # of a newer version, which a rollout has beside us
        raise Outage(f"a reply that this version cannot read: {type(error).__name__}") from error
    raise Refusal(data.code, data.detail, data.facts)
