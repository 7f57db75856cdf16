"""A receiver that does not come to an end. Time goes by here, for the loop's own must."""

import asyncio

import pytest

from storage.web import WebAnswer, WebRequest
from tests.fakes.memory_web import MemoryWeb
from tests.unit.actors.carried_webhooks import Carried, an_outgoing
from tests.unit.factories import some_settings

pytestmark = pytest.mark.anyio


class SilentWeb(MemoryWeb):
    """The platform's own timeout does not come, as when an answer's body drips."""

    async def ask(
        self,
        request: WebRequest,
        *,
        timeout_ms: int,  # noqa: ARG002
        bytes_max: int,  # noqa: ARG002
        is_cut: bool = False,  # noqa: ARG002
    ) -> WebAnswer:
        self.asked.append(request)
        await asyncio.Event().wait()
        raise AssertionError


async def test_who_does_not_come_to_an_end_is_given_up() -> None:
    carried = Carried(some_settings(webhook_timeout_ms=100), SilentWeb())

    told = await carried.carry(an_outgoing())

    assert told.attempt.error == "it did not answer in time"
