"""Our module for clients before a scripted server, with pauses that a test can wait for."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from tests.acceptance.node_client import NodeClient, node_client
from tests.acceptance.scripted_server import ScriptedServer, scripted_server

ALL: Final = ("websocket", "stream", "poll")
SHORT: Final = {"pause": 20, "pauseMax": 100}
# Each pause as long as it may be, and told.
LONGEST: Final = "Math.random = () => 1;"
TELL_PAUSES: Final = """
const clock = Date.now;
let readMs; // when `untilMs` was reckoned from it, whatever else has kept this machine busy since
Date.now = () => (readMs = clock());
live.addEventListener("state", ({ detail }) => {
  if (detail.untilMs) say("pause", { ms: detail.untilMs - readMs });
});
"""


Stage = AbstractAsyncContextManager[tuple[ScriptedServer, NodeClient]]


@asynccontextmanager
async def stage(  # noqa: PLR0913 -- what differs from test to test, by name
    *transports: str,
    tokens: tuple[str, ...] = (),
    options: str = "",
    before: str = "",
    after: str = "",
    follow: str = "followOrder",
    times: Mapping[str, int] | None = None,
) -> AsyncIterator[tuple[ScriptedServer, NodeClient]]:
    token = "token" if tokens else ""
    given = f"{{ base, transports: {list(transports or ALL)}, {token}, {options} }}"
    given = given.replace(", ,", ",")
    script = f"{before}\nconst live = hear({follow}(id, {given}));\n{TELL_PAUSES}{after}"
    async with (
        scripted_server() as server,
        node_client(script, server.url, "it", *tokens, times={**SHORT, **(times or {})}) as client,
    ):
        yield server, client


def offsets(client: NodeClient) -> list[int]:
    """Of the events that were told."""
    return [told["data"]["offset"] for told in client.of("event")]


def pauses(client: NodeClient) -> list[int]:
    return [round(told["ms"]) for told in client.of("pause")]


def states(client: NodeClient) -> list[str]:
    return [told["state"] for told in client.of("state")]
