"""Who is an operator: whoever sends one of the tokens in OPERATOR_TOKENS."""

import hmac

from domain.errors import Code, Refusal
from domain.settings import Settings
from edge.exchange import Request


def operator_of(request: Request, settings: Settings) -> str:
    """The operator's name. A cookie never counts here, so no other site can act through a browser.

    The token is compared with all of them, each in constant time, so that how long the answer
    takes tells nothing about any of them.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    sent = credentials.strip().encode() if scheme.lower() == "bearer" else b""
    names = [
        name for name, token in settings.operators if hmac.compare_digest(token.encode(), sent)
    ]
    if not names:
        raise Refusal(Code.OPERATOR_NEEDED, "send an operator's token as Authorization: Bearer")
    return names[0]
