"""A watcher that reads slowly: nobody waits for it, and it is not closed for it."""

import asyncio
import json
import secrets

import pytest
from websockets.asyncio.client import connect

from tests.acceptance.guest import Guest, Line
from tests.acceptance.photographer import DEADLINE_S
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

SPEAKERS, EACH = 3, 40  # messages: what one may say at once
ALL = SPEAKERS * EACH
DATA = "x" * 60_000  # so that altogether they do not fit into what lies between us


async def test_a_socket_that_takes_nothing_for_a_while_gets_all_of_it_then_and_in_order(
    server: Server, worker_secrets: dict[str, str]
) -> None:
    room_id = f"open-{secrets.token_hex(4)}"
    slow, quick, *speakers = (
        Guest(server.url, worker_secrets["JWT_SECRET"], f"guest{number}")
        for number in range(2 + SPEAKERS)
    )
    slowly = connect(
        f"{server.url.replace('http', 'ws', 1)}/ws/{room_id}",
        additional_headers=slow.headers,
        max_queue=1,  # all else is left on the line
        ping_interval=None,
        proxy=None,
    )
    async with slowly as socket, quick.enter(room_id) as his:
        hers = Line(socket, json.loads(await socket.recv()))
        async with asyncio.timeout(DEADLINE_S):
            said, heard = await asyncio.gather(
                asyncio.gather(*(talk(one, room_id) for one in speakers)), his.said(ALL)
            )
        late = await hers.said(ALL)

        await socket.send("ping")
        while (text := await socket.recv()) != "pong":
            assert "left" in str(text)

    assert late == heard
    assert sorted(heard) == sorted(message_id for ids in said for message_id in ids)


async def talk(one: Guest, room_id: str) -> list[str]:
    ids = [f"{one.user_id}-{number}" for number in range(EACH)]
    async with one.enter(room_id) as line:
        for message_id in ids:
            assert (await line.say(message_id, DATA))["type"] == "ack"
    return ids
