"""The examples of docs/live.md, run as they stand there."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from domain.close_codes import CLOSINGS, CloseCode, Then
from tests.acceptance.chromium import PROGRAM, browser
from tests.acceptance.photographer import DEADLINE_S, Photographer
from tests.acceptance.scripted_server import scripted_server
from tools.photos import PhotoSet
from tools.runtime.paths import ROOT

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

TEXT = (ROOT / "docs" / "live.md").read_text()
OURS = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
SHORT_PAUSE_S = 1.5  # after which it is back by now, if it does not wait
BLOCKS = re.findall(r"```(js|sh|python)\n(.*?)```", TEXT, re.DOTALL)


def example(language: str, about: str) -> str:
    """The one block of that language in which these words stand."""
    (block,) = [text for name, text in BLOCKS if name == language and about in text]
    return str(block)


async def test_the_stream_as_curl_reads_it(alice: Photographer, pictures: PhotoSet) -> None:
    file_id = await alice.upload(pictures.rocket)

    async with running(
        alice.api.url, alice.token, "bash", "-c", of(alice, example("sh", "curl -sN"))
    ) as lines:
        await until(lines, "event: hello")
        await alice.api.rename(file_id, "later.jpg")
        await until(lines, "event: darkroom.file.changed")
        assert "later.jpg" in await until(lines, "data: ")


async def test_the_long_poll_as_curl_asks_it(alice: Photographer, pictures: PhotoSet) -> None:
    file_id = await alice.upload(pictures.rocket)
    cursor = (await alice.api.status(alice.order_id))["cursor"]

    command = of(alice, example("sh", "wait=25"))
    async with running(alice.api.url, alice.token, "bash", "-c", command, CURSOR=cursor) as lines:
        await alice.api.rename(file_id, "later.jpg")
        assert '"recovered":true' in (await until(lines, "later.jpg")).replace(" ", "")


async def test_the_socket_as_python_follows_it(
    alice: Photographer, pictures: PhotoSet, tmp_path: Path
) -> None:
    file_id = await alice.upload(pictures.rocket)
    program = tmp_path / "follow.py"
    program.write_text(of(alice, example("python", "websockets")))

    async with running(alice.api.url, alice.token, sys.executable, str(program)) as lines:
        await until(lines, "hello")
        await alice.api.rename(file_id, "later.jpg")
        cursor = (await alice.api.status(alice.order_id))["cursor"]
        assert await until(lines, cursor) == f"darkroom.file.changed {cursor}\n"


async def test_the_python_example_ends_where_nothing_is_to_be_had(
    alice: Photographer, bob: Photographer, pictures: PhotoSet, tmp_path: Path
) -> None:
    await alice.upload(pictures.rocket)
    program = tmp_path / "follow.py"
    program.write_text(of(alice, example("python", "websockets")))

    async with running(alice.api.url, bob.token, sys.executable, str(program)) as lines:
        assert await until(lines, "closed") == "closed: 4403\n"


@pytest.mark.parametrize("code", CLOSINGS)
async def test_the_python_example_does_on_each_close_code_what_the_table_says(
    tmp_path: Path, code: CloseCode
) -> None:
    _, then = CLOSINGS[code]
    program = tmp_path / "follow.py"
    program.write_text(example("python", "websockets"))
    async with (
        scripted_server() as server,
        running(server.url, "token", sys.executable, str(program)) as lines,
    ):
        call = await server.next()
        call.greet("e-5")
        call.tell(6)
        assert await until(lines, "changed") == "darkroom.file.changed e-6\n"
        call.drop() if code == CloseCode.DROPPED else call.end(code)

        match then:
            case Then.RETRY:
                assert (await server.next()).since == "e-6"
            case Then.WAIT:
                await asyncio.sleep(SHORT_PAUSE_S)
                assert server.is_quiet
            case Then.STOP | Then.REFRESH:
                assert await until(lines, "closed") == f"closed: {int(code)}\n"


@pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("about", ["new EventSource", "followOrder"])
async def test_the_examples_for_a_page(
    alice: Photographer, pictures: PhotoSet, tmp_path: Path, about: str
) -> None:
    file_id = await alice.upload(pictures.rocket)
    code = of(alice, example("js", about)).replace("import {", "const {")
    code = code.replace('} from "/darkroom-live.js"', '} = await import("/darkroom-live.js")')
    async with browser(tmp_path / "profile") as tab:
        await tab.open(f"{alice.api.url}/?order={alice.order_id}#token={alice.token}")
        await tab.until("document.body?.dataset.state === 'live'")
        await tab.value(
            "window.heard = []; console.log = (...told) => heard.push(told.join(' '));"
            "window.show = () => heard.push('hello'); window.tell = () => {};"
            "window.apply = ({ data }) => heard.push(`changed ${data.file.name}`);"
            f"(async () => {{ {code} }})()"
        )
        await tab.until("heard.some((one) => one.startsWith('hello'))")

        await alice.api.rename(file_id, "later.jpg")

        await tab.until("heard.includes('changed later.jpg')")


def of(someone: Photographer, text: str) -> str:
    return text.replace("summer-42", someone.order_id)


@asynccontextmanager
async def running(
    url: str, token: str, *command: str, **changes: str
) -> AsyncIterator[asyncio.StreamReader]:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "DARKROOM": url, "TOKEN": token, **OURS, **changes},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=16 * 1024 * 1024,
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(lines: asyncio.StreamReader, words: str) -> str:
    async with asyncio.timeout(DEADLINE_S):
        async for line in lines:
            if words in line.decode():
                return line.decode()
    raise AssertionError(f"it has ended before {words!r}")
