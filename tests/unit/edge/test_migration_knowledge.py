"""Before an origin: what an isolate knows when it decides, and whose fault a failure is."""

import asyncio
from functools import partial

import pytest

from tests.fakes.memory_origin import MemoryOrigin
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER
from tests.unit.edge.test_migration import INBOX, a_darkroom, set_rollout

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]


async def test_an_isolate_that_had_nothing_to_do_looks_before_it_decides(clock: Clock) -> None:
    darkroom = a_darkroom(MemoryOrigin())
    await darkroom.call("GET", INBOX)
    set_rollout(darkroom, canary_percent=100, emergency_proxy=True)
    clock.advance_ms(3_600_000)

    answer = await darkroom.call("GET", INBOX)

    assert answer.headers["x-pix-decision"] == "proxy (emergency: kv)"


async def test_of_many_first_requests_none_is_decided_on_nothing() -> None:
    darkroom = a_darkroom(MemoryOrigin())
    darkroom.config.is_slow = True

    answers = await asyncio.gather(*(darkroom.call("GET", INBOX) for _ in range(5)))

    assert {answer.headers["x-pix-canary"][0] for answer in answers} == {"1"}


async def test_where_the_switch_was_never_seen_nobody_is_given_a_cookie() -> None:
    darkroom = a_darkroom(MemoryOrigin())
    darkroom.config.is_down = True

    answer = await darkroom.call("GET", INBOX)

    assert answer.headers["x-pix-canary"].startswith("0;")
    assert "set-cookie" not in answer.headers


async def test_a_native_answer_that_the_origin_owes_is_no_fault_of_ours(clock: Clock) -> None:
    darkroom = a_darkroom(MemoryOrigin())
    darkroom.web.is_down = True
    darkroom.web.meanwhile = partial(clock.advance_ms, 15_000)

    answer = await darkroom.call("GET", f"{ORDER}/files")

    (told,) = darkroom.services.telemetry.taken(None, None).tallies
    assert answer.problem == (502, "origin_unreachable")
    assert (told.cohort, told.tally.requests) == ("native", 1)
    assert (told.tally.errors, told.tally.latency_ms) == (0, 0)


async def test_a_fault_of_ours_is_one() -> None:
    darkroom = a_darkroom(MemoryOrigin())
    darkroom.actors.inboxes.is_down = True

    await darkroom.call("GET", INBOX)

    (told,) = darkroom.services.telemetry.taken(None, None).tallies
    assert (told.cohort, told.tally.errors) == ("native", 1)
