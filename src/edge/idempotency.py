"""`Idempotency-Key`: a request that is repeated with its key is made once and answered again.

IETF draft draft-ietf-httpapi-idempotency-key-header. The order keeps the answers; see also
docs/decisions/0016.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from domain.errors import Code, Outage, Refusal
from domain.limits import IDEMPOTENCY_KEY_CHARACTERS_MAX
from domain.messages.order import BeginRequest, FinishRequest
from domain.values import Value
from edge.exchange import Body, Request, Response, json_text
from edge.services import Call

HEADER: Final = "idempotency-key"
VISIBLE: Final = re.compile(rf"[\x21-\x7e]{{1,{IDEMPOTENCY_KEY_CHARACTERS_MAX}}}")
QUOTED: Final = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')  # RFC 8941, 3.3.3
ESCAPED: Final = re.compile(r'\\(["\\])')
REPLAYED: Final = ("idempotent-replayed", "true")


class KeptAnswer(Value):
    """What the order keeps of an answer, to give it again."""

    status: int
    body: str


class Made(NamedTuple):
    """A request's answer. Unless it is final, a repeat is to find a better one."""

    response: Response
    is_final: bool


def idempotency_key(request: Request) -> str | None:
    """As a string in quotes, which is how the draft has it, or bare, which is how most send it."""
    header = request.headers.get(HEADER)
    if header is None:
        return None
    key = header.strip(" \t")
    if key.startswith('"'):
        found = QUOTED.fullmatch(key)
        key = ESCAPED.sub(r"\1", found[1]) if found else ""
    if VISIBLE.fullmatch(key) is None:
        told = f"it must have 1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} visible ASCII characters"
        raise Refusal(Code.INVALID_IDEMPOTENCY_KEY, told)
    return key


async def answered_once(
    call: Call, body: Body, answer: Callable[[str | None], Awaitable[Made]]
) -> Response:
    """Of a request about an order.

    An answer that is not final, or cannot be kept, was given nevertheless; the request then counts
    as one that broke off. Who repeats it asks for the same jobs by the same ids; who uses the key
    again a day later, for others: so `answer` is given the key with the time of its first use.
    """
    key = idempotency_key(call.request)
    if key is None:
        return (await answer(None)).response
    order_id, caller_id, orders = call.parameters["order_id"], call.caller_id, call.services.orders
    begin = BeginRequest(caller_id=caller_id, key=key, fingerprint=fingerprint(call.request, body))
    begun = await orders.begin(order_id, begin)
    if begun.answer is not None:
        kept = KeptAnswer.model_validate_json(begun.answer)
        return json_text(kept.body, kept.status).with_headers(REPLAYED)
    to_keep = None
    try:
        response, is_final = await answer(f"{key} {begun.began_ms}")
        if is_final:
            kept = KeptAnswer(status=response.status, body=response.body or "")
            to_keep = kept.model_dump_json()
    finally:
        with contextlib.suppress(Outage, Refusal):
            finish = FinishRequest(caller_id=caller_id, key=key, answer=to_keep)
            await orders.finish(order_id, finish)
    return response


def fingerprint(request: Request, body: Body) -> str:
    """The same for the same request, however its JSON was written."""
    canonical = json.dumps(body.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    whole = f"{request.method}\n{request.path}\n{canonical}"
    return hashlib.sha256(whole.encode()).hexdigest()
