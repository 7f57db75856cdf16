"""Requests to an order that carry an Idempotency-Key: each is made once, and answered again."""

from domain.errors import Code, Refusal
from domain.limits import REQUEST_RETRY_AFTER_MS, REQUEST_RUNNING_MAX_MS
from domain.messages.order import BeginRequest, BegunRequest, FinishRequest
from domain.messages.reply import Done
from storage.requests import Requests
from storage.sql import Sql


class OrderRequests:
    def __init__(self, sql: Sql) -> None:
        self._requests = Requests(sql)

    def answer(self, message: BeginRequest | FinishRequest, now_ms: int) -> BegunRequest | Done:
        match message:
            case BeginRequest():
                return self.begin(message, now_ms)
            case FinishRequest():
                return self.finish(message)

    def begin(self, message: BeginRequest, now_ms: int) -> BegunRequest:
        """The first answer; or none, and then the caller is the one to find it."""
        made = self._requests.known(message.key, now_ms)
        if made is not None and made.fingerprint != message.fingerprint:
            raise Refusal(
                Code.IDEMPOTENCY_KEY_REUSED, "take a new key for a request that is another one"
            )
        if made is not None and made.answer is not None:
            return BegunRequest(answer=made.answer, began_ms=made.began_ms)
        if made is not None and now_ms < made.resumed_ms + REQUEST_RUNNING_MAX_MS:
            raise Refusal(
                Code.IDEMPOTENCY_KEY_IN_USE,
                "ask again in a moment for its answer",
                {"retry_after_ms": REQUEST_RETRY_AFTER_MS},
            )
        if made is not None:
            self._requests.resume(message.key, now_ms)
            return BegunRequest(began_ms=made.began_ms)
        self._requests.begin(message.key, message.fingerprint, now_ms)
        return BegunRequest(began_ms=now_ms)

    def finish(self, message: FinishRequest) -> Done:
        if message.answer is None:
            self._requests.resume(message.key, 0)
        else:
            self._requests.finish(message.key, message.answer)
        return Done()
