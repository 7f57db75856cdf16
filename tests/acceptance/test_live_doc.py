"""The examples of docs/live.md, run as they stand there."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.acceptance.chromium import PROGRAM, browser
from tests.acceptance.photographer import DEADLINE_S, Photographer
from tools.photos import PhotoSet
from tools.runtime.paths import ROOT

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

TEXT = (ROOT / "docs" / "live.md").read_text()
OURS = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
BLOCKS = re.findall(r"```(js|sh|python)\n(.*?)```", TEXT, re.DOTALL)


def example(language: str, about: str) -> str:
    """The one block of that language in which these words stand."""
    (block,) = [text for name, text in BLOCKS if name == language and about in text]
    return str(block)


async def test_the_stream_as_curl_reads_it(alice: Photographer, pictures: PhotoSet) -> None:
    file_id = await alice.upload(pictures.rocket)

    async with running(alice, "bash", "-c", of(alice, example("sh", "curl -sN"))) as lines:
        await until(lines, "event: hello")
        await alice.api.rename(file_id, "later.jpg")
        await until(lines, "event: darkroom.file.changed")
        assert "later.jpg" in await until(lines, "data: ")


async def test_the_long_poll_as_curl_asks_it(alice: Photographer, pictures: PhotoSet) -> None:
    file_id = await alice.upload(pictures.rocket)
    cursor = (await alice.api.status(alice.order_id))["cursor"]

    command = of(alice, example("sh", "wait=25"))
    async with running(alice, "bash", "-c", command, CURSOR=cursor) as lines:
        await alice.api.rename(file_id, "later.jpg")
        assert '"recovered":true' in (await until(lines, "later.jpg")).replace(" ", "")


async def test_the_socket_as_python_follows_it(
    alice: Photographer, pictures: PhotoSet, tmp_path: Path
) -> None:
    file_id = await alice.upload(pictures.rocket)
    program = tmp_path / "follow.py"
    program.write_text(of(alice, example("python", "websockets")))

    async with running(alice, sys.executable, str(program)) as lines:
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

    async with running(alice, sys.executable, str(program), TOKEN=bob.token) as lines:
        assert await until(lines, "closed") == "closed: 4403\n"


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
    someone: Photographer, *command: str, **changes: str
) -> AsyncIterator[asyncio.StreamReader]:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "DARKROOM": someone.api.url, "TOKEN": someone.token, **OURS, **changes},
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
